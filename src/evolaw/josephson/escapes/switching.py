"""Switching currents: many ramps of the bias, each stopped where the phase leaves its well, and the rate they tell.

A ramp starts where fewer than one in a million has switched, thermal in its well, and is stopped when the phase is half a turn beyond the top
of the barrier: earlier it may still come back. The first slip is called the switch; at strong damping a junction slips many times before a
voltmeter sees it (phase diffusion), at very weak damping the ramp cools it below the bath.

An experimenter's ramp takes 10⁹ to 10¹² oscillations: it is not followed but drawn from the integrated rate (`slow_ramps`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw import checks, display, randomness
from evolaw.josephson.curves.starting import starts
from evolaw.josephson.curves.stepping import Progress, chunk_size, scheme_for, step_length
from evolaw.josephson.escapes.known_rates import LOWEST_BARRIER, TURNOVER, excess_of_turnover
from evolaw.josephson.escapes.slow_ramps import RateLaw, current_shift, draw_currents, integrated_law
from evolaw.josephson.formulas.escape import barrier_height
from evolaw.josephson.formulas.switching import InvertedRates, SwitchingLaw, invert_switching, thermal_switching
from evolaw.josephson.junction import Junction
from evolaw.sde.loop.solver import solve
from evolaw.sde.statistics.events import Event
from evolaw.told import told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["SwitchingCurrents", "switching_currents"]

_BEYOND = 1.75 * np.pi
_EARLY = 1e-6
_SAVED_AFTER = 0.1
_FOLLOWED = 2e10
_STEPS_A_RAMP = 2e9


@dataclass(frozen=True, eq=False, repr=False)
class SwitchingCurrents:
    """Switching currents of many ramps.

    Attributes:
        junction, rate: whose, and di/dt.
        currents: I/I_c at the switch, one a ramp, shape (count,).
        law: the distribution that the integrated escape rate gives.
        first: bias at which the ramps began.
        seed: of the noise.
        method: "simulation", each ramp followed step by step, or "rate", drawn from ``law``.
        source: of the rate behind ``law``.
        rate_error, current_error: largest share by which that rate may be wrong where it switches, and what it does to a current.
    """

    junction: Junction
    rate: float
    currents: np.ndarray
    law: SwitchingLaw
    first: float
    seed: int | None
    method: str = "simulation"
    source: str = TURNOVER
    rate_error: float = 0.0
    current_error: float = 0.0

    @property
    def is_slow(self) -> bool:
        """Whether the ramp is slow enough for the law: at its mean the barrier is still 2 D high, as escape from a well needs."""
        return float(barrier_height(min(max(self.law.mean, 0.0), 1.0))) > 2 * self.junction.noise

    @property
    def mean(self) -> tuple[float, float]:
        """The mean switching current and its standard error."""
        return float(self.currents.mean()), float(self.currents.std(ddof=1) / np.sqrt(self.currents.size))

    @property
    def deviation(self) -> tuple[float, float]:
        """The standard deviation of the switching current and its standard error."""
        spread = self.currents.std(ddof=1)
        fourth = np.mean((self.currents - self.currents.mean()) ** 4)
        error = np.sqrt(max(fourth - spread**4, 0.0) / self.currents.size) / (2 * spread)
        return float(spread), float(error)

    def rates(self, bins: Any = 20, confidence: float = 0.95) -> InvertedRates:
        """Return the escape rate as a function of the bias, by `invert_switching`."""
        return invert_switching(self.currents, self.rate, bins, confidence)

    def __len__(self) -> int:
        return self.currents.size

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        """The currents as an array."""
        return np.array(self.currents, dtype)

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure: the histogram over the law, and the recovered rate over that behind the law."""
        return display.plot(self, **options)

    @property
    def _in_si(self) -> str | None:
        """Mean and width in ampere and the ramp in ampere a second, of a junction made from SI units."""
        scales = self.junction.scales
        if scales is None:
            return None
        size, prefix = display.engineering(scales.critical_current)
        unit = scales.critical_current / size
        (mean, error), (width, width_error) = self.mean, self.deviation
        ramp, steep = display.engineering(self.rate * scales.critical_current / scales.time_unit)
        slope = self.rate * scales.critical_current / scales.time_unit / ramp
        return (
            f"mean {mean * unit:.6g} ± {error * unit:.2g} {prefix}A, deviation {width * unit:.4g} ± {width_error * unit:.2g} {prefix}A, "
            f"at {slope:.4g} {steep}A/s"
        )

    @property
    def _note(self) -> str | None:
        """What a reader of the histogram would see in it that is not there."""
        if float(barrier_height(min(max(self.law.mean, 0.0), 1.0))) < 1.6:
            return None
        return "the first slip comes almost at once, against a barrier hardly lowered: a voltmeter sees phase diffusion, no switch"

    def __repr__(self) -> str:
        (mean, error), (width, width_error) = self.mean, self.deviation
        facts = [
            ("rate", f"{self.rate:g}"),
            ("ramps", f"{self.currents.size}, from i = {self.first:.4g}"),
            (
                "method",
                "followed step by step" if self.method == "simulation" else "drawn from the integrated escape rate",
            ),
            (
                "rate of law",
                f"{self.source}; wrong by at most {self.rate_error:.2g}, currents by {self.current_error:.2g}",
            ),
            ("mean", f"{display.uncertain(mean, error)}   law {self.law.mean:.6g}"),
            ("deviation", f"{display.uncertain(width, width_error)}   law {self.law.deviation:.5g}"),
            ("in SI units", self._in_si),
            ("note", self._note),
            ("law", None if self.is_slow else "does not hold: so fast a ramp outruns escape by heat; use a slower one"),
            ("seed", self.seed),
        ]
        return display.lines("Switching currents", facts)


