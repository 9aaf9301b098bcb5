"""Learn a law from recordings: pairs of states Δ apart, standardised, and a network trained on them.

`emulator` trains a conditional score model; `ensemble_emulator` the baseline: one network call with noise as an argument, trained on the
fair energy score of a few members, which for one number is the continuous ranked probability score,

    CRPS = mean_m ‖y_m - y‖ - 1/(2 M (M - 1)) Σ_{m≠n} ‖y_m - y_n‖

References: gneiting2007, equation 22, for the energy score; song2021 for the score; price2025 for standardised residuals.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.learning.loop.training import State
from evolaw.randomness import source
from evolaw.score.emulation.generators import EnsembleGenerator, FlowGenerator
from evolaw.score.emulation.law import Emulator, Scales, facts_of
from evolaw.score.learned.fit import Progress, fit, pace, run_training
from evolaw.score.networks.mlp import MLP
from evolaw.score.noising.schedules import EDM
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["EnergyScore", "emulator", "ensemble_emulator", "pairs_of"]

_RANGE = EDM(sigma_min=0.01, sigma_max=20.0)
"""Noise levels of a standardised step: from a hundredth of its size to where nothing of it is left."""


def pairs_of(trajectories: Trajectory | Sequence[Trajectory], every: int = 1) -> tuple[np.ndarray, np.ndarray, float]:
    """Return all pairs of states so many frames apart: (before, after), each of shape (pairs, dim), and the time between.

    Args:
        trajectories: one or several, with equal gaps between times; states are raveled.
        every: frames between the two.

    Raises:
        ArgumentError: gaps differ, states differ in size or do not vary, or there are fewer than two pairs.

    Example:
        >>> path = Trajectory(np.array([[0.0], [1.0], [3.0]]), [0.0, 0.5, 1.0], ("times", "dim"))
        >>> [part.ravel().tolist() for part in pairs_of(path)[:2]]
        [[0.0, 1.0], [1.0, 3.0]]
    """
    several = isinstance(trajectories, Sequence) and not isinstance(trajectories, str)
    checks.require(
        several or isinstance(trajectories, Trajectory), "trajectories", "be a Trajectory, or several", trajectories
    )
    given = [trajectories] if isinstance(trajectories, Trajectory) else list(trajectories)
    checks.require(bool(given), "trajectories", "hold at least one trajectory", "none")
    every = checks.integer(every, "every", least=1)
    before, after, gaps = [], [], []
    for one in given:
        checks.require(isinstance(one, Trajectory), "trajectories", "hold Trajectory objects", type(one).__name__)
        gaps.append(np.diff(one.times))
        for run in one.split():
            states = run.frames.reshape(len(run), -1)
            before.append(states[:-every])
            after.append(states[every:])
    gap = np.concatenate(gaps)
    even = gap.size > 0 and bool(np.allclose(gap, gap.mean(), rtol=1e-6))
    checks.require(even, "trajectories", "have equal gaps between times", f"{np.unique(gap.round(9))[:4].tolist()}")
    sizes = {part.shape[1] for part in before}
    checks.require(len(sizes) == 1, "trajectories", "hold states of one size", sorted(sizes))
    both = [checks.finite(np.concatenate(part).astype(float), "trajectories") for part in (before, after)]
    checks.require(len(both[0]) > 1, "trajectories", f"hold at least two pairs {every} frames apart", len(both[0]))
    still = np.flatnonzero((both[0].std(0) == 0) | ((both[1] - both[0]).std(0) == 0))
    fix = "Leave components out that are constant or move by the same amount each time."
    checks.require(still.size == 0, "trajectories", "vary in every component", f"constant in {still.tolist()}", fix)
    return both[0], both[1], float(gap.mean() * every)


@told
def emulator(
    trajectories: Trajectory | Sequence[Trajectory],
    *,
    every: int = 1,
    net: Any = None,
    steps: int = 4000,
    batch: int = 512,
    levels: int = 20,
    rng: Any,
    progress: Progress | None = None,
    out: str | Path | None = None,
) -> Emulator:
    """Learn p(x(t+Δ) | x(t)) as a score model, and return it as a law.

    Args:
        trajectories: recordings with equal gaps between times.
        every: frames between the two states of a pair; Δ is that many gaps.
        net: a plan for vectors; None for `MLP()`.
        steps, batch: gradient steps, and pairs a step.
        levels: calls of the network a step of the law.
        rng: seed.
        progress: called with (steps done, steps, words).
        out: run directory; see `evolaw.score.fit`. `Emulator.load` reads it.

    Raises:
        ArgumentError: the recordings cannot be learned from; see `pairs_of`.

    Example:
        >>> from evolaw.sde import ExactStep, ornstein_uhlenbeck, solve
        >>> path = solve(ornstein_uhlenbeck(rate=1.0, scale=1.0), ExactStep(), 0.0, [0.1 * k for k in range(50)], steps=49, paths=4, rng=0)
        >>> law = emulator(path, net=MLP(width=8, depth=1), steps=10, rng=0)
        >>> law.simulate(0.0, 3, paths=2, rng=1).values.shape  # some seconds
        (2, 4, 1)
    """
    before, after, step = pairs_of(trajectories, every)
    scales = Scales.of(before, after, step)
    calls = checks.integer(levels, "levels", least=2, most=1000)
    conditions = (before - np.asarray(scales.mean)) / np.asarray(scales.spread)
    model = fit(
        MLP() if net is None else net,
        scales.step_of(before, after),
        _RANGE,
        rng=rng,
        steps=steps,
        batch=batch,
        conditions=conditions,
        progress=progress,
        out=out,
        about={"emulator": facts_of(scales, calls)},
    )
    return Emulator(FlowGenerator(model, calls), scales)


class EnergyScore(eqx.Module):
    """The objective of an ensemble: the fair energy score of some members.

    Attributes:
        steps: y of each pair, shape (pairs, dim).
        conditions: c of each pair.
        members: members a pair, at least two.
    """

    steps: jax.Array
    conditions: jax.Array
    members: int = eqx.field(static=True, default=4)

    def __call__(self, net: Any, rows: jax.Array, key: Any) -> jax.Array:
        """Return the mean score over the named rows."""
        y, c, count = self.steps[rows], self.conditions[rows], self.members
        z = jax.random.normal(key, (rows.shape[0], count, y.shape[1]))
        draw = EnsembleGenerator(net, y.shape[1]).draw
        found = jax.vmap(lambda z, c: jax.vmap(lambda one: draw(one, c))(z))(z, c)
        off = _norm(found - y[:, None]).mean()
        apart = _norm(found[:, :, None] - found[:, None]).sum((1, 2)).mean() / (count * (count - 1))
        return off - apart / 2


@told
def ensemble_emulator(
    trajectories: Trajectory | Sequence[Trajectory],
    *,
    every: int = 1,
    net: MLP | None = None,
    steps: int = 4000,
    batch: int = 512,
    members: int = 4,
    rng: Any,
    progress: Progress | None = None,
) -> Emulator:
    """Learn p(x(t+Δ) | x(t)) as a network with noise as an argument, trained on the CRPS: one call a step, no density.

    Args:
        trajectories, every, net, steps, batch, rng, progress: as for `emulator`.
        members: members the score is estimated from.
    """
    before, after, step = pairs_of(trajectories, every)
    scales, seeded = Scales.of(before, after, step), source(rng)
    conditions = (before - np.asarray(scales.mean)) / np.asarray(scales.spread)
    dim = scales.dim
    network = (net or MLP()).draw((dim,), numbers=2 * dim, rng=seeded)
    count = checks.integer(members, "members", least=2, most=64)
    y = jnp.asarray(scales.step_of(before, after), jnp.float32)
    objective = EnergyScore(y, jnp.asarray(conditions, jnp.float32), count)
    batch = checks.integer(batch, "batch", least=1)
    run = run_training(objective, len(before), batch, seeded, progress)
    state, _ = run(State.begin(network, pace(steps)), None)
    return Emulator(EnsembleGenerator(state.trained, dim), scales)


def _norm(x: jax.Array) -> jax.Array:
    """The length of vectors, with a slope of zero and not of NaN where two members agree."""
    return jnp.sqrt(jnp.sum(x**2, -1) + 1e-12)
