"""Counts against counting by hand, splits by board, missing cells, and recordings that teach nothing."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule, entries
from evolaw.automata.stepping import windows
from evolaw.errors import ArgumentError, EvolawError
from evolaw.learning.windows import datasets
from evolaw.learning.windows.datasets import WindowPairs, biased_recording, board_pairs, random_recordings, window_pairs
from evolaw.randomness import source
from evolaw.trajectory import Trajectory

LATTICE = ("times", "rows", "cols")
BOARDS = ("boards", *LATTICE)


def film(values: np.ndarray, times: object = None, boundary: str = "torus") -> Trajectory:
    frames = values.shape[-3]
    return Trajectory(values, np.arange(frames) if times is None else times, BOARDS[-values.ndim :], boundary=boundary)


def counted_cell_by_cell(values: np.ndarray, edge: str) -> tuple[np.ndarray, np.ndarray]:
    """The definition, in loops: visits and births of one pair of frames with missing cells."""
    visits, births = np.zeros(512, int), np.zeros(512, int)
    before, after = (np.pad(frame, 1, mode="wrap" if edge == "torus" else "constant") for frame in values)
    for row in range(1, before.shape[0] - 1):
        for col in range(1, before.shape[1] - 1):
            cells = before[row - 1 : row + 2, col - 1 : col + 2].ravel()
            if (cells == 255).any() or after[row, col] == 255:
                continue
            window = int("".join(map(str, cells)), 2)
            visits[window] += 1
            births[window] += after[row, col]
    return visits, births


@pytest.mark.parametrize("edge", ["torus", "plane"])
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_counts_are_those_of_the_definition(edge: str, missing: float) -> None:
    chance = np.random.default_rng(3)
    values = evolve("B36/S23", chance.integers(0, 2, (9, 11), dtype=np.uint8), 1, boundary=edge).values.copy()
    values[chance.random(values.shape) < missing] = 255
    pairs = window_pairs(film(values, boundary=edge))
    visits, births = counted_cell_by_cell(values, edge)
    assert np.array_equal(pairs.visits[0], visits)
    assert np.array_equal(pairs.births[0], births)


def test_outcomes_are_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "_CELLS_AT_ONCE", 700)  # several boards a piece, and a last smaller piece
    rule = Rule("B2-a/S12")
    recording = random_recordings(rule, 7, size=16, density=0.4, steps=3, rng=2)
    pairs = window_pairs(recording)
    assert pairs.visits.shape == (21, 512)
    assert (pairs.visits.sum(1) == 256).all()
    assert pairs.boards.tolist() == np.repeat(np.arange(7), 3).tolist()
    assert np.array_equal(pairs.births, pairs.visits * rule.table)
    assert not pairs.contradictions.size


def test_only_successive_generations_count() -> None:
    run = evolve("B3/S23", source(1).stream("start").chance(0, (12, 12), 0.4).astype(np.uint8), 5)
    thin = film(run.values[[0, 1, 3, 4]], [0, 1, 3, 4])
    assert len(window_pairs(thin)) == 2
    with pytest.raises(ArgumentError, match=r"No two frames are one generation apart.*steps=2.*--steps 2"):
        window_pairs(film(run.values[::2], [0, 2, 4]))


def test_several_recordings_are_several_boards() -> None:
    one = random_recordings("B3/S23", 2, size=8, rng=1)
    other = random_recordings("B3/S23", 3, size=10, rng=2)
    pairs = window_pairs([one, other])
    assert pairs.boards.tolist() == [0, 1, 2, 3, 4]
    assert np.array_equal(pairs.first(2).visits, window_pairs(one).visits)


def test_splits_hold_out_whole_boards() -> None:
    pairs = window_pairs(random_recordings("B3/S23", 10, size=8, steps=4, rng=1))
    training, held = pairs.split(0.3, rng=5)
    assert len(np.unique(held.boards)) == 3
    assert not set(training.boards) & set(held.boards)
    assert len(training) + len(held) == len(pairs)
    again, _ = pairs.split(0.3, rng=5)
    assert np.array_equal(again.visits, training.visits)
    with pytest.raises(ArgumentError, match="both sides"):
        pairs.first(1).split(0.5, rng=0)


def test_coverage_adds_up() -> None:
    pairs = window_pairs(random_recordings("B3/S23", 4, size=16, rng=1))
    for space in ("outer-totalistic", "isotropic", "general"):
        coverage = pairs.coverage(space)
        assert list(coverage) == list(entries(space))
        assert sum(coverage.values()) == 4 * 256
    assert "512" in repr(pairs)


def test_batches_hold_every_item_once_and_change_with_the_epoch() -> None:
    pairs = window_pairs(random_recordings("B3/S23", 10, size=8, rng=1))
    deals = [datasets.training_batches(pairs, 4, epoch, source(0)) for epoch in (0, 0, 1)]
    for visits, births in deals:
        assert visits.shape == births.shape == (4, 512)
        assert np.array_equal(visits.sum(0), pairs.visits.sum(0))
        assert np.array_equal(births.sum(0), pairs.births.sum(0))
    assert np.array_equal(deals[0][0], deals[1][0])
    assert not np.array_equal(deals[0][0], deals[2][0])


def test_board_pairs_are_the_frames_apart() -> None:
    recording = random_recordings("B3/S23", 3, size=8, steps=4, rng=1)
    pairs = board_pairs(recording, 2)
    assert len(pairs) == 9
    first = recording.values[0]
    mine = pairs.boards == 0
    assert np.array_equal(pairs.windows[mine], windows(first[:3]))
    assert np.array_equal(pairs.after[mine], first[2:])
    assert "generations apart  2" in repr(pairs)


def test_board_pairs_leave_out_incomplete_frames() -> None:
    values = random_recordings("B3/S23", 3, size=8, steps=2, rng=1).values.copy()
    values[1, 1, 0, 0] = 255
    pairs = board_pairs(film(values))
    assert pairs.boards.tolist() == [0, 2, 0, 2]


def test_the_biased_recording_is_what_was_asked_for() -> None:
    run = biased_recording("B3/S23", size=40, density=0.5, region=0.5, begin=0, steps=3, rng=4)
    assert run.times.tolist() == [0, 1, 2, 3]
    start = run.values[0]
    assert start[:10].sum() == start[30:].sum() == start[:, :10].sum() == start[:, 30:].sum() == 0
    assert abs(start[10:30, 10:30].mean() - 0.5) < 0.13  # five standard errors of 400 cells
    later = biased_recording("B3/S23", size=40, density=0.5, region=0.5, begin=2, steps=1, rng=4)
    assert later.times.tolist() == [2, 3]
    assert np.array_equal(later.values, run.values[2:])
    glider = np.array([[0, 1, 0], [0, 0, 1], [1, 1, 1]])
    assert biased_recording("B3/S23", size=12, pattern=glider, steps=2, rng=0).values.sum() == 15
    with pytest.raises(ArgumentError, match="fit into 2 cells"):
        biased_recording("B3/S23", size=2, pattern=glider, rng=0)


def test_recordings_that_teach_nothing_are_refused() -> None:
    dead = np.zeros((3, 6, 6), np.uint8)
    block = dead.copy()
    block[:, 2:4, 2:4] = 1
    for values, says in ((dead, "every cell is dead"), (dead + 1, "every cell is alive"), (block, "no cell changes")):
        with pytest.raises(ArgumentError, match=says):
            window_pairs(film(values))
        with pytest.raises(ArgumentError, match=says):
            board_pairs(film(values))
    with pytest.raises(ArgumentError, match=r"Every cell of the recording is missing"):
        window_pairs(film(np.full((3, 6, 6), 255, np.uint8)))
    with pytest.raises(ArgumentError, match=r"two frames.*One frame shows no step"):
        window_pairs(film(block[:1]))
    with pytest.raises(ArgumentError, match=r"states 0, 1 and 255.*\[2, 7\].*evolaw discover"):
        window_pairs(film(np.array([[[0, 2]], [[7, 1]]], np.uint8)))
    with pytest.raises(ArgumentError, match="at least one recording"):
        window_pairs([])
    with pytest.raises(ArgumentError, match="lattices of bytes"):
        window_pairs(Trajectory(np.zeros((2, 4)), [0, 1], ("times", "cells")))
    blinker = np.pad(np.ones((1, 3), np.uint8), 3)
    run = evolve("B3/S23", blinker, 4)
    with pytest.raises(ArgumentError, match="7 generations apart"):
        board_pairs(run, 7)
    with pytest.raises(ArgumentError, match="torus"):
        board_pairs(evolve("B3/S23", blinker, 4, boundary="plane"))
    with pytest.raises(EvolawError, match="one size"):
        board_pairs([run, evolve("B3/S23", np.pad(blinker, 1), 4)])
    hidden = run.values.copy()
    hidden[:, ::2, ::2] = 255
    with pytest.raises(ArgumentError, match="whole window"):
        window_pairs(film(hidden))


def test_contradictions_are_named() -> None:
    values = random_recordings("B3/S23", 1, size=16, rng=1).values.copy()
    values[0, 1, 3, 3] ^= 1
    pairs = window_pairs(film(values))
    window = int(windows(values[0, 0])[3, 3])
    if pairs.visits[0, window] > 1:
        assert pairs.contradictions.tolist() == [window]
    noisy = window_pairs(evolve("B3/S23~0.2", values[0, 0], 1, rng=1))
    with pytest.raises(
        ArgumentError,
        match=r"window [01]{9}, \d+ were alive .* dead, and \d+ more windows were followed by both.*chance=True",
    ):
        noisy.require_one_outcome()
    lone = WindowPairs(np.full((1, 512), 3), np.eye(1, 512, 7, dtype=int), np.zeros(1, int))
    with pytest.raises(ArgumentError, match=r"window 000000111, 1 were alive one step later and 2 dead\. No certain"):
        lone.require_one_outcome()
    certain = window_pairs(random_recordings("B3/S23", 2, size=8, rng=1))
    certain.require_one_outcome()


def test_shapes_are_checked() -> None:
    with pytest.raises(ArgumentError, match="visits"):
        WindowPairs(np.zeros((2, 5)), np.zeros((2, 512)), np.zeros(2))
    with pytest.raises(ArgumentError, match="boards"):
        WindowPairs(np.zeros((2, 512)), np.zeros((2, 512)), np.zeros(3))
