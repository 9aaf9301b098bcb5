"""Both forms of a step give the same states, memories included, and splitting undoes itself."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.sde.loop.state_layout import form_of
from evolaw.sde.schemes.scheme import Noise

PATHS = 6
RNG = np.random.default_rng(8)
X = RNG.normal(size=(3, PATHS)).astype(np.float32)
MEMORY = {"force": RNG.normal(size=(2, 3, PATHS)).astype(np.float32), "count": np.zeros(PATHS, np.float32)}
NOISE = Noise(RNG.normal(size=(3, PATHS)).astype(np.float32), area=RNG.normal(size=(3, 3, PATHS)).astype(np.float32))
T, DT = jnp.float32(0.5), jnp.float32(0.1)


def step(t, dt, x, noise, memory):
    force = memory["force"]
    moved = x[::-1] * t + force[0] * dt + noise.area @ noise.dW
    return moved, {"force": force[::-1] + x, "count": memory["count"] + 1}


def forms():
    arguments = (T, DT, X, NOISE, MEMORY)
    return form_of(step, True, *arguments), form_of(step, False, *arguments)


def test_the_two_forms_are_two():
    apart, whole = forms()
    assert isinstance(apart.split(X, None, MEMORY)[0], tuple)
    assert whole.split(X, None, MEMORY)[0] is X


def test_splitting_undoes_itself():
    apart, _ = forms()
    turns = np.arange(X.size, dtype=np.int32).reshape(X.shape)
    x, wound, memory = apart.join(*apart.split(X, turns, MEMORY))
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(wound, turns)
    assert isinstance(wound, jax.Array)
    assert jax.tree.all(jax.tree.map(np.array_equal, memory, MEMORY))


def test_both_forms_step_alike():
    def twice(form):
        def run(x, memory):
            x, _, memory = form.split(x, None, memory)
            for _ in range(2):
                x, memory = form.advance(T, DT, x, NOISE, memory)
            return form.join(x, None, memory)

        return jax.jit(run)(X, MEMORY)

    (x, _, memory), (wanted, _, kept) = (twice(form) for form in forms())
    np.testing.assert_allclose(x, wanted, rtol=1e-6)
    for name in MEMORY:
        np.testing.assert_allclose(memory[name], kept[name], rtol=1e-5, atol=1e-6)


def test_noise_may_come_in_numbers():
    apart, _ = forms()
    x, _, memory = apart.split(X, None, MEMORY)
    numbers = np.empty(3, object)
    numbers[:] = list(NOISE.dW)
    mixed = Noise(numbers, area=NOISE.area)
    np.testing.assert_array_equal(
        jnp.stack(apart.advance(T, DT, x, mixed, memory)[0]), jnp.stack(apart.advance(T, DT, x, NOISE, memory)[0])
    )


def test_a_state_that_forgets_its_paths_is_the_same_for_all():
    form = form_of(lambda t, dt, x, noise, memory: (jnp.ones(3) * t + 0 * x[0], memory), True, T, DT, X, NOISE, None)
    x, _ = form.advance(T, DT, form.split(X, None, None)[0], NOISE, ())
    assert jnp.stack(x).shape == (3, PATHS)


def test_what_cannot_be_taken_apart_is_left_whole():
    form = form_of(lambda t, dt, x, noise, memory: (jnp.sort(x), memory), True, T, DT, X, NOISE, None)
    np.testing.assert_array_equal(form.advance(T, DT, X, NOISE, None)[0], np.sort(X, axis=0))


@pytest.mark.parametrize("is_apart", [True, False])
def test_forms_work_inside_a_compiled_loop(is_apart):
    form = form_of(step, is_apart, T, DT, X, NOISE, MEMORY)

    @jax.jit
    def run(x, memory):
        x, _, memory = form.split(x, None, memory)
        x, memory = jax.lax.fori_loop(0, 4, lambda i, s: form.advance(T, DT, s[0], NOISE, s[1]), (x, memory))
        return form.join(x, None, memory)

    x, _, memory = run(X, MEMORY)
    assert x.shape == X.shape
    assert memory["count"].tolist() == [4.0] * PATHS
