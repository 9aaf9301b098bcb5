r"""What a recording says of one component's coefficients, as a Gaussian form.

    log L(θ) = hᵀθ − ½ θᵀJθ + constant,        θ̂ = J⁻¹h,   Σ = J⁻¹

Both J and Σ are kept, each as the square of a factor: where a recording stays in one place the terms are nearly dependent on it, J has
a condition of 1e12 and more, and neither can be had from the other. Scaled to *natural units* a coefficient is the share of the drift
that its term makes up, u_j = θ_j rms(φ_j) / rms(f), rms over the recording (of φ/√D̂ and f/√D̂ where D̂ varies); only there do sizes of different terms compare.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

__all__ = ["GaussianForm", "from_information", "from_moments"]


@dataclass(frozen=True, eq=False)
class GaussianForm:
    """A Gaussian form over the free terms of one component.

    Attributes:
        names: the terms.
        estimate: θ̂, shape (terms,).
        root: F with J = FᵀF.
        spread: G with Σ = GGᵀ.
        basis: R with RᵀR the mean of φφᵀ over the recording.
        size: rms of the fitted function over the recording, the part that is noise taken off; natural unit of the whole.
        samples: steps used.
    """

    names: tuple[str, ...]
    estimate: np.ndarray
    root: np.ndarray
    spread: np.ndarray
    basis: np.ndarray
    size: float
    samples: int

    @cached_property
    def rms(self) -> np.ndarray:
        """Root mean square of each term over the recording."""
        return np.linalg.norm(self.basis, axis=0)

    @cached_property
    def error(self) -> np.ndarray:
        """Standard errors with all other terms free."""
        return np.sqrt(np.sum(self.spread**2, 1))

    @cached_property
    def unit(self) -> np.ndarray:
        """The natural unit of each coefficient."""
        return self.size / self.rms

    @cached_property
    def natural(self) -> tuple[np.ndarray, np.ndarray]:
        """(J, h) in natural units."""
        scaled = self.root * self.unit
        return scaled.T @ scaled, scaled.T @ (self.root @ self.estimate)

    def combination(self, weights: np.ndarray) -> tuple[float, float]:
        """Return the value and standard error of Σ weights_j θ_j."""
        return float(weights @ self.estimate), float(np.linalg.norm(weights @ self.spread))

    def with_relation(self, keep: np.ndarray, fixed: np.ndarray) -> GaussianForm:
        """Return the form of the terms in ``keep`` when the others have the values in ``fixed``."""
        root, other = self.root[:, keep], np.setdiff1d(np.arange(len(self.names)), keep)
        target = self.root @ self.estimate - self.root[:, other] @ fixed[other]
        q, r = np.linalg.qr(root)
        return replace(
            self,
            names=tuple(self.names[i] for i in keep),
            estimate=np.linalg.solve(r, q.T @ target),
            root=r,
            spread=np.linalg.inv(r),
            basis=self.basis[:, keep],
        )


def from_moments(
    names: tuple[str, ...],
    products: np.ndarray,
    moments: np.ndarray,
    covariance: np.ndarray,
    basis: np.ndarray,
    samples: int,
) -> GaussianForm:
    """Return the form of the estimating equations A θ = b, where A, b and V stand in an orthonormal basis φ̃ = φ R⁻¹.

    Args:
        names: the terms.
        products: A = Σ z̃ q̃ᵀ.
        moments: b = Σ z̃ y.
        covariance: V of Σ ψ.
        basis: R, upper triangular, Σ φφᵀ = RᵀR over the recording.
        samples: number of steps summed.
    """
    lower = np.linalg.cholesky(covariance)
    root = np.linalg.solve(lower, products)  # J̃ = Aᵀ V⁻¹ A
    inverse = np.linalg.solve(products, lower)  # Σ̃ = A⁻¹ V A⁻ᵀ
    reduced = np.linalg.solve(products, moments)
    return GaussianForm(
        names,
        np.linalg.solve(basis, reduced),
        root @ basis,
        np.linalg.solve(basis, inverse),
        basis / np.sqrt(samples),
        _natural_size(reduced, inverse, samples),
        samples,
    )


def from_information(
    names: tuple[str, ...], reduced: np.ndarray, information: np.ndarray, basis: np.ndarray, samples: int
) -> GaussianForm:
    """Return the form of a likelihood's maximum and information, both in the orthonormal basis φ̃ = φ R⁻¹."""
    values, vectors = np.linalg.eigh((information + information.T) / 2)
    # Rounding may leave a direction of no information with a negative one.
    values = np.maximum(values, 1e-14 * values[-1])
    spread = vectors / np.sqrt(values)
    return GaussianForm(
        names,
        np.linalg.solve(basis, reduced),
        (vectors * np.sqrt(values)).T @ basis,
        np.linalg.solve(basis, spread),
        basis / np.sqrt(samples),
        _natural_size(reduced, spread, samples),
        samples,
    )


def _natural_size(reduced: np.ndarray, spread: np.ndarray, samples: int) -> float:
    """Return the rms of the fitted function, its noise part taken off; both stand in the orthonormal basis.

    Without that a short recording, whose fit is all noise, would make every true term look small and hence absent.
    """
    total, noise = float(reduced @ reduced) / samples, float(np.sum(spread**2)) / samples
    return float(np.sqrt(max(total - noise, 1e-2 * total)))
