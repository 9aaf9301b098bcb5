"""The order tester: orders that are known, found within their band, against both kinds of truth."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.sde import RI6, SDE, EulerMaruyama, Milstein, WeakEuler, geometric_brownian_motion, linear_system
from evolaw.sde.studies.convergence import _fitted, declared_order, order

GROWTH = geometric_brownian_motion(growth=0.5, volatility=0.8)


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "truth"), [(EulerMaruyama(), 0.5), (Milstein(), 1.0)])
def test_strong_orders_against_the_explicit_solution(scheme, truth):
    found = order(scheme, GROWTH, 1.0, 1.0, rng=0, steps=(16, 32, 64), paths=1500)
    assert found.truth == "explicit solution" and abs(found.slope - truth) < 0.15 and found.band < 0.15
    assert found.declared == truth
    assert (found.errors > 5 * found.standard_errors).all()


@pytest.mark.slow
def test_weak_order_against_finer_steps():
    plain = SDE(lambda t, x, p: 0.5 * x, lambda t, x, p: 0.2 * x, noise="scalar")
    found = order(EulerMaruyama(), plain, 1.0, 1.0, rng=0, kind="weak", steps=(4, 8, 16), paths=2000)
    assert found.truth == "finer steps" and abs(found.slope - 1) < max(0.2, 2 * found.band)
    # The bias of the mean is exp(a) - (1 + a h)^n up to the finer solution's own.
    exact = (1 + 0.5 / 64) ** 64 - (1 + 0.5 / 4) ** 4
    assert abs(found.errors[0] - exact) < 4.5 * found.standard_errors[0]


@pytest.mark.slow
def test_the_band_covers_the_order_as_often_as_it_says():
    """400 sets of made-up samples, errors of different h correlated as on shared paths: the 95 % band covers the slope 1 in 92
    to 98 % of them (binomial, four standard errors), and its width is the spread of the slopes."""
    rng = np.random.default_rng(0)
    counts = np.array([8, 16, 32, 64])
    covered, slopes, bands = [], [], []
    for _ in range(400):
        shared = rng.normal(size=(1, 400))
        samples = (1 + 2 * (0.8 * shared + 0.6 * rng.normal(size=(4, 400)))) / counts[:, None]
        found = _fitted("weak", samples, counts, 1 / counts, "made up", EulerMaruyama(), GROWTH)
        covered.append(abs(found.slope - 1) < found.band)
        slopes.append(found.slope)
        bands.append(found.band)
    assert 0.91 < np.mean(covered) < 0.985
    assert np.mean(bands) == pytest.approx(2.093 * np.std(slopes), rel=0.15)


def test_errors_of_errors_are_those_of_a_mean():
    samples = np.array([[1.0, 3.0] * 50, [1.0, 2.0] * 50])
    found = _fitted("weak", samples, np.array([8, 16]), np.array([0.2, 0.1]), "made up", EulerMaruyama(), GROWTH)
    np.testing.assert_allclose(found.errors, [2.0, 1.5])
    np.testing.assert_allclose(found.standard_errors, np.array([1.0, 0.5]) / np.sqrt(99))
    assert found.slope == pytest.approx(np.log2(2 / 1.5))


def test_a_noisy_error_weighs_little():
    """The smallest error drowns in its noise; the slope is that of the others."""
    rng = np.random.default_rng(1)
    counts = np.array([8, 16, 32, 64])
    noise = np.array([1e-4, 1e-4, 1e-4, 5.0])[:, None] * rng.normal(size=(4, 400))
    found = _fitted("weak", 1 / counts[:, None] + noise, counts, 1 / counts, "made up", EulerMaruyama(), GROWTH)
    assert abs(found.slope - 1) < 0.01 and found.errors[3] > 2 / 64


@pytest.mark.slow
def test_weak_orders_without_paths_sum_over_the_components():
    """Two components; the truth is the sum of their exact means."""
    process = linear_system([[0.5, 0.0], [0.0, -1.0]], [[[0.2, 0.0], [0.0, 0.1]]])
    found = order(WeakEuler(), process, [1.0, 2.0], 1.0, rng=0, kind="weak", steps=(1, 2, 4), paths=4000)
    exact = [(1 + 0.5 / n) ** n + 2 * (1 - 1 / n) ** n - np.exp(0.5) - 2 * np.exp(-1.0) for n in (1, 2, 4)]
    assert (np.abs(found.errors - np.abs(exact)) < 4.5 * found.standard_errors).all()
    assert found.truth == "explicit solution"


def test_what_cannot_be_measured_is_said():
    with pytest.raises(ArgumentError, match="follows no Brownian path"):
        order(RI6(), GROWTH, 1.0, 1.0, rng=0)
    with pytest.raises(ArgumentError, match="divide the last one"):
        order(Milstein(), GROWTH, 1.0, 1.0, rng=0, steps=(3, 4, 8))


def test_declared_orders_depend_on_the_noise():
    assert declared_order(EulerMaruyama(), GROWTH, "strong") == 0.5
    assert declared_order(EulerMaruyama(), SDE(0.0, 1.0, noise="additive"), "strong") == 1.0
    assert declared_order(RI6(), GROWTH, "strong") is None
    assert np.isclose(declared_order(RI6(), GROWTH, "weak"), 2.0)


@pytest.mark.slow
def test_a_start_without_error_is_refused():
    from evolaw.errors import ArgumentError
    from evolaw.sde import Milstein, geometric_brownian_motion, order

    growth = geometric_brownian_motion(growth=0.5, volatility=0.8)
    with pytest.raises(ArgumentError, match="Argument `start` must be one from which the scheme makes an error"):
        order(Milstein(), growth, 0.0, 1.0, rng=0, steps=(4, 8, 16), paths=50)
