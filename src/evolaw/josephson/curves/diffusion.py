"""Phase diffusion, measured.

D_eff     = [Var Δ + 2 Σ' Cov]/(2 T)    displacement Δ over T = K blocks; the covariance of neighbouring blocks takes off what a
                                        displacement carries of its two ends, so that no long T is needed
running   θ = Λ [turns + F(φ)]          in place of φ: F is the distribution function of the phase over its period Λ
It is the half-width of the radiated line in rad per unit of time, and a quarter of the one-sided spectrum of φ' at zero frequency.

A junction that runs creeps past the top of its wells and rushes over their bottoms, and without much noise it remembers for a time 1/D_eff where in
its turn it is: the ends of a displacement then say more than its diffusion, for many blocks, and D_eff came out a third too small or three times
too large. θ turns evenly, and diffuses in the long run as φ does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.errors import NotConverged
from evolaw.josephson.curves.results import Curve
from evolaw.josephson.curves.settling import doubt, doubtful, slowest_rates, transient
from evolaw.josephson.curves.starting import starts
from evolaw.josephson.curves.stepping import Progress, bias_grid, run, step_length
from evolaw.josephson.formulas.diffusion import effective_diffusion
from evolaw.josephson.junction import Junction
from evolaw.josephson.stationary_state import AT_HAND, fokker_planck
from evolaw.told import told

__all__ = ["even_turns", "exact_diffusion", "phase_diffusion"]

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
        >>> found = phase_diffusion(Junction(noise=0.5), [2.0], 0, paths=1024, block=5.0)  # some seconds
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
        dt=step_length(junction, dt, grid),
        start=start,
        progress=progress,
        out=out,
    )
    phase = solved.values[..., -(_BLOCKS + 1) :, 0]
    steps = np.diff(even_turns(junction, grid, phase), axis=-1)
    steps -= steps.mean(axis=1, keepdims=True)
    whole = steps.sum(axis=-1)
    # Each junction's own contribution, so that their spread is the error.
    neighbours = (steps[..., 1:] * steps[..., :-1]).mean(axis=-1)
    each = (whole**2 + 2 * neighbours) / (2 * _BLOCKS * length)
    # Below the critical current slips may be rare: what was seen then says nothing of those that were not, and its error is that of one slip.
    one_slip = _square_slips(junction, grid, length) * junction.current_phase.period**2 / (2 * _BLOCKS * length * count)
    one_slip[np.abs(grid) >= junction.current_phase.critical] = 0.0
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


def even_turns(junction: Junction, bias: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Return phases of a stationary state as θ where the junction runs, as they are elsewhere.

    Args:
        junction: whose. With a drive phases are left as they are: it has a clock.
        bias: i, shape (biases,); it runs from the critical current on.
        phase: not wrapped, shape (biases, paths, times).
    """
    relation = junction.current_phase
    if junction.drive is not None:
        return phase
    found, period = phase.copy(), relation.period
    for place in np.flatnonzero(np.abs(bias) >= relation.critical):
        turns = np.floor(phase[place] / period)
        within = phase[place] - period * turns
        # F from the phases themselves, those of all times together: it is the same at each.
        found[place] = period * (turns + np.searchsorted(np.sort(within, axis=None), within) / within.size)
    return found


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
