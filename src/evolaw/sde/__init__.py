"""Stochastic differential equations: processes, schemes, and the one loop that runs them."""

from __future__ import annotations

from evolaw.sde.loop.solver import solve
from evolaw.sde.noise.brownian import increments
from evolaw.sde.processes.classics import (
    brownian_bridge,
    brownian_motion,
    geometric_brownian_motion,
    harmonic_oscillator,
    integrated_ornstein_uhlenbeck,
    ornstein_uhlenbeck,
    square_root,
)
from evolaw.sde.processes.explicit_solutions import (
    hyperbolic_sine,
    hyperbolic_tangent,
    iterated_integral,
    modulated_noise,
)
from evolaw.sde.processes.langevin import GradientForce, double_well, overdamped, underdamped
from evolaw.sde.processes.linear_systems import linear_system
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.exact_stepping import ExactStep
from evolaw.sde.schemes.implicit import DriftImplicitEuler, TamedEuler
from evolaw.sde.schemes.milstein import LevyMilstein, Milstein
from evolaw.sde.schemes.scheme import EulerMaruyama, Noise, Scheme, StochasticHeun
from evolaw.sde.schemes.splitting import BAOAB, OBABO
from evolaw.sde.schemes.strong_runge_kutta import SRA1, SRA3, SRI1W1, SRI2, SRI2W1, SRS2, ShARK
from evolaw.sde.schemes.weak_euler import WeakEuler
from evolaw.sde.schemes.weak_runge_kutta import DRI1, RI6, Platen
from evolaw.sde.schemes.weak_stratonovich import RS1, RS2
from evolaw.sde.statistics.events import Event
from evolaw.sde.statistics.first_passage import FirstPassage
from evolaw.sde.statistics.moments import Histogram, Moments, Statistics
from evolaw.sde.studies.convergence import order
from evolaw.sde.studies.multilevel import multilevel_mean

__all__ = [
    "BAOAB",
    "DRI1",
    "OBABO",
    "RI6",
    "RS1",
    "RS2",
    "SDE",
    "SRA1",
    "SRA3",
    "SRI1W1",
    "SRI2",
    "SRI2W1",
    "SRS2",
    "DriftImplicitEuler",
    "EulerMaruyama",
    "Event",
    "ExactStep",
    "FirstPassage",
    "GradientForce",
    "Histogram",
    "LevyMilstein",
    "Milstein",
    "Moments",
    "Noise",
    "Platen",
    "Scheme",
    "ShARK",
    "Statistics",
    "StochasticHeun",
    "TamedEuler",
    "WeakEuler",
    "brownian_bridge",
    "brownian_motion",
    "double_well",
    "geometric_brownian_motion",
    "harmonic_oscillator",
    "hyperbolic_sine",
    "hyperbolic_tangent",
    "increments",
    "integrated_ornstein_uhlenbeck",
    "iterated_integral",
    "linear_system",
    "modulated_noise",
    "multilevel_mean",
    "order",
    "ornstein_uhlenbeck",
    "overdamped",
    "solve",
    "square_root",
    "underdamped",
]
