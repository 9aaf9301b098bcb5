"""Two coupled junctions, each kind of coupling with the noise that belongs to it.

    phase        φ_j'' + α φ_j' + sin φ_j + κ (φ_j - φ_k) = i_j + √(2 α D) ξ_j
    capacitive   Σ_k M_jk φ_k'' + α φ_j' + sin φ_j = i_j + √(2 α D) ξ_j,          M = 1 + κ [[1, -1], [-1, 1]]
    resistive    φ_j'' + Σ_k Γ_jk φ_k' + sin φ_j = i_j + Σ_k B_jk ξ_k,           Γ = α + κ [[1, -1], [-1, 1]],  B Bᵀ = 2 D Γ

A shared resistor heats both junctions at once: its noise is correlated, and B is the Cholesky factor of the whole friction matrix. In
equilibrium every kind has ⟨M φ' φ'ᵀ⟩ = D.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.sde.loop.trigonometry import sine
from evolaw.sde.processes.langevin import underdamped
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = ["bias_of_each", "capacitive_array", "phase_pair", "resistive_array", "symmetric_coupling"]


def bias_of_each(bias: Any, junctions: int) -> np.ndarray:
    """Return the biases of so many junctions, from one for all or one for each.

    Example:
        >>> bias_of_each(0.5, 2).tolist()
        [0.5, 0.5]
    """
    given = checks.numbers(bias, "bias")
    fits = given.shape in ((), (junctions,))
    checks.require(
        fits, "bias", f"be one number, or one for each of the {junctions} junctions", f"of shape {given.shape}"
    )
    return np.array(np.broadcast_to(given, (junctions,)))


def symmetric_coupling(strength: Any) -> np.ndarray:
    """Return the Laplacian of a coupling: κ for two junctions, or a symmetric matrix of couplings κ_jk for more.

    Example:
        >>> symmetric_coupling(0.5).tolist()
        [[0.5, -0.5], [-0.5, 0.5]]
    """
    k = checks.numbers(strength, "strength")
    k = np.array([[0.0, k], [k, 0.0]]) if k.ndim == 0 else k
    checks.require(k.ndim == 2 and k.shape[0] == k.shape[1], "strength", "be a number or a square matrix", k.shape)
    checks.require(bool(np.allclose(k, k.T)), "strength", "be symmetric", "one that is not")
    off = k - np.diag(np.diag(k))
    laplacian: np.ndarray = np.diag(off.sum(1)) - off
    return laplacian


@told
def phase_pair(damping: float, noise: float, strength: Any, bias: Any) -> SDE:
    """Return junctions coupled by their phases, as through a common inductance; state (φ, φ').

    Args:
        damping: α > 0.
        noise: D > 0.
        strength: κ, or a matrix of couplings.
        bias: i_j, one for each junction.

    Notes:
        The phases are not periodic: an inductance remembers turns.
    """
    laplacian = symmetric_coupling(strength)
    n = len(laplacian)
    i = bias_of_each(bias, n)
    params = {"bias": i, "laplacian": laplacian}
    return underdamped(
        _coupled_force,
        friction=checks.positive(damping, "damping"),
        temperature=noise,
        dim=n,
        params=params,
        name="pair, phase",
    )


@told
def capacitive_array(damping: float, noise: float, strength: Any, bias: Any) -> SDE:
    """Return junctions coupled by capacitances; state (φ, φ').

    Args:
        damping: α > 0.
        noise: D > 0.
        strength: κ, or a matrix of couplings; couplings of either sign, as long as the mass matrix is positive.
        bias: i_j.

    Raises:
        ArgumentError: the mass matrix is singular or not positive; names the junction.
    """
    mass = np.eye(len(symmetric_coupling(strength))) + symmetric_coupling(strength)
    _require_positive(mass, "strength", "mass")
    n = len(mass)
    i = bias_of_each(bias, n)
    a, inverse = checks.positive(damping, "damping"), np.linalg.inv(mass)
    params = {"bias": i, "inverse": inverse, "friction": a * inverse, "amplitude": np.sqrt(2 * a * noise) * inverse}
    return SDE(
        _InertialDrift(n),
        _InertialNoise(n),
        dim=2 * n,
        noises=n,
        noise="additive",
        params=params,
        name="array, capacitive",
    )


@told
def resistive_array(damping: float, noise: float, strength: Any, bias: Any) -> SDE:
    """Return junctions coupled by resistors whose noise they share; state (φ, φ').

    Args:
        damping: α > 0.
        noise: D > 0.
        strength: κ, or a matrix of couplings.
        bias: i_j.

    Raises:
        ArgumentError: the friction matrix is singular or not positive; names the junction.
    """
    laplacian = symmetric_coupling(strength)
    friction = checks.positive(damping, "damping") * np.eye(len(laplacian)) + laplacian
    _require_positive(friction, "strength", "friction")
    n = len(friction)
    i = bias_of_each(bias, n)
    amplitude = np.linalg.cholesky(2 * checks.number(noise, "noise", least=0.0) * friction)
    params = {"bias": i, "inverse": np.eye(n), "friction": friction, "amplitude": amplitude}
    return SDE(
        _InertialDrift(n),
        _InertialNoise(n),
        dim=2 * n,
        noises=n,
        noise="additive",
        params=params,
        name="array, resistive",
    )


def _coupled_force(t: Any, phase: Any, p: Any) -> Any:
    return p["bias"] - sine(phase) - p["laplacian"] @ phase


@dataclass(frozen=True)
class _InertialDrift:
    """(v, M⁻¹ (i - sin φ) - M⁻¹ Γ v)."""

    n: int

    def __call__(self, t: Any, z: Any, p: Any) -> Any:
        phase, speed = z[: self.n], z[self.n :]
        return jnp.concatenate([speed, p["inverse"] @ (p["bias"] - sine(phase)) - p["friction"] @ speed])


@dataclass(frozen=True)
class _InertialNoise:
    n: int

    def __call__(self, t: Any, z: Any, p: Any) -> Any:
        return jnp.concatenate([jnp.zeros((self.n, self.n)), p["amplitude"]])


def _require_positive(matrix: np.ndarray, name: str, kind: str) -> None:
    """Refuse a matrix that is singular or not positive, and name the junction that moves most in its null direction."""
    values, vectors = np.linalg.eigh(matrix)
    node = int(np.argmax(np.abs(vectors[:, 0])))
    checks.require(
        values[0] > 1e-10 * max(abs(values[-1]), 1.0), name, f"leave a {kind} matrix that is positive",
        f"one whose smallest eigenvalue is {values[0]:.3g}, at node {node}", f"Change the couplings of node {node}.",
    )  # fmt: skip
