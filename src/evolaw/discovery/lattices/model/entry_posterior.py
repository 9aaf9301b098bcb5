"""Three readings of an entry, weighed: present, absent, probabilistic.

For one entry seen n times, k times alive, the likelihoods of the three readings are

    present  1[k = n]        absent  1[k = 0]        probabilistic  ∫ theta^k (1 - theta)^(n-k) dtheta = B(k+1, n-k+1)

so n equal outcomes speak with the factor n + 1 for a deterministic entry and against a coin of unknown bias. One visit
therefore decides an entry only if the law is known, or assumed, to be deterministic. The assumption is made in the open, as a
prior, and the recording can overturn it:

    with probability D = 0.99 the whole law is deterministic, each entry present or absent with 1/2;
    otherwise a share s ~ U(0, 1) of the entries is probabilistic with theta ~ U(0, 1), the others as before.

One entry that gave both outcomes rules the first line out; from then on every entry must show by its own visits, and by how
many of its fellows turned out to be coins, that it is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaln, xlog1py, xlogy

__all__ = ["DETERMINISM", "Readings", "confidence_interval", "weigh_readings"]

DETERMINISM = 0.99
"""Prior probability that the law is deterministic."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(256)
_SHARE, _SHARE_WEIGHT = (_NODES + 1) / 2, _WEIGHTS / 2


@dataclass(frozen=True)
class Readings:
    """Posterior probabilities of the readings, one array element an entry.

    Attributes:
        present, absent, probabilistic: posterior probabilities, adding to 1.
        alive: P(cell alive next): present + probabilistic (k + 1) / (n + 2).
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
        The share s is integrated by Gauss–Legendre quadrature with 256 nodes; cost 256 x entries.

    Example:
        >>> seen = weigh_readings(np.array([1, 400, 0]), np.array([1, 0, 0]))
        >>> seen.present.round(4), seen.alive.round(4)
        (array([0.9983, 0.    , 0.4992]), array([0.9994, 0.    , 0.5   ]))
    """
    n, k = np.asarray(visits, np.float64), np.asarray(alive, np.float64)
    coin = np.exp(betaln(k + 1, n - k + 1))
    log_coin = betaln(k + 1, n - k + 1)
    sure_present, sure_absent = 0.5 * (k == n), 0.5 * (k == 0)
    sure = sure_present + sure_absent

    share = _SHARE[:, None]
    # Log-likelihood of one entry at a share; mixed entries underflow as plain numbers, hence the two cases.
    each = np.where(
        sure > 0, np.log((1 - share) * np.where(sure > 0, sure, 1) + share * coin), np.log(share) + log_coin
    )
    log_open = each.sum(1)
    peak = log_open.max()
    weight = _SHARE_WEIGHT * np.exp(log_open - peak)
    log_evidence_open = peak + np.log(weight.sum())
    weight /= weight.sum()

    log_evidence_closed = np.log(sure).sum() if (sure > 0).all() else -np.inf
    log_odds = np.log(determinism) + log_evidence_closed - np.log1p(-determinism) - log_evidence_open
    deterministic = float(1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))) if np.isfinite(log_odds) else 0.0

    coin_given_share = np.where(
        sure > 0, share * coin / ((1 - share) * np.where(sure > 0, sure, 1) + share * coin), 1.0
    )
    probabilistic = (1 - deterministic) * (weight @ coin_given_share)
    fixed = (1 - probabilistic) / np.where(sure > 0, sure, 1)
    present, absent = fixed * sure_present, fixed * sure_absent
    chance = present + probabilistic * (k + 1) / (n + 2)
    return Readings(present, absent, probabilistic, chance, deterministic, float(log_evidence_open))


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
    low = 0.0 if k == 0 else brentq(excess, 0.0 + 1e-300, peak)
    high = 1.0 if k == n else brentq(excess, peak, 1.0 - 1e-16)
    return float(low), float(high)
