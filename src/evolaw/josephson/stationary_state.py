"""The stationary state of a junction from its Fokker–Planck equation: every average without sampling.

Without capacitance the equation is one of the phase, in Fourier space; with it one of phase and velocity, in Fourier and Hermite space.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from evolaw import checks, display
from evolaw.josephson.formulas.thermodynamics import entropy_production
from evolaw.josephson.junction import Junction
from evolaw.sde.processes.fokker_planck import CircleFokkerPlanck, SampledDensity
from evolaw.sde.processes.fourier_hermite import KineticFokkerPlanck
from evolaw.told import told

__all__ = ["AT_HAND", "StationaryState", "fokker_planck"]

# Unknowns of an equation that is solved beside a curve, a second or two a bias.
AT_HAND = 20_000


@dataclass(frozen=True, eq=False)
class StationaryState:
    """Averages of a junction in its stationary state, from its Fokker–Planck equation.

    Attributes:
        junction, bias: whose.
        equation: the solved equation, of phase or of phase and velocity.
    """

    junction: Junction
    bias: float
    equation: CircleFokkerPlanck | KineticFokkerPlanck

    @property
    def mean_velocity(self) -> float:
        """⟨φ'⟩ in the junction's unit of time."""
        return self.equation.mean_velocity

    @property
    def voltage(self) -> float:
        """V/(I_c R): ⟨φ'⟩, or α⟨φ'⟩ with capacitance."""
        return self.junction.voltage_per_velocity * self.mean_velocity

    @property
    def mean_cos(self) -> float:
        """⟨cos φ⟩."""
        return float(self._moment.real)

    @property
    def mean_sin(self) -> float:
        """⟨sin φ⟩; i - V/(I_c R) for a sinusoidal supercurrent."""
        return float(self._moment.imag)

    @property
    def mean_square_velocity(self) -> float:
        """⟨φ'²⟩; only with capacitance, where it is D at zero bias.

        Raises:
            ArgumentError: the junction has no capacitance: φ' is white noise, and its square has no mean.
        """
        if isinstance(self.equation, CircleFokkerPlanck):
            raise checks.refuse("junction", "have a capacitance for a mean square velocity", self.junction.damping)
        return self.equation.mean_square_velocity

    @property
    def effective_diffusion(self) -> float:
        """D_eff of the phase, the half-width of the radiated line in rad per unit of time; with capacitance.

        Raises:
            ArgumentError: the junction has no capacitance; `formulas.effective_diffusion` is a quadrature then.
        """
        if isinstance(self.equation, CircleFokkerPlanck):
            fix = "Use formulas.effective_diffusion."
            raise checks.refuse("junction", "have a capacitance for this solution", self.junction.damping, fix)
        return self.equation.effective_diffusion()

    @property
    def entropy_production(self) -> float:
        """i⟨φ'⟩/D, entropy per unit of time."""
        return float(entropy_production(self.bias, self.mean_velocity, self.junction.noise))

    @property
    def density(self) -> SampledDensity:
        """The density of the phase on one period: an array, and a function of the phase."""
        return self.equation.density

    def joint_density(self, phase: Any, velocity: Any) -> np.ndarray:
        """Return the density of phase and velocity; only with capacitance."""
        if isinstance(self.equation, CircleFokkerPlanck):
            raise checks.refuse("junction", "have a capacitance for a density of velocities", self.junction.damping)
        return self.equation.joint_density(phase, velocity)

    @property
    def _moment(self) -> complex:
        """⟨e^{jφ}⟩; the second moment of a period of 4π."""
        return self.equation.moment(round(self.equation.period / (2 * np.pi)))

    def __repr__(self) -> str:
        facts = [
            ("bias", f"{self.bias:g}"),
            ("voltage", f"{self.voltage:.10g}"),
            ("⟨cos φ⟩", f"{self.mean_cos:.10g}"),
            ("⟨sin φ⟩", f"{self.mean_sin:.10g}"),
        ]
        return display.lines("Stationary state", facts)


@told
def fokker_planck(junction: Junction, bias: float, *, unknowns: int = 60_000) -> StationaryState:
    """Solve the stationary Fokker–Planck equation of a junction at one bias.

    Args:
        junction: with noise, without a drive, with one resistor; any current–phase relation.
        bias: i.
        unknowns: the most an equation with capacitance may take before it is given up.

    Raises:
        ArgumentError: the junction has no noise, a drive, or a resistor in pieces.
        NotConverged: damping or noise are too low for the series.

    References:
        risken1996, chapter 11.

    Example:
        >>> state = fokker_planck(Junction(damping=1.0, noise=0.5), 0.5)
        >>> round(state.mean_velocity, 10), round(state.mean_cos, 10)
        (0.1353910159, 0.4846515959)
    """
    i = checks.number(bias, "bias")
    checks.require(
        junction.noise > 0, "junction", "have noise, for a density to exist", "one without", "Use formulas.phase."
    )
    checks.require(junction.drive is None, "junction", "have no drive for a stationary state", junction.drive)
    checks.require(junction.subgap is None, "junction", "have one resistor", junction.subgap)
    return _state(junction, i, unknowns)


@lru_cache(maxsize=64)
def _state(junction: Junction, i: float, unknowns: int) -> StationaryState:
    """The state of a junction with noise; curves ask for the same ones for the wait, the averages and the noise."""
    relation = junction.current_phase

    def force(phase: np.ndarray) -> np.ndarray:
        return i - relation.current(phase)

    if junction.damping is None:
        return StationaryState(junction, i, CircleFokkerPlanck(force, junction.noise, relation.period))
    equation = KineticFokkerPlanck(force, junction.damping, junction.noise, relation.period, unknowns=unknowns)
    return StationaryState(junction, i, equation)
