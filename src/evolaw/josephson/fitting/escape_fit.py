"""Critical current and effective temperature from switching currents or escape rates, for a junction of known R and C.

    Γ(I) = Mel'nikov–Meshkov's rate at i = I/I_c, α, D, times w_p;      switching at dI/dt: P(I) = (Γ/İ) exp(-∫Γ/İ)

The attempt frequency enters under a logarithm and cannot be told from such data; R and C must be known. Maximum likelihood for switching currents
(the sum of logarithms of P), least squares in ln Γ for a table of rates; intervals from the profile of either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, stats

from evolaw import checks, display
from evolaw.josephson.fitting.intervals import curvature_covariance, profile_interval
from evolaw.josephson.fitting.results import Check, JunctionFit, Parameter, thermal_check
from evolaw.josephson.formulas.escape import escape_rate
from evolaw.josephson.formulas.switching import switching_law
from evolaw.josephson.units import Scales
from evolaw.told import told

__all__ = ["fit_rates", "fit_switching"]

_RAMPS = (0.1, 10.0)
_KNOWN = 1.96**2
_LEAST_BINS, _EXPECTED, _MOST_RAMPS = 4, 5.0, 1e7


@told
def fit_switching(
    currents: Any,
    ramp: float,
    *,
    resistance: float,
    capacitance: float,
    temperature: float | None = None,
    counts: Any = None,
) -> JunctionFit:
    """Fit switching currents in ampere.

    Args:
        currents: one a ramp.
        ramp: dI/dt in A/s.
        resistance, capacitance: R and C; C = 0 for a junction without.
        temperature: of the bath, to compare with.
        counts: ramps in each bin of a histogram, whose middles the currents are then; None for one current a ramp.

    Raises:
        ArgumentError: fewer than 20 currents, or ones that do not differ; a histogram of fewer than four bins with ramps in them.

    References:
        fulton1974.
    """
    values = np.sort(checks.numbers(currents, "currents").ravel())
    bins = None if counts is None else _Bins.of(currents, counts)
    if bins is not None:
        values = np.repeat(bins.middles, bins.counts)
    checks.require(values.size >= 20, "currents", "hold at least 20 switching currents", values.size)
    checks.require(
        bool(values[0] > 0 and values[-1] > values[0]), "currents", "be positive and differ", float(values[0])
    )
    rate = checks.positive(ramp, "ramp")
    mean, spread = float(values.mean()), float(values.std(ddof=1))

    def minus_log(p: np.ndarray) -> float:
        critical, kelvin = mean + spread * np.exp(p[0]), np.exp(p[1])
        law = _law(critical, kelvin, rate, resistance, capacitance)
        if bins is not None:
            return -float(np.sum(bins.counts * np.log(np.maximum(bins.shares(law, critical), 1e-300))))
        log = np.interp(values / critical, law.bias, np.log(np.maximum(law.density, 1e-300)), left=-690.0, right=-690.0)
        return float(-np.sum(log) + values.size * np.log(critical))

    first = _first_guess(mean, spread, resistance, capacitance)
    found = optimize.minimize(
        minus_log, first, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-4, "maxiter": 600}
    )
    critical, kelvin = mean + spread * float(np.exp(found.x[0])), float(np.exp(found.x[1]))
    covariance = curvature_covariance(lambda p: 2 * minus_log(p), found.x)
    law = _law(critical, kelvin, rate, resistance, capacitance)
    numbers = _numbers(mean, spread, found.x, lambda p: 2 * minus_log(p), covariance, _KNOWN)
    said = [
        _agreement(values / critical, law) if bins is None else bins.agreement(law, critical),
        thermal_check(numbers["temperature"], temperature),
        _damped(critical, resistance, capacitance),
    ]
    seen = bins or _Bins.over(values)
    fitted = values.size * seen.shares(law, critical)
    advice = _next_ramp(critical, kelvin, rate, resistance, capacitance, covariance, mean, spread, values.size)
    return JunctionFit(
        "switching", _with_known(numbers, resistance, capacitance), tuple(said), advice, seen.middles, seen.counts.astype(float), fitted,
        np.sqrt(np.maximum(fitted, 1.0)), ("switching current (A)", "ramps"),
    )  # fmt: skip


@dataclass(frozen=True)
class _Bins:
    """A histogram of switching currents: edges, middles and the ramps in each."""

    edges: np.ndarray
    middles: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, middles: Any, counts: Any) -> _Bins:
        """From the middles, in any order; the edges lie halfway between them."""
        x = checks.shape(checks.numbers(middles, "currents"), "currents", ("bins",))
        n = checks.shape(checks.numbers(counts, "counts"), "counts", x.shape)
        odd = n[(n < 0) | (n != np.round(n))]
        checks.require(
            odd.size == 0, "counts", "be whole numbers of ramps, zero or more", float(odd[0]) if odd.size else 0
        )
        checks.require(float(n.sum()) <= _MOST_RAMPS, "counts", "add up to at most 1e7 ramps", float(n.sum()))
        places, which = np.unique(x, return_inverse=True)
        number = np.bincount(which, n, places.size).astype(int)
        filled = int(np.count_nonzero(number))
        checks.require(
            filled >= _LEAST_BINS, "counts", "be above zero in at least four bins, for a width to be seen", filled
        )
        inner = (places[1:] + places[:-1]) / 2
        edges = np.concatenate([[2 * places[0] - inner[0]], inner, [2 * places[-1] - inner[-1]]])
        return cls(edges, places, number)

    @classmethod
    def over(cls, values: np.ndarray) -> _Bins:
        """Of single currents, to be looked at."""
        counts, edges = np.histogram(values, bins=min(40, max(10, values.size // 25)))
        return cls(edges, (edges[1:] + edges[:-1]) / 2, counts)

    def shares(self, law: Any, critical: float) -> np.ndarray:
        """The share of ramps in each bin by a law in units of I_c."""
        found: np.ndarray = -np.diff(np.interp(self.edges / critical, law.bias, law.survival, left=1.0, right=0.0))
        return found

    def agreement(self, law: Any, critical: float) -> Check:
        """Pearson's χ², bins joined from below until five ramps are expected in each."""
        expected = self.counts.sum() * self.shares(law, critical)
        group = np.floor(np.cumsum(expected) / _EXPECTED).astype(int)
        _, place = np.unique(group, return_inverse=True)
        want, seen = np.bincount(place, expected), np.bincount(place, self.counts)
        want = np.maximum(want, 1e-9)
        free = want.size - 3
        name = "does the histogram fit?"
        if free < 1:
            return Check(name, None, "Too few bins to tell.")
        square = float(np.sum((seen - want) ** 2 / want))
        p = float(stats.chi2.sf(square, free))
        says = f"χ² = {square:.1f} for {free} degrees of freedom (p = {p:.2g})"
        return Check(name, p > 0.01, says + (", so it does." if p > 0.01 else ": the model is not the whole truth."), p)


