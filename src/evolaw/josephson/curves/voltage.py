"""Current–voltage curves from noise: the mean voltage at each bias with its standard error, and the sweep up and down.

    ⟨φ'⟩ = [φ(T0 + T) - φ(T0)]/T of each of many independent junctions: displacement over time, never a mean of a noisy φ'

Without capacitance starts are drawn from the exact density and nothing is waited for. With it a time T0 of ten relaxations passes first, and
displacements are averaged over a smooth window, which phases that still rotate together do not bias. Where two states live side by side
(α < 1.193, i_r < i < 1) and the passage between them is slower than what is waited, the curve is that of junctions that start at rest: it says
so, and the sweep tells the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.errors import NotConverged
from evolaw.josephson.arrays.order import smooth_mean
from evolaw.josephson.curves.results import IVCurve
from evolaw.josephson.curves.settling import doubt, doubtful, slowest_rates, transient
from evolaw.josephson.curves.starting import starts
from evolaw.josephson.curves.stepping import Progress, bias_grid, run, step_length
from evolaw.josephson.formulas.limit_cycle import running_voltage
from evolaw.josephson.formulas.voltage import mean_voltage
from evolaw.josephson.junction import Junction
from evolaw.josephson.stationary_state import AT_HAND, fokker_planck
from evolaw.told import told

__all__ = ["exact_voltage", "iv_curve"]

_PATHS, _DURATION = 2048, 400.0
_STRETCHES, _FEWEST, _STORED = 64, 16, 2e7


@told
def iv_curve(
    junction: Junction,
    bias: Any,
    rng: Any,
    *,
    paths: int | None = None,
    duration: float | None = None,
    dt: float | None = None,
    precision: str = "float64",
    exact: bool = True,
    progress: Progress | None = None,
    out: Any = None,
) -> IVCurve:
    """Measure the I–V curve of a junction from its noise.

    Args:
        junction: any; without noise each bias is one solution and the error is that of one turn in the time watched.
        bias: i, one or several that rise.
        rng: seed or source of chance.
        paths: independent junctions a bias, 2048 unless told otherwise.
        duration: time watched after the transient, in the junction's unit; None for 400, without noise for 400/w_c if that is longer.
        dt: step; None for a tenth of the shortest time.
        precision: "float64" or "float32".
        exact: put the exact curve beside it where it is known.
        progress: called with (paths done, paths in all).
        out: run directory that is filled as the work goes on, or an open one; an unfinished one is continued, to the same bytes.

    Returns:
        Voltages V/(I_c R) with standard errors over the junctions.

    Raises:
        ArgumentError: the biases do not rise, or the step is too long for the damping; says which would do.

    Notes:
        All biases are one solution. The bias of the step, O(h²), is below 1e-4 at the default one.

    References:
        ambegaokar1969 for the exact curve without capacitance.

    Example:
        >>> curve = iv_curve(Junction(noise=0.5), [0.5, 1.5], 0, paths=64, duration=20.0)
        >>> bool((np.abs(curve.voltage - curve.exact) < 4 * curve.error).all())
        True
    """
    grid = bias_grid(bias)
    source = randomness.source(rng)
    count = 1 if junction.noise == 0 else checks.integer(_PATHS if paths is None else paths, "paths", least=2)
    h = step_length(junction, dt, grid)
    span = checks.positive(_watched(junction) if duration is None else duration, "duration")
    rates = slowest_rates(junction, grid)
    wait = transient(junction, grid, rates)
    start = starts(junction, grid, count, source, is_spread=True)
    stretches = _stretches(junction, count * grid.size)
    times = wait + np.linspace(0, span, stretches + 1)
    times = np.concatenate([[0.0], times]) if wait else times
    solution = run(
        junction,
        grid,
        times,
        paths=count,
        rng=source,
        dt=h,
        start=start,
        precision=precision,
        progress=progress,
        out=out,
    )
    phase = solution.values[:, :, -(stretches + 1) :, 0]
    speed = smooth_mean(np.diff(phase, axis=-1)) * (stretches / span) * junction.voltage_per_velocity
    if junction.noise == 0:
        error = np.full(grid.size, 2 * np.pi / span * junction.voltage_per_velocity)
    else:
        error = speed.std(axis=1, ddof=1) / np.sqrt(count)
    truth, words = exact_voltage(junction, grid) if exact else (None, "")
    unsettled = doubtful(rates, wait)
    return IVCurve(
        junction, "I–V curve", grid, speed.mean(axis=1), error, truth, words, "bias", source.seed,
        unsettled, doubt(grid, unsettled, rates, wait), count, span,
    )  # fmt: skip


def _watched(junction: Junction) -> float:
    """How long is watched unless told otherwise. Without noise one turn more or less is the error, 2π/400 of I_c R: α turns in 1/w_p are one in 1/w_c."""
    return _DURATION * (max(1.0, junction.damping or 1.0) if junction.noise == 0 else 1.0)


def _stretches(junction: Junction, paths: int) -> int:
    """Over how many stretches displacements are weighted: one where phases start in the stationary density, or without noise."""
    if junction.noise == 0 or (junction.damping is None and junction.drive is None):
        return 1
    return int(np.clip(_STORED / (2 * paths), _FEWEST, _STRETCHES))


def exact_voltage(junction: Junction, bias: np.ndarray) -> tuple[np.ndarray | None, str]:
    """Return the exact I–V curve and where it is from; None where there is none, not a number where a point is out of reach.

    Without capacitance the Bessel form (with any current–phase relation, the Fokker–Planck equation); with it the Fokker–Planck equation
    in phase and velocity where it converges, or, without noise, the limit cycle of a junction that comes from rest.
    """
    if junction.drive is not None or junction.subgap is not None:
        return None, ""
    if junction.has_closed_form and junction.damping is None:
        return np.asarray(mean_voltage(bias, junction.noise)), "Bessel functions (Ambegaokar–Halperin)"
    if junction.noise == 0:
        if not junction.has_closed_form or junction.damping is None:
            return None, ""
        rest = np.abs(bias) <= 1
        running = np.where(rest, 0.0, running_voltage(np.abs(np.where(rest, 2.0, bias)), junction.damping))
        return np.sign(bias) * running, "limit cycle, from rest"
    found = np.full(bias.size, np.nan)
    for place, i in enumerate(bias):
        try:
            found[place] = fokker_planck(junction, float(i), unknowns=AT_HAND).voltage
        except NotConverged:
            continue
    return (found, "Fokker–Planck equation") if np.isfinite(found).any() else (None, "")
