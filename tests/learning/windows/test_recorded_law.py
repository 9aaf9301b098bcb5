"""A recording, and nothing else, becomes a law: what the command line asks for is what the function does."""

from __future__ import annotations

import json

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.errors import ArgumentError
from evolaw.learning import fit
from evolaw.learning.windows.architecture_study import ARCHITECTURES
from evolaw.learning.windows.datasets import random_recordings
from evolaw.learning.windows.recorded_law import NETS, fit_recording


def test_every_net_is_an_architecture() -> None:
    assert set(NETS.values()) <= set(ARCHITECTURES)


def test_a_recorded_rule_is_learned_and_several_networks_vote() -> None:
    boards = random_recordings("B36/S23", 192, rng=1)
    law = fit_recording(boards, net="table", nets=2, epochs=6, truth="B36/S23", rng=0)
    assert str(law.rule()) == "B36/S23" and len(law) == 2
    assert np.array_equal(fit(boards, net="table", nets=2, epochs=6, rng=0).logits, law.logits), "the truth only counts"


def test_a_line_is_refused_by_what_would_hold_it() -> None:
    line = evolve("W30", np.eye(1, 31, 15, dtype=np.uint8)[0], 20)
    with pytest.raises(ArgumentError, match=r"axes .times, rows, cols."):
        fit(line, rng=0)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [({"net": "resnet"}, "net"), ({"nets": 0}, "nets"), ({"steps": 0}, "steps"), ({"rng": None}, "rng")],
)
def test_what_cannot_be_is_named(wrong: dict[str, object], name: str) -> None:
    asked: dict[str, object] = {"rng": 0} | wrong
    with pytest.raises(ArgumentError, match=f"`{name}`"):
        fit_recording(random_recordings("B3/S23", 8, rng=1), **asked)  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_command_and_the_function_train_the_same_networks(tmp_path) -> None:
    """Through skipped generations too, where the lowest loss of several draws is kept."""
    from evolaw.cli.main import run

    for steps, boards, size in ((1, 1024, 32), (2, 256, 16)):
        place = tmp_path / f"run{steps}"
        typed = ["learn", "B3/S23", "--net", "table", "--steps", str(steps), "--epochs", "2", "--out", str(place)]
        assert run(typed) == 0
        recording = random_recordings("B3/S23", boards, size=size, steps=steps, rng=0)
        law = fit_recording(recording, net="table", steps=steps, epochs=2, rng=0)
        from evolaw.learning import LearnedLaw

        assert np.array_equal(LearnedLaw.load(place).logits, law.logits)
        assert json.loads((place / "manifest.json").read_text())
