"""``evolaw discover TRACK``: what is printed, and which door a recording goes to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.cli.discover.trajectory import is_trajectory
from evolaw.cli.main import run
from evolaw.errors import ArgumentError


@pytest.fixture
def track(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    x = np.zeros(20_001)
    for k in range(20_000):
        x[k + 1] = x[k] - 0.02 * x[k] + 0.1 * rng.normal()
    path = tmp_path / "track.csv"
    path.write_text("t (s),u (V)\n" + "\n".join(f"{0.02 * k!r},{v!r}" for k, v in enumerate(map(float, x))))
    return path


def answer(capsys: Any, *arguments: str) -> tuple[int, Any]:
    code = run(["discover", *arguments])
    printed = capsys.readouterr()
    return code, json.loads(printed.out) if "--json" in arguments and not code else printed.out + printed.err


@pytest.mark.slow
def test_a_table_is_answered_with_its_equation(track: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = answer(capsys, str(track), "--library", "1, u, u^3", "--diffusion", "1, u^2", "--json")
    assert code == 0
    entries = {entry["name"]: entry for entry in document["entries"]}
    assert set(entries) == {"u: 1", "u: u", "u: u^3", "u: D 1", "u: D u^2"}
    assert (entries["u: u"]["decision"], entries["u: u"]["basis"]) == ("present", "likelihood")
    assert entries["u: u"]["interval"][0] < -1 < entries["u: u"]["interval"][1]
    assert document["law"]["units"] == ["V"]
    assert {"combinations", "next"} <= set(document)


@pytest.mark.slow
def test_known_terms_names_and_text_answers(track: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = answer(capsys, str(track), "--names", "y", "--library", "1, y", "--known", "y: 1=0")
    assert code == 0
    assert "dy = (-" in text and "sqrt(2*(0.25" in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--library", "1, q"], "q is neither a component nor a function"),
        (["--library", "1, u, 2u"], "linearly independent"),
        (["--noise", "loud"], "--noise must be a number"),
        (["--library", "1, u", "--every", "2"], "one door"),
        (["--library", "1, u", "--hidden", "u"], "a new name"),
        (["--library", "1, u", "--symmetry", "rotation"], "two components that a rotation turns"),
        (["--library", "1, u^2", "--symmetry", "reflection"], "that the reflection of u allows"),
    ],
)
def test_wrong_words_are_one_sentence(
    track: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    code, text = answer(capsys, str(track), *options)
    assert code == 3
    assert said in " ".join(text.split())


def test_each_recording_finds_its_door(tmp_path: Path) -> None:
    np.savez(tmp_path / "cells.npz", states=np.zeros((2, 3, 3), np.uint8))
    np.savez(tmp_path / "track.npz", values=np.zeros((5, 1)), times=np.arange(5))
    np.savez(tmp_path / "both.npz", values=np.zeros((5, 1)), states=np.zeros((2, 3, 3), np.uint8))
    (tmp_path / "series.csv").write_text("# rows=8 cols=8 start_density=0.5\nrun,time,density\n0,1,0.25\n")
    (tmp_path / "track.csv").write_text("t,x\n0,1\n")
    door = {path.name: is_trajectory([path], {}, {}) for path in tmp_path.iterdir() if path.name != "both.npz"}
    assert door == {"cells.npz": False, "track.npz": True, "series.csv": False, "track.csv": True}
    with pytest.raises(ArgumentError, match=r"could be either.*--library poly:3"):
        is_trajectory([tmp_path / "both.npz"], {}, {})
    assert is_trajectory([tmp_path / "both.npz"], {}, {"library": "1"})


def test_zeros_and_ones_are_cells_whatever_type_they_were_saved_as(tmp_path: Path) -> None:
    """Real numbers 0 and 1 once were "either", and a line of them a trajectory whose times fall."""
    from scipy.io import savemat

    board = (np.random.default_rng(0).random((8, 8, 9)) < 0.4).astype(float)
    savemat(tmp_path / "cells.mat", {"states": np.moveaxis(board, 0, -1)})
    board[2, 3, 3] = np.nan
    for k, values in enumerate((board, board.astype(np.float32), board[:, 0], board[:, 0] > 0, board[:, 0] == 1)):
        np.save(tmp_path / f"{k}.npy", values)
        assert not is_trajectory([tmp_path / f"{k}.npy"], {}, {}), k
    assert not is_trajectory([tmp_path / "cells.mat"], {}, {})
    np.save(tmp_path / "track.npy", np.stack([np.arange(50.0), np.arange(50) % 2], 1))
    assert is_trajectory([tmp_path / "track.npy"], {}, {})
    np.save(tmp_path / "grey.npy", np.nan_to_num(board) * 0.7)
    with pytest.raises(ArgumentError, match="could be either"):
        is_trajectory([tmp_path / "grey.npy"], {}, {})
