"""Critical current, resistance and effective temperature from a measured I–V curve.

    without hysteresis   V = I_c R v(I/I_c, D) + V_0,  v of Ambegaokar and Halperin, D = 2π k_B T/(Φ0 I_c);  I_c, R, T, V_0 by least squares
    with hysteresis      I_c from below by the switching current; I_r/I_c gives α, hence C; R from V = I_c R v_run(I/I_c, α) coming down

Without errors in the file the scatter of the residuals is the error of a point, and intervals are Student's. They come from the profile of χ² (`intervals`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import optimize, stats

from evolaw import checks
from evolaw.josephson.fitting.intervals import profile_interval
from evolaw.josephson.fitting.results import Check, JunctionFit, Parameter, thermal_check
from evolaw.josephson.formulas.limit_cycle import end_of_bistability, retrapping_current, running_voltage
from evolaw.josephson.formulas.voltage import mean_voltage
from evolaw.josephson.units import BOLTZMANN, CHARGE, HBAR, Scales
from evolaw.told import told

__all__ = ["fit_voltage"]

_BRANCHES = 0.05
_CANDIDATES = 41
_CLEAR, _ROUGH = 2.0, 0.1
_NOISES = (1e-9, 1e6)


@told
def fit_voltage(current: Any, voltage: Any, error: Any = None, *, temperature: float | None = None) -> JunctionFit:
    """Fit an I–V curve in SI units.

    Args:
        current, voltage: in ampere and volt, in the order they were swept.
        error: standard errors of the voltages; None takes them from the scatter.
        temperature: of the bath, to compare the effective one with.

    Returns:
        The fit; ``fit.junction`` is the junction where all numbers are known.

    Raises:
        ArgumentError: fewer than six points, or none above the critical current.

    Example:
        >>> i = np.linspace(0.05, 3, 40) * 1e-6
        >>> v = 1e-5 * mean_voltage(i / 1e-6, 0.1761963)
        >>> fit = fit_voltage(i, v + 1e-9 * np.cos(7e7 * i * i / 1e-6))
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
    if gap > _BRANCHES:
        return _hysteretic(i, v, s, turn, temperature)
    return _single_valued(i, v, s, temperature)


# -- one voltage a current ------------------------------------------------------------------------------------------------


