"""Runs of boards: the plain evolution from a stated start, kept, stopped anywhere and continued to the same bytes."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw import Trajectory
from evolaw.automata import BoardRun, evolve, write_rle
from evolaw.automata.board_runs import stops
from evolaw.errors import EvolawError
from evolaw.storage import Run

SOUP = BoardRun("B36/S23~0.1", 12, 20, density=0.4, steps=30, every=3, boundary="plane", seed=5)
GLIDER = np.array([[0, 1, 0], [0, 0, 1], [1, 1, 1]], np.uint8)


def contents(path: Path) -> dict[str, bytes]:
    store = path / "data.zarr"
    return {str(file.relative_to(store)): file.read_bytes() for file in sorted(store.rglob("*")) if file.is_file()}


@pytest.mark.parametrize("law", ["B36/S23", "B36/S23~0.1", "W110"])
def test_a_run_is_the_plain_evolution(law: str, tmp_path: Path) -> None:
    run = replace(SOUP, law=law, rows=1 if law == "W110" else 12, boundary="torus")
    truth = evolve(law, run.first_board(), 30, every=3, rng=5)
    seen: list[np.ndarray] = []
    ending = run.follow(lambda board: seen.append(board.copy()), 4)
    kept = run.keep(tmp_path / "run")
    loaded = Trajectory.load(tmp_path / "run")
    assert np.array_equal(loaded.values, truth.values) and np.array_equal(loaded.times, truth.times)
    assert np.array_equal(seen, truth.values[:4])
    newest = ending.boards[-1] if law == "W110" else ending.boards
    assert np.array_equal(newest, truth.final) and np.array_equal(ending.boards, kept.boards)
    for one in (ending, kept):
        assert one.population == truth.final.sum() and one.density == truth.final.mean()
        assert one.changed == (truth.final != truth.values[-2]).mean()


class Stopped(Exception):
    pass


@pytest.mark.parametrize("run", [SOUP, replace(SOUP, law="W110", rows=1, boundary="torus")], ids=["board", "line"])
@pytest.mark.parametrize("at", [1, 4, 9, 11])
def test_a_run_that_was_stopped_ends_in_the_same_bytes(
    run: BoardRun, at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what is said of its end, where it was stopped after its last frame."""
    plain, chunks = Run.series, {"chunk_frames": 2}
    monkeypatch.setattr(Run, "series", lambda self, *given, **named: plain(self, *given, **{**named, **chunks}))
    whole = run.keep(tmp_path / "whole")

    def stop(done: int, total: int, said: str) -> None:
        if done >= at:
            raise Stopped

    with pytest.raises(Stopped):
        run.keep(tmp_path / "run", progress=stop)
    assert BoardRun.of(tmp_path / "run") == run
    ending = BoardRun.proceed(tmp_path / "run")
    assert contents(tmp_path / "run") == contents(tmp_path / "whole")
    assert np.array_equal(ending.boards, whole.boards) and ending[1:] == whole[1:]


def test_a_start_stands_in_the_middle() -> None:
    run = BoardRun("B3/S23", 9, 8, start=write_rle(GLIDER), steps=4)
    board = run.first_board()
    assert np.array_equal(board[3:6, 2:5], GLIDER) and board.sum() == 5


def test_what_is_not_kept_is_not_stopped_at() -> None:
    run = BoardRun("B3/S23", 4, 4, 0.5, steps=10_000)
    assert len(stops(run, 0, 10_001)) == 10_000
    few = stops(run, 0, 0)
    assert len(few) < 60 and few[-2:] == [9_999, 10_000] and few == sorted(set(few))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rows": 0}, "`rows` must be a whole number"),
        ({"rows": 2**15, "cols": 2**15}, "at most 2**28 cells"),
        ({"every": 7}, "`every` must divide the 30 steps"),
        ({"density": 1.5}, "`density`"),
        ({"density": None}, "`density` must be given, or `start`"),
        ({"density": None, "start": write_rle(np.ones((13, 2), np.uint8))}, "`start` must fit on a board of 12x20"),
        ({"law": "W110", "rows": 2}, "`rows` must be 1"),
        ({"law": "W110", "rows": 1, "boundary": "torus+1,0"}, "`boundary` must have no shift"),
        ({"seed": -1}, "`seed`"),
        ({"law": "B9/S23"}, "B9/S23"),
    ],
)
def test_what_cannot_run_is_refused_before_it_begins(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(EvolawError) as error:
        BoardRun(**{**asdict(SOUP), **changes})
    assert says in str(error.value)
