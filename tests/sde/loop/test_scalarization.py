"""Functions taken apart into numbers: equal to the functions themselves, dependencies exact, refusals where there is no form."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import object_array
from evolaw.sde.loop.scalarization import in_one_pass, taken_apart

PATHS = 5
RNG = np.random.default_rng(3)
MATRIX = jnp.asarray(RNG.normal(size=(3, 3)), jnp.float32)


def lanes(array):
    numbers = np.empty(array.shape[:-1], object)
    for index in np.ndindex(*numbers.shape):
        numbers[index] = jnp.asarray(array[index])
    return numbers


FUNCTIONS = {
    "rotation": lambda x: jnp.stack([x[1], -x[0], x[2]]),
    "array of numbers": lambda x: jnp.array([x[0] * x[1], 2.0, jnp.sin(x[2])]),
    "matrix": lambda x: MATRIX @ x,
    "two matrices": lambda x: (jnp.outer(x, x) @ MATRIX).ravel(),
    "einsum": lambda x: jnp.einsum("ij,j,kj->ik", MATRIX, x, MATRIX),
    "batched product": lambda x: jnp.einsum("kij,kj->ki", jnp.stack([MATRIX, 2 * MATRIX, MATRIX.T]), jnp.outer(x, x)),
    "sums": lambda x: jnp.stack([x.sum(), x.prod(), x.max(), x.min(), jnp.linalg.norm(x)]),
    "choice": lambda x: jnp.where(x > 0, x, jnp.where(x < -1, 0.0, x**3)),
    "clip and sign": lambda x: jnp.clip(x, -0.5, 0.5) + jnp.sign(x),
    "rolled and reversed": lambda x: jnp.roll(x, 1) + x[::-1],
    "concatenated": lambda x: jnp.concatenate([x[1:], x[:1], jnp.zeros(2)]),
    "integers": lambda x: (jnp.arange(3) * 2).astype(x.dtype) * x,
    "jitted": lambda x: jax.jit(lambda y: jnp.exp(-(y**2)))(x),
    "smooth": lambda x: jax.nn.softplus(x) + jax.nn.relu(x),
    "gradient": lambda x: jax.grad(lambda y: (y**4).sum() / 4 - (y**2).sum() / 2 + y[0] * y[1])(x),
    "directional": lambda x: jax.jvp(lambda y: y**2 * y[::-1], (x,), (x,))[1],
    "transposed": lambda x: jnp.outer(x, 2 * x + 1).T,
    "broadcast": lambda x: x[:, None] + x[None, :] * MATRIX,
    "split": lambda x: jnp.split(x, [1])[1],
    "constant": lambda x: jnp.ones(2),
    "any": lambda x: jnp.stack([jnp.any(x > 0), jnp.all(x > 0)]).astype(x.dtype),
}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_same_numbers_come_out(name):
    function, x = FUNCTIONS[name], RNG.normal(size=(3, PATHS)).astype(np.float32)
    apart = taken_apart(function, x[:, 0])

    @jax.jit
    def whole(x):
        (found,) = apart(lanes(x))
        places = [jnp.broadcast_to(number, PATHS) for number in found.ravel()]
        return jnp.stack(places).reshape(*found.shape, PATHS)

    wanted = jax.jit(jax.vmap(function, in_axes=-1, out_axes=-1))(x)
    np.testing.assert_allclose(whole(x), wanted, rtol=2e-6, atol=1e-6, strict=True)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_dependencies_are_those_of_the_jacobian(name):
    """No entry of the Jacobian is nonzero where no dependency is claimed."""
    function, x = FUNCTIONS[name], np.array([0.3, -0.7, 1.1], np.float32)
    slopes = np.asarray(jax.jit(jax.jacobian(function))(x)).reshape(-1, 3)
    for row, sources in zip(slopes, taken_apart(function, x).mixes, strict=True):
        assert set(np.flatnonzero(row)) <= sources


def test_dependencies_are_exact_where_nothing_cancels():
    mixes = taken_apart(FUNCTIONS["array of numbers"], np.zeros(3, np.float32)).mixes
    assert mixes == ({0, 1}, set(), {2})


def test_the_argument_asked_about():
    mixes = taken_apart(lambda t, x: t * x[::-1], np.float32(0), np.zeros(2, np.float32), asked=1).mixes
    assert mixes == ({1}, {0})


def test_trees_of_arguments_and_results():
    apart = taken_apart(
        lambda pair, t: {"b": pair[0] * t, "a": pair[1]},
        (np.zeros(2, np.float32), np.zeros((), np.float32)),
        np.float32(1),
    )
    first, second = np.empty(2, object), np.empty((), object)
    first[:], second[()] = [jnp.ones(PATHS), jnp.zeros(PATHS)], jnp.full(PATHS, 7.0)
    time = np.empty((), object)
    time[()] = jnp.float32(3)
    a, b = apart((first, second), time)
    assert a[()].tolist() == [7.0] * PATHS
    assert b[0].tolist() == [3.0] * PATHS


@pytest.mark.parametrize(
    "function",
    [
        lambda x: jax.lax.fori_loop(0, 3, lambda i, y: y * 2, x),
        lambda x: jax.lax.cond(x[0] > 0, lambda y: y, lambda y: -y, x),
        lambda x: x[jnp.argmax(x)][None],
        lambda x: jnp.sort(x),
    ],
    ids=["loop", "condition", "index", "sort"],
)
def test_what_has_no_form_gives_none(function):
    assert taken_apart(function, np.zeros(3, np.float32)) is None


def test_too_many_numbers_give_none():
    assert taken_apart(lambda x: jnp.outer(x, x), np.zeros(38, np.float32)) is not None
    assert taken_apart(lambda x: jnp.outer(x, x), np.zeros(39, np.float32)) is None


# -- several results in one pass ----------------------------------------------------------------------------------------------


@in_one_pass
def shares(size, x):
    powers = jnp.exp(size * x - jnp.max(size * x))
    return powers / powers.sum()


def numbers_of(size, x):
    return object_array([size]).reshape(()), lanes(x)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_one_pass_gives_the_same_numbers_whatever_their_count(count):
    x = RNG.normal(size=(count, PATHS)).astype(np.float32)
    apart = taken_apart(shares, np.float32(1), x[:, 0], asked=1)
    assert apart.has_passes and not taken_apart(lambda s, x: s * x, np.float32(1), x[:, 0]).has_passes

    def whole(size, x):
        (found,) = apart(*numbers_of(size, x))
        return jnp.stack(list(found))

    wanted = jax.vmap(lambda x: shares(np.float32(2), x), in_axes=-1, out_axes=-1)(x)
    np.testing.assert_allclose(jax.jit(whole)(np.float32(2), x), wanted, rtol=2e-6)
    (branch,) = (e for e in jax.make_jaxpr(whole)(np.float32(2), x).eqns if str(e.primitive) == "cond")
    assert len(branch.outvars) == -(-count // 2)  # every two numbers are one result, which the compiler keeps


def test_one_pass_loses_the_paths_that_are_lost_and_all_of_them_with_the_clock():
    x = RNG.normal(size=(2, PATHS)).astype(np.float32)
    x[1, 3] = np.nan
    apart = taken_apart(shares, np.float32(1), x[:, 0], asked=1)

    @jax.jit
    def whole(size):
        return jnp.stack(list(apart(*numbers_of(size, x))[0]))

    assert np.isfinite(whole(np.float32(1))).all(0).tolist() == [True, True, True, False, True]
    assert np.isnan(whole(np.float32(np.nan))).all()


def test_one_pass_has_the_derivatives_of_the_function():
    x = RNG.normal(size=(2, PATHS))
    with jax.enable_x64(True):
        apart = taken_apart(shares, np.float64(1), x[:, 0], asked=1)
        through = jax.grad(lambda size: apart(*numbers_of(size, x))[0][0].sum())(1.5)
        wanted = jax.grad(lambda size: jax.vmap(lambda x: shares(size, x), in_axes=-1, out_axes=-1)(x)[0].sum())(1.5)
    assert through == pytest.approx(float(wanted), rel=1e-12)


def test_passes_may_hold_twice_as_many_numbers():
    def step(size, x):
        return shares(size, x)

    x = np.ones(3, np.float32)
    needed = taken_apart(step, np.float32(1), x, asked=1).numbers
    assert taken_apart(step, np.float32(1), x, asked=1, most=needed / 2) is not None
    assert taken_apart(step, np.float32(1), x, asked=1, most=needed / 2 - 1) is None
    assert taken_apart(lambda size, x: jnp.exp(size * x), np.float32(1), x, asked=1, most=5) is None
