"""The Fokker–Planck equation on a circle, in Fourier space: stationary, in time, and its eigenvalues.

    ∂p/∂t = -∂_x [f(x) p] + D ∂_x² p,     f(x + L) = f(x),     k = 2π/L
    p(x)  = (1/L) Σ_n p_n e^{jknx},        p_n = ⟨e^{-jknX}⟩,   p_0 = 1
    dp_n/dt = -jkn Σ_m f_m p_{n-m} - D k² n² p_n

The drift may be any smooth periodic function; it need not be a gradient. Modes |n| <= N are kept and N is doubled until nothing
changes. With n + q in place of n (a Bloch wave) the eigenvalue nearest 0 is -λ(q), λ(q) = j q k v + q² k² D_eff + O(q³): drift and
diffusion of the unwrapped X, and, for rare escapes, the rates of slips by any number of periods.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.errors import NotConverged

__all__ = ["CircleFokkerPlanck", "SampledDensity", "force_modes", "times_cosine"]

_MOST_MODES = 4096
_TOLERANCE = 1e-13


@dataclass(frozen=True, eq=False)
class SampledDensity:
    """A periodic density: an array at ``places``, and a function anywhere.

    Attributes:
        places: equally spaced places of one period, shape (points,).
        values: the density there.
        function: gives the density at any places.
    """

    places: np.ndarray
    values: np.ndarray
    function: Callable[[np.ndarray], np.ndarray]

    def __call__(self, x: Any) -> np.ndarray:
        """Return the density at places of any shape."""
        return self.function(np.asarray(x, float))

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        """The values as an array."""
        return np.array(self.values, dtype)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: Any) -> Any:
        return self.values[index]


def force_modes(force: Callable[[np.ndarray], Any], period: float, most: int = 256) -> dict[int, complex]:
    """Return the Fourier coefficients f_m of a smooth periodic function that are not zero to rounding.

    Args:
        force: f(x), NumPy in and out.
        period: L.
        most: highest |m| that is looked for.

    Raises:
        ArgumentError: the coefficients have not died out at ``most``: the function is not smooth.

    Example:
        >>> {m: round(abs(c), 6) for m, c in force_modes(np.sin, 2 * np.pi).items()}
        {-1: 0.5, 1: 0.5}
    """
    points = 4 * most
    values = np.broadcast_to(np.asarray(force(np.arange(points) * (period / points)), float), (points,))
    found = np.fft.fft(checks.finite(values, "force")) / points
    floor = 1e-13 * max(1.0, float(np.abs(values).max()))
    high = float(np.abs(found[most : 3 * most]).max())
    checks.require(
        high <= 10 * floor, "force", f"be smooth: no Fourier mode above {most}", f"one of size {high:.1e} there"
    )
    return {m: complex(found[m]) for m in range(-most, most + 1) if abs(found[m]) > floor}


def times_cosine(modes: np.ndarray, n: int) -> np.ndarray:
    """Return the Fourier modes, along the last axis, of a function times cos nkx, those beyond the last counted as 0."""
    found = np.zeros_like(modes)
    found[..., n:] += modes[..., :-n] / 2
    found[..., :-n] += modes[..., n:] / 2
    return found


@dataclass(frozen=True, eq=False)
class CircleFokkerPlanck:
    """The Fokker–Planck equation of dX = f(X) dt + √(2 D) dW with a periodic drift.

    Attributes:
        force: f(x), NumPy in and out, periodic and smooth.
        temperature: D > 0.
        period: L.

    Notes:
        One banded solve a call and a doubling of the modes, milliseconds. About √(60/D) modes are needed where noise is weak, in units
        of the drift and of a period 2π; at most 4096 are taken.

    References:
        risken1996, section 11.3.

    Example:
        >>> junction = CircleFokkerPlanck(lambda x: 0.5 - np.sin(x), 0.2)
        >>> round(junction.mean_velocity, 10)
        0.0248338899
    """

    force: Callable[[np.ndarray], Any]
    temperature: float
    period: float = 2 * np.pi

    def __post_init__(self) -> None:
        checks.positive(self.temperature, "temperature")
        checks.positive(self.period, "period")

    @cached_property
    def coefficients(self) -> np.ndarray:
        """The stationary p_n for n = -N … N, with p_0 = 1."""
        count = max(32, 2 * max((abs(m) for m in self._force), default=0))
        last = self._stationary(count)
        while count < _MOST_MODES:
            count *= 2
            now = self._stationary(count)
            inner = now[count // 2 : count // 2 + len(last)]
            if np.abs(inner - last).max() < _TOLERANCE:
                return now
            last = now
        raise NotConverged(
            f"Argument `temperature` must leave a density of at most {_MOST_MODES} Fourier modes, but is {self.temperature}.",
            last,
        )

    def moment(self, n: int) -> complex:
        """Return ⟨e^{jknX}⟩ of the stationary density."""
        count = len(self.coefficients) // 2
        return complex(np.conj(self.coefficients[count + n])) if abs(n) <= count else 0j

    def average(self, function: Callable[[np.ndarray], Any]) -> float:
        """Return the stationary mean of a smooth periodic function of the place."""
        grid = self.density
        return float(
            np.mean(np.broadcast_to(np.asarray(function(grid.places), float), grid.values.shape) * grid.values)
            * self.period
        )

    @property
    def mean_velocity(self) -> float:
        """⟨X'⟩ = ⟨f(X)⟩."""
        return float(sum((c * self.moment(m)).real for m, c in self._force.items()))

    @cached_property
    def density(self) -> SampledDensity:
        """The stationary density on one period."""
        return self._density(self.coefficients)

    def after(self, time: float, start: Any) -> SampledDensity:
        """Return the density a time after ``start``.

        Args:
            time: t >= 0.
            start: a place, for a start there, or a function that gives the density at time 0.

        Notes:
            The exponential of the operator, exact in time. A start in one place is resolved once √(2 D t) is wider than a hundredth of a
            period.
        """
        from scipy.linalg import expm

        span = checks.number(time, "time", least=0.0)
        # A dense exponential: its cost does not grow with the time, as that of repeated products does.
        count = max(128, len(self.coefficients) // 2)
        n = np.arange(-count, count + 1)
        wave = 2j * np.pi / self.period
        if callable(start):
            x = np.arange(4 * count) * (self.period / (4 * count))
            first = (np.fft.fft(np.asarray(start(x), float)) / len(x))[n] * self.period
        else:
            first = np.exp(-wave * n * float(start))
        return self._density(expm(self._operator(count, 0.0).toarray() * span) @ first)

    def autocorrelation(self, every: float, count: int, harmonic: int = 1) -> np.ndarray:
        """Return ⟨cos nkX(t) cos nkX(0)⟩ - ⟨cos nkX⟩² in the stationary state at t = 0, every, 2 every, …, shape (count,).

        Args:
            every: time between two values.
            count: how many.
            harmonic: n.

        Notes:
            p cos nkX, carried on by the operator's exponential; exact in time. Zeros from where it has fallen below rounding.
        """
        from scipy.linalg import expm

        span, many = checks.positive(every, "every"), checks.integer(count, "count", least=1)
        p, n = self.coefficients, checks.integer(harmonic, "harmonic", least=1)
        middle = len(p) // 2
        mean = p[middle + n].real
        state = times_cosine(p, n) - mean * p
        step = expm(self._operator(middle, 0.0).toarray() * span)
        found = np.zeros(many)
        for k in range(many):
            found[k] = state[middle + n].real
            state = step @ state
            if np.abs(state).max() < _TOLERANCE:
                break
        return found

    def eigenvalues(self, count: int = 6, wave: float = 0.0) -> np.ndarray:
        """Return the eigenvalues nearest 0 of the operator, the slowest first; ``wave`` is the Bloch number q.

        The first is 0 for q = 0; the next one is minus the relaxation rate.
        """
        from scipy.linalg import eigvals

        size = len(self.coefficients) // 2
        found = eigvals(self._operator(min(size, 400), wave).toarray())
        return found[np.argsort(-found.real)][: checks.integer(count, "count", least=1)]

    # -- inside ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _force(self) -> dict[int, complex]:
        return force_modes(self.force, self.period)

    def _operator(self, count: int, wave: float) -> Any:
        """The matrix of dp/dt for the modes -count … count, shifted by a Bloch number."""
        from scipy.sparse import diags_array

        k = 2 * np.pi / self.period
        n = np.arange(-count, count + 1) + wave
        bands = {m: -1j * k * n[max(m, 0) : len(n) + min(m, 0)] * c for m, c in self._force.items()}
        bands[0] = bands.get(0, 0) - self.temperature * (k * n) ** 2 + 0j
        return diags_array(list(bands.values()), offsets=[-m for m in bands], format="csc", shape=(len(n), len(n)))

    def _stationary(self, count: int) -> np.ndarray:
        """Solve for the modes with p_0 = 1."""
        from scipy.sparse.linalg import splu

        matrix = self._operator(count, 0.0)
        keep = np.flatnonzero(np.arange(2 * count + 1) != count)
        inner = matrix[keep][:, keep].tocsc()
        solved = splu(inner).solve(-matrix[keep][:, [count]].toarray()[:, 0])
        return np.insert(solved, count, 1.0)

    def _density(self, coefficients: np.ndarray) -> SampledDensity:
        count = len(coefficients) // 2
        points = 4 * count
        places = np.arange(points) * (self.period / points)
        padded = np.zeros(points, complex)
        padded[np.arange(-count, count + 1)] = coefficients
        values = (np.fft.ifft(padded) * points).real / self.period
        n = np.arange(1, count + 1)

        def at(x: np.ndarray) -> np.ndarray:
            waves = np.exp(2j * np.pi / self.period * n * x[..., None])
            return (1 + 2 * (waves @ coefficients[count + 1 :]).real) / self.period

        return SampledDensity(places, values, at)
