"""Events: when a function of time and state changes its sign along a path.

    event      g(t, x) goes from below zero to zero or above (up), or from there to below zero (down)
    time       t_n + θ h,   θ = g_n / (g_n - g_{n+1})          where the straight line between the ends of the step is zero
    state      x_n + θ (x_{n+1} - x_n)

Zero counts as positive, so that up and down alternate and every crossing is counted once.

**Order.** On a path without noise, time and state are right to O(h²), as straight lines are. On a noisy path the event is
placed in its own step, but crossings there and back within one step are not seen: a first event comes late by O(√h) on
average, and the number of crossings of a noisy g has no limit for h -> 0. For first crossings of a noisy function use
`FirstPassage`, whose bridge sees them at any step; events are for functions that are smooth along the path (positions of a
Langevin particle, phases, clocks) and for what is defined at the steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.errors import ShapeError
from evolaw.randomness import Stream

__all__ = ["Event", "EventResult", "Happened"]


@dataclass(frozen=True)
class Event:
    """Counts the sign changes of a function along each path, and records the first of them.

    Attributes:
        function: g(t, x, p) -> number of one path; periodic components of x come unwrapped.
        direction: +1 for events from below zero, -1 for those to below zero, 0 for both.
        stops: a path stays where it was at the end of the step of its first event, and no event follows.
        keep: how many events of a path are recorded, the first ones; all are counted.

    Raises:
        ArgumentError: ``function`` is none, fails, or gives a truth value, which has no sign; another ``direction``.
        ShapeError: ``function`` does not give a number.

    Notes:
        One call of ``function`` a step. Times are right to O(h²) for functions that are smooth along the path; see the
        module for noisy ones.

    Example:
        >>> noon = Event(lambda t, x, p: x[0], direction=+1)
        >>> noon.stops, noon.keep
        (False, 1)
    """

    function: Callable[[Any, Any, Any], Any]
    direction: int = 0
    stops: bool = False
    keep: int = 1

    def __post_init__(self) -> None:
        checks.require(callable(self.function), "function", "be a function of (t, x, p)", self.function)
        checks.require(self.direction in (-1, 0, 1), "direction", "be -1, 0 or +1", self.direction)
        checks.integer(self.keep, "keep", least=1)

    def start(self, process: Any, t: Any, x: Any) -> Happened:
        """Return the memory of one path at its start: nothing has happened."""
        g = self._value(process, t, x)
        none = jnp.zeros((), jnp.int32)
        times = jnp.zeros((self.keep,), x.dtype)
        return Happened(none, times, times, jnp.zeros((self.keep, *x.shape), x.dtype), g, jnp.isfinite(g))

    def update(
        self, process: Any, number: Any, t: Any, dt: Any, old: Any, new: Any, chance: Any, memory: Happened
    ) -> Happened:
        """Return the memory after a step from ``old`` at t to ``new`` at t + dt."""
        before, after = memory.value, self._value(process, t + dt, new)
        # Written so that a value which is not a number is on neither side.
        up, down = (before < 0) & (after >= 0), (before >= 0) & (after < 0)
        now = {0: up | down, 1: up, -1: down}[self.direction]
        share = before / jnp.where(now, before - after, 1)
        here = now & (jnp.arange(self.keep) == memory.count)
        return Happened(
            memory.count + now.astype(jnp.int32),
            jnp.where(here, t, memory.begin),
            jnp.where(here, share * dt, memory.since),
            jnp.where(here[:, None], old + share * (new - old), memory.state),
            after,
            memory.defined & jnp.isfinite(after),
        )

    def done(self, memory: Happened) -> Any:
        """Return whether an event was seen."""
        return memory.count > 0

    def finish(self, memory: Happened, end: float, start: float, stream: Stream, first_path: int) -> EventResult:
        """Turn the memories of all paths into times, states and counts."""
        count = np.asarray(memory.count)
        seen = np.arange(self.keep) < count[:, None]
        # Two parts added in double precision: their sum in float32 would lose the place within the step.
        times = np.asarray(memory.begin, float) + np.asarray(memory.since, float)
        states = np.moveaxis(np.asarray(memory.state), -1, 0)
        return EventResult(
            np.where(seen, times.T, np.inf),
            np.where(seen[..., None], states, np.nan),
            count,
            np.asarray(memory.defined),
            np.array([start, end]),
            np.array(self.stops),
        )

    def _value(self, process: Any, t: Any, x: Any) -> Any:
        value = jnp.asarray(self._called(process, t, x))
        if value.size != 1 or value.ndim > 1:
            raise ShapeError(
                f"Argument `function` must return one number for one path, but returns shape {value.shape}. "
                f"It sees one state of shape {x.shape} at a time; return a component, such as x[0], or a norm."
            )
        checks.require(
            jnp.issubdtype(value.dtype, jnp.floating) or jnp.issubdtype(value.dtype, jnp.integer),
            "function",
            "return a real number that changes its sign at the event",
            f"one that returns {value.dtype}",
            "Return x[0] - 1.0 rather than x[0] > 1.0.",
        )
        return value.astype(x.dtype).reshape(())

    def _called(self, process: Any, t: Any, x: Any) -> Any:
        try:
            return self.function(t, x, process.params)
        except Exception as error:
            raise checks.refuse(
                "function",
                f"be a function of (t, x, p) with t a number, x of shape {x.shape} and p the parameters, written with "
                "jax.numpy",
                f"one that raises {type(error).__name__}: {error}",
            ) from error


class Happened(NamedTuple):
    """What is kept of a path: how many events, the first ``keep`` of them, and the present value of the function."""

    count: Any
    begin: Any
    since: Any
    state: Any
    value: Any
    defined: Any


class EventResult(NamedTuple):
    """Events of all paths; in a sweep the sets come first in the shapes of times, states, counts and defined.

    Attributes:
        times: times of the first events of each path, infinite where there was none; shape (paths, keep).
        states: states at these times, not a number where there was none; shape (paths, keep, dim).
        counts: number of events of each path, shape (paths,).
        defined: False where the function was not a finite number at some step, so that events may be missing.
        span: first and last time of the simulation.
        stopped: whether paths stopped at their first event.
    """

    times: np.ndarray
    states: np.ndarray
    counts: np.ndarray
    defined: np.ndarray
    span: np.ndarray
    stopped: np.ndarray

    def in_sets(self, sets: int) -> EventResult:
        """Return the same with a first axis for the sets of a sweep, whose paths follow each other."""
        times, states, counts, defined = (part.reshape(sets, -1, *part.shape[1:]) for part in self[:4])
        return EventResult(times, states, counts, defined, self.span, self.stopped)

    @property
    def share(self) -> tuple[Any, Any]:
        """The share of paths with an event, and its standard error; one a set in a sweep.

        Raises:
            ArgumentError: the function was not finite somewhere.
        """
        self._require_defined()
        share = np.mean(self.counts > 0, axis=-1)
        return _plain(share), _plain(np.sqrt(share * (1 - share) / self.counts.shape[-1]))

    @property
    def rate(self) -> tuple[Any, Any]:
        """Events per unit of time and path, and its standard error from the spread over paths; stopped paths count until then.

        Raises:
            ArgumentError: the function was not finite somewhere.
        """
        self._require_defined()
        begin, end = self.span
        whole = np.full(self.counts.shape, abs(end - begin))
        first = np.where(self.counts > 0, np.abs(self.times[..., 0] - begin), np.inf)
        exposure = np.minimum(first, whole) if self.stopped else whole
        rate, paths = self.counts.sum(axis=-1) / exposure.sum(axis=-1), self.counts.shape[-1]
        rest = self.counts - rate[..., None] * exposure
        spread = np.std(rest, axis=-1, ddof=1) if paths > 1 else np.full(np.shape(rate), np.inf)
        return _plain(rate), _plain(spread / exposure.mean(axis=-1) / np.sqrt(paths))

    def _require_defined(self) -> None:
        missing = int(np.sum(~self.defined))
        checks.require(
            missing == 0,
            "function",
            "be a finite number at every step",
            f"not one on {missing} of {self.defined.size} paths, the first of which is path {int(np.argmin(self.defined))} of "
            "this result",
            "Look at the result's `defined`.",
        )


def _plain(value: Any) -> Any:
    """A number as Python's own, an array as it is."""
    return float(value) if np.ndim(value) == 0 else value
