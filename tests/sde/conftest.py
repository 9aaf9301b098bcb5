"""What the tests of schemes share: one Brownian path on many grids, and moments of schemes without sampling error."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.scheme import Noise


@pytest.fixture
def float64() -> Iterator[None]:
    """Compute with JAX in float64."""
    with precise("float64"):
        yield


# -- one path on many grids ------------------------------------------------------------------------------------------


def brownian_noise(seed: int, paths: int, steps: int, duration: float, noises: int, below: int = 3) -> Noise:
    """Return noise of all steps, arrays (steps, paths, ...); areas come from ``below`` halvings under the grid."""
    h = duration / (steps << below)
    draw = np.random.Generator(np.random.Philox(key=seed))
    dW = np.sqrt(h) * draw.standard_normal((steps << below, paths, noises))
    dZ = h * (dW / 2 + np.sqrt(h / 12) * draw.standard_normal(dW.shape))
    noise = Noise(dW, dZ, np.zeros((steps << below, paths, noises, noises)))
    for level in range(below):
        noise = coarser(noise, h * 2**level)
    return noise


def coarser(noise: Noise, h: float) -> Noise:
    """Join steps of length h in pairs, exactly: written here once more, independently of the package."""
    a, b = (Noise(*(None if part is None else part[start::2] for part in noise)) for start in (0, 1))
    cross = np.einsum("...i,...j->...ij", a.dW, b.dW)
    area = a.area + b.area + (cross - np.swapaxes(cross, -1, -2)) / 2
    return Noise(a.dW + b.dW, a.dZ + b.dZ + h * a.dW, area)


@cache
def path_on_grids(seed: int, paths: int, finest: int, duration: float, noises: int) -> dict[int, Noise]:
    """Return the noise of one set of paths on grids of 2**level steps, for every level down from the finest."""
    grids = {finest: brownian_noise(seed, paths, 2**finest, duration, noises)}
    for level in range(finest - 1, 0, -1):
        grids[level] = coarser(grids[level + 1], duration / 2 ** (level + 1))
    return grids


_TRUTHS: dict[Any, np.ndarray] = {}


def final_states(process: SDE, scheme: Any, start: Any, duration: float, noise: Noise) -> np.ndarray:
    """Run a scheme through given noise; returns (paths, dim)."""
    steps, paths, _ = noise.dW.shape
    h = duration / steps
    if scheme.needs != "levy":
        noise = noise._replace(area=None)
    if "dZ" not in scheme.needs:
        noise = noise._replace(dZ=None)
    x = jnp.broadcast_to(jnp.asarray(start, float), (paths, process.dim))
    begin, step = compiled(process, scheme)
    memory = begin(x)
    for n in range(steps):
        x, memory = step(n * h, h, x, Noise(*(None if part is None else part[n] for part in noise)), memory)
    return np.asarray(x)


_COMPILED: dict[Any, Any] = {}


def compiled(process: SDE, scheme: Any) -> tuple[Any, Any]:
    """Return start and step of a scheme on many paths, compiled once for all t and h."""
    key = (process.drift, process.diffusion, process.calculus, repr(process.params), scheme, type(scheme))
    if key not in _COMPILED:
        begin = jax.jit(jax.vmap(lambda x: scheme.start(process, 0.0, x)))
        move = jax.vmap(lambda t, h, x, n, m: scheme.step(process, t, x, h, n, m), (None, None, 0, 0, 0))
        _COMPILED[key] = begin, jax.jit(move)
    return _COMPILED[key]


@pytest.fixture
def strong_slope(float64: None) -> Callable[..., SimpleNamespace]:
    """Return a function that measures strong order on one set of paths, coarse noise composed from fine noise."""

    def measure(
        process: SDE,
        scheme: Any,
        start: Any,
        *,
        reference: Any = None,
        duration: float = 1.0,
        paths: int = 240,
        finest: int = 10,
        levels: tuple[int, ...] = (3, 4, 5, 6, 7),
        seed: int = 1,
    ) -> SimpleNamespace:
        """``reference`` is a scheme to run on the finest grid; None asks the process for its explicit solution."""
        grids = path_on_grids(seed, paths, finest, duration, process.noises)
        if reference is None:
            truth = np.asarray(process.exact.pathwise(duration, jnp.asarray(start, float), grids[finest].dW.sum(0)))
        else:
            key = (process.drift, process.diffusion, process.calculus, reference, seed, paths, finest, duration)
            if key not in _TRUTHS:
                _TRUTHS[key] = final_states(process, reference, start, duration, grids[finest])
            truth = _TRUTHS[key]
        chosen = sorted(levels)
        errors = {
            level: np.sum((final_states(process, scheme, start, duration, grids[level]) - truth) ** 2, axis=-1)
            for level in chosen
        }
        slopes = [
            -np.polyfit(chosen, [0.5 * np.log2(errors[level][part].mean()) for level in chosen], 1)[0]
            for part in (slice(None), *(slice(start, None, 8) for start in range(8)))
        ]
        return SimpleNamespace(
            slope=slopes[0],
            error=np.std(slopes[1:]) / np.sqrt(8),
            sizes=[float(np.sqrt(errors[level].mean())) for level in chosen],
        )

    return measure


# -- moments without sampling error ------------------------------------------------------------------------------------


def noise_points(needs: str, noises: int, h: float, nodes: int = 4) -> tuple[Noise, np.ndarray]:
    """Return noise that has the moments of a scheme's noise exactly, and its probabilities.

    Two- and three-point noise is enumerated; normal variables become Gauss–Hermite points, exact up to degree 2 * nodes - 1; a
    Lévy area becomes ± its conditional standard deviation given dW, exact for what is quadratic in it.
    """
    pairs = [(i, j) for i in range(noises) for j in range(i + 1, noises)]
    if needs == "three_point":
        values, chances = np.sqrt(3 * h) * np.array([-1.0, 0.0, 1.0]), np.array([1, 4, 1]) / 6
    elif needs == "two_point":
        values, chances = np.sqrt(h) * np.array([-1.0, 1.0]), np.ones(2) / 2
    else:
        values, chances = np.polynomial.hermite_e.hermegauss(nodes)
        values, chances = np.sqrt(h) * values, chances / chances.sum()
    grids = [values] * noises
    weights = [chances] * noises
    if needs == "dW,dZ":
        grids, weights = grids * 2, weights * 2
    if needs in ("three_point", "levy"):
        grids, weights = grids + [np.array([-1.0, 1.0])] * len(pairs), weights + [np.ones(2) / 2] * len(pairs)
    table = np.array(list(itertools.product(*grids)))
    chance = np.array([np.prod(row) for row in itertools.product(*weights)])
    dW, rest = table[:, :noises], table[:, noises:]
    if needs == "dW,dZ":
        return Noise(dW, h / 2 * (dW + rest / np.sqrt(3))), chance
    signs = np.zeros((len(table), noises, noises))
    for column, (i, j) in enumerate(pairs[: rest.shape[1]]):
        signs[:, i, j], signs[:, j, i] = rest[:, column], -rest[:, column]
    if needs == "three_point":
        return Noise(dW, pair=np.sqrt(h) * signs), chance
    if needs == "levy":
        squares = dW[:, :, None] ** 2 + dW[:, None, :] ** 2
        return Noise(dW, area=signs * np.sqrt(h**2 / 12 + h * squares / 12)), chance
    return Noise(dW), chance


class MomentSteps:
    """E[S ⊗ … ⊗ S] of one step Z -> S Z of a scheme on a linear process, Z = (1, X); compiled once for all t and h."""

    def __init__(self, process: SDE, scheme: Any, degree: int = 2, points: Callable[..., Any] = noise_points) -> None:
        self.process, self.scheme, self.degree, self.points = process, scheme, degree, points

        def image(t: Any, h: Any, x: Any, point: Noise) -> Any:
            return scheme.step(process, t, x, h, point, scheme.start(process, t, x))[0]

        self.images = jax.jit(jax.vmap(jax.vmap(image, (None, None, 0, None)), (None, None, None, 0)))

    def __call__(self, t: float, h: float) -> np.ndarray:
        points, chance = self.points(self.scheme.needs, self.process.noises, h)
        dim, degree = self.process.dim, self.degree
        images = np.asarray(self.images(t, h, np.concatenate([np.zeros((1, dim)), np.eye(dim)]), points))
        S = np.zeros((len(chance), dim + 1, dim + 1))
        S[:, 0, 0] = 1.0
        S[:, 1:, 0] = images[:, 0]
        S[:, 1:, 1:] = np.swapaxes(images[:, 1:] - images[:, :1], 1, 2)
        power = S
        for _ in range(degree - 1):
            power = np.einsum("zab,zcd->zacbd", power, S).reshape(len(S), power.shape[1] * (dim + 1), -1)
        return np.tensordot(chance, power, 1)

    def after(self, start: Any, duration: float, steps: int, *, autonomous: bool = True) -> np.ndarray:
        """Return E[Z ⊗ … ⊗ Z] after ``steps`` steps, shape (dim + 1,) * degree."""
        h = duration / steps
        state = z = np.concatenate([[1.0], start])
        for _ in range(self.degree - 1):
            state = np.kron(state, z)
        matrix = self(0.0, h)
        for n in range(steps):
            if n and not autonomous:
                matrix = self(n * h, h)
            state = matrix @ state
        return state.reshape((len(z),) * self.degree)


@pytest.fixture
def moment_steps(float64: None) -> type[MomentSteps]:
    """Exact moments of schemes on linear processes."""
    return MomentSteps


# -- expectations over every string of noise ---------------------------------------------------------------------------


@pytest.fixture
def enumerated_error(float64: None) -> Callable[[Any, SDE, int], float]:
    """Return a function that runs a weak scheme on all 3^steps strings of three-point noise."""

    def error(scheme: Any, process: SDE, steps: int) -> float:
        """|E p(arsinh Y) - 0.375| at t = 0.5 for X = sinh(t + W); p = z³ - 6z² + 8z, exact T³ - 3T² + 2T."""
        h = 0.5 / steps
        step = jax.jit(jax.vmap(lambda x, dW: scheme.step(process, 0.0, x, h, Noise(dW), None)[0]))
        x, weight = np.zeros((1, 1)), np.ones(1)
        for _ in range(steps):
            weight = np.outer(weight, [1 / 6, 2 / 3, 1 / 6]).ravel()
            dW = np.tile(np.sqrt(3 * h) * np.array([-1.0, 0.0, 1.0]), len(x))[:, None]
            x = np.asarray(step(np.repeat(x, 3, axis=0), dW))
        z = np.arcsinh(x[:, 0])
        return float(abs(weight @ (z**3 - 6 * z**2 + 8 * z) - 0.375))

    return error


@pytest.fixture
def sde_tools() -> SimpleNamespace:
    """The plain functions of this file."""
    return SimpleNamespace(
        brownian_noise=brownian_noise,
        coarser=coarser,
        final_states=final_states,
        noise_points=noise_points,
    )
