r"""The diffusion terms' estimating equations: squared increments, with what the drift puts into them taken off.

Dynkin's formula for (X − X_k)²/2 gives, clean,

    ½ ΔX_k²  =  ∫ (X_s − X_k) f(X_s) ds  +  ∫ D(X_s) ds  +  martingale

so that the response is ½ΔX_k² − Σ_l w_l (X_{k+l} − X_k) f̂(X_{k+l}), the regressor Σ_l w_l ψ(X_{k+l}), the instrument ψ(X_k)/D̂². With
measurement noise ½ ΔY_k (ΔY_{k-1} + ΔY_k + ΔY_{k+1}) is free of s²; the drift is taken off in each of the three products, de-heated, and
what a value's own noise adds to its product with f̃ is removed by Stein's E[e f̃(x + e)] = s² E[f̃'].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from evolaw.discovery.diffusions.evidence.drift import features, filtered, quadrature_weights
from evolaw.discovery.diffusions.evidence.moment_equations import Rows
from evolaw.discovery.diffusions.model.expressions import Term
from evolaw.discovery.diffusions.model.recording import Recording

__all__ = ["DiffusionEquation", "Drift", "Strength"]


@dataclass(frozen=True, eq=False)
class Drift:
    """A fitted drift: Σ values_j terms_j."""

    terms: tuple[Term, ...]
    values: np.ndarray

    def at(self, state: Sequence[np.ndarray], noise: Sequence[float] | None = None) -> np.ndarray:
        """The drift at every state; de-heated where ``noise`` is given."""
        return features(self.terms, state, noise) @ self.values

    def slope(self, state: Sequence[np.ndarray], component: int) -> np.ndarray:
        """Its derivative with respect to one component."""
        return sum(v * term.slope(state, component) for v, term in zip(self.values, self.terms, strict=True)) + 0.0


@dataclass(frozen=True, eq=False)
class Strength:
    """A fitted diffusion coefficient, never below a share of its mean on the recording: D̂(x) = max(Σ η_j ψ_j(x), least)."""

    terms: tuple[Term, ...]
    values: np.ndarray
    least: float

    def __call__(self, state: Sequence[np.ndarray]) -> np.ndarray:
        """The coefficient at every state."""
        return np.maximum(features(self.terms, state) @ self.values, self.least)


@dataclass(frozen=True, eq=False)
class DiffusionEquation:
    """The diffusion coefficient of one component.

    Attributes:
        recording: the recording.
        component: index of the component.
        terms: the free terms.
        known: terms whose coefficient is known, with it.
        drift: fitted drift of the component, known part included.
        nodes: values used by the quadrature.
        strength: D̂ for the weights; None for a constant.
        noise, gains: as for the drift.
    """

    recording: Recording
    component: int
    terms: tuple[Term, ...]
    known: tuple[tuple[Term, float], ...]
    drift: Drift | None
    nodes: int
    strength: Strength | None
    noise: tuple[float, ...]
    gains: tuple[float, ...]
    _kept: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the free terms."""
        return tuple(term.name for term in self.terms)

    @property
    def noisy(self) -> bool:
        """Whether any component is measured with noise."""
        return any(self.noise)

    @property
    def lags(self) -> int:
        """Steps whose residuals share a value."""
        return max(self.nodes - 1, 1) + 2 * self.noisy

    @property
    def floor(self) -> float:
        """Smallest eigenvalue of V relative to its lag-0 part."""
        return 0.2

    def __len__(self) -> int:
        return len(self.recording)

    def rows(self, first: int, last: int) -> Rows:
        """Return the rows ``first`` to ``last`` (exclusive)."""
        before, after = 2 * self.noisy, self.nodes + 2 * self.noisy
        low, high = max(first - before, 0), min(last + after, len(self))
        part = self.recording.part(slice(low, high))
        w = quadrature_weights(part, self.nodes)
        usable = np.asarray(w.any(1))
        heat = self.noise if self.noisy else None
        psi = features((*self.terms, *(term for term, _ in self.known)), part.columns, heat)
        psi = psi if part.heat is None else psi * part.heat[:, None]
        q = _along(psi, w)
        own = part.columns[self.component]
        y = self._squares(part, own, w, heat)
        y = y - q[:, len(self.terms) :] @ np.array([value for _, value in self.known])
        z, state = psi[:, : len(self.terms)], list(part.columns)
        if self.noisy:
            # The response begins with Y_{k-1}: the filter must have ended before it.
            usable = usable & _reaches(part, 2, self.nodes + 1)
            at = np.roll(self._filtered()[low:high], 2, axis=0)
            state = list(np.ascontiguousarray(at.T))
            z = features(self.terms, state)
            z = z if part.heat is None else z * part.heat[:, None]
        weight = 1.0 if self.strength is None else 1 / self.strength(state)[:, None]
        if part.heat is not None:
            weight = weight / part.heat[:, None]
        own_rows = slice(first - low, last - low)
        return Rows(
            (z * weight)[own_rows],
            (z * weight**2)[own_rows],
            q[own_rows, : len(self.terms)],
            y[own_rows],
            usable[own_rows],
        )

    def _filtered(self) -> np.ndarray:
        # Over the whole recording: begun anew at every block the filter would not have settled.
        if "filtered" not in self._kept:
            self._kept["filtered"] = filtered(self.recording, self.gains)
        return self._kept["filtered"]

    def _squares(self, part: Recording, own: np.ndarray, w: np.ndarray, heat: Sequence[float] | None) -> np.ndarray:
        step = np.append(np.diff(own), 0.0)
        y = 0.5 * step**2
        f = None if self.drift is None else self.drift.at(part.columns, heat)
        if f is not None and part.force is not None:
            f = f + part.force[:, self.component]
        if f is not None:
            y = y - (_along(own * f, w) - own * _along(f, w))
        if heat is None:
            return y
        y = y + 0.5 * step * (np.roll(step, 1) + np.roll(step, -1))
        if f is not None:
            stein = heat[self.component] ** 2 * self.drift.slope(part.columns, self.component)  # type: ignore[union-attr]
            ahead, here = _along(f, np.roll(w, -1, axis=0), 1), _along(f, w)
            y = y + _along(stein, w) - w[:, 0] * stein
            y = y - 0.5 * (step * ahead - np.roll(w[:, 0] * stein, -1))
            y = y - 0.5 * (np.roll(step, 1) * here - w[:, 0] * stein)
        return y


def _along(values: np.ndarray, w: np.ndarray, ahead: int = 0) -> np.ndarray:
    """Σ_l w_{k,l} values_{k+l+ahead}; beyond the end values count as 0 (such rows are not usable)."""
    size, nodes = w.shape
    padded = np.concatenate([values, np.zeros((nodes + ahead, *values.shape[1:]))])
    shaped = w if values.ndim == 1 else w[:, :, None]
    return sum(shaped[:, l] * padded[l + ahead : l + ahead + size] for l in range(nodes)) + 0.0


def _reaches(part: Recording, before: int, after: int) -> np.ndarray:
    found = np.zeros(len(part), bool)
    found[part.starts(before, after)] = True
    return found
