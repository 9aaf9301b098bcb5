"""Windows counted: against a loop over cells, with edges and missing cells, and the best table in hindsight."""

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import WindowCounts, count_windows, log_best, transitions
from evolaw.trajectory import Trajectory


def by_hand(film: Trajectory) -> np.ndarray:
    """Visits and living outcomes of every window on a torus, cell by cell."""
    found = np.zeros((2, 512), int)
    for before, after in zip(film.values[:-1], film.values[1:], strict=True):
        for row, col in np.ndindex(before.shape):
            cells = [
                before[(row + y) % before.shape[0], (col + x) % before.shape[1]] for y in (-1, 0, 1) for x in (-1, 0, 1)
            ]
            if 255 in cells or after[row, col] == 255:
                continue
            window = int("".join(map(str, cells)), 2)
            found[0, window] += 1
            found[1, window] += after[row, col]
    return found


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_counts_equal_a_loop_over_cells(share: float) -> None:
    chance = np.random.default_rng(2)
    film = evolve("B3/S23", (chance.random((7, 9)) < 0.4).astype(np.uint8), 4)
    values = np.where(chance.random(film.values.shape) < share, 255, film.values).astype(np.uint8)
    film = Trajectory(values, film.times, film.axes)
    counts = count_windows([film])
    assert np.array_equal([counts.visits, counts.alive], by_hand(film))
    assert np.array_equal(count_windows([film, film]).visits, 2 * counts.visits)
    assert sum(int(seen.sum()) for _, _, seen in transitions(film)) == counts.visits.sum()


def test_pooled_counts_keep_their_sum() -> None:
    counts = WindowCounts(np.arange(512), np.arange(512) // 2)
    pooled = counts.pool(RuleSpace.named("isotropic"))
    assert pooled.visits.sum() == counts.visits.sum()
    assert pooled.visits.size == 102


def test_the_best_table_in_hindsight() -> None:
    visits, alive = np.zeros((2, 512), np.int64)
    visits[[3, 9]], alive[[3, 9]] = (4, 5), (3, 5)
    assert log_best(WindowCounts(visits, alive)) == pytest.approx(3 * np.log(0.75) + np.log(0.25))
