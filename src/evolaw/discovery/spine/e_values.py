"""E-values: numbers whose mean is at most one under what they speak against.

    valid at any time      products of e-values of successive data are e-values, whenever one stops looking
    averages               the mean of e-values is an e-value, whatever their dependence
    p-values               1/e is a p-value; (1 - p + p ln p) / (p (ln p)^2) turns p into e          [vovk2021]

`log_e_dependence` is the one used most: universal inference against "all parts of a group share one probability",

    e = prod_i B(k_i + 1, n_i - k_i + 1) / [theta^k (1 - theta)^(n-k)],     theta = k / n,  k = sum k_i,  n = sum n_i

the mixture over the parts against the best single probability of the whole in hindsight [wasserman2020].
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import betaln, logsumexp, xlogy

__all__ = ["LEVEL", "average", "combine", "e_value", "log_e_dependence", "p_value", "worded_e", "worded_list"]

LEVEL = 0.01
"""Error rate of each check of a space."""


def p_value(log_e: float) -> float:
    """Return the p-value min(1, 1/e) of an e-value given by its logarithm."""
    return float(np.exp(-max(0.0, min(log_e, 700.0))))


def e_value(p: float) -> float:
    """Turn a p-value into an e-value: (1 - p + p ln p) / (p (ln p)^2), the mixture of all power calibrators.

    References:
        vovk2021, section 2.

    Example:
        >>> round(e_value(1e-4), 1)
        117.8
    """
    if p >= 1 - 1e-6:
        return 0.5
    return float((1 - p + p * np.log(p)) / (p * np.log(p) ** 2))


def average(log_e: np.ndarray) -> float:
    """Return the logarithm of the mean e-value, itself an e-value."""
    return float(logsumexp(log_e) - np.log(log_e.size)) if log_e.size else 0.0


def combine(log_e: np.ndarray) -> float:
    """Return one log e-value from those of disjoint sets of visits.

    The mean finds one strong effect, the product of (1 + e) / 2 many weak ones; half of each is again an e-value.
    """
    product = float((np.logaddexp(0, log_e) - np.log(2)).sum())
    return float(np.logaddexp(average(log_e), product) - np.log(2))


def log_e_dependence(visits: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Return the log e-value against "all parts of a group share one probability".

    Args:
        visits: n_i, shape (…, parts).
        alive: k_i, the same shape.

    Returns:
        Shape (…,). Groups of one visited part give at most 0.

    References:
        wasserman2020, section 2.

    Example:
        >>> float(log_e_dependence(np.array([30, 30]), np.array([30, 0])).round(1))
        34.7
    """
    n, k = visits.sum(-1), alive.sum(-1)
    mixture = betaln(alive + 1.0, visits - alive + 1.0).sum(-1)
    share = np.divide(k, n, out=np.zeros(n.shape), where=n > 0)
    return mixture - xlogy(k, share) - xlogy(n - k, 1 - share)


def worded_e(log_e: float) -> str:
    """Word an e-value given by its natural logarithm, as a power of ten when it is large.

    Example:
        >>> worded_e(3.0), worded_e(1000.0)
        ('20', '10^434')
    """
    return f"{np.exp(log_e):.2g}" if log_e < 10 else f"10^{int(log_e / np.log(10))}"


def worded_list(names: Sequence[str]) -> str:
    """Return the first six names and how many more there are."""
    shown = ", ".join(names[:6])
    return f"{shown} and {len(names) - 6} more" if len(names) > 6 else shown