def _single_valued(i: np.ndarray, v: np.ndarray, s: np.ndarray | None, bath: float | None) -> JunctionFit:
    slope = _slope(i, v)
    # Far above the critical current v = I R - I_c² R/(2 I): a first guess from the missing voltage.
    top = np.abs(i) > 0.7 * np.abs(i).max()
    lost = np.median((slope * np.abs(i[top]) - np.abs(v[top])) * 2 * np.abs(i[top]) / slope)
    first = np.sqrt(max(float(lost), (0.2 * float(np.abs(i).max())) ** 2))
    weight = 1 / s if s is not None else np.full(i.size, 1 / max(float(np.abs(v).max()) * 1e-3, 1e-15))

    def model(p: np.ndarray) -> np.ndarray:
        return _model(p, i, first)

    def miss(p: np.ndarray) -> np.ndarray:
        missed: np.ndarray = (model(p) - v) * weight
        return missed

    scale = float(np.abs(v).max())
    tried = [
        optimize.least_squares(miss, [np.log(first), np.log(slope), np.log(d), 0.0], x_scale=[1, 1, 1, scale], bounds=([np.log(first) - 8, np.log(slope) - 5, -12, -scale], [np.log(first) + 3, np.log(slope) + 5, 6, scale]))
        for d in (0.03, 0.3)
    ]  # fmt: skip
    found = min(tried, key=lambda one: one.cost)
    fitted = model(found.x)
    free = i.size - 4
    sigma = s if s is not None else np.full(i.size, float(np.sqrt(np.sum((fitted - v) ** 2) / free)))
    jacobian = found.jac / (weight * sigma)[:, None]
    sees = np.linalg.norm(jacobian, axis=0)
    checks.require(
        bool(np.all(sees > 1e-9 * sees.max())),
        "voltage",
        "follow the curve of a junction",
        f"points about {float(np.median(np.abs(fitted - v))):.2g} V away from the best one",
        "Are the columns or their units right, and measured above the critical current?",
    )
    covariance = _covariance(jacobian)
    # T = D E_J/k_B with D first/I_c: its logarithm is p[2] and constants.
    unit = HBAR * first / (2 * CHARGE * BOLTZMANN)
    rise = (float(stats.t.ppf(0.975, free)) if s is None else 1.96) ** 2

    def square(p: np.ndarray) -> float:
        return float(np.sum(((model(p) - v) / sigma) ** 2))

    numbers = {}
    for name, place, factor in (("critical_current", 0, 1.0), ("resistance", 1, 1.0), ("temperature", 2, unit)):
        ends = profile_interval(square, found.x, covariance, place, rise)
        numbers[name] = Parameter.of(*(factor * np.exp(x) for x in (found.x[place], *ends)))
    said = [
        _goodness(fitted, v, sigma, s is not None, free),
        _runs(i, fitted - v),
        thermal_check(numbers["temperature"], bath),
    ]
    said.append(
        Check("is it underdamped?", True, "No: one voltage a current, so α > 1.19 or the noise hides the hysteresis.")
    )
    parameters = {
        "critical_current": numbers["critical_current"],
        "resistance": numbers["resistance"],
        "capacitance": Parameter(None, basis="undetermined"),
        "temperature": numbers["temperature"],
    }
    advice = _next_point(first, found.x, covariance, i, float(np.median(sigma)))
    return JunctionFit("iv", parameters, tuple(said), advice, i, v, fitted, sigma, ("current (A)", "voltage (V)"))


def _covariance(jacobian: np.ndarray) -> np.ndarray:
    """(JᵀJ)⁻¹ with columns of one length: volts and logarithms differ by 10⁶, whose square a pseudo-inverse takes for a rank that is missing."""
    length = np.maximum(np.linalg.norm(jacobian, axis=0), 1e-300)
    scaled = jacobian / length
    found: np.ndarray = np.linalg.pinv(scaled.T @ scaled) / np.outer(length, length)
    return found


def _next_point(first: float, p: np.ndarray, covariance: np.ndarray, i: np.ndarray, sigma: float) -> str:
    """Which current, measured once more, narrows most the parameter known worst."""
    names = ("critical current", "resistance", "effective temperature")
    worst = int(np.argmax(np.diag(covariance)[:3]))
    critical = float(np.exp(p[0]))
    places = np.linspace(0.02, 1.0, _CANDIDATES) * max(float(np.abs(i).max()), 1.5 * critical)

    def voltage(q: np.ndarray) -> np.ndarray:
        found: np.ndarray = _model(q, places, first)
        return found

    rows = np.column_stack([(voltage(p + h) - voltage(p - h)) / 2e-4 for h in 1e-4 * np.eye(4)[:3]])
    rows = np.column_stack([rows, np.ones(places.size)]) / sigma
    gains = np.array([(covariance @ row)[worst] ** 2 / (1 + row @ covariance @ row) for row in rows])
    best = places[int(np.argmax(gains))]
    share = 1 - np.sqrt(max(1 - gains.max() / covariance[worst, worst], 0.0))
    return (
        f"The {names[worst]} is known worst; measure the voltage at {best:.4g} A ({best / critical:.2f} I_c) again: "
        f"one more point there, as exact as the others, narrows its interval by {100 * share:.1f} %."
    )


def _model(p: np.ndarray, i: np.ndarray, first: float) -> np.ndarray:
    """I_c R v(I/I_c, D) + V_0 for p = (ln I_c, ln R, ln D I_c/first, V_0): k_B T is better determined than D."""
    # Where a profile wanders off, the curve is that of the strongest or weakest noise it can be told from.
    critical, resistance = np.exp(np.clip(p[0], -60, 5)), np.exp(np.clip(p[1], -60, 60))
    noise = np.clip(np.exp(np.clip(p[2], -40, 40)) * first / critical, *_NOISES)
    curve = np.asarray(mean_voltage(i / critical, noise))
    found: np.ndarray = critical * resistance * curve + p[3]
    return found


