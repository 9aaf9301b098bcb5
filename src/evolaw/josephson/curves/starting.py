"""Where junctions start, so that little or nothing has to be waited for before they are looked at.

    no capacitance     phases drawn from the exact stationary density, p = I-/∫I-
    running, |i| > 1   phases and velocities equally spaced in time along the running state without noise
    resting            phases at the bottom of the well
    velocities         thermal, of variance D, around that

Phases that start at one place rotate together for a time 1/D and end a time of watching at one place of a turn: what is measured from
them is then wrong by many of its own errors, which tell how far the paths lie apart and not where they all are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.josephson.curves.stepping import run
from evolaw.josephson.formulas.diffusion import WEAKEST
from evolaw.josephson.junction import Junction
from evolaw.josephson.washboard import CurrentPhaseRelation
from evolaw.sde.processes.tilted_periodic import TiltedPeriodic

__all__ = ["starts"]

_STIFF = 8.0
_MOST_STEPS, _LOOKS = 60_000, 500
_PHASES = 20_000


def starts(junction: Junction, bias: np.ndarray, paths: int, rng: Any, *, is_spread: bool = False) -> np.ndarray:
    """Return states to start from, shape (biases, paths, dim).

    Args:
        junction: whose.
        bias: i.
        paths: junctions a bias.
        rng: source of chance; phases are drawn in equal shares, one in each of as many slices of equal probability.
        is_spread: spread phases with capacitance too, over the running state above the critical current and, where no second state
            lives, over the density of a junction without capacitance below it; else they lie at the bottom of the well, or at the
            largest supercurrent.
    """
    source = randomness.source(rng)
    draw = source.stream("start").generator()
    is_noisy, a = junction.noise > 0, junction.damping
    states = np.zeros((bias.size, paths, 1 if a is None else 2))
    plain = junction.drive is None
    if a is None and is_noisy and plain:
        states[..., 0] = [_from_density(junction, i, draw, paths) for i in bias]
        return states
    states[..., 0] = _at_rest(junction.current_phase, bias)[:, None]
    if a is None:
        return states
    states[..., 1] = np.sqrt(junction.noise) * draw.standard_normal((bias.size, paths))
    if is_spread and is_noisy:
        _spread(junction, bias, states, draw)
    return states


def _at_rest(relation: CurrentPhaseRelation, bias: np.ndarray) -> np.ndarray:
    """The bottom of the deepest well at each bias; the phase of the largest supercurrent where there is none."""
    if relation.is_sinusoidal:
        return np.arcsin(np.clip(bias, -1, 1))
    phase = relation.period * (np.arange(_PHASES + 1) / _PHASES - 0.5)
    current, energy = relation.current(phase), np.asarray(relation.potential(phase))
    found = np.empty(bias.shape)
    for place, i in enumerate(bias):
        # The force turns from forwards to backwards at the bottom of a well.
        bottoms = np.flatnonzero((current[:-1] <= i) & (current[1:] > i))
        if not bottoms.size:
            found[place] = phase[np.argmax(current) if i > 0 else np.argmin(current)]
            continue
        k = bottoms[np.argmin(energy[bottoms])]
        found[place] = np.interp(i, current[k : k + 2], phase[k : k + 2])
    return found


def _spread(junction: Junction, bias: np.ndarray, states: np.ndarray, draw: np.random.Generator) -> None:
    """Spread phases of junctions with capacitance, and give those that run their speed."""
    from evolaw.josephson.formulas.limit_cycle import end_of_bistability

    a, paths = float(junction.damping or 0), states.shape[1]
    current = junction.current_phase.current(np.linspace(0, junction.current_phase.period, _PHASES + 1))
    rests = (bias <= current.max()) & (bias >= current.min())
    runs = ~rests
    simple = junction.subgap is None and junction.drive is None
    if simple and a < _STIFF and runs.any():
        places, speeds = _along_the_cycle(junction, bias[runs], draw, paths)
        states[runs, :, 0] = places
        states[runs, :, 1] += speeds
        runs = np.zeros_like(runs)
    for place, i in enumerate(bias):
        if simple and (a >= _STIFF or (a > end_of_bistability() and rests[place])):
            states[place, :, 0] = _from_density(junction, i, draw, paths)
        elif runs[place]:
            states[place, :, 0] = draw.uniform(0, junction.current_phase.period, paths)


def _from_density(junction: Junction, i: float, draw: np.random.Generator, count: int) -> np.ndarray:
    """Phases drawn from the stationary density without capacitance; where noise is too weak for its quadrature, from that without noise."""
    relation = junction.current_phase
    if junction.noise < WEAKEST * (1 + abs(i)):
        return _without_noise(relation, i, _slices(draw, count))
    law = TiltedPeriodic(relation.potential, float(i), checks.positive(junction.noise, "noise"), relation.period)
    return law.quantiles(_slices(draw, count))


def _without_noise(relation: CurrentPhaseRelation, i: float, shares: np.ndarray) -> np.ndarray:
    """Phases of which equal shares are equal times of a turn, dt = dφ/(i - I(φ)); the bottom of the well where nothing turns."""
    phase = relation.period * np.arange(_PHASES + 1) / _PHASES
    force = i - relation.current(phase)
    if force.min() <= 0 <= force.max():
        return np.full(shares.shape, _at_rest(relation, np.array([i]))[0])
    # Of one sign, which the share of the whole does not see.
    time = np.concatenate([[0.0], np.cumsum((1 / force[1:] + 1 / force[:-1]) / 2)])
    return np.asarray(np.interp(shares, time / time[-1], phase))


def _along_the_cycle(
    junction: Junction, bias: np.ndarray, draw: np.random.Generator, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Phases and velocities, shape (biases, count), equally spaced in time over a turn of the running states, all biases together."""
    a, period = float(junction.damping or 0), junction.current_phase.period
    top = float(np.abs(bias).max())
    h = min(0.05, 0.3 / a, period / 60 / ((top + 1) / a + 1))
    quiet = replace(junction, noise=0.0)

    def after(state: np.ndarray, times: np.ndarray) -> np.ndarray:
        """States at the times, shape (times, biases, 2)."""
        solved = run(quiet, bias, times, paths=1, rng=None, dt=h, start=state[:, None])
        return np.moveaxis(np.asarray(solved.values)[:, 0], 1, 0)

    rest = np.stack([np.zeros(bias.size), bias / max(a, 1.0)], axis=-1)
    record = after(rest, h * np.array([0, min(int(10 * max(a, 1 / a) / h), _MOST_STEPS)]))[1:]
    while np.abs(record[-1, :, 0] - record[0, :, 0]).min() < period and len(record) < _MOST_STEPS:
        record = np.concatenate([record, after(record[-1], h * np.arange(_LOOKS + 1))[1:]])
    shares = np.array([_slices(draw, count) for _ in bias])
    places, speeds = np.empty_like(shares), np.empty_like(shares)
    for k in range(bias.size):
        moved = np.abs(record[:, k, 0] - record[0, k, 0])
        # The time of a turn, in steps; what did not end one is spread over what it did.
        turn = np.interp(period, moved, np.arange(len(moved)))
        places[k] = np.interp(shares[k] * turn, np.arange(len(moved)), record[:, k, 0])
        speeds[k] = np.interp(shares[k] * turn, np.arange(len(moved)), record[:, k, 1])
    return places % period, speeds


def _slices(draw: np.random.Generator, count: int) -> np.ndarray:
    """Shares in (0, 1), one in each of ``count`` equal slices, in random order."""
    found: np.ndarray = (draw.permutation(count) + draw.random(count)) / count
    return found
