"""Critical current, resistance and effective temperature from a measured I–V curve.

    without hysteresis   V = I_c R v(I/I_c, β_c, D) + V_0;  I_c, R, C, T, V_0 by least squares            (`single_valued`)
    with hysteresis      I_c from below by the switching current; I_r/I_c gives α, hence C; R from V = I_c R v_run(I/I_c, α) coming down

Noise switches below I_c and retraps above I_r, and both make β_c ~ (4 I_c/π I_r)² too small: with hysteresis I_c and C are bounded from below.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from evolaw import checks
from evolaw.josephson.fitting.residuals import goodness, resistance_above
from evolaw.josephson.fitting.results import Check, JunctionFit, Parameter
from evolaw.josephson.fitting.single_valued import fit_single_valued
from evolaw.josephson.formulas.limit_cycle import end_of_bistability, retrapping_current, running_voltage
from evolaw.josephson.units import Scales
from evolaw.told import told

__all__ = ["fit_voltage"]

_BRANCHES = 0.05


@told
def fit_voltage(
    current: Any,
    voltage: Any,
    error: Any = None,
    *,
    capacitance: float | None = None,
    temperature: float | None = None,
) -> JunctionFit:
    """Fit an I–V curve in SI units.

    Args:
        current, voltage: in ampere and volt, in the order they were swept.
        error: standard errors of the voltages; None takes them from the scatter.
        capacitance: C in farad, 0 for none, where it is known: it narrows the other intervals. None fits it too.
        temperature: of the bath, to compare the effective one with.

    Returns:
        The fit; ``fit.junction`` is the junction where all numbers are known.

    Raises:
        ArgumentError: fewer than six points, or none above the critical current; a capacitance for a curve with hysteresis, which tells it.

    Example:
        >>> from evolaw.josephson.formulas import mean_voltage
        >>> i = np.linspace(0.05, 3, 40) * 1e-6
        >>> v = 1e-5 * mean_voltage(i / 1e-6, 0.1761963)
        >>> fit = fit_voltage(i, v + 1e-9 * np.cos(7e7 * i * i / 1e-6), capacitance=0.0)
        >>> abs(fit.parameters["temperature"].value - 4.2) < 0.05
        True
    """
    i = checks.shape(checks.numbers(current, "current"), "current", ("points",))
    v = checks.shape(checks.numbers(voltage, "voltage"), "voltage", i.shape)
    checks.require(i.size >= 6, "current", "hold at least six points", i.size)
    s = None if error is None else checks.shape(checks.numbers(error, "error"), "error", i.shape)
    checks.require(s is None or bool(np.all(s > 0)), "error", "be positive", "not everywhere")
    turn = int(np.argmax(np.abs(i)))
    gap = _branch_gap(i, v, turn)
    checks.require(capacitance is None or capacitance >= 0, "capacitance", "be zero or positive, in farad", capacitance)
    if gap > _BRANCHES:
        why = "be left out for a curve with hysteresis, which tells it"
        checks.require(capacitance is None, "capacitance", why, capacitance)
        return _hysteretic(i, v, s, turn, temperature)
    return fit_single_valued(i, v, s, temperature, capacitance)


# -- two voltages a current -----------------------------------------------------------------------------------------------


def _hysteretic(i: np.ndarray, v: np.ndarray, s: np.ndarray | None, turn: int, bath: float | None) -> JunctionFit:
    """Take I_c from the switching, α from the retrapping, R from the branch that comes down, by the noiseless running state."""
    up, down = (i[: turn + 1], v[: turn + 1]), (i[turn:], v[turn:])
    level, floor = 0.1 * resistance_above(i, v), 0.02 * float(np.abs(v).max())
    switched = float(np.min(np.abs(up[0][np.abs(up[1]) > np.maximum(level * np.abs(up[0]), floor)])))
    moving = np.abs(down[1]) > np.maximum(level * np.abs(down[0]), floor)
    retrapped = float(np.min(np.abs(down[0][moving])))
    here = moving & (np.abs(down[0]) > 1.02 * retrapped)
    x, y = np.abs(down[0][here]), np.abs(down[1][here])
    checks.require(x.size >= 5, "current", "hold at least five points on the branch that comes down", x.size)
    retrapping, damping = _damping_table()
    spacing = float(np.median(np.abs(np.diff(i))))
    alpha, *edges = (
        float(np.interp(min((retrapped + k * spacing) / switched, 0.9999), retrapping, damping)) for k in (0, -1, 1)
    )
    # Linear in R: the running state's voltage per I_c R is known once α is.
    shape = switched * np.asarray(
        running_voltage(np.maximum(x / switched, 1.0001 * float(retrapping_current(alpha))), alpha)
    )
    weight = 1 / s[turn:][here] if s is not None else np.ones(x.size)
    resistance = float(np.sum(shape * y * weight**2) / np.sum((shape * weight) ** 2))
    fitted, free = shape * resistance, x.size - 1
    sigma = 1 / weight if s is not None else np.full(x.size, float(np.sqrt(np.sum((fitted - y) ** 2) / free)))
    half = float(stats.t.ppf(0.975, free) / np.sqrt(np.sum((shape / sigma) ** 2)))
    # A retrapping that is a point higher or lower; one that noise made too high, as a switching too low, leaves C above this.
    capacities = [Scales.of_reduced(a, 0.0, switched, resistance).capacitance for a in (alpha, *edges)]
    parameters = {
        "critical_current": Parameter(switched, switched, None),
        "resistance": Parameter(resistance, resistance - half, resistance + half),
        "capacitance": Parameter(capacities[0], min(capacities), None),
        "temperature": Parameter(None, basis="undetermined"),
    }
    said = (
        goodness(fitted, y, sigma, s is not None, free),
        Check(
            "is it underdamped?", True,
            f"Yes: it switches at {switched:.4g} A and retraps at {retrapped:.4g} A, so α = {alpha:.3g}, β_c = {alpha**-2:.3g}.",
        ),
        Check(
            "is the excess noise thermal?", None,
            "A hysteretic I–V curve does not tell: noise lowers the switching current, which bounds I_c from below only.",
        ),
    )  # fmt: skip
    advice = (
        "A histogram of at least 1000 switching currents at one ramp rate gives the effective temperature, and I_c, "
        f"which one sweep bounds from below only, by the switching at {switched:.4g} A."
    )
    extra = {"switched": switched, "retrapped": retrapped, "bath": bath}
    return JunctionFit("iv", parameters, said, advice, x, y, fitted, sigma, ("current (A)", "voltage (V)"), extra)


def _damping_table() -> tuple[np.ndarray, np.ndarray]:
    """Retrapping current and damping, both rising, to read one from the other."""
    a = np.concatenate([[1e-4], np.linspace(0.02, end_of_bistability() - 1e-4, 60)])
    return np.asarray(retrapping_current(a)), a


def _branch_gap(i: np.ndarray, v: np.ndarray, turn: int) -> float:
    """The mean distance between the branches up and down, over the largest voltage."""
    if turn < 3 or turn > i.size - 4:
        return 0.0
    rising = np.argsort(i[: turn + 1]), np.argsort(i[turn:])
    low = max(float(i[: turn + 1].min()), float(i[turn:].min()))
    grid = np.linspace(low, float(i.max()), 200)
    up = np.interp(grid, i[: turn + 1][rising[0]], v[: turn + 1][rising[0]])
    down = np.interp(grid, i[turn:][rising[1]], v[turn:][rising[1]])
    return float(np.mean(np.abs(up - down)) / max(float(np.abs(v).max()), 1e-300))
