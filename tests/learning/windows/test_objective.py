"""Window loss against board loss, slopes included; resuming to the same bytes; damaged checkpoints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.arrays import precise
from evolaw.automata.rules.rule import entries
from evolaw.errors import ArgumentError, NumericalError, StorageError
from evolaw.learning.loop.training import State, checkpoint, run_epoch
from evolaw.learning.windows.cnn import Cnn, Quadratic, WindowNet, read_logits
from evolaw.learning.windows.datasets import BoardPairs, WindowPairs, board_pairs, random_recordings, window_pairs
from evolaw.learning.windows.equivariant import OrbitTable
from evolaw.learning.windows.objective import CrossEntropy, Schedule, deal, resume, train
from evolaw.randomness import source

SHORT = Schedule(epochs=3, batches=4)


@pytest.fixture(scope="module")
def pairs() -> WindowPairs:
    return window_pairs(random_recordings("B3/S23", 64, size=16, rng=1))


def bytes_of(state: State) -> list[bytes]:
    return [np.asarray(leaf).tobytes() for leaf in jax.tree.leaves((state.net, state.average, state.memory))]


@pytest.mark.slow
def test_counts_and_boards_give_the_same_loss_and_slope() -> None:
    recording = random_recordings("B3/S23~0.05", 8, size=12, rng=1)
    counts, boards = window_pairs(recording), board_pairs(recording)
    net = Cnn.random((6,), rng=2)
    histogram = (jnp.asarray(counts.visits.sum(0), jnp.float32), jnp.asarray(counts.births.sum(0), jnp.float32))
    frames = (jnp.asarray(boards.windows, jnp.int32), jnp.asarray(boards.after, jnp.float32))
    (one, slope), (other, slope_of_boards) = (
        eqx.filter_value_and_grad(loss)(net, batch)
        for loss, batch in ((CrossEntropy(), histogram), (CrossEntropy(1), frames))
    )
    assert float(one) == pytest.approx(float(other), rel=1e-5)
    for a, b in zip(jax.tree.leaves(slope), jax.tree.leaves(slope_of_boards), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_the_loss_is_the_cross_entropy_cell_by_cell() -> None:
    recording = random_recordings("B3/S23", 2, size=6, rng=1)
    boards = board_pairs(recording)
    net = Cnn.random((3,), rng=0)
    chance = 1 / (1 + np.exp(-read_logits(net)))[boards.windows]
    expected = -np.where(boards.after == 1, np.log(chance), np.log1p(-chance)).mean()
    frames = (jnp.asarray(boards.windows, jnp.int32), jnp.asarray(boards.after, jnp.float32))
    with precise("float32"):
        assert float(eqx.filter_jit(CrossEntropy(1))(net, frames)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.slow
def test_the_orbit_table_reaches_the_entropy_of_a_coin() -> None:
    """The best law of a noisy recording is the noisy law: loss and probabilities have a closed form."""
    flips = 0.2
    many = window_pairs(random_recordings(f"B3/S23~{flips}", 512, size=32, density=0.5, rng=1))
    schedule = Schedule(epochs=12, batches=16, learning_rate=0.3)
    *_, (state, record) = train(State.begin(OrbitTable.flat(), schedule), many, rng=0)
    entropy = -flips * np.log(flips) - (1 - flips) * np.log(1 - flips)
    # 524,288 cells: the standard error of the loss is |ln((1-e)/e)| sqrt(e(1-e)/n) = 0.0008; five of them, and 102 fitted
    # probabilities lower it by 102/2n = 0.0001.
    assert record.loss == pytest.approx(entropy, abs=0.005)
    chance = 1 / (1 + np.exp(-read_logits(state.trained)))
    visits = many.visits.sum(0)
    weighted = (visits * np.abs(chance - np.where(chance > 0.5, 1 - flips, flips))).sum() / visits.sum()
    assert weighted < 0.01


def test_the_default_network_learns_life(pairs: WindowPairs) -> None:
    *_, (state, last) = train(State.begin(Cnn.random(rng=0)), pairs, rng=0, truth="B3/S23")
    assert state.epoch == last.epoch == 8
    assert last.window_errors == 0
    assert last.recall == (1.0, 1.0)
    assert last.seconds > 0


@pytest.mark.slow
def test_recall_is_split_into_seen_and_unseen() -> None:
    thin = window_pairs(random_recordings("B3/S23", 1, size=8, rng=3))
    seen = thin.visits.sum(0) > 0
    schedule = Schedule(epochs=1, batches=1)
    (state, record), *_ = train(State.begin(Cnn.random((4,), rng=5), schedule), thin, rng=0, truth="B3/S23")
    right = (read_logits(state.net) > 0) == (Cnn.life().window_logits() > 0)
    assert record.recall == (pytest.approx(right[seen].mean()), pytest.approx(right[~seen].mean()))
    assert record.window_errors == int((~right).sum()) > 0
    assert 0 < seen.sum() < 512
    shares = {name: right[windows].mean() for name, windows in entries("isotropic").items()}
    assert record.faulty == {name: pytest.approx(share) for name, share in shares.items() if share < 1}
    assert 0 < len(record.faulty) < 102
    silent = next(train(State.begin(Cnn.random((4,), rng=5), schedule), thin, rng=0))[1]
    assert silent.window_errors is None
    assert silent.recall is silent.faulty is None


@pytest.mark.slow
def test_an_epoch_compiles_once(pairs: WindowPairs) -> None:
    """Every network starts with the types it ends with, so that the second epoch runs the first one's program."""
    for net in (Cnn.random((3,), rng=0), Quadratic.random(rng=0), Quadratic.life()):
        state = State.begin(net, SHORT)
        before = jax.tree.map(lambda leaf: (leaf.dtype, leaf.weak_type), (state.net, state.average, state.memory))
        state, _ = next(train(state, pairs, rng=0))
        after = jax.tree.map(lambda leaf: (leaf.dtype, leaf.weak_type), (state.net, state.average, state.memory))
        assert jax.tree.leaves(before) == jax.tree.leaves(after)


