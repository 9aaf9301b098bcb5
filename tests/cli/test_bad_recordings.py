"""What people feed to `evolaw discover` by mistake: one sentence each that names the place and the cure, and exit code 3."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

_T = np.arange(400) * 0.01
_WALK = np.cumsum(np.random.default_rng(0).normal(size=(400, 2)), 0) * 0.1


def _table(header: str, *columns: np.ndarray) -> str:
    rows = "\n".join(",".join(f"{value:.6g}" for value in row) for row in np.column_stack(columns))
    return f"{header}\n{rows}\n"


_SAME, _FALLING = _T.copy(), _T.copy()
_SAME[7], _FALLING[7] = _T[6], _T[5]
_GOOD = _table("t [s],x [m]", _T, _WALK[:, 0])
_FILES: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "one point": ({"a.csv": "t,x\n0,1\n"}, ("at least 20 steps", "Record longer")),
    "equal times": ({"a.csv": _table("t,x", _SAME, _WALK[:, 0])}, ("0.06 stands twice", "row 8")),
    "times that fall": ({"a.csv": _table("t,x", _FALLING, _WALK[:, 0])}, ("0.06 stands before 0.05", "row 8")),
    "text in a column": ({"a.csv": _GOOD.replace("\n0.05,", "\n0.05,broken", 1)}, ("a.csv:7:2", "broken")),
    "all values equal": ({"a.csv": _table("t,x", _T, 0 * _T)}, ("must move", "x, which is 0")),
    "a function of another": (
        {"a.csv": _table("t,x,y", _T, _WALK[:, 0], _WALK[:, 0] ** 2)},
        ("y = x\\^2", "Leave y out"),
    ),
    "units that disagree": ({"a.csv": _GOOD, "b.csv": _table("t [s],x [mm]", _T, _WALK[:, 1])}, ("same units", "mm")),
}


@pytest.mark.parametrize("kind", _FILES)
def test_a_recording_that_teaches_nothing_is_refused_with_its_place(
    evolaw: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    files, said = _FILES[kind]
    monkeypatch.chdir(tmp_path)
    for name, text in files.items():
        Path(name).write_text(text)
    done = evolaw("discover", *files)
    assert (done.returncode, done.stdout) == (3, ""), done.stdout + done.stderr
    assert done.stderr.startswith("error[") and all(re.search(part, done.stderr) for part in said), done.stderr


def test_a_library_that_depends_on_itself_where_it_was_recorded_is_named(
    evolaw: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text(_GOOD)
    done = evolaw("discover", "a.csv", "--library", "1, sin(x)^2, cos(x)^2")
    assert done.returncode == 3 and "sin(x)^2" in done.stderr and "cos(x)^2" in done.stderr, done.stderr


def test_a_box_that_hangs_is_given_up(
    evolaw: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text(_GOOD)
    (box := tmp_path / "box.py").write_text("import time; time.sleep(60)\n")
    box = f"{sys.executable} {box} {{start}} {{controls}} {{times}} {{after}}"
    done = evolaw("discover", "a.csv", "--box", box, "--ask", 1, "--box-timeout", 1)
    assert done.returncode == 3 and "1 s" in done.stderr and "--box-timeout" in done.stderr, done.stderr
