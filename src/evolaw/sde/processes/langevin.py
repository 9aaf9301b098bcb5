"""Langevin equations in any force: overdamped and underdamped, with the structure that splitting schemes use.

    overdamped     dX = F(t, X) dt + √(2 D) dW                                     X in R^n
    underdamped    dX = V dt,   dV = F(t, X) dt - γ V dt + √(2 γ D) dW             state (X, V) in R^2n

Units are those of unit mass (underdamped) and unit mobility (overdamped); D is the temperature k_B T, γ the friction rate.
When F = -∇U the stationary density is exp(-U(x)/D), times exp(-|v|²/2D) for the velocities: one temperature, one law.

An underdamped process may have noise without friction (γ = 0, a heated particle): it is then given by its noise amplitude
s in dV = F dt + s dW, and s² = 2 γ D otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from evolaw import checks
from evolaw.sde.processes.gibbs import GibbsOf
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = [
    "Force",
    "GradientForce",
    "KineticDrift",
    "KineticNoise",
    "OverdampedDrift",
    "double_well",
    "overdamped",
    "underdamped",
]

Force = Callable[[Any, Any, Any], Any]


@dataclass(frozen=True)
class GradientForce:
    """The force F(t, x) = -∇U(t, x) of a potential, by automatic differentiation.

    Attributes:
        potential: U(t, x, p), a scalar, for positions x of shape (n,).

    Example:
        >>> GradientForce(lambda t, x, p: p * jnp.sum(x**2) / 2)(0.0, jnp.array([1.0, 2.0]), 3.0).tolist()
        [-3.0, -6.0]
    """

    potential: Callable[[Any, Any, Any], Any]

    def __call__(self, t: Any, x: Any, p: Any) -> jax.Array:
        """Return -∇U(t, x), shape (n,)."""
        return -jax.grad(lambda place: jnp.reshape(self.potential(t, place, p), ()))(x)


@dataclass(frozen=True)
class OverdampedDrift:
    """The drift F(t, x, p["force"]) of an overdamped Langevin process."""

    force: Force

    def __call__(self, t: Any, x: Any, p: Any) -> jax.Array:
        """Return the force, shape (n,)."""
        return jnp.broadcast_to(self.force(t, x, p["force"]), x.shape)


@dataclass(frozen=True)
class KineticDrift:
    """The drift (v, F(t, x) - γ v) of an underdamped Langevin process; a scheme that splits it finds its parts here.

    Attributes:
        force: F(t, x, p), shape (n,).
    """

    force: Force

    def __call__(self, t: Any, z: Any, p: Any) -> jax.Array:
        """Return the drift of the state z = (x, v), shape (2 n,)."""
        x, v = jnp.split(z, 2)
        return jnp.concatenate([v, self.push(t, x, p) - p["friction"] * v])

    def push(self, t: Any, x: Any, p: Any) -> jax.Array:
        """Return the force alone, shape (n,), with p the parameters of the process."""
        return jnp.broadcast_to(self.force(t, x, p["force"]), x.shape)


@dataclass(frozen=True)
class KineticNoise:
    """The diffusion of an underdamped process: amplitude s on the velocities, shape (2 n, n)."""

    n: int

    def __call__(self, t: Any, z: Any, p: Any) -> jax.Array:
        """Return the diffusion matrix."""
        return jnp.concatenate([jnp.zeros((self.n, self.n)), p["amplitude"] * jnp.eye(self.n)])


@told
def overdamped(force: Force, temperature: float, *, dim: int = 1, params: Any = None, name: str = "overdamped") -> SDE:
    """Return the overdamped Langevin process dX = F(t, X) dt + √(2 D) dW.

    Args:
        force: F(t, x, p), shape (dim,), such as ``GradientForce(potential)``.
        temperature: D >= 0.
        dim: number of coordinates.
        params: parameters p of the force.
        name: name of the process.

    Returns:
        A process with additive noise. Its parameters are ``{"temperature": D, "force": params}``. If the force is a
        `GradientForce`, ``process.exact`` is its `GibbsLaw`.

    Raises:
        ArgumentError: the temperature is negative.

    References:
        pavliotis2014, section 4.5.

    Example:
        >>> well = overdamped(GradientForce(lambda t, x, p: jnp.sum(x**2) / 2), 0.5)
        >>> float(well.drift_at(0.0, 2.0)[0]), round(float(well.diffusion_at(0.0, 2.0)[0]), 6)
        (-2.0, 1.0)
    """
    temperature = checks.number(temperature, "temperature", least=0.0)
    law = GibbsOf(force.potential, kinetic=False) if isinstance(force, GradientForce) else None
    return SDE(
        OverdampedDrift(force),
        _thermal_noise,
        dim=dim,
        noise="additive",
        params={"temperature": temperature, "force": params},
        name=name,
        law=law,
    )


@told
def underdamped(
    force: Force,
    *,
    friction: float,
    temperature: float | None = None,
    amplitude: float | None = None,
    dim: int = 1,
    params: Any = None,
    name: str = "underdamped",
) -> SDE:
    """Return the underdamped Langevin process dX = V dt, dV = (F(t, X) - γ V) dt + s dW, s² = 2 γ D.

    Args:
        force: F(t, x, p), shape (dim,), such as ``GradientForce(potential)``.
        friction: γ >= 0.
        temperature: D >= 0; or else
        amplitude: s >= 0, which also serves without friction. Exactly one of the two is given.
        dim: number n of coordinates; the state (x, v) has 2 n components.
        params: parameters p of the force.
        name: name of the process.

    Returns:
        A process with additive noise and parameters ``{"friction": γ, "amplitude": s, "force": params}``, for `BAOAB`
        and `OBABO`. If the force is a `GradientForce`, ``process.exact`` is its `GibbsLaw`.

    Raises:
        ArgumentError: both or neither of temperature and amplitude are given, or one is negative.

    References:
        pavliotis2014, chapter 6.

    Example:
        >>> ball = underdamped(lambda t, x, p: -x, friction=0.5, temperature=1.0)
        >>> ball.drift_at(0.0, jnp.array([2.0, 4.0])).tolist(), ball.matrix(0.0, jnp.zeros(2)).tolist()
        ([4.0, -4.0], [[0.0], [1.0]])
    """
    friction = checks.number(friction, "friction", least=0.0)
    if (temperature is None) == (amplitude is None):
        raise checks.refuse("temperature", "be given, or else `amplitude`, but not both", temperature)
    if temperature is None:
        amplitude = checks.number(amplitude, "amplitude", least=0.0)
    else:
        amplitude = (2 * friction * checks.number(temperature, "temperature", least=0.0)) ** 0.5
    law = GibbsOf(force.potential, kinetic=True) if isinstance(force, GradientForce) else None
    n = checks.integer(dim, "dim", least=1)
    return SDE(
        KineticDrift(force),
        KineticNoise(n),
        dim=2 * n,
        noises=n,
        noise="additive",
        params={"friction": friction, "amplitude": amplitude, "force": params},
        name=name,
        law=law,
    )


@told
def double_well(*, barrier: float = 1.0, width: float = 1.0, temperature: float = 0.25) -> SDE:
    """Return the overdamped particle in the double well U(x) = ΔU ((x/a)² - 1)².

        dX = 4 ΔU/a² (1 - (X/a)²) X dt + √(2 D) dW

    Args:
        barrier: height ΔU of the barrier at 0 above the minima.
        width: place a of the minima, at ±a.
        temperature: D.

    Returns:
        The process; ``process.exact.stationary_density(x)`` is exp(-U/D)/Z, ``mean_passage`` and ``kramers_rate`` of
        the `GibbsLaw` give the escape. U''(±a) = 8 ΔU/a² and U''(0) = -4 ΔU/a².

    References:
        kramers1940; gardiner2009, section 5.5.

    Example:
        >>> well = double_well(barrier=2.0, temperature=0.5)
        >>> round(well.exact.kramers_rate(minimum=-1.0, maximum=0.0), 6)  # some seconds
        0.03298
    """
    params = {"barrier": checks.positive(barrier, "barrier"), "width": checks.positive(width, "width")}
    return overdamped(_DOUBLE_WELL, temperature, params=params, name="double well")


def _double_well_potential(t: Any, x: Any, p: Any) -> Any:
    return p["barrier"] * jnp.sum(((x / p["width"]) ** 2 - 1) ** 2)


def _thermal_noise(t: Any, x: Any, p: Any) -> Any:
    return jnp.sqrt(2.0 * p["temperature"])


_DOUBLE_WELL = GradientForce(_double_well_potential)
