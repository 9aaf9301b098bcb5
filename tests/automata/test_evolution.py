"""Runs: what is saved and when, many boards at once, batches and continuations, the fast engine, and bad input."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from evolaw.automata.engine import bitpacked
from evolaw.automata.evolution import evolve, unroll
from evolaw.automata.rules.rule import Rule
from evolaw.automata.stepping import line_windows, step, windows
from evolaw.errors import ArgumentError, ShapeError
from evolaw.trajectory import Trajectory


def soup(*shape: int, seed: int = 0, density: float = 0.4) -> np.ndarray:
    return (np.random.default_rng(seed).random(shape) < density).astype(np.uint8)


def random_rule(seed: int) -> Rule:
    return Rule.from_table(np.random.default_rng(seed).integers(0, 2, 512))


def test_saved_times() -> None:
    board = soup(12, 12)
    every = evolve("B3/S23", board, 12)
    assert every.axes == ("times", "rows", "cols")
    assert every.times.tolist() == list(range(13))
    assert evolve("B3/S23", board, 12, every=4).times.tolist() == [0, 4, 8, 12]
    some = evolve("B3/S23", board, 12, times=[1, 5, 11])
    assert some.times.tolist() == [1, 5, 11]
    for time in (1, 5, 11):
        np.testing.assert_array_equal(some.at(time), every.at(time))
    assert len(evolve("B3/S23", board, 0)) == 1


def test_many_boards_are_many_runs() -> None:
    boards = soup(5, 9, 14)
    together = evolve("B36/S23", boards, 8, every=2)
    assert together.axes == ("boards", "times", "rows", "cols")
    assert together.values.shape == (5, 5, 9, 14)
    for board, run in zip(boards, together.split(), strict=True):
        np.testing.assert_array_equal(run.values, evolve("B36/S23", board, 8, every=2).values)


def test_lines_have_cells() -> None:
    assert evolve("W110", soup(30), 4).axes == ("times", "cells")
    assert evolve("W110", soup(3, 30), 4).axes == ("boards", "times", "cells")
    assert line_windows([0, 1, 1]).tolist() == [5, 3, 6]
    assert evolve("W255", [0], 1).final.tolist() == [1]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("boundary", ["torus", "plane", "reflecting"])
@pytest.mark.parametrize("text", ["B3/S23", "B2-a/S12", "B013/S4", "B2/S34H"])
def test_long_runs_use_the_fast_engine_and_agree(text: str, boundary: str) -> None:
    board = soup(61, 67)
    steps = bitpacked.WORTHWHILE // board.size + 1
    expected = board
    for _ in range(steps):
        expected = step(text, expected, boundary=boundary)
    np.testing.assert_array_equal(evolve(text, board, steps, every=steps, boundary=boundary).final, expected)
    assert steps * board.size >= bitpacked.WORTHWHILE


def test_a_run_can_be_followed_and_resumed() -> None:
    board = soup(20, 20)
    whole = evolve("B3/S23~0.05", board, 10, rng=3)
    followed = list(unroll("B3/S23~0.05", board, range(11), rng=3))
    np.testing.assert_array_equal(whole.values, followed)
    resumed = evolve("B3/S23~0.05", whole.at(4), 6, rng=3, first_time=4)
    assert resumed.times.tolist() == list(range(4, 11))
    np.testing.assert_array_equal(resumed.values, whole.values[4:])


def test_runs_tell_where_they_come_from(tmp_path: Path) -> None:
    run = evolve("B3/S23~0.05", soup(6, 6), 3, boundary="torus+2,0", rng=9)
    assert (run.law, run.boundary, run.seed) == (Rule("B3/S23~0.05"), "torus+2,0", 9)
    assert evolve("B3/S23", soup(6, 6), 3).seed is None
    run.save(tmp_path / "run")
    np.testing.assert_array_equal(Trajectory.load(tmp_path / "run").values, run.values)


def test_batches_of_boards_are_the_same_run() -> None:
    boards, rule = soup(6, 60, 90), "B3/S2=0.7,3~0.02"
    whole = evolve(rule, boards, 5, rng=1).values
    parts = [evolve(rule, boards[i : i + 2], 5, rng=1, first_board=i).values for i in (0, 2, 4)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert not np.array_equal(
        evolve(rule, boards[[0, 0]], 5, rng=1).values[0], evolve(rule, boards[[0, 0]], 5, rng=1).values[1]
    )


def test_the_bytes_of_a_run_under_chance_are_fixed() -> None:
    """The stream version is v1: another digest means that recorded runs no longer repeat."""
    run = evolve("B3/S2=0.9,3~0.01", np.eye(16, dtype=np.uint8), 20, rng=12345)
    assert hashlib.sha256(run.values.tobytes()).hexdigest()[:16] == "73836fc8f84de105"


@pytest.mark.parametrize(
    ("start", "says"),
    [
        (np.full((3, 3), 2), "states 0 and 1, but is 2 at index"),
        (np.full((3, 3), 255, np.uint8), "missing cell"),
        (np.full((3, 3), 0.5), "states 0 and 1"),
        (np.full((3, 3), np.nan), "states 0 and 1"),
        ([["a"]], "of type"),
        ([[1], [1, 0]], "rectangular"),
        (np.zeros(5), "shape"),
        (np.zeros((0, 5)), "no empty side"),
        (np.zeros((2, 2, 2, 2)), "shape"),
    ],
)
def test_wrong_starts(start: object, says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        evolve("B3/S23", start, 1)


def test_wrong_numbers() -> None:
    board = soup(5, 5)
    for options, says in [
        ({"steps": -1}, "`steps`"),
        ({"steps": 2.5}, "`steps`"),
        ({"steps": 10, "every": 3}, "Pass `times`"),
        ({"steps": 10, "every": 0}, "`every`"),
        ({"steps": 10, "times": [0, 11]}, "`times`"),
        ({"steps": 10, "times": [3, 3]}, "rise strictly"),
        ({"steps": 10, "times": [-1, 3]}, "`times`"),
        ({"steps": 10, "times": []}, "`times`"),
        ({"steps": 10, "times": [1], "every": 2}, "`every`"),
        ({"steps": 1, "boundary": "donut"}, "`boundary`"),
        ({"steps": 1, "first_time": -1}, "`first_time`"),
    ]:
        with pytest.raises(ArgumentError, match=says):
            evolve("B3/S23", board, **options)  # type: ignore[arg-type]
    with pytest.raises(ShapeError):
        windows(np.zeros(4))
    with pytest.raises(ArgumentError, match="no shift"):
        evolve("W110", soup(9), 1, boundary="torus+1,0")


def test_a_result_too_large_is_refused_before_it_is_begun() -> None:
    with pytest.raises(ArgumentError, match="Save fewer generations with `every`"):
        evolve("B3/S23", soup(64, 64), 10**12)


def test_unroll_checks_before_it_yields() -> None:
    with pytest.raises(ArgumentError, match="`times`"):
        unroll("B3/S23", soup(4, 4), [5, 3])


def test_no_times_at_all_are_refused() -> None:
    with pytest.raises(ArgumentError, match="`times` must hold at least one generation"):
        unroll("B3/S23", np.zeros((3, 3), np.uint8), range(0))
