"""Counts in larger neighbourhoods and memories are found where they are, and nowhere else."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.automata.stepping import windows
from evolaw.discovery.lattices.misfit.larger_neighbourhoods import counting_law, law_with_memory
from evolaw.trajectory import Trajectory

LARGE = (
    "R2,C0,M0,S6..13,B7..11,NM",
    "R2,C0,M0,S3..6,B4..6,NN",
    "R3,C0,M0,S13..20,B14..20,NM",
    "R3,C0,M0,S7..12,B8..11,NC",
)


def film(frames: list[np.ndarray] | np.ndarray, edge: str = "torus") -> Trajectory:
    return Trajectory(np.array(frames), np.arange(len(frames)), ("times", "rows", "cols"), boundary=edge)


def start(seed: int = 0, size: int = 48) -> np.ndarray:
    return (np.random.default_rng(seed).random((size, size)) < 0.4).astype(np.uint8)


def by_hand(board: np.ndarray, law: str) -> np.ndarray:
    """Larger than Life, cell by cell."""
    reach, shape = int(law[1]), law[-1]
    near = [
        (a, b)
        for a, b in itertools.product(range(-reach, reach + 1), repeat=2)
        if (a or b) and {"M": True, "N": abs(a) + abs(b) <= reach, "C": a * a + b * b <= reach * reach + reach}[shape]
    ]
    count = sum(np.roll(board, cell, (0, 1)).astype(int) for cell in near)
    (low, high), (first, last) = (map(int, part[1:].split("..")) for part in (law.split(",")[3], law.split(",")[4]))
    return np.where(board == 1, (count >= low) & (count <= high), (count >= first) & (count <= last)).astype(np.uint8)


def second_order(rule: str, steps: int = 12) -> Trajectory:
    """next = rule(window) xor the frame before."""
    frames = [start(1), start(2)]
    for _ in range(steps):
        frames.append(Rule(rule).table[windows(frames[-1])].astype(np.uint8) ^ frames[-2])
    return film(frames)


@pytest.mark.parametrize("law", LARGE)
def test_larger_than_life_is_named(law: str) -> None:
    frames = [start()]
    for _ in range(10):
        frames.append(by_hand(frames[-1], law))
    recording = film(frames)
    found = counting_law([recording])
    assert found is not None
    assert found.reach == int(law[1])
    assert found.log_e > 1000
    again = evolve(Rule(found.law), frames[0], 10)
    assert np.array_equal(again.values, recording.values)
    if not found.unseen:
        assert found.law == str(Rule(law))


def test_edges_are_those_of_the_recording() -> None:
    recording = evolve(Rule(LARGE[0]), start(), 10, boundary="plane")
    assert counting_law([recording]) is not None


def test_a_memory_is_found() -> None:
    found = law_with_memory([second_order("B3/S23")])
    assert found is not None and "the cell was one frame before" in found.says
    assert found.log_e > 1000


def test_one_contradiction_is_enough_to_refuse_a_table() -> None:
    """One misread cell among 23,000 leaves the e-values huge, but no longer is every outcome explained."""
    for recording, explain in (
        (evolve(Rule(LARGE[0]), start(), 10), lambda film: counting_law([film])),
        (second_order("B3/S23"), lambda film: law_with_memory([film])),
    ):
        assert explain(recording) is not None
        values = recording.values.copy()
        values[5, 20, 20] ^= 1
        assert explain(film(values)) is None


@pytest.mark.sampled(3)
@pytest.mark.parametrize("eps", [0.0, 0.0005, 0.01, 0.1])
def test_laws_of_windows_need_neither(eps: float) -> None:
    """Clean, or with misread cells: no table may explain them. 10 laws each; the e-values' false-alarm rate is 1 %."""
    for seed in range(10):
        chance = np.random.default_rng(seed)
        table = np.zeros(512, np.uint8)
        table[:] = chance.integers(0, 2, 10)[np.bitwise_count(np.arange(512))]
        clean = evolve(Rule.from_table(table), start(seed, 32), 8).values
        recording = film(clean ^ (chance.random(clean.shape) < eps))
        assert counting_law([recording]) is None
        assert law_with_memory([recording]) is None


def test_chance_on_small_cut_outs_is_no_larger_neighbourhood() -> None:
    """Cells alive with .08 whatever is around: windows of 9 x 9 cells. The bet was on the middle, its rival had to foretell the rim too."""
    found = 0
    for seed in range(300):
        cells = (np.random.default_rng(seed).random((3, 9, 9)) < 0.08).astype(np.uint8)
        found += counting_law([film(list(cells), "window")]) is not None
    assert found <= 9  # an e-value of 100 by chance has probability .01 at most: more than 9 of 300 below .002
