"""Do flipped cells explain the contradictions? Two one-number models of noise, fitted to the table of windows and outcomes.

    misread   every recorded cell flipped with eps:  h_observed = K^(x10) h_true,  K = [[1 - eps, eps], [eps, 1 - eps]],
              over the nine cells of a window and its outcome; h_true puts all of a window's weight on one outcome
    erring    the automaton flips each new cell with eps:  P(alive | w) = eps or 1 - eps

Both are judged by the deviance from the free table of 512 probabilities

    D = 2 sum_w [ k_w log(k_w / (n_w p_w)) + (n_w - k_w) log((n_w - k_w) / (n_w (1 - p_w))) ],

which is near the number of windows seen when the model is right, and far above it when it is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln

from evolaw.discovery.lattices.evidence.flip_channel import through_channel
from evolaw.discovery.lattices.model.entry_posterior import weigh_readings
from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace
from evolaw.discovery.lattices.model.window_counts import WindowCounts, log_best

__all__ = ["NoiseFit", "fit_coins", "fit_erring", "fit_misread"]

_PROBABILITIES = np.concatenate([np.geomspace(2e-4, 0.02, 12, endpoint=False), np.arange(0.02, 0.3001, 0.01)])


@dataclass(frozen=True)
class NoiseFit:
    """A model fitted to the table.

    Attributes:
        flips: the flip probability; 0 for a model without one.
        deviance: D.
        cost: 2 log(largest likelihood of the free table / marginal likelihood of the model); the difference of two costs is
            twice the log Bayes factor.
        excess: deviance a window seen, about 1 for a right model.
    """

    flips: float
    deviance: float
    cost: float
    excess: float


def fit_misread(windows: WindowCounts, space: RuleSpace) -> NoiseFit:
    """Fit the model in which cells were misread, over a grid of flip probabilities.

    Its marginal likelihood is taken as the largest likelihood, times 1/2 for each entry seen (present or absent) and
    1 / sqrt(visits) for eps.
    """
    observed = np.stack([windows.visits - windows.alive, windows.alive], -1).astype(np.float64)
    fits = [(_deviance(windows, _misread_share(observed, space, eps)), float(eps)) for eps in _PROBABILITIES]
    deviance, eps = min(fits)
    seen = int((windows.pool(space).visits > 0).sum())
    return _fit(windows, eps, deviance, deviance + 2 * seen * np.log(2) + np.log(max(1, windows.visits.sum())))


def fit_erring(windows: WindowCounts, space: RuleSpace) -> NoiseFit:
    """Fit the model in which the automaton errs; eps = share of visits that go against the majority of their entry.

    Marginal likelihood: B(against + 1, with + 1) 2^-entries.
    """
    counts = windows.pool(space)
    visits, against = counts.visits.sum(), np.minimum(counts.alive, counts.visits - counts.alive).sum()
    eps = float(against / max(1, visits))
    share = space.spread(np.where(2 * counts.alive > counts.visits, 1 - eps, eps))
    marginal = betaln(against + 1, visits - against + 1) - int((counts.visits > 0).sum()) * np.log(2)
    return _fit(windows, eps, _deviance(windows, share), 2 * (log_best(windows) - marginal))


def fit_coins(windows: WindowCounts, space: RuleSpace) -> NoiseFit:
    """Fit a probabilistic law, whose marginal likelihood `entry_posterior.weigh_readings` gives."""
    counts = windows.pool(space)
    share = np.divide(counts.alive, counts.visits, out=np.full(len(space), 0.5), where=counts.visits > 0)
    marginal = weigh_readings(counts.visits, counts.alive).log_evidence_open
    return _fit(windows, 0.0, _deviance(windows, space.spread(share)), 2 * (log_best(windows) - marginal))


def _fit(windows: WindowCounts, flips: float, deviance: float, cost: float) -> NoiseFit:
    return NoiseFit(flips, deviance, float(cost), deviance / max(1, int((windows.visits > 0).sum())))


def _misread_share(observed: np.ndarray, space: RuleSpace, eps: float) -> np.ndarray:
    """P(recorded alive | recorded window) under the misread model; the law is the majority of the de-noised table."""
    true = through_channel(observed, eps, inverse=True)
    dead, alive = (space.pool(true[:, outcome]) for outcome in (0, 1))
    weight = np.maximum(true.sum(1), 0)
    law = space.spread(alive > dead)
    expected = through_channel(np.stack([np.where(law, 0, weight), np.where(law, weight, 0)], -1), eps)
    total = expected.sum(1)
    return np.divide(expected[:, 1], total, out=np.full(WINDOWS, 0.5), where=total > 0)


def _deviance(windows: WindowCounts, share: np.ndarray) -> float:
    n, k = windows.visits.astype(np.float64), windows.alive.astype(np.float64)
    # An outcome that a model excludes, but that was seen, costs what a probability of 1e-9 would.
    share = np.clip(share, 1e-9, 1 - 1e-9)
    return 2 * (log_best(windows) - float((k * np.log(share) + (n - k) * np.log1p(-share)).sum()))
