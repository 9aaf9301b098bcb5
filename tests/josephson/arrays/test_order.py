"""Synchrony, constants of motion, vortices."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
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
    assert np.abs(found).sum() == 1 and abs(found[3, 3]) == 1
    assert np.abs(vortices(np.zeros((4, 4)))).sum() == 0


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
