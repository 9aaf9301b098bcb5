"""The plain step against loops over cells, and chance: addresses, frequencies, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.grid.boundaries import parse_boundary
from evolaw.automata.rules.rule import Rule, reflect_windows
from evolaw.automata.stepping import neighbours, step, windows
from evolaw.errors import ArgumentError
from evolaw.randomness import source

BOUNDARIES = ["torus", "plane", "reflecting", "torus+2,0", "torus+0,3"]


def soup(*shape: int, seed: int = 0, density: float = 0.4) -> np.ndarray:
    return (np.random.default_rng(seed).random(shape) < density).astype(np.uint8)


def random_rule(seed: int) -> Rule:
    return Rule.from_table(np.random.default_rng(seed).integers(0, 2, 512))


# --- Truth ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (2, 2), (3, 3), (6, 9)])
def test_step_against_a_loop_over_cells(boundary: str, shape: tuple[int, int]) -> None:
    board, rule = soup(*shape), random_rule(1)
    around = parse_boundary(boundary).extend(board, 1)
    after = step(rule, board, boundary=boundary)
    for y in range(shape[0]):
        for x in range(shape[1]):
            window = int("".join(str(cell) for cell in around[y : y + 3, x : x + 3].ravel()), 2)
            assert windows(board, boundary)[y, x] == window
            assert after[y, x] == rule.table[window]


@pytest.mark.parametrize("number", range(256))
def test_elementary_rules_against_a_plain_loop(number: int) -> None:
    """All 256, odd ones too, against Wolfram's numbering applied cell by cell."""
    line = soup(19, seed=number).tolist()
    trajectory = evolve(Rule.elementary(number), line, 6)
    for saved in trajectory.values:
        assert saved.tolist() == line
        line = [number >> (4 * line[i - 1] + 2 * line[i] + line[(i + 1) % 19]) & 1 for i in range(19)]


@pytest.mark.parametrize("shape", ["moore", "vonneumann", "circular"])
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_neighbours_against_a_loop_over_cells(shape: str, boundary: str) -> None:
    radius, board = 3, soup(5, 8)
    inside = {
        "moore": lambda x, y: True,
        "vonneumann": lambda x, y: abs(x) + abs(y) <= 3,
        "circular": lambda x, y: x * x + y * y <= 12,
    }[shape]
    around = parse_boundary(boundary).extend(board, radius)
    reach = range(-radius, radius + 1)
    for y in range(5):
        for x in range(8):
            cells = [(a, b) for a in reach for b in reach if inside(a, b) and (a or b)]
            alive = sum(int(around[y + radius + b, x + radius + a]) for a, b in cells)
            assert neighbours(board, shape, radius, boundary)[y, x] == alive


def test_radius_one_counts_are_the_window_rule() -> None:
    board = soup(7, 9)
    counted = neighbours(board, "moore", 1)
    expected = (counted == 3) | ((board == 1) & (counted == 2))
    np.testing.assert_array_equal(step("B3/S23", board), expected)


def test_rules_with_b0_light_the_empty_plane_but_not_its_outside() -> None:
    """On a plane the outside is dead by definition: the rim sees dead cells beyond it in every generation."""
    empty = np.zeros((4, 4), np.uint8)
    lit = step("B0/S8", empty, boundary="plane")
    assert lit.all()
    after = step("B0/S8", lit, boundary="plane")
    np.testing.assert_array_equal(after, np.pad(np.ones((2, 2), np.uint8), 1))
    assert step("B0/S8", lit).all()


def test_every_isotropic_rule_commutes_with_the_symmetries() -> None:
    rule = Rule("B2-a4ijk/S2-i34q5ace")
    board = soup(8, 11)
    moved = step(rule, board)
    for turns in range(4):
        np.testing.assert_array_equal(step(rule, np.rot90(board, turns)), np.rot90(moved, turns))
    np.testing.assert_array_equal(step(rule, board[:, ::-1]), moved[:, ::-1])
    np.testing.assert_array_equal(step(rule, np.roll(board, (3, -4), (0, 1))), np.roll(moved, (3, -4), (0, 1)))


def test_a_general_rule_commutes_with_shifts_and_its_mirror_rule_with_mirrors() -> None:
    rule, board = random_rule(2), soup(8, 11)
    np.testing.assert_array_equal(step(rule, np.roll(board, 5, 1)), np.roll(step(rule, board), 5, 1))
    mirror_rule = Rule.from_table(rule.table[reflect_windows()])
    assert mirror_rule != rule
    np.testing.assert_array_equal(step(mirror_rule, board[:, ::-1]), step(rule, board)[:, ::-1])


