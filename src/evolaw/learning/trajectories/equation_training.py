"""Drift and diffusion learned from the steps of a recording.

    loss = mean over steps, sum over components, of (ΔX - f Δt)²/(4 D Δt) + ½ log(2 D Δt)

which is what Euler's scheme makes of short times [kloeden1992, section 10.2], so that steps must be short against the motion and noise of
the measurement small against them. The last fifth of the steps is not learned from; on it the law is held against constant coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.display import Progress
from evolaw.learning.loop import checkpoints
from evolaw.learning.loop.optimisation import Optimisation
from evolaw.learning.loop.training import State, optimise
from evolaw.learning.trajectories.frame import Frame
from evolaw.learning.trajectories.neural_equation import KIND, Coefficients, NeuralEquation, Tally, coefficients_at
from evolaw.randomness import Source, source
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["SCHEDULE", "fit_equation"]

SCHEDULE = Optimisation(epochs=24, batches=64, learning_rate=3e-3, average=0.99)
"""How an equation is trained where nothing else is asked."""

_ROWS, _HELD, _FEWEST = 256, 0.2, 63
_BINS, _LEAST, _KEPT = 16, 10, 3000
"""Bins of a component, steps that a bin must hold, states that are kept."""


class _Loss(eqx.Module):
    """Minus the log-likelihood of short steps; states, steps and their durations in the units of the networks."""

    inputs: jax.Array
    steps: jax.Array
    times: jax.Array

    def __call__(self, net: Coefficients, rows: jax.Array, key: Any) -> jax.Array:
        f, log_d = jax.vmap(net)(self.inputs[rows])
        dt = self.times[rows, None]
        left = (self.steps[rows] - f * dt) ** 2 / (4 * jnp.exp(log_d) * dt) + 0.5 * log_d
        return jnp.mean(jnp.sum(left, 1))


@told
def fit_equation(
    recording: Trajectory | Sequence[Trajectory],
    *,
    names: Sequence[str] | None = None,
    schedule: Optimisation | None = None,
    rng: Any,
    progress: Progress | None = None,
    out: str | Path | None = None,
    about: dict[str, Any] | None = None,
) -> NeuralEquation:
    """Learn drift and diffusion of a recording as networks.

    Args:
        recording: axes ("times", "dim"), with paths before them maybe; or several recordings of one system. ``about`` may hold "names"
            and "periods", those of angles, None for what is none.
        names: names of the components.
        schedule: how; the default is `SCHEDULE`, 24 epochs of 64 batches, each of 256 steps.
        rng: draws the networks and deals the batches.
        progress: called with (epochs done, epochs, words).
        out: run directory to write. Every epoch is committed; the same call continues a training that was killed, to the same bytes,
            and reads one that is finished.
        about: further facts for the manifest of ``out``.

    Raises:
        ArgumentError: too few steps, nothing that moves.
        StorageError: ``out`` holds another training or something else.

    References:
        kloeden1992.

    Example:
        >>> walk = np.cumsum(np.random.default_rng(0).normal(size=400)) * 0.1
        >>> law = fit_equation(Trajectory(walk, 0.01 * np.arange(400), ("times",)), schedule=Optimisation(epochs=2, batches=8), rng=0)
        >>> law.sde.dim, law.knows([[0.0], [99.0]]).tolist()  # some seconds
        (1, [True, False])
    """
    seeded, plan = source(rng), schedule or SCHEDULE
    items = [recording] if isinstance(recording, Trajectory) else list(recording)
    steps = _steps(items)
    known = tuple(names or items[0].about.get("names") or [f"x{i + 1}" for i in range(steps.dim)])
    checks.require(len(known) == steps.dim, "names", f"name each of the {steps.dim} components", ", ".join(known))
    checks.require(len(set(known)) == steps.dim, "names", "differ from each other", ", ".join(known))
    fresh = State.begin(_drawn(steps, seeded), plan)
    if out is None:
        return _law(known, steps, *_trained(fresh, steps, seeded, progress, None))
    data: dict[str, Any] = {"steps": checkpoints.crc([steps.before, steps.change, steps.times])}
    data |= {"names": list(known), "periods": list(steps.frame.periods), "seed": seeded.seed}
    facts = checkpoints.fingerprint([fresh.net], data, plan)
    with checkpoints.Training(out, KIND, facts, about or {}) as kept:
        if not kept.finished:
            _law(known, steps, *_trained(fresh, steps, seeded, progress, kept)).write(kept.run)
    return NeuralEquation.load(out)


@dataclass(frozen=True)
class _Steps:
    """Every step of the recordings.

    Attributes:
        before, change: state before it and change, shape (steps, dim).
        times: duration, shape (steps,).
        number: of the step, shape (steps,); those of one stretch follow each other, between stretches one number is left out.
        frame: the units of the networks.
    """

    before: np.ndarray
    change: np.ndarray
    times: np.ndarray
    number: np.ndarray
    frame: Frame

    @property
    def dim(self) -> int:
        return self.frame.dim

    @property
    def learned(self) -> int:
        """The first so many are learned from."""
        return int(len(self.before) * (1 - _HELD))

    @property
    def reduced(self) -> tuple[np.ndarray, np.ndarray]:
        """Changes and durations in the units of the networks."""
        return self.change / self.frame.scale, self.times / self.frame.step


def _trained(
    fresh: State, steps: _Steps, seeded: Source, progress: Progress | None, kept: checkpoints.Training | None
) -> tuple[Coefficients, list[float], tuple[float, float]]:
    """The trained networks, the loss of every epoch, and the loss on what was held out beside that of a constant law."""
    begun, lines = (fresh, []) if kept is None else kept.begin(0, fresh)
    losses = [float(line["loss"]) for line in lines]
    change, times = steps.reduced
    inputs = steps.frame.inputs(steps.before)
    loss = _Loss(*(jnp.asarray(part, jnp.float32) for part in (inputs, change, times)))

    def deal(epoch: int) -> jax.Array:
        chance = seeded.stream(f"batches {epoch}").generator()
        return jnp.asarray(chance.integers(0, steps.learned, (fresh.schedule.batches, _ROWS)))

    net = begun.trained
    for state, mean in optimise(begun, loss, deal):
        net = state.trained
        losses.append(mean)
        if kept is not None:
            kept.commit(0, state, {"epoch": state.epoch, "loss": mean})
        if progress is not None:
            progress(state.epoch, state.schedule.epochs, f"loss {mean:.4f}")
    rest = np.arange(steps.learned, len(times))
    return net, losses, (float(loss(net, jnp.asarray(rest), None)), _constant(change, times, steps.learned))


def _law(
    names: tuple[str, ...], steps: _Steps, net: Coefficients, losses: list[float], held: tuple[float, float]
) -> NeuralEquation:
    """The law of the trained networks, with what the steps say beside it."""
    x = steps.before
    learned = np.stack(coefficients_at(net, steps.frame, x))
    kept = x[:: max(1, len(x) // _KEPT)]
    tally, duration = _tally(steps, learned), float(steps.times.sum())
    swing = _swing(steps, learned[0])
    return NeuralEquation(net, names, steps.frame, kept, tuple(losses), held, tally, swing, duration)


def _swing(steps: _Steps, drift: np.ndarray) -> tuple[tuple[float, float], ...]:
    """Correlation of what is left of a step with what is left of the next, and its error, of each component.

    A law of the state leaves none, however long its steps: the networks' drift is the mean of a step. Where readings have an error σ
    it is -σ²/(2 D Δt + 2 σ²).
    """
    left = (steps.change - drift * steps.times[:, None]) / np.sqrt(steps.times[:, None])
    follow = np.flatnonzero(np.diff(steps.number) == 1)
    one, next_ = left[follow], left[follow + 1]
    found = (one * next_).mean(0) / np.sqrt((one**2).mean(0) * (next_**2).mean(0))
    return tuple((float(value), 1 / np.sqrt(max(1, len(follow)))) for value in found)


def _tally(steps: _Steps, learned: np.ndarray) -> Tally:
    """Means and errors of the steps in bins of each component, beside the learned coefficients, shape (2, steps, dim)."""
    found = np.full((7, steps.dim, _BINS), np.nan)
    for d, x in enumerate(steps.before.T):
        edges = np.linspace(x.min(), x.max(), _BINS + 1)
        bins = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, _BINS - 1)
        for b in range(_BINS):
            here = bins == b
            if here.sum() < _LEAST:
                continue
            dt, moved = steps.times[here], steps.change[here, d]
            drift = moved.sum() / dt.sum()
            # About the bin's mean a drift that varies with the other components would pass for noise.
            squares = (moved - learned[0, here, d] * dt) ** 2 / (2 * dt)
            # A drift is known as well as ∫ sqrt(2 D) dW over the time spent here is small.
            error = np.sqrt(2 * squares.mean() / dt.sum())
            found[:5, d, b] = x[here].mean(), drift, error, squares.mean(), squares.std(ddof=1) / np.sqrt(here.sum())
            found[5:, d, b] = learned[:, here, d].mean(1)
    return Tally(found[0], found[1], found[2], found[3], found[4], found[5:])


def _steps(items: Sequence[Trajectory]) -> _Steps:
    """Every step of the recordings that was seen whole."""
    before, change, durations = [], [], []
    numbers: list[np.ndarray] = []
    for item in items:
        fits = item.axes in (("times",), ("times", "dim"), ("paths", "times"), ("paths", "times", "dim"))
        checks.require(fits, "recording", "be a state over time, axes (times, dim)", item.axes)
        values = np.asarray(item.values, float)
        values = values if "dim" in item.axes else values[..., None]
        for path in values if "paths" in item.axes else values[None]:
            change.append(np.diff(path, axis=0))
            before.append(path[:-1])
            durations.append(np.diff(np.asarray(item.times, float)))
            numbers.append(np.arange(len(path) - 1) + (numbers[-1][-1] + 2 if numbers else 0))
    checks.require(
        len({part.shape[1] for part in before}) == 1, "recording", "have the same components throughout", "other"
    )
    x, step, times, number = (np.concatenate(parts) for parts in (before, change, durations, numbers))
    whole = np.isfinite(x).all(1) & np.isfinite(step).all(1)
    checks.require(
        whole.sum() >= _FEWEST, "recording", f"hold at least {_FEWEST} steps", int(whole.sum()), "Record longer."
    )
    checks.require(
        bool((np.ptp(x[whole], axis=0) > 0).all()), "recording", "move in every component", "one that stands still"
    )
    given = items[0].about.get("periods") or [None] * x.shape[1]
    checks.require(
        len(given) == x.shape[1], "recording", f"have a period or None for each of {x.shape[1]} components", given
    )
    periods = [None if period is None else checks.positive(period, "period") for period in given]
    x, step, times, number = x[whole], step[whole], times[whole], number[whole]
    usual = float(np.median(times))
    wide = Frame.of(x, usual, periods)
    # An angle that was recorded beyond its turn spreads no wider than one that was not.
    x = wide.within(x)
    return _Steps(x, wide.apart(step), times, number, Frame.of(x, usual, periods))


def _drawn(steps: _Steps, seeded: Source) -> Coefficients:
    """Networks that begin as a law without drift and with the diffusion of the mean square step."""
    key = jax.random.wrap_key_data(jnp.asarray(seeded.stream("networks").key, jnp.uint32), impl="threefry2x32")
    net = Coefficients.random(steps.frame.width, steps.dim, key)
    change = steps.reduced[0]
    level = jnp.asarray(np.log(np.maximum(np.mean(change**2, 0) / 2, 1e-12)), jnp.float32)
    last = [(lambda net: net.layers[-1].weight), (lambda net: net.layers[-1].bias)]
    drift = eqx.tree_at(last[0], net.drift, 0.01 * net.drift.layers[-1].weight)
    spread = eqx.tree_at(last[0], net.spread, 0.1 * net.spread.layers[-1].weight)
    return Coefficients(eqx.tree_at(last[1], drift, jnp.zeros(steps.dim)), eqx.tree_at(last[1], spread, level))


def _constant(change: np.ndarray, times: np.ndarray, learned: int) -> float:
    """Loss on the held-out steps of constant coefficients fitted to the others."""
    drift = change[:learned].sum(0) / times[:learned].sum()
    level = np.mean((change[:learned] - drift * times[:learned, None]) ** 2 / (2 * times[:learned, None]), 0)
    rest, dt = change[learned:], times[learned:, None]
    return float(np.mean(np.sum((rest - drift * dt) ** 2 / (4 * level * dt) + 0.5 * np.log(level), 1)))
