"""Every scheme on falling times: the law of the equation in the time -t, and a process that both schemes see alike."""

import jax.numpy as jnp
import numpy as np
import pytest

import evolaw.sde as sde
from evolaw.errors import ArgumentError
from evolaw.sde.processes.process import time_reversed
from evolaw.sde.schemes.reversal import Reversal

# Falling from t = 1, with s = 1 - t: dX = -(1 - t) X dt backwards is dX = s X ds, so X grows by e^{s²/2} on average.
GROWTH = sde.SDE(lambda t, x, p: -(1 - t) * x, lambda t, x, p: 0.5 * x, noise="scalar", name="growth")


@pytest.mark.slow
@pytest.mark.parametrize(
    "scheme",
    [sde.EulerMaruyama(), sde.Milstein(), sde.SRI1W1(), sde.DRI1(), sde.WeakEuler(3), sde.LevyMilstein()],
    ids=str,
)
def test_moments_on_falling_times(scheme):
    """ln X(0) ~ N(1/2 - 1/8, 1/4) from X(1) = 1: mean e^{1/2}, within 4.5 standard errors and the bias of the step; false alarm 1e-5."""
    found = sde.solve(GROWTH, scheme, 1.0, [1.0, 0.0], steps=64, paths=20_000, rng=5, statistics=sde.Moments())
    bias = 0.01 * np.exp(0.5)
    assert abs(found.mean[-1, 0] - np.exp(0.5)) < 4.5 * found.mean_error[-1, 0] + bias
    second = np.exp(1.25)
    exact = second - np.exp(1.0)
    assert abs(found.variance[-1, 0] - exact) < 4.5 * found.covariance_error[-1, 0, 0] + 0.05 * exact


@pytest.mark.slow
@pytest.mark.parametrize(
    "scheme", [sde.EulerMaruyama(), sde.Milstein(), pytest.param(sde.SRI1W1(), marks=pytest.mark.slow)], ids=str
)
def test_falling_times_are_rising_times_of_the_reversed_equation(scheme):
    """To the last bit, but for the rounding of -t."""
    falling = sde.solve(GROWTH, scheme, 1.0, [1.0, 0.5, 0.0], steps=16, paths=5, rng=2)
    rising = sde.solve(time_reversed(GROWTH), scheme, 1.0, [-1.0, -0.5, 0.0], steps=16, paths=5, rng=2)
    np.testing.assert_allclose(falling.values, rising.values, rtol=1e-13)


@pytest.mark.parametrize("scheme", [sde.EulerMaruyama(), sde.StochasticHeun()], ids=str)
def test_schemes_that_take_negative_steps_agree_with_their_reversal(scheme):
    """Declared ``runs_backwards``, they see dt < 0 themselves: the same step as by the equation in the time -t."""
    process = sde.SDE(GROWTH.drift, GROWTH.diffusion, noise="scalar", calculus=scheme.calculus)
    noise = sde.Noise(jnp.array([0.3]))
    own, _ = scheme.step(process, 0.8, jnp.ones(1), -0.1, noise, None)
    other, _ = Reversal(scheme).step(process, 0.8, jnp.ones(1), -0.1, noise, None)
    np.testing.assert_allclose(own, other, rtol=1e-6)


def test_a_method_without_a_backward_form_says_so():
    ball = sde.underdamped(lambda t, x, p: -x, friction=0.5, temperature=1.0)
    with pytest.raises(ArgumentError, match="BAOAB splits underdamped"):
        sde.solve(ball, sde.BAOAB(), [1.0, 0.0], [1, 0], steps=4, rng=0)
    with pytest.raises(ArgumentError, match="transition of Ornstein–Uhlenbeck is not known"):
        sde.solve(sde.ornstein_uhlenbeck(rate=1.0, scale=0.5), sde.ExactStep(), 1.0, [1, 0], steps=4, rng=0)
