"""The equilibrium of a Langevin process: Gibbs density, averages, and escape over a barrier.

    p(x) = exp(-U(x)/D)/Z        one coordinate x, potential U, temperature D; velocities are N(0, D) beside it

The integrals are taken on one grid over the stretch where U is less than 40 D above its minimum (a share below 1e-15 is
left out), by the trapezoidal rule, which converges exponentially for densities that decay at both ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import exp, pi, sqrt
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.arrays import precise

__all__ = ["GibbsLaw", "GibbsOf"]

_POINTS = 20_001
_DEPTH = 40.0
_REACH = 2.0**20


@dataclass(frozen=True)
class GibbsLaw:
    """What is known exactly about a Langevin process with one coordinate in a confining potential.

    Attributes:
        potential: U(x) of one position, written with jax.numpy.
        temperature: D.
        friction: γ of the underdamped process; None for the overdamped one.
    """

    potential: Callable[[Any], Any]
    temperature: float
    friction: float | None = None

    def energy(self, x: Any) -> np.ndarray:
        """Return U(x) for positions x of any shape."""
        with precise("float64"):
            places = jnp.asarray(x, float)
            return np.asarray(jax.vmap(self.potential)(places.reshape(-1))).reshape(places.shape)

    def stationary_density(self, x: Any) -> np.ndarray:
        """Return exp(-U(x)/D)/Z for positions x of any shape.

        Raises:
            ArgumentError: the potential does not confine, or the temperature is zero: there is no such density.
        """
        _, weights, lowest = self._grid
        return np.exp((lowest - self.energy(x)) / self.temperature) / weights.sum()

    def stationary_average(self, function: Callable[[np.ndarray], Any]) -> float:
        """Return ∫ function(x) exp(-U(x)/D) dx / Z."""
        grid, weights, _ = self._grid
        return float(np.sum(function(grid) * weights) / weights.sum())

    def mean_passage(self, start: float, end: float) -> float:
        """Return the mean time of the overdamped particle from ``start`` to its first visit of ``end``.

            τ = (1/D) ∫_start^end dy exp(U(y)/D) ∫_-∞^y dz exp(-U(z)/D)           (mirrored for end < start)

        Raises:
            ArgumentError: the process is underdamped, for which no such formula is known.

        References:
            gardiner2009, equation 5.5.23.
        """
        checks.require(self.friction is None, "friction", "be None, as for an overdamped process", self.friction)
        sign = 1.0 if end >= start else -1.0
        places = np.linspace(start, end, _POINTS)
        grid, weights, lowest = self._grid
        below = np.concatenate([[0.0], np.cumsum((weights[1:] + weights[:-1]) / 2)])
        share = np.interp(places, grid, below if sign > 0 else below[-1] - below)
        inside = share * np.exp((self.energy(places) - lowest) / self.temperature)
        return float(sign * np.trapezoid(inside, places) / self.temperature)

    def kramers_rate(self, *, minimum: float, maximum: float) -> float:
        """Return the rate of escape from the well at ``minimum`` over the barrier at ``maximum``, for D much below ΔU.

            overdamped    r = √(U''(min) |U''(max)|)/(2π) exp(-ΔU/D)
            underdamped   r = (√(γ²/4 + ω_b²) - γ/2)/ω_b · ω_0/(2π) exp(-ΔU/D),  ω_0² = U''(min), ω_b² = |U''(max)|

        Raises:
            ArgumentError: ``minimum`` is no minimum or ``maximum`` no maximum.

        References:
            kramers1940; hanggi1990, section III.
        """
        with precise("float64"):
            curvature = jax.grad(jax.grad(self.potential))
            well, top = (float(curvature(jnp.asarray(float(place)))) for place in (minimum, maximum))
        checks.require(well > 0, "minimum", "be a place where U'' > 0", minimum)
        checks.require(top < 0, "maximum", "be a place where U'' < 0", maximum)
        height = float(self.energy(maximum) - self.energy(minimum))
        boltzmann = exp(-height / self.temperature) / (2 * pi)
        if self.friction is None:
            return sqrt(well * -top) * boltzmann
        half, barrier = self.friction / 2, sqrt(-top)
        return (sqrt(half**2 + barrier**2) - half) / barrier * sqrt(well) * boltzmann

    @cached_property
    def _grid(self) -> tuple[np.ndarray, np.ndarray, float]:
        """Return places, weights exp((min U - U)/D) dx, and min U."""
        checks.positive(self.temperature, "temperature")
        low, high = self._edge(-1.0), self._edge(1.0)
        grid = np.linspace(low, high, _POINTS)
        energy = self.energy(grid)
        return grid, np.exp((energy.min() - energy) / self.temperature) * (grid[1] - grid[0]), float(energy.min())

    def _edge(self, sign: float) -> float:
        """Return a place so far out that U is 40 D above every value nearer to 0, refined to 1 % of its distance."""
        places = sign * np.concatenate([[0.0], np.geomspace(1e-3, _REACH, 2_000)])
        energy = self.energy(places)
        high = energy > np.minimum.accumulate(energy) + _DEPTH * self.temperature
        last_low = int(np.flatnonzero(~high)[-1])
        checks.require(
            last_low + 1 < len(places), "potential", "rise without bound on both sides", "one that does not confine"
        )
        return float(places[last_low + 1])


@dataclass(frozen=True)
class GibbsOf:
    """Makes the `GibbsLaw` of a Langevin process from its parameters; equal ones are equal, so they share a compilation."""

    potential: Callable[[Any, Any, Any], Any]
    kinetic: bool

    def __call__(self, params: Any) -> GibbsLaw:
        """Return the law at the given parameters, of the potential at time 0."""
        friction = params["friction"] if self.kinetic else None
        temperature = params["amplitude"] ** 2 / (2 * friction) if friction else params.get("temperature", 0.0)

        def potential(x: Any) -> Any:
            return jnp.reshape(self.potential(0.0, jnp.reshape(x, (1,)), params["force"]), ())

        return GibbsLaw(potential, temperature, friction)
