"""Rectangular arrays against the general network, and in equilibrium."""

import numpy as np
import pytest

from evolaw import sde
from evolaw.errors import ArgumentError
from evolaw.josephson.arrays.grids import grid_array
from evolaw.josephson.arrays.networks import network
from evolaw.josephson.arrays.order import vortices


def bonds_of(rows, columns, is_periodic, f):
    """The bonds of a grid and their gauge, listed one by one."""
    pairs, gauge = [], []
    for r in range(rows):
        for c in range(columns):
            here = r * columns + c
            if r + 1 < rows:
                pairs.append((here, here + columns))
                gauge.append(2 * np.pi * f * c)
            if c + 1 < columns or is_periodic:
                pairs.append((here, r * columns + (c + 1) % columns))
                gauge.append(0.0)
    return np.array(pairs), np.array(gauge)


@pytest.mark.slow
@pytest.mark.parametrize(("is_periodic", "f"), [(True, 0.25), (False, 0.3)])
def test_the_velocities_are_those_of_the_general_network(is_periodic, f):
    """The same random phases, two ways to solve: eigenmodes, and a matrix from the list of bonds."""
    rows, columns = 5, 4
    grid = grid_array(rows, columns, 0.6, frustration=f, is_periodic=is_periodic)
    x = np.random.default_rng(1).normal(size=(rows, columns))
    pairs, gauge = bonds_of(rows, columns, is_periodic, f)
    feed = np.zeros(rows * columns)
    feed[:columns], feed[-columns:] = 0.6, -0.6
    law = network(pairs, feed, gauge=gauge)
    direct = np.concatenate([[0.0], np.asarray(law.drift_at(0.0, (x - x[0, 0]).ravel()[1:]), float)])
    modes = grid.modes(x)
    found = grid.phases(np.asarray(grid.law.drift_at(0.0, modes), float)).ravel()
    np.testing.assert_allclose(found - found[0], direct, atol=5e-6)


def test_modes_and_phases_are_one_another():
    grid = grid_array(6, 5, 0.0)
    x = np.random.default_rng(2).normal(size=(3, 6, 5))
    x -= x.mean(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(grid.phases(grid.modes(x)), x, atol=1e-12)


def test_the_noise_has_the_covariance_of_one_normal_a_bond():
    grid = grid_array(4, 3, 0.0, noise=0.3, is_periodic=False)
    pairs, _ = bonds_of(4, 3, False, 0.0)
    b = np.zeros((len(pairs), 12))
    b[np.arange(len(pairs)), pairs[:, 0]] = 1
    b[np.arange(len(pairs)), pairs[:, 1]] = -1
    by_bonds = 2 * 0.3 * np.linalg.pinv(b.T @ b)
    size = np.asarray(grid.law.diffusion_at(0.0, np.zeros(11)), float)
    ways = np.array([grid.phases(e).ravel() for e in np.eye(11)])
    np.testing.assert_allclose(ways.T @ np.diag(size**2) @ ways, by_bonds, atol=1e-6)


@pytest.mark.slow
def test_without_noise_rows_far_above_the_critical_current_are_single_junctions():
    grid = grid_array(4, 3, 2.0)
    found = sde.solve(grid.law, sde.RungeKutta4(), np.zeros(11), [0.0, 20.0, 60.0], dt=0.02, rng=None).values[0]
    assert grid.voltage(found[1], found[2], 40.0) == pytest.approx(np.sqrt(3), rel=0.02)


@pytest.mark.slow
def test_it_heats_up_as_the_xy_model_does():
    """High temperature, D = 2: energy per bond -I_1/I_0 up to loops of four, tanh-like corrections of (1/2D)^4; 200 grids of 6 x 6."""
    grid = grid_array(6, 6, 0.0, noise=2.0)
    found = sde.solve(grid.law, sde.StochasticHeun(), np.zeros(35), [0.0, 8.0], paths=200, dt=0.04, rng=0).values[:, -1]
    x = grid.phases(found)
    energy = np.concatenate([np.cos(np.diff(x, axis=1)).ravel(), np.cos(x - np.roll(x, 1, axis=2)).ravel()])
    from scipy.special import iv

    u = iv(1, 0.5) / iv(0, 0.5)
    assert energy.mean() == pytest.approx(u + 2 * u**3, abs=0.02)
    assert 0.0 < np.abs(vortices(x)).mean() < 0.34


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="frustration"):
        grid_array(4, 4, 0.0, frustration=0.3)
    with pytest.raises(ArgumentError, match="columns"):
        grid_array(4, 2, 0.0)
