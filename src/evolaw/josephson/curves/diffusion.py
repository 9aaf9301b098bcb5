"""Phase diffusion and the radiated line, measured.

D_eff     = [Var Δ + 2 Σ' Cov]/(2 T)    displacement Δ over T = K blocks; the covariance of neighbouring blocks takes off what a
                                        displacement carries of its two ends, so that no long T is needed
spectrum  S(ω) of cos φ, the mean over independent junctions of the periodogram |∫ cos φ e^{-jωt} dt|²/T
line      around ω = ⟨φ'⟩ it is Lorentzian, of half-width D_eff in rad per unit of time
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw import checks, display, randomness
from evolaw.errors import NotConverged
from evolaw.josephson.curves.results import Curve
from evolaw.josephson.curves.settling import doubt, doubtful, slowest_rates, transient
from evolaw.josephson.curves.starting import starts
from evolaw.josephson.curves.stepping import Progress, bias_grid, run, scheme_for, step_length
from evolaw.josephson.formulas.diffusion import effective_diffusion
from evolaw.josephson.junction import Junction
from evolaw.josephson.stationary_state import AT_HAND, fokker_planck
from evolaw.told import told

__all__ = ["Spectrum", "exact_diffusion", "phase_diffusion", "spectrum"]

_BLOCKS = 4
_PATHS, _BLOCK_TIME, _LONGEST_BLOCK = 8192, 50.0, 1000.0


@told
def phase_diffusion(
    junction: Junction,
    bias: Any,
    rng: Any,
    *,
    paths: int = _PATHS,
    block: float | None = None,
    dt: float | None = None,
    progress: Progress | None = None,
    out: Any = None,
) -> Curve:
    """Measure the effective diffusion of the phase at each bias: the half-width of the Josephson line, in rad per unit of time.

    Args:
        junction: with noise.
        bias: i, one or several that rise.
        rng: seed or source of chance.
        paths: independent junctions; the relative error is about √(2/paths).
        block: length of each of four blocks, longer than the memory of φ'; None for 50, ten relaxations, or five passages between two states.
        dt: step.
        progress: called with (paths done, paths in all).
        out: run directory that is filled as the work goes on, or an open one; an unfinished one is continued, to the same bytes.

    References:
        reimann2001 for the exact value without capacitance; with it the Fokker–Planck equation has it.

    Example:
        >>> found = phase_diffusion(Junction(noise=0.5), [2.0], 0, paths=1024, block=5.0)
        >>> bool(abs(found.value[0] / found.exact[0] - 1) < 0.25)
        True
    """
    grid = bias_grid(bias)
    checks.require(junction.noise > 0, "junction", "have noise, without which no phase diffuses", "one without")
    source = randomness.source(rng)
    count = checks.integer(paths, "paths", least=16)
    a = junction.damping
    rates = slowest_rates(junction, grid)
    wait = transient(junction, grid, rates)
    passage = max((5 / rate for rate in rates if np.isfinite(rate)), default=0.0)
    usual = max(_BLOCK_TIME, 10 * max(1.0, 1 / (a or 1.0), a or 1.0), min(passage, _LONGEST_BLOCK))
    length = checks.positive(block if block is not None else usual, "block")
    times = [0.0, *(wait + length * k for k in range(_BLOCKS + 1) if wait + length * k > 0)]
    start = starts(junction, grid, count, source, is_spread=True)
    solved = run(
        junction,
        grid,
        times,
        paths=count,
        rng=source,
        dt=step_length(junction, dt),
        start=start,
        progress=progress,
        out=out,
    )
    phase = solved.values[..., -(_BLOCKS + 1) :, 0]
    steps = np.diff(phase, axis=-1)
    steps -= steps.mean(axis=1, keepdims=True)
    whole = steps.sum(axis=-1)
    # Each junction's own contribution, so that their spread is the error.
    neighbours = (steps[..., 1:] * steps[..., :-1]).mean(axis=-1)
    each = (whole**2 + 2 * neighbours) / (2 * _BLOCKS * length)
    # Where slips are rare the spread of what was seen says nothing of those that were not: one slip more or fewer is its least error.
    one_slip = _square_slips(junction, grid, length) * junction.current_phase.period**2 / (2 * _BLOCKS * length * count)
    exact, words = exact_diffusion(junction, grid)
    unsettled = doubtful(rates, min(wait, length)) if a is not None else np.zeros(grid.size, bool)
    return Curve(
        junction,
        "phase diffusion",
        grid,
        each.mean(1),
        np.hypot(each.std(1, ddof=1) / np.sqrt(count), one_slip),
        exact,
        words,
        "bias",
        source.seed,
        unsettled,
        doubt(grid, unsettled, rates, min(wait, length)),
    )


def _square_slips(junction: Junction, bias: np.ndarray, time: float) -> np.ndarray:
    """The mean square of the wells that one slip passes: 1 but at weak damping, where a junction runs on until friction has stopped it.

    An orbit loses ε = 8α - 2π|i| a well, give or take σ = √(16 α D); from σ above the barrier it passes σ/ε wells with a variance of
    σ³/ε³. Above the retrapping current it never stops by itself, and a slip is not rare.
    """
    a = junction.damping
    if a is None or a > 1:
        return np.ones(bias.size)
    scatter = np.sqrt(16 * a * junction.noise)
    ratio = scatter / np.maximum(8 * a - 2 * np.pi * np.abs(bias), 1e-9)
    most = 1 + (time / (2 * np.pi)) ** 2
    return np.where(np.abs(bias) < 4 * a / np.pi, np.minimum((1 + ratio) ** 2 + ratio**3, most), 1.0)


def exact_diffusion(junction: Junction, bias: np.ndarray) -> tuple[np.ndarray | None, str]:
    """Return the exact diffusion and where it is from; None where there is none, not a number where a point is out of reach."""
    if junction.drive is not None or junction.subgap is not None:
        return None, ""
    if junction.damping is None:
        if not junction.has_closed_form:
            return None, ""
        return np.asarray(effective_diffusion(bias, junction.noise)), "quadrature (Reimann et al.)"
    found = np.full(bias.size, np.nan)
    for place, i in enumerate(bias):
        try:
            found[place] = fokker_planck(junction, float(i), unknowns=AT_HAND).effective_diffusion
        except NotConverged:
            continue
    return (found, "Fokker–Planck equation") if np.isfinite(found).any() else (None, "")


@dataclass(frozen=True, eq=False, repr=False)
class Spectrum:
    """The power spectrum of cos φ, one-sided, in units of the junction's time per radian.

    Attributes:
        junction, bias: whose.
        frequency: ω in rad per unit of time, shape (frequencies,).
        power, error: S(ω) with standard errors over the junctions.
        variance: ∫ S dω/(2π), the variance of cos φ within a record.
        centre: frequency of the largest power.
        half_width, half_width_error: of the Lorentzian through the line.
        seed: of the noise.
        doubt: the sentence that says why the width is not what it seems, or "".
    """

    junction: Junction
    bias: float
    frequency: np.ndarray
    power: np.ndarray
    error: np.ndarray
    variance: float
    centre: float
    half_width: float
    half_width_error: float
    seed: int | None
    doubt: str = ""

    def plot(self, **options: Any) -> Any:
        """Return a Matplotlib figure of the spectrum with the Lorentzian."""
        return display.plot(self, **options)

    def __repr__(self) -> str:
        facts = [
            ("bias", f"{self.bias:g}"),
            ("centre", f"{self.centre:.5g}"),
            ("half-width", f"{self.half_width:.4g} ± {self.half_width_error:.2g}"),
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
) -> Spectrum:
    """Measure the power spectrum of cos φ of a running junction and the width of its line.

    Args:
        junction: with noise.
        bias: i.
        rng: seed or source of chance.
        duration: length of the records; frequencies are 2π/duration apart, which must be well below the width of the line.
        sampling: time between samples.
        paths: independent records.
        dt: step.

    Notes:
        The half-width comes from a least-squares fit of a Lorentzian and a constant to the bins around the largest; its error from eight
        groups of records.

    References:
        likharev1972.
    """
    i = checks.number(bias, "bias")
    source = randomness.source(rng)
    span, every = checks.positive(duration, "duration"), checks.positive(sampling, "sampling")
    count = checks.integer(paths, "paths", least=16)
    samples = round(span / every)
    grid = np.array([i])
    rates = slowest_rates(junction, grid)
    wait = max(50.0, transient(junction, grid, rates))
    times = np.concatenate([[0.0], wait + every * np.arange(samples)])
    start = starts(junction, grid, count, source, is_spread=True)
    h = min(step_length(junction, dt), every)
    solved = run(
        junction, grid, times, paths=count, rng=source, dt=h, start=start, scheme=scheme_for(junction, density=True)
    )
    wave = np.cos(solved.values[0, :, 1:, 0])
    wave -= wave.mean(axis=1, keepdims=True)
    powers = np.abs(np.fft.rfft(wave, axis=1)) ** 2 * every / samples * 2
    omega = 2 * np.pi * np.fft.rfftfreq(samples, every)
    powers, omega = powers[:, 1:], omega[1:]
    mean = powers.mean(0)
    centre, width = _lorentzian(omega, mean, samples * every)
    groups = [_lorentzian(omega, part.mean(0), samples * every)[1] for part in np.array_split(powers, 8)]
    return Spectrum(
        junction,
        i,
        omega,
        mean,
        powers.std(0, ddof=1) / np.sqrt(count),
        float(mean.sum() / span),
        centre,
        width,
        float(np.std(groups, ddof=1) / np.sqrt(8)),
        source.seed,
        doubt(grid, doubtful(rates, wait), rates, wait) or _unresolved(width, samples * every, every),
    )


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


def _lorentzian(omega: np.ndarray, power: np.ndarray, span: float) -> tuple[float, float]:
    """Centre c and half-width w of the line Re[(a + jb)/s] + B, s = w + j(ω - c), seen in records of length T.

    The imaginary part b tilts the line of a phase that turns unevenly. A record that ends leaks into its neighbours: 1/s is seen as
    1/s - (1 - e^{-sT})/(s² T); left out, this would make the line wider by about 3/T. A periodogram scatters in proportion to its mean:
    weighted least squares with the weights of the last fit, which is right on average where weights of the fit itself are not.
    """
    from scipy.optimize import least_squares

    peak = int(np.argmax(power))
    above = np.flatnonzero(power > power[peak] / 2)
    guess = max((omega[above[-1]] - omega[above[0]]) / 2, omega[1] - omega[0])
    near = np.abs(omega - omega[peak]) < 8 * guess
    x, y = omega[near], power[near]
    top = float(power[peak])

    def line(p: np.ndarray) -> np.ndarray:
        s = max(abs(p[2]), 1e-9) + 1j * (x - p[1])
        seen = 1 / s - -np.expm1(-s * span) / (s * s * span)
        found: np.ndarray = ((p[0] + 1j * p[4]) * seen).real + p[3]
        return found

    best = np.array([top * guess, omega[peak], guess, 1e-3 * top, 0.0])
    scale = np.array([top * guess, guess, guess, top, top * guess])
    weight = np.maximum(y, 0.02 * top)
    for _ in range(5):
        best = least_squares(lambda p, by: (line(p) - y) / by, best, x_scale=scale, args=(weight,)).x
        weight = np.maximum(line(best), 1e-3 * top)
    return float(best[1]), float(abs(best[2]))
