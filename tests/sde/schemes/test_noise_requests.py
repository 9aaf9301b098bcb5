"""Noise requests: every scheme has one, its word will do, and what is said of each kind is what is drawn."""

from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw import sde
from evolaw.errors import ArgumentError
from evolaw.sde import SDE, EulerMaruyama, Moments, WeakEuler, solve
from evolaw.sde.noise.brownian import Drawing, path_keys
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.scheme import OneStep

WALK = SDE(0.0, 1.0, noise="additive")


class Mine(OneStep):
    """Euler's step for constant coefficients, by someone who knows words only."""

    name: ClassVar[str] = "mine"
    needs = "dW"
    strong_order: ClassVar[float] = 1.0
    weak_order: ClassVar[float] = 1.0

    def step(self, process, t, x, dt, noise, memory):
        return x + noise.dW, memory


@pytest.mark.slow
def test_a_word_will_do():
    asked = {"paths": 20, "rng": 0, "steps": 8}
    mine, theirs = (solve(WALK, scheme, 0.0, [0, 1], **asked).values for scheme in (Mine(), EulerMaruyama()))
    np.testing.assert_array_equal(mine, theirs)


def test_a_word_that_nobody_knows_is_refused():
    scheme = Mine()
    scheme.needs = "dB"
    with pytest.raises(ArgumentError, match="needs"):
        solve(WALK, scheme, 0.0, [0, 1], steps=8, rng=0)


@pytest.mark.parametrize(
    "name", sorted(name for name in sde.__all__ if hasattr(getattr(sde, name), "needs") and name != "Scheme")
)
def test_schemes_declare_requests(name):
    scheme = getattr(sde, name)
    if isinstance(scheme, type):
        scheme = scheme()
    assert isinstance(scheme.needs, NoiseRequest) and NoiseRequest.of(scheme) is scheme.needs


@pytest.mark.sampled(9)
@pytest.mark.parametrize("request_", NoiseRequest)
def test_what_is_said_of_a_kind_is_what_is_drawn(request_):
    keys = jax.jit(path_keys, static_argnums=(0, 2))((1, 2), np.arange(500), 2)
    noise = jax.jit(Drawing(request_, 2, "float32").step)(keys, jnp.uint32(3), jnp.float32(0.25))
    values = np.unique(np.round(np.asarray(noise.dW), 5)).size if noise.dW is not None else 0
    assert request_.is_weak == (values in (2, 3))
    assert request_.is_of_normals == (values > 3 and noise.area is None)
    assert (noise.dZ is not None) == (request_ is NoiseRequest.INTEGRALS)


def test_exact_transitions_say_how_many_normals_they_take():
    process = sde.harmonic_oscillator(frequency=1.0, damping=0.5, amplitude=0.3)
    assert NoiseRequest.NORMALS.noises(process) == process.exact.normals
    assert NoiseRequest.INCREMENTS.noises(WALK) == 1 and NoiseRequest.NONE.noises(SDE(0.0, None, noise="none")) == 0


@pytest.mark.slow
def test_weak_noise_still_has_its_moments():
    found = solve(WALK, WeakEuler(3), 0.0, [0, 1], steps=16, paths=4000, rng=0, statistics=Moments())
    assert abs(found.mean[-1, 0]) < 5 * found.mean_error[-1, 0]
