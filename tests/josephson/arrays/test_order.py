"""Synchrony, constants of motion, vortices."""

import numpy as np
import pytest
from scipy.optimize import minimize

from evolaw.arrays import precise
from evolaw.errors import ArgumentError
from evolaw.josephson.arrays.grids import grid_array
from evolaw.josephson.arrays.order import cross_ratios, is_locked, order_parameter, smooth_mean, vortices


def test_the_order_parameter():
    assert order_parameter(np.full(5, 3.0)) == pytest.approx(1)
    assert order_parameter(2 * np.pi * np.arange(5) / 5) == pytest.approx(0, abs=1e-12)


def test_cross_ratios_are_those_of_the_complex_numbers():
    phase = np.array([0.3, 1.1, 2.0, 4.0, 5.5])
    z = np.exp(1j * phase)
    direct = (z[0] - z[2]) * (z[1] - z[3:]) / ((z[0] - z[3:]) * (z[1] - z[2]))
    np.testing.assert_allclose(cross_ratios(phase), direct.real, rtol=1e-12)
    assert np.abs(direct.imag).max() < 1e-12
    with pytest.raises(ArgumentError, match="phase"):
        cross_ratios([0.0, 1.0, 2.0])


def test_cross_ratios_do_not_see_a_moebius_map_of_the_circle():
    """The maps that a common current makes of identical junctions."""
    z = np.exp(1j * np.array([0.3, 1.1, 2.0, 4.0, 5.5]))
    a = 0.4 - 0.3j
    moved = np.exp(0.7j) * (z - a) / (1 - np.conj(a) * z)
    np.testing.assert_allclose(cross_ratios(np.angle(moved)), cross_ratios(np.angle(z)), rtol=1e-12)


def test_a_vortex_is_counted_once():
    y, x = np.mgrid[-3.5:4.5, -3.5:4.5]
    found = vortices(np.arctan2(y, x))
    # From the rows' axis to the columns' is the other way round than from x to y.
    assert np.abs(found).sum() == 1 and found[3, 3] == -1
    assert np.abs(vortices(np.zeros((4, 4)))).sum() == 0


@pytest.mark.slow
@pytest.mark.parametrize(("flux", "size"), [(0.25, 8), (-1 / 3, 9)])
def test_a_field_puts_its_flux_into_vortices_of_one_sign(flux, size):
    """At rest, by SciPy's minimum of the energy from four random starts, which is where the array's own drift vanishes."""
    grid = grid_array(size, size, 0.0, frustration=flux)

    def energy(flat):
        x = flat.reshape(size, size)
        down, side = x[:-1] - x[1:] - grid.gauge, x - np.roll(x, -1, axis=1)
        slope = np.sin(side) - np.roll(np.sin(side), 1, axis=1)
        slope[:-1] += np.sin(down)
        slope[1:] -= np.sin(down)
        return -np.cos(down).sum() - np.cos(side).sum(), slope.ravel()

    starts = np.random.default_rng(0).uniform(-np.pi, np.pi, (4, size * size))
    rest = min((minimize(energy, start, jac=True, tol=1e-10) for start in starts), key=lambda found: found.fun)
    phase = rest.x.reshape(size, size)
    with precise("float64"):
        assert np.abs(grid.law.drift_at(0.0, grid.modes(phase))).max() < 1e-4
    found = np.sign(flux) * vortices(phase, flux)
    assert set(np.unique(found)) == {0, 1}
    assert found.mean() == pytest.approx(abs(flux), abs=1.5 / size)


def test_locking():
    assert is_locked([0.0, 1.0], [20.0, 21.5]) and not is_locked([0.0, 0.0], [20.0, 30.0])


def test_a_smooth_mean_forgets_where_in_a_turn_it_began():
    """v + a cos(Ωt) over 20 stretches of 5: the mean of the ends keeps a/(ΩT) of it, the window a hundredth."""
    ends = 5.0 * np.arange(21)
    for phase in np.linspace(0, 2 * np.pi, 7):
        moved = np.diff(0.3 * ends + 0.2 * np.sin(0.3 * ends + phase) / 0.3) / 5.0
        assert abs(smooth_mean(moved) - 0.3) < 4e-4
    assert smooth_mean(np.ones((3, 7, 2)), axis=1) == pytest.approx(np.ones((3, 2)))
    assert smooth_mean([2.0]) == 2.0
