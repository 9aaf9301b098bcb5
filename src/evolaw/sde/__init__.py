"""Stochastic differential equations: processes, schemes, and the one loop that runs them.

    catalogue    the processes and schemes that have a name
    processes    the law: drift, diffusion, and what is known exactly of it
    schemes      one step of each method
    noise        increments, variates, Lévy areas: the addressed Brownian path
    loop         the one loop that runs them all
    statistics   moments, first passages, events, without stored paths
    studies      convergence, multilevel

The names load when they are first used, so that looking a name up in the catalogue loads no JAX.
"""

from __future__ import annotations

import importlib
from typing import Any

_NAMES: dict[str, tuple[str, ...]] = {
    "loop.expectation": ("expectation",),
    "loop.solver": ("solve",),
    "noise.brownian": ("increments",),
    "processes.classics": (
        "brownian_bridge",
        "brownian_motion",
        "geometric_brownian_motion",
        "harmonic_oscillator",
        "integrated_ornstein_uhlenbeck",
        "ornstein_uhlenbeck",
        "square_root",
    ),
    "processes.explicit_solutions": (
        "hyperbolic_sine",
        "hyperbolic_tangent",
        "iterated_integral",
        "modulated_noise",
    ),
    "processes.langevin": (
        "GradientForce",
        "double_well",
        "overdamped",
        "underdamped",
    ),
    "processes.linear_systems": ("linear_system",),
    "processes.process": ("SDE",),
    "schemes.exact_stepping": ("ExactStep",),
    "schemes.implicit": (
        "DriftImplicitEuler",
        "TamedEuler",
    ),
    "schemes.milstein": (
        "LevyMilstein",
        "Milstein",
    ),
    "schemes.runge_kutta": (
        "Euler",
        "Heun",
        "RungeKutta4",
    ),
    "schemes.scheme": (
        "EulerMaruyama",
        "Noise",
        "Scheme",
        "StochasticHeun",
    ),
    "schemes.splitting": (
        "BAOAB",
        "OBABO",
    ),
    "schemes.strong_runge_kutta": (
        "SRA1",
        "SRA3",
        "SRI1W1",
        "SRI2",
        "SRI2W1",
        "SRS2",
        "ShARK",
    ),
    "schemes.weak_euler": ("WeakEuler",),
    "schemes.weak_runge_kutta": (
        "DRI1",
        "RI6",
        "Platen",
    ),
    "schemes.weak_stratonovich": (
        "RS1",
        "RS2",
    ),
    "statistics.events": ("Event",),
    "statistics.first_passage": ("FirstPassage",),
    "statistics.moments": (
        "Histogram",
        "Moments",
        "Statistics",
    ),
    "studies.convergence": ("order",),
    "studies.multilevel": ("multilevel_mean",),
}
_FILES = {name: file for file, names in _NAMES.items() for name in names}

__all__ = sorted(_FILES)


def __getattr__(name: str) -> Any:
    if name not in _FILES:
        raise AttributeError(f"module 'evolaw.sde' has no attribute {name!r}")
    return getattr(importlib.import_module(f"evolaw.sde.{_FILES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