@told
def fit_rates(
    current: Any,
    rate: Any,
    error: Any = None,
    *,
    resistance: float,
    capacitance: float,
    temperature: float | None = None,
) -> JunctionFit:
    """Fit a table of escape rates.

    Args:
        current: in ampere.
        rate: in 1/s, positive.
        error: standard errors; None takes them from the scatter of ln Γ.
        resistance, capacitance: R and C.
        temperature: of the bath.

    Raises:
        ArgumentError: fewer than four rates, or one that is not positive.
    """
    i = checks.numbers(current, "current")
    g = checks.shape(checks.numbers(rate, "rate"), "rate", i.shape)
    checks.require(i.size >= 4, "rate", "hold at least four rates", i.size)
    checks.require(bool(np.all(g > 0)), "rate", "be positive", float(g.min()))
    s = None if error is None else checks.numbers(error, "error") / g
    checks.require(s is None or bool(np.all(s > 0)), "error", "be positive", "not everywhere")
    top = float(i.max())
    span = max(float(i.max() - i.min()), 1e-6 * top)
    weight = 1 / s if s is not None else np.ones(i.size)

    def log_rate(p: np.ndarray) -> np.ndarray:
        scales = Scales(top + span * float(np.exp(p[0])), resistance, capacitance, float(np.exp(p[1])))
        reduced = np.asarray(escape_rate(i / scales.critical_current, scales.damping, scales.noise))
        found: np.ndarray = np.log(np.maximum(reduced, 1e-300)) - np.log(scales.time_unit)
        return found

    rises = np.unique(i).size > 1 and float(np.polyfit(i / top, np.log(g), 1)[0]) > 0
    checks.require(rises, "rate", "rise with the current", "one that does not", "Are the columns or their order right?")
    slope = (np.log(g[np.argmax(i)]) - np.log(g[np.argmin(i)])) / span
    guess = Scales(top + span, resistance, capacitance, 1.0)
    kelvin = (
        guess.josephson_energy / guess.critical_current / 1.380649e-23 / max(slope, 1e-30) * np.sqrt(8 * span / top)
    )
    found = optimize.least_squares(
        lambda p: (log_rate(p) - np.log(g)) * weight,
        [0.0, float(np.clip(np.log(max(kelvin, 1e-4)), -11, 6))],
        bounds=([-7, -12], [5, 7]),
        x_scale=[1, 1],
    )
    free = i.size - 2
    fitted = log_rate(found.x)
    sigma = (
        s if s is not None else np.full(i.size, max(float(np.sqrt(np.sum((fitted - np.log(g)) ** 2) / free)), 1e-12))
    )
    jacobian = found.jac / (weight * sigma)[:, None]
    covariance = np.linalg.pinv(jacobian.T @ jacobian)
    rise = _KNOWN if s is not None else float(stats.t.ppf(0.975, free)) ** 2

    def square(p: np.ndarray) -> float:
        return float(np.sum(((log_rate(p) - np.log(g)) / sigma) ** 2))

    numbers = _numbers(top, span, found.x, square, covariance, rise)
    critical = float(numbers["critical_current"].value or 1)
    if s is None:
        fit = Check(
            "does the curve fit?",
            None,
            f"ln Γ scatters by {sigma[0]:.2g}; without errors in the file no test says more.",
        )
    else:
        p = float(stats.chi2.sf(square(found.x), free))
        fit = Check(
            "does the curve fit?",
            p > 0.01,
            f"χ² = {square(found.x):.1f} for {free} degrees of freedom (p = {p:.2g}).",
            p,
        )
    said = (fit, thermal_check(numbers["temperature"], temperature), _damped(critical, resistance, capacitance))
    far = top - 1.5 * span
    advice = (
        f"The effective temperature is the slope of ln Γ over the barrier: a rate at {display.quantity(far, 'A')}, one and a half spans below the largest current, "
        f"about {float(np.exp(np.interp(far, np.sort(i), fitted[np.argsort(i)]))):.2g} 1/s or less, narrows it most."
    )
    return JunctionFit(
        "rates", _with_known(numbers, resistance, capacitance), said, advice, i, g, np.exp(fitted), g * sigma,
        ("current (A)", "escape rate (1/s)"),
    )  # fmt: skip


