"""Stochastic differential equations: processes, schemes, and the one loop that runs them."""

from __future__ import annotations

from evolaw.sde.brownian import increments
from evolaw.sde.classics import (
    brownian_bridge,
    brownian_motion,
    geometric_brownian_motion,
    harmonic_oscillator,
    integrated_ornstein_uhlenbeck,
    ornstein_uhlenbeck,
    square_root,
)
from evolaw.sde.convergence import order
from evolaw.sde.events import Event
from evolaw.sde.exact_stepping import ExactStep
from evolaw.sde.explicit_solutions import hyperbolic_sine, hyperbolic_tangent, iterated_integral, modulated_noise
from evolaw.sde.implicit import DriftImplicitEuler, TamedEuler
from evolaw.sde.langevin import GradientForce, double_well, overdamped, underdamped
from evolaw.sde.linear_systems import linear_system
from evolaw.sde.milstein import LevyMilstein, Milstein
from evolaw.sde.multilevel import multilevel_mean
from evolaw.sde.passage import FirstPassage
from evolaw.sde.processes import SDE
from evolaw.sde.running import Histogram, Moments, Statistics
from evolaw.sde.schemes import EulerMaruyama, Noise, Scheme, StochasticHeun
from evolaw.sde.solver import solve
from evolaw.sde.splitting import BAOAB, OBABO
from evolaw.sde.strong_runge_kutta import SRA1, SRA3, SRI1W1, SRI2, SRI2W1, SRS2, ShARK
from evolaw.sde.weak_euler import WeakEuler
from evolaw.sde.weak_runge_kutta import DRI1, RI6, Platen
from evolaw.sde.weak_stratonovich import RS1, RS2

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
