"""The loop against Adam written out in NumPy; chance and averages that survive a stop; networks side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.errors import NumericalError, StorageError
from evolaw.learning.loop.optimisation import Optimisation
from evolaw.learning.loop.training import State, checkpoint, fitting_run, optimise, resume, run_epoch, run_steps
from evolaw.randomness import source

PACE = Optimisation(epochs=3, batches=5, learning_rate=0.1)


class Line(eqx.Module):
    """y = slope x + offset."""

    slope: jax.Array
    offset: jax.Array
    power: int = eqx.field(static=True, default=1)


class Squares(eqx.Module):
    """The mean square of what is missed, on rows that the batch names, with noise on x."""

    x: jax.Array
    y: jax.Array
    noise: float = eqx.field(static=True, default=0.0)

    def __call__(self, net: Line, rows: jax.Array, key: Any) -> jax.Array:
        x = self.x[rows]
        if self.noise:
            x = x + self.noise * jax.random.normal(key, x.shape)
        return jnp.mean((net.slope * x**net.power + net.offset - self.y[rows]) ** 2)


def line(slope: float = 0.0) -> Line:
    return Line(jnp.float32(slope), jnp.float32(0.5))


def data(noise: float = 0.0) -> Squares:
    x = np.linspace(-1, 1, 20, dtype=np.float32)
    return Squares(jnp.asarray(x), jnp.asarray(3 * x - 1), noise)


def deal(epoch: int) -> jax.Array:
    return jnp.asarray(np.random.default_rng(epoch).permutation(20).reshape(5, 4))


def bytes_of(state: State) -> list[bytes]:
    return [np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(state.carry)]


def adam(pace: Optimisation, rate: Any) -> np.ndarray:
    """(slope, offset) after every step, as kingma2015's algorithm 1 says, in float64."""
    w, m, v, path = np.array([0.0, 0.5]), np.zeros(2), np.zeros(2), []
    loss = data()
    for step in range(pace.steps):
        rows = np.asarray(deal(step // pace.batches)[step % pace.batches])
        x, y = (np.asarray(part, float)[rows] for part in (loss.x, loss.y))
        miss = 2 * (w[0] * x + w[1] - y)
        slope = np.array([(miss * x).mean(), miss.mean()])
        slope *= min(1.0, pace.clip / np.linalg.norm(slope))
        m, v = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * slope**2
        scaled = m / (1 - 0.9 ** (step + 1)) / (np.sqrt(v / (1 - 0.999 ** (step + 1))) + 1e-8)
        w = w - rate(step) * (scaled + pace.weight_decay * w)
        path.append(w)
    return np.array(path)


def cosine(step: int) -> float:
    return 0.1 * 0.5 * (1 + np.cos(np.pi * step / 15))


@pytest.mark.parametrize(
    ("pace", "rate"),
    [
        (PACE, cosine),
        (replace(PACE, decay="none", weight_decay=0.3), lambda step: 0.1),
        (replace(PACE, decay="none", warmup=4, clip=0.5), lambda step: 0.1 * min(step / 4, 1.0)),
        (replace(PACE, warmup=5), lambda s: 0.1 * (s / 5 if s < 5 else 0.5 * (1 + np.cos(np.pi * (s - 5) / 10)))),
    ],
    ids=["cosine", "decay of weights", "clipped", "warm-up"],
)
def test_a_step_is_adam_as_it_is_written(pace: Optimisation, rate: Any) -> None:
    path = adam(pace, rate)
    for state, _ in optimise(State.begin(line(), pace), data(), deal):
        found = [float(state.net.slope), float(state.net.offset)]
        np.testing.assert_allclose(found, path[5 * state.epoch - 1], rtol=2e-4, atol=1e-5)


def test_averages_are_the_sums_they_stand_for() -> None:
    """A ramped exponential average, and power functions against the weighted sum of all weights."""
    pace = replace(PACE, average=0.9, ramp=True, widths=(0.1, 0.2), decay="none")
    path = adam(pace, lambda step: 0.1)
    *_, (state, _) = optimise(State.begin(line(), pace), data(), deal)
    ramped = np.array([0.0, 0.5])
    for step, w in enumerate(path):
        decay = min(0.9, (1 + step) / (10 + step))
        ramped = decay * ramped + (1 - decay) * w
    np.testing.assert_allclose([state.trained.slope, state.trained.offset], ramped, rtol=1e-4)
    for _, net in zip(pace.widths, state.powers, strict=True):
        assert 0 < float(net.slope) < path[:, 0].max()
    wide, narrow = float(state.powers[1].slope), float(state.powers[0].slope)
    assert wide < narrow < path[-1, 0], "the slope rises: who looks back further sees less of it"


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_stopped_after_every_epoch_it_ends_in_the_same_bytes(tmp_path: Path, noise: float) -> None:
    pace = replace(PACE, average=0.5, widths=(0.1,), warmup=2)
    fresh = State.begin(line(), pace)
    *_, (straight, last) = optimise(fresh, data(noise), deal, rng=source(3))
    state = fresh
    while not state.is_over:
        state, loss = next(optimise(state, data(noise), deal, rng=source(3)))
        checkpoint(state, tmp_path / "state")
        state = resume(tmp_path / "state", fresh)
    assert bytes_of(state) == bytes_of(straight)
    assert loss == last
    if noise:
        *_, (other, _) = optimise(fresh, data(noise), deal, rng=source(4))
        assert bytes_of(other) != bytes_of(straight)


def test_side_by_side_networks_learn_as_if_alone() -> None:
    states = [State.begin(line(slope), PACE) for slope in (-1.0, 0.0, 2.0)]
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *[state.carry for state in states])
    together, losses = eqx.filter_vmap(lambda mine: run_epoch(mine, deal(0), data(), PACE))(stacked)
    for place, state in enumerate(states):
        after, loss = next(optimise(state, data(), deal))
        assert float(together[0].slope[place]) == pytest.approx(float(after.net.slope), rel=1e-5)
        assert float(losses[place].mean()) == pytest.approx(loss, rel=1e-5)


@pytest.mark.processor
def test_other_data_of_the_same_shape_compiles_nothing_new() -> None:
    traced = []

    class Counting(Squares):
        def __call__(self, net: Line, rows: jax.Array, key: Any) -> jax.Array:
            traced.append(1)
            return super().__call__(net, rows, key)

    for shift in (0.0, 1.0):
        loss = Counting(data().x, data().y + shift)
        list(optimise(State.begin(line(), PACE), loss, deal))
    assert len(traced) == 1 + 2  # compiled once; and looked at once a training for what it is made of


class Blur(eqx.Module):
    """A convolution of a line of cells, then a number."""

    kernel: jax.Array
    scale: jax.Array


def unblurred(net: Blur, batch: jax.Array, key: Any) -> jax.Array:
    x = batch[:, None] + 0.1 * jax.random.normal(key, batch[:, None].shape)
    return jnp.mean((net.scale * jax.lax.conv_general_dilated(x, net.kernel[None, None], (1,), "SAME") - x) ** 2)


@pytest.mark.slow
def test_steps_alone_are_the_steps_of_the_loop() -> None:
    """With chance, averages of two kinds and a warm-up; the two ways differ by rounding alone."""
    pace = replace(PACE, widths=(0.1,), average=0.9)
    state = State.begin(Blur(jnp.array([0.3, 0.1, -0.2]), jnp.float32(0.5)), pace)
    batches = jnp.asarray(np.random.default_rng(0).normal(size=(5, 6, 9)), jnp.float32)
    found = [run(state.carry, batches, unblurred, pace, jax.random.key(3), 7) for run in (run_epoch, run_steps)]
    for one, other in zip(*map(jax.tree.leaves, found), strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-5, atol=1e-7)


def test_convolutions_on_processors_take_their_steps_alone() -> None:
    batches, key = jnp.zeros((5, 6, 9)), jax.random.key(0)
    net = Blur(jnp.ones(3), jnp.float32(1))
    assert fitting_run(net, batches, unblurred, key) is (run_steps if jax.default_backend() == "cpu" else run_epoch)
    assert fitting_run(line(), deal(0), data()) is run_epoch


def test_a_checkpoint_describes_its_training(tmp_path: Path) -> None:
    pace = replace(PACE, widths=(0.05, 0.1), clip=0.7)
    state, _ = next(optimise(State.begin(Line(jnp.ones(3), jnp.zeros(3), 2), pace), _Sum(), deal))
    found = resume(checkpoint(state, tmp_path / "state"))
    assert bytes_of(found) == bytes_of(state)
    assert (found.schedule, found.net.power) == (pace, 2)
    with pytest.raises(StorageError, match=r"clip of the schedule is 0\.7 there and None here"):
        resume(tmp_path / "state", State.begin(state.net, replace(pace, clip=1.0)))
    with pytest.raises(StorageError, match="missing here"):
        resume(tmp_path / "state", State.begin((state.net, jnp.zeros(2)), pace))


class _Sum:
    def __call__(self, net: Line, rows: jax.Array, key: Any) -> jax.Array:
        return jnp.sum(net.slope**2) + jnp.sum(net.offset)


def test_a_broken_loss_keeps_the_last_good_state() -> None:
    def loss(net: Line, rows: jax.Array, key: Any) -> jax.Array:
        return jnp.log(net.slope - 1.0)

    with pytest.raises(NumericalError, match="loss is nan in epoch 1") as caught:
        next(optimise(State.begin(line(0.0), PACE), loss, deal))
    assert caught.value.partial.epoch == 0