# -- inside ---------------------------------------------------------------------------------------------------------------


def _law(critical: float, kelvin: float, ramp: float, resistance: float, capacitance: float) -> Any:
    """The law of the switching current, in units of I_c."""
    scales = Scales(critical, resistance, capacitance, kelvin)
    rate = ramp / critical * scales.time_unit
    return switching_law(rate, lambda i: escape_rate(i, scales.damping, scales.noise), points=1001)


def _first_guess(mean: float, spread: float, resistance: float, capacitance: float) -> list[float]:
    """From Gumbel's limit: 1 - ⟨i⟩ = (ln X/B)^{2/3} and σ = π/√6 · ⅔ B^{-2/3} (ln X)^{-1/3}, with ln X about 12."""
    log = 12.0
    lost = spread / (np.pi / np.sqrt(6) * 2 / 3) * log
    critical = mean + lost
    b = log / (lost / critical) ** 1.5
    unit = Scales(critical, resistance, capacitance, 1.0)
    kelvin = 4 * np.sqrt(2) / 3 / b / unit.noise
    return [float(np.log(lost / spread)), float(np.log(kelvin))]


def _numbers(
    base: float, unit: float, p: np.ndarray, cost: Any, covariance: np.ndarray, rise: float
) -> dict[str, Parameter]:
    """I_c = base + unit·e^{p0} and T = e^{p1} with 95 % intervals."""
    critical = [base + unit * np.exp(x) for x in (p[0], *profile_interval(cost, p, covariance, 0, rise))]
    kelvin = [np.exp(x) for x in (p[1], *profile_interval(cost, p, covariance, 1, rise))]
    return {"critical_current": Parameter.of(*critical), "temperature": Parameter.of(*kelvin)}


