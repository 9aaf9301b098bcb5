"""Shapiro maps: the voltage over a plane of bias and drive amplitude, in units of the drive's frequency.

    n(i, i1) = [φ(t0 + K·2π/W) - φ(t0)]/(2π K)     turns a period of the drive, after a transient

On a step it is a whole number exactly; between steps it is right to 1/K. Every point of the map is one junction of one solution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw import checks, display, randomness
from evolaw.josephson.curves.stepping import Progress, scheme_for
from evolaw.josephson.junction import Drive, Junction
from evolaw.sde.loop.solver import solve
from evolaw.told import told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ShapiroMap", "shapiro_map"]

_STEPS_A_PERIOD = 40


@dataclass(frozen=True, eq=False, repr=False)
class ShapiroMap:
    """Mean turns of the phase a period of the drive.

    Attributes:
        junction: with the drive's frequency.
        bias: rows, shape (biases,).
        amplitude: columns, shape (amplitudes,).
        turns: V/(ħW/2e), shape (biases, amplitudes).
        error: standard error over the junctions, or 1/K without noise.
        seed: of the noise.
    """

    junction: Junction
    bias: np.ndarray
    amplitude: np.ndarray
    turns: np.ndarray
    error: np.ndarray
    seed: int | None

    def half_width(self, step: int) -> np.ndarray:
        """Return half of the stretch of biases on step n, one an amplitude; noise rounds it.

        A count over K periods tells velocities apart that differ by W/2K. Beside a step of half-width w the velocity is off by
        √(x² - w²) at a distance x, so that the stretch that seems to be on it is √(w² + (W/2K)²) wide: the excess is taken off.

        Notes:
            Without noise right to half the spacing of the biases where w is well above W/2K; a step narrower than that is not resolved.

        Raises:
            ArgumentError: fewer than two biases, or ones that are not equally spaced.
        """
        gaps = np.diff(self.bias)
        is_even = gaps.size > 0 and bool(np.allclose(gaps, gaps[0], rtol=1e-6))
        checks.require(is_even, "bias", "be equally spaced for widths of steps", self.bias.size)
        blind = np.maximum(self.error / 2, 1e-6)
        # An odd number of points on the step stands for that many spacings, none for nothing.
        seen = (np.abs(self.turns - step) < blind).sum(axis=0) * gaps[0] / 2
        frequency = self.junction.drive.frequency if self.junction.drive else 0.0
        half: np.ndarray = np.sqrt(np.maximum(seen**2 - (blind.max(axis=0) * frequency) ** 2, 0.0))
        return half

    @property
    def drive_words(self) -> str:
        """The frequency of the drive in the junction's unit, and in hertz where it has one: "0.3 ω_p, 16.5 GHz"."""
        w = self.junction.drive.frequency if self.junction.drive else 0.0
        words, scales = f"{w:.5g} {'ω_c' if self.junction.damping is None else 'ω_p'}", self.junction.scales
        if scales is None:
            return words
        hertz = w / (2 * np.pi * scales.time_unit)
        size, prefix = display.engineering(hertz)
        return f"{words}, {hertz / size:.5g} {prefix}Hz"

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure of the map."""
        return display.plot(self, **options)

    def __repr__(self) -> str:
        facts = [
            ("frequency", self.drive_words),
            ("bias", f"{self.bias[0]:g} … {self.bias[-1]:g}, {self.bias.size}"),
            ("amplitude", f"{self.amplitude[0]:g} … {self.amplitude[-1]:g}, {self.amplitude.size}"),
            ("seed", self.seed),
        ]
        return display.lines("Shapiro map", facts)


@told
def shapiro_map(
    junction: Junction,
    bias: Any,
    amplitude: Any,
    frequency: float,
    rng: Any,
    *,
    periods: int = 60,
    transient: int = 20,
    paths: int | None = None,
    precision: str = "float64",
    progress: Progress | None = None,
    out: Any = None,
) -> ShapiroMap:
    """Measure the map of Shapiro steps over bias and drive amplitude.

    Args:
        junction: its own drive is replaced.
        bias: i, rising.
        amplitude: i1 >= 0, rising.
        frequency: W.
        rng: seed or source of chance; without noise it is not used.
        periods: K, over which turns are counted.
        transient: periods before that.
        paths: junctions a point, 1 without noise and 16 with it unless told otherwise.
        precision: "float64" or "float32".
        progress: called with (points done, points in all).
        out: run directory that is filled as the work goes on, or an open one; an unfinished one is continued, to the same bytes.

    Notes:
        (periods + transient)·40 steps a point, more at low frequency.

    References:
        shapiro1963; barone1982, chapter 11.

    Example:
        >>> found = shapiro_map(Junction(), [7.0, 8.0], [0.0, 16.0], 8.0, 0, periods=10, transient=30)  # some seconds
        >>> round(float(found.turns[1, 1]), 6)
        1.0
    """
    rows = checks.increasing(np.atleast_1d(checks.numbers(bias, "bias")), "bias")
    columns = checks.increasing(np.atleast_1d(checks.numbers(amplitude, "amplitude")), "amplitude")
    checks.require(bool(columns[0] >= 0), "amplitude", "be zero or positive", float(columns[0]))
    w = checks.positive(frequency, "frequency")
    source = randomness.source(rng)
    driven = Junction(
        junction.damping, junction.noise, junction.current_phase, Drive(1.0, w), junction.subgap, junction.scales
    )
    number = checks.integer(paths or (16 if junction.noise else 1), "paths", least=1)
    k, before = checks.integer(periods, "periods", least=1), checks.integer(transient, "transient", least=0)
    period = 2 * np.pi / w
    per = max(_STEPS_A_PERIOD, int(np.ceil(period / 0.2)))
    where, drive = (part.ravel() for part in np.meshgrid(rows, columns, indexing="ij"))
    times = np.array([0, before, before + k])[0 if before else 1 :] * period
    start = np.zeros(1 if driven.damping is None else 2)
    solved = solve(
        driven.process(0.0),
        scheme_for(driven),
        start,
        times,
        paths=number,
        rng=source if junction.noise else None,
        steps=round(times[-1] / period) * per,
        sweep={"force": {"bias": where, "amplitude": drive}},
        precision=precision,
        progress=progress,
        out=out,
    )
    phase = solved.values[..., 0]
    turns = (phase[:, :, -1] - phase[:, :, -2]) / (2 * np.pi * k)
    error = turns.std(1, ddof=1) / np.sqrt(number) if number > 1 else np.full(len(turns), 1 / k)
    shape = (rows.size, columns.size)
    return ShapiroMap(driven, rows, columns, turns.mean(1).reshape(shape), error.reshape(shape), source.seed)
