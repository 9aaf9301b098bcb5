"""Escape rates from the zero-voltage state, measured: by waiting where escapes are frequent, by splitting where they are rare.

Waiting: thermal junctions in the well; escapes before a relaxation time are not counted, those that never come are censored, and
rate = escapes/time at risk. An escape is a phase half a turn beyond the top.

Splitting (`splitting`): the rate is the flux out of the bottom of the well times the chances of getting from level to level.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.josephson.curves.results import Curve
from evolaw.josephson.curves.splitting import split_rate
from evolaw.josephson.curves.stepping import Progress, scheme_for, step_length
from evolaw.josephson.formulas.escape import barrier_height, escape_rate
from evolaw.josephson.junction import Junction
from evolaw.sde.loop.solver import solve
from evolaw.sde.statistics.events import Event

__all__ = ["escape_rates", "waiting_rate"]

_RARE = 9.0


def escape_rates(
    junction: Junction,
    bias: Any,
    rng: Any,
    *,
    method: str = "auto",
    escapes: int = 1000,
    dt: float | None = None,
    progress: Progress | None = None,
) -> Curve:
    """Measure the escape rate at each bias.

    Args:
        junction: with noise, a sinusoidal supercurrent, one resistor and no drive.
        bias: i, 0 <= i < 1, one or several that rise.
        rng: seed or source of chance.
        method: "waiting", "splitting", or "auto": splitting where ΔU > 9 D.
        escapes: how many escapes are waited for (about), or paths a level of the splitting.
        dt: step.
        progress: called with (biases done, biases in all).

    Returns:
        Rates in the junction's unit of frequency, with standard errors; Mel'nikov and Meshkov's rate beside them, which is the leading
        order in D/ΔU and 3 to 6 % high at ΔU/D = 7.

    References:
        allen2009 for the splitting.

    Example:
        >>> found = escape_rates(Junction(damping=0.5, noise=0.2), [0.5], 0, escapes=200)
        >>> bool(0.5 < found.value[0] / found.exact[0] < 1.5)
        True
    """
    checks.one_of(method, "method", ("auto", "waiting", "splitting"))
    checks.require(junction.noise > 0, "junction", "have noise, without which nothing escapes", "one without")
    checks.require(
        junction.has_closed_form, "junction", "have a sinusoidal supercurrent, one resistor and no drive", junction
    )
    grid = checks.increasing(np.atleast_1d(np.asarray(bias, float)), "bias")
    checks.require(bool(grid[0] >= 0 and grid[-1] < 1), "bias", "lie between 0 and the critical current", grid.tolist())
    source = randomness.source(rng)
    h = step_length(junction, dt)
    found = []
    for place, i in enumerate(grid):
        rare = float(barrier_height(float(i))) > _RARE * junction.noise
        measure = split_rate if method == "splitting" or (method == "auto" and rare) else waiting_rate
        found.append(measure(junction, float(i), source, escapes, h))
        if progress is not None:
            progress(place + 1, grid.size)
    value, error = np.array(found).T
    theory = np.asarray(escape_rate(grid, junction.damping, junction.noise))
    return Curve(
        junction, "escape rate", grid, value, error, theory, "Mel'nikov–Meshkov, leading order", "bias", source.seed
    )


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
    event = Event(_beyond(bias), direction=1, stops=True)
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
    times = solved.results[0].times[:, 0]
    late = times > settle
    exposure = float(np.sum(np.minimum(times[late], settle + span) - settle))
    count = int(np.sum(np.isfinite(times[late])))
    checks.require(count > 0, "escapes", "be enough to see one", escapes, "Use method='splitting'.")
    return count / exposure, float(np.sqrt(count)) / exposure


class _beyond:
    """Zero where the phase is half a turn beyond the top of the barrier."""

    def __init__(self, bias: float) -> None:
        self.place = float(np.pi - np.arcsin(bias) + np.pi)

    def __call__(self, t: Any, x: Any, p: Any) -> Any:
        return x[0] - self.place

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _beyond) and other.place == self.place

    def __hash__(self) -> int:
        return hash(self.place)
