"""Processes with explicit solutions: the formulas against the coefficients, by Itô's lemma in numbers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from evolaw.sde import SRI1W1, hyperbolic_sine, hyperbolic_tangent, iterated_integral, modulated_noise


@pytest.mark.parametrize(
    ("process", "x0"), [(hyperbolic_sine(), 0.4), (hyperbolic_tangent(pull=0.3, scale=0.7), 0.4)], ids=str
)
def test_the_path_formula_satisfies_itos_lemma(process, x0, float64):
    """X = u(t, W) solves dX = (u_t + u_ww/2) dt + u_w dW: both must be the coefficients, at every (t, w)."""

    def u(t, w):
        return process.exact.pathwise(t, jnp.array([x0]), jnp.reshape(w, (1,)))[0]

    @jax.jit
    def both(t, w):
        x = u(t, w)
        drift = jax.grad(u, 0)(t, w) + jax.grad(jax.grad(u, 1), 1)(t, w) / 2
        return (drift, jax.grad(u, 1)(t, w)), (process.drift_at(t, x)[0], process.diffusion_at(t, x)[0])

    for t, w in ((0.3, -0.7), (1.2, 0.5)):
        found, wanted = both(t, w)
        assert [float(one) for one in found] == pytest.approx([float(one) for one in wanted], rel=1e-11)


def test_the_mean_of_the_sinh_process():
    """E sinh(c + W) = e^{t/2} sinh c, by quadrature."""
    law, t, x0 = hyperbolic_sine().exact, 0.8, 0.4
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    wanted = weights @ np.sinh(np.arcsinh(x0) + t + np.sqrt(t) * nodes) / weights.sum()
    assert law.mean(t, [x0])[0] == pytest.approx(wanted, rel=1e-12)


def test_variance_of_modulated_noise_is_the_integral():
    process = modulated_noise(rate=1.2, scale=0.7, depth=0.5, frequency=3.0)
    for t in (0.2, 1.0, 4.0):
        wanted = quad(lambda u, t=t: np.exp(-2.4 * (t - u)) * (0.7 * (1 + 0.5 * np.cos(3 * u))) ** 2, 0, t)[0]
        assert process.exact.covariance(t, [0.0])[0, 0] == pytest.approx(wanted, rel=1e-10)


def test_modulated_noise_has_the_exact_moments_in_the_limit(moment_steps):
    """SRA-type schemes are of weak order 2 on it: the exact variance is their Richardson limit."""
    from evolaw.sde import SRA1

    steps, exact = moment_steps(modulated_noise(), SRA1()), modulated_noise().exact.covariance(1.0, [0.0])[0, 0]
    coarse, fine = (steps.after([0.0], 1.0, n, autonomous=False)[1, 1] for n in (64, 128))
    assert (4 * fine - coarse) / 3 == pytest.approx(exact, rel=1e-6)


def test_moments_of_the_iterated_integral():
    """E X_2² = t²/2 from 0; ∫ W_1² dt has mean t²/2, and x0 adds x0² t."""
    law = iterated_integral().exact
    np.testing.assert_allclose(law.covariance(3.0, np.zeros(2)), [[3.0, 0.0], [0.0, 4.5]])
    np.testing.assert_allclose(law.covariance(np.array([1.0, 2.0]), np.array([2.0, 0.0]))[:, 1, 1], [4.5, 10.0])


def test_schemes_accept_them():
    assert SRI1W1().refuses(hyperbolic_sine()) is None
    assert SRI1W1().refuses(hyperbolic_tangent()) is None
    assert "general" in str(SRI1W1().refuses(iterated_integral()))
