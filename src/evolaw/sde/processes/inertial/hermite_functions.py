"""Hermite functions of a velocity, in which equations of its density are sparse.

    h_n(v) = He_n(y) e^{-y²/4}/√(n! √2π),    y = (v - u)/w,    ∫ h_n h_m dv = w δ_nm

N of them reach |y| < 2√N in velocity and √N/w in its wave number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["HermiteFunctions"]


class HermiteFunctions:
    """Hermite functions h_0 … h_N of a velocity, centred at u and w wide."""

    def __init__(self, orders: int, centre: float, width: float) -> None:
        from scipy.sparse import diags_array, eye_array

        self.orders, self.centre, self.width = orders, centre, width
        root = np.sqrt(np.arange(1.0, orders + 3))
        up = diags_array([root], offsets=[-1], shape=(orders + 3, orders + 3)).tocsr()
        # Two more functions than are kept: products of matrices are right up to the last.
        self._velocity = centre * eye_array(orders + 3, format="csr") + width * (up + up.T)
        self._slope = (up.T - up) / (2 * width)
        self.velocity, self.slope = self._kept(self._velocity), self._kept(self._slope)
        n = np.arange(2, orders + 1, 2)
        # ∫ h_n dv, 0 for odd n.
        self.mass = np.zeros(orders + 1)
        self.mass[::2] = width * (8 * np.pi) ** 0.25 * np.sqrt(np.cumprod(np.concatenate([[1.0], (n - 1) / n])))

    def _kept(self, matrix: Any) -> Any:
        return matrix[: self.orders + 1, : self.orders + 1]

    def losses(self, friction: float, temperature: float) -> Any:
        """The matrix of γ ∂_v (v p) + γ D ∂_v² p."""
        slope = self._slope
        return self._kept(friction * (slope @ self._velocity) + friction * temperature * (slope @ slope))

    def values(self, v: np.ndarray) -> Any:
        """h_0(v), h_1(v), … one after the other, of the shape of v."""
        y = (v - self.centre) / self.width
        older, old = np.zeros_like(y), np.exp(-y * y / 4) / (2 * np.pi) ** 0.25
        for n in range(self.orders + 1):
            yield old
            older, old = old, (y * old - np.sqrt(n) * older) / np.sqrt(n + 1)

    def thermal(self, mean: float, temperature: float) -> np.ndarray:
        """The coefficients of a normal density of velocities."""
        v = mean + np.sqrt(temperature) * np.linspace(-9, 9, 40 * int(np.sqrt(self.orders)) + 200)
        density = np.exp(-((v - mean) ** 2) / (2 * temperature)) / np.sqrt(2 * np.pi * temperature)
        return np.array([np.sum(h * density) for h in self.values(v)]) * (v[1] - v[0]) / self.width

    def product(self, weight: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """The matrix of p(v) -> weight(v) p(v)."""
        end = 1.3 * 2 * np.sqrt(self.orders + 1)
        v, step = np.linspace(
            self.centre - end * self.width, self.centre + end * self.width, 4 * self.orders + 400, retstep=True
        )
        seen = np.array(list(self.values(v)))
        found: np.ndarray = (seen * weight(v)) @ seen.T * (step / self.width)
        return found
