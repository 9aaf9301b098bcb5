"""Rare escapes by splitting: the flux out of the bottom of the well, times the chances of climbing from level to level.

    rate = flux(λ_1) · Π_k P(λ_{k+1} before the bottom | λ_k) · P(escape before the bottom | λ_m)

    λ = h(φ) + v²/2 for α < 1, h(φ) alone for more damping and without capacitance, where v forgets at once
    h = U - U_well up to the top, 2ΔU - (U - U_well) beyond: the energy in the well, rising on beyond it

The levels stand a few D apart; at each the states that arrived are started again, with replacement, and followed until they climb or fall back to the
bottom. The product is right for any levels; only its error depends on them. The whole is done by independent groups, whose spread is the error.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.errors import NotConverged
from evolaw.josephson.curves.stepping import scheme_for
from evolaw.josephson.formulas.escape import barrier_height
from evolaw.josephson.junction import Junction
from evolaw.sde.loop.solver import solve

__all__ = ["split_rate"]

_GROUPS = 16
_APART = 2.0
_BOTTOM, _FIRST = 1.0, 2.5
_STRETCH = 128
_MOST_STRETCHES = 400


def split_rate(junction: Junction, bias: float, rng: Any, paths: int, dt: float) -> tuple[float, float]:
    """Return the escape rate and its standard error, from ``paths`` junctions a level in 16 independent groups.

    Args:
        junction: with noise, a sinusoidal supercurrent.
        bias: 0 <= i < 1.
        rng: seed or source of chance.
        paths: junctions a level.
        dt: step.

    Raises:
        ArgumentError: the barrier is below 4 D, where nothing is rare.

    Notes:
        Looked at every step, as the chain of steps is; a relative error of about 1.5 √(levels/paths).

    References:
        allen2009.
    """
    barrier = float(barrier_height(bias))
    d = junction.noise
    checks.require(
        barrier >= 4 * d, "bias", "leave a barrier of at least 4 D for splitting", bias, "Use method='waiting'."
    )
    climb = _Climb(junction, bias, randomness.source(rng), dt, max(paths // _GROUPS, 8))
    rungs = int(np.ceil((barrier - _FIRST * d) / (_APART * d)))
    levels = np.linspace(_FIRST * d, barrier, max(rungs, 1) + 1)
    flux, states = climb.flux(levels[0])
    product = flux
    for level in [*levels[1:], np.inf]:
        share, states = climb.next_level(states, float(level))
        product = product * share
    return float(product.mean()), float(product.std(ddof=1) / np.sqrt(_GROUPS))


class _Climb:
    """Groups of junctions that climb; every solution has noise of its own, by the number of its first path."""

    def __init__(self, junction: Junction, bias: float, source: Any, dt: float, size: int) -> None:
        self.junction, self.bias, self.source, self.dt, self.size = junction, bias, source, dt, size
        self.process, self.scheme = junction.process(bias), scheme_for(junction)
        self.well, self.top = np.arcsin(bias), np.pi - np.arcsin(bias)
        self.barrier = float(barrier_height(bias))
        self.draw = source.stream("splitting").generator()
        self.is_inertial = junction.damping is not None and junction.damping < 1
        self.used = 0

    def height(self, states: np.ndarray) -> np.ndarray:
        """λ of states (..., dim)."""
        phase = states[..., 0]
        energy = -self.bias * (phase - self.well) - np.cos(phase) + np.cos(self.well)
        # Behind the top on the left the potential only rises: λ is the energy there too.
        energy = np.where(phase > self.top, 2 * self.barrier - energy, energy)
        return energy + (states[..., 1] ** 2 / 2 if self.is_inertial else 0.0)

    def escaped(self, states: np.ndarray) -> np.ndarray:
        """Whether the phase is half a turn beyond the top."""
        escaped: np.ndarray = states[..., 0] > self.top + np.pi
        return escaped

    def steps(self, states: np.ndarray, count: int) -> np.ndarray:
        """Follow states (paths, dim) for ``count`` steps; returns all of them, shape (paths, count + 1, dim)."""
        times = np.arange(count + 1) * self.dt
        solved = solve(
            self.process,
            self.scheme,
            states,
            times,
            paths=len(states),
            rng=self.source,
            steps=count,
            first_path=self.used,
        )
        self.used += len(states)
        values: np.ndarray = solved.values
        return values

    def flux(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return climbs over the first level per unit of time spent since the bottom, one a group, and the states on arrival."""
        d, paths = self.junction.noise, _GROUPS * self.size
        states = np.full((paths, 1 if self.junction.damping is None else 2), self.well)
        if self.junction.damping is not None:
            states[:, 1] = np.sqrt(d) * self.draw.standard_normal(paths)
        a = self.junction.damping or 1.0
        settle = int(np.ceil(5 * max(1.0, 1 / a, a) / self.dt))
        for _ in range(-(-settle // _STRETCH)):
            states = self.steps(states, _STRETCH)[:, -1]
        armed = np.zeros(paths, bool)
        climbs, time = np.zeros(paths), 0.0
        arrived: list[list[np.ndarray]] = [[] for _ in range(_GROUPS)]
        for _ in range(_MOST_STRETCHES):
            values = self.steps(states, _STRETCH)
            high = self.height(values)
            for k in range(1, values.shape[1]):
                armed |= high[:, k] < _BOTTOM * d
                over = armed & (high[:, k] >= level)
                armed &= ~over
                climbs += over
                for path in np.flatnonzero(over):
                    arrived[path // self.size].append(values[path, k])
            time += _STRETCH * self.dt
            states = self._home(values[:, -1])
            armed[self._gone] = False
            if min(len(group) for group in arrived) >= self.size:
                break
        flux = climbs.reshape(_GROUPS, -1).sum(1) / (time * self.size)
        return flux, np.stack([self._chosen(group) for group in arrived])

    def next_level(self, states: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the share of each group that climbs before it falls to the bottom, and the states of those that did."""
        d = self.junction.noise
        waiting, group = states.reshape(-1, states.shape[-1]), np.repeat(np.arange(_GROUPS), self.size)
        climbed: list[list[np.ndarray]] = [[] for _ in range(_GROUPS)]
        for _ in range(_MOST_STRETCHES):
            values = self.steps(waiting, _STRETCH)[:, 1:]
            up = self.escaped(values) if np.isinf(level) else self.height(values) >= level
            ended = up | (self.height(values) < _BOTTOM * d)
            when, done = np.argmax(ended, axis=1), ended.any(axis=1)
            for path in np.flatnonzero(done):
                if up[path, when[path]]:
                    climbed[group[path]].append(values[path, when[path]])
            waiting, group = values[~done, -1], group[~done]
            if not len(waiting):
                break
        else:
            raise NotConverged(
                f"Splitting at bias {self.bias:g} left {len(waiting)} junctions between two levels after "
                f"{_MOST_STRETCHES * _STRETCH} steps. Give a longer dt.",
                len(waiting),
            )
        share = np.array([len(found) for found in climbed]) / self.size
        return share, np.stack([self._chosen(found or [states[g, 0]]) for g, found in enumerate(climbed)])

    def _chosen(self, found: list[np.ndarray]) -> np.ndarray:
        """As many states as a group has, drawn with replacement."""
        table = np.array(found)
        chosen: np.ndarray = table[self.draw.integers(0, len(table), self.size)]
        return chosen

    def _home(self, states: np.ndarray) -> np.ndarray:
        """Put junctions that left the well back to its bottom."""
        self._gone = self.escaped(states) | (states[:, 0] < self.well - 2 * np.pi)
        states = states.copy()
        states[self._gone] = 0.0
        states[self._gone, 0] = self.well
        return states
