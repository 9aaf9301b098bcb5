"""The plain step against loops over cells, and `evolve`: grids of times, batches, chance, refusals."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from evolaw.automata.engine import bitpacked
from evolaw.automata.grid.boundaries import parse_boundary
from evolaw.automata.rules.rule import Rule, reflect_windows
from evolaw.automata.stepping import evolve, line_windows, neighbours, step, unroll, windows
from evolaw.errors import ArgumentError, ShapeError
from evolaw.randomness import source
from evolaw.trajectory import Trajectory

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


def test_saved_times() -> None:
    board = soup(12, 12)
    every = evolve("B3/S23", board, 12)
    assert every.axes == ("times", "rows", "cols")
    assert every.times.tolist() == list(range(13))
    assert evolve("B3/S23", board, 12, every=4).times.tolist() == [0, 4, 8, 12]
    some = evolve("B3/S23", board, 12, times=[1, 5, 11])
    assert some.times.tolist() == [1, 5, 11]
    for time in (1, 5, 11):
        np.testing.assert_array_equal(some.at(time), every.at(time))
    assert len(evolve("B3/S23", board, 0)) == 1


def test_many_boards_are_many_runs() -> None:
    boards = soup(5, 9, 14)
    together = evolve("B36/S23", boards, 8, every=2)
    assert together.axes == ("boards", "times", "rows", "cols")
    assert together.values.shape == (5, 5, 9, 14)
    for board, run in zip(boards, together.split(), strict=True):
        np.testing.assert_array_equal(run.values, evolve("B36/S23", board, 8, every=2).values)


def test_lines_have_cells() -> None:
    assert evolve("W110", soup(30), 4).axes == ("times", "cells")
    assert evolve("W110", soup(3, 30), 4).axes == ("boards", "times", "cells")
    assert line_windows([0, 1, 1]).tolist() == [5, 3, 6]
    assert evolve("W255", [0], 1).final.tolist() == [1]


@pytest.mark.parametrize("boundary", ["torus", "plane", "reflecting"])
@pytest.mark.parametrize("text", ["B3/S23", "B2-a/S12", "B013/S4", "B2/S34H"])
def test_long_runs_use_the_fast_engine_and_agree(text: str, boundary: str) -> None:
    board = soup(61, 67)
    steps = bitpacked.WORTHWHILE // board.size + 1
    expected = board
    for _ in range(steps):
        expected = step(text, expected, boundary=boundary)
    np.testing.assert_array_equal(evolve(text, board, steps, every=steps, boundary=boundary).final, expected)
    assert steps * board.size >= bitpacked.WORTHWHILE


def test_a_run_can_be_followed_and_resumed() -> None:
    board = soup(20, 20)
    whole = evolve("B3/S23~0.05", board, 10, rng=3)
    followed = list(unroll("B3/S23~0.05", board, range(11), rng=3))
    np.testing.assert_array_equal(whole.values, followed)
    resumed = evolve("B3/S23~0.05", whole.at(4), 6, rng=3, first_time=4)
    assert resumed.times.tolist() == list(range(4, 11))
    np.testing.assert_array_equal(resumed.values, whole.values[4:])


def test_runs_tell_where_they_come_from(tmp_path: Path) -> None:
    run = evolve("B3/S23~0.05", soup(6, 6), 3, boundary="torus+2,0", rng=9)
    assert (run.law, run.boundary, run.seed) == (Rule("B3/S23~0.05"), "torus+2,0", 9)
    assert evolve("B3/S23", soup(6, 6), 3).seed is None
    run.save(tmp_path / "run")
    np.testing.assert_array_equal(Trajectory.load(tmp_path / "run").values, run.values)


# --- Chance --------------------------------------------------------------------------------------------------------


def test_batches_of_boards_are_the_same_run() -> None:
    boards, rule = soup(6, 60, 90), "B3/S2=0.7,3~0.02"
    whole = evolve(rule, boards, 5, rng=1).values
    parts = [evolve(rule, boards[i : i + 2], 5, rng=1, first_board=i).values for i in (0, 2, 4)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert not np.array_equal(
        evolve(rule, boards[[0, 0]], 5, rng=1).values[0], evolve(rule, boards[[0, 0]], 5, rng=1).values[1]
    )


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


def test_the_bytes_of_a_run_under_chance_are_fixed() -> None:
    """The stream version is v1: another digest means that recorded runs no longer repeat."""
    run = evolve("B3/S2=0.9,3~0.01", np.eye(16, dtype=np.uint8), 20, rng=12345)
    assert hashlib.sha256(run.values.tobytes()).hexdigest()[:16] == "73836fc8f84de105"


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


@pytest.mark.parametrize(
    ("start", "says"),
    [
        (np.full((3, 3), 2), "states 0 and 1, but is 2 at index"),
        (np.full((3, 3), 255, np.uint8), "missing cell"),
        (np.full((3, 3), 0.5), "states 0 and 1"),
        (np.full((3, 3), np.nan), "states 0 and 1"),
        ([["a"]], "of type"),
        ([[1], [1, 0]], "rectangular"),
        (np.zeros(5), "shape"),
        (np.zeros((0, 5)), "no empty side"),
        (np.zeros((2, 2, 2, 2)), "shape"),
    ],
)
def test_wrong_starts(start: object, says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        evolve("B3/S23", start, 1)


def test_states_may_come_in_other_types() -> None:
    board = soup(6, 6)
    for kind in (bool, np.int64, np.float32):
        after = step("B3/S23", board.astype(kind))
        assert after.dtype == np.uint8
        np.testing.assert_array_equal(after, step("B3/S23", board))


def test_wrong_numbers() -> None:
    board = soup(5, 5)
    for options, says in [
        ({"steps": -1}, "`steps`"),
        ({"steps": 2.5}, "`steps`"),
        ({"steps": 10, "every": 3}, "Pass `times`"),
        ({"steps": 10, "every": 0}, "`every`"),
        ({"steps": 10, "times": [0, 11]}, "`times`"),
        ({"steps": 10, "times": [3, 3]}, "rise strictly"),
        ({"steps": 10, "times": [-1, 3]}, "`times`"),
        ({"steps": 10, "times": []}, "`times`"),
        ({"steps": 10, "times": [1], "every": 2}, "`every`"),
        ({"steps": 1, "boundary": "donut"}, "`boundary`"),
        ({"steps": 1, "first_time": -1}, "`first_time`"),
    ]:
        with pytest.raises(ArgumentError, match=says):
            evolve("B3/S23", board, **options)  # type: ignore[arg-type]
    with pytest.raises(ShapeError):
        windows(np.zeros(4))
    with pytest.raises(ArgumentError, match="no shift"):
        evolve("W110", soup(9), 1, boundary="torus+1,0")


def test_a_result_too_large_is_refused_before_it_is_begun() -> None:
    with pytest.raises(ArgumentError, match="Save fewer generations with `every`"):
        evolve("B3/S23", soup(64, 64), 10**12)


def test_unroll_checks_before_it_yields() -> None:
    with pytest.raises(ArgumentError, match="`times`"):
        unroll("B3/S23", soup(4, 4), [5, 3])


def test_no_times_at_all_are_refused() -> None:
    with pytest.raises(ArgumentError, match="`times` must hold at least one generation"):
        unroll("B3/S23", np.zeros((3, 3), np.uint8), range(0))
