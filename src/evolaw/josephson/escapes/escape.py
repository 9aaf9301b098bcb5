"""Escape rates from the zero-voltage state, measured: by waiting where escapes are frequent, by splitting where they are rare.

Waiting: thermal junctions in the well; escapes before a relaxation time are not counted, those that never come are censored, as are those that
left backwards, and rate = escapes/time at risk. An escape is a phase half a turn beyond the top.

Splitting (`splitting`): the rate is the flux out of the bottom of the well times the chances of getting from level to level.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks, randomness
from evolaw.josephson.curves.results import Curve
from evolaw.josephson.curves.stepping import Progress, opened, scheme_for, step_length
from evolaw.josephson.escapes.known_rates import forward_rates
from evolaw.josephson.escapes.splitting import split_rate
from evolaw.josephson.formulas.escape import barrier_height, escape_rate
from evolaw.josephson.junction import Junction
from evolaw.sde.loop.solver import solve
from evolaw.sde.statistics.events import Event
from evolaw.told import told

__all__ = ["escape_rates", "waiting_rate"]

_RARE, _LOW = 9.0, 4.0
_PATIENCE = 3e9


@told
def escape_rates(
    junction: Junction,
    bias: Any,
    rng: Any,
    *,
    method: str = "auto",
    escapes: int = 1000,
    dt: float | None = None,
    progress: Progress | None = None,
    out: Any = None,
) -> Curve:
    """Measure the escape rate at each bias.

    Args:
        junction: with noise, a sinusoidal supercurrent, one resistor and no drive.
        bias: i, 0 <= i < 1, one or several that rise.
        rng: seed or source of chance.
        method: "waiting", "splitting", or "auto": splitting where ΔU > 9 D, or where waiting would take more than 3·10⁹ steps.
        escapes: how many escapes are waited for (about), or paths a level of the splitting.
        dt: step; None for a tenth of the shortest time, and a tenth of 1/w_p for α >= 20.
        progress: called with (biases done, biases in all).
        out: run directory that is filled as the work goes on, or an open one; an unfinished one is continued, to the same bytes.

    Returns:
        Rates of leaving the well forwards in the junction's unit of frequency, with standard errors; beside them the best that is known:
        exact without capacitance, the eigenvalue of the Fokker–Planck equation down to α = 0.01 at ΔU = 7 D, else Mel'nikov and Meshkov's leading order in
        D/ΔU, which is 3 to 6 % high at ΔU/D = 7 and up to a quarter at weak damping. ``source`` says which.

    References:
        allen2009 for the splitting.

    Example:
        >>> found = escape_rates(Junction(damping=0.5, noise=0.2), [0.5], 0, escapes=200)  # some seconds
        >>> bool(0.5 < found.value[0] / found.exact[0] < 1.5)
        True
    """
    checks.one_of(method, "method", ("auto", "waiting", "splitting"))
    checks.require(junction.noise > 0, "junction", "have noise, without which nothing escapes", "one without")
    checks.require(
        junction.has_closed_form, "junction", "have a sinusoidal supercurrent, one resistor and no drive", junction
    )
    grid = checks.increasing(np.atleast_1d(checks.numbers(bias, "bias")), "bias")
    checks.require(bool(grid[0] >= 0 and grid[-1] < 1), "bias", "lie between 0 and the critical current", grid.tolist())
    checks.integer(escapes, "escapes", least=8)
    source = randomness.source(rng)
    h = _step(junction, dt)
    facts = {"damping": junction.damping, "noise": junction.noise, "bias": grid.tolist()}
    with opened(out, facts | {"method": method, "escapes": escapes, "dt": h, "seed": source.seed}) as run:
        value, error = _rates(junction, grid, source, method, escapes, h, run, progress)
    best, words = forward_rates(junction, grid)
    return Curve(junction, "escape rate", grid, value, error, best, words, "bias", source.seed)


def _rates(
    junction: Junction, grid: np.ndarray, source: Any, method: str, escapes: int, h: float, run: Any, progress: Any
) -> np.ndarray:
    """Rates and their errors, shape (2, biases), one bias committed after the other."""
    series = None if run is None else run.series("rates", (grid.size, 2), float, ("biases", "numbers"), chunk_frames=1)
    found = [] if series is None or not series.cursor else list(run.read("rates", 0, series.cursor))
    for place, i in enumerate(grid[len(found) :], start=len(found)):
        splits = method == "splitting" or (method == "auto" and _is_rare(junction, float(i), escapes, h))
        found.append(np.array((split_rate if splits else waiting_rate)(junction, float(i), source, escapes, h)))
        if series is not None:
            series.append(found[-1][None])
        if progress is not None:
            progress(place + 1, grid.size)
    return np.array(found).T


def _step(junction: Junction, dt: float | None) -> float:
    """The step asked for; by default, at strong damping, one that need not resolve the velocity.

    There rescaled steps are those of the equation without inertia, h/α long in 1/w_c: at most 0.005, while what inertia does is of the
    order 1/α².
    """
    found = step_length(junction, dt)
    return found if dt is not None or junction.damping is None else max(found, min(0.1, junction.damping / 200))


def _is_rare(junction: Junction, bias: float, escapes: int, dt: float) -> bool:
    """Whether splitting is the better way: a high barrier, or one that takes too many steps to wait at."""
    barrier = float(barrier_height(bias)) / junction.noise
    rate = float(escape_rate(bias, junction.damping, junction.noise))
    return barrier > _RARE or (barrier > _LOW and 1.4 * escapes > _PATIENCE * rate * dt)


def waiting_rate(junction: Junction, bias: float, rng: Any, escapes: int, dt: float) -> tuple[float, float]:
    """Return the escape rate and its standard error from about ``escapes`` escapes, those that did not come censored.

    Half of the junctions are given the time to escape, by the theory; the clock starts after a relaxation time.
    """
    source = randomness.source(rng)
    guess = float(escape_rate(bias, junction.damping, junction.noise))
    a = junction.damping
    settle = 5 * max(1 / np.sqrt(1 - bias * bias), 1 / (a or 1.0), a or 1.0)
    paths = int(np.clip(2 * escapes, 64, 200_000))
    span = max(0.7 / guess, 4 * settle) if guess > 0 else 4 * settle
    draw = source.stream("wells").generator()
    state = np.full((paths, 1 if a is None else 2), np.arcsin(bias))
    if a is not None:
        state[:, 1] = np.sqrt(junction.noise) * draw.standard_normal(paths)
    event = Event(_outside(bias), direction=1, stops=True)
    solved = solve(
        junction.process(bias),
        scheme_for(junction),
        state,
        [0.0, settle + span],
        paths=paths,
        rng=source,
        dt=dt,
        statistics=event,
    )
    times, places = solved.results[0].times[:, 0], solved.results[0].states[:, 0, 0]
    late = times > settle
    exposure = float(np.sum(np.minimum(times[late], settle + span) - settle))
    # Who left backwards is at risk no more: it would have to climb two barriers.
    count = int(np.sum(np.isfinite(times[late]) & (places[late] > 0)))
    checks.require(count > 0, "escapes", "be enough to see one", escapes, "Use method='splitting'.")
    return count / exposure, float(np.sqrt(count)) / exposure


class _outside:
    """Zero where the phase is half a turn beyond the top of the barrier on either side of its well."""

    def __init__(self, bias: float) -> None:
        self.well = float(np.arcsin(bias))
        self.forwards, self.backwards = 2 * np.pi - self.well, -2 * np.pi - self.well

    def __call__(self, t: Any, x: Any, p: Any) -> Any:
        return jnp.maximum(x[0] - self.forwards, self.backwards - x[0])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _outside) and other.well == self.well

    def __hash__(self) -> int:
        return hash(self.well)
