"""The quick curve without capacitance, against the closed form."""

import numpy as np
import pytest

from evolaw.josephson.fitting.overdamped_curve import overdamped_voltage
from evolaw.josephson.formulas import mean_voltage


@pytest.mark.parametrize("noise", [0.003, 0.02, 0.3, 10.0])
def test_the_scalar_fraction_is_the_closed_form(noise):
    bias = np.concatenate([np.random.default_rng(0).uniform(-3, 3, 30), [0.0, 1.0, -1.0, 50.0]])
    np.testing.assert_allclose(overdamped_voltage(bias, noise), mean_voltage(bias, noise), atol=2e-10)


@pytest.mark.parametrize("noise", [1e-8, 3e-6, 1e-4, 2.9e-3])
def test_the_table_of_weak_noise_is_the_closed_form(noise):
    """Around the corner, on the scale of its width and that of the current, for either sign."""
    draw, width = np.random.default_rng(1), noise ** (2 / 3)
    bias = np.concatenate([1 + width * draw.uniform(-10, 140, 25), draw.uniform(-3, 3, 15), [0.0, 1.0]])
    np.testing.assert_allclose(overdamped_voltage(bias, noise), mean_voltage(bias, noise), atol=2e-7)


def test_nothing_jumps_where_one_way_ends():
    bias = np.linspace(0.5, 3, 40)
    weak, strong = (overdamped_voltage(bias, noise) for noise in (0.003 * (1 - 1e-9), 0.003))
    np.testing.assert_allclose(weak, strong, atol=2e-7)