def _with_known(numbers: dict[str, Parameter], resistance: float, capacitance: float) -> dict[str, Parameter]:
    return {
        "critical_current": numbers["critical_current"],
        "resistance": Parameter(resistance, basis="given"),
        "capacitance": Parameter(capacitance, basis="given"),
        "temperature": numbers["temperature"],
    }


def _agreement(reduced: np.ndarray, law: Any) -> Check:
    """Kolmogorov and Smirnov's distance, with the p-value of a law that was not fitted: it errs towards passing."""
    chance = 1 - np.interp(reduced, law.bias, law.survival)
    found = stats.kstest(chance, "uniform")
    p = float(found.pvalue)
    says = f"Largest distance of the distributions {found.statistic:.3f} (p = {p:.2g}, two numbers having been fitted)"
    return Check(
        "does the histogram fit?", p > 0.01, says + ("." if p > 0.01 else ": the model is not the whole truth."), p
    )


def _damped(critical: float, resistance: float, capacitance: float) -> Check:
    scales = Scales(critical, resistance, capacitance, 0.0)
    name = "is it underdamped?"
    if scales.damping is None:
        return Check(name, False, "No: it was said to have no capacitance.")
    beta = scales.stewart_mccumber
    if beta > 0.7026:
        return Check(name, True, f"Yes: β_c = {beta:.3g}, α = {scales.damping:.3g}; the first escape is the switch.")
    return Check(
        name,
        False,
        f"No: β_c = {beta:.3g}; a junction so damped slips many times before it switches, and its histogram is not that of first escapes.",
    )


def _next_ramp(
    critical: float,
    kelvin: float,
    ramp: float,
    resistance: float,
    capacitance: float,
    covariance: np.ndarray,
    mean: float,
    spread: float,
    count: int,
) -> str:
    """Which ramp rate, repeated as often, would separate I_c from T best: the law's mean moves with ln(rate), which the spread does not."""
    before = float(np.sqrt(max(covariance[1, 1], 0.0)))
    gains = {}
    for factor in _RAMPS:
        rows = []
        for k, h in ((0, 0.02), (1, 0.02)):
            moved = []
            for sign in (1, -1):
                p = [np.log((critical - mean) / spread), np.log(kelvin)]
                p[k] += sign * h
                law = _law(
                    mean + spread * float(np.exp(p[0])), float(np.exp(p[1])), ramp * factor, resistance, capacitance
                )
                c = mean + spread * float(np.exp(p[0]))
                moved.append((law.mean * c, law.deviation * c))
            rows.append((np.array(moved[0]) - np.array(moved[1])) / (2 * h))
        law = _law(critical, kelvin, ramp * factor, resistance, capacitance)
        size = law.deviation * critical / np.sqrt(count)
        sensitivity = np.array(rows).T / np.array([size, size * 0.75])[:, None]
        after = np.linalg.inv(np.linalg.inv(covariance) + sensitivity.T @ sensitivity)
        gains[factor] = 1 - float(np.sqrt(after[1, 1])) / before
    best = max(gains, key=lambda f: gains[f])
    return f"Repeat the {count} ramps at {display.quantity(ramp * best, 'A/s', 3)}: together they narrow the interval of the effective temperature by {100 * gains[best]:.0f} %."
