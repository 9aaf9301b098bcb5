"""Recordings: archives, folders of frames and runs, and every way they can be wrong."""

from __future__ import annotations

import gzip
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.automata.files.recordings import holds_boards, name_of_states, read_recording, refuse_dressed_boards
from evolaw.automata.files.rle import write_rle
from evolaw.errors import EvolawError, ParseError, StorageError
from evolaw.trajectory import Trajectory

FRAMES = Path(__file__).parent / "frames_by_golly"
STATES = np.random.default_rng(0).integers(0, 2, (4, 6, 7), dtype=np.uint8)
BLOCK = np.ones((2, 2), np.uint8)


def life(board: np.ndarray) -> np.ndarray:
    neighbours = sum(np.roll(board, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)) - board
    return ((neighbours == 3) | ((board == 1) & (neighbours == 2))).astype(np.uint8)


def archive(folder: Path, facts: Any = None, **arrays: Any) -> Path:
    file = folder / "a.npz"
    np.savez(file, **arrays)
    if facts is not None:
        (folder / "a.json").write_text(facts if isinstance(facts, str) else json.dumps(facts))
    return file


def folder_of(path: Path, **files: str) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / f"{name}.rle").write_text(text)
    return path


def test_frames_written_by_golly_follow_life() -> None:
    recording = read_recording(FRAMES)
    assert (recording.axes, recording.boundary, recording.law) == (("times", "rows", "cols"), "torus", "B3/S23")
    assert recording.times.tolist() == list(range(9))
    assert recording.about == {"times_from": "file names"}
    for before, after in zip(recording.values[:-1], recording.values[1:], strict=True):
        np.testing.assert_array_equal(life(before), after)


def test_an_archive_with_everything(tmp_path: Path) -> None:
    states = STATES.copy()
    states[2, 3] = 255
    facts = {"boundary": "torus", "times": [0, 2, 4, 9], "rule": "B36/S23", "flip_probability": 0.05}
    recording = read_recording(archive(tmp_path, facts, states=states, times=[0, 2, 4, 9]))
    np.testing.assert_array_equal(recording.values, states)
    assert recording.times.tolist() == [0, 2, 4, 9]
    assert (recording.boundary, recording.law) == ("torus", "B36/S23")
    assert recording.about == {"flip_probability": 0.05, "times_from": "archive"}


def test_an_archive_with_nothing_else(tmp_path: Path) -> None:
    recording = read_recording(archive(tmp_path, states=STATES.astype(bool)))
    assert recording.times.tolist() == [0, 1, 2, 3]
    assert (recording.boundary, recording.law, recording.about) == (None, None, {"times_from": "counted"})
    assert read_recording(archive(tmp_path, {"times": [1, 2, 3, 7]}, states=STATES)).times.tolist() == [1, 2, 3, 7]
    assert read_recording(archive(tmp_path, {}, states=STATES[None].astype(float))).axes[0] == "boards"


def test_one_frame_is_legal(tmp_path: Path) -> None:
    assert len(read_recording(archive(tmp_path, states=STATES[:1]))) == 1
    assert len(read_recording(folder_of(tmp_path / "f", a="x = 2, y = 2\n2o$2o!"))) == 1


