"""Mean products of features and targets, all that a least-squares fit of a drift asks for; the noise of a bridge is integrated out of them.

A state of a Brownian bridge is x = μ + s z, and what its drift is regressed on is y = g + κ z, with z ~ N(0, I). For the features
φ = (1, u, √2 cos A) of a state, u = (x - center)/ℓ and A = Ω u + phase, with v_i = Ω_i/ℓ and a = A(μ), over z alone

    E cos A_i             = e_i cos a_i                                        e_i = exp(-s² ‖v_i‖²/2)
    E z_j cos A_i         = -s v_ij e_i sin a_i
    E 2 cos A_i cos A_k   = exp(-s² ‖v_i - v_k‖²/2) cos(a_i - a_k) + exp(-s² ‖v_i + v_k‖²/2) cos(a_i + a_k)

so that no noise is drawn at all (Rao and Blackwell: the variance can only fall).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evolaw.score.bridges.features import Features

__all__ = ["Moments", "bridge_moments", "moments", "total"]


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over states of the products of features φ and targets y.

    Attributes:
        count: number of states.
        gram: Σ φφᵀ, shape (features, features).
        cross: Σ φyᵀ, shape (features, targets).
        square: Σ y², shape (targets,).
    """

    count: int
    gram: np.ndarray
    cross: np.ndarray
    square: np.ndarray

    def loss(self, weights: np.ndarray) -> np.ndarray:
        """Return the mean of (Wᵀφ - y)² for each target."""
        summed = self.square - 2 * (weights * self.cross).sum(0) + (weights * (self.gram @ weights)).sum(0)
        return np.asarray(summed / self.count)


def total(parts: list[Moments], without: int | None = None) -> Moments:
    """Return the moments of all parts together, or of all but one.

    Example:
        >>> one = Moments(2, np.eye(1), np.eye(1), np.ones(1))
        >>> total([one, one, one], without=0).count
        4
    """
    kept = [part for number, part in enumerate(parts) if number != without]
    gram, cross, square = (sum(getattr(part, name) for part in kept) for name in ("gram", "cross", "square"))
    return Moments(sum(part.count for part in kept), np.asarray(gram), np.asarray(cross), np.asarray(square))


def moments(features: Features, x: np.ndarray, target: np.ndarray) -> Moments:
    """Return the moments of states and targets, each of shape (count, d)."""
    phi = np.asarray(features(x))
    return Moments(len(x), phi.T @ phi, phi.T @ target, (target**2).sum(0))


def bridge_moments(features: Features, middle: np.ndarray, spread: float, target: np.ndarray, pull: float) -> Moments:
    """Return the moments of states μ + s z with targets g + κ z, over z.

    Args:
        features: φ.
        middle: μ, shape (count, d).
        spread: s.
        target: g, shape (count, d).
        pull: κ.

    Example:
        >>> from evolaw.score.bridges.features import Features
        >>> unit = Features(np.zeros(1), np.ones(1))
        >>> bridge_moments(unit, np.zeros((4, 1)), 2.0, np.zeros((4, 1)), -1.0).cross.tolist()  # E x y = s κ
        [[0.0], [-8.0]]
    """
    count, dim = middle.shape
    phi = np.asarray(features(middle))
    gram, cross = phi.T @ phi, phi.T @ target
    lengths = np.asarray(features.scale)
    plain = slice(1, 1 + dim)
    if features.frequencies is not None:
        gram, cross = _through_waves(features, middle, spread, target, pull, phi)
    gram[plain, plain] += count * np.diag((spread / lengths) ** 2)
    cross[plain] += count * np.diag(pull * spread / lengths)
    return Moments(count, gram, cross, (target**2).sum(0) + count * pull**2)


def _through_waves(
    features: Features, middle: np.ndarray, spread: float, target: np.ndarray, pull: float, phi: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The moments with those of waves, but not yet what the plain features gain among themselves."""
    lengths, first = np.asarray(features.scale), 1 + middle.shape[1]
    v = np.asarray(features.frequencies) / lengths
    angles = phi[:, 1:first] @ np.asarray(features.frequencies).T + np.asarray(features.phases)
    cosines, sines = np.cos(angles), np.sin(angles)
    squares = (v**2).sum(1)
    damped = np.exp(-(spread**2) * squares / 2)
    # Plain features with waves; E z_j cos A_i by Stein's identity.
    known = np.sqrt(2) * damped
    with_plain = phi[:, :first].T @ cosines * known
    with_plain[1:] -= spread**2 / lengths[:, None] * v.T * (sines.sum(0) * known)
    # Waves with waves.
    products = v @ v.T
    apart, joined = (np.exp(-(spread**2) * (squares[:, None] + squares + sign * 2 * products) / 2) for sign in (-1, 1))
    even, odd = cosines.T @ cosines, sines.T @ sines
    gram = phi.T @ phi
    gram[:first, first:], gram[first:, :first] = with_plain, with_plain.T
    gram[first:, first:] = apart * (even + odd) + joined * (even - odd)
    cross = phi.T @ target
    cross[first:] = known[:, None] * (cosines.T @ target - pull * spread * v * sines.sum(0)[:, None])
    return gram, cross
