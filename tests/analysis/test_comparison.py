"""Comparisons: distances against their definitions, p-values that are calibrated under one law and small under two."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from evolaw.analysis.blocks import block_frequencies
from evolaw.analysis.comparison import compare, permutation_test
from evolaw.analysis.evolution import density
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory

AXES = ("boards", "times", "rows", "cols")


def run(seed: int, boards: int = 12, born: tuple[int, ...] = (3,), p: float = 0.35) -> Trajectory:
    cells = (np.random.default_rng(seed).random((boards, 24, 24)) < p).astype(np.uint8)
    frames = [cells]
    for _ in range(4):
        count = sum(np.roll(cells, (i, j), (1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1)) - cells
        cells = ((cells == 0) & np.isin(count, born) | (cells == 1) & np.isin(count, (2, 3))).astype(np.uint8)
        frames.append(cells)
    return Trajectory(np.stack(frames, axis=1), range(5), AXES, boundary="torus")


def test_distances_are_their_definitions() -> None:
    draw = np.random.default_rng(0)
    x, y = draw.normal(0, 1, (7, 3)), draw.normal(1, 1, (5, 3))
    across, first, second = (
        np.mean([np.linalg.norm(a - b) for a in one for b in other]) for one, other in ((x, y), (x, x), (y, y))
    )
    assert permutation_test(x, y, rng=0).distance == pytest.approx(2 * across - first - second)
    assert permutation_test(x[:, :1], y[:, :1], rng=0).distance == pytest.approx(
        stats.energy_distance(x[:, 0], y[:, 0]) ** 2
    )
    pooled = np.concatenate([x, y])
    gaps = np.linalg.norm(pooled[:, None] - pooled, axis=-1)
    kernel = np.exp(-(gaps**2) / (2 * np.median(gaps[np.triu_indices(12, 1)]) ** 2))
    wanted = kernel[:7, :7].mean() + kernel[7:, 7:].mean() - 2 * kernel[:7, 7:].mean()
    assert permutation_test(x, y, distance="mmd", rng=0).distance == pytest.approx(wanted)
    p, q = draw.dirichlet(np.ones(6), 7), draw.dirichlet(np.ones(6), 5)
    wanted = jensenshannon(p.mean(axis=0), q.mean(axis=0), base=2) ** 2
    assert permutation_test(p, q, distance="jensen-shannon", rng=0).distance == pytest.approx(wanted)


@pytest.mark.parametrize("distance", ["energy", "mmd", "jensen-shannon"])
def test_p_values_are_calibrated(distance: str) -> None:
    """400 tests of equal ensembles: rejections at 5, 10, 20 and 50 % within 3.9 binomial standard errors
    (12 comparisons of 1 in 10 000 false alarms each)."""
    draw = np.random.default_rng(2)
    p = np.array(
        [
            permutation_test(*draw.dirichlet(np.ones(4), (2, 6)), distance=distance, permutations=99, rng=seed).p_value
            for seed in range(400)
        ]
    )
    for alpha in (0.05, 0.1, 0.2, 0.5):
        assert abs((p <= alpha).mean() - alpha) < 3.9 * np.sqrt(alpha * (1 - alpha) / 400)


def test_every_split_of_four_equal_boards_ties() -> None:
    same = permutation_test(np.ones((2, 3)), np.ones((2, 3)), rng=0)
    assert (same.distance, same.p_value) == (0.0, 1.0)
    apart = permutation_test(np.array([0.0, 0.1]), np.array([5.0, 5.2]), permutations=4999, rng=0)
    assert abs(apart.p_value - 1 / 3) < 4 * apart.p_error


def test_two_laws_differ_and_one_does_not() -> None:
    """Life against HighLife: below 0.01 after Holm. Life against Life at another seed: this seed gives no alarm."""
    differ = compare(run(0), run(1, born=(3, 6)), permutations=499, rng=0)
    assert differ.smallest <= 0.01
    agree = compare(run(0), run(1), permutations=499, rng=0)
    assert agree.smallest > 0.05
    assert list(agree.differences) == ["density", "activity", "2x2 blocks", "clusters"]
    assert "adjusted" in repr(agree)


def test_false_alarms_of_a_whole_comparison() -> None:
    """200 comparisons of Life with itself at alpha = 0.1: at most 0.1 plus 3.3 standard errors (1 in 2000)."""
    statistics = {"density": density, "blocks": lambda trajectory: block_frequencies(trajectory, (1, 2))}
    alarms = 0
    for seed in range(200):
        pair = (run(1000 + 2 * seed, boards=5), run(1001 + 2 * seed, boards=5))
        alarms += compare(*pair, statistics=statistics, permutations=99, rng=seed).smallest <= 0.1
    assert alarms / 200 < 0.1 + 3.3 * np.sqrt(0.09 / 200)


def test_holm_adjusts_in_order() -> None:
    found = compare(run(3), run(4, p=0.4), permutations=99, rng=1).differences
    raw, adjusted = (np.array([getattr(d, name) for d in found.values()]) for name in ("p_value", "adjusted"))
    order = np.argsort(raw, kind="stable")
    wanted = np.minimum(1, np.maximum.accumulate(raw[order] * np.arange(4, 0, -1)))
    np.testing.assert_allclose(adjusted[order], wanted)


def test_the_seed_decides() -> None:
    x, y = np.random.default_rng(0).normal(0, 1, (2, 6, 2))
    assert permutation_test(x, y, rng=1) == permutation_test(x, y, rng=1)
    assert permutation_test(x, y, rng=1) != permutation_test(x, y, rng=2)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: permutation_test(np.ones((1, 2)), np.ones((3, 2)), rng=0), "`first` must hold at least two boards"),
        (lambda: permutation_test(np.ones((3, 2)), np.ones((3, 3)), rng=0), "`second` must have vectors of shape"),
        (lambda: permutation_test(np.ones(3), np.ones(3), distance="enrgy", rng=0), "Did you mean energy"),
        (lambda: permutation_test(np.ones(3), np.ones(3), rng=None), "`rng`"),
        (lambda: permutation_test(np.ones(3), np.ones(3), permutations=5, rng=0), "`permutations`"),
        (lambda: permutation_test(np.ones((3, 2)), np.ones((3, 2)), distance="jensen-shannon", rng=0), "sum to 1"),
        (lambda: compare(run(0), Trajectory(run(1).values, range(1, 6), AXES), rng=0), "saved times"),
        (lambda: compare(run(0), run(1), statistics={}, rng=0), "`statistics`"),
    ],
)
def test_refusals(call, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ArgumentError, match=says):
        call()
