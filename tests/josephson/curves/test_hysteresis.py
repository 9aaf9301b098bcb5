"""Sweeps up and down."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Junction, hysteresis
from evolaw.josephson.formulas import retrapping_current


def test_without_noise_it_retraps_where_the_homoclinic_orbit_says():
    """A slow sweep, α = 0.5: within the spacing of the points of i_r, and the orientation of Y2."""
    loop = hysteresis(Junction(damping=0.5), 1.1, 2e-4, 0, points=220)
    assert loop.retrapping[0] == pytest.approx(retrapping_current(0.5), abs=0.011)
    assert loop.switching[0] == pytest.approx(1.0, abs=0.011)
    assert loop.area < 0 and loop.orientation == "clockwise"


@pytest.mark.slow
def test_above_the_end_of_bistability_there_is_no_loop():
    loop = hysteresis(Junction(damping=1.5), 1.4, 2e-4, 0, points=70)
    assert abs(loop.area) < 0.01
    np.testing.assert_allclose(loop.up, loop.down, atol=0.08)


@pytest.mark.slow
def test_noise_switches_early_and_retraps_late():
    """Every junction of 64 switches below 1, most retrap above i_r; 1 of 1000 other seeds would fail."""
    loop = hysteresis(Junction(damping=0.3, noise=0.03), 1.2, 1e-3, 0, points=60, paths=64)
    assert np.nanmean(loop.switching) < 0.97
    assert np.nanmean(loop.retrapping) > retrapping_current(0.3)
    assert loop.area + 3 * loop.area_error < 0


def test_a_sweep_too_fast_for_its_points_is_refused():
    with pytest.raises(ArgumentError, match=r"`rate`.*at most"):
        hysteresis(Junction(damping=0.5), 1.2, 0.1, 0)


@pytest.mark.slow
def test_one_voltage_a_current_has_no_switching():
    """Damping 1.5 was said to switch at some current and retrap at another; where the voltage passed a quarter of IR."""
    loop = hysteresis(Junction(damping=1.5, noise=0.1), 1.3, 5e-3, 0, points=20, paths=16)
    assert np.isnan(loop.switching).all() and np.isnan(loop.retrapping).all()
    assert "one voltage a current" in repr(loop) and "retrapping" not in repr(loop)


def test_a_turn_takes_longer_where_damping_is_strong():
    with pytest.raises(ArgumentError, match=r"Use a rate of at most 0\.00036"):
        hysteresis(Junction(damping=5.74, noise=0.02), 1.3, 1e-3, 0)
