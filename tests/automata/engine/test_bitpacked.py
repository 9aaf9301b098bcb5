"""The fast engine equals the plain step, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.automata.engine import bitpacked
from evolaw.automata.engine.totalistic import counting_windows
from evolaw.automata.rules.rule import Rule, entries
from evolaw.automata.stepping import step
from evolaw.errors import ArgumentError, ShapeError

BOUNDARIES = ("torus", "plane", "reflecting")


def random_rule(chance: np.random.Generator) -> Rule:
    kind = chance.integers(4)
    if kind == 0:
        return Rule.from_table(chance.integers(0, 2, 512))
    if kind == 1:
        table = np.zeros(512, np.uint8)
        for windows in entries("isotropic").values():
            table[windows] = chance.integers(2)
        return Rule.from_table(table)
    return Rule.from_table(chance.integers(0, 2, 18)[counting_windows()])


def plain(rule: Rule | str, cells: np.ndarray, steps: int, boundary: str = "torus") -> np.ndarray:
    for _ in range(steps):
        cells = step(rule, cells, boundary=boundary)
    return cells


def compare(seed: int, boards: int, rows: int, cols: int, steps: int, boundary: str) -> None:
    chance = np.random.default_rng(seed)
    rule = random_rule(chance)
    cells = (chance.random((boards, rows, cols)) < chance.choice([0.1, 0.4, 0.5, 0.9])).astype(np.uint8)
    result = bitpacked.run(rule, cells, steps, boundary=boundary)
    assert result.dtype == np.uint8
    np.testing.assert_array_equal(result, plain(rule, cells, steps, boundary), err_msg=str(rule))


SIDES = st.one_of(st.integers(1, 5), st.integers(60, 68), st.integers(1, 200))


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 2**32), st.sampled_from([1, 2, 3, 65]), st.integers(1, 12), SIDES, st.integers(0, 6),
    st.sampled_from(BOUNDARIES),
)  # fmt: skip
def test_random_rules_boards_sizes_and_boundaries(
    seed: int, boards: int, rows: int, cols: int, steps: int, boundary: str
) -> None:
    compare(seed, boards, rows, cols, steps, boundary)


@pytest.mark.slow
def test_a_thousand_random_pairs() -> None:
    chance = np.random.default_rng(1000)
    for seed in range(1000):
        rows, cols = (int(side) for side in chance.integers(1, chance.choice([4, 20, 150]), 2))
        compare(
            seed,
            int(chance.choice([1, 1, 3, 70])),
            rows,
            cols,
            int(chance.integers(0, 9)),
            str(chance.choice(BOUNDARIES)),
        )


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 2), (3, 3), (1, 70), (70, 1), (2, 64), (3, 65)])
def test_smallest_boards(shape: tuple[int, int], boundary: str) -> None:
    chance = np.random.default_rng(5)
    cells = chance.integers(0, 2, shape, dtype=np.uint8)
    for text in ("B3/S23", "B0123478/S01234678", "B2-a/S12"):
        np.testing.assert_array_equal(bitpacked.run(text, cells, 4, boundary=boundary), plain(text, cells, 4, boundary))


@pytest.mark.sampled(7)
@pytest.mark.parametrize("boundary", ["torus", "plane"])
@pytest.mark.parametrize("shape", [(300, 200), (97, 700), (41, 65), (64, 5000), (3, 9000)])
def test_boards_cut_into_blocks_of_rows_and_generations(
    shape: tuple[int, int], boundary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bitpacked, "_CACHE_WORDS", 1000)  # no board fits: every run is cut
    chance = np.random.default_rng(6)
    cells = chance.integers(0, 2, (2, *shape), dtype=np.uint8)
    for rule in (Rule.from_table(1 - chance.integers(0, 2, 512) * (np.arange(512) > 0)), Rule("B3/S23")):
        expected = plain(rule, cells, 13, boundary)  # the first law has births out of nothing, at the edge too
        np.testing.assert_array_equal(bitpacked.run(rule, cells, 13, boundary=boundary), expected)


def test_a_large_board_is_cut_without_being_told() -> None:
    cells = np.random.default_rng(8).integers(0, 2, (2100, 2000), dtype=np.uint8)
    halves = bitpacked.run("B3/S23", bitpacked.run("B3/S23", cells, 40), 47)
    np.testing.assert_array_equal(bitpacked.run("B3/S23", cells, 87), halves)
    np.testing.assert_array_equal(bitpacked.run("B3/S23", cells, 2), plain("B3/S23", cells, 2))


def test_r_pentomino_at_generation_1103() -> None:
    cells = np.zeros((700, 700), np.uint8)
    cells[[350, 350, 351, 351, 352], [351, 352, 350, 351, 351]] = 1
    final = bitpacked.run("B3/S23", cells, 1103)
    assert int(final.sum()) == 116


def test_replicating_law_shifts_after_a_power_of_two() -> None:
    # parity of the 3x3 window: after 2**k generations, nine copies 2**k cells apart, added modulo 2
    cells = np.random.default_rng(9).integers(0, 2, (100, 130), dtype=np.uint8)
    moved = [np.roll(cells, (32 * y, 32 * x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    expected = np.bitwise_xor.reduce(moved)
    np.testing.assert_array_equal(bitpacked.run("B1357/S02468", cells, 32), expected)


@pytest.mark.parametrize("laws", [2, 9, 150])
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_one_counting_law_a_board(laws: int, boundary: str) -> None:
    chance = np.random.default_rng(laws)
    tables = chance.integers(0, 2, (laws, 18), dtype=np.uint8)
    cells = chance.integers(0, 2, (laws, 2, 7, 13), dtype=np.uint8)
    result = bitpacked.run(tables, cells, 5, boundary=boundary)
    for table, start, end in zip(tables, cells, result, strict=True):
        np.testing.assert_array_equal(end, plain(Rule.from_table(table[counting_windows()]), start, 5, boundary))


def test_one_law_by_window_a_board() -> None:
    chance = np.random.default_rng(3)
    tables = chance.integers(0, 2, (6, 512), dtype=np.uint8)
    cells = chance.integers(0, 2, (6, 20, 33), dtype=np.uint8)
    expected = np.stack([plain(Rule.from_table(t), c, 3) for t, c in zip(tables, cells, strict=True)])
    np.testing.assert_array_equal(bitpacked.run(tables, cells, 3), expected)
    np.testing.assert_array_equal(bitpacked.run([Rule.from_table(t) for t in tables], cells, 3), expected)


def test_shared_boards_are_the_start_of_every_law() -> None:
    cells = np.random.default_rng(4).integers(0, 2, (12, 12), dtype=np.uint8)
    result = bitpacked.run(["B3/S23", "B36/S23"], cells, 4)
    np.testing.assert_array_equal(result, [plain("B3/S23", cells, 4), plain("B36/S23", cells, 4)])


def test_von_neumann_and_hexagonal_rules() -> None:
    cells = np.random.default_rng(4).integers(0, 2, (21, 34), dtype=np.uint8)
    for text in ("B13/S012V", "B2/S34H"):
        np.testing.assert_array_equal(bitpacked.run(text, cells, 6), plain(text, cells, 6))


def test_zero_steps_and_empty_stacks() -> None:
    cells = np.eye(5, dtype=np.uint8)
    np.testing.assert_array_equal(bitpacked.run("B3/S23", cells, 0), cells)
    assert bitpacked.run("B3/S23", np.zeros((0, 4, 4), np.uint8), 3).shape == (0, 4, 4)
    np.testing.assert_array_equal(bitpacked.run("B3/S23", cells.astype(bool), 1), plain("B3/S23", cells, 1))


def test_what_it_supports() -> None:
    assert bitpacked.supports("B2-a/S12", "reflecting")
    assert not bitpacked.supports("B3/S2=0.5,3")
    assert not bitpacked.supports("W110")
    assert not bitpacked.supports("B3/S23", "torus+3,0")


def test_errors_name_the_argument() -> None:
    cells = np.zeros((4, 4), np.uint8)
    with pytest.raises(ArgumentError, match="`boards` must hold only the states 0 and 1, but is 255"):
        bitpacked.run("B3/S23", np.full((4, 4), 255, np.uint8), 1)
    with pytest.raises(ShapeError, match="`boards` must have shape"):
        bitpacked.run("B3/S23", np.zeros(4), 1)
    with pytest.raises(ShapeError, match="`boards` must have a first axis of 2"):
        bitpacked.run(["B3/S23", "B2/S"], np.zeros((3, 4, 4), np.uint8), 1)
    with pytest.raises(ArgumentError, match="`rules` must be without chance"):
        bitpacked.run("B3/S23~0.1", cells, 1)
    with pytest.raises(ArgumentError, match=r"`rules\[1\]` must look at 3x3 windows"):
        bitpacked.run(["B3/S23", "W30"], cells, 1)
    with pytest.raises(ArgumentError, match="`boundary` must have no shift"):
        bitpacked.run("B3/S23", cells, 1, boundary="torus+1,0")
    with pytest.raises(ArgumentError, match="`steps` must be a whole number of at least 0"):
        bitpacked.run("B3/S23", cells, -1)
    with pytest.raises(ArgumentError, match="`device` must be one of cpu, gpu"):
        bitpacked.run("B3/S23", cells, 1, device="tpu")
    with pytest.raises(ShapeError, match="`rules`, as an array"):
        bitpacked.run(np.zeros((2, 17)), cells, 1)
    with pytest.raises(ArgumentError, match="`rules` must hold at least one rule"):
        bitpacked.run([], cells, 1)


@pytest.mark.parametrize("width", [18, 512, 13])
def test_distinct_tables_are_the_unique_rows(width: int) -> None:
    chance = np.random.default_rng(width)
    tables = chance.integers(0, 2, (9, width), np.uint8)[chance.integers(0, 9, 40)]
    rows, which = bitpacked.distinct_tables(tables)
    expected, place = np.unique(tables, axis=0, return_inverse=True)
    assert np.array_equal(rows, expected) and np.array_equal(which, place.ravel())