@pytest.mark.parametrize(
    ("arrays", "facts", "says"),
    [
        ({"frames": STATES / 2}, None, "no array 'states'; it holds frames"),
        ({"states": STATES[0, 0]}, None, r"shape \(time, rows, cols\)"),
        ({"states": STATES[:0]}, None, "at least one cell"),
        ({"states": STATES.astype(str)}, None, "whole numbers"),
        ({"states": STATES * 1j}, None, "whole numbers"),
        ({"states": STATES * 3}, None, r"0, 1 and 255 \(missing\), but is 3 at \("),
        ({"states": np.full((2, 3, 3), np.nan)}, None, "but no cell is a number"),
        ({"states": STATES, "times": [0, 1]}, None, "each of the 4 frames, but holds 2"),
        ({"states": STATES, "times": [0, 2, 1, 3]}, None, "rise strictly"),
        ({"states": STATES, "times": [0, 0.5, 1, 2]}, None, "whole generations"),
        ({"states": STATES, "times": [0, 1, 2, np.inf]}, None, "whole generations"),
        ({"states": STATES, "times": [0, 1, 2, 1e300]}, None, "whole generations"),
        ({"states": STATES, "times": np.zeros((2, 2))}, None, "list of numbers"),
        ({"states": STATES, "times": ["a", "b", "c", "d"]}, None, "list of numbers"),
        ({"states": STATES, "times": [0, 1, 2, 3]}, {"times": [0, 1, 2, 4]}, "differ from those in the JSON"),
        ({"states": STATES}, {"times": [[0], [1, 2]]}, "list of numbers"),
        ({"states": STATES}, {"times": [0, 1, 2, 10**40]}, "list of numbers|whole generations"),
        ({"states": STATES}, {"rule": 7}, "`rule` must be a short text"),
        ({"states": STATES}, {"boundary": "a\nb"}, "`boundary` must be a short text"),
        ({"states": STATES}, '{"times": [0,\n 1', r"a\.json:2:"),
        ({"states": STATES}, "[" * 100000, "not JSON"),
        ({"states": STATES}, "[1]", "JSON object"),
    ],
)
def test_wrong_archives(tmp_path: Path, arrays: dict[str, Any], facts: Any, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        read_recording(archive(tmp_path, facts, **arrays))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("glider.rle.gz", gzip.compress(b"x = 3, y = 1\n3o!", mtime=0), "one packed board"),
        ("torn.rle.gz", b"\x1f\x8bjunk", "one packed board"),
        (
            "frames.zip",
            {"a.rle": "x = 1, y = 1\no!", "b.rle": "o!"},
            r"holds no arrays, but a\.rle, b\.rle\. Unpack it",
        ),
        ("frames.npz", {"a.png": "x"}, r"holds no arrays, but a\.png\. Unpack it"),
        ("frame.jpg", b"\xff\xd8\xff\xe0", "JPEG blurs"),
        ("states.h5", b"nothing", r"A file ending in \.h5 is not read"),
        ("states.xlsx", b"PK\x03\x04", "save the sheet as CSV"),
        ("film.MP4", b"\0\0\0 ftyp", "mkdir frames; ffmpeg -i VIDEO"),
        ("states", b"nothing", r"no \.npz file"),
    ],
)
def test_what_is_no_archive_of_arrays_is_named_for_what_it_is(
    tmp_path: Path, name: str, content: bytes | dict[str, str], says: str
) -> None:
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        with zipfile.ZipFile(path, "w") as packed:
            for member, text in content.items():
                packed.writestr(member, text)
    with pytest.raises(ParseError, match=says):
        read_recording(path)


def test_runs_are_read_and_checked(tmp_path: Path) -> None:
    first = Trajectory(STATES, [0, 1, 2, 3], ("times", "rows", "cols"), law="B3/S23", boundary="torus")
    second = read_recording(first.save(tmp_path / "run"))
    np.testing.assert_array_equal(first.values, second.values)
    assert second.law == "B3/S23"
    Trajectory(STATES, [0, 1, 2, 3], ("times", "paths", "dim")).save(tmp_path / "other")
    with pytest.raises(ParseError, match="axes times, paths, dim"):
        read_recording(tmp_path / "other")
    (tmp_path / "run" / "manifest.json").write_text("{")
    with pytest.raises(StorageError):
        read_recording(tmp_path / "run")


def test_frames_sort_like_numbers_and_number_the_times(tmp_path: Path) -> None:
    texts = {f"frame_{k}": f"x = 3, y = 1\n{'b' * (k % 3)}o!" for k in (9, 10, 2)}
    recording = read_recording(folder_of(tmp_path / "f", **texts))
    assert recording.times.tolist() == [2, 9, 10]
    assert recording.values[:, 0].tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert (recording.boundary, recording.law) == (None, None)


def test_generations_in_the_files_outrank_their_names(tmp_path: Path) -> None:
    texts = {f"f{k}": write_rle(np.eye(3), rule="B3/S23", topology="torus", generation=5 * k) for k in range(3)}
    recording = read_recording(folder_of(tmp_path / "f", **texts))
    assert recording.times.tolist() == [0, 5, 10]
    assert recording.about == {"times_from": "generations in the files"}


