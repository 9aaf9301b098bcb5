"""The power spectrum of a junction and the line it radiates, measured.

spectrum  S(ω) of cos φ, one-sided, the mean over independent junctions of the tapered periodogram 2Δ |Σ_n w_n cos φ_n e^{-jωnΔ}|²/Σ w²,
          w_n = sin²(πn/N) (Hann): without a taper what a record's ends leak would drown the spectrum above its lines
exact     what that is on average: 2Δ Σ_k C(kΔ) cos(ωkΔ) Σ_n w_n w_{n+k}/Σ w², C the autocorrelation of cos φ from the Fokker–Planck
          equation, with the sampling every Δ and the end of the record after N samples, which a formula for S(ω) would leave out
line      around ω = ⟨φ'⟩ = c, Re ∫_0^∞ e^{-w g(t) - j(ω - c)t} dt, fitted without the taper, which would widen it
          g = t without capacitance: Lorentzian of half-width w = D_eff; with it g = t - (1 - e^{-αt})/α (Kubo), narrower and steeper, for a
          velocity that remembers 1/α
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw import checks, display, randomness
from evolaw.errors import NotConverged
from evolaw.josephson.curves.diffusion import exact_diffusion
from evolaw.josephson.curves.results import Quantity
from evolaw.josephson.curves.settling import doubt, doubtful, slowest_rates, transient
from evolaw.josephson.curves.starting import starts
from evolaw.josephson.curves.stepping import Progress, run, scheme_for, step_length
from evolaw.josephson.junction import Junction
from evolaw.josephson.stationary_state import AT_HAND, fokker_planck
from evolaw.told import told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Spectrum", "expected_periodogram", "spectrum"]

_GROUPS = 8
_LINE_WIDTHS, _LONGEST_MEMORY = 8, 12.0
_MOST_SAMPLES = 100_000_000
_MOST_GROUPS = 64


@dataclass(frozen=True, eq=False, repr=False)
class Spectrum:
    """The power spectrum of cos φ, one-sided, in units of the junction's time per radian.

    Attributes:
        junction, bias: whose.
        frequency: ω in rad per unit of time, shape (frequencies,).
        power, error: S(ω) with standard errors over the junctions.
        groups: S(ω) of up to 64 equal groups of junctions, shape (groups, frequencies).
        variance: of cos φ within a record; ∫ S dω/(2π) up to the taper's noise.
        centre: frequency of the line.
        half_width, half_width_error: of the line, at half of its height: D_eff where that is small against α.
        seed: of the noise.
        exact: what ``power`` is on average, from the Fokker–Planck equation; None where that is out of reach.
        exact_half_width: that of the exact spectrum without the taper, found as the measured one; None too where the junction turns too
            rarely to have a line.
        doubt: the sentence that says why the width is not what it seems, or "".
    """

    junction: Junction
    bias: float
    frequency: np.ndarray
    power: np.ndarray
    error: np.ndarray
    groups: np.ndarray
    variance: float
    centre: float
    half_width: float
    half_width_error: float
    seed: int | None
    exact: np.ndarray | None = None
    exact_half_width: float | None = None
    doubt: str = ""

    def bands(self, count: int = 16) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray | None]:
        """Return frequency, power, standard error and exact power as means over bands of equally many frequencies, each of shape (count,).

        The errors are those between groups of records: neighbouring frequencies share a taper, and distant ones what modulates a junction.
        """
        parts = np.array_split(np.arange(self.power.size), min(count, self.power.size))
        middle, power = (np.array([values[p].mean() for p in parts]) for values in (self.frequency, self.power))
        each = np.array([self.groups[:, p].mean(1) for p in parts])
        exact = None if self.exact is None else np.array([self.exact[p].mean() for p in parts])
        return middle, power, each.std(1, ddof=1) / np.sqrt(each.shape[1]), exact

    @property
    def gap(self) -> float | None:
        """The largest distance of 16 bands from the exact spectrum, in standard errors; None where nothing is exact or all is in doubt."""
        _, power, error, exact = self.bands()
        return None if exact is None or self.doubt else float(np.max(np.abs(power - exact) / error))

    def physical(self) -> tuple[Quantity, ...]:
        """Return frequency, power of cos φ, centre and half-width in hertz, f = ω/2π; none for a junction in reduced units."""
        scales = self.junction.scales
        if scales is None:
            return ()
        hertz, t = 1 / (2 * np.pi * scales.time_unit), scales.time_unit
        width, known = self.half_width, self.exact_half_width
        return (
            Quantity("frequency", "Hz", self.frequency * hertz),
            Quantity("power of cos φ", "1/Hz", self.power * t, self.error * t, None if self.exact is None else self.exact * t),
            Quantity("centre", "Hz", np.array(self.centre * hertz)),
            Quantity(
                "half-width", "Hz", np.array(width * hertz), np.array(self.half_width_error * hertz),
                None if known is None else np.array(known * hertz),
            ),
        )  # fmt: skip

    @property
    def _in_si(self) -> str | None:
        """Centre and half-width in a readable part of a hertz, of a junction made from SI units."""
        if self.junction.scales is None:
            return None
        *_, centre, width = self.physical()
        size, prefix = display.engineering(float(centre.value))
        shown = display.uncertain(float(width.value) / size, float(width.error) / size)  # type: ignore[arg-type]
        known = "" if width.exact is None else f", exact {float(width.exact) / size:.5g}"
        return f"centre {float(centre.value) / size:.5g} {prefix}Hz, half-width {shown}{known} {prefix}Hz"

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure of the spectrum over the exact one, in hertz for a junction made from SI units."""
        return display.plot(self, **options)

    def __repr__(self) -> str:
        unit = "ω_c" if self.junction.damping is None else "ω_p"
        known = "" if self.exact_half_width is None else f"   exact {self.exact_half_width:.5g}"
        facts = [
            ("bias", f"{self.bias:g}"),
            ("centre", f"{self.centre:.5g} {unit}"),
            ("half-width", f"{display.uncertain(self.half_width, self.half_width_error)} {unit}{known}"),
            ("in SI units", self._in_si),
            ("variance", f"{self.variance:.5g}"),
            ("distance", None if self.gap is None else f"at most {self.gap:.2f} standard errors, in 16 bands"),
            ("in doubt", self.doubt or None),
            ("seed", self.seed),
        ]
        return display.lines("Spectrum of cos φ", facts)


