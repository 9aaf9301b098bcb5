"""Strong Runge–Kutta schemes written out by hand, against the tableau code. Orders: test_schemes_strong_orders.py."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from evolaw.sde import SDE, SRA1, SRA3, SRI1W1, SRI2, SRI2W1, LevyMilstein, Noise, ShARK


def noise_of(m, seed=2, h=0.2):
    draw = np.random.Generator(np.random.Philox(key=seed))
    dW = np.sqrt(h) * draw.standard_normal(m)
    half = h * draw.standard_normal((m, m))
    dZ = h / 2 * (dW + np.sqrt(h / 3) * draw.standard_normal(m))
    return Noise(jnp.asarray(dW), jnp.asarray(dZ), jnp.asarray(half - half.T)), h


def f(t, x, p=None):
    return jnp.sin(x[::-1]) + t * x


def test_sra1_is_its_two_stage_formula(float64):
    noise, h = noise_of(3)

    def G(t):
        return (1 + t) * jnp.array([[0.5, 0.2, 0.1], [-0.3, 0.4, 0.0]])

    process = SDE(f, lambda t, x, p: G(t), dim=2, noises=3, noise="additive")
    t, x = 0.4, jnp.array([0.3, -0.7])
    later = noise.dZ / h
    k1 = f(t, x)
    k2 = f(t + 3 * h / 4, x + 3 / 4 * h * k1 + 3 / 2 * G(t + h) @ later)
    wanted = x + h * (k1 / 3 + 2 * k2 / 3) + G(t + h) @ noise.dW + (G(t) - G(t + h)) @ later
    np.testing.assert_allclose(SRA1().step(process, t, x, h, noise, None)[0], wanted, atol=1e-14)


@pytest.mark.parametrize("scheme", [SRI1W1(), SRI2W1()], ids=lambda scheme: scheme.name)
def test_noise_alone_reproduces_the_ito_taylor_step(scheme, float64):
    """For dX = X dW both schemes are 1 + I_1 + I_11 + I_111 to rounding, whatever I_10 is."""
    process = SDE(lambda t, x, p: 0.0 * x, lambda t, x, p: x, noise="scalar")
    for h in (1.0, 1e-2):
        I1 = 1.3 * np.sqrt(h)
        I11, I111 = (I1**2 - h) / 2, (I1**3 - 3 * h * I1) / 6
        noise = Noise(jnp.array([I1]), jnp.array([0.4 * h * I1]))
        got = float(scheme.step(process, 0.0, jnp.ones(1), h, noise, None)[0][0])
        assert got == pytest.approx(1 + I1 + I11 + I111, abs=1e-14)


@pytest.mark.parametrize(
    ("scheme", "order"), [(SRI1W1(), 2), (SRI2W1(), 3), (SRA1(), 2), (SRA3(), 3), (ShARK(), 2)], ids=str
)
def test_without_noise_the_drift_has_the_classical_order(scheme, order, float64):
    """x' = -x² + t on [0, 1] against a fine classical Runge–Kutta solution."""
    process = SDE(
        lambda t, x, p: -(x**2) + t, 0.0, noise="additive" if "additive" in scheme.noise_kinds else "diagonal"
    )
    zero = Noise(jnp.zeros(1), jnp.zeros(1))

    def end(n):
        x = jnp.ones(1)
        for k in range(n):
            x = scheme.step(process, k / n, x, 1 / n, zero, None)[0]
        return float(x[0])

    exact = solve_ivp(lambda t, x: -(x**2) + t, (0, 1), [1.0], rtol=1e-12, atol=1e-13).y[0, -1]
    assert np.log2(abs(end(16) - exact) / abs(end(32) - exact)) == pytest.approx(order, abs=0.25)


def test_shark_depends_on_its_correction_for_time_dependent_noise_only(float64):
    class Uncorrected(ShARK):
        def _correction(self, process, t, x, dt, noise):
            return 0.0

    noise, h = noise_of(1)
    x = jnp.ones(1)
    constant = SDE(f, 0.7, noise="additive")
    varying = SDE(f, lambda t, x, p: 0.7 * (1 + t), noise="additive")
    for process, same in ((constant, True), (varying, False)):
        full, short = (s.step(process, 0.1, x, h, noise, None)[0] for s in (ShARK(), Uncorrected()))
        assert bool(jnp.allclose(full, short, atol=1e-15)) is same


@pytest.mark.slow
def test_sri2_agrees_with_milstein_to_higher_order(float64):
    """The difference quotients of SRI2 approach the derivatives of Milstein: the gap falls like h^1.5 or faster."""
    process = SDE(f, lambda t, x, p: jnp.array([[1 + x[1] ** 2, x[0]], [jnp.sin(x[0]), 0.5]]), dim=2)
    x, gaps = jnp.array([0.3, -0.7]), []
    for h in (1e-2, 1e-4):
        noise, _ = noise_of(2, h=h)
        one, two = (scheme.step(process, 0.0, x, h, noise, None)[0] for scheme in (SRI2(), LevyMilstein()))
        gaps.append(float(jnp.abs(one - two).max()))
    assert gaps[1] < gaps[0] * 1e-3 * 2
