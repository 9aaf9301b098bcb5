"""Mean first-passage times, measured: how long the phase takes from one place to another, those that did not arrive censored.

Without capacitance crossings between two steps are seen by the bridge, so that no step is too coarse for them (a passage that is only looked
at after each step comes late by O(√h)); with capacitance the phase is smooth and its crossing is placed within its step. The mean is that
of a start at rest in the bottom of the well or wherever asked, velocities thermal; times beyond the horizon count as an exponential tail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.josephson.curves.results import Curve
from evolaw.josephson.curves.stepping import Progress, bias_grid, run, step_length
from evolaw.josephson.formulas.diffusion import passage_time
from evolaw.josephson.junction import Junction
from evolaw.sde.statistics.events import Event
from evolaw.sde.statistics.first_passage import FirstPassage
from evolaw.told import told

__all__ = ["passage_times"]


@told
def passage_times(
    junction: Junction,
    bias: Any,
    rng: Any,
    *,
    start: float,
    end: float,
    horizon: float,
    paths: int = 4096,
    dt: float | None = None,
    progress: Progress | None = None,
    out: Any = None,
) -> Curve:
    """Measure the mean time of the phase from ``start`` to ``end`` > ``start`` at each bias.

    Args:
        junction: with noise, one resistor and no drive.
        bias: i, one or several that rise.
        rng: seed or source of chance.
        start, end: phases.
        horizon: time after which no more is waited; the mean of those that did not arrive is continued exponentially, which is right
            where the last of them wait in one well.
        paths: independent junctions a bias.
        dt: step.
        progress: called with (paths done, paths in all).
        out: run directory that is filled as the work goes on, or an open one; an unfinished one is continued, to the same bytes.

    Returns:
        Mean times in the junction's unit with standard errors; without capacitance the double integral beside them, with which an
        absorbing top of the barrier takes half as long as the next well.

    Raises:
        ArgumentError: an end that is not beyond the start, or a horizon that fewer than two junctions in three arrive before.

    References:
        gardiner2009, section 5.5.

    Example:
        >>> found = passage_times(Junction(noise=0.5), [0.9], 0, start=0.0, end=np.pi, horizon=80.0, paths=512)  # some seconds
        >>> found.gap < 4
        True
    """
    grid = bias_grid(bias)
    checks.require(junction.noise > 0, "junction", "have noise, without which a phase moves as it must", "one without")
    checks.require(
        junction.drive is None and junction.subgap is None, "junction", "have no drive and one resistor", junction
    )
    begin, target = checks.number(start, "start"), checks.number(end, "end")
    checks.require(target > begin, "end", "lie beyond the start", target)
    source, count, last = (
        randomness.source(rng),
        checks.integer(paths, "paths", least=16),
        checks.positive(horizon, "horizon"),
    )
    state = np.zeros((grid.size, count, 1 if junction.damping is None else 2))
    state[..., 0] = begin
    if junction.damping is not None:
        state[..., 1] = np.sqrt(junction.noise) * source.stream("start").generator().standard_normal(state.shape[:2])
    asked: Any = (
        FirstPassage(_Distance(target, -1.0), stops=True)
        if junction.damping is None
        else Event(_Distance(target, 1.0), direction=1, stops=True)
    )
    solved = run(
        junction,
        grid,
        [0.0, last],
        paths=count,
        rng=source,
        dt=step_length(junction, dt),
        start=state,
        statistics=asked,
        progress=progress,
        out=out,
    )
    times = np.asarray(solved.results[0].times).reshape(grid.size, count, -1)[..., 0]
    found = np.array([_mean(row, last) for row in times])
    known = junction.damping is None and junction.has_closed_form
    exact = np.array([passage_time(begin, target, float(i), junction.noise) for i in grid]) if known else None
    words = "quadrature of the passage time" if known else ""
    return Curve(junction, "passage time", grid, found[:, 0], found[:, 1], exact, words, "bias", source.seed)


def _mean(times: np.ndarray, horizon: float) -> tuple[float, float]:
    """Mean and standard error; beyond the horizon the rate is that of the arrivals in its second half."""
    arrived = np.isfinite(times)
    share = arrived.mean()
    checks.require(
        share > 2 / 3, "horizon", "let two junctions in three arrive", f"{horizon:g}, by which {share:.0%} did"
    )
    seen = np.minimum(times, horizon)
    missing = int((~arrived).sum())
    late = seen[seen > horizon / 2] - horizon / 2
    arrivals = late.size - missing
    checks.require(
        not missing or arrivals > 0,
        "horizon",
        "be longer: nobody arrived in its second half, but some after it",
        horizon,
    )
    rate = arrivals / late.sum() if missing else np.inf
    value = seen.mean() + missing / times.size / rate
    spread = (seen.var(ddof=1) + missing / times.size / rate**2) / times.size
    tail = (missing / times.size / rate) ** 2 / max(arrivals, 1)
    return float(value), float(np.sqrt(spread + (tail if missing else 0.0)))


@dataclass(frozen=True)
class _Distance:
    """The distance of the phase from a place, positive beyond it (+1) or before it (-1)."""

    place: float
    sign: float

    def __call__(self, t: Any, x: Any, p: Any) -> Any:
        return self.sign * (x[0] - self.place)
