"""Lévy areas: conditional moments in closed form, characteristic function; the false-alarm rate of each test is below 1e-4."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.errors import ArgumentError
from evolaw.sde.noise.levy_areas import area_pairs, area_terms, levy_area

H = 0.3


def rows_of(normals):
    """Pairs read off an array of complex normals."""
    return lambda first, count: jax.lax.dynamic_slice_in_dim(normals, first, count)


def area_of(dw, terms, normals):
    """Compiled, as the loop has it: operation by operation each is compiled by itself."""
    return jax.jit(lambda dw, normals: levy_area(dw, H, terms, rows_of(normals)))(dw, normals)


def sampled(terms, dw, count=200_000, seed=0):
    rng = np.random.default_rng(seed)
    shape = (area_pairs(len(dw), terms), count)
    with precise("float64"):
        wide = jnp.asarray(np.broadcast_to(np.array(dw)[:, None], (len(dw), count)))
        normals = jnp.asarray(rng.normal(size=shape) + 1j * rng.normal(size=shape))
        return np.asarray(area_of(wide, terms, normals))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("terms", [2, 6])
def test_conditional_covariances_are_exact(terms):
    dw = [0.5, -0.8, 0.3]
    area = sampled(terms, dw)
    n = area.shape[-1]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        truth = H**2 / 12 + H * (dw[i] ** 2 + dw[j] ** 2) / 12
        sample = area[i, j] ** 2
        assert abs(sample.mean() - truth) < 4.5 * sample.std() / np.sqrt(n)
        assert abs(area[i, j].mean()) < 4.5 * area[i, j].std() / np.sqrt(n)
    cross = area[0, 1] * area[0, 2]
    assert abs(cross.mean() - H * dw[1] * dw[2] / 12) < 4.5 * cross.std() / np.sqrt(n)


@pytest.mark.slow
def test_conditional_characteristic_function():
    dw = [0.4, 0.7]
    area = sampled(8, dw)[0, 1]
    for frequency in (2.0, 5.0, 10.0):
        z = frequency * H / 2
        truth = z / np.sinh(z) * np.exp(-(dw[0] ** 2 + dw[1] ** 2) / (2 * H) * (z / np.tanh(z) - 1))
        sample = np.cos(frequency * area)
        assert abs(sample.mean() - truth) < 4.5 * sample.std() / np.sqrt(area.size) + 2e-4


def test_areas_are_antisymmetric():
    area = sampled(2, [0.1, 0.2, 0.3, 0.4], count=5)
    np.testing.assert_array_equal(area, -np.swapaxes(area, 0, 1))


def test_number_of_terms_follows_the_mean_square_error():
    assert area_terms(10, 1e-3) == 10
    assert area_terms(1, 10.0) == 1


def test_the_formula_is_the_published_one():
    """Against the sums written out, X Y' and all, for one set of normals."""
    m, terms = 3, 2
    rng = np.random.default_rng(5)
    normals = rng.normal(size=(area_pairs(m, terms), 1)) + 1j * rng.normal(size=(area_pairs(m, terms), 1))
    dw = np.array([0.3, -0.2, 0.5])
    w, flat = dw / np.sqrt(H), normals[:, 0]
    x, y = flat.real[: m * terms].reshape(terms, m), flat.imag[: m * terms].reshape(terms, m)
    psi, rest = flat.real[m * terms : m * (terms + 1)], flat[m * (terms + 1) :]
    tail = np.sqrt(2 * (np.pi**2 / 6 - sum(1 / k**2 for k in range(1, terms + 1))))
    b = sum(np.outer(x[k], y[k] - np.sqrt(2) * w) / (k + 1) for k in range(terms)) + tail * np.outer(w, psi)
    b[np.triu_indices(m, 1)] += tail * np.concatenate([rest.real, rest.imag])[:3]
    with precise("float64"):
        area = area_of(jnp.asarray(dw[:, None]), terms, jnp.asarray(normals))
    np.testing.assert_allclose(area[..., 0], H * (b - b.T) / (2 * np.pi), rtol=1e-12)


def test_one_noise_has_no_area():
    with precise("float64"):
        assert float(area_of(jnp.ones((1, 1)), 2, jnp.ones((3, 1), complex))[0, 0, 0]) == 0


def test_no_terms_are_refused():
    with pytest.raises(ArgumentError, match="terms"):
        levy_area(jnp.zeros((2, 3)), 0.1, 0, rows_of(jnp.zeros((6, 3), complex)))
