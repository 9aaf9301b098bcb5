r"""The drift's estimating equations, one kind a way of observing.

    observed                     instrument z_k                        regressor q_k                      response y_k
    clean                        φ(X_k) / D̂(X_k)                       Σ_l w_l φ(X_{k+l})                 X_{k+1} − X_k
    with measurement noise s     φ(Ŷ_{k-1}) / D̂(Ŷ_{k-1})               Σ_l w_l φ̃(Y_{k+l})                 Y_{k+1} − Y_k

w are the weights of `adams_moulton`; φ̃ is the term whose mean over the noise is φ (`Term.deheated`); Ŷ is an exponential filter that has
seen nothing later than k-1, so that no noise is shared with the response. `velocity` has the rows for a hidden velocity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from evolaw.discovery.diffusions.evidence.adams_moulton import weights
from evolaw.discovery.diffusions.evidence.moment_equations import Rows
from evolaw.discovery.diffusions.model.expressions import Term
from evolaw.discovery.diffusions.model.recording import Recording

__all__ = ["DriftEquation", "features", "filtered", "quadrature_weights"]

Strength = Callable[[Sequence[np.ndarray]], np.ndarray]
"""D̂ as a function of the state."""


def features(terms: Sequence[Term], state: Sequence[np.ndarray], noise: Sequence[float] | None = None) -> np.ndarray:
    """Return every term at every state, shape (rows, terms); with ``noise`` the terms are de-heated."""
    found = np.empty((len(state[0]), len(terms)))
    for place, term in enumerate(terms):
        found[:, place] = term.values(state) if noise is None else term.deheated(state, noise)
    return found


def quadrature_weights(recording: Recording, nodes: int) -> np.ndarray:
    """Return the weights of every row, shape (rows, nodes); rows whose stencil leaves its stretch have weights 0."""
    found = np.zeros((len(recording), nodes))
    for rows in recording.stretches():
        part = weights(recording.times[rows], nodes)
        found[rows.start : rows.start + len(part)] = part
    return found


def filtered(recording: Recording, gains: Sequence[float]) -> np.ndarray:
    """Return Ŷ, shape (rows, components): at row k the exponential mean of the stretch up to and including row k.

    Ŷ_k = Σ_l g (1-g)^l Y_{k-l}, its weights summing to one from the start of the stretch on; cut where they fall below 1e-7.
    """
    found = np.empty_like(recording.values)
    for column, gain in enumerate(gains):
        reach = 1 if gain >= 1 else int(np.ceil(np.log(1e-7) / np.log1p(-gain)))
        kernel = gain * (1 - gain) ** np.arange(min(reach, 4096)) if gain < 1 else np.ones(1)
        for rows in recording.stretches():
            length = rows.stop - rows.start
            path = recording.values[rows, column]
            # Measured from its start, so that a far-off origin costs no digits.
            sums = np.convolve(path - path[0], kernel)[:length]
            found[rows, column] = path[0] + sums / np.convolve(np.ones(length), kernel)[:length]
    return found


@dataclass(frozen=True, eq=False)
class DriftEquation:
    """The drift of one component, all of whose terms are functions of what was recorded.

    Attributes:
        recording: the recording.
        component: index of the component.
        terms: the free terms.
        known: terms whose coefficient is known, with it.
        nodes: values used by the quadrature.
        strength: D̂; None for a constant, which needs no weight.
        noise: standard deviation of the measurement noise of each component.
        gains: gain of the filter of each component where there is noise.
        shift: E[y − qθ | X_k] left by the quadrature, an estimate to be taken off the response; None for none.
    """

    recording: Recording
    component: int
    terms: tuple[Term, ...]
    known: tuple[tuple[Term, float], ...]
    nodes: int
    strength: Strength | None
    noise: tuple[float, ...]
    gains: tuple[float, ...]
    shift: np.ndarray | None = None
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
        return self.nodes - 1 + 2 * self.noisy

    @property
    def floor(self) -> float:
        """Smallest eigenvalue of V relative to its lag-0 part."""
        gain = self.gains[self.component]
        # With gain g the noise is s²/(2 D dt) = (1-g)/g² steps large, and V keeps 1/(1+2 ρ²) of its lag-0 part at slow instruments.
        return 0.5 / (1 + 2 * (1 - gain) / gain**2) if self.noisy else 0.5

    def __len__(self) -> int:
        return len(self.recording)

    def rows(self, first: int, last: int) -> Rows:
        """Return the rows ``first`` to ``last`` (exclusive)."""
        stop = min(last + self.nodes, len(self))
        columns = [column[first:stop] for column in self.recording.columns]
        heat = self.noise if self.noisy else None
        w = self._weights()[first:last]
        every = features((*self.terms, *(term for term, _ in self.known)), columns, heat)
        padded = np.concatenate([every, np.zeros((self.nodes, every.shape[1]))])
        q = np.zeros((last - first, every.shape[1]))
        for l in range(self.nodes):
            q += w[:, l, None] * padded[l : l + last - first]
        own = self.recording.columns[self.component]
        y = np.append(np.diff(own[first : last + 1]), 0.0)[: last - first]
        y = y - q[:, len(self.terms) :] @ np.array([value for _, value in self.known])
        if self.shift is not None:
            y = y - self.shift[first:last]
        if self.recording.force is not None:
            y = y - w.sum(1) * self.recording.force[first:last, self.component]
        usable = np.asarray(w.any(1))
        z = every[: last - first, : len(self.terms)]
        state = [column[: last - first] for column in columns]
        if self.noisy:
            usable = usable & self._preceded()[first:last]
            at = self._filtered()[np.maximum(np.arange(first, last) - 1, 0)]
            state = list(np.ascontiguousarray(at.T))
            z = features(self.terms, state)
        if self.strength is None and self.recording.heat is None:
            return Rows(z, z, q[:, : len(self.terms)], y, usable)
        weight = 1.0 if self.strength is None else 1 / self.strength(state)
        if self.recording.heat is not None:
            weight = weight / self.recording.heat[first:last]
        weight = np.broadcast_to(weight, len(z))[:, None]
        return Rows(z * np.sqrt(weight), z * weight, q[:, : len(self.terms)], y, usable)

    def _weights(self) -> np.ndarray:
        if "weights" not in self._kept:
            self._kept["weights"] = quadrature_weights(self.recording, self.nodes)
        return self._kept["weights"]

    def _filtered(self) -> np.ndarray:
        if "filtered" not in self._kept:
            self._kept["filtered"] = filtered(self.recording, self.gains)
        return self._kept["filtered"]

    def _preceded(self) -> np.ndarray:
        within = self.recording.within
        return np.concatenate(([False], within[1:] == within[:-1]))
