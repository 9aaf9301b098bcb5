r"""Estimating equations with instruments known before the noise comes in.

    Σ_k z_k [ y_k − q_kᵀ θ ]  has mean 0 at the truth, whatever the noise, if z_k is known at t_k and y_k − q_kᵀθ is a martingale step
    A = Σ z qᵀ,   b = Σ z y,   V = Σ_{|l| ≤ L} Σ_k ψ_k ψ_{k+l}ᵀ,   ψ_k = z_k (y_k − q_kᵀ θ̂)

L is the reach of the stencils: beyond it the steps are uncorrelated [hansen1982]. A sum with so few lags need not be positive, so its
eigenvalues are kept above a share of those of the sum with lag 0. An `Equation` says what z, q and y are (`drift`, `diffusivity`); sums run
over blocks of rows, so that a million points take no more memory than a block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evolaw import checks
from evolaw.discovery.diffusions.evidence.gaussian_form import GaussianForm, from_moments

__all__ = ["Equation", "Rows", "solve", "triangle"]

_BLOCK_NUMBERS = 2**21
"""Numbers of one block of regressors: 16 MiB, which stays in the cache of a server and costs little elsewhere."""

_DEPENDENT = 1e-9
"""Smallest singular value, relative to the largest with all terms scaled to rms 1, before terms count as linearly dependent.
Single wells make it 1e-6 at degree 5; rounding alone 1e-14."""


_RANDOM = 1e-18
"""Share of the mean square of the steps that must be left unexplained."""


@dataclass(frozen=True)
class Rows:
    """Some rows of an estimating equation: terms, instruments and regressors of shape (rows, terms), responses (rows,).

    The terms stand divided by sqrt(D̂) where D̂ varies, and so sizes are measured against the noise. Rows follow each other in time; where
    ``usable`` is False the stencil reaches over the end of a stretch.
    """

    terms: np.ndarray
    instruments: np.ndarray
    regressors: np.ndarray
    response: np.ndarray
    usable: np.ndarray


class Equation(Protocol):
    """What one estimating equation is made of."""

    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def lags(self) -> int: ...
    @property
    def floor(self) -> float: ...
    def __len__(self) -> int: ...
    def rows(self, first: int, last: int) -> Rows: ...


def solve(equation: Equation) -> tuple[GaussianForm, np.ndarray]:
    """Solve an estimating equation.

    Returns:
        The Gaussian form over its terms, and the residuals y − qᵀθ̂ of all rows, NaN where the stencil does not fit.

    Raises:
        ArgumentError: the terms are linearly dependent on the recording; the sentence names the combination that vanishes.
    """
    count = len(equation.names)
    basis, used = np.zeros((0, count)), 0
    for rows in _blocks(equation, 0):
        seen = rows.terms[rows.usable]
        used += len(seen)
        basis = triangle(np.concatenate([basis, seen]))
    checks.require(used > 2 * count, "recording", f"hold more than {2 * count} usable steps", used, "Record longer.")
    _require_independent(basis, equation.names)
    products, moments, total = np.zeros((count, count)), np.zeros(count), 0.0
    for rows in _blocks(equation, 0):
        z, q, y = (part[rows.usable] for part in (rows.instruments, rows.regressors, rows.response))
        products += z.T @ q
        moments += z.T @ y
        total += float(y @ y)
    inverse = np.linalg.inv(basis)
    products, moments = inverse.T @ products @ inverse, inverse.T @ moments
    reduced = np.linalg.solve(products, moments)
    covariance, residuals = _covariance(equation, inverse, reduced, used, total)
    return from_moments(equation.names, products, moments, covariance, basis, used), residuals


def triangle(terms: np.ndarray) -> np.ndarray:
    """Return R with Σ φφᵀ = RᵀR, upper triangular, from the terms at every row."""
    return np.asarray(np.linalg.qr(terms, mode="r"))


def _covariance(
    equation: Equation, inverse: np.ndarray, reduced: np.ndarray, used: int, total: float
) -> tuple[np.ndarray, np.ndarray]:
    """V with its eigenvalues floored, and the residuals; refused where of ``total``, the sum of squared responses, nothing is left."""
    count, lags = len(equation.names), equation.lags
    sums = np.zeros((lags + 1, count, count))
    residuals = np.full(len(equation), np.nan)
    for first, rows in _blocks_with_place(equation, lags):
        e = np.where(rows.usable, rows.response - rows.regressors @ (inverse @ reduced), 0.0)
        psi = (rows.instruments @ inverse) * e[:, None]
        own = len(e) - lags if first + len(e) < len(equation) else len(e)
        residuals[first : first + own] = np.where(rows.usable, e, np.nan)[:own]
        for lag in range(lags + 1):
            other = psi[lag : own + lag]
            sums[lag] += psi[: len(other)].T @ other
    if not np.nansum(residuals**2) > _RANDOM * total:
        raise checks.refuse(
            "recording",
            "move by chance",
            f"one whose steps {', '.join(equation.names[:4])} explain to every digit",
            "Without noise there is no diffusion to find; fit an ordinary differential equation.",
        )
    whole = sums[0] + sum(part + part.T for part in sums[1:])
    lower = np.linalg.cholesky(sums[0])
    relative = np.linalg.solve(lower, np.linalg.solve(lower, whole).T)
    values, vectors = np.linalg.eigh((relative + relative.T) / 2)
    root = lower @ (vectors * np.sqrt(np.maximum(values, equation.floor)))
    return root @ root.T * (used / (used - count)), residuals


def _blocks(equation: Equation, overlap: int) -> Iterator[Rows]:
    return (rows for _, rows in _blocks_with_place(equation, overlap))


def _blocks_with_place(equation: Equation, overlap: int) -> Iterator[tuple[int, Rows]]:
    """Blocks of rows; each but the last has ``overlap`` rows of the next at its end."""
    length = max(1024, _BLOCK_NUMBERS // max(1, len(equation.names)))
    for first in range(0, len(equation), length):
        yield first, equation.rows(first, min(first + length + overlap, len(equation)))


def _require_independent(basis: np.ndarray, names: tuple[str, ...]) -> None:
    sizes = np.linalg.norm(basis, axis=0)
    for name, size in zip(names, sizes, strict=True):
        checks.require(np.isfinite(size), "library", "be finite on the recording", f"{name}, which is not")
        checks.require(size > 0, "library", "not vanish on the recording", f"{name}, which is 0 everywhere")
    _, values, vectors = np.linalg.svd(basis / sizes)
    if values[-1] > _DEPENDENT * values[0]:
        return
    weights = vectors[-1] / sizes
    weights = weights / weights[np.argmax(np.abs(vectors[-1]))]
    shown = " ".join(f"{weight:+.4g} {name}" for weight, name in zip(weights, names, strict=True) if abs(weight) > 1e-6)
    raise checks.refuse(
        "library",
        "be linearly independent on the recording",
        f"one with {shown.lstrip('+')} = 0 at every recorded point",
        "Drop one of these terms, or give it by --known.",
    )
