"""A Gaussian, noised: everything a sampler does to it is linear, so that means and covariances can be followed exactly.

With S(t) = a² C + s² I:

    score = -S⁻¹ (x - a m)        Jacobian = -S⁻¹        E‖score‖² = tr S⁻¹
    flow map of the probability-flow ODE from ε to t:  x_t = a_t m + S_t^½ S_ε^(-½) (x_ε - a_ε m)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.arrays import namespace
from evolaw.score.exact.asked import asked
from evolaw.score.exact.carried import carried
from evolaw.score.exact.mixture import GaussianMixture, spectrum_of
from evolaw.score.noising.linear import Noising

__all__ = ["Gaussian"]


@carried("center", "eigenvalues", "rotation")
@dataclass(frozen=True, eq=False, init=False)
class Gaussian:
    """N(m, C) on states of any shape.

    Args:
        mean: shape ``shape``; a number for all is not enough to say the shape.
        covariance: a number, a variance for each of the d numbers of a state (raveled, or of the shape of the mean), or a
            matrix (d, d).

    Example:
        >>> from evolaw.score.noising.song import VP
        >>> unit = Gaussian(np.zeros(2), 1.0)
        >>> unit.score(np.array([[1.0, 2.0]]), 0.3, VP()).round(6).tolist()  # VP keeps N(0, I)
        [[-1.0, -2.0]]
    """

    center: Any
    eigenvalues: Any
    rotation: Any
    shape: tuple[int, ...] = field(default=())

    def __init__(self, mean: Any, covariance: Any) -> None:
        mean = checks.numbers(mean, "mean")
        covariance = checks.numbers(covariance, "covariance")
        d = mean.size
        checks.require(d > 0, "mean", "hold at least one number", mean.shape)
        if covariance.shape == mean.shape or covariance.shape == (d,):
            covariance = covariance.reshape(1, d)
        elif covariance.ndim == 2:
            covariance = covariance[None]
        values, rotations = spectrum_of(covariance, 1, d)
        for name, value in (
            ("center", mean.reshape(-1)),
            ("eigenvalues", values[0]),
            ("rotation", None if rotations is None else rotations[0]),
            ("shape", mean.shape),
        ):
            object.__setattr__(self, name, value)

    # -- at a time of a noising -------------------------------------------------------------------------------------------

    @asked
    def score(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return -S⁻¹ (x - a m), of the shape of x; t is a time, or one for each state."""
        flat, y, variances = self._parts(x, t, noising)
        return -self._back(y / variances).astype(flat.dtype).reshape(x.shape)

    @asked
    def denoised(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return D = E[x0 | x(t) = x] = m + a C S⁻¹ (x - a m), of the shape of x; well at a = 0 too."""
        flat, y, variances = self._parts(x, t, noising)
        a = noising.scale(t)
        a = a[:, None] if getattr(a, "ndim", 0) else a
        return (self.center + self._back(a * self.eigenvalues / variances * y)).astype(flat.dtype).reshape(x.shape)

    @asked
    def log_density(self, x: Any, t: Any = 0.0, noising: Noising | None = None) -> Any:
        """Return log p_t(x), shape (count,); of the data themselves without a noising."""
        flat, y, variances = self._parts(x, t, noising)
        xp = namespace(flat, self.center)
        logs = self._sum(xp.log(2 * math.pi * variances))
        return (-(y**2 / variances).sum(-1) / 2 - logs / 2).astype(flat.dtype)

    @asked
    def divergence(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return -tr S⁻¹ for each state, shape (count,)."""
        flat, y, variances = self._parts(x, t, noising)
        return (y[:, 0] * 0 - self._sum(1 / variances)).astype(flat.dtype)

    @asked
    def jacobian(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return -S⁻¹ for each state, shape (count, d, d)."""
        flat, y, variances = self._parts(x, t, noising)
        xp, d = namespace(flat, self.center), self.center.size
        inverse = xp.broadcast_to(1 / variances, y.shape)
        if self.rotation is None:
            return -(inverse[:, :, None] * xp.eye(d)).astype(flat.dtype)
        return -xp.einsum("ij,nj,kj->nik", self.rotation, inverse, self.rotation).astype(flat.dtype)

    def score_norm(self, t: Any, noising: Noising) -> Any:
        """Return √(E‖score‖² / d) under p_t, the size of one number of the score."""
        xp = namespace(t, self.center)
        variances = self._variances(t, noising)
        return xp.sqrt(self._sum(1 / variances)[0] / self.center.size)

    @property
    def variances(self) -> np.ndarray:
        """The variances of the directions of the data, shape (1,) or (d,)."""
        return np.asarray(self.eigenvalues)

    def flow_map(self, x: Any, now: float, later: float, noising: Noising) -> Any:
        """Return where the probability flow brings states from one time to another, earlier or later.

        Example:
            >>> from evolaw.score.noising.song import VE
            >>> Gaussian(np.zeros(1), 3.0).flow_map(np.ones((1, 1)), 1e-9, 1.0, VE(1.0, 3.0)).round(4).tolist()
            [[1.7321]]
        """
        flat, y, variances = self._parts(x, now, noising)
        moved = y * namespace(flat, self.center).sqrt(self._variances(later, noising) / variances)
        return (noising.scale(later) * self.center + self._back(moved)).astype(flat.dtype).reshape(x.shape)

    # -- the data ---------------------------------------------------------------------------------------------------------

    @property
    def mean(self) -> np.ndarray:
        """The mean, of shape ``shape``."""
        return np.asarray(self.center).reshape(self.shape)

    @property
    def covariance(self) -> np.ndarray:
        """The covariance of the raveled state, shape (d, d)."""
        values = np.broadcast_to(self.eigenvalues, self.center.shape)
        return np.diag(values) if self.rotation is None else np.asarray((self.rotation * values) @ self.rotation.T)

    def sample(self, count: int, *, rng: Any, t: float = 0.0, noising: Noising | None = None) -> np.ndarray:
        """Draw independent states of p_t, shape (count, *shape)."""
        count = checks.integer(count, "count", least=1)
        normals = randomness.source(rng).stream("gaussian").generator().standard_normal((count, self.center.size))
        a = 1.0 if noising is None else noising.scale(t)
        spread = self._back(normals * np.sqrt(self._variances(t, noising)))
        return np.asarray(a * self.center + spread).reshape(count, *self.shape)

    def given(self, matrix: Any, observed: Any, variance: Any) -> Gaussian:
        """Return the law of the data given y = A x + n; see `GaussianMixture.given`."""
        one = GaussianMixture(self.mean[None], self.covariance[None]).given(matrix, observed, variance)
        return Gaussian(one.mean, one.covariances[0])

    def __repr__(self) -> str:
        return f"Gaussian on states of shape {self.shape}"

    # -- the formulas of the module -----------------------------------------------------------------------------------------

    def _variances(self, t: Any, noising: Noising | None) -> Any:
        """Eigenvalues of S, shape (1 or count, d or 1)."""
        if noising is None:
            return self.eigenvalues[None]
        a, variance = noising.scale(t), noising.std(t) ** 2
        if getattr(a, "ndim", 0):
            a, variance = a[:, None], variance[:, None]
        values = a**2 * self.eigenvalues + variance
        return values if values.ndim == 2 else values[None]

    def _parts(self, x: Any, t: Any, noising: Noising | None) -> tuple[Any, Any, Any]:
        """States raveled, Qᵀ(x - a m), and the eigenvalues of S."""
        xp = namespace(x, self.center)
        x = xp.asarray(x)
        checks.require(
            x.ndim == 1 + len(self.shape) and x.shape[1:] == self.shape,
            "x",
            f"have shape (count, {', '.join(map(str, self.shape))})",
            f"of shape {x.shape}",
        )
        flat = x.astype(x.dtype if np.issubdtype(x.dtype, np.floating) else float).reshape(len(x), self.center.size)
        a: Any = 1.0 if noising is None else noising.scale(t)
        apart = flat - (a[:, None] if getattr(a, "ndim", 0) else a) * self.center
        return flat, apart if self.rotation is None else apart @ self.rotation, self._variances(t, noising)

    def _back(self, y: Any) -> Any:
        return y if self.rotation is None else y @ self.rotation.T

    def _sum(self, value: Any) -> Any:
        """Σ_i of what stands for each number, or once for all alike; shape (1 or count,)."""
        return value[..., 0] * self.center.size if value.shape[-1] == 1 else value.sum(-1)