@pytest.mark.slow
def test_patience_stops_and_epochs_end(pairs: WindowPairs) -> None:
    assert [record.epoch for _, record in train(State.begin(Cnn.life(), SHORT), pairs, rng=0)] == [1, 2, 3]
    stubborn = Schedule(epochs=50, batches=2, learning_rate=1e-12, patience=2)
    epochs = len(list(train(State.begin(Cnn.random((4,), rng=0), stubborn), pairs, rng=0)))
    assert 3 <= epochs < 50


@pytest.mark.slow
def test_the_average_follows_the_weights(pairs: WindowPairs) -> None:
    plain = State.begin(Cnn.random((4,), rng=0), Schedule(epochs=1, batches=3))
    batches = deal(pairs, plain.schedule, 0, source(0))
    decay, average, net, memory = 0.7, plain.net, plain.net, plain.memory
    for k in range(3):
        one = (batches[0][k : k + 1], batches[1][k : k + 1])
        (net, _, memory, _), _ = run_epoch((net, net, memory, ()), one, CrossEntropy(), plain.schedule)
        average = jax.tree.map(lambda a, w: decay * a + (1 - decay) * w, average, net)
    averaged = State.begin(Cnn.random((4,), rng=0), replace(plain.schedule, average=decay))
    state, _ = next(train(averaged, pairs, rng=0))
    for a, b in zip(jax.tree.leaves(state.trained), jax.tree.leaves(average), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)
    assert jax.tree.leaves(next(train(plain, pairs, rng=0))[0].trained)[0].shape == (9, 4)


