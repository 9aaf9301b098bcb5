"""Systems with a known equation, and their recordings: those of the reference list, and others on which nothing was tuned (`HELD`).

All repetitions of a system are stepped at once by Euler–Maruyama, at least ten times finer than they are recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

Field = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class System:
    """A law, its libraries, and how it is recorded: (step, count) in each condition.

    Attributes:
        names: components of the state.
        drift, diffusion: of states of shape (..., dim).
        start: first state.
        truth: coefficient by entry, drift and diffusion.
        library, spread: libraries of drift and diffusion.
        long, short, coarse: step and number of steps; the noisy condition is the long one.
        noise: measurement noise of the noisy condition.
        paths: paths of one recording, each that long.
        known, hidden: as `discover` takes them; hidden components are not recorded.
        stuck: whether no term can be told apart.
    """

    names: tuple[str, ...]
    drift: Field
    diffusion: Field
    start: tuple[float, ...]
    truth: Mapping[str, float]
    library: str
    long: tuple[float, int]
    short: tuple[float, int]
    coarse: tuple[float, int]
    noise: float
    spread: str = "1"
    paths: int = 1
    known: str | None = None
    hidden: str | None = None
    stuck: bool = False

    @property
    def recorded(self) -> tuple[str, ...]:
        """Names of the components that are recorded."""
        return self.names[: len(self.names) // 2] if self.hidden else self.names


def _stack(*parts: np.ndarray) -> np.ndarray:
    return np.stack(parts, -1)


def _constant(*values: float) -> Field:
    return lambda x: np.broadcast_to(np.array(values), x.shape)


def _hopf(s: np.ndarray) -> np.ndarray:
    x, y = s[..., 0], s[..., 1]
    r = x**2 + y**2
    return _stack((1 - r) * x - 2 * y, 2 * x + (1 - r) * y)


def _network(s: np.ndarray) -> np.ndarray:
    a, b, c, d = np.moveaxis(s, -1, 0)
    return _stack(-a + 0.8 * b, -1.2 * b - 0.9 * c, -0.8 * c + 0.7 * a, -d + 0.5 * c)


def _lorenz(s: np.ndarray) -> np.ndarray:
    x, y, z = np.moveaxis(s, -1, 0)
    return _stack(10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z)


_SQUARES = "1, x, x^2"
_PLANE = "poly:3"

TOLD = {
    "ou": System(
        ("x",),
        lambda x: -x,
        _constant(0.5),
        (0.0,),
        {"x: x": -1, "x: D 1": 0.5},
        "poly:5",
        (0.02, 10000),
        (0.02, 1000),
        (1.0, 3000),
        0.1414,
        _SQUARES,
    ),
    "dwell_cold": System(
        ("x",),
        lambda x: x - x**3,
        _constant(0.02),
        (1.0,),
        {"x: x": 1, "x: x^3": -1, "x: D 1": 0.02},
        "poly:5",
        (0.02, 10000),
        (0.02, 1000),
        (0.5, 4000),
        0.0283,
        _SQUARES,
        stuck=True,
    ),
    "dwell_hot": System(
        ("x",),
        lambda x: x - x**3,
        _constant(0.3),
        (1.0,),
        {"x: x": 1, "x: x^3": -1, "x: D 1": 0.3},
        "poly:5",
        (0.02, 10000),
        (0.02, 1500),
        (0.5, 4000),
        0.1095,
        _SQUARES,
    ),
    "three_wells": System(
        ("x",),
        lambda x: -x + 1.25 * x**3 - 0.25 * x**5,
        _constant(0.45),
        (0.0,),
        {"x: x": -1, "x: x^3": 1.25, "x: x^5": -0.25, "x: D 1": 0.45},
        "poly:5",
        (0.02, 10000),
        (0.02, 2000),
        (0.4, 4000),
        0.1342,
        _SQUARES,
    ),
    "gbm": System(
        ("x",),
        lambda x: 0.1 * x,
        lambda x: 0.045 * x**2,
        (1.0,),
        {"x: x": 0.1, "x: D x^2": 0.045},
        "1, x, x^2, x^3, sqrt(x)",
        (0.02, 500),
        (0.02, 100),
        (0.5, 100),
        0.01,
        "1, x, x^2, x^3",
        paths=20,
    ),
    "cir": System(
        ("x",),
        lambda x: 1 - x,
        lambda x: 0.125 * np.maximum(x, 0),
        (1.0,),
        {"x: 1": 1, "x: x": -1, "x: D x": 0.125},
        "1, x, x^2, x^3, sqrt(x)",
        (0.02, 10000),
        (0.02, 1000),
        (1.0, 3000),
        0.05,
        "1, x, x^2, x^3",
    ),
    "josephson_locked": System(
        ("p",),
        lambda p: 0.5 - np.sin(p),
        _constant(0.02),
        (0.5,),
        {"p: 1": 0.5, "p: sin(p)": -1, "p: D 1": 0.02},
        "harmonics:3",
        (0.05, 10000),
        (0.05, 1000),
        (0.5, 4000),
        0.0447,
        "1, sin(p), cos(p)",
        stuck=True,
    ),
    "josephson_running": System(
        ("p",),
        lambda p: 1.5 - np.sin(p),
        _constant(0.02),
        (0.0,),
        {"p: 1": 1.5, "p: sin(p)": -1, "p: D 1": 0.02},
        "harmonics:3",
        (0.02, 6000),
        (0.02, 1000),
        (0.5, 2000),
        0.0283,
        "1, sin(p), cos(p)",
    ),
    "rotation": System(
        ("x", "y"),
        lambda s: _stack(-s[..., 0] - 2 * s[..., 1], 2 * s[..., 0] - s[..., 1]),
        _constant(0.5, 0.5),
        (1.0, 0.0),
        {"x: x": -1, "x: y": -2, "y: x": 2, "y: y": -1, "x: D 1": 0.5, "y: D 1": 0.5},
        "poly:2",
        (0.02, 7500),
        (0.02, 1000),
        (0.5, 3000),
        0.1,
    ),
    "hopf": System(
        ("x", "y"),
        _hopf,
        _constant(0.05, 0.05),
        (1.0, 0.0),
        {
            "x: x": 1,
            "x: y": -2,
            "x: x^3": -1,
            "x: x*y^2": -1,
            "y: x": 2,
            "y: y": 1,
            "y: x^2*y": -1,
            "y: y^3": -1,
            "x: D 1": 0.05,
            "y: D 1": 0.05,
        },
        _PLANE,
        (0.02, 7500),
        (0.02, 1000),
        (0.3, 3000),
        0.04,
    ),
    "vanderpol": System(
        ("x", "y"),
        lambda s: _stack(s[..., 1], (1 - s[..., 0] ** 2) * s[..., 1] - s[..., 0]),
        _constant(0.05, 0.05),
        (1.0, 0.0),
        {"x: y": 1, "y: x": -1, "y: y": 1, "y: x^2*y": -1, "x: D 1": 0.05, "y: D 1": 0.05},
        _PLANE,
        (0.02, 7500),
        (0.02, 1000),
        (0.3, 3000),
        0.05,
    ),
    "lotka_volterra": System(
        ("x", "y"),
        lambda s: _stack(s[..., 0] * (1 - 0.5 * s[..., 1]), s[..., 1] * (0.3 * s[..., 0] - 1)),
        lambda s: 0.01125 * s**2,
        (2.0, 2.0),
        {"x: x": 1, "x: x*y": -0.5, "y: y": -1, "y: x*y": 0.3, "x: D x^2": 0.01125, "y: D y^2": 0.01125},
        "poly:2",
        (0.02, 1500),
        (0.02, 400),
        (0.3, 300),
        0.02,
        "x: 1, x, x^2; y: 1, y, y^2",
        paths=5,
    ),
    "two_phases": System(
        ("p", "q"),
        lambda s: _stack(1 + 0.8 * np.sin(s[..., 1] - s[..., 0]), 1.6 + 0 * s[..., 0]),
        _constant(0.05, 0.05),
        (0.0, 0.0),
        {"p: 1": 1, "p: sin(q-p)": 0.8, "q: 1": 1.6, "p: D 1": 0.05, "q: D 1": 0.05},
        "1, sin(q-p), cos(q-p), sin(2(q-p)), cos(2(q-p)), sin(p), cos(p), sin(q), cos(q)",
        (0.04, 7500),
        (0.04, 1500),
        (0.5, 3000),
        0.06,
    ),
    "washboard_inertial": System(
        ("p", "v"),
        lambda s: _stack(s[..., 1], 0.6 - 0.4 * s[..., 1] - np.sin(s[..., 0])),
        _constant(0.0, 0.2),
        (0.0, 0.0),
        {"v: 1": 0.6, "v: v": -0.4, "v: sin(p)": -1, "v: D 1": 0.2},
        "1, v, sin(p), cos(p), sin(2p), cos(2p), v^2, v^3, v*sin(p), v*cos(p)",
        (0.05, 8000),
        (0.05, 1500),
        (0.5, 3000),
        0.05,
        known="p: v=1; p: *",
    ),
    "oscillator_position": System(
        ("x", "v"),
        lambda s: _stack(s[..., 1], -s[..., 0] - 0.3 * s[..., 1]),
        _constant(0.0, 0.1),
        (0.5, 0.0),
        {"v: x": -1, "v: v": -0.3, "v: D 1": 0.1},
        _PLANE,
        (0.05, 10000),
        (0.05, 2000),
        (0.5, 3000),
        0.004,
        hidden="v",
    ),
    "network4": System(
        ("a", "b", "c", "d"),
        _network,
        _constant(0.3, 0.3, 0.3, 0.3),
        (0.0, 0.0, 0.0, 0.0),
        {
            "a: a": -1,
            "a: b": 0.8,
            "b: b": -1.2,
            "b: c": -0.9,
            "c: c": -0.8,
            "c: a": 0.7,
            "d: d": -1,
            "d: c": 0.5,
            **{f"{n}: D 1": 0.3 for n in "abcd"},
        },
        "poly:1",
        (0.05, 7500),
        (0.05, 1000),
        (0.7, 3000),
        0.12,
    ),
    "lorenz": System(
        ("x", "y", "z"),
        _lorenz,
        _constant(2.0, 2.0, 2.0),
        (1.0, 1.0, 25.0),
        {
            "x: x": -10,
            "x: y": 10,
            "y: x": 28,
            "y: y": -1,
            "y: x*z": -1,
            "z: x*y": 1,
            "z: z": -8 / 3,
            **{f"{n}: D 1": 2.0 for n in "xyz"},
        },
        "poly:2",
        (0.005, 8000),
        (0.005, 1000),
        (0.05, 3000),
        0.2,
    ),
}

HELD = {
    "asymmetric_well": System(("x",), lambda x: 0.2 + x + 0.3 * x**2 - x**3, _constant(0.25), (1.0,),
                              {"x: 1": 0.2, "x: x": 1, "x: x^2": 0.3, "x: x^3": -1, "x: D 1": 0.25}, "poly:5",
                              (0.02, 10000), (0.02, 1500), (0.4, 4000), 0.1),
    "noise_induced": System(("x",), lambda x: -0.8 * x, lambda x: 0.2 + 0.3 * x**2, (0.1,),
                            {"x: x": -0.8, "x: D 1": 0.2, "x: D x^2": 0.3}, "poly:5", (0.02, 10000), (0.02, 1500), (0.5, 4000), 0.1, _SQUARES),
    "brownian": System(("x",), lambda x: 0 * x, _constant(0.5), (0.0,), {"x: D 1": 0.5}, "poly:5",
                       (0.02, 10000), (0.02, 1000), (1.0, 3000), 0.1),
    "pendulum_driven": System(("p", "v"), lambda s: _stack(s[..., 1], 0.8 - 0.5 * s[..., 1] - 1.2 * np.sin(s[..., 0])), _constant(0.0, 0.3),
                              (0.0, 0.0), {"v: 1": 0.8, "v: v": -0.5, "v: sin(p)": -1.2, "v: D 1": 0.3},
                              "1, v, sin(p), cos(p), sin(2p), cos(2p), v^2, v^3", (0.04, 8000), (0.04, 1500), (0.4, 3000), 0.05,
                              known="p: v=1; p: *"),
    "fitzhugh_nagumo": System(("v", "w"),
                              lambda s: _stack(3 * (s[..., 0] - s[..., 0] ** 3 / 3 - s[..., 1]), 0.4 * (s[..., 0] + 0.6 - 0.8 * s[..., 1])),
                              _constant(0.1, 0.05), (0.0, 0.0),
                              {"v: v": 3, "v: w": -3, "v: v^3": -1, "w: 1": 0.24, "w: v": 0.4, "w: w": -0.32, "v: D 1": 0.1, "w: D 1": 0.05},
                              _PLANE, (0.02, 7500), (0.02, 1500), (0.3, 3000), 0.05),
}  # fmt: skip


def recordings(system: System, step: float, count: int, repetitions: int, seed: int, finest: float) -> np.ndarray:
    """Return values of shape (repetitions, paths, count + 1, dim), all stepped together by steps of at most ``finest``."""
    rng = np.random.default_rng(seed)
    fine = int(np.ceil(step / finest - 1e-9))
    h = step / fine
    x = np.tile(np.array(system.start), (repetitions * system.paths, 1))
    values = np.empty((len(x), count + 1, x.shape[1]))
    values[:, 0] = x
    for k in range(count):
        for _ in range(fine):
            x = x + h * system.drift(x) + np.sqrt(2 * h * system.diffusion(x)) * rng.standard_normal(x.shape)
        values[:, k + 1] = x
    return values.reshape(repetitions, system.paths, count + 1, -1)