@told
def spectrum(
    junction: Junction,
    bias: float,
    rng: Any,
    *,
    duration: float = 800.0,
    sampling: float = 0.25,
    paths: int = 256,
    dt: float | None = None,
    progress: Progress | None = None,
    out: Any = None,
) -> Spectrum:
    """Measure the power spectrum of cos φ of a running junction and the width of its line.

    Args:
        junction: with noise.
        bias: i.
        rng: seed or source of chance.
        duration: length of the records; frequencies are 2π/duration apart, which must be well below the width of the line.
        sampling: time between samples.
        paths: independent records.
        dt: step; None for the usual one, a quarter of it with capacitance.
        progress: called with (paths done, paths in all).
        out: run directory that is filled as the work goes on, or an open one; an unfinished one is continued, to the same bytes.

    Raises:
        ArgumentError: the junction has no noise, or the records hold more than 10⁸ samples.

    Notes:
        The half-width comes from a least-squares fit of the line and a constant to the bins around the largest; its error from eight
        groups of records.

    References:
        likharev1972; kubo1969 for the line.
    """
    i = checks.number(bias, "bias")
    checks.require(
        junction.noise > 0, "junction", "have noise, without which a spectrum is lines of no width", "one without"
    )
    source = randomness.source(rng)
    span, every = checks.positive(duration, "duration"), checks.positive(sampling, "sampling")
    count = checks.integer(paths, "paths", least=16)
    samples = round(span / every)
    checks.require(samples >= 8, "duration", "hold at least eight samples", duration)
    checks.require(
        samples * count <= _MOST_SAMPLES,
        "duration",
        f"hold at most {_MOST_SAMPLES:.0e} samples over all paths",
        samples * count,
    )
    grid = np.array([i])
    rates = slowest_rates(junction, grid)
    wait = max(50.0, transient(junction, grid, rates))
    times = np.concatenate([[0.0], wait + every * np.arange(samples)])
    start = starts(junction, grid, count, source, is_spread=True)
    # High frequencies see a step before averages do: a quarter of the usual one where there is inertia.
    fine = 4 if dt is None and junction.damping is not None else 1
    h = min(step_length(junction, dt, grid) / fine, every)
    solved = run(
        junction,
        grid,
        times,
        paths=count,
        rng=source,
        dt=h,
        start=start,
        scheme=scheme_for(junction, density=True),
        progress=progress,
        out=out,
    )
    wave = np.cos(solved.values[0, :, 1:, 0])
    wave -= wave.mean(axis=1, keepdims=True)
    bare = np.abs(np.fft.rfft(wave, axis=1)[:, 1:]) ** 2 * every / samples * 2
    taper = _hann(samples)
    powers = np.abs(np.fft.rfft(wave * taper, axis=1)[:, 1:]) ** 2 * 2 * every / np.sum(taper**2)
    omega = 2 * np.pi * np.fft.rfftfreq(samples, every)[1:]
    centre, width = _line(omega, bare.mean(0), samples * every, junction.damping)
    widths = [
        _line(omega, part.mean(0), samples * every, junction.damping)[1] for part in np.array_split(bare, _GROUPS)
    ]
    groups = min(count, _MOST_GROUPS)
    exact, width_known = _exact(junction, i, every, samples)
    return Spectrum(
        junction,
        i,
        omega,
        powers.mean(0),
        powers.std(0, ddof=1) / np.sqrt(count),
        powers[: count - count % groups].reshape(groups, -1, samples // 2).mean(1),
        float(bare.mean(0).sum() / span),
        centre,
        width,
        float(np.std(widths, ddof=1) / np.sqrt(_GROUPS)),
        source.seed,
        exact,
        width_known,
        doubt(grid, doubtful(rates, wait), rates, wait) or _unresolved(width, samples * every, every),
    )


def expected_periodogram(autocorrelation: np.ndarray, every: float, *, is_tapered: bool = True) -> np.ndarray:
    """Return the mean of the one-sided periodogram of a record, at the frequencies 2πj/(N Δ), j = 1 … N/2.

    Args:
        autocorrelation: C(kΔ) for k = 0 … N - 1, a record's length.
        every: Δ.
        is_tapered: by Hann's window.

    Example:
        >>> expected_periodogram(np.array([1.0, 0.0, 0.0, 0.0]), 0.5).round(12).tolist()
        [1.0, 1.0]
    """
    count = autocorrelation.size
    # Σ_n w_n w_{n+k} for all k at once, of a taper followed by as many zeros.
    taper = _hann(count) if is_tapered else np.ones(count)
    overlap = np.fft.irfft(np.abs(np.fft.rfft(taper, 2 * count)) ** 2)[:count]
    seen = autocorrelation * overlap / overlap[0]
    found: np.ndarray = 2 * every * (2 * np.fft.rfft(seen).real[1:] - seen[0])
    return found


def _hann(count: int) -> np.ndarray:
    found: np.ndarray = np.sin(np.pi * np.arange(count) / count) ** 2
    return found


def _exact(junction: Junction, bias: float, every: float, samples: int) -> tuple[np.ndarray | None, float | None]:
    """The mean periodogram and the width of its line from the Fokker–Planck equation; None where it has no stationary solution within reach."""
    if junction.drive is not None or junction.subgap is not None:
        return None, None
    harmonic = round(junction.current_phase.period / (2 * np.pi))
    try:
        equation = fokker_planck(junction, bias, unknowns=AT_HAND).equation
        decay = equation.autocorrelation(every, samples, harmonic)
    except NotConverged:
        return None, None
    diffusion, _ = exact_diffusion(junction, np.array([bias]))
    known = expected_periodogram(decay, every)
    # A junction that is locked radiates no line: the width of its spectrum is that of the plasma resonance.
    if diffusion is None or not abs(equation.mean_velocity) > diffusion[0]:
        return known, None
    omega = 2 * np.pi * np.fft.rfftfreq(samples, every)[1:]
    bare = expected_periodogram(decay, every, is_tapered=False)
    return known, _line(omega, bare, samples * every, junction.damping)[1]


def _unresolved(width: float, span: float, every: float) -> str:
    """What a width says that records do not resolve."""
    if width < 2 * np.pi / span:
        return (
            f"A half-width of {width:.3g} is below 2π/duration = {2 * np.pi / span:.3g}, the distance of two frequencies: the records are too short "
            f"for it. Use a duration of at least {10 * np.pi / max(width, 1e-12):.3g}, or `phase_diffusion`, whose value it is."
        )
    if width > np.pi / every / 4:
        return f"A half-width of {width:.3g} is no narrow line: sample more often than every {every:g}, or use `phase_diffusion`."
    return ""


def _line(omega: np.ndarray, power: np.ndarray, span: float, damping: float | None) -> tuple[float, float]:
    """Centre and half-width of the line Re[(a + jb) K] + B, K as `_shape`, seen in records of length T.

    The imaginary part b tilts the line of a phase that turns unevenly. A periodogram scatters in proportion to its mean: weighted least
    squares with the weights of the last fit, which is right on average where weights of the fit itself are not.
    """
    from scipy.optimize import least_squares

    peak = int(np.argmax(power))
    above = np.flatnonzero(power > power[peak] / 2)
    guess = max((omega[above[-1]] - omega[above[0]]) / 2, omega[1] - omega[0])
    near = np.abs(omega - omega[peak]) < _LINE_WIDTHS * guess
    x, y = omega[near], power[near]
    top = float(power[peak])

    def line(p: np.ndarray) -> np.ndarray:
        seen = _shape(x - p[1], max(abs(p[2]), 1e-9), damping, span)
        found: np.ndarray = ((p[0] + 1j * p[4]) * seen).real + p[3]
        return found

    best = np.array([top * guess, omega[peak], guess, 1e-3 * top, 0.0])
    scale = np.array([top * guess, guess, guess, top, top * guess])
    weight = np.maximum(y, 0.02 * top)
    for _ in range(5):
        best = least_squares(lambda p, by: (line(p) - y) / by, best, x_scale=scale, args=(weight,)).x
        weight = np.maximum(line(best), 1e-3 * top)
    return float(best[1]), _half_of(max(abs(float(best[2])), 1e-9), damping)


def _shape(distance: np.ndarray, width: float, damping: float | None, span: float) -> np.ndarray:
    """∫_0^T (1 - t/T) e^{-w g(t) - jδt} dt at each distance δ from the centre: Σ_n e^r (-r)^n/n! [1/s - (1 - e^{-sT})/(s² T)], s = w + nα + jδ, r = w/α.

    A record that ends leaks into its neighbours: 1/s, seen for ever, is what is left for T → ∞; without the end a line would be wider by about 3/T.
    """
    ratio, step = 0.0, 0.0
    if damping is not None:
        # Beyond r = 12 the line is Gaussian, and longer memory changes nothing but the name of its width.
        ratio = min(width / damping, _LONGEST_MEMORY)
        step = width / ratio
    found, share = np.zeros(distance.shape, complex), float(np.exp(ratio))
    for n in range(1 + int(ratio > 0) * (20 + int(4 * ratio))):
        s = width + n * step + 1j * distance
        with np.errstate(over="ignore"):
            found += share * (1 / s + (np.expm1(-s * span) / (s * s * span) if np.isfinite(span) else 0))
        share *= -ratio / (n + 1)
    return found


def _half_of(width: float, damping: float | None) -> float:
    """Where a line of parameter w has fallen to half of its height."""
    from scipy.optimize import brentq

    if damping is None:
        return width

    def above(distance: float) -> float:
        middle, there = _shape(np.array([0.0, distance]), width, damping, np.inf).real
        return float(there - middle / 2)

    return float(brentq(above, 0.0, 2 * width))
