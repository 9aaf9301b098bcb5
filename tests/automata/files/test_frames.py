"""Frames that hold a board each: cropped ones are refused, inverted ones turned, a list is as good as a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evolaw import automata
from evolaw.automata.files.frames import read_frames
from evolaw.automata.files.recordings import read_recording
from evolaw.automata.files.rle import write_rle
from evolaw.errors import ArgumentError, ParseError


def write(folder: Path, boards: np.ndarray, **facts: object) -> list[Path]:
    files = [folder / f"f_{number}.rle" for number in range(len(boards))]
    for file, board in zip(files, boards, strict=True):
        file.write_text(write_rle(board, **facts), encoding="utf-8")  # type: ignore[arg-type]
    return files


def test_frames_cropped_to_their_cells_are_refused(tmp_path: Path) -> None:
    """Golly saves a glider as 3 x 3 cells each time; as a torus of 3 x 3 it would be another law."""
    start = np.zeros((20, 20), np.uint8)
    start[8:11, 8:11] = [[0, 1, 0], [0, 0, 1], [1, 1, 1]]
    boards = automata.evolve("B3/S23", start, 8).values
    cropped = [board[np.ix_(board.any(1), board.any(0))] for board in boards]
    write(tmp_path, np.array(cropped))
    with pytest.raises(ParseError, match=r"cropped.*:T3,3"):
        read_recording(tmp_path)
    write(tmp_path, np.array(cropped), rule="B3/S23", topology="torus")
    assert read_recording(tmp_path).boundary == "torus"


def test_whole_boards_with_an_empty_side_are_read(tmp_path: Path) -> None:
    boards = np.zeros((3, 6, 6), np.uint8)
    boards[:, 1:, :] = 1
    write(tmp_path, boards)
    assert np.array_equal(read_recording(tmp_path).values, boards)


@pytest.mark.parametrize("rule", ["B013568/S01", "B02/S1"])
def test_golly_s_inverted_generations_are_turned_and_said(tmp_path: Path, rule: str) -> None:
    boards = automata.evolve(rule, np.random.default_rng(2).integers(0, 2, (10, 12)), 5).values
    shown = boards.copy()
    shown[1::2] = 1 - shown[1::2]
    write(tmp_path, shown, rule=rule, topology="torus")
    found = read_recording(tmp_path)
    assert np.array_equal(found.values, boards) and "inverted" in found.about["read_as"][0]
    write(tmp_path, boards, rule=rule, topology="torus")
    plain = read_recording(tmp_path)
    assert np.array_equal(plain.values, boards) and "read_as" not in plain.about


def test_a_list_of_frames_is_a_folder(tmp_path: Path) -> None:
    boards = automata.evolve("B3/S23", np.random.default_rng(2).integers(0, 2, (9, 9)), 12).values
    files = write(tmp_path, boards, rule="B3/S23", topology="torus")
    assert np.array_equal(read_frames(files).values, read_recording(tmp_path).values)


def test_mixtures_and_idle_options_are_refused(tmp_path: Path) -> None:
    files = write(tmp_path, np.zeros((2, 3, 3), np.uint8), rule="B3/S23", topology="torus")
    with pytest.raises(ArgumentError, match="threshold"):
        read_frames(files, threshold=3)
    with pytest.raises(ParseError, match="not both"):
        read_frames([*files, tmp_path / "x.png"])


def test_cropped_frames_that_say_where_they_lie_are_put_together(tmp_path: Path) -> None:
    """A glider and a blinker far to the right of it, each frame cropped to its living cells, at its place on the plane."""
    start = np.zeros((20, 40), np.uint8)
    start[4:7, 3:6] = [[0, 1, 0], [0, 0, 1], [1, 1, 1]]
    start[15, 30:33] = 1
    boards = automata.evolve("B3/S23", start, 6, boundary="plane").values
    for number, board in enumerate(boards):
        rows, cols = np.flatnonzero(board.any(1)), np.flatnonzero(board.any(0))
        crop = board[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
        text = f"#CXRLE Pos={cols[0] - 7},{rows[0] + 2}\n{write_rle(crop, rule='B3/S23')}"
        (tmp_path / f"f_{number}.rle").write_text(text, encoding="utf-8")
    read = read_recording(tmp_path)
    rows, cols = np.flatnonzero(boards.any((0, 2))), np.flatnonzero(boards.any((0, 1)))
    whole = boards[:, rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    margin = [(side - inner) // 2 for side, inner in zip(read.values.shape[1:], whole.shape[1:], strict=True)]
    assert min(margin) >= 1 and read.boundary == "plane"
    assert np.array_equal(read.values, np.pad(whole, [(0, 0), *((size, size) for size in margin)]))
