"""Propagation against enumeration: every conclusion holds in every course that fits, and nothing true is contradicted."""

import itertools

import numpy as np
import pytest

from evolaw.automata import evolve, step
from evolaw.discovery.lattices.evidence.constraints import OPEN, Film, Knowledge, neighbour_cells, propagate
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.trajectory import Trajectory

SPACE = RuleSpace.named("outer-totalistic")


def random_law(space: RuleSpace, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2, len(space)).astype(np.int8)


def masked(space: RuleSpace, law: np.ndarray, seed: int, share: float, frames: int, boundary: str) -> Trajectory:
    """A recording of a law on a small board with cells hidden at random."""
    rng = np.random.default_rng(seed)
    film = evolve(space.rule(law), rng.integers(0, 2, (6, 5), dtype=np.uint8), frames - 1, boundary=boundary)
    values = np.where(rng.random(film.values.shape) < share, 255, film.values).astype(np.uint8)
    return Trajectory(values, film.times, film.axes, boundary=boundary)


@pytest.mark.parametrize("boundary", ["torus", "plane", "reflecting", "torus+2,0"])
def test_neighbours_are_those_of_the_step(boundary: str) -> None:
    board = np.random.default_rng(0).integers(0, 2, (5, 7), dtype=np.uint8)
    cells = np.append(board.ravel(), 0)[neighbour_cells(5, 7, boundary)].astype(np.int64)
    windows = (cells @ (1 << np.arange(8, -1, -1))).reshape(5, 7)
    table = np.random.default_rng(1).integers(0, 2, 512).astype(np.uint8)
    general = RuleSpace.named("general")
    assert np.array_equal(step(general.rule(table), board, boundary=boundary), table[windows])


@pytest.mark.parametrize("space", ["outer-totalistic", "isotropic", "general"])
@pytest.mark.parametrize("boundary", ["torus", "plane", "reflecting"])
@pytest.mark.parametrize("seed", range(4))
def test_conclusions_are_true(space: str, boundary: str, seed: int) -> None:
    named = RuleSpace.named(space)
    law = random_law(named, seed)
    share = (0.05, 0.2, 0.4, 0.6)[seed]
    film, cells = Film.of(masked(named, law, seed, share, 6, boundary))
    known = Knowledge(np.full(len(named), OPEN, np.int8), [cells])
    assert propagate(named, [film], known)
    truth = evolve(
        named.rule(law), np.random.default_rng(seed).integers(0, 2, (6, 5), dtype=np.uint8), 5, boundary=boundary
    )
    true_cells = truth.values.reshape(6, -1)
    told = cells[:, :-1] != OPEN
    assert np.array_equal(cells[:, :-1][told], true_cells[told])
    assert np.array_equal(known.theta[known.theta != OPEN], law[known.theta != OPEN])


def test_no_conclusion_is_missed_that_one_constraint_gives() -> None:
    """A single 1 x 1 board: all courses are enumerated, and with one hidden cell propagation equals enumeration."""
    for values in itertools.product((0, 1, 255), repeat=4):
        if values.count(255) != 1:
            continue
        recording = Trajectory(
            np.array(values, np.uint8).reshape(4, 1, 1), np.arange(4), ("times", "rows", "cols"), boundary="plane"
        )
        film, cells = Film.of(recording)
        known = Knowledge(np.full(18, OPEN, np.int8), [cells])
        fits = propagate(SPACE, [film], known)
        courses = []
        for guess, b0, s0 in itertools.product((0, 1), repeat=3):
            course = [guess if value == 255 else value for value in values]
            if all(after == (s0 if before else b0) for before, after in itertools.pairwise(course)):
                courses.append((*course, b0, s0))
        if not courses:
            continue  # a contradiction may need a case distinction, which is the search's business
        assert fits
        for place in range(4):
            possible = {course[place] for course in courses}
            assert cells[place, 0] == OPEN or {int(cells[place, 0])} == possible


def test_a_contradiction_is_seen() -> None:
    values = evolve("B3/S23", np.random.default_rng(0).integers(0, 2, (16, 16), dtype=np.uint8), 3).values.copy()
    values[2, 3, 3] ^= 1
    film, cells = Film.of(Trajectory(values, np.arange(4), ("times", "rows", "cols"), boundary="torus"))
    assert not propagate(SPACE, [film], Knowledge(np.full(18, OPEN, np.int8), [cells]))


def test_recordings_teach_one_another() -> None:
    first = evolve("B3/S23", np.random.default_rng(0).integers(0, 2, (16, 16), dtype=np.uint8), 1)
    hidden = Trajectory(
        np.stack([first.values[0], np.full((16, 16), 255, np.uint8)]), [0, 1], first.axes, boundary="torus"
    )
    films, cells = zip(*map(Film.of, [hidden, first]), strict=True)
    known = Knowledge(np.full(18, OPEN, np.int8), list(cells))
    assert propagate(SPACE, list(films), known)
    assert np.array_equal(known.cells[0][1, :-1], first.values[1].ravel())
