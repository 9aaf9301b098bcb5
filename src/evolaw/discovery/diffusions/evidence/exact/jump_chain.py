r"""A chain that jumps between neighbouring cells, solved over one recorded step: its transition probabilities and their slopes.

    Q_{i,i+1} = up_i,   Q_{i+1,i} = down_i,        P = exp(Δt Q)

On an interval Q is similar to a symmetric tridiagonal matrix by its stationary weights w, w_{i+1}/w_i = up_i/down_i, and so

    P_ij = sqrt(w_j/w_i) Σ_a V_ia e^{λ_a Δt} V_ja,        one decomposition for P and all its slopes:
    ∂P   = sqrt(w_j/w_i) [ V (Φ ∘ VᵀTV) Vᵀ ]_ij,        Φ_ab = (e^{λ_a Δt} − e^{λ_b Δt}) / (λ_a − λ_b)          [najfeld1995]

with T the slope of Q between the same weights. A matrix exponential costs as much for every slope as for P itself, and grows with Δt max|Q|:
on wide ranges that is a hundredfold. On a circle Q is not symmetric in any weights where a current flows, and where w spans more than
rounding leaves room for the roots are no use: P is then had by squaring, its slopes by differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

__all__ = ["JumpChain"]

_ROOM = 24.0
"""ln sqrt(w_j/w_i) between cells that a step joins, at most: e^24 times the rounding 1e-16 is 3e-6."""


@dataclass(frozen=True, eq=False)
class JumpChain:
    """Rates between neighbouring cells, and the time over which they act.

    Attributes:
        up: rates from each cell to the next, shape (cells - 1,); on a circle (cells,), the last one to the first cell.
        down: rates back.
        time: Δt.
        joined: furthest cell that a recorded step joins to each cell, shape (2, cells): lowest and highest.

    Example:
        >>> chain = JumpChain(np.array([1.0]), np.array([1.0]), 0.5, np.array([[0, 0], [1, 1]]))
        >>> chain.chances.round(4).tolist()          # (1 ± e^{-2 · 0.5})/2
        [[0.6839, 0.3161], [0.3161, 0.6839]]
    """

    up: np.ndarray
    down: np.ndarray
    time: float
    joined: np.ndarray

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.joined.shape[1]

    @cached_property
    def is_symmetric(self) -> bool:
        """Whether roots of the weights may be taken."""
        if self.up.size == self.cells or not ((self.up > 0) & (self.down > 0)).all():
            return False
        low, high = self._roots[self.joined[0]], self._roots[self.joined[1]]
        return bool(max(np.max(np.abs(low - self._roots)), np.max(np.abs(high - self._roots))) < _ROOM)

    @cached_property
    def chances(self) -> np.ndarray:
        """P, shape (cells, cells)."""
        if not self.is_symmetric:
            return self._squared(self.up, self.down)
        values, vectors = self._modes
        return np.asarray((vectors * np.exp(values * self.time)) @ vectors.T * self._ratio)

    def slopes(self, changes: Sequence[tuple[np.ndarray, np.ndarray]], sizes: Sequence[float]) -> list[np.ndarray]:
        """Return ∂P along some changes of the rates.

        Args:
            changes: slopes of (up, down) by each parameter.
            sizes: how far each parameter is moved where differences must be taken.
        """
        if not self.is_symmetric:
            return [self._difference(*change, size) for change, size in zip(changes, sizes, strict=True)]
        values, vectors = self._modes
        weights = self._divided_differences(values)
        root = np.exp(self._roots[:-1] - self._roots[1:])
        found = []
        for up, down in changes:
            moved = np.zeros_like(vectors)  # T V, T tridiagonal
            moved[:-1] += (up * root)[:, None] * vectors[1:] - up[:, None] * vectors[:-1]
            moved[1:] += (down / root)[:, None] * vectors[:-1] - down[:, None] * vectors[1:]
            found.append(vectors @ (weights * (vectors.T @ moved)) @ vectors.T * self._ratio)
        return found

    @cached_property
    def _roots(self) -> np.ndarray:
        """½ ln w of each cell."""
        with np.errstate(divide="ignore"):
            return np.concatenate([[0.0], np.cumsum(0.5 * (np.log(self.up) - np.log(self.down)))])

    @cached_property
    def _ratio(self) -> np.ndarray:
        # Cells that no step joins may be further apart than numbers reach; nothing is asked of them.
        return np.exp(np.clip(self._roots[None, :] - self._roots[:, None], -200.0, _ROOM + 1))

    @cached_property
    def _modes(self) -> tuple[np.ndarray, np.ndarray]:
        from scipy.linalg import eigh_tridiagonal

        leaving = np.zeros(self.cells)
        leaving[:-1] += self.up
        leaving[1:] += self.down
        values, vectors = eigh_tridiagonal(-leaving, np.sqrt(self.up * self.down))
        return np.minimum(values, 0.0), vectors

    def _divided_differences(self, values: np.ndarray) -> np.ndarray:
        first, second = values[:, None] * self.time, values[None, :] * self.time
        gap = np.abs(first - second)
        # t e^{max} (1 - e^{-gap})/gap keeps its digits where values nearly agree, and never overflows.
        share = np.where(gap > 0, -np.expm1(-gap) / np.where(gap > 0, gap, 1.0), 1.0)
        return self.time * np.exp(np.maximum(first, second)) * share

    def _squared(self, up: np.ndarray, down: np.ndarray) -> np.ndarray:
        from scipy.linalg import expm

        here = np.arange(up.size)
        there = (here + 1) % self.cells
        rates = np.zeros((self.cells, self.cells))
        rates[here, there] += up
        rates[there, here] += down
        rates[np.arange(self.cells), np.arange(self.cells)] = -rates.sum(1)
        with np.errstate(all="ignore"):  # what leaves the range of numbers is seen by whoever asks for the likelihood
            return np.asarray(expm(self.time * rates))

    def _difference(self, up: np.ndarray, down: np.ndarray, size: float) -> np.ndarray:
        more, less = (self._squared(self.up + s * up, self.down + s * down) for s in (size, -size))
        return (more - less) / (2 * size)
