"""Gibbs densities, mean passages, Kramers rates."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from evolaw.errors import ArgumentError
from evolaw.sde import GradientForce, brownian_motion, double_well, overdamped, underdamped

HARMONIC = GradientForce(lambda t, x, p: jnp.sum(x**2))


def test_a_harmonic_potential_gives_a_normal_density():
    """U = x², D = 0.3: variance D/2."""
    law = overdamped(HARMONIC, 0.3).exact
    x = np.linspace(-1, 1, 7)
    np.testing.assert_allclose(law.stationary_density(x), np.exp(-(x**2) / 0.3) / np.sqrt(0.3 * np.pi), rtol=1e-12)
    assert law.stationary_average(lambda x: x**2) == pytest.approx(0.15, rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [0.05, 0.5, 5.0])
def test_the_double_well_density_is_normalised(temperature):
    law = double_well(barrier=1.5, width=2.0, temperature=temperature).exact
    total = quad(lambda x: float(law.stationary_density(x)), -12, 12, points=[-2, 0, 2], limit=200)[0]
    assert total == pytest.approx(1, abs=1e-9)


def test_the_potential_need_not_lie_around_zero():
    """A well at 50: the search for the edges goes far enough."""
    law = overdamped(GradientForce(lambda t, x, p: 2 * jnp.sum((x - 50) ** 2)), 0.01).exact
    assert law.stationary_average(lambda x: x) == pytest.approx(50, rel=1e-9)
    assert law.stationary_average(lambda x: (x - 50) ** 2) == pytest.approx(0.0025, rel=1e-6)


def test_mean_passage_of_a_harmonic_particle_agrees_with_quadrature():
    """τ = (1/D) ∫ dy e^{U/D} ∫_-∞^y e^{-U/D} dz, by nested adaptive quadrature; both directions are mirror images."""
    d = 0.3
    law = overdamped(HARMONIC, d).exact

    def outer(y):
        return np.exp(y**2 / d) * quad(lambda z: np.exp(-(z**2) / d), -6, y)[0] / d

    wanted = quad(outer, -0.5, 0.7)[0]
    assert law.mean_passage(-0.5, 0.7) == pytest.approx(wanted, rel=1e-6)
    assert law.mean_passage(0.5, -0.7) == pytest.approx(wanted, rel=1e-6)


def test_where_the_potential_is_zero_does_not_matter():
    """U and U + 3 are one law."""
    high = overdamped(GradientForce(lambda t, x, p: jnp.sum(x**2) + 3.0), 0.3).exact
    assert high.mean_passage(-0.5, 0.7) == pytest.approx(
        overdamped(HARMONIC, 0.3).exact.mean_passage(-0.5, 0.7), rel=1e-9
    )


@pytest.mark.slow
def test_kramers_rate_is_the_limit_of_the_mean_passage():
    """1/τ(-a -> a) -> r as D falls below ΔU; the next term is of relative order D/ΔU."""
    gaps = []
    for temperature in (0.2, 0.1, 0.05):
        law = double_well(barrier=1.0, temperature=temperature).exact
        gaps.append(abs(law.kramers_rate(minimum=-1.0, maximum=0.0) * law.mean_passage(-1.0, 1.0) - 1))
    assert gaps[2] < 0.03
    assert gaps[0] > gaps[1] > gaps[2]


def test_strong_friction_turns_the_underdamped_rate_into_the_overdamped_one():
    """r_underdamped -> r_overdamped/γ."""
    well = GradientForce(lambda t, x, p: jnp.sum((x**2 - 1) ** 2))
    slow = underdamped(well, friction=200.0, temperature=0.2).exact.kramers_rate(minimum=1.0, maximum=0.0)
    assert slow * 200 == pytest.approx(overdamped(well, 0.2).exact.kramers_rate(minimum=1.0, maximum=0.0), rel=2e-3)


def test_misuse_is_refused():
    law = double_well().exact
    with pytest.raises(ArgumentError, match="Argument `minimum`"):
        law.kramers_rate(minimum=0.0, maximum=1.0)
    with pytest.raises(ArgumentError, match="does not confine"):
        overdamped(GradientForce(lambda t, x, p: jnp.sum(jnp.cos(x))), 0.1).exact.stationary_density(0.0)
    with pytest.raises(ArgumentError, match="Argument `friction`"):
        underdamped(HARMONIC, friction=1.0, temperature=1.0).exact.mean_passage(0.0, 1.0)
    assert not hasattr(brownian_motion().exact, "stationary_density")