@told
def switching_currents(
    junction: Junction,
    rate: float,
    count: int,
    rng: Any,
    *,
    method: str = "auto",
    dt: float | None = None,
    progress: Progress | None = None,
    out: Any = None,
) -> SwitchingCurrents:
    """Ramp the bias of many junctions, and record where each switches.

    Args:
        junction: with noise, a sinusoidal supercurrent and no drive.
        rate: di/dt in the junction's unit of time.
        count: ramps.
        rng: seed or source of chance.
        method: "simulation", "rate" (draws from the integrated escape rate), or "auto": simulation up to 2·10¹⁰ steps in all.
        dt: step.
        progress: called with (ramps done, ramps in all).
        out: run directory that is filled as the work goes on, or an open one; an unfinished one is continued, to the same bytes.

    Raises:
        ArgumentError: no noise, a rate that is not positive, a step that is too long, a simulated ramp of more than 2·10⁹ steps, or a
            ramp that is drawn from the rate where it is too fast for that: with a barrier below 4 D at the mean.

    Notes:
        Steps a ramp: about (width of the distribution · 8)/(rate · dt). Currents are right to rate·dt.

    References:
        fulton1974.

    Example:
        >>> found = switching_currents(Junction(damping=0.5, noise=0.05), 1e-3, 64, 0)  # some seconds
        >>> abs(found.mean[0] - found.law.mean) < 5 * found.mean[1] + 0.02
        True
    """
    r, number = checks.positive(rate, "rate"), checks.integer(count, "count", least=2)
    checks.require(
        junction.noise > 0, "junction", "have noise; without any it switches at the critical current", "one without"
    )
    checks.require(
        junction.has_closed_form, "junction", "have a sinusoidal supercurrent, one resistor and no drive", junction
    )
    checks.one_of(method, "method", ("auto", "simulation", "rate"))
    source = randomness.source(rng)
    h = step_length(junction, dt)
    law = thermal_switching(junction.damping, junction.noise, r)
    settle = 10 * max(1.0, 1 / (junction.damping or 1.0), junction.damping or 1.0)
    known = np.flatnonzero(1 - law.survival > _EARLY)
    first = max(float(law.bias[known[0]]) - settle * r, 0.0) if known.size else 0.0
    # Where the barrier is only a few D the law is a guess: such ramps begin at zero.
    first = 0.0 if barrier_height(min(first, 1.0)) < 12 * junction.noise else first
    last = float(law.bias[-1]) + _SAVED_AFTER + 3 * junction.noise ** (2 / 3)
    steps = (last - first) / r / h
    if method == "rate" or (method == "auto" and steps * number > _FOLLOWED and _is_rare(law, junction.noise)):
        return _drawn(junction, r, number, source)
    start = starts(junction, np.array([first]), number, source)[0]
    # A phase drawn left of the top of the next well is one of this well, a turn below: there it would count as having left already.
    top = np.pi - np.arcsin(min(first, 1.0))
    start[:, 0] -= 2 * np.pi * (start[:, 0] > top)
    found = _ramps(junction, first, last, r, h, number, source, start, progress, out)
    if not np.isfinite(found).all():  # of another length, so that it is no part of the run
        found = _ramps(junction, first, last + 1.0, r, h, number, source, start, progress)
    missing = int(np.sum(~np.isfinite(found)))
    checks.require(
        missing == 0, "rate", "let every ramp end in a switch", f"{r:g}, with {missing} of {number} that did not"
    )
    middle = min(max(law.mean, 0.0), 1 - 1e-9)
    excess = excess_of_turnover(middle, junction.damping, junction.noise)
    shift = current_shift(middle, junction.noise, excess)
    return SwitchingCurrents(
        junction, r, found, law, first, source.seed, "simulation", rate_error=excess, current_error=shift
    )


