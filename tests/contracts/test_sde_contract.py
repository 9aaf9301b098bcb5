"""One contract over every scheme and every classic process of evolaw.sde: a new one is picked up by being exported."""

import inspect
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, is_dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import evolaw.sde as sde
from evolaw.arrays import precise
from evolaw.sde.processes.process import CALCULI, NOISE_KINDS
from evolaw.sde.schemes.noise_requests import NoiseRequest

SCHEMES = [
    value()
    for value in (getattr(sde, name) for name in sde.__all__)
    if inspect.isclass(value) and hasattr(value, "needs") and value is not sde.Scheme
]
PROCESSES = [
    sde.brownian_motion(drift=0.3, scale=0.7),
    sde.geometric_brownian_motion(growth=0.5, volatility=0.8, dim=2),
    sde.brownian_bridge(end=1.0, duration=2.0),
    sde.ornstein_uhlenbeck(rate=1.5, scale=0.5),
    sde.integrated_ornstein_uhlenbeck(friction=0.8, amplitude=1.3),
    sde.harmonic_oscillator(frequency=1.0, damping=0.5, amplitude=1.0, drive=0.3),
    sde.square_root(rate=1.0, level=1.0, scale=0.5),
    sde.double_well(),
    sde.hyperbolic_sine(),
    sde.hyperbolic_tangent(),
    sde.iterated_integral(),
    sde.modulated_noise(),
    sde.linear_system(-np.eye(2), 0.3 * np.array([[[1.0, 2.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])),
    sde.linear_system(-np.eye(2), b=np.eye(2)),
]
FLOW = sde.SDE(lambda t, x, p: -p * x, None, noise="none", params=0.7, name="decay")
YARDSTICKS = ("mean", "covariance", "density", "sample", "pathwise", "stationary_density", "draw")


def noise_for(scheme, process, h):
    draw = np.random.Generator(np.random.Philox(key=8))
    if scheme.needs == "none":
        return sde.Noise()
    m = process.exact.normals if scheme.needs == "exact" else process.noises
    if scheme.needs == "three_point":
        dW = np.sqrt(3 * h) * draw.choice([-1.0, 0.0, 1.0], m)
    else:
        dW = np.sqrt(h) * draw.standard_normal(m)
    half = h * draw.standard_normal((m, m))
    return sde.Noise(
        jnp.asarray(dW),
        jnp.asarray(h / 2 * dW) if scheme.needs == "dW,dZ" else None,
        jnp.asarray(half - half.T) if scheme.needs == "levy" else None,
        jnp.asarray(np.sqrt(h) * np.sign(half - half.T)) if scheme.needs == "three_point" else None,
    )


def claimed():
    """Every scheme with every process whose kind and calculus it claims; one process of each kind with every test."""
    for scheme in SCHEMES:
        seen = set()
        for process in (*PROCESSES, FLOW):
            if process.noise not in scheme.noise_kinds:
                continue
            marks = [pytest.mark.slow] if process.noise in seen else []
            seen.add(process.noise)
            yield pytest.param(scheme, process, id=f"{scheme.name} on {process}", marks=marks)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_declarations_are_complete(scheme):
    assert is_dataclass(scheme)
    assert scheme.needs in tuple(NoiseRequest)
    assert scheme.noise_kinds
    assert set(scheme.noise_kinds) <= {*NOISE_KINDS, "none"}
    assert scheme.calculus in (None, *CALCULI)
    for order in (scheme.strong_order, scheme.weak_order):
        if isinstance(order, Mapping):
            assert set(order) == set(scheme.noise_kinds)
        for value in order.values() if isinstance(order, Mapping) else [order]:
            assert value in (None, 0.5, 1.0, 1.5, 2.0) or (scheme.needs == "none" and value == 4.0)
    assert scheme.strong_order is not None or scheme.needs in ("three_point", "two_point", "exact")
    assert hash(scheme) == hash(type(scheme)()), "equal schemes share a compilation"
    with pytest.raises(FrozenInstanceError):
        scheme.tableau = None


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_a_scheme_names_its_source_and_its_orders(scheme):
    text = inspect.getdoc(type(scheme))
    assert "References:" in text
    assert scheme.needs == "exact" or "order" in text.lower()


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("scheme", "process"), list(claimed()))
def test_a_step_keeps_shape_and_dtype_and_runs_on_many_paths(scheme, process):
    """The same in float32 and float64; a refused process is none of the contract's business."""
    if scheme.refuses(process) is not None:
        return
    for precision in ("float32", "float64"):
        with precise(precision) as dtype:
            x = np.full(process.dim, 0.4, dtype)
            noise = jax.tree.map(lambda part: np.asarray(part, dtype), noise_for(scheme, process, 0.05))
            t, h = np.asarray(0.1, dtype), np.asarray(0.05, dtype)

            def step(t, x, h, noise, scheme=scheme, process=process):
                return scheme.step(process, t, x, h, noise, scheme.start(process, t, x))

            one, memory = jax.eval_shape(step, t, x, h, noise)
            assert (one.shape, one.dtype) == ((process.dim,), dtype)
            begun = jax.eval_shape(lambda t, x, start=scheme.start, process=process: start(process, t, x), t, x)
            assert jax.tree.structure(memory) == jax.tree.structure(begun)
    with precise("float64"):
        pair = jax.tree.map(lambda part: np.stack([part, -part]), (x, noise))

        def together_and_alone(x, noise):
            first = step(t, x[0], h, jax.tree.map(lambda part: part[0], noise))
            return jax.vmap(step, (None, 0, None, 0))(t, x, h, noise)[0], first[0]

        both, alone = jax.jit(together_and_alone)(*pair)
        assert np.isfinite(both).all()
        np.testing.assert_allclose(both[0], alone, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_every_refusal_names_a_scheme_that_exists(scheme):
    for process in (*PROCESSES, FLOW):
        sentence = scheme.refuses(process)
        if sentence is not None:
            assert any(name in sentence for name in (*sde.__all__, "process.exact.draw")), sentence


@pytest.mark.parametrize("process", PROCESSES, ids=str)
def test_every_process_has_a_scheme_and_a_yardstick(process):
    """Somebody can solve it, and something is known exactly about it."""
    assert any(scheme.refuses(process) is None for scheme in SCHEMES)
    assert any(hasattr(process.exact, name) for name in YARDSTICKS)
    assert str(process)
    assert jax.tree.structure(process) == jax.tree.structure(jax.tree.map(lambda leaf: leaf, process))


@pytest.mark.parametrize("process", PROCESSES, ids=str)
def test_a_process_keeps_the_promise_of_its_noise_kind(process):
    from evolaw.sde.processes.noise_kinds import broken_promise

    assert broken_promise(process) is None


@pytest.mark.sampled(5)
@pytest.mark.parametrize("process", PROCESSES, ids=str)
def test_a_process_survives_pickling(process):
    """What a spawned worker needs; the functions of ready-made processes belong to modules."""
    import pickle

    copy = pickle.loads(pickle.dumps(process))
    x = jnp.full(process.dim, 0.3)
    np.testing.assert_array_equal(copy.drift_at(0.1, x), process.drift_at(0.1, x))
    np.testing.assert_array_equal(copy.diffusion_at(0.1, x), process.diffusion_at(0.1, x))
    assert copy.noise == process.noise and (copy.exact is None) == (process.exact is None)
