"""All laws at once against one law after the other."""

import numpy as np
import pytest

from evolaw.automata import evolve, step
from evolaw.discovery.lattices.evidence import exhaustive
from evolaw.discovery.lattices.evidence.exhaustive import surviving
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.trajectory import Trajectory

SPACE = RuleSpace.named("outer-totalistic")


def every_law(known: np.ndarray) -> np.ndarray:
    free = np.flatnonzero(np.isnan(known))
    laws = np.tile(np.nan_to_num(known).astype(np.uint8), (2**free.size, 1))
    laws[:, free] = np.arange(2**free.size)[:, None] >> np.arange(free.size - 1, -1, -1) & 1
    return laws


def brute_force(recording: Trajectory, known: np.ndarray) -> np.ndarray:
    """The laws that fit, each run on the board with the plain step."""
    gaps = np.diff(recording.times).astype(int)
    kept = []
    for law in every_law(known):
        rule = SPACE.rule(law)
        for before, after, gap in zip(recording.values[:-1], recording.values[1:], gaps, strict=True):
            board = before
            for _ in range(gap):
                board = step(rule, board, boundary=recording.boundary)
            if (board != after).any():
                break
        else:
            kept.append(law)
    return np.array(kept)


def table_brute_force(recording: Trajectory) -> np.ndarray:
    """All 262,144 laws on a torus by counting neighbours, vectorised over laws, without bits."""
    laws, kept = every_law(np.full(18, np.nan)), []
    gap = int(recording.times[1] - recording.times[0])
    for part in np.array_split(laws, 64):
        boards = np.broadcast_to(recording.values[0], (len(part), *recording.values.shape[1:])).astype(np.int8)
        for _ in range(gap):
            around = sum(np.roll(boards, (y, x), (1, 2)) for y in (-1, 0, 1) for x in (-1, 0, 1) if y or x)
            boards = np.take_along_axis(part, (9 * boards + around).reshape(len(part), -1), 1).reshape(boards.shape)
            boards = boards.astype(np.int8)
        kept.append(part[(boards == recording.values[1]).all((1, 2))])
    return np.concatenate(kept)


@pytest.mark.parametrize("boundary", ["torus", "plane", "reflecting", "torus+1,0"])
@pytest.mark.parametrize("gap", [1, 2, 3])
def test_survivors_are_those_of_running_each_law(boundary: str, gap: int) -> None:
    rng = np.random.default_rng(gap)
    known = np.where(rng.random(18) < 0.55, (rng.random(18) < 0.4).astype(float), np.nan)
    law = np.where(np.isnan(known), rng.random(18) < 0.4, known)
    start = (rng.random((7, 9)) < 0.3).astype(np.uint8)
    recording = evolve(SPACE.rule(law), start, 2 * gap, every=gap, boundary=boundary)
    found, wanted = surviving([recording], SPACE, known), brute_force(recording, known)
    assert len(wanted) > 0
    assert np.array_equal(found, wanted)


def test_all_laws_of_the_space_are_compared() -> None:
    rng = np.random.default_rng(3)
    recording = evolve("B36/S23", (rng.random((8, 8)) < 0.35).astype(np.uint8), 2, every=2)
    assert np.array_equal(surviving([recording], SPACE, np.full(18, np.nan)), table_brute_force(recording))


@pytest.mark.parametrize("boundary", ["torus", "plane", "window", "torus+1,0"])
def test_running_the_laws_that_are_left_says_the_same_as_their_bits(
    monkeypatch: pytest.MonkeyPatch, boundary: str
) -> None:
    """With missing cells, unequal gaps and cut-outs: all by bits, or all that are left on whole boards."""
    rng = np.random.default_rng(5)
    known = np.where(rng.random(18) < 0.5, (rng.random(18) < 0.4).astype(float), np.nan)
    law = np.where(np.isnan(known), rng.random(18) < 0.4, known)
    start = (rng.random((20, 24)) < 0.3).astype(np.uint8)
    whole = evolve(SPACE.rule(law), start, 7, times=[0, 2, 3, 5, 7], boundary=boundary.replace("window", "plane"))
    values = np.where(rng.random(whole.values.shape) < 0.03, 255, whole.values).astype(np.uint8)
    recording = Trajectory(values, whole.times, whole.axes, boundary=boundary)
    found = []
    for cells_a_law in (1, 10**9):
        monkeypatch.setattr(exhaustive, "_CELLS_A_LAW", cells_a_law)
        found.append(surviving([recording, recording], SPACE, known))
    assert np.array_equal(*found) and any((each == law).all() for each in found[0])


@pytest.mark.slow
@pytest.mark.parametrize("gap", [2, 3, 4])
def test_all_laws_are_compared_on_a_larger_board(gap: int) -> None:
    rng = np.random.default_rng(gap)
    recording = evolve("B3/S23", (rng.random((24, 24)) < 0.3).astype(np.uint8), gap, every=gap)
    assert np.array_equal(surviving([recording], SPACE, np.full(18, np.nan)), table_brute_force(recording))


def test_missing_cells_only_leave_more_laws() -> None:
    rng = np.random.default_rng(0)
    whole = evolve("B3/S23", (rng.random((12, 12)) < 0.35).astype(np.uint8), 2, every=2)
    values = np.where(rng.random(whole.values.shape) < 0.05, 255, whole.values).astype(np.uint8)
    holed = Trajectory(values, whole.times, whole.axes, boundary="torus")
    nothing = np.full(18, np.nan)
    fewer, more = ({law.tobytes() for law in surviving([recording], SPACE, nothing)} for recording in (whole, holed))
    assert fewer <= more
    assert len(more) < 2**18


def test_several_recordings_sift_one_another() -> None:
    rng = np.random.default_rng(1)
    both = [evolve("B3/S23", (rng.random((6, 6)) < 0.35).astype(np.uint8), 2, every=2) for _ in range(2)]
    nothing = np.full(18, np.nan)
    sets = [{law.tobytes() for law in surviving(part, SPACE, nothing)} for part in (both[:1], both[1:], both)]
    assert sets[2] == sets[0] & sets[1]
