"""Files are written by their suffix, and refused before the work begins."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evolaw.cli.score.outputs import require_place, show, write_states
from evolaw.errors import ArgumentError


@pytest.mark.slow
def test_states_become_arrays_and_pictures(tmp_path: Path) -> None:
    images = np.random.default_rng(0).uniform(-1, 1, (6, 4, 4))
    write_states(tmp_path / "a.npz", images)
    assert np.array_equal(np.load(tmp_path / "a.npz")["samples"], images)
    write_states(tmp_path / "a.png", images, columns=3)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size[0] > 100
    write_states(tmp_path / "b.png", images.reshape(6, 16))
    write_states(tmp_path / "alone.svg", images)
    write_states(tmp_path / "beside.svg", images, beside=images)
    assert (
        (tmp_path / "beside.svg").read_text().count("<image")
        == 2
        > (tmp_path / "alone.svg").read_text().count("<image")
    )
    assert (tmp_path / "b.png").stat().st_size > 1000


def test_places_are_looked_at_first(tmp_path: Path) -> None:
    require_place(None, "out", (".png",))
    require_place(tmp_path / "x.png", "out", (".png",))
    for path in (tmp_path / "x.txt", tmp_path / "nowhere" / "x.png"):
        with pytest.raises(ArgumentError, match="out"):
            require_place(path, "out", (".png",))
    (tmp_path / "d.png").mkdir()
    with pytest.raises(ArgumentError, match="be a file"):
        require_place(tmp_path / "d.png", "out", (".png",))


def test_answers_are_lines_or_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    show({"a": 1}, [("count", "3"), ("mean", "0.5")], False)
    assert capsys.readouterr().out == "count  3\nmean   0.5\n"
    show({"a": 1}, [("count", "3")], True)
    assert json.loads(capsys.readouterr().out) == {"schema": 1, "a": 1}
