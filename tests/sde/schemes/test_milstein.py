"""Milstein: its own moments, the correction term, and agreement of its three forms. Orders: test_schemes_strong_orders.py."""

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.sde import SDE, EulerMaruyama, LevyMilstein, Milstein, Noise, geometric_brownian_motion, linear_system
from evolaw.sde.schemes.milstein import iterated_integrals


def test_moments_of_geometric_brownian_motion_are_exact(moment_steps):
    """E X_n² = x0² ((1 + μh)² + s²h + s⁴h²/2)^n."""
    after = moment_steps(geometric_brownian_motion(growth=0.5, volatility=0.8), Milstein()).after([1.0], 1.0, 64)
    assert after[0, 1] == pytest.approx(1.6455208962, abs=5e-11)
    assert after[1, 1] == pytest.approx(5.0848627102, abs=5e-11)


def test_the_correction_has_mean_zero_and_the_known_variance(float64):
    """½ G G' (ΔW² - h): mean 0, variance ½ (G G')² h²; Gauss–Hermite points take both exactly."""
    process = SDE(lambda t, x, p: jnp.sin(x), lambda t, x, p: jnp.cos(3 * x), noise="scalar")
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    weights, h, x = weights / weights.sum(), 0.3, 0.4
    corrections = [
        float(
            (
                Milstein().step(process, 0.0, jnp.array([x]), h, noise, None)[0]
                - EulerMaruyama().step(process, 0.0, jnp.array([x]), h, noise, None)[0]
            )[0]
        )
        for noise in (Noise(np.sqrt(h) * node[None]) for node in nodes)
    ]
    assert weights @ corrections == pytest.approx(0, abs=1e-15)
    slope = np.cos(3 * x) * -3 * np.sin(3 * x)
    assert weights @ np.square(corrections) == pytest.approx(slope**2 * h**2 / 2, rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("calculus", ["ito", "stratonovich"])
def test_diagonal_and_commutative_forms_are_the_general_form(calculus, float64):
    """For noise that commutes the antisymmetric area drops out, so that any area gives the same step."""
    draw = np.random.Generator(np.random.Philox(key=4))
    x, dW = jnp.asarray(draw.standard_normal(3)), jnp.asarray(draw.standard_normal(3))
    half = draw.standard_normal((3, 3))
    noise = Noise(dW, area=jnp.asarray(half - half.T))

    def g(t, x, p):
        return jnp.exp(-t) * (1 + 0.3 * jnp.sin(x) * x)

    kinds = {
        "diagonal": SDE(lambda t, x, p: jnp.sin(x), g, dim=3, noise="diagonal", calculus=calculus),
        "commutative": SDE(lambda t, x, p: jnp.sin(x), lambda t, x, p: jnp.diag(g(t, x, p)), dim=3, noise="commutative", calculus=calculus),
        "general": SDE(lambda t, x, p: jnp.sin(x), lambda t, x, p: jnp.diag(g(t, x, p)), dim=3, calculus=calculus),
    }  # fmt: skip
    wanted = LevyMilstein().step(kinds["general"], 0.2, x, 0.1, noise, None)[0]
    for kind in ("diagonal", "commutative"):
        np.testing.assert_allclose(Milstein().step(kinds[kind], 0.2, x, 0.1, noise, None)[0], wanted, atol=1e-14)


@pytest.mark.slow
def test_one_step_on_a_linear_system_is_the_taylor_formula(float64):
    """X' = X + Σ B_k X ΔW_k + Σ_ij B_j B_i X I_ij: the inner index acts first."""
    draw = np.random.Generator(np.random.Philox(key=6))
    B, x, dW = draw.standard_normal((3, 2, 2)), draw.standard_normal(2), draw.standard_normal(3)
    half = draw.standard_normal((3, 3))
    noise, h = Noise(jnp.asarray(dW), area=jnp.asarray(half - half.T)), 0.2
    integrals = (np.outer(dW, dW) - h * np.eye(3)) / 2 + half - half.T
    wanted = x + sum(B[k] @ x * dW[k] for k in range(3))
    wanted = wanted + sum(B[j] @ B[i] @ x * integrals[i, j] for i in range(3) for j in range(3))
    got = LevyMilstein().step(linear_system(np.zeros((2, 2)), B), 0.0, jnp.asarray(x), h, noise, None)[0]
    np.testing.assert_allclose(got, wanted, atol=1e-13)


@pytest.mark.slow
def test_iterated_integrals_add_up_to_products(float64):
    """I_ij + I_ji = ΔW_i ΔW_j - δ_ij h; without the last term in Stratonovich's calculus."""
    dW, half = jnp.array([0.3, -0.8]), jnp.array([[0.0, 0.2], [-0.2, 0.0]])
    for calculus, diagonal in (("ito", 0.5), ("stratonovich", 0.0)):
        both = iterated_integrals(Noise(dW, area=half), 0.5, calculus)
        np.testing.assert_allclose(both + both.T, jnp.outer(dW, dW) - diagonal * jnp.eye(2), atol=1e-15)
