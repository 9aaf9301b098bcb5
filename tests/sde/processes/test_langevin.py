"""Langevin processes: their coefficients, parameters and laws."""

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.sde import GradientForce, double_well, overdamped, underdamped


def test_the_force_is_minus_the_gradient_in_any_dimension(float64):
    force = GradientForce(lambda t, x, p: p * x[0] ** 2 * x[1] + t * x[2])
    np.testing.assert_allclose(force(2.0, jnp.array([1.0, 3.0, 5.0]), 0.5), [-3.0, -0.5, -2.0])


def test_double_well_drift_is_the_documented_formula(float64):
    """4 ΔU/a² (1 - (x/a)²) x, and √(2D)."""
    well = double_well(barrier=1.5, width=2.0, temperature=0.3)
    for x in (-2.5, 0.3, 1.0):
        assert float(well.drift_at(0.0, x)[0]) == pytest.approx(4 * 1.5 / 4 * (1 - (x / 2) ** 2) * x, rel=1e-13)
    assert float(well.diffusion_at(0.0, 0.0)[0]) == pytest.approx(np.sqrt(0.6), rel=1e-13)


def test_temperature_and_amplitude_are_two_ways_to_say_the_same():
    """s² = 2 γ D."""
    one = underdamped(lambda t, x, p: -x, friction=0.4, temperature=0.9, dim=2)
    two = underdamped(lambda t, x, p: -x, friction=0.4, amplitude=np.sqrt(0.72), dim=2)
    assert one.params["amplitude"] == pytest.approx(two.params["amplitude"], rel=1e-14)
    assert (one.dim, one.noises) == (4, 2)
    np.testing.assert_allclose(one.matrix(0.0, jnp.zeros(4))[2:], np.sqrt(0.72) * np.eye(2), rtol=1e-6)
    np.testing.assert_allclose(one.matrix(0.0, jnp.zeros(4))[:2], 0)


def test_parameters_can_be_changed_and_the_law_follows():
    well = double_well(temperature=0.5)
    colder = well.with_params(temperature=0.1)
    assert colder.exact.temperature == 0.1
    assert colder.exact.stationary_density(0.0) < well.exact.stationary_density(0.0)


def test_the_underdamped_law_has_the_temperature_of_the_fluctuation_dissipation_theorem():
    force = GradientForce(lambda t, x, p: jnp.sum(x**2))
    assert underdamped(force, friction=0.4, amplitude=1.2).exact.temperature == pytest.approx(1.44 / 0.8)
    assert underdamped(lambda t, x, p: -x, friction=0.4, amplitude=1.2).exact is None


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"friction": 1.0}, "temperature"),
        ({"friction": 1.0, "temperature": 1.0, "amplitude": 1.0}, "temperature"),
        ({"friction": -1.0, "temperature": 1.0}, "friction"),
        ({"friction": 1.0, "amplitude": -1.0}, "amplitude"),
    ],
)
def test_bad_settings_are_refused(arguments, name):
    with pytest.raises(ArgumentError, match=f"Argument `{name}`"):
        underdamped(lambda t, x, p: -x, **arguments)


def test_negative_temperature_is_refused():
    with pytest.raises(ArgumentError, match="Argument `temperature`"):
        overdamped(lambda t, x, p: -x, -0.1)
