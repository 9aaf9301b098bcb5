"""First passage: when a path first meets a boundary, also between two steps.

The boundary is where a smooth function c(t, x) of the state falls to zero; a path is inside while c > 0. Between two steps
c is taken as a Brownian bridge of variance s² = |∇c · G|² h, so that with c = a at the beginning and b at the end

    P(met | a, b) = exp(-2 a b / s²)   for a, b > 0,  and 1 for b <= 0
    τ = h Y / (1 + Y),   Y ~ inverse Gaussian(mean a/|b|, shape a²/s²)        time of meeting within the step, given that

Both are exact for constant drift and diffusion and a straight boundary, at any step: write c as the distance from the boundary, 1 - |x|
and not 1 - x², whose curvature biases times by several per cent at coarse steps. Looking at the ends of steps alone misses
crossings and finds times that are too late by O(sqrt(h)).

With ``bridge=False, stops=True`` this is a general stopping event: a path halts at the end of the first step at which c <= 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import ndtri

from evolaw import checks
from evolaw.randomness import Stream

__all__ = ["Crossing", "Fault", "FirstFault", "FirstPassage", "PassageResult"]


@dataclass(frozen=True)
class FirstPassage:
    """Times at which paths first leave the region where a function of the state is positive.

    Attributes:
        boundary: c(t, x, p) -> number, positive inside; smooth where it vanishes. Periodic components come unwrapped.
            Its size has no meaning for the crossing, but near the boundary it should be close to linear in x.
        bridge: False looks at the ends of steps only.
        stops: a path that has left stays where it was at the end of the step in which it left.

    Example:
        >>> exit = FirstPassage(lambda t, x, p: 1.0 - abs(x[0]))
        >>> exit.bridge, exit.stops
        (True, False)
    """

    boundary: Callable[[Any, Any, Any], Any]
    bridge: bool = True
    stops: bool = False

    def start(self, process: Any, t: Any, x: Any) -> Crossing:
        """Return the memory of one path at its start."""
        c = self._value(process, t, x)
        zero = jnp.zeros_like(c)
        return Crossing(c <= 0, t + zero, zero, zero, zero, zero, c)

    def update(
        self, process: Any, number: Any, t: Any, dt: Any, old: Any, new: Any, chance: Any, memory: Crossing
    ) -> Crossing:
        """Return the memory after a step from ``old`` at t to ``new`` at t + dt."""
        a, b = memory.inside, self._value(process, t + dt, new)
        crossed = b <= 0
        variance = jnp.zeros_like(a)
        if self.bridge:
            slope = jax.grad(lambda x: self._value(process, t, x))(old)
            g = process.diffusion_at(t, old)
            along = slope * g if g.ndim == 1 else slope @ g
            variance = jnp.abs(dt) * jnp.sum(along**2)
            tiny = np.finfo(a.dtype).tiny
            crossed |= chance < jnp.exp(-2 * a * b / jnp.maximum(variance, tiny))
        first = crossed & ~memory.met
        found = Crossing(memory.met | crossed, t, dt, a, b, variance, b)
        kept = memory._replace(met=found.met, inside=b)
        return jax.tree.map(lambda new, old: jnp.where(first, new, old), found, kept)

    def done(self, memory: Crossing) -> Any:
        """Return whether the boundary was met."""
        return memory.met

    def finish(self, memory: Crossing, end: float, start: float, stream: Stream, first_path: int) -> PassageResult:
        """Place each crossing within its step, with words addressed by the path."""
        met, t, dt, a, b, variance = (np.asarray(part) for part in memory[:6])
        paths = np.arange(first_path, first_path + met.size, dtype=np.uint32)
        word0, word1 = stream.words(0, paths)
        normal = ndtri((word0 + 0.5) / 2**32)
        a, b, variance = a.astype(float), np.abs(b.astype(float)), variance.astype(float)
        tiny = np.finfo(float).tiny
        with np.errstate(over="ignore"):
            mean, shape = a / np.maximum(b, tiny), a**2 / np.maximum(variance, tiny)
        y = _inverse_gaussian(mean, shape, normal, (word1 + 0.5) / 2**32)
        share = np.where(np.isfinite(y), y / (1 + y), 1.0) if self.bridge else np.ones_like(a)
        share = np.where(a > 0, share, 0.0)
        times = np.where(met, t + dt * share, np.inf)
        return PassageResult(times, met, float(start), float(end))

    def _value(self, process: Any, t: Any, x: Any) -> Any:
        return jnp.asarray(self.boundary(t, x, process.params), x.dtype).reshape(())


class Crossing(NamedTuple):
    """What is kept of a path: whether it met the boundary, and the step in which it did."""

    met: Any
    t: Any
    dt: Any
    a: Any
    b: Any
    variance: Any
    inside: Any


@dataclass(frozen=True, eq=False)
class PassageResult:
    """First-passage times of all paths.

    Attributes:
        times: first-passage time of each path, infinite when the boundary was not met; shape (paths,), (sets, paths) in a sweep.
        met: whether it was met, of the same shape.
        begin, end: first and last time of the simulation; ``end`` is the smaller where times fell.
    """

    times: np.ndarray
    met: np.ndarray
    begin: float
    end: float

    @property
    def elapsed(self) -> np.ndarray:
        """The time from the beginning to the passage, infinite where there was none; shape (paths,)."""
        return np.where(self.met, np.abs(self.times - self.begin), np.inf)

    def in_sets(self, sets: int) -> PassageResult:
        """Return the same with a first axis for the sets of a sweep, whose paths follow each other."""
        return replace(self, times=self.times.reshape(sets, -1), met=self.met.reshape(sets, -1))

    @property
    def share(self) -> tuple[Any, Any]:
        """The share of paths that met the boundary, and its standard error; one a set in a sweep."""
        share = np.mean(self.met, axis=-1)
        return _plain(share), _plain(np.sqrt(share * (1 - share) / self.met.shape[-1]))

    @property
    def mean(self) -> tuple[Any, Any]:
        """The mean time since the beginning, and its standard error; only when every path met the boundary.

        Raises:
            ArgumentError: some paths did not; the mean of the others would be too small. Use `rate`.
        """
        missing = int(np.sum(~self.met))
        checks.require(
            missing == 0,
            "times",
            "reach far enough for every path to meet the boundary",
            f"{self.end:g} at the end, with {missing} of {self.met.size} paths still inside",
            "Simulate longer, or use the result's `rate`.",
        )
        since = self.elapsed
        return _plain(since.mean(axis=-1)), _plain(since.std(axis=-1, ddof=1) / np.sqrt(since.shape[-1]))

    @property
    def rate(self) -> tuple[Any, Any]:
        """Crossings per unit of time at risk, and its standard error: the rate of exponential waiting, censored paths counted."""
        exposure = np.sum(np.minimum(self.elapsed, abs(self.end - self.begin)), axis=-1)
        count = self.met.sum(axis=-1)
        return _plain(count / exposure), _plain(np.sqrt(count) / exposure)

    def survival(self, times: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return the share of paths still inside at the given times, and its standard error; in a sweep, sets first."""
        asked = checks.finite(np.atleast_1d(np.asarray(times, float)), "times")
        since = (asked - self.begin) * (1 if self.end >= self.begin else -1)
        count = self.times.shape[-1]
        left = [np.searchsorted(row, since, side="right") for row in np.sort(self.elapsed.reshape(-1, count), axis=-1)]
        inside = 1 - np.reshape(left, (*self.times.shape[:-1], since.size)) / count
        return inside, np.sqrt(inside * (1 - inside) / count)


