"""Linear systems of stochastic differential equations, in general, with their exact moments.

    dX = (A X + a) dt + Σ_k (B_k X + b_k) dW_k

The mean and the second moments solve linear equations. With Z = (1, X), the constant terms become part of the matrices Â, B̂_k and
M = E[Z Zᵀ] follows

    d vec(M)/dt = (Â ⊗ I + I ⊗ Â + Σ_k B̂_k ⊗ B̂_k) vec(M)

For additive noise (all B_k = 0) X is Gaussian, and one step over h has, by van Loan's block exponential,

    X(t+h) = Φ X(t) + φ + N(0, Q),    exp [[-A, C], [0, Aᵀ]] h = [[·, Φ⁻¹ Q], [0, Φᵀ]],    C = Σ_k b_k b_kᵀ

where the code takes Â and Ĉ of Z for A and C, so that φ is the first column of Φ̂.

References:
    arnold1974, section 8.2; vanloan1978, theorem 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy import linalg

from evolaw import checks
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = ["GaussianLinearLaw", "LinearLaw", "linear_system", "second_moments"]


_SHORT, _TERMS = 0.25, 12
"""A step is short when its row sums |A| dt are below the first number; 12 Taylor terms then leave less than 2e-18."""


@told
def linear_system(A: Any, B: Any = None, *, a: Any = None, b: Any = None, name: str = "linear system") -> SDE:
    """Return the process dX = (A X + a) dt + Σ_k (B_k X + b_k) dW_k with its exact moments.

    Args:
        A: drift matrix, shape (dim, dim).
        B: noise matrices, shape (noises, dim, dim), or None for additive noise.
        a: constant drift, shape (dim,), or None for 0.
        b: constant noise, shape (noises, dim), or None for 0; not both B and b are None.
        name: name of the process.

    Returns:
        A process of kind additive, scalar, commutative or general, found from the matrices: the noise commutes when
        B_j B_k = B_k B_j and B_j b_k = B_k b_j. ``process.exact`` is a `GaussianLinearLaw` for additive noise and a
        `LinearLaw` for other noise.

    Raises:
        ArgumentError: neither B nor b is given. ShapeError: the shapes do not fit.

    Example:
        >>> process = linear_system([[-1.0]], [[[0.5]]])
        >>> process.noise, process.exact.mean(1.0, [2.0]).round(6).tolist()
        ('scalar', [0.735759])
    """
    A = checks.finite(checks.shape(np.asarray(A, float), "A", ("dim", "dim")), "A")
    dim = A.shape[0]
    checks.shape(A, "A", (dim, dim))
    if B is None and b is None:
        raise checks.refuse("b", "be given, or else `B`: one of them is the noise", b)
    noises = np.shape(b if B is None else B)[0]
    B = np.zeros((noises, dim, dim)) if B is None else checks.shape(np.asarray(B, float), "B", ("noises", dim, dim))
    b = np.zeros((noises, dim)) if b is None else checks.shape(np.asarray(b, float), "b", (noises, dim))
    a = np.zeros(dim) if a is None else checks.shape(np.asarray(a, float), "a", (dim,))
    params = {"A": A, "B": checks.finite(B, "B"), "a": checks.finite(a, "a"), "b": checks.finite(b, "b")}
    kind = _kind(params["B"], params["b"])
    return SDE(
        _drift,
        _additive_diffusion if kind == "additive" else _diffusion,
        dim=dim,
        noises=noises,
        noise=kind,
        params=params,
        name=name,
        law=_gaussian_law if kind == "additive" else _linear_law,
    )


def second_moments(A: Any, B: Any, t: float, second: Any) -> np.ndarray:
    """Return E[X(t) X(t)ᵀ] of dX = A X dt + Σ_k B_k X dW_k from its value at time 0.

        vec M(t) = exp((A ⊗ I + I ⊗ A + Σ_k B_k ⊗ B_k) t) vec M(0)

    Args:
        A: shape (dim, dim).
        B: shape (noises, dim, dim).
        t: time.
        second: E[X(0) X(0)ᵀ], shape (dim, dim).

    Returns:
        Second moments, shape (dim, dim).

    Notes:
        Exponential of a matrix of size dim²: for dim up to some tens.

    Example:
        >>> second_moments([[0.5]], [[[0.8]]], 1.0, [[1.0]]).round(10).tolist()
        [[5.1551695122]]
    """
    A, eye = np.asarray(A, float), np.eye(len(A))
    moment = np.kron(A, eye) + np.kron(eye, A) + sum(np.kron(noise, noise) for noise in np.asarray(B, float))
    return (_exponential(moment, t) @ np.asarray(second, float).reshape(-1)).reshape(A.shape)


def _exponential(matrix: np.ndarray, t: float) -> np.ndarray:
    """exp(M t); not a number, or infinite, where it grows beyond every number.

    Where one mode is still and all others decay, nothing changes any more after 800 times the longest of theirs: a longer time
    would only square what rounding made of the still one.
    """
    rates = np.sort(np.linalg.eigvals(matrix).real)
    size = max(float(np.abs(matrix).max()), 1e-300)
    if rates.size > 1 and abs(rates[-1]) < 1e-12 * size and rates[-2] < -1e-6 * size:
        t = min(t, -800.0 / rates[-2])
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(linalg.expm(matrix * t))


@dataclass(frozen=True, eq=False)
class LinearLaw:
    """Exact mean and covariance of a linear system with any noise; attributes as the arguments of `linear_system`."""

    A: Any
    B: Any
    a: Any
    b: Any

    # A process carries its law where JAX compares it: laws of the same numbers are one, and nothing is compiled twice for them.
    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._numbers() == other._numbers()

    def __hash__(self) -> int:
        return hash(self._numbers())

    def _numbers(self) -> tuple[Any, ...]:
        arrays = (np.asarray(part, float) for part in (self.A, self.B, self.a, self.b))
        return tuple((part.shape, part.tobytes()) for part in arrays)

    def mean(self, t: Any, x0: Any) -> np.ndarray:
        """Return E X(t), shape t.shape + (dim,)."""
        start = np.concatenate([[1.0], np.asarray(x0, float).reshape(-1)])
        return self._at_times(t, lambda time: (_exponential(_augmented(self.a, self.A), time) @ start)[1:])

    def covariance(self, t: Any, x0: Any) -> np.ndarray:
        """Return Cov X(t), shape t.shape + (dim, dim)."""
        start = np.concatenate([[1.0], np.asarray(x0, float).reshape(-1)])
        A = _augmented(self.a, self.A)
        B = [_augmented(shift, matrix) for shift, matrix in zip(self.b, self.B, strict=True)]

        def at(time: float) -> np.ndarray:
            moment = second_moments(A, B, time, np.outer(start, start))
            return moment[1:, 1:] - np.outer(moment[0, 1:], moment[0, 1:])

        return self._at_times(t, at)

    @staticmethod
    def _at_times(t: Any, function: Any) -> np.ndarray:
        times = np.asarray(t, float)
        rows = np.array([function(float(time)) for time in times.reshape(-1)])
        return rows.reshape(times.shape + rows.shape[1:])


@dataclass(frozen=True, eq=False)
class GaussianLinearLaw(LinearLaw):
    """Exact law of a linear system with additive noise: moments, Gaussian density, exact transition."""

    @property
    def normals(self) -> int:
        """Number of normals of a transition: one for each component."""
        return int(np.shape(self.A)[0])

    def density(self, x: Any, t: float, x0: Any) -> np.ndarray:
        """Return the normal density of X(t) at x, shape x.shape[:-1]; its covariance must not be singular."""
        spread = self.covariance(t, x0)
        away = np.asarray(x, float) - self.mean(t, x0)
        square = np.einsum("...i,ij,...j", away, linalg.inv(spread), away)
        return np.exp(-square / 2) / np.sqrt(linalg.det(2 * np.pi * spread))

    def stationary_covariance(self) -> np.ndarray:
        """Return the solution S of A S + S Aᵀ + Σ_k b_k b_kᵀ = 0.

        Raises:
            ArgumentError: A has an eigenvalue that does not decay: nothing is stationary.
        """
        slowest = float(np.linalg.eigvals(np.asarray(self.A)).real.max())
        checks.require(slowest < 0, "A", "have eigenvalues with negative real parts", f"one with real part {slowest:g}")
        return linalg.solve_continuous_lyapunov(np.asarray(self.A), -np.asarray(self.b).T @ np.asarray(self.b))

    def sample(self, normals: Any, t: Any, dt: Any, x: Any) -> jax.Array:
        """Return Φ x + φ + L Z with L Lᵀ = Q; the exponentials are taken once a step for all paths.

        Q of a component without noise of its own is of order dt³: in float32 keep dt above 0.01 of the fastest time scale.
        """
        step, shift, cause = _transition(self, dt)
        return step @ x + shift + cause @ normals


def _transition(law: LinearLaw, dt: Any) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Return Φ, φ and L of the step: van Loan's exponential of a short step for Z = (1, X), doubled as often as needed.

    Doubling, Φ -> Φ Φ and Q -> Φ Q Φᵀ + Q, adds positive parts only: long steps keep their digits, where the exponential of
    a long step would lose them to the growing block of -A.
    """
    a, b, dim = jnp.asarray(law.a), jnp.asarray(law.b), jnp.shape(law.A)[0]
    A = jnp.zeros((dim + 1, dim + 1)).at[1:, 1:].set(law.A).at[1:, 0].set(a)
    C = jnp.zeros((dim + 1, dim + 1)).at[1:, 1:].set(b.T @ b)
    doublings = jnp.ceil(jnp.log2(jnp.maximum(jnp.abs(A * dt).sum(1).max() / _SHORT, 1.0))).astype(int)
    block = jnp.block([[-A, C], [jnp.zeros_like(A), A.T]]) * (dt / 2.0**doublings)
    pair = eye = jnp.eye(2 * (dim + 1))
    for term in range(_TERMS, 0, -1):
        pair = eye + block @ pair / term
    step = pair[dim + 1 :, dim + 1 :].T
    step, noise = jax.lax.fori_loop(
        0,
        doublings,
        lambda _, both: (both[0] @ both[0], both[0] @ both[1] @ both[0].T + both[1]),
        (step, step @ pair[: dim + 1, dim + 1 :]),
    )
    noise = noise[1:, 1:]
    scale = jnp.sqrt(jnp.maximum(jnp.diagonal(noise), 0.0))
    unit = jnp.where(scale > 0, scale, 1.0)
    # A component that no noise reaches has a zero row: its factor is the zero row too, and the unit diagonal keeps the rest.
    correlation = (noise + noise.T) / 2 / jnp.outer(unit, unit) + jnp.diag(jnp.where(scale > 0, 0.0, 1.0))
    return step[1:, 1:], step[1:, 0], scale[:, None] * jnp.linalg.cholesky(correlation)


