"""The entropic transport plan between two sets of weighted points, in the domain of logarithms; the bridge it makes.

    π_ij = a_i b_j exp((f_i + g_j - ½‖x_i - y_j‖²)/σ²)
    f_i <- -σ² log Σ_j b_j exp((g_j - c_ij)/σ²)          g_j <- -σ² log Σ_i a_i exp((f_i - c_ij)/σ²)

c is half the squared distance, so that σ² is half the ε of the usual cost ‖x - y‖²: ε = 2σ². Logarithms neither overflow nor
underflow however small σ is.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.special import logsumexp

from evolaw import checks, randomness
from evolaw.errors import NotConverged
from evolaw.told import told

__all__ = ["EntropicPlan", "sinkhorn"]


class EntropicPlan(NamedTuple):
    """A plan between points.

    Attributes:
        plan: π, shape (points, others), of sum 1; its rows sum to a to rounding, its columns to b within ``error``.
        first, second: the potentials f and g.
        points, others: x and y, shape (·, d).
        sigma: σ.
        iterations: rounds made.
        error: Σ_j |Σ_i π_ij - b_j|.
    """

    plan: np.ndarray
    first: np.ndarray
    second: np.ndarray
    points: np.ndarray
    others: np.ndarray
    sigma: float
    iterations: int
    error: float

    def pairs(self, count: int, *, rng: Any) -> tuple[np.ndarray, np.ndarray]:
        """Draw pairs of ends (x0, x1) from the plan, each of shape (count, d)."""
        count = checks.integer(count, "count", least=1)
        draw = randomness.source(rng).stream("pairs").generator()
        edges = np.cumsum(self.plan.ravel())
        place = np.searchsorted(edges, draw.random(count) * edges[-1])
        row, column = np.unravel_index(np.minimum(place, self.plan.size - 1), self.plan.shape)
        return self.points[row], self.others[column]

    def bridge(self, count: int, t: float, *, rng: Any) -> np.ndarray:
        """Draw states of the bridge at a time, shape (count, d): (1-t) x0 + t x1 + σ √(t(1-t)) z."""
        t = checks.number(t, "t", least=0.0, most=1.0)
        source = randomness.source(rng)
        x0, x1 = self.pairs(count, rng=source)
        z = source.stream("bridge").generator().standard_normal(x0.shape)
        return np.asarray((1 - t) * x0 + t * x1 + self.sigma * np.sqrt(t * (1 - t)) * z)

    def drift(self, t: float, x: Any) -> np.ndarray:
        """Return the bridge's drift (E[x1 | x_t = x] - x)/(1 - t) at states, shape (count, d), for 0 <= t < 1.

        The end is drawn by p(y_j | x) ∝ b_j exp(g_j/σ²) N(x; y_j, σ²(1-t)).
        """
        t = checks.number(t, "t", least=0.0, most=1.0)
        checks.require(t < 1, "t", "lie below 1, where the drift has no bound", t)
        x = checks.finite(checks.shape(x, "x", ("count", self.points.shape[1])), "x").astype(float)
        b = self.plan.sum(0)
        square = ((x[:, None] - self.others) ** 2).sum(-1)
        with np.errstate(divide="ignore"):
            logs = np.log(b) + self.second / self.sigma**2 - square / (2 * self.sigma**2 * (1 - t))
        shares = np.exp(logs - logsumexp(logs, axis=1, keepdims=True))
        return np.asarray((shares @ self.others - x) / (1 - t))


@told
def sinkhorn(
    points: Any,
    others: Any,
    sigma: float,
    *,
    weights: Any = None,
    other_weights: Any = None,
    tolerance: float = 1e-9,
    most: int = 10_000,
) -> EntropicPlan:
    """Return the entropic plan between weighted points.

    Args:
        points, others: x and y, shape (·, d).
        sigma: σ.
        weights, other_weights: a and b; None for equal ones.
        tolerance: of Σ|column sums - b|.
        most: rounds at most.

    Raises:
        NotConverged: the tolerance was not met; ``partial`` is the plan so far.

    Notes:
        Cost: two sums over all pairs a round; the number of rounds grows as the squared distances over σ².

    References:
        cuturi2013; peyre2019, section 4.4.

    Example:
        >>> plan = sinkhorn([[0.0], [1.0]], [[0.0], [1.0]], 0.5).plan
        >>> plan.sum(0).round(6).tolist(), bool(plan[0, 0] > plan[0, 1])
        ([0.5, 0.5], True)
    """
    x = checks.finite(checks.shape(points, "points", ("points", "d")), "points").astype(float)
    y = checks.finite(checks.shape(others, "others", ("others", x.shape[1])), "others").astype(float)
    sigma, most = checks.positive(sigma, "sigma"), checks.integer(most, "most", least=1)
    log_a, log_b = _logs(weights, "weights", len(x)), _logs(other_weights, "other_weights", len(y))
    cost = ((x[:, None] - y) ** 2).sum(-1) / (2 * sigma**2)
    f, g = np.zeros(len(x)), np.zeros(len(y))
    error = np.inf
    rounds = 0
    while error >= tolerance and rounds < most:
        rounds += 1
        f = -logsumexp(log_b + g - cost, axis=1)
        columns = logsumexp(log_a[:, None] + f[:, None] - cost, axis=0) + g
        error = float(np.abs(np.exp(columns + log_b) - np.exp(log_b)).sum())
        if error >= tolerance and rounds < most:
            g = g - columns
    plan = np.exp(log_a[:, None] + log_b + f[:, None] + g - cost)
    found = EntropicPlan(plan, f * sigma**2, g * sigma**2, x, y, sigma, rounds, error)
    if error >= tolerance:
        raise NotConverged(
            f"The plan's columns are off by {error:.1e} after {most} rounds, more than tolerance = {tolerance:.1e}. Allow more "
            "rounds, a larger tolerance or a larger sigma.",
            found,
        )
    return found


def _logs(weights: Any, name: str, count: int) -> np.ndarray:
    if weights is None:
        return np.full(count, -np.log(count))
    weights = checks.finite(checks.shape(weights, name, (count,)), name).astype(float)
    checks.require(bool((weights > 0).all()), name, "be positive", float(weights.min()))
    return np.log(weights / weights.sum())
