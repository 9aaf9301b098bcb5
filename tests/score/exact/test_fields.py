"""Fields against the dense Gaussian with the same covariance."""

import numpy as np
import pytest
from scipy.linalg import expm

from evolaw import score
from evolaw.errors import ArgumentError

DRAW = np.random.Generator(np.random.Philox(key=7))


@pytest.mark.parametrize("shape", [(5,), (4, 6)])
@pytest.mark.parametrize("t", [0.3, np.array([0.2, 0.5, 0.9])], ids=["one", "each"])
def test_the_fourier_form_is_the_dense_gaussian(shape, t):
    lattice, x, noising = score.free_field(shape, 0.7), DRAW.standard_normal((3, *shape)), score.SubVP()
    dense = score.Gaussian(np.zeros(shape), lattice.covariance)
    for name in ("score", "log_density", "divergence"):
        np.testing.assert_allclose(
            getattr(lattice, name)(x, t, noising), getattr(dense, name)(x, t, noising), rtol=1e-9
        )


def test_the_free_field_inverts_its_action():
    """C⁻¹ = m² - Laplacian, put together by hand."""
    size, mass = 6, 0.8
    step = np.roll(np.eye(size), 1, 0)
    laplacian = np.kron(step + step.T - 2 * np.eye(size), np.eye(size))
    laplacian = laplacian + np.kron(np.eye(size), step + step.T - 2 * np.eye(size))
    precision = mass**2 * np.eye(size**2) - laplacian
    np.testing.assert_allclose(score.free_field((size, size), mass).covariance @ precision, np.eye(size**2), atol=1e-12)


def test_draws_have_the_spectrum():
    """The variance of one site and of its neighbours' product, 4.5 standard errors each: false alarm 1.4e-5."""
    lattice = score.free_field((8,), 0.5)
    draws = lattice.sample(20_000, rng=1)
    for shift in (0, 1, 3):
        products = draws[:, 0] * draws[:, shift]
        assert abs(products.mean() - lattice.covariance[0, shift]) < 4.5 * products.std() / np.sqrt(20_000)


def test_the_ornstein_uhlenbeck_path_is_markov():
    """Its covariance is that of x' = e^(-θΔ) x + noise, by the matrix exponential of a chain of three times."""
    law = score.ornstein_uhlenbeck_path([0.0, 0.4, 1.0], rate=1.5, scale=0.8)
    variance = 0.8**2 / 3
    assert law.covariance[0, 0] == pytest.approx(variance)
    assert law.covariance[0, 2] == pytest.approx(variance * float(expm(np.array([[-1.5]]))[0, 0]))
    assert law.covariance[0, 2] * law.covariance[1, 1] == pytest.approx(law.covariance[0, 1] * law.covariance[1, 2])


def test_what_is_no_field_is_refused():
    with pytest.raises(ArgumentError, match="`spectrum`"):
        score.PeriodicField([1.0, 2.0, 3.0])
    with pytest.raises(ArgumentError, match="`spectrum`"):
        score.PeriodicField([1.0, -2.0])
    with pytest.raises(ArgumentError, match="`mass`"):
        score.free_field((4,), 0.0)
    for shape in ((0.0, 1.0), 4, ()):
        with pytest.raises(ArgumentError, match="`shape`"):
            score.free_field(shape, 1.0)
