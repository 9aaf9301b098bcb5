"""Gradients through a solution: against closed forms with an error bar, against differences of the same mean, and the mean of `solve`."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import evolaw.sde as sde
from evolaw.arrays import precise
from evolaw.errors import ArgumentError, ShapeError

OU = sde.ornstein_uhlenbeck(rate=1.3, scale=0.5)


def mean_of(process, scheme, start, statistic, params, **asked):
    asked = {"paths": 200, "rng": 0, "steps": 32} | asked
    return sde.expectation(replace(process, params=params), scheme, start, [0, 0.5, 1], statistic, **asked)


def square(t, x, p):
    return x[0] ** 2


@pytest.mark.slow
def test_gradients_of_the_moments_of_an_ornstein_uhlenbeck_process():
    """E X² = (x0 e^{-θ})² + s²(1 - e^{-2θ})/2θ at t = 1, by SRA1, whose bias is below 2e-4. Twelve seeds give the error; |z| < 5
    has false alarm 8e-4 for two numbers with eleven degrees of freedom."""
    with precise("float64"):
        params = {name: float(value) for name, value in OU.params.items()}
        draws = [
            jax.grad(lambda p, seed=seed: mean_of(OU, sde.SRA1(), 0.8, square, p, rng=seed)[-1])(params)
            for seed in range(12)
        ]
        exact = jax.grad(lambda p: (0.8 * jnp.exp(-p[0])) ** 2 + p[1] ** 2 * (1 - jnp.exp(-2 * p[0])) / (2 * p[0]))(
            jnp.array([1.3, 0.5])
        )
    for name, truth in zip(("rate", "scale"), np.asarray(exact), strict=True):
        values = np.array([float(draw[name]) for draw in draws])
        assert abs(values.mean() - truth) < 5 * values.std(ddof=1) / np.sqrt(12) + 2e-4


@pytest.mark.slow
def test_the_gradient_of_the_mean_of_geometric_brownian_motion_is_exact_for_the_scheme():
    """Euler's mean is x0 (1 + μh)^n whatever the paths; with s = 1e-9 the gradient has next to no sampling error: x0 n h (1 + μh)^{n-1}."""
    growth = sde.geometric_brownian_motion(growth=0.5, volatility=1e-9)
    with precise("float64"):
        slope = jax.jacrev(
            lambda g: mean_of(
                growth, sde.EulerMaruyama(), 2.0, lambda t, x, p: x, {"growth": g, "volatility": 1e-9}, paths=3
            )
        )(0.5)
    n = np.array([0, 16, 32])
    np.testing.assert_allclose(slope[:, 0], 2 * n / 32 * (1 + 0.5 / 32) ** np.maximum(n - 1, 0), rtol=1e-7)


TILTED = sde.underdamped(lambda t, x, p: p["i"] - jnp.sin(x), friction=0.5, temperature=0.1, params={"i": 0.9})
GENERAL = sde.linear_system(-np.eye(2), 0.3 * np.array([[[1.0, 2.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("process", "scheme", "start", "steps"),
    [
        pytest.param(
            replace(TILTED, periods=(2 * np.pi, None)),
            sde.BAOAB(),
            [0.5, 0.0],
            20,
            id="periodic, apart",
            marks=pytest.mark.slow,
        ),
        pytest.param(OU, sde.EulerMaruyama(), 1.0, 14, id="whole, odd blocks"),
        pytest.param(TILTED, sde.BAOAB(), [0.5, 0.0], 32, id="apart", marks=pytest.mark.slow),
        pytest.param(GENERAL, sde.LevyMilstein(), [1.0, 1.0], 8, id="areas", marks=pytest.mark.slow),
        pytest.param(GENERAL, sde.DRI1(), [1.0, 1.0], 8, id="weak", marks=pytest.mark.slow),
    ],
)
def test_gradients_are_slopes_of_the_same_mean(process, scheme, start, steps):
    """Along a fixed direction in the parameters, central differences of the very mean, and the mean is the one of `solve`."""
    with precise("float64"):
        params = jax.tree.map(jnp.asarray, process.params)

        @jax.jit
        def mean(p):
            return mean_of(process, scheme, start, square, p, paths=40, steps=steps)[-1]

        slope = sum(jnp.sum(leaf) for leaf in jax.tree.leaves(jax.grad(mean)(params)))
        up, down = (mean(jax.tree.map(lambda leaf, h=h: leaf + h, params)) for h in (1e-5, -1e-5))
        np.testing.assert_allclose(slope, (up - down) / 2e-5, rtol=1e-6)
        value = mean(params)
    found = sde.solve(
        process, scheme, start, [0, 0.5, 1], steps=steps, paths=40, rng=0, statistics=sde.Moments(of=square)
    )
    np.testing.assert_allclose(value, found.mean[-1, 0], rtol=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("times", [[3.0, 3.5, 4.0], [4.0, 3.5, 3.0]])
def test_a_mean_that_begins_late_or_falls_is_that_of_solve(times):
    """dX = sin(t) X dt without noise, by Euler: the product of (1 + h sin t) over the 32 steps."""
    swing = sde.SDE(lambda t, x, p: jnp.sin(t) * x, None, noise="none")
    with precise("float64"):
        found = sde.expectation(
            swing, sde.EulerMaruyama(), 2.0, times, lambda t, x, p: t * x[0], paths=2, rng=None, steps=32
        )
        same = sde.solve(swing, sde.EulerMaruyama(), 2.0, times, paths=2, rng=None, steps=32).values[0, :, 0]
    np.testing.assert_allclose(found, np.array(times) * same, rtol=1e-12)
    assert float(found[-1]) / times[-1] == pytest.approx(2 * np.exp(np.cos(times[0]) - np.cos(times[-1])), rel=0.02)


@pytest.mark.slow
def test_chunks_follow_each_other(monkeypatch):
    import evolaw.sde.loop.expectation as module

    whole = mean_of(OU, sde.EulerMaruyama(), np.linspace(0, 1, 25)[:, None], square, OU.params, paths=25)
    monkeypatch.setattr(module, "_CHUNK", 10)
    cut = mean_of(
        OU, sde.EulerMaruyama(), np.linspace(0, 1, 25)[:, None], lambda t, x, p: x[0] ** 2, OU.params, paths=25
    )
    np.testing.assert_allclose(cut, whole, rtol=1e-6)


def test_refusals():
    with pytest.raises(ArgumentError, match="Argument `scheme` must be one for the process"):
        mean_of(TILTED, sde.SRI1W1(), [0.0, 0.0], square, TILTED.params)
    with pytest.raises(ShapeError, match=r"`start` must have shape \(1,\) for all paths or \(200, 1\)"):
        mean_of(OU, sde.EulerMaruyama(), [1.0, 2.0], square, OU.params)
    with pytest.raises(ArgumentError, match="Argument `rng`"):
        mean_of(OU, sde.EulerMaruyama(), 1.0, square, OU.params, rng=None)
