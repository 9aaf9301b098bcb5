"""Channels: composing them, reading them off a recording."""

import numpy as np
import pytest

from evolaw.discovery.lattices.model.observation import CLEAN, Channel, Every, Flips, Missing, of_recording
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory


def film(times: list[float], missing: bool = False, **about: object) -> Trajectory:
    values = np.zeros((len(times), 3, 3), np.uint8)
    values[0, 0, 0] = 255 if missing else 1
    return Trajectory(values, np.array(times), ("times", "rows", "cols"), about=about)


def test_channels_compose_in_any_order() -> None:
    joined = Every(2) & Flips(0.05) & Missing()
    assert joined == Missing() & Flips(0.05) & Every(2) == Channel(2, 0.05, "observation", True)
    assert CLEAN.is_clean
    assert not joined.is_clean
    assert Every(2) & Every(2) == Every(2)


def test_contradicting_channels_are_refused() -> None:
    with pytest.raises(ArgumentError, match="say one thing about `every`"):
        Every(2) & Every(3)


@pytest.mark.parametrize(
    "wrong", [lambda: Every(0), lambda: Flips(0.6), lambda: Flips(-0.1), lambda: Flips(0.1, on="x")]
)
def test_impossible_channels_are_refused(wrong: object) -> None:
    with pytest.raises(ArgumentError):
        wrong()  # type: ignore[operator]


def test_a_recording_says_how_it_was_taken() -> None:
    assert of_recording(film([0, 1, 2])) == CLEAN
    assert of_recording(film([4, 7, 10])) == Every(3)
    assert of_recording(film([0, 1], missing=True)) == Missing()
    assert of_recording(film([0, 1], flip_probability=0.05)) == Flips(0.05)
    assert of_recording(film([0, 1], flip_probability="auto")) == Flips("auto")


@pytest.mark.parametrize(
    ("recording", "message"),
    [
        (film([0, 1, 3]), "equal gaps"),
        (film([0, 10**15, 2 * 10**15]), "at most 64 generations between frames"),
        (film([0, 0.5]), "whole generations"),
        (film([0, 1], flip_probability="often"), "flip probability"),
        (film([0, 1], flip_probability=0.7), "flip probability"),
    ],
)
def test_unreadable_statements_are_refused(recording: Trajectory, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        of_recording(recording)
