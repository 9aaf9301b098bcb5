"""Lévy areas: conditional moments in closed form, characteristic function; the false-alarm rate of each test is below 1e-4."""

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.errors import ArgumentError
from evolaw.sde.areas import area_normals, area_terms, levy_area

H = 0.3


def sampled(terms, dw, count=200_000, seed=0):
    rng = np.random.default_rng(seed)
    with precise("float64"):
        wide = jnp.asarray(np.broadcast_to(np.array(dw)[:, None], (len(dw), count)))
        return np.asarray(levy_area(wide, H, jnp.asarray(rng.normal(size=(area_normals(len(dw), terms), count)))))


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


def test_a_wrong_number_of_normals_is_refused():
    with pytest.raises(ArgumentError, match=r"area_normals\(2, p\) rows"):
        levy_area(jnp.zeros((2, 3)), 0.1, jnp.zeros((6, 3)))
