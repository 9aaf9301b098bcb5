"""What is known of Life and its relatives comes out: lifespans, populations, periods, densities, algebra."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy import ndimage

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule, entries
from evolaw.automata.stepping import step, windows

R_PENTOMINO = ".OO/OO./.O."
GLIDER = ".O./..O/OOO"


def cells_of(picture: str) -> np.ndarray:
    """The living cells (row, column) of rows divided by slashes."""
    rows = picture.split("/")
    return np.array([(y, x) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell == "O"])


def board_of(picture: str, shape: tuple[int, int], corner: tuple[int, int]) -> np.ndarray:
    board = np.zeros(shape, np.uint8)
    board[tuple((cells_of(picture) + corner).T)] = 1
    return board


def soup(*shape: int, seed: int = 0, density: float = 0.5) -> np.ndarray:
    return (np.random.default_rng(seed).random(shape) < density).astype(np.uint8)


# --- Lifespans -----------------------------------------------------------------------------------------------------


def advance(cells: np.ndarray, steps: int) -> np.ndarray:
    """Run Life on the unbounded plane: cells that cannot meet within ``steps`` run on boards of their own."""
    blocks = cells // (2 * steps + 2)
    blocks = blocks - blocks.min(0)
    grid = np.zeros(blocks.max(0) + 1, bool)
    grid[tuple(blocks.T)] = True
    owner = ndimage.label(grid, np.ones((3, 3)))[0][tuple(blocks.T)]
    order = np.argsort(owner, kind="stable")
    islands: dict[tuple[int, int], list[tuple[np.ndarray, np.ndarray]]] = {}
    for island in np.split(cells[order], np.flatnonzero(np.diff(owner[order])) + 1):
        corner = island.min(0) - steps
        islands.setdefault(tuple(island.max(0) - corner + steps + 1), []).append((island - corner, corner))
    after = []
    for shape, members in islands.items():
        boards = np.zeros((len(members), *shape), np.uint8)
        for board, (island, _) in zip(boards, members, strict=True):
            board[tuple(island.T)] = 1
        final = evolve("B3/S23", boards, steps, every=steps, boundary="plane").final
        after += [np.argwhere(board) + corner for board, (_, corner) in zip(final, members, strict=True)]
    return np.concatenate(after)


def population(picture: str, generations: int) -> int:
    cells, done = cells_of(picture), 0
    while done < generations and len(cells):
        leap = min(64, generations - done)
        cells, done = advance(cells, leap), done + leap
    return len(cells)


LIDKA = ".O./O.O/.O.////////........O/......O.O/.....OO.O//....OOO"
METHUSELAHS = [
    ("r-pentomino", R_PENTOMINO, 1103, 116),
    ("diehard", "......O./OO....../.O...OOO", 129, 2),
    ("diehard", "......O./OO....../.O...OOO", 130, 0),
    ("pi", "OOO/O.O/O.O", 173, 55),
    ("B-heptomino", "O.OO/OOO./.O..", 148, 28),
    ("Herschel", "O../OOO/O.O/..O", 128, 24),
    ("thunderbird", "OOO/.../.O./.O./.O.", 243, 46),
]
LONG_METHUSELAHS = [
    ("acorn", ".O...../...O.../OO..OOO", 5206, 633),
    ("rabbits", "O...OOO/OOO..O./.O.....", 17331, 1744),
    ("bunnies", "O.....O./..O...O./..O..O.O/.O.O....", 17332, 1744),
    ("Lidka", LIDKA, 30000, 1623),
]


@pytest.mark.parametrize(("name", "picture", "generations", "cells"), METHUSELAHS)
def test_methuselahs(name: str, picture: str, generations: int, cells: int) -> None:
    assert population(picture, generations) == cells


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("name", "picture", "generations", "cells"), LONG_METHUSELAHS)
def test_long_methuselahs(name: str, picture: str, generations: int, cells: int) -> None:
    """Lidka settles at 29,055; from then on a beacon lets the population alternate, 1623 in even generations."""
    assert population(picture, generations) == cells


NAMES = {
    "block": "OO/OO",
    "beehive": ".OO./O..O/.OO.",
    "loaf": ".OO./O..O/.O.O/..O.",
    "boat": "OO./O.O/.O.",
    "ship": "OO./O.O/.OO",
    "blinker": "OOO",
}


def shape_key(board: np.ndarray) -> bytes:
    """The same for all rotations and reflections of a small board."""
    turned = [np.rot90(mirror, k) for mirror in (board, board[:, ::-1]) for k in range(4)]
    return min(bytes(form.shape) + form.tobytes() for form in turned)


def census(board: np.ndarray) -> Counter[str]:
    """Connected groups of living cells by name; gliders in both of their shapes."""
    known = {shape_key(board_of(picture, _box(picture), (0, 0))): name for name, picture in NAMES.items()}
    for shape in (GLIDER, "O.O/.OO/.O."):
        known[shape_key(board_of(shape, (3, 3), (0, 0)))] = "glider"
    labels, count = ndimage.label(board, np.ones((3, 3)))
    boxes = ndimage.find_objects(labels)
    groups = [np.ascontiguousarray((labels[box] == i + 1).astype(np.uint8)) for i, box in enumerate(boxes)]
    assert len(groups) == count
    return Counter(known.get(shape_key(group), "other") for group in groups)


def _box(picture: str) -> tuple[int, int]:
    rows = picture.split("/")
    return len(rows), len(rows[0])


def test_ash_of_the_r_pentomino() -> None:
    """On a torus of 700 cells its six gliders do not yet come back; the first flies free from generation 69."""
    run = evolve("B3/S23", board_of(R_PENTOMINO, (700, 700), (350, 350)), 1103, times=[68, 69, 1102, 1103])
    assert int(run.at(1103).sum()) == 116
    ash = {"block": 8, "glider": 6, "beehive": 4, "blinker": 4, "boat": 1, "loaf": 1, "ship": 1}
    assert census(run.at(1103)) == ash
    assert census(run.at(1102)) != ash
    assert census(run.at(69))["glider"] == 1
    assert census(run.at(68))["glider"] == 0


def test_windows_that_the_r_pentomino_shows() -> None:
    """Classes visited on a 64 x 64 torus within 1, 10 and 100 steps, in the three spaces."""
    run = evolve("B3/S23", board_of(R_PENTOMINO, (64, 64), (31, 31)), 100)
    for steps, counts in {1: (8, 10, 19), 10: (14, 51, 130), 100: (18, 101, 503)}.items():
        seen = np.unique(windows(run.values[:steps]))
        for space, count in zip(("outer-totalistic", "isotropic", "general"), counts, strict=True):
            assert sum(np.isin(members, seen).any() for members in entries(space).values()) == count


# --- Small objects -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("picture", "period", "shift"),
    [
        ("OO/OO", 1, (0, 0)),
        (".OO./O..O/.OO.", 1, (0, 0)),
        (".OO./O..O/.O.O/..O.", 1, (0, 0)),
        ("OO./O.O/.O.", 1, (0, 0)),
        (".O./O.O/.O.", 1, (0, 0)),
        (".OO./O..O/O..O/.OO.", 1, (0, 0)),
        ("OO./O.O/.OO", 1, (0, 0)),
        ("OOO", 2, (0, 0)),
        (".OOO/OOO.", 2, (0, 0)),
        ("OO../O.../...O/..OO", 2, (0, 0)),
        (
            "..OOO...OOO..//O....O.O....O/O....O.O....O/O....O.O....O/..OOO...OOO..//..OOO...OOO../O....O.O....O/"
            "O....O.O....O/O....O.O....O//..OOO...OOO..",
            3,
            (0, 0),
        ),
        ("OOOOOOOOOO", 15, (0, 0)),
        (GLIDER, 4, (1, 1)),
        (".O..O/O..../O...O/OOOO.", 4, (0, -2)),
    ],
)
def test_periods_and_displacements(picture: str, period: int, shift: tuple[int, int]) -> None:
    run = evolve("B3/S23", board_of(picture, (40, 40), (14, 14)), 15 + period)
    early = 15 if picture == "OOOOOOOOOO" else 0  # the row of ten grows into the pentadecathlon first
    start = run.values[early]
    moved = [np.array_equal(run.values[early + t], np.roll(start, shift, (0, 1))) for t in range(1, period + 1)]
    assert moved == [False] * (period - 1) + [True]
    still = [np.array_equal(run.values[early + t], start) for t in range(1, period)]
    assert not any(still)


GOSPER = (
    "........................O/......................O.O/............OO......OO............OO/"
    "...........O...O....OO............OO/OO........O.....O...OO/OO........O...O.OO....O.O/"
    "..........O.....O.......O/...........O...O/............OO"
)


def test_the_gosper_gun_shoots_a_glider_every_30_generations() -> None:
    run = evolve("B3/S23", board_of(GOSPER, (90, 120), (5, 5)), 150, every=30, boundary="plane")
    assert [int(frame.sum()) for frame in run.values] == [36 + 5 * k for k in range(6)]


def test_the_highlife_replicator_doubles_in_twelve_generations() -> None:
    run = evolve("B36/S23", board_of("..OOO/.O..O/O...O/O..O./OOO..", (60, 60), (28, 28)), 12)
    start = run.values[0]
    assert int(run.final.sum()) == 2 * int(start.sum())
    copies = [np.roll(start, (s, -s), (0, 1)) | np.roll(start, (-s, s), (0, 1)) for s in range(1, 8)]
    copies += [np.roll(start, (s, s), (0, 1)) | np.roll(start, (-s, -s), (0, 1)) for s in range(1, 8)]
    assert sum(np.array_equal(run.final, copy) for copy in copies) == 1


# --- Algebra -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["B1357/S1357", "B1357/S02468"])
def test_linear_rules_superpose(text: str) -> None:
    a, b = soup(33, 47), soup(33, 47, seed=1)
    together = evolve(text, a ^ b, 9).values
    np.testing.assert_array_equal(together, evolve(text, a, 9).values ^ evolve(text, b, 9).values)


@pytest.mark.parametrize("power", [1, 2, 3, 4])
@pytest.mark.parametrize("text", ["B1357/S1357", "B1357/S02468"])
def test_linear_rules_show_shifted_copies_after_powers_of_two(text: str, power: int) -> None:
    """Over GF(2) the square of a sum is the sum of the squares: after n = 2**k steps the neighbours lie n cells off."""
    n, board = 2**power, soup(40, 56)
    shifts = [(y * n, x * n) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y or x) or text == "B1357/S02468"]
    copies = np.bitwise_xor.reduce([np.roll(board, shift, (0, 1)) for shift in shifts])
    np.testing.assert_array_equal(evolve(text, board, n).final, copies)


def test_day_and_night_moves_the_complement_as_the_board() -> None:
    board = soup(31, 45)
    run = evolve("B3678/S34678", board, 12).values
    np.testing.assert_array_equal(evolve("B3678/S34678", 1 - board, 12).values, 1 - run)


def test_inverted_life_is_life_on_the_complement() -> None:
    board = soup(31, 45, density=0.3)
    np.testing.assert_array_equal(
        evolve("B0123478/S01234678", 1 - board, 12).values, 1 - evolve("B3/S23", board, 12).values
    )


def test_steps_equal_a_float_convolution() -> None:
    """60 random counting rules and boards against SciPy's convolution in floating point."""
    rng = np.random.default_rng(3)
    ring = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], float)
    for trial in range(60):
        birth, survival = (np.flatnonzero(rng.random(9) < 0.4) for _ in "BS")
        board = soup(*rng.integers(3, 70, 2), seed=trial)
        counted = np.rint(ndimage.convolve(board.astype(float), ring, mode="wrap"))
        expected = np.where(board, np.isin(counted, survival), np.isin(counted, birth))
        np.testing.assert_array_equal(step(Rule.outer_totalistic(birth, survival), board), expected)