@pytest.mark.slow
def test_balance_counts_entries_by_their_visits() -> None:
    """A batch of counts made by hand: every seen entry weighs 1 at b = 1, the root of its visits at b = 1/2."""
    chance = np.random.default_rng(0)
    seen = chance.integers(0, 50, (1, 512)) * (chance.random(512) < 0.3)
    mine = WindowPairs(seen, seen // 3, np.zeros(1, int))
    for space in ("outer-totalistic", "isotropic", "general"):
        for power in (0.0, 0.5, 1.0):
            schedule = Schedule(epochs=1, batches=1, balance=power, balance_by=space)
            visits, births = deal(mine, schedule, 0, source(0))
            for windows in entries(space).values():
                count = seen[0, windows].sum()
                assert float(visits[0, windows].sum()) == pytest.approx(count ** (1 - power) if count else 0, rel=1e-5)
                share = np.asarray(births)[0, windows] * max(count, 1) ** power
                assert share == pytest.approx(seen[0, windows] // 3, rel=1e-5)
    with pytest.raises(ArgumentError, match="balance_by"):
        Schedule(balance_by="hexagonal")


def test_balance_one_counts_every_seen_window_alike(pairs: WindowPairs) -> None:
    visits, births = deal(pairs, Schedule(epochs=1, batches=1, balance=1), 0, source(0))
    assert set(np.round(np.asarray(visits), 5).ravel().tolist()) <= {0.0, 1.0}
    assert set(np.round(np.asarray(births), 5).ravel().tolist()) <= {0.0, 1.0}


@pytest.mark.slow
def test_the_optimiser_is_adam_on_a_half_cosine_with_short_gradients() -> None:
    """Under a constant gradient Adam's step is the learning rate; a gradient of norm 500 counts as one of norm 1."""
    optimiser = Schedule(epochs=2, batches=4, learning_rate=0.1).optimiser
    slope = jnp.array([0.6, -0.8])
    memory = optimiser.init(jnp.zeros(2))
    for step in range(8):
        update, memory = optimiser.update(slope, memory)
        rate = 0.1 * (1 + np.cos(np.pi * step / 8)) / 2
        assert np.asarray(update) == pytest.approx([-rate, rate], rel=1e-4)
    one, other = (optimiser.update(scale * slope, optimiser.init(jnp.zeros(2)))[1] for scale in (1.0, 500.0))
    for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_board_batches_hold_every_item() -> None:
    boards = board_pairs(random_recordings("B3/S23", 7, size=6, steps=2, rng=1), 2)
    windows, after = deal(boards, Schedule(epochs=1, batches=3), 0, source(0))
    assert windows.shape == after.shape == (3, 3, 6, 6)
    dealt = {np.asarray(item).tobytes() for item in windows.reshape(-1, 6, 6)}
    assert len(dealt) == 7


@pytest.mark.slow
@pytest.mark.parametrize("average", [pytest.param(0.0, marks=pytest.mark.slow), 0.9])
def test_a_resumed_training_ends_in_the_same_bytes(pairs: WindowPairs, tmp_path: Path, average: float) -> None:
    schedule = replace(SHORT, average=average)
    begin = State.begin(Cnn.random((4,), rng=0), schedule)
    *_, (straight, _) = train(begin, pairs, rng=7)
    first, _ = next(train(begin, pairs, rng=7))
    path = checkpoint(first, tmp_path / "half.safetensors")
    again = resume(path, State.begin(Cnn.random((4,), rng=99), schedule))
    assert again.epoch == 1
    *_, (resumed, _) = train(again, pairs, rng=7)
    assert bytes_of(resumed) == bytes_of(straight)
    assert checkpoint(resumed, tmp_path / "a").read_bytes() == checkpoint(straight, tmp_path / "b").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("net", [Cnn.random((4, 2), rng=0), Quadratic.random(rng=0), OrbitTable.flat()], ids=str)
def test_a_checkpoint_says_itself_what_it_is_of(pairs: WindowPairs, tmp_path: Path, net: WindowNet) -> None:
    schedule = replace(SHORT, average=0.5)
    _, (state, _), *_ = train(State.begin(net, schedule), pairs, rng=7)
    found = resume(checkpoint(state, tmp_path / "file"))
    assert type(found.net) is type(net)
    assert found.schedule == schedule
    assert bytes_of(found) == bytes_of(state)


@pytest.mark.slow
def test_patience_outlives_a_stop(pairs: WindowPairs, tmp_path: Path) -> None:
    """Resumed after every epoch, a training stops where the undisturbed one does: at a rate this high the loss soon rises."""
    begin = State.begin(Cnn.random((4,), rng=0), Schedule(epochs=40, batches=4, learning_rate=3.0, patience=2))
    *_, (straight, record) = train(begin, pairs, rng=7)
    assert 2 < record.epoch < 40
    state = begin
    while not state.is_over:
        state, _ = next(train(state, pairs, rng=7))
        state = resume(checkpoint(state, tmp_path / "file"), begin)
    assert state.epoch == record.epoch
    assert bytes_of(state) == bytes_of(straight)
    assert not list(train(state, pairs, rng=7))


def test_a_checkpoint_of_something_else_is_refused(pairs: WindowPairs, tmp_path: Path) -> None:
    path = checkpoint(State.begin(Cnn.random((4,), rng=0), SHORT), tmp_path / "file")
    with pytest.raises(StorageError, match=r"does not fit Cnn\(5; relu\): .* shape \(4,\) there .* \(5,\) here"):
        resume(path, State.begin(Cnn.random((5,), rng=0), SHORT))
    with pytest.raises(StorageError, match=r"epochs of the schedule is 3 there and 4 here"):
        resume(path, State.begin(Cnn.random((4,), rng=0), replace(SHORT, epochs=4)))
    with pytest.raises(StorageError, match="cannot be read"):
        resume(tmp_path / "missing", State.begin(Cnn.random((4,), rng=0), SHORT))
    del pairs


@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_a_damaged_checkpoint_is_refused(
    tmp_path_factory: pytest.TempPathFactory, place: float, bit: int, cut: bool
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    state = State.begin(Cnn.random((2,), rng=0), SHORT)
    content = bytearray(checkpoint(state, folder / "whole").read_bytes())
    at = int(place * len(content))
    damaged = content[:at] if cut else content
    if not cut:
        damaged[at] ^= 1 << bit
    (folder / "broken").write_bytes(bytes(damaged))
    try:
        found = resume(folder / "broken", state)
    except StorageError:
        return
    # A flip that passes hit a blank of the header: all must be what was written.
    assert bytes_of(found) == bytes_of(state)
    assert (found.epoch, found.best, found.stale) == (state.epoch, state.best, state.stale)


@pytest.mark.slow
def test_a_loss_that_breaks_is_an_error(pairs: WindowPairs) -> None:
    net = Cnn.random((4,), rng=0)
    broken = eqx.tree_at(lambda n: n.weights[0], net, net.weights[0] * jnp.nan)
    with pytest.raises(NumericalError, match=r"loss is nan in epoch 1.*learning rate") as caught:
        next(train(State.begin(broken, SHORT), pairs, rng=0))
    assert caught.value.partial.epoch == 0


@pytest.mark.parametrize(
    "wrong",
    [{"epochs": 0}, {"batches": 0}, {"learning_rate": 0}, {"average": 1}, {"balance": 2}, {"patience": 0}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_bad_schedule_is_named(wrong: dict[str, float]) -> None:
    with pytest.raises(ArgumentError, match=next(iter(wrong))):
        Schedule(**wrong)  # type: ignore[arg-type]


@pytest.mark.slow
def test_board_pairs_train_too() -> None:
    boards: BoardPairs = board_pairs(random_recordings("B3/S23", 16, size=8, steps=2, rng=1), 2)
    records = [
        record for _, record in train(State.begin(Cnn.random((4,), rng=0), SHORT), boards, rng=0, truth="B3/S23")
    ]
    assert records[-1].loss < records[0].loss
