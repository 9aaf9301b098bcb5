"""MATLAB's files: its order of axes is turned, its newer format is named."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from evolaw import automata
from evolaw.automata.files import matlab
from evolaw.automata.files.matlab import inflated, read_matlab, read_variables
from evolaw.automata.files.recordings import read_recording
from evolaw.errors import ParseError

FRAMES = automata.evolve("B3/S23", np.random.default_rng(3).integers(0, 2, (6, 7)), 4).values


@pytest.mark.parametrize("name", ["states", "boards"])
@pytest.mark.parametrize("compress", [False, True])
def test_rows_cols_time_is_turned(tmp_path: Path, name: str, compress: bool) -> None:
    savemat(tmp_path / "x.mat", {name: np.moveaxis(FRAMES, 0, -1).astype(float), "dt": 0.1}, do_compression=compress)
    found = read_recording(tmp_path / "x.mat")
    assert np.array_equal(found.values, FRAMES) and "rows, cols, time" in found.about["read_as"][0]


def test_what_cannot_be_chosen_or_read_is_named(tmp_path: Path) -> None:
    savemat(tmp_path / "two.mat", {"a": np.zeros((2, 2, 2)), "b": np.zeros((2, 2, 2))})
    with pytest.raises(ParseError, match="a, b"):
        read_matlab(tmp_path / "two.mat")
    (tmp_path / "new.mat").write_bytes(b"MATLAB 7.3 MAT-file, Platform" + bytes(600))
    with pytest.raises(ParseError, match="-v7"):
        read_matlab(tmp_path / "new.mat")
    with pytest.raises(ParseError, match="no such file"):
        read_matlab(tmp_path / "none.mat")


@pytest.mark.parametrize("seed", range(15))
def test_torn_files_never_escape(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    savemat(tmp_path / "x.mat", {"states": np.moveaxis(FRAMES, 0, -1)}, do_compression=bool(seed % 2))
    data = bytearray((tmp_path / "x.mat").read_bytes())
    for place in rng.integers(0, len(data), 6):
        data[place] = rng.integers(0, 256)
    (tmp_path / "x.mat").write_bytes(bytes(data[: rng.integers(1, len(data) + 1)]))
    try:
        assert read_matlab(tmp_path / "x.mat")[0].size
    except ParseError as error:
        assert str(tmp_path) in str(error)


def test_boards_in_a_struct_are_read(tmp_path: Path) -> None:
    savemat(tmp_path / "x.mat", {"run": {"states": np.moveaxis(FRAMES, 0, -1), "density": np.ones(5)}, "dt": 0.1})
    assert np.array_equal(read_recording(tmp_path / "x.mat").values, FRAMES)


def test_a_table_of_matlab_is_named(tmp_path: Path) -> None:
    savemat(tmp_path / "x.mat", {"words": "no numbers"})
    with pytest.raises(ParseError, match=r"words \(char\).*x = T.x"):
        read_variables(tmp_path / "x.mat")


@pytest.mark.parametrize("compress", [False, True])
def test_a_bomb_is_measured_before_it_goes_off(tmp_path: Path, compress: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A struct does not say its size: what is packed is unpacked piece by piece, kept nowhere, and no further than the limit."""
    savemat(tmp_path / "x.mat", {"run": {"x": np.zeros(2**20)}}, do_compression=compress)
    assert 2**23 < inflated(tmp_path / "x.mat", 2**30) < 2**23 + 1000
    unpacked: list[int] = []
    unpacker = zlib.decompressobj

    class Watched:
        def __init__(self) -> None:
            self.inner = unpacker()

        def decompress(self, data: bytes, most: int = 0) -> bytes:
            found = self.inner.decompress(data, most)
            if most:  # SciPy looks by itself, 128 KiB of the file at a time
                unpacked.append(len(found))
            self.unconsumed_tail = self.inner.unconsumed_tail
            return found

    monkeypatch.setattr(matlab.zlib, "decompressobj", Watched)
    with pytest.raises(ParseError, match=r"more than the 1\.0 MiB"):
        read_variables(tmp_path / "x.mat", most=2**20)
    assert sum(unpacked) <= 2**21
