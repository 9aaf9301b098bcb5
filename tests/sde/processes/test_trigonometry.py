"""Sine and cosine by polynomials."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.sde.processes.trigonometry import cosine, sine


@pytest.mark.parametrize(("precision", "error"), [("float64", 4e-15), ("float32", 2e-6)])
@pytest.mark.parametrize(("ours", "theirs"), [(sine, np.sin), (cosine, np.cos)])
def test_they_are_sine_and_cosine(precision, error, ours, theirs):
    with precise(precision) as dtype:
        x = np.linspace(-10, 10, 20_001).astype(dtype)
        np.testing.assert_allclose(np.asarray(ours(jnp.asarray(x))), theirs(x.astype(float)), rtol=0, atol=error)
        assert ours(jnp.asarray(x)).dtype == dtype


def test_they_are_differentiable():
    with precise("float64"):
        x = jnp.linspace(-7, 7, 101)
        np.testing.assert_allclose(jax.vmap(jax.grad(sine))(x), np.cos(x), atol=1e-13)
        np.testing.assert_allclose(jax.vmap(jax.grad(cosine))(x), -np.sin(x), atol=1e-13)


def test_far_arguments_lose_what_the_argument_has_lost():
    with precise("float64"):
        x = 1e6 + np.linspace(0, 6, 101)
        np.testing.assert_allclose(np.asarray(sine(jnp.asarray(x))), np.sin(x), atol=1e-9)
