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

from typing import TYPE_CHECKING

from evolaw.facade import facade

if TYPE_CHECKING:  # the same names for type checkers and editors, which load nothing
    from evolaw.sde.loop.expectation import expectation as expectation
    from evolaw.sde.loop.solver import solve as solve
    from evolaw.sde.noise.brownian import increments as increments
    from evolaw.sde.processes.classics import brownian_bridge as brownian_bridge
    from evolaw.sde.processes.classics import brownian_motion as brownian_motion
    from evolaw.sde.processes.classics import geometric_brownian_motion as geometric_brownian_motion
    from evolaw.sde.processes.classics import harmonic_oscillator as harmonic_oscillator
    from evolaw.sde.processes.classics import integrated_ornstein_uhlenbeck as integrated_ornstein_uhlenbeck
    from evolaw.sde.processes.classics import ornstein_uhlenbeck as ornstein_uhlenbeck
    from evolaw.sde.processes.classics import square_root as square_root
    from evolaw.sde.processes.explicit_solutions import hyperbolic_sine as hyperbolic_sine
    from evolaw.sde.processes.explicit_solutions import hyperbolic_tangent as hyperbolic_tangent
    from evolaw.sde.processes.explicit_solutions import iterated_integral as iterated_integral
    from evolaw.sde.processes.explicit_solutions import modulated_noise as modulated_noise
    from evolaw.sde.processes.langevin import GradientForce as GradientForce
    from evolaw.sde.processes.langevin import double_well as double_well
    from evolaw.sde.processes.langevin import overdamped as overdamped
    from evolaw.sde.processes.langevin import underdamped as underdamped
    from evolaw.sde.processes.linear_systems import linear_system as linear_system
    from evolaw.sde.processes.process import SDE as SDE
    from evolaw.sde.schemes.exact_stepping import ExactStep as ExactStep
    from evolaw.sde.schemes.implicit import DriftImplicitEuler as DriftImplicitEuler
    from evolaw.sde.schemes.implicit import TamedEuler as TamedEuler
    from evolaw.sde.schemes.milstein import LevyMilstein as LevyMilstein
    from evolaw.sde.schemes.milstein import Milstein as Milstein
    from evolaw.sde.schemes.runge_kutta import Euler as Euler
    from evolaw.sde.schemes.runge_kutta import Heun as Heun
    from evolaw.sde.schemes.runge_kutta import RungeKutta4 as RungeKutta4
    from evolaw.sde.schemes.scheme import EulerMaruyama as EulerMaruyama
    from evolaw.sde.schemes.scheme import Noise as Noise
    from evolaw.sde.schemes.scheme import Scheme as Scheme
    from evolaw.sde.schemes.scheme import StochasticHeun as StochasticHeun
    from evolaw.sde.schemes.splitting import BAOAB as BAOAB
    from evolaw.sde.schemes.splitting import OBABO as OBABO
    from evolaw.sde.schemes.splitting import RescaledBAOAB as RescaledBAOAB
    from evolaw.sde.schemes.strong_runge_kutta import SRA1 as SRA1
    from evolaw.sde.schemes.strong_runge_kutta import SRA3 as SRA3
    from evolaw.sde.schemes.strong_runge_kutta import SRI1W1 as SRI1W1
    from evolaw.sde.schemes.strong_runge_kutta import SRI2 as SRI2
    from evolaw.sde.schemes.strong_runge_kutta import SRI2W1 as SRI2W1
    from evolaw.sde.schemes.strong_runge_kutta import SRS2 as SRS2
    from evolaw.sde.schemes.strong_runge_kutta import ShARK as ShARK
    from evolaw.sde.schemes.weak_euler import WeakEuler as WeakEuler
    from evolaw.sde.schemes.weak_runge_kutta import DRI1 as DRI1
    from evolaw.sde.schemes.weak_runge_kutta import RI6 as RI6
    from evolaw.sde.schemes.weak_runge_kutta import Platen as Platen
    from evolaw.sde.schemes.weak_stratonovich import RS1 as RS1
    from evolaw.sde.schemes.weak_stratonovich import RS2 as RS2
    from evolaw.sde.statistics.events import Event as Event
    from evolaw.sde.statistics.first_passage import FirstPassage as FirstPassage
    from evolaw.sde.statistics.moments import Histogram as Histogram
    from evolaw.sde.statistics.moments import Moments as Moments
    from evolaw.sde.statistics.moments import Statistics as Statistics
    from evolaw.sde.studies.convergence import order as order
    from evolaw.sde.studies.multilevel import multilevel_mean as multilevel_mean

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
        "RescaledBAOAB",
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

__all__, _load, __dir__ = facade("evolaw.sde", _NAMES)

if not TYPE_CHECKING:  # a name that is not above is an error
    __getattr__ = _load
