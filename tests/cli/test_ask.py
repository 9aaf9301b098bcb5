"""`evolaw ask`: a board that can be read, run by hand, and handed in as a second recording."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from evolaw.automata.evolution import evolve
from evolaw.automata.files.patterns import read_pattern


def test_ask_gives_a_board_that_can_be_read(evolaw: Callable[..., Any], life_thin: Path, tmp_path: Path) -> None:
    evolaw("discover", life_thin, "--out", "found")
    from_recording = json.loads(evolaw("ask", life_thin, "--rle", "next.rle", "--json").stdout)
    from_finding = json.loads(evolaw("ask", "found", "--figure", "next.svg", "--json").stdout)
    assert "<svg" in (tmp_path / "next.svg").read_text()
    assert from_recording["next"] == from_finding["next"]
    board = read_pattern(tmp_path / "next.rle").board
    assert board.shape[0] >= 3
    assert board.shape[1] >= 3
    assert "torus" in evolaw("ask", "found").stdout


def test_the_answer_to_a_question_is_a_second_recording(
    evolaw: Callable[..., Any], life_thin: Path, tmp_path: Path
) -> None:
    """ask, run the board by hand, discover from both: what the manual says."""
    evolaw("ask", life_thin, "--rle", "next.rle")
    board = read_pattern(tmp_path / "next.rle").board
    np.savez(tmp_path / "answer.npz", states=evolve("B3/S23", board, 1).values)
    before = json.loads(evolaw("discover", life_thin, "--json").stdout)
    after = json.loads(evolaw("discover", life_thin, "answer.npz", "--json").stdout)
    assert before["law"]["log2_possible"] > 0
    assert after["law"]["log2_possible"] == 0
    assert after["law"]["most_probable"] == "B3/S23"
    assert after["source"] == f"{life_thin}, answer.npz"