def test_frames_are_placed_on_the_grid_of_the_header(tmp_path: Path) -> None:
    recording = read_recording(
        folder_of(
            tmp_path / "f",
            a="#CXRLE Pos=-3,-2\nx = 2, y = 2, rule = B3/S23:T6,5\n2o$2o!",
            b="#CXRLE Pos=1,1\nx = 2, y = 2, rule = B3/S23:T6,5\n2o$2o!",
            c="x = 6, y = 5, rule = B3/S23:T6,5\n2o$2o!",
            d="x = 0, y = 0, rule = B3/S23:T6,5\n!",
        )
    )
    assert recording.boundary == "torus"
    corners = [np.argwhere(frame)[0].tolist() if frame.any() else None for frame in recording.values]
    assert corners == [[0, 0], [3, 4], [0, 0], None]


def test_an_unbounded_recording_is_cut_to_what_lived_with_a_margin(tmp_path: Path) -> None:
    recording = read_recording(
        folder_of(
            tmp_path / "f",
            f0="#CXRLE Pos=10,-7 Gen=0\nx = 3, y = 1, rule = B3/S23\n3o!",
            f2="#CXRLE Pos=11,-8 Gen=2\nx = 1, y = 3, rule = B3/S23\no$o$o!",
        )
    )
    assert recording.boundary == "plane"
    assert recording.values.shape == (2, 3 + 4, 3 + 4)
    assert np.argwhere(recording.values[0]).tolist() == [[3, 2], [3, 3], [3, 4]]
    assert np.argwhere(recording.values[1]).tolist() == [[2, 3], [3, 3], [4, 3]]


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({}, "holds no frames"),
        ({"a": "x = 2, y = 2, rule = B3/S23:T6,5\n2o$2o!"}, "does not say which.*CXRLE Pos"),
        ({"a": "x = 2, y = 2\n2o$2o!", "b": "x = 3, y = 1\n3o!"}, "cannot be placed"),
        ({"a": "x = 0, y = 0\n!"}, "No frame holds"),
        (
            {"a": "x = 1, y = 1, rule = B3/S23\no!", "b": "x = 1, y = 1, rule = B3/S2\no!"},
            "rule is B3/S2, that of a.rle",
        ),
        ({"a": "x = 1, y = 1, rule = B/S:T1\no!", "b": "x = 1, y = 1, rule = B/S:P1\no!"}, "they must agree"),
        ({"a1": "x = 1, y = 1\no!", "b1": "x = 1, y = 1\no!"}, "1 is followed by 1"),
        ({"a": "x = 1, y = 1\no!", "b": "x = 1, y = 1\nz!"}, r"b\.rle:2:1"),
        ({"a": "#CXRLE Pos=9,9\nx = 1, y = 1, rule = B/S:T2\no!"}, "hold the whole pattern"),
        (
            {"a": "#CXRLE Pos=0,0\nx = 1, y = 1\no!", "b": "#CXRLE Pos=90000000,90000000\nx = 1, y = 1\no!"},
            "90000003 x 90000003 cells",
        ),
        ({"a": "x = 1000, y = 800\n!", "b": "x = 1000, y = 800\n!"}, "more than 1000000"),
        (
            {"a": "#CXRLE Pos=-300,-300\nx = 1, y = 1, rule = B/S:T600\no!"}
            | {f"b{k}": "#CXRLE Pos=0,0\nx = 1, y = 1, rule = B/S:T600\no!" for k in (2, 3)},
            "exceed 1000000",
        ),
    ],
)
def test_wrong_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: dict[str, str], says: str) -> None:
    monkeypatch.setattr("evolaw.automata.files.frames.MOST_CELLS", 10**6)
    with pytest.raises(ParseError, match=says):
        read_recording(folder_of(tmp_path / "f", **texts))


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"no such file or directory\. Check the path"):
        read_recording(tmp_path / "none")


@pytest.mark.parametrize("seed", range(40))
def test_torn_and_twisted_frames_never_escape(tmp_path: Path, seed: int) -> None:
    draw = np.random.default_rng(seed)
    shutil.copytree(FRAMES, tmp_path / "f")
    for file in sorted((tmp_path / "f").iterdir())[: int(draw.integers(1, 4))]:
        data = bytearray(file.read_bytes())
        for place in draw.integers(0, len(data), 4):
            data[place] = draw.choice(list(b"bo$!9x#\n,:T\xff"))
        file.write_bytes(data[: int(draw.integers(1, len(data)))])
    try:
        read_recording(tmp_path / "f")
    except EvolawError as error:
        assert error.exit_code == 3


