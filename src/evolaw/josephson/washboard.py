"""The force on the phase: bias, drive and supercurrent, as a function the loop runs fast.

    f(t, φ) = i + r t + i1 sin(W t + θ) - Σ_n a_n sin(nφ + φ_n)

Its numbers are parameters, so that a grid of biases is one solution; which terms there are is part of the function, so that a junction
without a drive pays for none. The sine is written plainly: the loop, which knows that the phase is periodic, puts vector code in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.told import told

__all__ = ["CurrentPhaseRelation", "SubgapDrift", "Washboard"]


@told
@dataclass(frozen=True)
class CurrentPhaseRelation:
    """The supercurrent I_s/I_c = Σ_n a_n sin(nφ + φ_n).

    Attributes:
        terms: (n, a_n, φ_n), n = 1, 2, … and 1/2 for a 4π-periodic part.

    Raises:
        ArgumentError: an n that is none of these, one that occurs twice, a relation of zeros.

    Example:
        >>> CurrentPhaseRelation(((1, 1.0, 0.0), (2, -0.2, 0.0))).potential(np.pi)
        1.1
    """

    terms: tuple[tuple[float, float, float], ...] = ((1, 1.0, 0.0),)

    def __post_init__(self) -> None:
        orders = [float(n) for n, _, _ in self.terms]
        for n, a, shift in self.terms:
            whole = float(n) == 0.5 or (float(n) > 0 and float(n).is_integer())
            checks.require(whole, "current_phase", "have orders 1, 2, … or 0.5, the 4π-periodic part", n)
            checks.number(a, "current_phase")
            checks.number(shift, "current_phase")
        checks.require(len(set(orders)) == len(orders), "current_phase", "name each order once", orders)
        checks.require(any(a for _, a, _ in self.terms), "current_phase", "have a part that is not zero", self.terms)

    @classmethod
    def of(cls, relation: Any) -> CurrentPhaseRelation:
        """Return a relation from one, from {order: amplitude} or from {order: (amplitude, phase)}."""
        if isinstance(relation, CurrentPhaseRelation):
            return relation
        if not isinstance(relation, Mapping) or not relation:
            raise checks.refuse("current_phase", "be a mapping from order to amplitude, as {1: 1.0, 2: -0.2}", relation)
        pairs = ((n, a if isinstance(a, tuple | list) else (a, 0.0)) for n, a in relation.items())
        return cls(tuple((float(n), float(a[0]), float(a[1])) for n, a in pairs))

    @property
    def is_sinusoidal(self) -> bool:
        """Whether it is sin φ, for which the closed forms hold."""
        return [t for t in self.terms if t[1]] == [(1, 1.0, 0.0)]

    @property
    def period(self) -> float:
        """2π, or 4π with a part of order 1/2."""
        return 4 * np.pi if any(n == 0.5 for n, _, _ in self.terms) else 2 * np.pi

    def current(self, phase: Any) -> np.ndarray:
        """Return I_s/I_c at phases of any shape."""
        x = np.asarray(phase, float)
        return np.asarray(sum(a * np.sin(n * x + shift) for n, a, shift in self.terms))

    def potential(self, phase: Any) -> Any:
        """Return the energy -Σ (a_n/n) cos(nφ + φ_n) in units of E_J."""
        x = np.asarray(phase, float)
        found = np.asarray(sum(-a / n * np.cos(n * x + shift) for n, a, shift in self.terms))
        return found if found.ndim else float(found)

    @property
    def critical(self) -> float:
        """The largest supercurrent over I_c, found on 20 001 phases."""
        return float(self.current(np.linspace(0, self.period, 20_001)).max())


@dataclass(frozen=True)
class Washboard:
    """The force on the phase, as a function of (t, φ, p) for the loop.

    Attributes:
        relation: the supercurrent.
        is_driven, is_ramped: which terms there are; p holds "bias", and "amplitude", "frequency", "offset", "ramp" for them.
    """

    relation: CurrentPhaseRelation
    is_driven: bool = False
    is_ramped: bool = False

    def __call__(self, t: Any, phase: Any, p: Any) -> Any:
        """Return the force, of the shape of the phases."""
        total = p["bias"]
        if self.is_ramped:
            # Up until the turn, then down again: one solution for both branches.
            total = total + p["ramp"] * (p["turn"] - jnp.abs(t - p["turn"]))
        if self.is_driven:
            total = total + p["amplitude"] * jnp.sin(p["frequency"] * t + p["offset"])
        for n, a, shift in self.relation.terms:
            angle = phase if n == 1 else n * phase
            total = total - a * jnp.sin(angle + shift if shift else angle)
        return total


@dataclass(frozen=True)
class SubgapDrift:
    """The drift (v, f(t, φ) - j(v)) with a resistor that conducts more above the gap: j = α v + α (g - 1) (|v| - v_g)_+ sign v.

    Attributes:
        washboard: the force.
    """

    washboard: Washboard

    def __call__(self, t: Any, z: Any, p: Any) -> Any:
        """Return the drift of (φ, v)."""
        phase, speed = z[:1], z[1:]
        above = jnp.maximum(jnp.abs(speed) - p["gap"], 0.0) * jnp.sign(speed)
        loss = p["friction"] * (speed + (p["ratio"] - 1.0) * above)
        return jnp.concatenate([speed, self.washboard(t, phase, p["force"]) - loss])
