"""Confidence intervals from the profile of a likelihood, and the curvature they begin from.

    profile     c_k(x) = min over all other parameters of c(p), c = -2 ln L (or χ²), with p_k = x
    interval    where c_k(x) - c(best) < q, q = 1.96² for 95 %, Student's t² where the size of the errors was taken from the same data

Parameters of a junction hang together: critical current and temperature from switching currents with a correlation of 0.998. Second derivatives by
equal steps then step over the valley, whose width is a twentieth of either error: they made such intervals a tenth too narrow. Here steps are
taken along and across the valley, each as long as it is wide there.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["curvature_covariance", "profile_interval", "profile_of_squares"]

Cost = Callable[[np.ndarray], float]

_FIRST_STEP, _SHARE = 0.005, 0.7
_SWEEPS, _SECANTS, _LOOKS = 4, 6, 14
_CLOSE, _FARTHEST = 0.01, 30.0


def curvature_covariance(cost: Cost, best: np.ndarray) -> np.ndarray:
    """Return the covariance 2 (∂²c/∂p²)⁻¹ at the minimum of c = -2 ln L.

    Args:
        cost: c.
        best: where it is least, shape (parameters,), of the order 1.

    Notes:
        Two passes of central differences: by equal steps, then along the axes of the first answer by 0.7 of its widths.
    """
    axes = np.eye(len(best)) * _FIRST_STEP
    for _ in range(2):
        back = np.linalg.inv(axes)
        second = back @ _seconds(cost, best, axes) @ back.T
        values, vectors = np.linalg.eigh((second + second.T) / 4)
        spread = vectors / np.sqrt(np.maximum(values, 1e-12))
        axes = _SHARE * spread.T
    found: np.ndarray = spread @ spread.T
    return found


def profile_interval(
    cost: Cost, best: np.ndarray, covariance: np.ndarray, place: int, rise: float
) -> tuple[float, float]:
    """Return where the profile of parameter ``place`` has risen by ``rise`` below and above its best value; infinite where it never does.

    Args:
        cost: c(p).
        best: where it is least, shape (parameters,).
        covariance: about the one of the parameters; only the work depends on it.
        place: which.
        rise: q.

    Notes:
        Ends are right to about 1 % of a half-width; some 50 calls of the cost for two parameters, 200 for four.

    Example:
        >>> low, high = profile_interval(lambda p: float(p @ p + p[0]), np.array([-0.5, 0.0]), np.eye(2), 0, 4.0)
        >>> round(low, 6), round(high, 6)
        (-2.5, 1.5)
    """
    width = float(np.sqrt(covariance[place, place]))
    others = np.arange(len(best)) != place
    along = covariance[others, place] / width**2
    across = np.linalg.cholesky(
        covariance[np.ix_(others, others)] - np.outer(along, along) * width**2 + 1e-14 * np.eye(others.sum())
    )
    least = cost(best)

    def height(x: float, u: np.ndarray) -> tuple[float, np.ndarray]:
        """The root of the profile's rise, and where in the scaled other parameters it is."""

        def at(v: np.ndarray) -> float:
            p = np.empty(len(best))
            p[place] = best[place] + x
            p[others] = best[others] + along * x + across @ v
            return cost(p)

        value, u = _lowest(at, u)
        return float(np.sqrt(max(value - least, 0.0))), u

    ends = []
    for sign in (-1.0, 1.0):
        goal, at, u = np.sqrt(rise), sign * width * np.sqrt(rise), np.zeros(int(others.sum()))
        before, risen = 0.0, 0.0
        for _ in range(_SECANTS):
            now, u = height(at, u)
            if abs(now - goal) < _CLOSE * goal:
                break
            # The root of the rise is nearly a straight line: through the last two points.
            slope = (now - risen) / (at - before)
            step = (goal - now) / slope if slope * sign > 0 else sign * _FARTHEST * width
            before, risen, at = at, now, at + float(np.clip(step, -2 * abs(at), 2 * abs(at)))
            if abs(at) > _FARTHEST * width or at * sign <= 0:
                at = sign * np.inf
                break
        ends.append(float(best[place] + at))
    return ends[0], ends[1]