def _is_rare(law: SwitchingLaw, noise: float) -> bool:
    """Whether switching is escape over a barrier that is still high where it happens."""
    return float(barrier_height(min(max(law.mean, 0.0), 1.0))) >= LOWEST_BARRIER * noise


def _drawn(junction: Junction, r: float, count: int, source: Any) -> SwitchingCurrents:
    """Switching currents drawn from the integrated rate."""
    known: RateLaw = integrated_law(junction, r)
    checks.require(
        _is_rare(known.law, junction.noise), "rate", "be so slow that the barrier is 4 D and more where it switches", r,
        'Use method="simulation".',
    )  # fmt: skip
    currents = draw_currents(known.law, count, source.stream("switching").generator())
    return SwitchingCurrents(
        junction, r, currents, known.law, 0.0, source.seed, "rate", known.source, known.rate_error, known.current_error
    )


def _ramps(
    junction: Junction,
    first: float,
    last: float,
    r: float,
    h: float,
    count: int,
    source: Any,
    start: np.ndarray,
    progress: Any,
    out: Any = None,
) -> np.ndarray:
    """Bias at the first passage of each ramp, infinite where there was none."""
    span = (last - first) / r
    fix = f'Use method="rate", which draws from the integrated escape rate, or a rate of at least {(last - first) / (_STEPS_A_RAMP * h):.2g}.'
    checks.require(
        span / h < _STEPS_A_RAMP, "rate", "give at most 2e9 steps a ramp", f"{r:g}, which gives {span / h:.2g}", fix
    )
    process = junction.process(first, ramp=(r, span))
    event = Event(_left_the_well, direction=1, stops=True)
    solved = solve(
        process,
        scheme_for(junction),
        start,
        [0.0, span],
        paths=count,
        rng=source,
        dt=h,
        statistics=event,
        progress=progress,
        out=out,
        chunk=chunk_size(count, span / h),
    )
    return first + r * solved.results[0].times[:, 0]


def _left_the_well(t: Any, x: Any, p: Any) -> Any:
    # The well moves from 0 to π/2 and the top from π to π/2 during a ramp: this lies beyond the top at every bias.
    return x[0] - _BEYOND
