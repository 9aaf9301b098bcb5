"""The Schrödinger bridge between two Gaussians, in closed form.

    D = (4 Σ0^½ Σ1 Σ0^½ + σ⁴ I)^½          C = ½ (Σ0^½ D Σ0^(-½) - σ² I) = Cov(x0, x1)
    Σ_t = (1-t)² Σ0 + t² Σ1 + t(1-t)(C + Cᵀ + σ² I)          m_t = (1-t) m0 + t m1

    forward    b(t, x) = (E[x1 | x] - x)/(1-t),   E[x1 | x] = m1 + ((1-t) Cᵀ + t Σ1) Σ_t⁻¹ (x - m_t)
    backward   b(t, x) = (E[x0 | x] - x)/t,       E[x0 | x] = m0 + ((1-t) Σ0 + t C) Σ_t⁻¹ (x - m_t),     dt < 0 in (x - E[x0|x])/t

In one dimension with unit variances and σ = 1, C = (√5 - 1)/2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.score.exact.normal import Gaussian
from evolaw.sde.processes.process import SDE

__all__ = ["GaussianBridge"]


@dataclass(frozen=True, eq=False, init=False)
class GaussianBridge:
    """The bridge from one `Gaussian` to another.

    Args:
        start, end: the marginals at 0 and 1, on vectors.
        sigma: σ of the reference σ dw.

    Attributes:
        coupling: C = Cov(x0, x1), shape (d, d).

    References:
        bunne2023, theorem 3; janati2020 for the coupling.

    Example:
        >>> one = GaussianBridge(Gaussian([0.0], 1.0), Gaussian([0.0], 1.0), 1.0)
        >>> round(float(one.coupling[0, 0]), 6)
        0.618034
    """

    start: Gaussian
    end: Gaussian
    sigma: float
    coupling: np.ndarray

    def __init__(self, start: Gaussian, end: Gaussian, sigma: float = 1.0) -> None:
        for name, one in (("start", start), ("end", end)):
            checks.require(isinstance(one, Gaussian), name, "be a Gaussian", one)
        checks.require(len(start.shape) == 1, "start", "be a Gaussian of vectors", start.shape)
        checks.require(end.shape == start.shape, "end", f"have states of shape {start.shape}", end.shape)
        sigma = checks.positive(sigma, "sigma")
        values, vectors = np.linalg.eigh(start.covariance)
        checks.require(bool((values > 0).all()), "start", "have a covariance without zeros", float(values.min()))
        root, inverse = ((vectors * values**power) @ vectors.T for power in (0.5, -0.5))
        identity = np.eye(len(root))
        values, vectors = np.linalg.eigh(4 * root @ end.covariance @ root + sigma**4 * identity)
        whole = (vectors * np.sqrt(values)) @ vectors.T
        coupling = (root @ whole @ inverse - sigma**2 * identity) / 2
        for name, value in (("start", start), ("end", end), ("sigma", sigma), ("coupling", coupling)):
            object.__setattr__(self, name, value)

    def marginal(self, t: float) -> Gaussian:
        """Return the law of x_t."""
        t = checks.number(t, "t", least=0.0, most=1.0)
        C = self.coupling
        spread = (1 - t) ** 2 * self.start.covariance + t**2 * self.end.covariance
        spread = spread + t * (1 - t) * (C + C.T + self.sigma**2 * np.eye(len(C)))
        return Gaussian((1 - t) * self.start.mean + t * self.end.mean, (spread + spread.T) / 2)

    def process(self, *, backward: bool = False) -> SDE:
        """Return the bridge as a process: from 0 to 1 for rising times, or, backward, from 1 to 0 for falling ones.

        Notes:
            The drift forward is singular at t = 1 only where it does not matter: E[x1 | x_1] = x_1. Steps begin before.
        """
        arrays = (
            self.start.mean,
            self.end.mean,
            self.start.covariance,
            self.end.covariance,
            self.coupling,
            np.asarray(self.sigma),
        )
        drift = _drift_down if backward else _drift_up
        name = "backward Gaussian bridge" if backward else "Gaussian bridge"
        return SDE(drift, _size, dim=len(self.coupling), noise="additive", params=arrays, name=name)


def _parts(t: Any, p: Any) -> tuple[Any, Any]:
    m0, m1, S0, S1, C, sigma = p
    spread = (1 - t) ** 2 * S0 + t**2 * S1 + t * (1 - t) * (C + C.T + sigma**2 * jnp.eye(len(m0)))
    return (1 - t) * m0 + t * m1, spread


def _drift_up(t: Any, x: Any, p: Any) -> Any:
    _, m1, _, S1, C, _ = p
    mean, spread = _parts(t, p)
    there = m1 + ((1 - t) * C.T + t * S1) @ jnp.linalg.solve(spread, x - mean)
    return (there - x) / (1 - t)


def _drift_down(t: Any, x: Any, p: Any) -> Any:
    m0, _, S0, _, C, _ = p
    mean, spread = _parts(t, p)
    there = m0 + ((1 - t) * S0 + t * C) @ jnp.linalg.solve(spread, x - mean)
    return (x - there) / t


def _size(t: Any, x: Any, p: Any) -> Any:
    return p[-1]
