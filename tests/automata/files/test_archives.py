"""Archives from strangers: torn, lying, pickled or bombs, they give a ParseError and take no memory."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evolaw.automata.files.archives import names_in, read_arrays
from evolaw.automata.files.formats import read_pattern
from evolaw.automata.files.recordings import read_recording
from evolaw.errors import ParseError

STATES = np.random.default_rng(0).integers(0, 2, (3, 8, 9), dtype=np.uint8)


def packed(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def write(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def npy(header: str, data: bytes = b"") -> bytes:
    text = header.encode() + b" " * (-(10 + len(header) + 1) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_come_back(tmp_path: Path, order: str) -> None:
    file = tmp_path / "a.npz"
    file.write_bytes(packed(states=np.asarray(STATES, order=order), times=np.arange(3.0), other=np.ones(2)))
    found = read_arrays(file, ["states"], ["times", "absent"])
    assert sorted(found) == ["states", "times"]
    np.testing.assert_array_equal(found["states"], STATES)
    np.testing.assert_array_equal(found["times"], [0, 1, 2])


def test_a_missing_array_is_named_with_what_is_there(tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    file.write_bytes(packed(frames=STATES))
    with pytest.raises(ParseError, match=r"no array 'states'; it holds frames\. Save it with"):
        read_arrays(file, ["states"])


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (print, ("unpickled",))

    file = tmp_path / "a.npz"
    np.savez(file, states=np.array([Trap()], object))
    with pytest.raises(ParseError, match="Python objects"):
        read_arrays(file, ["states"])


@pytest.mark.parametrize(
    ("header", "data", "says"),
    [
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (100000, 100000), }", b"x", "The header claims"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (-1, -4), }", b"1234", "The header claims"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", b"x", "The header claims"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", b"12345", "The header claims"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (9**9**9,), }", b"x", "damaged"),
        ("{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (1,), }", b"x", "Python objects"),
        ("{'descr': 'nonsense', 'fortran_order': False, 'shape': (1,), }", b"x", "damaged"),
        ("(" * 5000, b"x", "damaged"),
        ("{" + " " * 20000 + "}", b"x", "damaged"),
    ],
)
def test_lying_headers(tmp_path: Path, header: str, data: bytes, says: str) -> None:
    file = write(tmp_path / "a.npz", {"states.npy": npy(header, data)})
    with pytest.raises(ParseError, match=says):
        read_arrays(file, ["states"])


def test_a_zip_bomb_is_not_inflated(tmp_path: Path) -> None:
    header = npy(f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({2 * 10**8},), }}")
    file = tmp_path / "bomb.npz"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("states.npy", "w") as member:
        member.write(header)
        for _ in range(200):
            member.write(bytes(10**6))
    assert file.stat().st_size < 10**6
    tracemalloc.start()
    try:
        with pytest.raises(ParseError, match=r"claims 190\.7 MiB, more than the 1\.0 MiB"):
            read_arrays(file, ["states"], most=2**20)
        assert tracemalloc.get_traced_memory()[1] < 5 * 2**20
    finally:
        tracemalloc.stop()


def test_a_directory_that_understates_the_size_does_not_help(tmp_path: Path) -> None:
    data = bytearray(
        write(
            tmp_path / "a.npz",
            {"states.npy": npy("{'descr': '|u1', 'fortran_order': False, 'shape': (90,), }", bytes(90))},
        ).read_bytes()
    )
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 138)
    (tmp_path / "a.npz").write_bytes(data)
    with pytest.raises(ParseError):
        read_arrays(tmp_path / "a.npz", ["states"])


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip", b"\x93NUMPY" + bytes(100)])
def test_what_is_no_archive(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.npz").write_bytes(data)
    with pytest.raises(ParseError, match=r"no \.npz file"):
        read_arrays(tmp_path / "a.npz", ["states"])
    with pytest.raises(ParseError, match="no such file"):
        read_arrays(tmp_path / "b.npz", ["states"])


def test_every_torn_archive_is_refused(tmp_path: Path) -> None:
    whole = packed(states=STATES)
    for size in range(0, len(whole) - 1, 7):
        (tmp_path / "a.npz").write_bytes(whole[:size])
        with pytest.raises(ParseError):
            read_arrays(tmp_path / "a.npz", ["states"])


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4), st.booleans())
def test_fuzz_bytes(tmp_path: Path, changes: list[tuple[int, int]], compressed: bool) -> None:
    buffer = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(buffer, states=STATES, times=np.arange(3))
    data = bytearray(buffer.getvalue())
    for place, value in changes:
        data[place % len(data)] = value
    (tmp_path / "a.npz").write_bytes(data)
    try:
        found = read_arrays(tmp_path / "a.npz", ["states"], ["times"])
    except ParseError:
        return
    assert found["states"].nbytes < 2**20


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ["film.npz", "film.npy", "film.gif", "film.csv", "film.mat", "film.zip", "film.rle"])
def test_a_pipe_is_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    read = read_pattern if name.endswith((".rle", ".zip")) else read_recording
    with pytest.raises(ParseError, match="no plain file"):
        read(tmp_path / name)
    with pytest.raises(ParseError, match="no plain file"):
        read("/dev/zero")


def test_names_of_an_archive(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.ones(2), labels=np.ones(2))
    assert names_in(tmp_path / "a.npz") == {"images", "labels"}
    (tmp_path / "b.npz").write_bytes(b"PK")
    with pytest.raises(ParseError, match=r"no \.npz file"):
        names_in(tmp_path / "b.npz")