@dataclass(frozen=True)
class FirstFault:
    """Watches for the first step after which a path is not finite, and keeps the state before it."""

    stops: ClassVar[bool] = False

    def start(self, process: Any, t: Any, x: Any) -> Fault:
        """Return step -1, or 0 when the start itself is at fault."""
        return Fault(jnp.where(jnp.all(jnp.isfinite(x)), -1, 0).astype(jnp.int32), x)

    def update(
        self, process: Any, number: Any, t: Any, dt: Any, old: Any, new: Any, chance: Any, memory: Fault
    ) -> Fault:
        """Return the number of the first step, counted from 1, after which the state was not finite."""
        fault = ~jnp.all(jnp.isfinite(new)) & (memory.step < 0)
        found = Fault(jnp.asarray(number, jnp.int32) + 1, old)
        return jax.tree.map(lambda now, kept: jnp.where(fault, now, kept), found, memory)

    def done(self, memory: Fault) -> Any:
        """Return whether a fault was seen."""
        return memory.step >= 0


class Fault(NamedTuple):
    """The step after which a path was lost, counted from 1, and the state before that step."""

    step: Any
    before: Any


def _plain(value: Any) -> Any:
    """A number as Python's own, an array as it is."""
    return float(value) if np.ndim(value) == 0 else value


def _inverse_gaussian(mean: np.ndarray, shape: np.ndarray, normal: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Sample the inverse Gaussian law by the transformation of Michael, Schucany and Haas [michael1976].

    The smaller root is written so that it does not cancel when the mean is large.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        c = mean * normal**2 / (2 * shape)
        small = mean / (1 + c + np.sqrt(c * c + 2 * c))
        # For an infinite mean the law is Lévy's, shape / normal².
        small = np.where(np.isfinite(c), small, shape / normal**2)
        large = mean * (mean / small)
        return np.where(chance * (mean + small) <= mean, small, large)