def profile_of_squares(
    residual: Callable[[np.ndarray], np.ndarray],
    best: np.ndarray,
    covariance: np.ndarray,
    place: int,
    rise: float,
    bounds: tuple[list[float], list[float]],
) -> tuple[float, float]:
    """Return the ends of the profile interval of χ² = Σ residual², all other parameters within their bounds.

    Args:
        residual: in standard errors.
        best: where χ² is least.
        covariance: about the one of the parameters; only the work depends on it.
        place: of the parameter.
        rise: q.
        bounds: least and most of each parameter; an end that the profile does not reach within them is a bound.

    Example:
        >>> ends = profile_of_squares(lambda p: p - 1, np.array([1.0, 1.0]), np.eye(2), 0, 4.0, ([0.0, -9.0], [9.0, 9.0]))
        >>> [round(end, 6) for end in ends]
        [0.0, 3.0]
    """
    from scipy.optimize import least_squares

    others = np.arange(len(best)) != place
    low, high = (np.array(bound, float) for bound in bounds)
    least, goal = float(np.sum(residual(best) ** 2)), float(np.sqrt(rise))
    width = max(float(np.sqrt(covariance[place, place])), 1e-12)
    along = covariance[others, place] / width**2

    def height(x: float, near: np.ndarray) -> tuple[float, np.ndarray]:
        """The root of the profile's rise at x, and the other parameters there, looked for from those ``near`` x."""

        def missed(q: np.ndarray) -> np.ndarray:
            p = np.empty(len(best))
            p[place], p[others] = x, q
            return residual(p)

        inside = np.clip(near, low[others] + 1e-9, high[others] - 1e-9)
        found = least_squares(missed, inside, bounds=(low[others], high[others]), x_scale="jac", xtol=1e-5, ftol=1e-5)
        return float(np.sqrt(max(2 * found.cost - least, 0.0))), found.x

    def end(sign: float, edge: float) -> float:
        """Where the root has risen to the goal: between the last place below it and the first above, the straight line between them."""
        under, risen, at_others = float(best[place]), 0.0, best[others]
        over: float | None = None
        above = 0.0
        at = float(np.clip(under + sign * width * goal, low[place], high[place]))
        for _ in range(_LOOKS):
            now, found = height(at, at_others + along * (at - under))
            if abs(now - goal) < _CLOSE * goal or (at == edge and now < goal):
                return at
            if now < goal:
                slope = (now - risen) / abs(at - under)
                under, risen, at_others = at, now, found
            else:
                over, above = at, now
            if over is None:
                far = (goal - now) / slope if slope > 0 else _FARTHEST * width
                at = float(
                    np.clip(
                        at + sign * min(far * 1.1, 2 * abs(at - float(best[place])) + width), low[place], high[place]
                    )
                )
            else:
                share = float(np.clip((goal - risen) / (above - risen), 0.1, 0.9))
                at = under + share * (over - under)
        return at

    return end(-1.0, low[place]), end(1.0, high[place])


def _lowest(cost: Cost, u: np.ndarray) -> tuple[float, np.ndarray]:
    """The minimum near u in scaled coordinates, where the cost is about |u|²: a parabola along each axis in turn."""
    value = cost(u)
    for _ in range(_SWEEPS):
        before = value
        for axis in np.eye(len(u)):
            left, right = cost(u - _SHARE * axis), cost(u + _SHARE * axis)
            bend = left + right - 2 * value
            if not 0 < bend < np.inf:
                continue  # also where one side has no cost: noise that is lost in the numbers
            moved = u + float(np.clip((left - right) / (2 * bend), -3, 3)) * _SHARE * axis
            tried = cost(moved)
            if tried < value:
                value, u = tried, moved
        if before - value < 0.01:
            break
    return value, u


def _seconds(cost: Cost, best: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """Second derivatives along axes (one a row), per square of their length."""
    size = len(best)
    found = np.empty((size, size))
    middle = cost(best)
    sides = [(cost(best + axis), cost(best - axis)) for axis in axes]
    for a in range(size):
        found[a, a] = sides[a][0] + sides[a][1] - 2 * middle
        for b in range(a):
            both = cost(best + axes[a] + axes[b]) + cost(best - axes[a] - axes[b])
            found[a, b] = found[b, a] = (both - sum(sides[a]) - sum(sides[b]) + 2 * middle) / 2
    return found