def _augmented(shift: Any, matrix: Any) -> np.ndarray:
    """Return the matrix of (0, shift + matrix x) as a map of (1, x)."""
    dim = len(np.asarray(matrix))
    return np.block([[np.zeros((1, dim + 1))], [np.asarray(shift)[:, None], np.asarray(matrix)]])


def _kind(B: np.ndarray, b: np.ndarray) -> str:
    if not B.any():
        return "additive"
    if len(B) == 1:
        return "scalar"
    products = np.einsum("jab,kbc->jkac", B, B)
    shifts = np.einsum("jab,kb->jka", B, b)
    same = np.allclose(products, products.swapaxes(0, 1), atol=1e-12) and np.allclose(
        shifts, shifts.swapaxes(0, 1), atol=1e-12
    )
    return "commutative" if same else "general"


def _drift(t: Any, x: Any, p: Any) -> Any:
    return p["A"] @ x + p["a"]


def _diffusion(t: Any, x: Any, p: Any) -> Any:
    return (p["B"] @ x + p["b"]).T


def _additive_diffusion(t: Any, x: Any, p: Any) -> Any:
    return p["b"].T


def _linear_law(p: Any) -> LinearLaw:
    return LinearLaw(p["A"], p["B"], p["a"], p["b"])


def _gaussian_law(p: Any) -> GaussianLinearLaw:
    return GaussianLinearLaw(p["A"], p["B"], p["a"], p["b"])
