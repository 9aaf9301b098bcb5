"""Three readings of an entry, weighed: present, absent, probabilistic.

For one entry seen n times, k times alive, the likelihoods of the three readings are

    present  1[k = n]      absent  1[k = 0]      probabilistic  ∫ theta^k (1 - theta)^(n-k) w(theta) dtheta

so n equal outcomes speak for a deterministic entry and against a coin. Coins come in two kinds, either of which may be the common one:

    any       w uniform:  B(k+1, n-k+1)
    certain   w near 0 and 1: the distance to the nearer end is log-uniform from 0.003 to 0.3

A coin that comes up one way 99 times in a hundred looks like none for a long time, and the uniform kind alone would forget it. One visit
therefore decides an entry only if the law is known, or assumed, to be deterministic. The assumption is made in the open, as a
prior, and the recording can overturn it:

    with probability D = 0.99 the whole law is deterministic, each entry present or absent with 1/2;
    otherwise a share s ~ U(0, 1) of the entries is probabilistic, a part r ~ U(0, 1) of them certain coins, the others as before.

One entry that gave both outcomes rules the first line out; from then on every entry must show by its own visits, and by how
many of its fellows turned out to be coins, that it is none. As long as none did, the posterior takes the law to be deterministic; how
far decisions may rest on that, `evidence.hidden_coins` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaln, logsumexp, xlog1py, xlogy

__all__ = ["DETERMINISM", "Readings", "confidence_interval", "weigh_readings"]

DETERMINISM = 0.99
"""Prior probability that the law is deterministic."""

_DISTANCES = np.geomspace(0.003, 0.3, 33)
"""Distances of certain coins from 0 or 1, equally likely."""


@cache
def _nodes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """128 x 8 Gauss–Legendre nodes of the share s and the part r on the unit square, and their weights."""
    (s, ws), (r, wr) = (np.polynomial.legendre.leggauss(count) for count in (128, 8))
    node_s, node_r = np.meshgrid((s + 1) / 2, (r + 1) / 2, indexing="ij")
    return node_s.ravel(), node_r.ravel(), np.outer(ws, wr).ravel() / 4


@dataclass(frozen=True)
class Readings:
    """Posterior probabilities of the readings, one array element an entry.

    Attributes:
        present, absent, probabilistic: posterior probabilities, adding to 1.
        alive: P(cell alive next): present + the posterior mean of each kind of coin, weighed.
        deterministic: posterior probability that the whole law is deterministic.
        log_evidence_open: log marginal likelihood of the visits if the law may hold coins.
    """

    present: np.ndarray
    absent: np.ndarray
    probabilistic: np.ndarray
    alive: np.ndarray
    deterministic: float
    log_evidence_open: float


def weigh_readings(visits: np.ndarray, alive: np.ndarray, *, determinism: float = DETERMINISM) -> Readings:
    """Return the posterior of the three readings for every entry.

    Args:
        visits: n, how often each entry was seen, shape (entries,).
        alive: k, how often it led to a living cell, shape (entries,).
        determinism: prior probability D that the law is deterministic.

    Notes:
        The shares s and r are integrated by Gauss–Legendre quadrature with 128 x 8 nodes; cost 1024 x 3 x entries.

    Example:
        >>> seen = weigh_readings(np.array([1, 400, 0]), np.array([1, 0, 0]))
        >>> seen.present.round(4), seen.alive.round(4)
        (array([0.9983, 0.    , 0.4991]), array([0.9996, 0.    , 0.5   ]))
    """
    n, k = np.asarray(visits, np.float64), np.asarray(alive, np.float64)
    log_any, log_certain = betaln(k + 1, n - k + 1), _log_certain(n, k)
    sure_present, sure_absent = 0.5 * (k == n), 0.5 * (k == 0)
    sure = sure_present + sure_absent
    share, part, node_weight = _nodes()

    with np.errstate(divide="ignore"):
        parts = np.stack(
            [
                np.log1p(-share)[:, None] + np.log(sure),
                (np.log(share) + np.log1p(-part))[:, None] + log_any,
                (np.log(share) + np.log(part))[:, None] + log_certain,
            ]
        )
    each = logsumexp(parts, axis=0)
    log_open = each.sum(1)
    peak = log_open.max()
    weight = node_weight * np.exp(log_open - peak)
    log_evidence_open = peak + np.log(weight.sum())
    weight /= weight.sum()

    with np.errstate(divide="ignore"):
        log_evidence_closed = np.log(sure).sum()
    log_odds = np.log(determinism) + log_evidence_closed - np.log1p(-determinism) - log_evidence_open
    deterministic = float(1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))) if np.isfinite(log_odds) else 0.0

    _, any_coin, certain_coin = (1 - deterministic) * np.einsum("s,pse->pe", weight, np.exp(parts - each))
    probabilistic = any_coin + certain_coin
    fixed = (1 - probabilistic) / np.where(sure > 0, sure, 1)
    present, absent = fixed * sure_present, fixed * sure_absent
    lives = any_coin * (k + 1) / (n + 2) + certain_coin * np.exp(_log_certain(n + 1, k + 1) - log_certain)
    return Readings(present, absent, probabilistic, present + lives, deterministic, float(log_evidence_open))


def _log_certain(visits: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """The log-likelihood of the visits under a certain coin, its distance from 0 or 1 unknown."""
    n, k = visits[..., None], alive[..., None]
    log_near, log_far = np.log(_DISTANCES), np.log1p(-_DISTANCES)
    ends = np.logaddexp(k * log_far + (n - k) * log_near, k * log_near + (n - k) * log_far) - np.log(2)
    result: np.ndarray = logsumexp(ends, axis=-1) - np.log(_DISTANCES.size)
    return result


def confidence_interval(visits: int, alive: int, alpha: float) -> tuple[float, float]:
    """Return bounds of theta that hold at all times together with probability 1 - alpha.

    The uniform mixture  M_n(theta) = B(k+1, n-k+1) / [theta^k (1 - theta)^(n-k)]  is a test martingale under theta; by
    Ville's inequality the set {theta : M_n(theta) < 1 / alpha} holds the truth for every n at once.

    Args:
        visits: n.
        alive: k, at most n.
        alpha: error probability.

    References:
        ville1939; robbins1970.

    Example:
        >>> [round(bound, 3) for bound in confidence_interval(100, 50, 0.05)]
        [0.345, 0.655]
    """
    if visits == 0:
        return 0.0, 1.0
    n, k = float(visits), float(alive)
    level = betaln(k + 1, n - k + 1) + np.log(alpha)

    def excess(theta: float) -> float:
        return float(xlogy(k, theta) + xlog1py(n - k, -theta) - level)

    peak = k / n
    low = 0.0 if k == 0 or excess(1e-300) > 0 else brentq(excess, 1e-300, peak)
    high = 1.0 if k == n or excess(1.0 - 1e-16) > 0 else brentq(excess, peak, 1.0 - 1e-16)
    return float(low), float(high)