@pytest.mark.parametrize(
    "write",
    [
        lambda row: ",".join(map(str, row)),
        lambda row: " ".join(map(str, row)),
        lambda row: "\t".join(f"{cell:.18e}" for cell in row),
        lambda row: ";".join(str(bool(cell)) for cell in row),
        lambda row: "".join(".#"[cell] for cell in row),
        lambda row: "".join("bO"[cell] for cell in row).replace("b", "."),
    ],
)
def test_boards_in_text_are_read_however_they_are_written(tmp_path: Path, write: Any) -> None:
    path = tmp_path / "boards.txt"
    path.write_text("\n\n".join("\n".join(map(write, board)) for board in STATES.tolist()) + "\n")
    assert holds_boards(path)
    assert np.array_equal(read_recording(path).values, STATES)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (",a,b,c\n0,1,0,1\n1,0,0,1\n2,1,1,1\n3,0,0,0\n", "cells under a header.*header=False, index=False"),
        ("t,row,col,state\n0,0,0,1\n0,0,1,0\n0,1,0,0\n", "list of cells, one a line"),
        ("t,x,y\n0,3,1\n0,4,1\n1,4,2\n", "list of cells, one a line"),
        ("frame,x,y,alive\n0,0,0,1\n0,1,0,0\n0,2,0,1\n", "list of cells, one a line"),
    ],
)
def test_dressed_boards_are_refused_with_the_way_to_write_them(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "boards.csv"
    path.write_text(text)
    assert not holds_boards(path)
    with pytest.raises(ParseError, match=says):
        refuse_dressed_boards(path)


@pytest.mark.parametrize(
    "text",
    [
        "t,x,y\n0,3,1\n1,4,1\n2,4,2\n",
        "t,x,y,particle\n0,3,1,1\n0,4,1,2\n1,4,2,1\n",
        "t,x,y,z\n0,0,0,1\n1,0.5,0,1\n2,1,1,0\n",
        "0,0,1\n0.1,0.2,1\n0.2,0.3,1\n",
        "t,x\n0,1\n1,0\n2,1\n",
    ],
)
def test_tables_of_numbers_are_no_boards(tmp_path: Path, text: str) -> None:
    """A first row of zeros and ones alone once made boards of a table."""
    path = tmp_path / "track.csv"
    path.write_text(text)
    assert not holds_boards(path)
    refuse_dressed_boards(path)


@pytest.mark.parametrize(
    "beside", [{}, {"beta": np.float64(0.4), "seed": 3, "magnetisation": np.linspace(0, 1, len(STATES))}]
)
@pytest.mark.parametrize("name", ["values", "frames", "arr_0", "x"])
def test_the_only_array_of_cells_is_read_whatever_its_name(tmp_path: Path, name: str, beside: dict[str, Any]) -> None:
    path = archive(tmp_path, **{name: STATES}, **beside)
    read = read_recording(path)
    assert np.array_equal(read.values, STATES)
    assert f"The array {name} was read as the states." in read.about["read_as"]


def test_several_arrays_of_cells_are_not_chosen_among(tmp_path: Path) -> None:
    assert name_of_states(archive(tmp_path, one=STATES, two=STATES)) is None
    assert name_of_states(archive(tmp_path, values=np.random.default_rng(0).random((3, 40, 2)))) is None


@pytest.mark.parametrize(
    ("rows", "cols", "says"),
    [
        (5, 36, r"board of 6 x 6, written flat: np.save\('boards.npy', np.loadtxt\('flat.txt'\).reshape\(-1, 6, 6\)\)"),
        (21, 7, r"3 boards of 7 x 7: np.save\('boards.npy', np.loadtxt\('flat.txt'\).reshape\(-1, 7, 7\)\)"),
        (5, 11, r"cells; boards of a recording are told apart by a blank line.* line of cells: np.save\('line.npy'"),
    ],
)
def test_one_block_of_text_is_refused_with_what_it_may_be(tmp_path: Path, rows: int, cols: int, says: str) -> None:
    np.savetxt(tmp_path / "flat.txt", np.random.default_rng(0).integers(0, 2, (rows, cols)), fmt="%d")
    with pytest.raises(ParseError, match=says):
        read_recording(tmp_path / "flat.txt")
