"""Linear measurements y = A x + n, n ~ N(0, R): three approximations of ∇ log p_t(y | x), each a score.

All take p(x0 | x_t) ≈ N(D, V), so that p_t(y | x) ≈ N(y; A D, R + A V Aᵀ), and hold the covariance fixed while differentiating:

    ∇ log p_t(y | x) ≈ (∂D/∂x)ᵀ Aᵀ (R + A V Aᵀ)⁻¹ (y - A D)

    DPS                V = 0                                        chung2023 (without its step-size rule)
    ΠGDM               V = σ² v/(σ² + v) I,  σ = s/a, v the data's variance     song2023
    moment matching    V = (s²/a) ∂D/∂x                             rozet2024; exact for Gaussian data

For one to 64 measurements the matrix is solved as it is, for more by conjugate gradients.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.score.control.guidance import in_jax
from evolaw.score.exact.carried import carried
from evolaw.score.noising.linear import Noising
from evolaw.score.samplers.backward import shape_of

__all__ = ["METHODS", "Measured"]

METHODS = ("moment matching", "ΠGDM", "DPS")
_DENSE_UP_TO = 64


@carried("target", "matrix", "observed", "variances", "data_variance")
@dataclass(frozen=True, eq=False, init=False)
class Measured:
    """The score of data of which y = A x + n was measured, by an approximation of the module.

    Args:
        target: the score of the data.
        matrix: A, shape (measurements, d), on states raveled in C order.
        observed: y, shape (measurements,).
        variances: R: a number, or one for each measurement.
        method: "moment matching", "ΠGDM" or "DPS".
        data_variance: v, for ΠGDM; None asks the target, else 1.
        iterations: of conjugate gradients, where there are more than 64 measurements.

    Notes:
        Cost a call: the target's, one product with ∂Dᵀ, and for moment matching one product with ∂D a measurement or an iteration.

    Example:
        >>> from evolaw.score.exact.normal import Gaussian
        >>> from evolaw.score.noising.song import VP
        >>> pair = Gaussian(np.zeros(2), np.array([[1.0, 0.9], [0.9, 1.0]]))
        >>> known = Measured(pair, [[1.0, 0.0]], [1.5], 0.1)
        >>> exact = pair.given([[1.0, 0.0]], [1.5], 0.1)
        >>> x = np.array([[0.3, -0.2]])
        >>> bool(np.allclose(known.score(x, 0.4, VP()), exact.score(x, 0.4, VP())))  # some seconds
        True
    """

    target: Any
    matrix: Any
    observed: Any
    variances: Any
    data_variance: Any
    method: str = field(default="moment matching")
    iterations: int = field(default=20)

    def __init__(
        self,
        target: Any,
        matrix: Any,
        observed: Any,
        variances: Any,
        *,
        method: str = "moment matching",
        data_variance: float | None = None,
        iterations: int = 20,
    ) -> None:
        dim = int(np.prod(shape_of(target)))
        matrix = checks.finite(checks.shape(matrix, "matrix", ("measurements", dim)), "matrix").astype(float)
        observed = checks.finite(checks.shape(observed, "observed", (len(matrix),)), "observed").astype(float)
        variances = checks.numbers(variances, "variances")
        checks.require(
            variances.shape in ((), (len(matrix),)) and bool((variances >= 0).all()),
            "variances",
            f"be a number, or {len(matrix)} numbers, none negative",
            variances,
        )
        checks.one_of(method, "method", METHODS)
        checks.require(method != "DPS" or bool((variances > 0).all()), "variances", "be positive for DPS", variances)
        if data_variance is None:
            data_variance = _variance_of(target, dim)
        for name, value in (
            ("target", target),
            ("matrix", matrix),
            ("observed", observed),
            ("variances", np.broadcast_to(variances, observed.shape).copy()),
            ("data_variance", np.asarray(checks.positive(data_variance, "data_variance"))),
            ("method", method),
            ("iterations", checks.integer(iterations, "iterations", least=1)),
        ):
            object.__setattr__(self, name, value)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a state."""
        return tuple(self.target.shape)

    def score(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return score + ∇ log p_t(y | x), of the shape of x; t is one time for all."""
        return in_jax(lambda x: self.target.score(x, t, noising) + self.pull(x, t, noising), x)

    def pull(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return the approximate ∇ log p_t(y | x), of the shape of x, for JAX arrays."""
        flat = x.reshape(len(x), -1)
        return jax.vmap(lambda one: self._one(one, t, noising)[0])(flat).reshape(x.shape)

    def log_measured(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return the approximate log p_t(y | x), shape (count,), for JAX arrays and up to 64 measurements."""
        return jax.vmap(lambda one: self._one(one, t, noising)[1])(x.reshape(len(x), -1))

    def _one(self, x: Any, t: Any, noising: Noising) -> tuple[Any, Any]:
        a, s = (jnp.asarray(part, x.dtype) for part in (noising.scale(t), noising.std(t)))
        A, y, R = (jnp.asarray(part, x.dtype) for part in (self.matrix, self.observed, self.variances))

        def data(x: Any) -> Any:
            value = self.target.score(x.reshape(1, *self.shape), t, noising).reshape(-1)
            return (x + s**2 * value) / a

        mean, push = jax.linearize(data, x)
        pull_back = jax.linear_transpose(push, x)
        left = y - A @ mean

        def spread(v: Any) -> Any:
            """(R + A V Aᵀ) v."""
            if self.method == "DPS":
                return R * v
            if self.method == "ΠGDM":
                ratio = (s / a) ** 2
                return R * v + ratio * self.data_variance / (ratio + self.data_variance) * (A @ (A.T @ v))
            return R * v + s**2 / a * (A @ push(A.T @ v))

        if len(y) > _DENSE_UP_TO:
            solved, _ = jax.scipy.sparse.linalg.cg(spread, left, maxiter=self.iterations)
            return pull_back(A.T @ solved)[0], jnp.nan * mean[0]
        matrix = jax.vmap(spread)(jnp.eye(len(y), dtype=x.dtype))
        matrix = (matrix + matrix.T) / 2
        solved = jnp.linalg.solve(matrix, left)
        logs = -(left @ solved + jnp.linalg.slogdet(2 * jnp.pi * matrix)[1]) / 2
        return pull_back(A.T @ solved)[0], logs


def _variance_of(target: Any, dim: int) -> float:
    """The mean variance of a number of the data: of a whole covariance, or of one variance for each number, as a learned score says it."""
    known = getattr(target, "covariance", None)
    if known is None:
        return 1.0
    spread = np.asarray(known, float)
    is_whole = spread.shape == (dim, dim) and shape_of(target) != spread.shape
    return float(np.trace(spread) / dim if is_whole else spread.mean())
