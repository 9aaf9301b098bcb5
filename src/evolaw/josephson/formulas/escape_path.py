"""How a junction escapes, when it does: the action of a path and the most probable one.

    Onsager–Machlup, no capacitance    S[φ] = (1/4D) ∫ (φ' - i + sin φ)² dt - ½ ∫ cos φ dt
    Freidlin–Wentzell, weak noise      S[φ] = (1/4D) ∫ (φ' - i + sin φ)² dt,  with capacitance (1/4αD) ∫ (φ'' + αφ' + sin φ - i)² dt

From the well to the top of the barrier the smallest action over all paths and durations is ΔU/D, exactly, with and without capacitance:
the path is the relaxation from the top, run backwards.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from evolaw import checks
from evolaw.josephson.formulas.escape import barrier_height
from evolaw.told import told

__all__ = ["EscapePath", "escape_action", "most_probable_escape", "path_action"]


class EscapePath(NamedTuple):
    """A path from the well to the top of the barrier.

    Attributes:
        time, phase: shape (points,).
        action: its Freidlin–Wentzell action times D.
    """

    time: np.ndarray
    phase: np.ndarray
    action: float


@told
def escape_action(bias: Any, noise: Any) -> np.ndarray | float:
    """Return ΔU/D, the least action of an escape, for any damping.

    References:
        freidlin2012, chapter 4.

    Example:
        >>> round(escape_action(0.5, 0.1), 9)
        6.848532564
    """
    d = checks.numbers(noise, "noise")
    checks.require(bool(np.all(d > 0)), "noise", "be positive", float(np.min(d, initial=1.0)))
    found = np.asarray(barrier_height(bias)) / d
    return found if found.ndim else float(found)


@told
def path_action(
    time: Any, phase: Any, bias: float, noise: float, damping: float | None = None, *, onsager_machlup: bool = False
) -> float:
    """Return the action of a path given at times.

    Args:
        time: rising, shape (points,).
        phase: φ there.
        bias, noise: i, D.
        damping: α, then time is in 1/w_p and the force with φ'' is meant; None without capacitance, time in 1/w_c.
        onsager_machlup: take off ½ ∫ cos φ dt, so that exp(-S) compares paths at finite noise (without capacitance).

    Notes:
        Differences of second order in the step.

    References:
        onsager1953; freidlin2012.
    """
    t = checks.increasing(time, "time")
    x = checks.shape(checks.numbers(phase, "phase"), "phase", t.shape)
    i, d = checks.number(bias, "bias"), checks.positive(noise, "noise")
    step, middle = np.diff(t), (x[1:] + x[:-1]) / 2
    speed = np.diff(x) / step
    if damping is None:
        total = float(np.sum((speed - i + np.sin(middle)) ** 2 * step) / (4 * d))
        return total - float(np.sum(np.cos(middle) * step)) / 2 if onsager_machlup else total
    checks.require(not onsager_machlup, "onsager_machlup", "be False with a damping", True)
    a, width = checks.positive(damping, "damping"), (step[1:] + step[:-1]) / 2
    turning = np.diff(speed) / width
    inner = (x[2:] - x[:-2]) / (t[2:] - t[:-2])
    return float(np.sum((turning + a * inner + np.sin(x[1:-1]) - i) ** 2 * width) / (4 * a * d))


@told
def most_probable_escape(bias: float, duration: float = 40.0, points: int = 400) -> EscapePath:
    """Minimise the Freidlin–Wentzell action of an overdamped junction over paths from the well to the top of the barrier.

    Args:
        bias: i, 0 <= i < 1.
        duration: time of the path in 1/w_c; the action falls to ΔU as it grows.
        points: of the path.

    Returns:
        The path; its ``action`` is D S, so that it compares with `barrier_height`.

    Notes:
        A descent by L-BFGS from the straight line, without knowledge of the answer.

    Example:
        >>> found = most_probable_escape(0.5)
        >>> abs(found.action / barrier_height(0.5) - 1) < 1e-3
        True
    """
    from scipy.optimize import minimize

    i = checks.number(bias, "bias", least=0.0)
    checks.require(i < 1, "bias", "lie below the critical current", i)
    count = checks.integer(points, "points", least=8)
    t = np.linspace(0, checks.positive(duration, "duration"), count)
    h = t[1]
    well = np.arcsin(i)
    line = np.linspace(well, np.pi - well, count)

    def cost(inner: np.ndarray) -> tuple[float, np.ndarray]:
        x = np.concatenate([line[:1], inner, line[-1:]])
        middle = (x[1:] + x[:-1]) / 2
        residual = np.diff(x) / h - i + np.sin(middle)
        left, right = residual * (-1 / h + np.cos(middle) / 2), residual * (1 / h + np.cos(middle) / 2)
        return float(np.sum(residual**2) * h / 4), (right[:-1] + left[1:]) * h / 2

    found = minimize(
        cost,
        line[1:-1],
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 20_000, "maxfun": 40_000, "gtol": 1e-9, "ftol": 1e-15},
    )
    return EscapePath(t, np.concatenate([line[:1], found.x, line[-1:]]), float(found.fun))
