"""Is the noise of a process what the process says it is?  A numerical test, by brackets at probe points.

The noise kind of an SDE is a promise. A scheme that relies on it asks here first:

    additive      D G = 0
    diagonal      ∂g_i/∂x_j = 0 for i ≠ j
    commutative   [g^j, g^k] = Dg^j g^k - Dg^k g^j = 0 for all columns j, k

The derivatives are exact (automatic differentiation), the points are a fixed set in [-2, 2]^dim and (0, 2]^dim at times in
[0, 1); points where the diffusion is not finite (outside its domain) are passed over. A promise that fails at one point is
broken. One that holds at all points is believed: for analytic coefficients that is wrong with probability zero, for
piecewise ones it may be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw.arrays import precise
from evolaw.sde.processes.process import SDE

__all__ = ["along_columns", "brackets", "broken_promise", "noise_kind"]

_PROBES = 8
_TOLERANCE = 1e-9


def noise_kind(process: SDE) -> str:
    """Return the declared noise kind, or "scalar" for one noise declared commutative or general.

    Example:
        >>> noise_kind(SDE(0.0, lambda t, x, p: x, noise="general"))
        'scalar'
    """
    return "scalar" if process.noises == 1 and process.noise in ("commutative", "general") else process.noise


def brackets(process: SDE, t: Any, x: Any) -> jax.Array:
    """Return [g^j, g^k] = Dg^j g^k - Dg^k g^j at (t, x).

    Args:
        process: the process.
        t: time.
        x: state, shape (dim,).

    Returns:
        Brackets, shape (noises, noises, dim); zero exactly when the noise commutes at (t, x).

    References:
        kloeden1992, section 10.3.

    Example:
        >>> area = SDE([0.0, 0.0], lambda t, x, p: jnp.array([[1.0, 0.0], [0.0, x[0]]]), dim=2)
        >>> brackets(area, 0.0, jnp.zeros(2))[1, 0].tolist()
        [0.0, 1.0]
    """
    columns = along_columns(process, t, jnp.asarray(x))  # [k, :, j] = Dg^j g^k
    return jnp.einsum("kij->jki", columns) - jnp.einsum("jik->jki", columns)


def along_columns(process: SDE, t: Any, x: jax.Array) -> jax.Array:
    """Return Dg^j g^k at (t, x) as an array [k, :, j], by one directional derivative of G for each k.

    Args:
        process: the process.
        t: time.
        x: state, shape (dim,).

    Returns:
        Derivatives of the columns along the columns, shape (noises, dim, noises).

    Example:
        >>> growth = SDE(0.0, lambda t, x, p: 3.0 * x, noise="scalar")
        >>> along_columns(growth, 0.0, jnp.array([1.0])).tolist()
        [[[9.0]]]
    """

    def diffusion(state: jax.Array) -> jax.Array:
        return process.matrix(t, state)

    return jax.vmap(lambda column: jax.jvp(diffusion, (x,), (column,))[1])(diffusion(x).T)


def broken_promise(process: SDE) -> str | None:
    """Return a sentence saying where the noise is not of the declared kind; None when it is at every probe point.

    Example:
        >>> print(broken_promise(SDE(0.0, lambda t, x, p: x, noise="additive")))
        The noise is declared additive, but its diffusion depends on the state.
        >>> broken_promise(SDE(0.0, lambda t, x, p: x, noise="scalar")) is None
        True
    """
    kind = noise_kind(process)
    if kind not in _TESTS:
        return None
    measure, sentence = _TESTS[kind]
    with precise("float64"):
        faults, sizes = jax.vmap(lambda t, x, along: measure(process, t, x, along))(*_probes(process.dim))
    faults, sizes = np.asarray(faults), np.asarray(sizes)
    known = np.isfinite(faults) & np.isfinite(sizes)
    return sentence if np.any(faults[known] > _TOLERANCE * (1.0 + sizes[known])) else None


def _probes(dim: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return fixed times (probes,), states (probes, dim) and directions without a zero (probes, dim)."""
    draw = np.random.Generator(np.random.Philox(key=2010))
    times = draw.uniform(0.0, 1.0, _PROBES)
    states = draw.uniform(-2.0, 2.0, (_PROBES, dim))
    states[::2] = np.abs(states[::2])
    return times, states, draw.choice([-1.0, 1.0], (_PROBES, dim)) * draw.uniform(0.5, 2.0, (_PROBES, dim))


def _state_dependence(process: SDE, t: Any, x: Any, along: Any) -> tuple[Any, Any]:
    """Return the size of DG along a direction, and of G."""
    value, slope = jax.jvp(lambda state: process.diffusion_at(t, state), (x,), (along,))
    return jnp.abs(slope).max(), jnp.abs(value).max()


def _coupling(process: SDE, t: Any, x: Any, along: Any) -> tuple[Any, Any]:
    """Return how much (Dg v)/v differs from Dg 1, and its size: equal for all v exactly when Dg is a diagonal matrix."""

    def derivative(direction: Any) -> Any:
        return jax.jvp(lambda state: process.diffusion_at(t, state), (x,), (direction,))[1]

    plain, turned = derivative(jnp.ones_like(x)), derivative(along) / along
    return jnp.abs(plain - turned).max(), jnp.abs(plain).max() + jnp.abs(turned).max()


def _bracket_size(process: SDE, t: Any, x: Any, along: Any) -> tuple[Any, Any]:
    """Return the largest entry of the brackets, and of what they are differences of."""
    return jnp.abs(brackets(process, t, x)).max(), jnp.abs(along_columns(process, t, x)).max()


_TESTS: dict[str, tuple[Callable[[SDE, Any, Any, Any], tuple[Any, Any]], str]] = {
    "additive": (_state_dependence, "The noise is declared additive, but its diffusion depends on the state."),
    "diagonal": (
        _coupling,
        "The noise is declared diagonal, but one component's diffusion depends on another component.",
    ),
    "commutative": (_bracket_size, "The noise is declared commutative, but a bracket Dg^j g^k - Dg^k g^j is not zero."),
}