# -- two voltages a current -----------------------------------------------------------------------------------------------


def _hysteretic(i: np.ndarray, v: np.ndarray, s: np.ndarray | None, turn: int, bath: float | None) -> JunctionFit:
    """Take I_c from the switching, α from the retrapping, R from the branch that comes down, by the noiseless running state."""
    up, down = (i[: turn + 1], v[: turn + 1]), (i[turn:], v[turn:])
    level, floor = 0.1 * _slope(i, v), 0.02 * float(np.abs(v).max())
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
    capacities = [Scales.of_reduced(a, 0.0, switched, resistance).capacitance for a in (alpha, *edges)]
    parameters = {
        "critical_current": Parameter(switched, switched, None),
        "resistance": Parameter(resistance, resistance - half, resistance + half),
        "capacitance": Parameter(capacities[0], min(capacities), max(capacities)),
        "temperature": Parameter(None, basis="undetermined"),
    }
    said = (
        _goodness(fitted, y, sigma, s is not None, free),
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


# -- checks ---------------------------------------------------------------------------------------------------------------


def _slope(i: np.ndarray, v: np.ndarray) -> float:
    """The resistance far above the critical current."""
    top = np.abs(i) > 0.7 * np.abs(i).max()
    slope = float(np.median(v[top] / i[top]))
    noise = float(np.median(np.abs(v[top] / i[top] - slope)))
    checks.require(
        slope > _CLEAR * noise,
        "voltage",
        "rise with the current and stand clear of its scatter at the largest currents",
        f"{slope:.2g} ± {noise:.2g} Ohm there",
        "Measure above the critical current; are the columns or their units right?",
    )
    return slope


def _goodness(fitted: np.ndarray, v: np.ndarray, sigma: np.ndarray, is_given: bool, free: int) -> Check:
    if not is_given:
        scatter = float(np.median(sigma))
        if scatter > _ROUGH * float(np.abs(v).max()):
            return Check(
                "does the curve fit?",
                False,
                f"No: the points lie {scatter:.3g} V away from it, a tenth of the largest voltage and more. Are the columns or their units right?",
            )
        return Check(
            "does the curve fit?",
            None,
            f"The points scatter by {float(np.median(sigma)):.3g} V around it; without errors in the file no test says more.",
        )
    square = float(np.sum(((fitted - v) / sigma) ** 2))
    p = float(stats.chi2.sf(square, free))
    says = f"χ² = {square:.1f} for {free} degrees of freedom (p = {p:.2g})" + (
        ", so it does." if p > 0.01 else ": the model is not the whole truth."
    )
    return Check("does the curve fit?", p > 0.01, says, p)


def _runs(i: np.ndarray, residual: np.ndarray) -> Check:
    """Whether the residuals change sign as often as chance would, in the order of the currents (Wald and Wolfowitz)."""
    sign = (residual[np.argsort(i)] > 0).astype(int)
    ups, n = int(sign.sum()), sign.size
    downs = n - ups
    if min(ups, downs) < 3:
        return Check("are the residuals chance?", None, "Too few points to tell.")
    runs = 1 + int(np.count_nonzero(np.diff(sign)))
    mean = 1 + 2 * ups * downs / n
    deviation = np.sqrt((mean - 1) * (mean - 2) / (n - 1))
    p = float(2 * stats.norm.sf(abs(runs - mean) / deviation))
    says = f"{runs} runs of one sign where chance gives {mean:.1f} ± {deviation:.1f} (p = {p:.2g})"
    return Check(
        "are the residuals chance?",
        p > 0.01,
        says + ("." if p > 0.01 else ": a smooth part is missing from the model."),
        p,
    )
