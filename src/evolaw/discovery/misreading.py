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
from scipy.special import xlogy

from evolaw.discovery.counting import Tally
from evolaw.discovery.rulespace import WINDOWS, RuleSpace

__all__ = ["NoiseFit", "fit_coins", "fit_erring", "fit_misread"]

_PROBABILITIES = np.concatenate([np.geomspace(2e-4, 0.02, 12, endpoint=False), np.arange(0.02, 0.3001, 0.01)])


@dataclass(frozen=True)
class NoiseFit:
    """A model fitted to the table.

    Attributes:
        flips: the flip probability; 0 for a model without one.
        deviance: D.
        windows: number of windows seen.
        parameters: free numbers of the model.
        visits: number of visits.
    """

    flips: float
    deviance: float
    windows: int
    parameters: int
    visits: int

    @property
    def excess(self) -> float:
        """Deviance a window seen, about 1 for a right model."""
        return self.deviance / max(1, self.windows)

    @property
    def bic(self) -> float:
        """Bayesian information criterion D + parameters log(visits) [schwarz1978]; smaller is better."""
        return self.deviance + self.parameters * float(np.log(max(2, self.visits)))


def fit_misread(windows: Tally, space: RuleSpace) -> NoiseFit:
    """Fit the model in which cells were misread, over a grid of flip probabilities."""
    observed = np.stack([windows.visits - windows.alive, windows.alive], -1).astype(np.float64)
    fits = [(_deviance(windows, _misread_share(observed, space, eps)), float(eps)) for eps in _PROBABILITIES]
    deviance, eps = min(fits)
    return _fit(windows, space, eps, deviance, 1)


def fit_erring(windows: Tally, space: RuleSpace) -> NoiseFit:
    """Fit the model in which the automaton errs; eps = share of visits that go against the majority of their entry."""
    counts = windows.pool(space)
    against = np.minimum(counts.alive, counts.visits - counts.alive).sum()
    eps = float(against / max(1, counts.visits.sum()))
    share = space.spread(np.where(2 * counts.alive > counts.visits, 1 - eps, eps))
    return _fit(windows, space, eps, _deviance(windows, share), 1)


def fit_coins(windows: Tally, space: RuleSpace) -> NoiseFit:
    """Fit a probabilistic law: one free probability an entry."""
    counts = windows.pool(space)
    share = np.divide(counts.alive, counts.visits, out=np.full(len(space), 0.5), where=counts.visits > 0)
    mixed = int(counts.mixed.sum())
    return _fit(windows, space, 0.0, _deviance(windows, space.spread(share)), mixed)


def _fit(windows: Tally, space: RuleSpace, flips: float, deviance: float, parameters: int) -> NoiseFit:
    return NoiseFit(flips, deviance, int((windows.visits > 0).sum()), parameters, int(windows.visits.sum()))


def _misread_share(observed: np.ndarray, space: RuleSpace, eps: float) -> np.ndarray:
    """P(recorded alive | recorded window) under the misread model; the law is the majority of the de-noised table."""
    true = _through(observed, np.linalg.inv(_kernel(eps)))
    dead, alive = (space.pool(true[:, outcome]) for outcome in (0, 1))
    weight = np.maximum(true.sum(1), 0)
    law = space.spread(alive > dead)
    expected = _through(np.stack([np.where(law, 0, weight), np.where(law, weight, 0)], -1), _kernel(eps))
    total = expected.sum(1)
    return np.divide(expected[:, 1], total, out=np.full(WINDOWS, 0.5), where=total > 0)


def _kernel(eps: float) -> np.ndarray:
    return np.array([[1 - eps, eps], [eps, 1 - eps]])


def _through(table: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Apply the kernel to each of the ten bits of a (512, 2) table."""
    bits = table.reshape((2,) * 10)
    for axis in range(10):
        bits = np.moveaxis(np.tensordot(kernel, bits, (1, axis)), 0, axis)
    return bits.reshape(WINDOWS, 2)


def _deviance(windows: Tally, share: np.ndarray) -> float:
    n, k = windows.visits.astype(np.float64), windows.alive.astype(np.float64)
    free = np.divide(k, n, out=np.zeros(WINDOWS), where=n > 0)
    # An outcome that a model excludes, but that was seen, costs what a probability of 1e-9 would.
    share = np.clip(share, 1e-9, 1 - 1e-9)
    gain = xlogy(k, free) + xlogy(n - k, 1 - free) - k * np.log(share) - (n - k) * np.log1p(-share)
    return float(2 * gain.sum())
