"""Laws searched by rollouts: misses as the plain step counts them, searches that find the law, ledgers that forget nothing."""

import numpy as np
import pytest

from evolaw.arrays import MISSING
from evolaw.automata import evolve, step
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.rollout.tabu_search import Ledger, Rollouts, descend
from evolaw.trajectory import Trajectory

ISOTROPIC = RuleSpace.named("isotropic")


def a_law(seed: int, space: RuleSpace = ISOTROPIC) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2, len(space), dtype=np.uint8)


def a_recording(law: np.ndarray, every: int, *, frames: int = 4, side: int = 20, boundary: str = "torus") -> Trajectory:
    start = (np.random.default_rng(9).random((side, side + 3)) < 0.4).astype(np.uint8)
    return evolve(ISOTROPIC.rule(law), start, every * (frames - 1), every=every, boundary=boundary)


@pytest.mark.slow
@pytest.mark.parametrize("boundary", ["torus", "plane", "reflecting"])
def test_misses_are_those_of_the_plain_step(boundary: str) -> None:
    recording = a_recording(a_law(1), 2, boundary=boundary)
    laws = np.stack([a_law(1), a_law(2), a_law(3)])
    wanted = []
    for law in laws:
        count = 0
        for before, after in zip(recording.values[:-1], recording.values[1:], strict=True):
            for _ in range(2):
                before = step(ISOTROPIC.rule(law), before, boundary=boundary)
            count += int((before != after).sum())
        wanted.append(count)
    rollouts = Rollouts.of([recording], ISOTROPIC)
    assert rollouts.misses(laws).tolist() == wanted and wanted[0] == 0 and rollouts.cells == 3 * 460


def test_cells_that_a_hidden_one_reaches_are_not_compared() -> None:
    recording = a_recording(a_law(1), 2)
    values = recording.values.copy()
    values[1, 10, 10] = MISSING
    hidden = Trajectory(values, recording.times, recording.axes, boundary="torus")
    rollouts = Rollouts.of([hidden], ISOTROPIC)
    assert rollouts.cells == 3 * 460 - 1 - 25
    assert rollouts.misses(a_law(1)[None])[0] == 0


def test_a_part_is_a_part() -> None:
    recording = a_recording(a_law(1), 1, frames=9)
    part = Rollouts.of([recording], ISOTROPIC, most_cells=1000)
    assert part.is_part and part.cells == 2 * 460
    assert not Rollouts.of([recording], ISOTROPIC, most_cells=10**6).is_part
    assert Rollouts.of([recording], ISOTROPIC, most_cells=1).cells == 460


def test_visits_are_counted_along_the_rollout() -> None:
    law, recording = a_law(1), a_recording(a_law(1), 3)
    assert Rollouts.of([recording], ISOTROPIC).visits(law).sum() == 3 * 3 * 460


def test_a_search_finds_the_law_and_only_moves_what_it_may() -> None:
    law = a_law(5)
    rollouts = Rollouts.of([a_recording(law, 2, side=32)], ISOTROPIC)
    start, movable = law.copy(), np.zeros(len(law), bool)
    changed = np.random.default_rng(0).choice(len(law), 12, replace=False)
    movable[changed] = True
    start[changed[:8]] ^= 1
    ledger = Ledger.empty(len(law))
    fewest, found = descend(ledger.misses(rollouts), start[None], movable[None], 60)
    assert fewest.tolist() == [0] and np.array_equal(rollouts.misses(found), fewest)
    assert (ledger.fitting[:, ~movable] == law[~movable]).all()
    assert (rollouts.misses(ledger.fitting) == 0).all()


def test_a_search_in_vain_ends() -> None:
    """No law costs less than the start: the search looks around for as long as it has patience, and keeps the start."""
    calls = []

    def cost(laws: np.ndarray) -> np.ndarray:
        calls.append(len(laws))
        return 1.0 + laws.sum(1)

    least, best = descend(cost, np.zeros((1, 4), np.uint8), np.ones((1, 4), bool), 50, patience=3)
    assert least.tolist() == [1] and not best.any() and calls == [1, 4, 4, 4]


def test_a_ledger_keeps_the_least() -> None:
    ledger = Ledger.empty(2)
    ledger.enter(np.array([[0, 1], [1, 1]], np.uint8), np.array([5, 3]))
    ledger.enter(np.array([[0, 1]], np.uint8), np.array([0]))
    most = np.iinfo(np.int64).max
    assert ledger.least.tolist() == [[0, 3], [most, 0]]
    assert ledger.fitting.tolist() == [[0, 1]] and ledger.tried == 3
