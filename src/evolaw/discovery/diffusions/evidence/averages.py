"""Coefficients averaged over the laws that the recording leaves probable: what an equation is printed and run with.

A fit with all terms free is honest about each of them and useless as a law: run, it explodes where nothing was recorded. The average
over subsets is the law to run; of a term that is decided present, the average over the laws that have it is its estimate.
"""

from __future__ import annotations

import numpy as np

from evolaw.discovery.diffusions.evidence.gaussian_form import GaussianForm
from evolaw.discovery.diffusions.evidence.subsets import Subsets

__all__ = ["average_law", "given_present", "law_draws"]

_MOST, _SHARE = 256, 0.999
_WIDE = 1e-6


def average_law(form: GaussianForm, subsets: Subsets) -> np.ndarray:
    """Return the posterior mean of all coefficients, absent ones counting as 0."""
    return np.asarray(subsets.mean * form.unit)


def given_present(form: GaussianForm, subsets: Subsets) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of every coefficient over the probable laws that have it.

    Terms that no probable law has keep what the fit with all terms free says of them.
    """
    precision, score = form.natural
    order = np.argsort(-subsets.weight)[:_MOST]
    order = order[: int(np.searchsorted(np.cumsum(subsets.weight[order]), _SHARE)) + 1]
    mean, square, total = (np.zeros(score.size) for _ in range(3))
    for place in order:
        inside = np.flatnonzero(subsets.members[place])
        if not inside.size:
            continue
        covariance = np.linalg.inv(precision[np.ix_(inside, inside)] + _WIDE * np.eye(inside.size))
        value = covariance @ score[inside]
        weight = subsets.weight[place]
        mean[inside] += weight * value
        square[inside] += weight * (value**2 + np.diag(covariance))
        total[inside] += weight
    seen = total > 1e-3
    mean = np.divide(mean, total, out=form.estimate / form.unit, where=seen)
    variance = np.divide(square, total, out=mean**2 + (form.error / form.unit) ** 2, where=seen) - mean**2
    return mean * form.unit, np.sqrt(np.maximum(variance, 0.0)) * np.abs(form.unit)


def law_draws(form: GaussianForm, subsets: Subsets, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return coefficients drawn from the posterior, shape (count, terms): first which terms, then how large."""
    precision, score = form.natural
    found = np.zeros((count, score.size))
    chosen = rng.choice(len(subsets.weight), count, p=subsets.weight / subsets.weight.sum())
    for row, place in enumerate(chosen):
        inside = np.flatnonzero(subsets.members[place])
        if inside.size:
            # A slab of one natural unit keeps what the recording does not tell from running away.
            held = precision[np.ix_(inside, inside)] + np.eye(inside.size)
            root = np.linalg.cholesky(np.linalg.inv(held))
            found[row, inside] = np.linalg.solve(held, score[inside]) + root @ rng.standard_normal(inside.size)
    return found * form.unit
