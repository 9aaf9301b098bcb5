"""Beliefs against enumeration on a tree, and on recordings against the cells that were flipped."""

import itertools

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.discovery.lattices.evidence.belief_propagation import Smoother
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.trajectory import Trajectory

GENERAL = RuleSpace.named("general")


def enumerated(values: np.ndarray, flips: float, theta: np.ndarray) -> np.ndarray:
    """P(cell alive) of a 1 x 1 board in the plane, a chain in time, by summing over all courses."""
    total = np.zeros(len(values))
    norm = 0.0
    for course in itertools.product((0, 1), repeat=len(values)):
        weight = 1.0
        for state, seen in zip(course, values, strict=True):
            weight *= 1.0 if seen == 255 else 1 - flips if state == seen else flips
        for before, after in itertools.pairwise(course):
            alive = theta[16 * before]
            weight *= alive if after else 1 - alive
        total += weight * np.array(course)
        norm += weight
    return total / norm


def test_a_chain_is_smoothed_exactly() -> None:
    """On a tree belief propagation is exact; the damped sweeps converge to it."""
    theta = np.random.default_rng(0).uniform(0.1, 0.9, 512)
    values = np.array([1, 0, 255, 0, 1], np.uint8)
    recording = Trajectory(values.reshape(5, 1, 1), np.arange(5), ("times", "rows", "cols"), boundary="plane")
    smoother = Smoother(recording, 0.2)
    for _ in range(30):
        smoother.sweep(theta)
    assert np.allclose(smoother.alive[:, 0], enumerated(values, 0.2, theta), atol=1e-4)


def test_one_generation_of_the_plane_is_smoothed_exactly() -> None:
    """A 1 x 2 board and one generation: two factors share two inputs, still close to enumeration."""
    theta = np.random.default_rng(1).uniform(0.3, 0.7, 512)
    values = np.array([[[1, 0]], [[0, 1]]], np.uint8)
    smoother = Smoother(Trajectory(values, [0, 1], ("times", "rows", "cols"), boundary="plane"), 0.2)
    for _ in range(30):
        smoother.sweep(theta)
    total, norm = np.zeros(4), 0.0
    for a, b, c, d in itertools.product((0, 1), repeat=4):
        weight = 1.0
        for state, seen in zip((a, b, c, d), values.ravel(), strict=True):
            weight *= 0.8 if state == seen else 0.2
        left, right = theta[16 * a + 8 * b], theta[32 * a + 16 * b]
        weight *= (left if c else 1 - left) * (right if d else 1 - right)
        total += weight * np.array((a, b, c, d))
        norm += weight
    assert np.allclose(smoother.alive.ravel(), total / norm, atol=0.01)


def test_the_profile_is_the_derivative_of_the_likelihood() -> None:
    """One factor: log Z(g) - log Z(theta) by enumeration of its ten cells."""
    theta = np.random.default_rng(2).uniform(0.2, 0.8, 512)
    values = np.array([[[1]], [[1]]], np.uint8)
    smoother = Smoother(Trajectory(values, [0, 1], ("times", "rows", "cols"), boundary="plane"), 0.2)
    gains, visits = smoother.profile(GENERAL, theta, np.array([0.0, 1.0]))
    alive, dead = 0.8 * theta[16] + 0.2 * theta[0], 0.8 * (1 - theta[16]) + 0.2 * (1 - theta[0])
    z = 0.8 * alive + 0.2 * dead
    z_one = 0.8 * (0.8 + 0.2 * theta[0]) + 0.2 * (0.2 * (1 - theta[0]))
    assert gains[0, 1, 16] == pytest.approx(np.log(z_one / z), abs=1e-4)
    assert visits[[0, 16]].sum() == pytest.approx(1, abs=1e-4)
    assert visits[16] == pytest.approx(0.8 * (0.8 * theta[16] + 0.2 * (1 - theta[16])) / z, abs=1e-4)


@pytest.mark.parametrize("boundary", ["torus", "plane", "reflecting"])
def test_flipped_and_missing_cells_are_recovered_when_the_law_is_known(boundary: str) -> None:
    rng = np.random.default_rng(0)
    film = evolve("B3/S23", (rng.random((24, 24)) < 0.35).astype(np.uint8), 15, boundary=boundary)
    values = (film.values ^ (rng.random(film.values.shape) < 0.1)).astype(np.uint8)
    values[rng.random(values.shape) < 0.1] = 255
    smoother = Smoother(Trajectory(values, film.times, film.axes, boundary=boundary), 0.1)
    space = RuleSpace.named("outer-totalistic")
    for _ in range(10):
        smoother.sweep(space.spread(np.nan_to_num(space.known("B3,S2,S3"))))
    assert ((smoother.alive > 0.5) != film.values.reshape(16, -1)).mean() < 0.01
    flipped, _, count = smoother.flipped()
    assert flipped / count == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / count))
    assert smoother.mismatch().max() < 4.5  # of 32 z-scores; chance 2e-4


def test_a_wrong_law_shows_in_the_flips() -> None:
    rng = np.random.default_rng(1)
    film = evolve("B3/S23", (rng.random((24, 24)) < 0.35).astype(np.uint8), 8)
    values = film.values ^ (rng.random(film.values.shape) < 0.05)
    smoother = Smoother(Trajectory(values, film.times, film.axes, boundary="torus"), 0.05)
    for _ in range(6):
        smoother.sweep(np.zeros(512))
    assert smoother.mismatch().max() > 8
