"""Every fact of a finding has its name and its meaning in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from evolaw import Trajectory, automata, discover, sde
from evolaw.automata import Rule
from evolaw.discovery.spine.facts import Facts

BOARD = np.random.default_rng(0).integers(0, 2, (12, 12)).astype(np.uint8)


def counted() -> Trajectory:
    return automata.evolve(Rule("B3/S23"), BOARD, 6)


def skipped() -> Trajectory:
    return automata.evolve(Rule("B3/S23"), BOARD, 12, times=range(0, 13, 2))


def misread() -> Trajectory:
    flips = np.random.default_rng(1).random((7, 12, 12)) < 0.02
    return replace(counted(), values=counted().values ^ flips, about={"flip_probability": 0.02})


def incomplete() -> Trajectory:
    holes = np.random.default_rng(1).random((7, 12, 12)) < 0.02
    return replace(counted(), values=np.where(holes, 255, counted().values).astype(np.uint8))


def drifting() -> Trajectory:
    process = sde.ornstein_uhlenbeck(rate=1.0, level=0.0, scale=1.0)
    return sde.solve(process, sde.EulerMaruyama(), 1.0, np.linspace(0, 20, 401), steps=400, rng=0)


@pytest.mark.parametrize("record", [counted, skipped, misread, incomplete, drifting])
def test_whatever_weighs_a_recording_tells_facts_of_that_record(record: Callable[[], Trajectory]) -> None:
    facts = discover(record(), rng=0).facts
    assert {"cause", "terms"} < set(facts) <= set(Facts.__annotations__)
