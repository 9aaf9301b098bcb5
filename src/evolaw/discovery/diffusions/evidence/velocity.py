r"""Positions recorded, velocities hidden: dx = v dt, dv = f(x, v) dt + sqrt(2D) dW.

    instrument z_k     φ(x_k, (x_k − x_{k-1})/Δt)                   with measurement noise all of it one step earlier, v over 2 steps
    regressor q_k      Δt φ̃(x_{k+1}, (x_{k+2} − x_k)/(2Δt))
    response y_k       (x_{k+2} − 2 x_{k+1} + x_k)/Δt

A velocity taken backwards from the same point as the response would share its noise, a bias of a third that does not fall with Δt;
the instrument ends where the response begins. The noise of y_k over one step and the next is that of triangles that overlap, so that
⟨y_k²⟩ + 2⟨y_k y_{k+1}⟩ + 2⟨y_k y_{k+2}⟩ = 2DΔt, in which measurement noise cancels (6 − 8 + 2 = 0).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evolaw.discovery.diffusions.evidence.diffusivity import Drift, Strength
from evolaw.discovery.diffusions.evidence.drift import features
from evolaw.discovery.diffusions.evidence.moment_equations import Rows
from evolaw.discovery.diffusions.model.expressions import Term
from evolaw.discovery.diffusions.model.recording import Recording

__all__ = ["HiddenDiffusionEquation", "VelocityEquation", "accelerations"]


@dataclass(frozen=True, eq=False)
class _Kinematics:
    """What differences of positions say at the rows of a block; rows without the whole stencil are not usable."""

    instruments: list[np.ndarray]
    middle: list[np.ndarray]
    change: np.ndarray
    step: np.ndarray
    usable: np.ndarray


def accelerations(recording: Recording, component: int, first: int, last: int, noise: tuple[float, ...]) -> _Kinematics:
    """Return the stencils of the rows ``first`` to ``last`` for the velocity of one position."""
    early = 3 if any(noise) else 1
    low, high = max(first - early, 0), min(last + 2, len(recording))
    part = recording.part(slice(low, high))
    count = len(part)
    usable = np.zeros(count, bool)
    usable[part.starts(early, 2)] = True
    rows = np.flatnonzero(usable)
    h = np.append(np.diff(part.times), 1.0)
    back, positions = (1, part.columns) if any(noise) else (0, part.columns)

    def spread(values: np.ndarray) -> np.ndarray:
        full = np.ones(count)
        full[rows] = values
        return full[first - low : last - low]

    middle, instruments = [], []
    span = part.times[rows - back] - part.times[rows - early]
    for x in positions:
        middle.append(spread(x[rows + 1]))
        instruments.append(spread(x[rows - back]))
    for x in positions:
        middle.append(spread((x[rows + 2] - x[rows]) / (h[rows] + h[rows + 1])))
        instruments.append(spread((x[rows - back] - x[rows - early]) / span))
    x = positions[component]
    change = (x[rows + 2] - x[rows + 1]) / h[rows + 1] - (x[rows + 1] - x[rows]) / h[rows]
    step = (h[rows] + h[rows + 1]) / 2
    return _Kinematics(instruments, middle, spread(change), spread(step), usable[first - low : last - low])


@dataclass(frozen=True, eq=False)
class VelocityEquation:
    """The drift of one hidden velocity; terms are functions of all positions, then all velocities.

    Attributes:
        recording: recorded positions.
        component: which of them.
        terms: the free terms.
        known: terms whose coefficient is known, with it.
        strength: D̂; None for a constant.
        noise: standard deviation of the measurement noise of each position.
    """

    recording: Recording
    component: int
    terms: tuple[Term, ...]
    known: tuple[tuple[Term, float], ...]
    strength: Strength | None
    noise: tuple[float, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the free terms."""
        return tuple(term.name for term in self.terms)

    @property
    def lags(self) -> int:
        """Steps whose residuals share a value."""
        return 4 if any(self.noise) else 2

    @property
    def floor(self) -> float:
        """Smallest eigenvalue of V relative to its lag-0 part; 6 s² of measurement noise cancel to nothing over lags."""
        return 0.02 if any(self.noise) else 0.5

    def __len__(self) -> int:
        return len(self.recording)

    def rows(self, first: int, last: int) -> Rows:
        """Return the rows ``first`` to ``last`` (exclusive)."""
        seen = accelerations(self.recording, self.component, first, last, self.noise)
        heat = None
        if any(self.noise):
            heat = (*self.noise, *(s / (np.sqrt(2) * self.recording.step) for s in self.noise))
        every = (*self.terms, *(term for term, _ in self.known))
        q = features(every, seen.middle, heat) * seen.step[:, None]
        y = seen.change - q[:, len(self.terms) :] @ np.array([value for _, value in self.known])
        if self.recording.force is not None:
            y = y - seen.step * self.recording.force[first:last, self.component]
        z = features(self.terms, seen.instruments)
        weight = 1.0 if self.strength is None else 1 / self.strength(seen.instruments)[:, None]
        if self.recording.heat is not None:
            weight = weight / self.recording.heat[first:last, None]
        return Rows(z * np.sqrt(weight), z * weight, q[:, : len(self.terms)], y, seen.usable)


@dataclass(frozen=True, eq=False)
class HiddenDiffusionEquation:
    """The diffusion coefficient of one hidden velocity, from what its drift leaves of the accelerations.

    Attributes:
        recording, component, noise: as for `VelocityEquation`.
        terms: the free terms.
        known: terms whose coefficient is known, with it.
        drift: fitted drift of the velocity, known part included.
    """

    recording: Recording
    component: int
    terms: tuple[Term, ...]
    known: tuple[tuple[Term, float], ...]
    drift: Drift
    noise: tuple[float, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the free terms."""
        return tuple(term.name for term in self.terms)

    lags = 5
    """Steps whose residuals share a value."""
    floor = 0.2
    """Smallest eigenvalue of V relative to its lag-0 part."""

    def __len__(self) -> int:
        return len(self.recording)

    def rows(self, first: int, last: int) -> Rows:
        """Return the rows ``first`` to ``last`` (exclusive)."""
        stop = min(last + 2, len(self))
        seen = accelerations(self.recording, self.component, first, stop, self.noise)
        f = self.drift.at(seen.middle)
        if self.recording.force is not None:
            f = f + self.recording.force[first:stop, self.component]
        e = np.where(seen.usable, seen.change - seen.step * f, 0.0)
        e, usable = np.append(e, np.zeros(2)), np.append(seen.usable, [False, False])
        count = last - first
        y = 0.5 * e[:count] * (e[:count] + 2 * e[1 : count + 1] + 2 * e[2 : count + 2])
        usable = usable[:count] & usable[1 : count + 1] & usable[2 : count + 2]
        every = (*self.terms, *(term for term, _ in self.known))
        psi = features(every, [x[:count] for x in seen.instruments])
        if self.recording.heat is not None:
            psi = psi * self.recording.heat[first:last, None]
        q = psi * seen.step[:count, None]
        y = y - q[:, len(self.terms) :] @ np.array([value for _, value in self.known])
        z = psi[:, : len(self.terms)]
        return Rows(z, z, q[:, : len(self.terms)], y, usable)