# --- Densities -----------------------------------------------------------------------------------------------------


def mean_field(rule: Rule, p: float) -> float:
    """The exact density one step after independent cells of density p."""
    alive = np.bitwise_count(np.arange(512))
    return float((rule.probabilities * p**alive * (1 - p) ** (9 - alive)).sum())


def test_mean_field_map_of_life() -> None:
    life = Rule("B3/S23")
    for p in (0.1, 0.364, 0.5, 0.9):
        assert mean_field(life, p) == pytest.approx(28 * p**3 * (1 - p) ** 5 * (3 - p), rel=1e-12)
    for fixed in (0.0, 0.192469, 0.370174):
        assert mean_field(life, fixed) == pytest.approx(fixed, abs=1e-6)
    assert mean_field(life, 0.364) == pytest.approx(0.370419, abs=1e-6)
    assert mean_field(life, 0.5) == 0.2734375


def test_one_step_of_a_soup_has_the_mean_field_density() -> None:
    """200 boards of 64 x 64, 5 standard errors over boards: a false alarm in 1.7 million runs."""
    for text, p in (("B3/S23", 0.5), ("B2-a/S12", 0.2), ("B3/S2=0.9,3~0.01", 0.35)):
        rule = Rule(text)
        after = evolve(text, soup(200, 64, 64, density=p, seed=9), 1, rng=4).values[:, 1].mean((1, 2))
        expected = mean_field(rule, p) * (1 - 2 * rule.noise) + rule.noise
        assert abs(after.mean() - expected) < 5 * after.std(ddof=1) / np.sqrt(len(after))


def test_density_of_a_soup_falls_as_known() -> None:
    """Against means of four boards of 192 x 192 (.2534, .198, .0935 after 2, 10, 100 steps), within 5 standard errors."""
    run = evolve("B3/S23", soup(16, 192, 192, seed=5), 100, times=[2, 10, 100])
    densities = run.values.mean((2, 3))
    for mean, spread, known in zip(densities.mean(0), densities.std(0, ddof=1), (0.2534, 0.198, 0.0935), strict=True):
        assert abs(mean - known) < 5 * spread * np.sqrt(1 / 16 + 1 / 4)


def test_ash_density() -> None:
    """Sixteen boards of 128 x 128 settle to a mean density of about .0287, within 5 standard errors."""
    ash = evolve("B3/S23", soup(16, 128, 128, seed=6), 6000, every=6000).final.mean((1, 2))
    assert abs(ash.mean() - 0.0287) < 5 * ash.std(ddof=1) / 4
    assert ash.std(ddof=1) < 0.006
