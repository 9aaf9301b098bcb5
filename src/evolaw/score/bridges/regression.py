"""Drifts regressed at each of the times of a grid, by least squares on features of the state: what the fitting of bridges learns with.

    b(t_k, x) = W_kᵀ φ(x),      W_k = argmin Σ_i ‖W_kᵀ φ(x_i) - target_i‖² + ridge ‖W_k‖²

With φ = (1, x) the fit is exact for Gaussians; with random Fourier features, (1, x, cos(Ωx + φ)), it fits smooth drifts of few
dimensions. Between times the drift is that of the time before, which is what an Euler–Maruyama step on the grid asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks, randomness
from evolaw.arrays import namespace
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = ["Features", "affine_features", "drift_process", "fourier_features", "regress"]


@dataclass(frozen=True, eq=False)
class Features:
    """φ(x) = (1, (x - center)/scale, √2 cos(Ω (x - center)/scale + phase)), without the last part where Ω is None.

    Attributes:
        center, scale: shape (d,).
        frequencies, phases: Ω, shape (number, d), and shape (number,); None for affine features.
    """

    center: Any
    scale: Any
    frequencies: Any = None
    phases: Any = None

    def __call__(self, x: Any) -> Any:
        """Return the features of states of shape (count, d), shape (count, features)."""
        xp = namespace(x, self.center)
        y = (x - self.center) / self.scale
        parts = [xp.ones((len(x), 1), dtype=y.dtype), y]
        if self.frequencies is not None:
            parts.append(xp.sqrt(2.0) * xp.cos(y @ self.frequencies.T + self.phases))
        return xp.concatenate(parts, axis=1)

    @property
    def arrays(self) -> tuple[Any, ...]:
        """The arrays, without those that are None."""
        return tuple(part for part in (self.center, self.scale, self.frequencies, self.phases) if part is not None)


@told
def affine_features(x: Any) -> Features:
    """Return φ = (1, x), centred and scaled by data of shape (count, d)."""
    x = checks.finite(checks.shape(x, "x", ("count", "d")), "x").astype(float)
    return Features(x.mean(0), np.maximum(x.std(0), 1e-12))


@told
def fourier_features(x: Any, number: int = 200, *, rng: Any, width: float = 1.0) -> Features:
    """Return affine features and ``number`` random Fourier ones, those of a Gaussian kernel as wide as ``width`` spreads of the data.

    References:
        rahimi2007.
    """
    base = affine_features(x)
    number, width = checks.integer(number, "number", least=1), checks.positive(width, "width")
    draw = randomness.source(rng).stream("features").generator()
    frequencies = draw.standard_normal((number, len(base.center))) / width
    return Features(base.center, base.scale, frequencies, draw.uniform(0, 2 * np.pi, number))


def regress(features: Features, x: np.ndarray, target: np.ndarray, *, ridge: float = 1e-8) -> np.ndarray:
    """Return W, shape (features, d), that minimises the module's sum divided by the number of states.

    Example:
        >>> x = np.linspace(-1, 1, 5)[:, None]
        >>> W = regress(affine_features(x), x, 2 * x + 1)
        >>> (affine_features(x)(np.array([[0.5]])) @ W).round(6).tolist()
        [[2.0]]
    """
    phi = np.asarray(features(x))
    gram = phi.T @ phi / len(x)
    gram[np.diag_indices_from(gram)] += ridge
    return np.linalg.solve(gram, phi.T @ target / len(x))


def drift_process(features: Features, weights: np.ndarray, sigma: float, *, backward: bool = False) -> SDE:
    """Return dx = b dt + σ dw with the regressed drift, on the grid of K equal steps of [0, 1]; backward for falling times.

    Args:
        features: φ.
        weights: W_k for k = 0 … K - 1, shape (K, features, d): at the times k/K, or, backward, (k + 1)/K.
        sigma: σ.
    """
    table = np.asarray(weights)
    drift = _Drift(len(table), features.frequencies is not None, backward)
    params = (table, *features.arrays, np.asarray(sigma))
    return SDE(drift, _size, dim=table.shape[2], noise="additive", params=params, name="regressed bridge")


@dataclass(frozen=True)
class _Drift:
    steps: int
    has_waves: bool
    backward: bool

    def __call__(self, t: Any, x: Any, p: Any) -> Any:
        table, *arrays, _ = p
        features = Features(*arrays) if self.has_waves else Features(*arrays[:2])
        # A step begins at the time it reads; half a step less or more keeps rounding from the neighbour.
        number = jnp.floor(t * self.steps + (-0.5 if self.backward else 0.5)).astype(int)
        return (features(x[None]) @ jnp.asarray(table)[jnp.clip(number, 0, self.steps - 1)])[0]


def _size(t: Any, x: Any, p: Any) -> Any:
    return p[-1]
