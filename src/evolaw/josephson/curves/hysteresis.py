"""The I–V curve of a bias that rises and falls: hysteresis, as a function of the sweep rate.

    i(t) = r t up to the largest bias, then down again at the same rate; the junctions carry their state through the turn

The loop depends on the rate: noise switches before the critical current and retraps above i_r, the earlier the slower the sweep. With V to the right
and I upwards it runs clockwise (up the zero-voltage line, right at switching, down the resistive branch, left at retrapping).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw import checks, display, randomness
from evolaw.josephson.curves.starting import starts
from evolaw.josephson.curves.stepping import Progress, chunk_size, scheme_for, step_length
from evolaw.josephson.formulas.limit_cycle import end_of_bistability, hysteresis_area
from evolaw.josephson.junction import Junction
from evolaw.sde.loop.solver import solve
from evolaw.told import told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["HysteresisLoop", "hysteresis"]
_MOST_STEPS = 2e9

_RUNNING = 0.25
_ONE = "none: so much damping leaves one voltage a current"


@dataclass(frozen=True, eq=False, repr=False)
class HysteresisLoop:
    """Both branches of the I–V curve of a swept junction.

    Attributes:
        junction, rate: whose, and di/dt in its unit of time.
        bias: middle of each stretch of the sweep, rising, shape (points,).
        up, down: mean V/(I_c R) over the junctions on either branch.
        up_error, down_error: their standard errors; not a number for a single junction, as that of the area.
        switching, retrapping: bias at which each junction began and ceased to run, not a number where it did not, or where no junction of its
            damping has two states; shape (paths,).
        area, area_error: ½∮(V dI - I dV), negative for a clockwise loop in the (V, I) plane.
        seed: of the noise.
    """

    junction: Junction
    rate: float
    bias: np.ndarray
    up: np.ndarray
    down: np.ndarray
    up_error: np.ndarray
    down_error: np.ndarray
    switching: np.ndarray
    retrapping: np.ndarray
    area: float
    area_error: float
    seed: int | None

    @property
    def is_single_valued(self) -> bool:
        """Whether there is one voltage a current: no capacitance, or a damping above 1.193 with a sinusoidal supercurrent and one resistor."""
        return _one_state(self.junction)

    @property
    def orientation(self) -> str:
        """ "clockwise", "counter-clockwise" or "none" in the plane with V to the right and I upwards, at two standard errors."""
        if abs(self.area) <= np.fmax(2 * self.area_error, 1e-3):
            return "none"
        return "clockwise" if self.area < 0 else "counter-clockwise"

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure of both branches."""
        return display.plot(self, **options)

    def __repr__(self) -> str:
        turning = ", no loop" if self.orientation == "none" else f" ({self.orientation} with V to the right)"
        facts = [
            ("rate", f"{self.rate:g}"),
            ("bias", f"up to {self.bias[-1]:g}, {self.bias.size} points"),
            ("switching", _ONE if self.is_single_valued else _range(self.switching)),
            ("retrapping", None if self.is_single_valued else _range(self.retrapping)),
            ("area", f"{display.uncertain(self.area, self.area_error)}{turning}"),
            ("seed", self.seed),
        ]
        return display.lines("Hysteresis loop", facts)


