"""Gaussian laws of whole paths and lattices, with an exact score.

    Ornstein–Uhlenbeck at times t_i      C_ij = (σ²/2θ) e^(-θ|t_i - t_j|)
    Gaussian free field on a torus       C diagonal in Fourier modes:  C_k = 1 / (m² + Σ_i 4 sin²(k_i/2))

The field is a product of independent modes, so that a score costs two fast Fourier transforms however large the lattice is.
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
from evolaw.score.exact.normal import Gaussian
from evolaw.score.noising.conversions import like_states
from evolaw.score.noising.linear import Noising
from evolaw.told import told

__all__ = ["PeriodicField", "free_field", "ornstein_uhlenbeck_path"]


@told
def ornstein_uhlenbeck_path(times: Any, *, rate: float = 1.0, scale: float = 1.0) -> Gaussian:
    """Return the law of a stationary Ornstein–Uhlenbeck process, dX = -θX dt + σ dW, seen at times.

    Args:
        times: rising, shape (times,).
        rate, scale: θ and σ.

    Example:
        >>> ornstein_uhlenbeck_path([0.0, 1.0]).covariance.round(4).tolist()
        [[0.5, 0.1839], [0.1839, 0.5]]
    """
    times = checks.increasing(times, "times")
    rate, scale = checks.positive(rate, "rate"), checks.positive(scale, "scale")
    apart = np.abs(times[:, None] - times)
    return Gaussian(np.zeros(times.size), scale**2 / (2 * rate) * np.exp(-rate * apart))


@told
def free_field(shape: tuple[int, ...], mass: float) -> PeriodicField:
    """Return the Gaussian free field with action ½ Σ_x [m² φ_x² + Σ_i (φ_(x+i) - φ_x)²] on a torus.

    Args:
        shape: of the lattice.
        mass: m, positive.

    Example:
        >>> float(free_field((4,), 1.0).spectrum[0])
        1.0
    """
    mass = checks.positive(mass, "mass")
    listed = isinstance(shape, (tuple, list)) and len(shape) > 0
    checks.require(listed, "shape", "be a tuple of sizes, as (32, 32)", shape)
    sizes = tuple(checks.integer(size, "shape", least=1) for size in shape)
    total = np.full(sizes, mass**2)
    for axis, size in enumerate(sizes):
        line = 4 * np.sin(np.pi * np.arange(size) / size) ** 2
        total = total + line.reshape([-1 if other == axis else 1 for other in range(len(sizes))])
    return PeriodicField(1 / total)


@carried("spectrum")
@dataclass(frozen=True, eq=False, init=False)
class PeriodicField:
    """A stationary Gaussian field of mean 0 on a torus; its covariance is a convolution.

    Args:
        spectrum: the variance of each Fourier mode, the eigenvalues of the covariance; shape as the lattice, positive.
    """

    spectrum: Any
    shape: tuple[int, ...] = field(default=())

    def __init__(self, spectrum: Any) -> None:
        spectrum = checks.numbers(spectrum, "spectrum")
        checks.require(bool((spectrum > 0).all()), "spectrum", "be positive", float(spectrum.min(initial=0)))
        mirrored = spectrum
        for axis in range(spectrum.ndim):
            mirrored = np.roll(np.flip(mirrored, axis), 1, axis)
        checks.require(
            bool(np.allclose(mirrored, spectrum)), "spectrum", "be the same at k and -k", "that of no real field"
        )
        object.__setattr__(self, "spectrum", spectrum)
        object.__setattr__(self, "shape", spectrum.shape)

    @asked
    def score(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return -(a² C + s²)⁻¹ x, of the shape of x; t is a time, or one for each state."""
        return -self._filtered(x, 1 / self._variances(x, t, noising))

    @asked
    def log_density(self, x: Any, t: Any = 0.0, noising: Noising | None = None) -> Any:
        """Return log p_t(x), shape (count,); of the data themselves without a noising."""
        xp, axes = namespace(x, self.spectrum), tuple(range(1, x.ndim))
        variances = self._variances(x, t, noising)
        square = (abs(xp.fft.fftn(x, axes=axes)) ** 2 / variances).sum(axes) / self.spectrum.size
        logs = xp.log(2 * math.pi * variances).sum(axes)
        return (-(square + logs) / 2).astype(x.dtype)

    @asked
    def divergence(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return -tr (a² C + s²)⁻¹ for each state, shape (count,)."""
        axes = tuple(range(1, x.ndim))
        return (x.reshape(len(x), -1)[:, 0] * 0 - (1 / self._variances(x, t, noising)).sum(axes)).astype(x.dtype)

    @property
    def mean(self) -> np.ndarray:
        """Zero everywhere."""
        return np.zeros(self.shape)

    @property
    def variances(self) -> np.ndarray:
        """The variances of directions: the spectrum."""
        return np.asarray(self.spectrum)

    @property
    def covariance(self) -> np.ndarray:
        """The covariance of the raveled lattice, shape (d, d)."""
        units = np.eye(self.spectrum.size).reshape(-1, *self.shape)
        return np.asarray(self._filtered(units, self.spectrum[None])).reshape(self.spectrum.size, -1)

    def sample(self, count: int, *, rng: Any, t: float = 0.0, noising: Noising | None = None) -> np.ndarray:
        """Draw independent fields of p_t, shape (count, *shape)."""
        count = checks.integer(count, "count", least=1)
        normals = randomness.source(rng).stream("field").generator().standard_normal((count, *self.shape))
        return np.asarray(self._filtered(normals, np.sqrt(self._variances(normals, t, noising))))

    def __repr__(self) -> str:
        return f"PeriodicField on a lattice of shape {self.shape}"

    def _variances(self, x: Any, t: Any, noising: Noising | None) -> Any:
        if noising is None:
            return self.spectrum[None]
        a, s = (like_states(part, x) for part in (noising.scale(t), noising.std(t)))
        values = a**2 * self.spectrum + s**2
        return values if values.ndim == x.ndim else values[None]

    def _filtered(self, x: Any, factors: Any) -> Any:
        xp, axes = namespace(x, self.spectrum), tuple(range(1, x.ndim))
        return xp.fft.ifftn(xp.fft.fftn(x, axes=axes) * factors, axes=axes).real.astype(x.dtype)
