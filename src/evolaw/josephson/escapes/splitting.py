"""Rare escapes by splitting: the flux out of the bottom of the well, times the chances of climbing from level to level.

    rate = flux(λ_1) · Π_k P(λ_{k+1} before the bottom | λ_k) · P(escape before the bottom | λ_m)

    λ = h(φ) + v²/2 for α < 1;  h(φ) alone, and 0 left of the well, for more damping and without capacitance, where v forgets at once
    h = U - U_well up to the top, 2ΔU - (U - U_well) beyond: the energy in the well, rising on beyond it

The levels stand a few D apart; at each the states that arrived are started again, with replacement, and followed until they climb or fall back to the
bottom. The product is right for any levels and however often junctions are looked at; only its error depends on them. The same arrivals feed all
later levels, so that their chances are correlated: the error is counted from how many junctions of the first stretch the last ones descend from.
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

__all__ = ["genealogical_variance", "split_rate"]

_APART = 2.0
_BOTTOM, _FIRST = 1.0, 2.5
_STRETCH = 128
_MOST_STRETCHES = 800
_ARRIVALS = 0.5
_FEWEST, _MOST_PATHS = 3, 100_000


def split_rate(junction: Junction, bias: float, rng: Any, paths: int, dt: float) -> tuple[float, float]:
    """Return the escape rate and its standard error, from ``paths`` junctions a level.

    Args:
        junction: with noise, a sinusoidal supercurrent.
        bias: 0 <= i < 1.
        rng: seed or source of chance.
        paths: junctions a level, at least 64.
        dt: step.

    Raises:
        ArgumentError: the barrier is below 4 D, where nothing is rare.
        NotConverged: no junction climbed from one level to the next, or some were left between two.

    Notes:
        A relative error of about √(8·levels/paths). Where all that escape descend from one or two junctions of the first stretch, it is done
        again with four times as many. The error is `genealogical_variance`, or that of independent levels,
        Σ (1 - p)/(p·paths), where this is larger.

    References:
        allen2009; lee2018.
    """
    barrier = float(barrier_height(bias))
    d = junction.noise
    checks.require(
        barrier >= 4 * d, "bias", "leave a barrier of at least 4 D for splitting", bias, "Use method='waiting'."
    )
    climb = _Climb(junction, bias, randomness.source(rng), dt, max(paths, 64))
    rungs = int(np.ceil((barrier - _FIRST * d) / (_APART * d)))
    levels = np.linspace(_FIRST * d, barrier, max(rungs, 1) + 1)
    rate, relative, states, origin = climb.flux(levels[0])
    for level in [*levels[1:], np.inf]:
        up, arrived = climb.climbed(states, float(level))
        last, share = origin[up], up.mean()
        if not share:
            raise NotConverged(
                f"Of {climb.size} junctions at bias {bias:g} none climbed to the next level. Give more escapes.", rate
            )
        rate, relative = rate * share, relative + (1 - share) / (share * climb.size)
        chosen = climb.draw.integers(0, len(arrived), climb.size)
        states, origin = arrived[chosen], last[chosen]
    if np.unique(last).size < _FEWEST and climb.size < _MOST_PATHS:
        # One or two families do not tell how far they lie from the mean of all.
        return split_rate(junction, bias, rng, 4 * climb.size, dt)
    relative = max(relative, genealogical_variance(last, climb.size, len(levels)))
    return float(rate), float(rate * np.sqrt(relative))


def genealogical_variance(origin: np.ndarray, paths: int, selections: int) -> float:
    """Return the relative variance of a splitting's rate, from which of the first paths each of the last successes descends.

        V = 1 - (N/(N - 1))^{n + 1} (1 - Σ_e s_e²),      s_e the share of the successes that descend from path e

    Without bias for any number of paths N and of selections n; it may be negative by chance.

    References:
        lee2018, section 2.

    Example:
        >>> genealogical_variance(np.zeros(5, int), 100, 3), round(genealogical_variance(np.arange(50), 100, 0), 6)
        (1.0, 0.010101)
    """
    shares = np.unique(origin, return_counts=True)[1] / len(origin)
    apart = max(1 - float(np.sum(shares**2)), 0.0)
    return 1 - (paths / (paths - 1)) ** (selections + 1) * apart


class _Climb:
    """Junctions that climb; every solution has noise of its own, by the number of its first path."""

    def __init__(self, junction: Junction, bias: float, source: Any, dt: float, size: int) -> None:
        self.junction, self.bias, self.source, self.dt, self.size = junction, bias, source, dt, size
        self.process, self.scheme = junction.process(bias), scheme_for(junction)
        self.well, self.top = np.arcsin(bias), np.pi - np.arcsin(bias)
        self.barrier = float(barrier_height(bias))
        self.draw = source.stream("splitting").generator()
        self.is_inertial = junction.damping is not None and junction.damping < 1
        # A look every tenth of the time in which λ changes: 1, α where friction is strong, 1/α where the energy is nearly kept.
        a = junction.damping or 1.0
        self.stride = max(1, int(0.05 * max(1.0, a, min(1 / a, 100.0)) / dt))
        self.used = 0

    def height(self, states: np.ndarray) -> np.ndarray:
        """λ of states (..., dim)."""
        phase = states[..., 0]
        energy = -self.bias * (phase - self.well) - np.cos(phase) + np.cos(self.well)
        energy = np.where(phase > self.top, 2 * self.barrier - energy, energy)
        if self.is_inertial:
            # Left of the well the potential only rises; an orbit that turns there comes back with all of it.
            found: np.ndarray = energy + states[..., 1] ** 2 / 2
            return found
        # Who climbs to the left forgets it on the way back, and is none the nearer.
        return np.where(phase < self.well, 0.0, energy)

    def escaped(self, states: np.ndarray) -> np.ndarray:
        """Whether the phase is half a turn beyond the top."""
        escaped: np.ndarray = states[..., 0] > self.top + np.pi
        return escaped

    def steps(self, states: np.ndarray, count: int) -> np.ndarray:
        """Follow states (paths, dim) for ``count`` looks; returns all of them, shape (paths, count + 1, dim)."""
        # Filled up to one of few sizes, so that few loops are compiled while the last stragglers do not cost as much as all.
        room = self.size
        while room // 8 >= max(len(states), 16):
            room //= 8
        padded = states[np.arange(room) % len(states)]
        solved = solve(
            self.process,
            self.scheme,
            padded,
            np.arange(count + 1) * (self.dt * self.stride),
            paths=room,
            rng=self.source,
            steps=count * self.stride,
            first_path=self.used,
        )
        self.used += room
        values: np.ndarray = solved.values[: len(states)]
        return values

    def flux(self, level: float) -> tuple[float, float, np.ndarray, np.ndarray]:
        """Return climbs over the first level per unit of time spent since the bottom, their relative variance, and arrivals to go on with."""
        d, paths = self.junction.noise, self.size
        states = np.full((paths, 1 if self.junction.damping is None else 2), self.well)
        if self.junction.damping is not None:
            states[:, 1] = np.sqrt(d) * self.draw.standard_normal(paths)
        a = self.junction.damping or 1.0
        settle = 5 * max(1.0, 1 / a, a) / (self.dt * self.stride * _STRETCH)
        for _ in range(int(np.ceil(settle))):
            states = self.steps(states, _STRETCH)[:, -1]
        armed = np.zeros(paths, bool)
        climbs, time = np.zeros(paths), 0.0
        arrived, origin = [], []
        for _ in range(_MOST_STRETCHES):
            values = self.steps(states, _STRETCH)
            high = self.height(values)
            for k in range(1, values.shape[1]):
                armed |= high[:, k] < _BOTTOM * d
                over = armed & (high[:, k] >= level)
                armed &= ~over
                climbs += over
                arrived.append(values[over, k])
                origin.append(np.flatnonzero(over))
            time += _STRETCH * self.stride * self.dt
            states, gone = self._home(values[:, -1])
            armed[gone] = False
            if climbs.sum() >= _ARRIVALS * paths:
                break
        if climbs.sum() < paths / 8:
            raise NotConverged(
                f"At bias {self.bias:g} only {climbs.sum():.0f} of {paths} junctions left the bottom of the well in a time of {time:g}. "
                "Give a longer dt, or fewer escapes."
            )
        table, path = np.concatenate(arrived), np.concatenate(origin)
        chosen = self.draw.integers(0, len(table), paths)
        mean = climbs.mean()
        return mean / time, climbs.var(ddof=1) / (paths * mean**2), table[chosen], path[chosen]

    def climbed(self, states: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return which junctions climb to a level before they fall to the bottom, and the states of those on arrival, in their order."""
        d = self.junction.noise
        waiting, number = states, np.arange(self.size)
        up_there, arrival = np.zeros(self.size, bool), np.zeros_like(states)
        for _ in range(_MOST_STRETCHES):
            values = self.steps(waiting, _STRETCH)[:, 1:]
            up = self.escaped(values) if np.isinf(level) else self.height(values) >= level
            ended = up | (self.height(values) < _BOTTOM * d)
            when, done = np.argmax(ended, axis=1), ended.any(axis=1)
            rows = np.flatnonzero(done)
            rows = rows[up[rows, when[rows]]]
            up_there[number[rows]], arrival[number[rows]] = True, values[rows, when[rows]]
            waiting, number = values[~done, -1], number[~done]
            if not len(waiting):
                return up_there, arrival[up_there]
        raise NotConverged(
            f"Splitting at bias {self.bias:g} left {len(waiting)} junctions between two levels after "
            f"{_MOST_STRETCHES * _STRETCH * self.stride} steps. Give a longer dt.",
            len(waiting),
        )

    def _home(self, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Put junctions that left the well back to its bottom; returns which."""
        gone = self.escaped(states) | (states[:, 0] < self.well - 2 * np.pi)
        states = states.copy()
        states[gone] = 0.0
        states[gone, 0] = self.well
        return states, gone