# --- Runs ----------------------------------------------------------------------------------------------------------


def test_lines_under_chance_are_addressed_by_their_cells() -> None:
    lines = soup(4, 25)
    whole = evolve("W30~0.1", lines, 5, rng=1).values
    np.testing.assert_array_equal(evolve("W30~0.1", lines[2:], 5, rng=1, first_board=2).values, whole[2:])


def test_certain_entries_stay_certain() -> None:
    """A rule whose probabilities are 0 or 1 where the board goes moves as its certain twin, whatever the seed."""
    board = soup(30, 30)
    uncertain_elsewhere = Rule("B3/S23=1,8=0.5")
    for seed in range(3):
        after = step(uncertain_elsewhere, board, stream=source(seed).stream("update"))
        np.testing.assert_array_equal(after, step("B3/S23", board))


@pytest.mark.parametrize("chance", [0.1, 0.5, 0.93])
def test_entries_happen_as_often_as_they_should(chance: float) -> None:
    """5 standard errors on 400,000 cells: a false alarm in 1.7 million runs."""
    empty = np.zeros((400, 1000), np.uint8)
    alive = step(f"B0={chance}/S", empty, stream=source(5).stream("update")).mean()
    assert abs(alive - chance) < 5 * np.sqrt(chance * (1 - chance) / empty.size)
    flipped = step(f"B/S~{chance}", empty, stream=source(6).stream("update")).mean()
    assert abs(flipped - chance) < 5 * np.sqrt(chance * (1 - chance) / empty.size)


def test_noise_is_independent_of_the_entries() -> None:
    """With entry p and flip q a cell lives with p (1-q) + (1-p) q; 5 standard errors on 400,000 cells."""
    p, q, empty = 0.3, 0.2, np.zeros((400, 1000), np.uint8)
    alive = step(f"B0={p}/S~{q}", empty, stream=source(7).stream("update")).mean()
    expected = p * (1 - q) + (1 - p) * q
    assert abs(alive - expected) < 5 * np.sqrt(expected * (1 - expected) / empty.size)


def test_noise_of_one_flips_every_cell() -> None:
    board = soup(9, 9)
    np.testing.assert_array_equal(evolve("B3/S23~1", board, 1, rng=0).final, 1 - step("B3/S23", board))


def test_chance_is_addressed_as_documented() -> None:
    """Cell c of board b at time t: the words of "update" at (t, 12 b + c) decide the entry and the flip."""
    rule, boards = Rule("B1=0.6,2/S2=0.3~0.1"), soup(2, 3, 4)
    stream = source(8).stream("update")
    after = step(rule, boards, stream=stream, time=5)
    for b, board in enumerate(boards):
        for c, window in enumerate(windows(board).ravel()):
            entry, flip = (int(word[0]) for word in stream.words(5, 12 * b + c))
            alive = entry < round(rule.probabilities[window] * 2**32)
            assert after[b].ravel()[c] == (alive ^ (flip < round(0.1 * 2**32)))


def test_addresses_of_chance_do_not_wrap() -> None:
    stream, board = source(0).stream("update"), soup(4, 4)
    step("B3/S23~0.1", board, stream=stream, time=2**32 - 1, first_board=2**28 - 1)
    with pytest.raises(ArgumentError, match="`time`"):
        step("B3/S23~0.1", board, stream=stream, time=2**32)
    with pytest.raises(ArgumentError, match=r"2\*\*32 cells"):
        step("B3/S23~0.1", board, stream=stream, first_board=2**28)


def test_chance_needs_a_seed() -> None:
    with pytest.raises(ArgumentError, match="`rng`"):
        evolve("B3/S23~0.1", soup(5, 5), 1)
    with pytest.raises(ArgumentError, match="`stream`"):
        step("B3/S2=0.5", soup(5, 5))


# --- Refusals ------------------------------------------------------------------------------------------------------


def test_states_may_come_in_other_types() -> None:
    board = soup(6, 6)
    for kind in (bool, np.int64, np.float32):
        after = step("B3/S23", board.astype(kind))
        assert after.dtype == np.uint8
        np.testing.assert_array_equal(after, step("B3/S23", board))
