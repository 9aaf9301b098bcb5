"""Distances have their closed forms; copies are seen as copies; each distance stands beside its floor."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.score.quality import energy, likeness, memorisation, sliced_w2


def test_distances_of_shifted_samples() -> None:
    """A shift by c: sliced W2 of the shift is ‖c‖/√d in the mean over directions; energy of far points is 2c less what is within."""
    chance = np.random.default_rng(0)
    x, shift = chance.normal(size=(500, 3)), np.array([1.0, 2.0, 2.0])
    directions = chance.normal(size=(20_000, 3))
    assert sliced_w2(x, x + shift, directions) == pytest.approx(3 / np.sqrt(3), rel=0.02)
    assert sliced_w2(x, x[::-1], directions[:10]) == 0
    near = np.array([[0.0], [1.0]])
    assert energy(near, near + 10) == pytest.approx(2 * 10 - 1 - 1)


def test_one_law_is_at_its_floor_and_another_is_not() -> None:
    """3 x 400 draws: the energy distance of one law is zero to 0.03 here; of one shifted by a deviation it is ten times that."""
    chance = np.random.default_rng(1)
    mine, seen, held = (chance.normal(size=(400, 2)) for _ in range(3))
    good, bad = (likeness(samples, seen, held, rng=0) for samples in (mine, mine + 1.0))
    assert abs(good.energy) < 0.03
    assert bad.energy > 0.3
    assert good.sliced < 2 * good.sliced_floor < bad.sliced
    assert good.memory is not None
    assert good.memory[1] < 1 < good.memory[2] or good.memory[0] == pytest.approx(1, abs=0.1)
    assert good.to_json()["count"] == 400
    assert "sliced W2" in repr(good)


def test_copies_are_seen() -> None:
    chance = np.random.default_rng(2)
    train, held = chance.normal(size=(2, 200, 5))
    ratio, low, high = memorisation(train + 0.01 * chance.normal(size=train.shape), train, held, rng=0)
    assert low <= ratio <= high < 0.1
    fresh = memorisation(chance.normal(size=(400, 5)), train, held, rng=0)
    assert fresh[0] == pytest.approx(1, abs=0.08)


def test_one_state_has_no_distance() -> None:
    """It was not a number, which no JSON document can hold."""
    two = np.zeros((2, 3))
    for parts, name in (
        ((two[:1], two, two), "samples"),
        ((two, two[:1], two), "train"),
        ((two, two, two[:1]), "held"),
    ):
        with pytest.raises(ArgumentError, match=f"{name}.*hold two states at least"):
            likeness(*parts, rng=0)
    with pytest.raises(ArgumentError, match=r"`one`.*two states at least"):
        energy(two[:1], two)


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ArgumentError, match="samples"):
        likeness(np.zeros((5, 2)), np.zeros((5, 3)), np.zeros((5, 3)), rng=0)
    with pytest.raises(ArgumentError, match="held"):
        likeness(np.zeros((5, 2)), np.zeros((5, 2)), np.full((5, 2), np.nan), rng=0)
