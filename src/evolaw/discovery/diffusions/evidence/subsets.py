r"""The posterior over which terms there are: every subset weighed, or the best of very many.

    π_S ∝ (1/3)^{|S|} / [(p+1) C(p, |S|)],         slab N(0, κ²) on each coefficient in natural units, κ = 0.3, 1, 3 in equal parts
    log m_S = ½ h_Sᵀ (J_S + κ⁻²)⁻¹ h_S − ½ log det(1 + κ² J_S)

Simplicity is an *assumption*: a term that another could replace is called absent by it. What is decided so has the basis "assumed", and
only behind guards (`assumed`): the data alone must not speak against it. Up to 12 terms all subsets are weighed; beyond that those that
are met on the way from the full and from the empty law, one term at a time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evolaw.discovery.diffusions.evidence.gaussian_form import GaussianForm

__all__ = ["Subsets", "assumed", "weigh_subsets"]

_ALL_UP_TO = 12
_KAPPAS = (0.3, 1.0, 3.0)
_ODDS = 1 / 3
_LEAST_T, _WIDEST, _LARGEST_ERROR, _LARGEST_BOUND = 2.5, 1.0, 0.5, 0.35
_MOST_SWEEPS = 12
_CHUNK = 4096


@dataclass(frozen=True, eq=False)
class Subsets:
    """Weighed subsets of the terms of one form.

    Attributes:
        members: which terms each subset has, shape (subsets, terms).
        log_weight: log π_S m_S, not normalised to one.
        maxima: max log L over laws with just these terms.
        means: posterior mean of all coefficients in natural units, shape (subsets, terms).
    """

    members: np.ndarray
    log_weight: np.ndarray
    maxima: np.ndarray
    means: np.ndarray

    @cached_property
    def log_average(self) -> float:
        """log Σ_S π_S m_S."""
        return float(np.logaddexp.reduce(self.log_weight))

    @cached_property
    def weight(self) -> np.ndarray:
        """Posterior probability of every subset."""
        return np.exp(self.log_weight - self.log_average)

    @cached_property
    def probability(self) -> np.ndarray:
        """Posterior probability of every term."""
        return np.clip(self.weight @ self.members, 0.0, 1.0)

    @cached_property
    def mean(self) -> np.ndarray:
        """Coefficients in natural units, averaged over subsets."""
        return self.weight @ self.means


def weigh_subsets(form: GaussianForm) -> Subsets:
    """Weigh the subsets of a form's terms.

    Notes:
        Cost: 2^p small factorisations up to p = 12; beyond, some hundred times p.
    """
    precision, score = form.natural
    count = len(form.names)
    if count <= _ALL_UP_TO:
        members = (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1
    else:
        members = _met_on_the_way(precision, score)
    pieces = [_weigh(members[i : i + _CHUNK], precision, score) for i in range(0, len(members), _CHUNK)]
    return Subsets(members, *(np.concatenate(parts) for parts in zip(*pieces, strict=True)))


def assumed(form: GaussianForm, subsets: Subsets, alpha: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which terms simplicity calls present, which absent, and whose probability may be shown.

    Present needs |t| ≥ 2.5 and an error of at most the drift's size, all other terms free (in one well errors are a thousand times that);
    absent an error of at most half the drift's size and a bound |û| + 2σ of at most
    0.35 of it, which groups of terms that cancel do not pass. Among those that pass, the mean posterior error is at most alpha.
    """
    value, error = np.abs(form.estimate / form.unit), form.error / form.unit
    may_present = (value >= _LEAST_T * error) & (error <= _WIDEST)
    may_absent = (error <= _LARGEST_ERROR) & (value + 2 * error <= _LARGEST_BOUND)
    probability = subsets.probability
    present = may_present & (probability > 0.5)
    absent = may_absent & (probability < 0.5)
    wrong = np.where(present, 1 - probability, np.where(absent, probability, 1.0))
    order = np.argsort(wrong, kind="stable")
    running = np.cumsum(wrong[order]) / np.arange(1, wrong.size + 1)
    enough = np.flatnonzero(running <= alpha)
    kept = np.zeros(wrong.size, bool)
    kept[order[: enough[-1] + 1 if enough.size else 0]] = True
    # Where the guard and the prior disagree the number would say more of the prior than of the recording.
    agreed = (may_present & (probability > 0.5)) | (may_absent & (probability < 0.5))
    return present & kept, absent & kept, agreed


def _weigh(members: np.ndarray, precision: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log weights, maxima and means of some subsets, all at once: absent terms become rows of the identity."""
    count = score.size
    mask = members[:, :, None] & members[:, None, :]
    inside = np.where(mask, precision, 0.0)
    h = np.where(members, score, 0.0)
    size = members.sum(1)
    prior = size * math.log(_ODDS) - np.array([math.log(math.comb(count, k)) for k in range(count + 1)])[size]
    total = -np.inf * np.ones(len(members))
    mean = np.zeros(h.shape)
    logs = []
    for kappa in _KAPPAS:
        matrix = inside + np.where(np.eye(count, dtype=bool), np.where(members[:, None, :], kappa**-2, 1.0), 0.0)
        solved = np.linalg.solve(matrix, h[..., None])[..., 0]
        _, log_det = np.linalg.slogdet(matrix)
        log = 0.5 * np.sum(h * solved, 1) - 0.5 * (log_det + 2 * size * math.log(kappa))
        logs.append((log, solved))
        total = np.logaddexp(total, log)
    for log, solved in logs:
        mean += np.exp(log - total)[:, None] * solved
    # A slab of 10³ natural units is as good as none, and keeps laws solvable whose terms the recording cannot tell apart.
    free = inside + np.where(np.eye(count, dtype=bool), np.where(members[:, None, :], 1e-6, 1.0), 0.0)
    best = 0.5 * np.sum(h * np.linalg.solve(free, h[..., None])[..., 0], 1)
    normal = math.log(sum((_ODDS) ** k for k in range(count + 1)))
    return total - math.log(len(_KAPPAS)) + prior - normal, best, mean


def _met_on_the_way(precision: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Greedy ways down from the full law and up from the empty one, with every subset tried on the way."""
    count = score.size
    met: dict[bytes, np.ndarray] = {}

    def tried(candidates: np.ndarray) -> np.ndarray:
        for row in candidates:
            met.setdefault(row.tobytes(), row)
        return _weigh(candidates, precision, score)[0]

    for start in (np.zeros(count, bool), np.ones(count, bool)):
        current = start
        best = tried(current[None])[0]
        for _ in range(_MOST_SWEEPS * count):
            neighbours = current ^ np.eye(count, dtype=bool)
            weights = tried(neighbours)
            place = int(np.argmax(weights))
            if weights[place] <= best:
                break
            current, best = neighbours[place], weights[place]
        # Around the summit, pairs of changes as well: posterior mass that one change does not reach.
        pairs = np.triu_indices(count, 1)
        both = np.repeat(current[None], len(pairs[0]), 0)
        both[np.arange(len(both)), pairs[0]] ^= True
        both[np.arange(len(both)), pairs[1]] ^= True
        tried(both)
    return np.stack(list(met.values()))
