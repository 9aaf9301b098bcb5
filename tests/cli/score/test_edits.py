"""Masks are what their word says; edits keep what is known; wrong masks are named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evolaw.cli.main import run
from evolaw.cli.score.edits import MASKS, mask_of
from evolaw.errors import ArgumentError, ParseError


@pytest.mark.parametrize("word", MASKS)
@pytest.mark.parametrize("shape", [(4, 4), (3, 4, 4)])
def test_masks_of_images(word: str, shape: tuple[int, ...]) -> None:
    mask = mask_of(word, shape)
    assert mask.shape == shape
    plain = mask.reshape(-1, 4, 4)[0]
    corner, middle, right, below = plain[0, 0], plain[1, 1], plain[0, 3], plain[3, 0]
    told = {
        "left": (True, True, False, True),
        "right": (False, False, True, False),
        "top": (True, True, True, False),
        "bottom": (False, False, False, True),
        "centre": (False, True, False, False),
        "border": (True, False, True, True),
    }
    assert (corner, middle, right, below) == told[word]


def test_masks_of_vectors_and_files(tmp_path: Path) -> None:
    assert mask_of("left", (4,)).tolist() == [True, True, False, False]
    np.save(tmp_path / "m.npy", np.eye(3))
    assert mask_of(str(tmp_path / "m.npy"), (3, 3)).sum() == 3
    with pytest.raises(ArgumentError, match=r"keep.*mask of shape \(2, 3\)"):
        mask_of(str(tmp_path / "m.npy"), (2, 3))
    with pytest.raises(ArgumentError, match="keep"):
        mask_of("middle", (4, 4))
    with pytest.raises(ArgumentError, match=r"leave others open"):
        mask_of("top", (4,))
    with pytest.raises(ArgumentError, match="exists"):
        mask_of(str(tmp_path / "none.npy"), (4,))
    (tmp_path / "bad.npy").write_bytes(b"no")
    with pytest.raises(ParseError, match=r"no \.npy file"):
        mask_of(str(tmp_path / "bad.npy"), (4,))
    for wrong in ([0, 1, 0.5], [0, 1, np.nan], ["a", "b", "c"], [0, 1, 2]):
        np.save(tmp_path / "m.npy", wrong)
        with pytest.raises(ArgumentError, match=r"keep.*mask of 0 and 1"):
            mask_of(str(tmp_path / "m.npy"), (3,))


@pytest.mark.slow
def test_edits_keep_what_is_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On the exact mixture: the known coordinate stays; the way between two data begins and ends at them."""
    assert run(["score", "inpaint", "gaussians", "gaussians", "--count", "3", "--steps", "20", "--json"]) == 0
    states = np.array(json.loads(capsys.readouterr().out)["states"])
    assert states.shape == (4, 2)
    assert states[:, 0] == pytest.approx(np.full(4, states[0, 0]))
    assert run(["score", "interpolate", "gaussians", "gaussians", "--count", "4", "--json"]) == 0
    way = np.array(json.loads(capsys.readouterr().out)["states"])
    assert way.shape == (4, 2)
    assert run(["score", "colourise", "gaussians", "gaussians"]) == 3
    assert "several channels" in capsys.readouterr().err
    place = tmp_path / "way.npz"
    assert run(["score", "interpolate", "gaussians", "gaussians", "--count", "3", "--save", str(place)]) == 0
    assert np.load(place)["samples"].shape == (3, 2)
