"""Checks of the space: validity of the e-values, power against each broken assumption."""

from dataclasses import replace

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.discovery.lattices.misfit.specification_tests import memory, neighbourhood, simultaneity
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import count_windows
from evolaw.discovery.spine.e_values import average, combine, log_e_dependence, p_value
from evolaw.trajectory import Trajectory

SPACE = RuleSpace.named("outer-totalistic")
THRESHOLD = np.log(100)
COINS = Rule("B3=0.7/S2=0.9,34=0.2")


def soup(
    rule: Rule | str = "B3/S23",
    size: int = 32,
    steps: int = 12,
    density: float = 0.4,
    seed: int = 0,
    edge: str = "torus",
) -> Trajectory:
    start = np.random.default_rng(seed).random((size, size)) < density
    return evolve(rule, start.astype(np.uint8), steps, boundary=edge, rng=seed)


def misread(film: Trajectory, eps: float) -> Trajectory:
    return replace(film, values=film.values ^ (np.random.default_rng(1000).random(film.values.shape) < eps))


def test_e_values_have_expectation_at_most_one() -> None:
    """Mean of e under one common probability; 20,000 draws, the bound allows three standard errors."""
    rng = np.random.default_rng(0)
    for theta in (0.05, 0.5, 0.9):
        visits = rng.integers(0, 9, (20_000, 4))
        e = np.exp(log_e_dependence(visits, rng.binomial(visits, theta)))
        assert e.mean() < 1 + 3 * e.std() / np.sqrt(e.size)
        joint = np.exp([combine(row) for row in np.log(e).reshape(-1, 10)])
        assert joint.mean() < 1 + 3 * joint.std() / np.sqrt(joint.size)


def test_e_values_against_the_formula() -> None:
    """e = prod B(k_i + 1, n_i - k_i + 1) / (theta^k (1 - theta)^(n - k))."""
    assert log_e_dependence(np.array([1, 1]), np.array([1, 0])) == pytest.approx(0)
    assert log_e_dependence(np.array([3, 2]), np.array([1, 2])) == pytest.approx(
        np.log(1 / 12 * 1 / 3 / (0.6**3 * 0.4**2))
    )
    assert log_e_dependence(np.array([7, 0]), np.array([7, 0])) == pytest.approx(np.log(1 / 8))


def test_average_and_p_values() -> None:
    assert average(np.log([1.0, 3.0])) == pytest.approx(np.log(2))
    assert average(np.zeros(0)) == 0
    assert p_value(np.log(50)) == pytest.approx(0.02)
    assert p_value(-3) == 1


def test_a_larger_neighbourhood_shows_two_steps_away() -> None:
    law = Rule.outer_totalistic(range(7, 12), range(6, 14), radius=2)
    assert neighbourhood([soup(law, size=24, steps=8)], SPACE.entry_of) > THRESHOLD
    assert neighbourhood([soup(size=4)], SPACE.entry_of) == 0


def test_misread_cells_are_remembered() -> None:
    film = misread(soup(size=64), 0.03)
    windows = count_windows([film])
    assert memory([film], SPACE.entry_of, windows) > max(THRESHOLD, neighbourhood([film], SPACE.entry_of))
    short = replace(film, values=film.values[:2], times=film.times[:2])
    assert memory([short], SPACE.entry_of, windows) == 0


def test_cells_updated_one_after_the_other_show_together() -> None:
    """A sequential sweep in chance order: what became of a cell depends on what just became of its neighbours."""
    chance, table = np.random.default_rng(3), Rule("B3/S23").table
    board = (chance.random((24, 24)) < 0.4).astype(np.uint8)
    frames = [board.copy()]
    for _ in range(10):
        for place in chance.permutation(board.size):
            row, col = divmod(int(place), 24)
            cells = [board[(row + y) % 24, (col + x) % 24] for y in (-1, 0, 1) for x in (-1, 0, 1)]
            board[row, col] = table[int("".join(map(str, cells)), 2)]
        frames.append(board.copy())
    film = Trajectory(np.array(frames), np.arange(11), ("times", "rows", "cols"), boundary="torus")
    together = simultaneity([film], SPACE.entry_of)
    assert together > THRESHOLD
    assert together > 1.5 * memory([film], SPACE.entry_of, count_windows([film]))
    assert simultaneity([soup(size=4)], SPACE.entry_of) == 0
