"""Exact tests of "this law made the recorded runs", from runs of the law itself.

Under the null the R recorded and the B simulated runs are exchangeable, whatever the distribution of a run. So for any
statistic T of "which R of the R + B runs are called recorded", fixed but for that choice,

    p = (1 + #{random choices with T* >= T}) / (1 + choices)

is a p-value: P(p <= a) <= a [phipson2010]. Two statistics are used.

    far         | sum of z_i over the recorded runs |^2, with z_i run i whitened by the mean and covariance of all R + B runs.
                It ranks as Hotelling's statistic and sees a wrong mean in any direction.
    rival       max over rival laws b of  sum over the recorded runs of  l_b(x_i) - l(x_i),  with l the normal log-likelihood
                fitted to *other* runs of the law (synthetic likelihood [wood2010]) and l_b the same about the mean of the
                rival: a ratio linear in x_i. It looks only where rivals lie, which is where few runs tell laws apart.

The unit of replication is an independent run, never a cell or a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["NormalFit", "choices", "p_far", "p_rival"]

_CHUNK = 4096


@dataclass(frozen=True, eq=False)
class NormalFit:
    """The normal law of a vector of statistics, fitted to simulated runs; its synthetic likelihood.

    Attributes:
        mean: shape (features,).
        root: matrix W with W W^T the inverse covariance, shape (features, directions).
        log_size: half the log-determinant of the covariance.
    """

    mean: np.ndarray
    root: np.ndarray
    log_size: float

    @classmethod
    def of(cls, runs: np.ndarray) -> NormalFit:
        """Fit runs of shape (runs, features).

        The covariance is drawn towards its diagonal by features / (features + runs), and directions without any spread get a
        thousandth of the mean spread: statistics that never vary must not decide by rounding.
        """
        count, features = runs.shape
        mean = runs.mean(0)
        covariance = (runs - mean).T @ (runs - mean) / max(1, count - 1)
        weight = features / (features + count)
        covariance = (1 - weight) * covariance + weight * np.diag(np.diag(covariance))
        covariance += np.eye(features) * (1e-3 * np.trace(covariance) / features + 1e-12)
        values, axes = np.linalg.eigh(covariance)
        return cls(mean, axes / np.sqrt(values), float(np.log(values).sum() / 2))

    def log_likelihood(self, runs: np.ndarray) -> np.ndarray:
        """Return the log-density of each run up to a constant, shape (runs,)."""
        return -0.5 * (((runs - self.mean) @ self.root) ** 2).sum(-1) - self.log_size

    def gains(self, runs: np.ndarray, means: np.ndarray) -> np.ndarray:
        """Return how much likelier each run is about other means, shape (runs, means).

        The covariance stays that of this law: differences between two fitted covariances would be noise for the most part.
        """
        towards = (means - self.mean) @ self.root
        return (runs - self.mean) @ self.root @ towards.T - 0.5 * (towards**2).sum(1)


def choices(recorded: int, simulated: int, count: int, chance: np.random.Generator) -> np.ndarray:
    """Choose at random which runs are called recorded, ``count`` times.

    Returns:
        0 and 1, uint8 of shape (1 + count, recorded + simulated), with ``recorded`` ones a row; the first row is the truth.
    """
    total = recorded + simulated
    members = np.zeros((1 + count, total), np.uint8)
    members[0, :recorded] = 1
    for at in range(1, len(members), _CHUNK):
        part = members[at : at + _CHUNK]
        drawn = chance.random(part.shape, np.float32).argpartition(recorded - 1, axis=1)[:, :recorded]
        np.put_along_axis(part, drawn, 1, axis=1)
    return members


def p_far(recorded: np.ndarray, simulated: np.ndarray, members: np.ndarray) -> float:
    """Return the p-value of the statistic "far".

    Args:
        recorded, simulated: statistics of runs, shape (runs, features).
        members: from `choices`.

    Example:
        >>> chance = np.random.default_rng(0)
        >>> members = choices(5, 60, 999, chance)
        >>> p_far(chance.normal(3, 1, (5, 2)), chance.normal(0, 1, (60, 2)), members)
        0.001
    """
    pooled = np.concatenate([recorded, simulated])
    centred = pooled - pooled.mean(0)
    values, axes = np.linalg.eigh(centred.T @ centred / len(pooled))
    kept = values > 1e-10 * max(float(values.max()), 1e-30)
    white = (centred @ (axes[:, kept] / np.sqrt(values[kept]))).astype(np.float32)
    return _share((_sums(members, white) ** 2).sum(1))


def p_rival(gains: np.ndarray, members: np.ndarray) -> float:
    """Return the p-value of the statistic "rival".

    Args:
        gains: `NormalFit.gains` of the recorded runs and then of simulated runs that no fit has seen, shape
            (runs, rivals).
        members: from `choices`.
    """
    # Far out the normal fit is no longer the law: one run must not outweigh all others by its tail.
    return _share(_sums(members, np.clip(gains, -50, 50).astype(np.float32)).max(1))


def _sums(members: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sum the values of the chosen runs, shape (choices, columns)."""
    parts: Sequence[np.ndarray] = [
        members[at : at + _CHUNK].astype(np.float32) @ values for at in range(0, len(members), _CHUNK)
    ]
    return np.concatenate(parts)


def _share(statistic: np.ndarray) -> float:
    # A choice that gives the same runs may differ in the last bits: it counts as at least as large.
    slack = 1e-5 * max(1.0, abs(float(statistic[0])))
    return float((statistic[1:] >= statistic[0] - slack).sum() + 1) / len(statistic)
