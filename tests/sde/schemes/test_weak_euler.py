"""Weak Euler: expectations by enumerating its noise, hence without sampling error; then the loop with its words."""

import itertools

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.sde import (
    SDE,
    EulerMaruyama,
    Moments,
    Noise,
    WeakEuler,
    hyperbolic_sine,
    linear_system,
    multilevel_mean,
    ornstein_uhlenbeck,
    solve,
)
from evolaw.sde.processes.linear_systems import second_moments

BOTH = [WeakEuler(2), WeakEuler(3)]
A = np.array([[-0.6, 0.3], [-0.2, -0.8]])
B = np.array([[[0.5, 0.2], [-0.3, 0.1]], [[-0.1, 0.4], [0.3, 0.25]]])
START = np.array([1.0, 0.7])


@pytest.mark.parametrize("scheme", BOTH, ids=lambda scheme: scheme.needs)
def test_second_moments_are_those_of_euler_maruyama(scheme, moment_steps):
    """They ask for the second moment of the noise only; the order is 1."""
    process = linear_system(A, B)
    gaussian = moment_steps(process, EulerMaruyama())
    exact = second_moments(A, B, 1.0, np.outer(START, START))
    found = [moment_steps(process, scheme).after(START, 1.0, n) for n in (32, 64)]
    np.testing.assert_allclose(found[1], gaussian.after(START, 1.0, 64), rtol=1e-12)
    errors = [np.abs(one[1:, 1:] - exact).max() for one in found]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(1.0, abs=0.05)


def test_order_one_on_nonlinear_noise():
    """E p(arsinh X) on the sinh equation over all strings of signs; p = z³ - 6z² + 8z, exact 0.375 at T = 0.5."""

    def error(steps):
        process, h = hyperbolic_sine(), 0.5 / steps
        x = np.zeros(1)
        for _ in range(steps):
            x = np.repeat(x, 2)
            g, f = np.sqrt(1 + x**2), np.sqrt(1 + x**2) + x / 2
            x = x + f * h + g * np.sqrt(h) * np.tile([-1.0, 1.0], len(x) // 2)
        z = np.arcsinh(x)
        # The recursion above is the scheme, written once more; one state is compared.
        step = WeakEuler(2).step(process, 0.0, np.array([0.3]), h, Noise(np.array([np.sqrt(h)])), None)[0]
        assert float(step[0]) == pytest.approx(0.3 + (np.sqrt(1.09) + 0.15) * h + np.sqrt(1.09 * h), rel=1e-6)
        return abs(np.mean(z**3 - 6 * z**2 + 8 * z) - 0.375)

    errors = [error(n) for n in (4, 8, 16)]
    assert np.log2(errors[1] / errors[2]) == pytest.approx(1.0, abs=0.15)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("scheme", BOTH, ids=lambda scheme: scheme.needs)
def test_the_loop_draws_what_the_enumeration_assumes(scheme):
    """Fourth moment of two steps of Brownian motion, exact for the scheme; 4.5 standard errors: false alarms below 1e-5."""
    motion = SDE(0.0, 1.0, noise="additive")
    found = solve(
        motion, scheme, 0.0, [0, 1], steps=2, paths=50_000, rng=3, statistics=Moments(of=lambda t, x, p: x**4)
    )
    points = np.array([-1.0, 1.0]) if scheme.points == 2 else np.array([-np.sqrt(3), 0, 0, 0, 0, np.sqrt(3)])
    exact = np.mean([(sum(two) / np.sqrt(2)) ** 4 for two in itertools.product(points, repeat=2)])
    assert abs(found.mean[-1, 0] - exact) < 4.5 * found.mean_error[-1, 0]


def test_one_step_reads_its_coefficients_at_its_beginning():
    process = SDE(lambda t, x, p: t * x, lambda t, x, p: (1 + t) * x, noise="scalar")
    step = WeakEuler().step(process, 2.0, np.array([3.0]), 0.5, Noise(np.array([-0.25])), None)[0]
    assert float(step[0]) == pytest.approx(3 + 2 * 3 * 0.5 - 3 * 3 * 0.25)


def test_no_path_is_followed():
    with pytest.raises(ArgumentError, match="Brownian"):
        multilevel_mean(ornstein_uhlenbeck(rate=1, scale=1), WeakEuler(), 1.0, 1.0, lambda x: x[0], error=0.1, rng=0)
    with pytest.raises(ArgumentError, match="`points` must be 2 or 3"):
        WeakEuler(4)
