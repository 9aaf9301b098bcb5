"""Shapiro maps."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Junction, shapiro_map
from evolaw.josephson.formulas import bessel_half_width, mean_voltage, shapiro_step


@pytest.mark.slow
def test_steps_end_at_the_edges_of_the_period_map():
    """W = 8, i1 = 16, n = 1: from 7.432291 to 8.584009; biases 0.03 beside them."""
    bias = np.concatenate([7.432291 + np.array([-0.03, 0.03]), 8.584009 + np.array([-0.03, 0.03])])
    turns = shapiro_map(Junction(), bias, [16.0], 8.0, 0, periods=60, transient=60).turns[:, 0]
    assert turns[1] == pytest.approx(1, abs=1e-5) and turns[2] == pytest.approx(1, abs=1e-5)
    assert turns[0] < 1 - 1e-3 and turns[3] > 1 + 1e-3


def test_the_map_has_the_widths_of_bessel_functions():
    """W = 8: half-widths of steps 1 and 2 over the amplitude, to the spacing of the biases."""
    amplitude = np.array([4.0, 12.0, 16.0])
    found = shapiro_map(Junction(), np.arange(7.0, 9.0, 0.02), amplitude, 8.0, 0, periods=40, transient=40)
    np.testing.assert_allclose(found.half_width(1), bessel_half_width(1, amplitude, 8.0), atol=0.025)


@pytest.mark.slow
def test_without_a_drive_it_is_the_iv_curve():
    found = shapiro_map(Junction(), [0.5, 1.25], [0.0], 0.5, 0, periods=60)
    np.testing.assert_allclose(found.turns[:, 0] * 0.5, mean_voltage([0.5, 1.25], 0.0), atol=0.5 / 60)


@pytest.mark.slow
def test_with_capacitance_the_step_is_that_of_the_smaller_argument():
    """α = 0.5, w = 3: |J_1(i1/(w √(w² + α²)))| within 3 % of 1 around n = 1, where the step is centred at i = α w."""
    half = bessel_half_width(1, 9.0, 3.0, damping=0.5)
    turns = shapiro_map(
        Junction(damping=0.5), 1.5 + half * np.array([-0.8, 0.0, 0.8]), [9.0], 3.0, 0, periods=40, transient=60
    ).turns[:, 0]
    np.testing.assert_allclose(turns, 1, atol=1e-6)


@pytest.mark.slow
def test_edges_of_the_map_agree_over_amplitudes():
    """W = 8, n = 2: half-widths as the map of one period has them, to the spacing of the biases (0.01) and, where they are small, to what
    a count over 100 periods resolves: W/2K = 0.04. The exact ones follow |J_2| within 1 % of its largest value."""
    amplitude = np.linspace(1, 20, 8)
    found = shapiro_map(Junction(), np.arange(15.0, 17.2, 0.01), amplitude, 8.0, 0, periods=100, transient=100)
    exact = np.array([shapiro_step(2, float(a), 8.0).half_width for a in amplitude])
    wide = exact > 0.08
    assert wide.sum() >= 4
    np.testing.assert_allclose(found.half_width(2)[wide], exact[wide], atol=0.01)
    np.testing.assert_allclose(found.half_width(2)[~wide], exact[~wide], atol=0.04)
    np.testing.assert_allclose(exact, bessel_half_width(2, amplitude, 8.0), atol=0.005)


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="frequency"):
        shapiro_map(Junction(), [0.5], [1.0], -1.0, 0)
    with pytest.raises(ArgumentError, match="amplitude"):
        shapiro_map(Junction(), [0.5], [-1.0], 1.0, 0)
    with pytest.raises(ArgumentError, match="bias"):
        shapiro_map(Junction(), [0.5], [1.0], 1.0, 0, periods=2, transient=0).half_width(1)
