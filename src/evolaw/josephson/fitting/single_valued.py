"""An I–V curve with one voltage a current: critical current, resistance, capacitance, effective temperature and offset by least squares.

    V = I_c R v(I/I_c, β_c, D) + V_0,      D = 2π k_B T/(Φ0 I_c),   β_c = 2e I_c R² C/ħ

v is Ambegaokar and Halperin's curve and what a capacitance adds to it (`inertial_curve`). A capacitance left out is taken for a resistance: at
β_c = 0.3 and currents up to 2.5 I_c the best curve without it fits as well, with R 3 % too high. It is fitted too, therefore, where it is not known,
and what it leaves open stands in the intervals. These come from the profile of χ²; without errors in the file the scatter of the residuals is the
error of a point, and they are Student's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, stats

from evolaw import checks, display
from evolaw.josephson.fitting.inertial_curve import InertialCurve
from evolaw.josephson.fitting.intervals import profile_of_squares
from evolaw.josephson.fitting.overdamped_curve import overdamped_voltage
from evolaw.josephson.fitting.residuals import goodness, resistance_above, runs_of_signs
from evolaw.josephson.fitting.results import Check, JunctionFit, Parameter, thermal_check
from evolaw.josephson.units import BOLTZMANN, CHARGE, HBAR

__all__ = ["fit_single_valued", "rough_curve"]

_CANDIDATES = 41
_NOISES = (1e-9, 1e6)
_COLDEST = -16.0
_REACHED = (0.003, 10.0)
_MOVED, _SHARPENED = 0.4, 0.05
_SEEN, _NOTHING = 0.02, 0.5
_HYSTERETIC, _UNKNOWN = 0.7026, 10.0
_ROUNDING = 1e-12
Curve = Callable[[np.ndarray, float, float], np.ndarray]


def fit_single_valued(
    i: np.ndarray,
    v: np.ndarray,
    s: np.ndarray | None,
    bath: float | None,
    capacitance: float | None,
    count: np.ndarray | None = None,
) -> JunctionFit:
    """Fit a curve without hysteresis.

    Args:
        i, v, s: currents, voltages, and their standard errors or None.
        bath: temperature in kelvin, to compare with.
        capacitance: in farad, 0 for none, None to fit it.
        count: of how many points each is the mean, where the errors are not known; None for one.
    """
    p, problem = _best(_begun(i, v, s, capacitance, count))
    first, slope, farad = problem.first, problem.slope, problem.farad
    fitted = problem.model(p)
    is_free = problem.fits_capacitance
    free = i.size - (5 if is_free else 4)
    checks.require(free > 0, "current", "hold more points than there are numbers to fit, five", i.size)
    many = np.ones(i.size) if count is None else count
    sigma = s if s is not None else np.sqrt(float(np.sum(many * (fitted - v) ** 2)) / free / many)
    sigma = np.maximum(sigma, _ROUNDING * float(np.abs(v).max()))
    jacobian = problem.jacobian(p) / sigma[:, None]
    # A curve whose critical current or resistance moves nothing is no curve of a junction; a corner between two points sees no noise.
    current, slopes, _, offset = np.linalg.norm(jacobian, axis=0)[:4]
    checks.require(
        bool(min(current, slopes) > 1e-9 * max(current, slopes, offset) and slopes > _SEEN * offset)
        and (s is not None or float(np.median(np.abs(fitted - v))) < _NOTHING * float(np.abs(v).max())),
        "voltage",
        "follow the curve of a junction",
        f"points about {display.quantity(float(np.median(np.abs(fitted - v))), 'V', 2)} away from the best one",
        "Are the columns or their units right, and measured above the critical current?",
    )
    _require_bent(i, v, (fitted - v) / sigma, sigma, free)
    covariance = _covariance(jacobian)
    # T = D E_J/k_B with D first/I_c: its logarithm is p[2] and constants.
    unit = HBAR * first / (2 * CHARGE * BOLTZMANN)
    rise = (float(stats.t.ppf(0.975, free)) if s is None else 1.96) ** 2

    def ends(place: int) -> tuple[float, float]:
        return profile_of_squares(lambda q: (problem.model(q) - v) / sigma, p, covariance, place, rise, problem.bounds)

    numbers = {
        name: _fitted(factor, p[place], *ends(place))
        for name, place, factor in (("critical_current", 0, 1.0), ("resistance", 1, slope), ("temperature", 2, unit))
    }
    if is_free:
        numbers["capacitance"] = _capacitance(p[4], *ends(4), problem.bounds[1][4], farad)
    elif capacitance is None:
        numbers["capacitance"] = Parameter(None, basis="undetermined")
    else:
        numbers["capacitance"] = Parameter(capacitance, basis="given")
    said = (
        goodness(fitted, v, sigma, s is not None, free),
        runs_of_signs(i, fitted - v),
        thermal_check(numbers["temperature"], bath),
        _damped(problem, p, numbers["capacitance"], farad),
    )
    advice = _next_point(problem, p, covariance, float(np.median(sigma)))
    order = ("critical_current", "resistance", "capacitance", "temperature")
    parameters = {name: numbers[name] for name in order}
    return JunctionFit("iv", parameters, said, advice, i, v, fitted, sigma, ("current (A)", "voltage (V)"))


def rough_curve(
    i: np.ndarray, v: np.ndarray, s: np.ndarray | None, count: np.ndarray
) -> Callable[[np.ndarray], np.ndarray]:
    """Return the best curve without capacitance, as voltages at currents: quick, and close enough to see where points bend."""
    problem = _begun(i, v, s, 0.0, count)
    p = _best(problem)[0]
    return lambda current: problem.model(p, current)


def _begun(
    i: np.ndarray, v: np.ndarray, s: np.ndarray | None, capacitance: float | None, count: np.ndarray | None
) -> _Problem:
    """The points, their weights, and the numbers to begin with."""
    slope = resistance_above(i, v)
    # Far above the critical current v = I R - I_c² R/(2 I): a first guess from the missing voltage.
    top = np.abs(i) > 0.7 * np.abs(i).max()
    lost = np.median((slope * np.abs(i[top]) - np.abs(v[top])) * 2 * np.abs(i[top]) / slope)
    first = float(np.sqrt(max(float(lost), (0.2 * float(np.abs(i).max())) ** 2)))
    scale = float(np.abs(v).max())
    if s is not None:
        weight = 1 / s
    else:
        weight = np.sqrt(1.0 if count is None else count / np.mean(count)) / max(scale * 1e-3, 1e-15) * np.ones(i.size)
    return _Problem(i, v, weight, first, slope, scale, capacitance)


def _require_bent(i: np.ndarray, v: np.ndarray, residual: np.ndarray, sigma: np.ndarray, free: int) -> None:
    """Refuse points that a straight line fits as well: a resistor, or a junction so hot that no critical current is seen."""
    slope, offset = np.polyfit(i, v, 1, w=1 / sigma)
    square = float(np.sum(residual**2))
    gain = (float(np.sum(((v - slope * i - offset) / sigma) ** 2)) - square) / 2
    checks.require(
        gain > float(stats.f.ppf(0.99, 2, free)) * square / free,
        "voltage",
        "bend about the critical current",
        f"a straight line of {slope:.4g} Ohm within its scatter",
        "No supercurrent is seen: is the junction cold enough, and the range of currents small enough?",
    )


@dataclass
class _Problem:
    """Measured points and the model of them: p = (ln I_c/A, ln R/slope, ln D I_c/first, V_0/scale[, C/farad]).

    k_B T is better determined than D, hence the third. ``known`` is a capacitance in farad that was given. ``curve`` is that without
    capacitance until one is asked for.
    """

    i: np.ndarray
    v: np.ndarray
    weight: np.ndarray
    first: float
    slope: float
    scale: float
    known: float | None
    curve: InertialCurve | None = None

    @property
    def farad(self) -> float:
        """The capacitance of β_c = 1 at ``first`` and ``slope``, the unit of the fifth parameter."""
        return HBAR / (2 * CHARGE * self.first * self.slope**2)

    @property
    def fits_capacitance(self) -> bool:
        """Whether the capacitance is a parameter."""
        return self.curve is not None and self.known is None

    @property
    def bounds(self) -> tuple[list[float], list[float]]:
        """The least and the most of each parameter."""
        critical = float(np.log(self.first))
        low, high = [critical - 8, -5.0, _COLDEST, -1.0], [critical + 3, 5.0, 6.0, 1.0]
        if self.fits_capacitance and self.curve is not None:
            low, high = [*low, 0.0], [*high, 1.3 * self.curve.most_beta]
        return low, high

    def anchored(self, beta: float, noise: float) -> None:
        """Make the curve with capacitance exact at these numbers, so that very many points are not fitted to what its table misses."""
        if self.curve is not None and beta > 0:
            self.curve.anchor(beta, noise)

    def numbers(self, p: np.ndarray) -> tuple[float, float, float, float]:
        """I_c, R, D and β_c; where a profile wanders off, the strongest or weakest noise that a curve can be told from."""
        critical, resistance = np.exp(np.clip(p[0], -60, 5)), self.slope * np.exp(np.clip(p[1], -60, 60))
        noise = float(np.clip(np.exp(np.clip(p[2], -40, 40)) * self.first / critical, *_NOISES))
        share = p[4] if self.fits_capacitance else (self.known or 0.0) / self.farad
        return critical, resistance, noise, float(share * critical / self.first * (resistance / self.slope) ** 2)

    def model(self, p: np.ndarray, current: np.ndarray | None = None) -> np.ndarray:
        """The voltages of parameters, at the measured currents or others."""
        critical, resistance, noise, beta = self.numbers(p)
        at = (self.i if current is None else current) / critical
        if self.curve is not None:
            curve = self.curve(at, beta, noise)
        else:
            curve = overdamped_voltage(at, noise)
        found: np.ndarray = critical * resistance * curve + p[3] * self.scale
        return found

    def jacobian(self, p: np.ndarray, current: np.ndarray | None = None) -> np.ndarray:
        """Derivatives of the voltages by each parameter; at no capacitance by a step upwards."""
        columns = []
        for k in range(len(p)):
            h = np.zeros(len(p))
            h[k] = 1e-4
            back = p if k == 4 and p[4] < 1e-4 else p - h
            columns.append((self.model(p + h, current) - self.model(back, current)) / (p + h - back)[k])
        return np.column_stack(columns)

    def solved(self, start: np.ndarray) -> Any:
        """The nearest minimum."""
        return optimize.least_squares(
            lambda p: (self.model(p) - self.v) * self.weight,
            np.clip(start, *(np.array(b) + e for b, e in zip(self.bounds, (1e-9, -1e-9), strict=True))),
            bounds=self.bounds,
            x_scale="jac",
            xtol=1e-7,
            ftol=1e-9,
        )


def _best(plain: _Problem) -> tuple[np.ndarray, _Problem]:
    """The least squares without capacitance and, unless there is none, those with it.

    A capacitance sharpens the corner of a curve as less noise does: where none is fitted first, the noise may come out as next to nothing, around
    which no curve with capacitance is in reach. They are looked for around a stronger noise too, then.
    """
    begin = [np.log(plain.first), 0.0, 0.0, 0.0]
    tried = [
        (one.cost, one.x, plain) for one in (plain.solved(np.array([*begin[:2], np.log(d), 0.0])) for d in (0.03, 0.3))
    ]
    _, p, _ = best = min(tried, key=lambda one: one[0])
    if plain.known == 0:
        return p, plain
    noise = plain.numbers(p)[2]
    if noise >= _REACHED[0] or _is_rough(plain, p):
        found = [one for d in {noise, max(noise, _SHARPENED)} if (one := _with_capacitance(plain, p, d)) is not None]
        best = min(found, key=lambda one: one[0], default=best)
    return best[1], best[2]


def _with_capacitance(plain: _Problem, p: np.ndarray, noise: float) -> tuple[float, np.ndarray, _Problem] | None:
    """The least squares with capacitance around a noise, from the best without: sum, parameters, problem; None out of reach."""
    from dataclasses import replace

    critical, resistance, _, _ = plain.numbers(p)
    # In units of what was found, in which capacitance is about β_c.
    problem = replace(plain, first=critical, slope=resistance)
    start = np.array([np.log(critical), 0.0, np.log(noise), p[3]])
    best: Any = None
    for _ in range(3):
        if not _REACHED[0] <= noise <= _REACHED[1]:
            return None
        problem = replace(problem, curve=InertialCurve(noise, 1.1 * float(np.abs(plain.i).max()) / critical))
        most = problem.bounds[1][4] if problem.fits_capacitance else 0.0
        if plain.known is not None:
            starts = [start]
        elif best is None:
            starts = [np.append(start, x * most) for x in (0.04, 0.5)]
        else:
            starts = [np.append(best.x[:4], min(best.x[4], 0.9 * most))]
        best = min((problem.solved(one) for one in starts), key=lambda one: one.cost)
        critical, _, found, _ = problem.numbers(best.x)
        if abs(np.log(found / noise)) < _MOVED:
            _, _, noise, beta = problem.numbers(best.x)
            problem.anchored(beta, noise)
            best = problem.solved(best.x)
            return float(best.cost), best.x, problem
        noise, start = found, best.x[:4]
    return None


def _is_rough(plain: _Problem, p: np.ndarray) -> bool:
    """Whether the curve without capacitance misses the points by more than chance."""
    return runs_of_signs(plain.i, plain.model(p) - plain.v).passed is False


def _capacitance(value: float, low: float, high: float, most: float, farad: float) -> Parameter:
    """The capacitance in farad; no upper end where the profile reached what the model can, nothing where no lower one either."""
    is_open = high >= 0.999 * most
    if is_open and low <= 0:
        return Parameter(None, basis="undetermined")
    return Parameter(value * farad, low * farad, None if is_open else high * farad)


def _fitted(factor: float, value: float, low: float, high: float) -> Parameter:
    """A number from its logarithm; a noise that is weaker than any that is tried is none."""
    least = 0.0 if low <= _COLDEST else np.exp(low)
    return Parameter.of(factor * np.exp(value), factor * least, factor * np.exp(high))


def _covariance(jacobian: np.ndarray) -> np.ndarray:
    """(JᵀJ + 1/σ²)⁻¹ with columns of one length; σ = 10 is what is said of a logarithm that the points do not see."""
    length = np.maximum(np.linalg.norm(jacobian, axis=0), 1e-3)
    scaled = jacobian / length
    found: np.ndarray = np.linalg.pinv(scaled.T @ scaled + np.diag((_UNKNOWN * length) ** -2)) / np.outer(
        length, length
    )
    return found


def _damped(problem: _Problem, p: np.ndarray, capacitance: Parameter, farad: float) -> Check:
    """What one voltage a current says of the damping."""
    name = "is it underdamped?"
    critical, resistance, _, beta = problem.numbers(p)
    if problem.curve is None:
        if problem.known == 0:
            return Check(name, True, "No: it was said to have no capacitance.")
        says = "No: one voltage a current. So weak noise tells no capacitance here: one of β_c above 0.02 would be taken for resistance. Give it if it is known."
        return Check(name, None, says)
    most = problem.curve.most_beta
    if problem.known is not None:
        if beta > most:
            return Check(
                name, None,
                f"The capacitance given makes β_c = {beta:.3g}, which a curve of so weak a noise is not computed for (up to {most:.2g}): it is fitted with that.",
            )  # fmt: skip
        return Check(
            name,
            beta < _HYSTERETIC,
            f"{'No' if beta < _HYSTERETIC else 'Yes'}: β_c = {beta:.3g} with the capacitance given.",
        )
    per = beta / p[4] / farad if p[4] > 0 else critical * resistance**2 * 2 * CHARGE / HBAR
    if capacitance.value is None or capacitance.high is None:
        return Check(
            name,
            None,
            f"One voltage a current; β_c up to {most:.2g} fits as well, and more was not tried. Give the capacitance if it is known.",
        )
    high = capacitance.high * per
    if high < _HYSTERETIC:
        return Check(name, True, f"No: one voltage a current, and β_c is at most {high:.2g}.")
    return Check(
        name, None, f"One voltage a current; β_c may be up to {high:.2g}, at which noise hides the hysteresis."
    )


def _next_point(problem: _Problem, p: np.ndarray, covariance: np.ndarray, sigma: float) -> str:
    """Which current, measured once more, narrows most the parameter known worst."""
    names = ("critical current", "resistance", "effective temperature")
    worst = int(np.argmax(np.diag(covariance)[:3]))
    critical = problem.numbers(p)[0]
    places = np.linspace(0.02, 1.0, _CANDIDATES) * max(float(np.abs(problem.i).max()), 1.5 * critical)
    rows = problem.jacobian(p, places) / sigma
    gains = np.array([(covariance @ row)[worst] ** 2 / (1 + row @ covariance @ row) for row in rows])
    best = places[int(np.argmax(gains))]
    share = 1 - np.sqrt(max(1 - gains.max() / covariance[worst, worst], 0.0))
    return (
        f"The {names[worst]} is known worst; measure the voltage at {display.quantity(best, 'A')} ({best / critical:.2f} I_c) again: "
        f"one more point there, as exact as the others, narrows its interval by {100 * share:.1f} %."
    )
