"""Drifts regressed at each of the times of a grid, by least squares on features of the state: what the fitting of bridges learns with.

    b(t_k, x) = W_kᵀ φ(x),      W_k = W° + argmin mean_i ‖(W° + V)ᵀ φ(x_i) - target_i‖² + ridge ‖V‖²

With φ = (1, x) the fit is exact for Gaussians; with random Fourier features, (1, x, cos(Ωx + φ)), it fits smooth drifts of few
dimensions. W° is what each number of the target has to do with the same number of the state alone. How far the rest, V, is trusted is chosen by the
loss on states that were not fitted to: a whole matrix from n samples of d numbers otherwise fits the correlations that these samples
happen to have, at a cost of d²/4n nats. Between times the drift is that of the time before, which is what an Euler–Maruyama step on
the grid asks for.

References: hastie2009, sections 3.4.1 (ridge) and 7.10 (cross-validation).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.score.bridges.features import Features
from evolaw.score.bridges.moments import Moments, total
from evolaw.sde.processes.process import SDE

__all__ = ["drift_process", "folds", "regress"]

_RIDGES = (*np.geomspace(1e-6, 1e3, 10), np.inf)
_FOLDS = 5


def regress(parts: list[Moments], ridge: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return W, shape (features, targets), and the mean square it leaves of each target.

    Args:
        parts: moments of disjoint sets of states, such as `folds` gives.
        ridge: of the module's sum, infinity for W° alone; None for the one with the least loss on the parts that were left out in turn, of 1e-6 to 1000 and
            infinity. What is left is measured on parts left out as well, or, of one part, on itself.

    Example:
        >>> x = np.linspace(-1, 1, 10)[:, None]
        >>> from evolaw.score.bridges.features import affine_features
        >>> from evolaw.score.bridges.moments import moments
        >>> phi = affine_features(x)
        >>> W, left = regress(folds(lambda rows: moments(phi, x[rows], 2 * x[rows] + 1), 10))
        >>> (phi(np.array([[0.5]])) @ W).round(4).tolist(), bool(left[0] < 1e-6)
        ([[2.0]], True)
    """
    choices = _RIDGES if ridge is None else (np.inf if ridge == np.inf else checks.number(ridge, "ridge", least=0),)
    whole = total(parts)
    if len(parts) < 2:
        weights = _shrunk(whole, choices[:1])[0]
        return weights, whole.loss(weights)
    tried = [_shrunk(total(parts, without=number), choices) for number in range(len(parts))]
    losses = np.array(
        [[part.count * part.loss(weights) for weights in found] for part, found in zip(parts, tried, strict=True)]
    ).sum(0)
    best = int(np.argmin(losses.sum(1)))
    return _shrunk(whole, (choices[best],))[0], losses[best] / whole.count


def folds(of: Callable[[np.ndarray], Moments], count: int, groups: np.ndarray | None = None) -> list[Moments]:
    """Return the moments of up to five parts of the rows; rows of one group stay together."""
    labels = np.arange(count) if groups is None or groups.max() == 0 else groups
    labels = labels % min(_FOLDS, int(labels.max()) + 1)
    return [of(np.flatnonzero(labels == number)) for number in range(int(labels.max()) + 1)]


def _shrunk(of: Moments, ridges: Sequence[float]) -> list[np.ndarray]:
    """W for each ridge: of the numbers alone, and a ridge on the rest."""
    gram, cross = of.gram / of.count, of.cross / of.count
    own = np.zeros_like(cross)
    k = np.arange(cross.shape[1])
    center = gram[0, 1 + k]
    slope = (cross[1 + k, k] - center * cross[0]) / np.maximum(gram[1 + k, 1 + k] - center**2, 1e-12)
    own[1 + k, k], own[0] = slope, cross[0] - slope * center
    values, axes = np.linalg.eigh(gram)
    rest = axes.T @ (cross - gram @ own)
    least = max(float(values[-1]), 1.0) * 1e-12
    return [
        own if np.isinf(ridge) else own + axes @ (rest / (np.maximum(values, 0) + max(ridge, least))[:, None])
        for ridge in ridges
    ]


def drift_process(features: Features, weights: np.ndarray, sigma: float | np.ndarray, *, backward: bool = False) -> SDE:
    """Return dx = b dt + σ dw with the regressed drift, on the grid of K equal steps of [0, 1]; backward for falling times.

    Args:
        features: φ.
        weights: W_k for k = 0 … K - 1, shape (K, features, d): at the times k/K, or, backward, (k + 1)/K.
        sigma: σ: a number, or one for each step and number of a state, shape (K, d).
    """
    table = np.asarray(weights)
    steps, _, dim = table.shape
    drift = _Drift(steps, features.frequencies is not None, backward)
    params = (table, *features.arrays, np.broadcast_to(np.asarray(sigma, table.dtype), (steps, dim)))
    return SDE(drift, _Size(steps, backward), dim=dim, noise="additive", params=params, name="regressed bridge")


@dataclass(frozen=True)
class _Drift:
    steps: int
    has_waves: bool
    backward: bool

    def __call__(self, t: Any, x: Any, p: Any) -> Any:
        table, *arrays, _ = p
        features = Features(*arrays) if self.has_waves else Features(*arrays[:2])
        return (features(x[None]) @ jnp.asarray(table)[_number(t, self.steps, self.backward)])[0]


@dataclass(frozen=True)
class _Size:
    steps: int
    backward: bool

    def __call__(self, t: Any, x: Any, p: Any) -> Any:
        return jnp.asarray(p[-1])[_number(t, self.steps, self.backward)]


def _number(t: Any, steps: int, backward: bool) -> Any:
    """The step that begins at a time; half a step less or more keeps rounding from the neighbour."""
    return jnp.clip(jnp.floor(t * steps + (-0.5 if backward else 0.5)).astype(int), 0, steps - 1)