@told
def hysteresis(
    junction: Junction,
    largest: float,
    rate: float,
    rng: Any,
    *,
    points: int = 100,
    paths: int | None = None,
    dt: float | None = None,
    progress: Progress | None = None,
    out: Any = None,
) -> HysteresisLoop:
    """Sweep the bias from 0 to ``largest`` and back, and measure the voltage on the way.

    Args:
        junction: any without a drive.
        largest: largest bias.
        rate: di/dt, in the junction's unit of time; a point lasts largest/(points·rate), which must be at least 2π, and 2πα above α = 1.
        rng: seed or source of chance.
        points: stretches of each branch over which the voltage is averaged.
        paths: junctions swept at once, 256 with noise and 1 without unless told otherwise.
        dt: step.
        progress: called with (paths done, paths in all).
        out: run directory that is filled as the work goes on, or an open one; an unfinished one is continued, to the same bytes.

    Raises:
        ArgumentError: the rate leaves no time for a turn of the phase within a point, or a step is too long.

    References:
        yuan2025; mccumber1968.

    Example:
        >>> loop = hysteresis(Junction(damping=0.3), 1.2, 1e-3, 0, points=60)  # some seconds
        >>> loop.orientation, bool(0.3 < loop.retrapping[0] < 0.42)
        ('clockwise', True)
    """
    top, r = checks.positive(largest, "largest"), checks.positive(rate, "rate")
    count = checks.integer(points, "points", least=4)
    lasting, turn_time = top / count / r, 2 * np.pi * max(1.0, junction.damping or 1.0)
    checks.require(
        lasting >= turn_time,
        "rate",
        f"give each point a turn of the phase, {turn_time:.3g}",
        f"{r:g}, which gives {lasting:.3g}",
        f"Use a rate of at most {_rounded_down(top / count / turn_time)}, or fewer points.",
    )
    checks.require(junction.drive is None, "junction", "have no drive", junction.drive)
    source = randomness.source(rng)
    number = checks.integer(paths or (256 if junction.noise else 1), "paths", least=1)
    turn = top / r
    h = step_length(junction, dt, top)
    checks.require(
        2 * turn / h < _MOST_STEPS,
        "rate",
        f"give at most {_MOST_STEPS:.0e} steps up and down",
        f"{r:g}, which gives {2 * turn / h:.2g}",
        f"Use a rate of at least {2 * top / h / _MOST_STEPS:.2g}; `switching_currents` has the switching of slower ramps.",
    )
    process = junction.process(0.0, ramp=(r, turn))
    times = np.linspace(0, 2 * turn, 2 * count + 1)
    start = starts(junction, np.zeros(1), number, source)[0]
    solved = solve(
        process,
        scheme_for(junction),
        start,
        times,
        paths=number,
        rng=source if junction.noise else None,
        dt=h,
        progress=progress,
        out=out,
        chunk=chunk_size(number, 2 * turn / h),
    )
    speed = np.diff(solved.values[..., 0], axis=1) / np.diff(times)
    voltage = speed * junction.voltage_per_velocity
    bias = (np.arange(count) + 0.5) * top / count
    up, down = voltage[:, :count], voltage[:, count:][:, ::-1]
    root = np.sqrt(number)
    errors = [branch.std(axis=0, ddof=1) / root if number > 1 else np.full(count, np.nan) for branch in (up, down)]
    closed = np.concatenate([bias, bias[::-1]])
    areas = np.array(
        [hysteresis_area(closed, np.concatenate([one, other[::-1]])) for one, other in zip(up, down, strict=True)]
    )
    running = [branch > _RUNNING * bias for branch in (up, down)]
    switching, retrapping = (
        np.full(number, np.nan) if _one_state(junction) else _first(branch, bias) for branch in running
    )
    return HysteresisLoop(
        junction,
        r,
        bias,
        up.mean(0),
        down.mean(0),
        errors[0],
        errors[1],
        switching,
        retrapping,
        float(areas.mean()),
        float(areas.std(ddof=1) / root) if number > 1 else np.nan,
        source.seed,
    )


def _first(running: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The lowest bias above which a junction runs all the way; the lower edge of that stretch."""
    still = ~running
    # The last stretch at rest, counted from above.
    place = running.shape[1] - np.argmax(still[:, ::-1], axis=1)
    place = np.where(still.any(axis=1), place, 0)
    edges = np.append(bias - (bias[1] - bias[0]) / 2, np.nan)
    return edges[place]


def _one_state(junction: Junction) -> bool:
    return junction.damping is None or (junction.has_closed_form and junction.damping >= end_of_bistability())


def _rounded_down(rate: float) -> str:
    """Two digits of a rate, not above it."""
    power = np.floor(np.log10(rate)) - 1
    return f"{np.floor(rate / 10**power) * 10**power:.2g}"


def _range(values: np.ndarray) -> str | None:
    known = values[np.isfinite(values)]
    if not known.size:
        return None
    return f"{known.mean():.5g}" + (f" ± {known.std(ddof=1):.2g} from junction to junction" if known.size > 1 else "")
