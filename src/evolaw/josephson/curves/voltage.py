"""Current–voltage curves from noise: the mean voltage at each bias with its standard error, and the sweep up and down.

    ⟨φ'⟩ = [φ(T0 + T) - φ(T0)]/T of each of many independent junctions: displacement over time, never a mean of a noisy φ'

Without capacitance starts are drawn from the exact density and nothing is waited for. With it a time T0 of ten relaxations passes first;
where two states live side by side (α < 1.193, i_r < i < 1) the curve is that of junctions that start at rest, and the sweep tells the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.errors import NotConverged
from evolaw.josephson.curves.results import IVCurve
from evolaw.josephson.curves.stepping import Progress, bias_grid, run, starts, step_length
from evolaw.josephson.formulas.escape import escape_rate
from evolaw.josephson.formulas.limit_cycle import end_of_bistability, retrapping_current, running_voltage
from evolaw.josephson.formulas.voltage import mean_voltage
from evolaw.josephson.junction import Junction
from evolaw.josephson.stationary_state import fokker_planck
from evolaw.sde.processes.fourier_hermite import KineticFokkerPlanck
from evolaw.told import told

__all__ = ["exact_voltage", "iv_curve", "transient"]

_PATHS, _DURATION, _RELAXATIONS = 2048, 400.0, 10.0
_LEAST_DAMPING, _LONGEST = 0.3, 2000.0


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
        duration: time watched after the transient, 400 in the junction's unit unless told otherwise.
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
    h = step_length(junction, dt)
    span = checks.positive(duration if duration is not None else _DURATION, "duration")
    wait = transient(junction, grid)
    start = starts(junction, grid, count, source, is_spread=True)
    times = [0.0, wait, wait + span] if wait else [0.0, span]
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
    phase = solution.values[..., 0]
    speed = (phase[:, :, -1] - phase[:, :, -2]) / span * junction.voltage_per_velocity
    if junction.noise == 0:
        error = np.full(grid.size, 2 * np.pi / span * junction.voltage_per_velocity)
    else:
        error = speed.std(axis=1, ddof=1) / np.sqrt(count)
    truth, words = exact_voltage(junction, grid) if exact else (None, "")
    return IVCurve(
        junction, "I–V curve", grid, speed.mean(axis=1), error, truth, words, "bias", source.seed, count, span
    )


def exact_voltage(junction: Junction, bias: np.ndarray) -> tuple[np.ndarray | None, str]:
    """Return the exact I–V curve and where it is from; None where there is none, not a number where a point is out of reach.

    Without capacitance the Bessel form (with any current–phase relation, the Fokker–Planck equation); with it the Fokker–Planck equation
    in phase and velocity for α >= 0.3, or, without noise, the limit cycle of a junction that comes from rest.
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
    if junction.damping is not None and junction.damping < _LEAST_DAMPING:
        return None, ""
    found = np.full(bias.size, np.nan)
    for place, i in enumerate(bias):
        try:
            found[place] = fokker_planck(junction, float(i)).voltage
        except NotConverged:
            continue
    return (found, "Fokker–Planck equation") if np.isfinite(found).any() else (None, "")


def transient(junction: Junction, grid: np.ndarray) -> float:
    """Return how long is waited before the phase is looked at: until the slowest deviation has died out, or a time no patience exceeds."""
    if junction.damping is None:
        return 0.0 if junction.has_closed_form and junction.noise else _RELAXATIONS * 4
    wait = _RELAXATIONS * max(1 / junction.damping, junction.damping, 2.0)
    if junction.noise and junction.has_closed_form and junction.damping < end_of_bistability():
        # Where a resting and a running state live side by side, what is slow is the passage between them.
        shared = grid[(np.abs(grid) < 1) & (np.abs(grid) > retrapping_current(junction.damping))]
        slow = [_slowest(junction, float(i)) for i in shared]
        wait = max([wait, *(min(_RELAXATIONS / rate, _LONGEST) for rate in slow)])
    return wait


def _slowest(junction: Junction, bias: float) -> float:
    """The rate of relaxation between resting and running; the escape rate where the Fokker–Planck equation is out of reach."""
    equation = fokker_planck(junction, bias).equation
    try:
        if isinstance(equation, KineticFokkerPlanck) and float(junction.damping or 0) >= _LEAST_DAMPING:
            return equation.relaxation_rate()
    except NotConverged:
        pass
    return max(float(escape_rate(abs(bias), junction.damping, junction.noise)), 1e-12)
