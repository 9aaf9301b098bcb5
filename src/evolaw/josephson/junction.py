"""A Josephson junction: its numbers, and the equation of motion they stand for.

without capacitance   φ' = i - I_s(φ) + √(2 D) ξ                     time in 1/w_c,   V/(I_c R) = ⟨φ'⟩
with it               φ'' + α φ' + I_s(φ) = i + √(2 α D) ξ           time in 1/w_p,   V/(I_c R) = α⟨φ'⟩
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from evolaw import checks, display
from evolaw.josephson.units import Scales
from evolaw.josephson.washboard import CurrentPhaseRelation, SubgapDrift, Washboard
from evolaw.sde.processes.langevin import KineticNoise, OverdampedDrift, overdamped, underdamped
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = ["Drive", "Junction", "Subgap"]


@told
@dataclass(frozen=True)
class Drive:
    """An ac current i1 sin(W t + θ).

    Attributes:
        amplitude: i1, in units of I_c.
        frequency: W, in units of the junction's inverse time.
        phase: θ.
    """

    amplitude: float
    frequency: float
    phase: float = 0.0

    def __post_init__(self) -> None:
        checks.number(self.amplitude, "amplitude")
        checks.positive(self.frequency, "frequency")
        checks.number(self.phase, "phase")


@told
@dataclass(frozen=True)
class Subgap:
    """A resistor in two pieces: the junction's R below a gap voltage, a smaller differential resistance above it.

    Attributes:
        voltage: gap, in units of I_c R.
        ratio: R over the differential resistance above the gap, at least 1.
    """

    voltage: float
    ratio: float

    def __post_init__(self) -> None:
        checks.positive(self.voltage, "voltage")
        checks.number(self.ratio, "ratio", least=1.0)


@told
@dataclass(frozen=True)
class Junction:
    """A resistively and capacitively shunted junction in reduced units.

    Attributes:
        damping: α = 1/√β_c in plasma units; None for a junction without capacitance.
        noise: D = k_B T/E_J.
        current_phase: supercurrent, as {1: 1.0, 2: -0.2} (order: amplitude), {0.5: 0.3, 1: 1.0} with a 4π part.
        drive: ac current, or None.
        subgap: a resistor in two pieces, or None; its thermal noise is that of R, the subgap part, alone.
        scales: the numbers in SI units, when it was made from them.

    Raises:
        ArgumentError: a damping that is not positive, a negative noise, a relation or drive that is none.

    References:
        stewart1968; mccumber1968; yuan2025.

    Example:
        >>> Junction(damping=0.5, noise=0.1)
        Junction
          damping  0.5 (β_c = 4)
          noise    0.1
        >>> round(Junction.from_si(critical_current=1e-6, resistance=10, capacitance=1e-12, temperature=4.2).damping, 6)
        1.814128
    """

    damping: float | None = None
    noise: float = 0.0
    current_phase: Any = field(default_factory=CurrentPhaseRelation)
    drive: Drive | None = None
    subgap: Subgap | None = None
    scales: Scales | None = None

    def __post_init__(self) -> None:
        if self.damping is not None:
            object.__setattr__(self, "damping", checks.positive(self.damping, "damping"))
        noise = checks.number(self.noise, "noise")
        checks.require(noise >= 0, "noise", "be zero or positive", noise)
        object.__setattr__(self, "noise", noise)
        object.__setattr__(self, "current_phase", CurrentPhaseRelation.of(self.current_phase))
        checks.require(
            self.subgap is None or self.damping is not None,
            "subgap",
            "be None for a junction without capacitance",
            self.subgap,
        )

    # -- units ------------------------------------------------------------------------------------------------------------

    @classmethod
    def from_si(
        cls,
        *,
        critical_current: float,
        resistance: float,
        capacitance: float | None = None,
        temperature: float = 0.0,
        **more: Any,
    ) -> Junction:
        """Return the junction of four numbers in SI units.

        Args:
            critical_current: I_c in ampere.
            resistance: R in ohm.
            capacitance: C in farad; None or 0 without.
            temperature: T in kelvin.
            **more: ``current_phase``, ``drive`` (reduced) and ``subgap`` of `Junction`.

        Raises:
            ArgumentError: a number is negative, or of a size no junction has, as one given in another unit would be.
        """
        scales = Scales(critical_current, resistance, 0.0 if capacitance is None else capacitance, temperature)
        for name, value, low, high, unit in (
            ("critical_current", critical_current, 1e-13, 10.0, "ampere"),
            ("resistance", resistance, 1e-6, 1e9, "ohm"),
            ("capacitance", scales.capacitance or 1e-12, 1e-19, 1e-3, "farad"),
            ("temperature", temperature or 1.0, 1e-5, 1e3, "kelvin"),
        ):
            checks.require(low <= value <= high, name, f"be in {unit}, between {low:g} and {high:g}", value)
        return cls(damping=scales.damping, noise=scales.noise, scales=scales, **more)

    def to_si(self, *, critical_current: float | None = None, resistance: float | None = None) -> Scales:
        """Return the four numbers in SI units; a junction made in reduced units needs I_c and R for it.

        Example:
            >>> Junction(damping=1.8141278, noise=0.1761963).to_si(critical_current=1e-6, resistance=10).temperature.__round__(4)
            4.2
        """
        if self.scales is not None and critical_current is None and resistance is None:
            return self.scales
        checks.require(
            critical_current is not None, "critical_current", "be given for a junction in reduced units", None
        )
        checks.require(resistance is not None, "resistance", "be given for a junction in reduced units", None)
        return Scales.of_reduced(self.damping, self.noise, float(critical_current or 0), float(resistance or 0))

    # -- the equation -----------------------------------------------------------------------------------------------------

    @property
    def is_overdamped(self) -> bool:
        """Whether it has no capacitance."""
        return self.damping is None

    @property
    def voltage_per_velocity(self) -> float:
        """V/(I_c R) per φ': 1 without capacitance, α with it."""
        return 1.0 if self.damping is None else self.damping

    @property
    def has_closed_form(self) -> bool:
        """Whether `formulas` speak of it: sin φ, no drive, one resistor."""
        return self.current_phase.is_sinusoidal and self.drive is None and self.subgap is None

    def process(self, bias: float, *, ramp: tuple[float, float] | None = None) -> SDE:
        """Return the equation of motion at a bias; the state is (φ) or (φ, φ'), φ periodic.

        Args:
            bias: i.
            ramp: (rate, turn): i + rate·t until the time ``turn``, then down again at the same rate.

        Returns:
            A process whose parameter ``p["force"]["bias"]`` may be swept.

        Example:
            >>> Junction(damping=0.5, noise=0.1).process(0.3).periods[0] == 2 * np.pi
            True
        """
        washboard = Washboard(self.current_phase, self.drive is not None, ramp is not None)
        values: dict[str, float] = {"bias": checks.number(bias, "bias")}
        if ramp is not None:
            values |= {"ramp": ramp[0], "turn": ramp[1]}
        if self.drive is not None:
            values |= {"amplitude": self.drive.amplitude, "frequency": self.drive.frequency, "offset": self.drive.phase}
        period = self.current_phase.period
        if self.damping is None:
            if self.noise == 0:
                return SDE(
                    OverdampedDrift(washboard),
                    None,
                    noise="none",
                    params={"force": values},
                    periods=(period,),
                    name="RSJ",
                    components=("phi",),
                )
            made = overdamped(washboard, self.noise, params=values, name="RSJ")
            return replace(made, periods=(period,), components=("phi",))
        if self.subgap is not None:
            return self._with_gap(washboard, values, period)
        made = underdamped(washboard, friction=self.damping, temperature=self.noise, params=values, name="RCSJ")
        if self.noise == 0:
            made = SDE(made.drift, None, dim=2, noise="none", params=made.params, name="RCSJ")
        return replace(made, periods=(period, None), components=("phi", "v"))

    def _with_gap(self, washboard: Washboard, values: dict[str, float], period: float) -> SDE:
        a, gap = float(self.damping or 0), self.subgap
        params = {
            "friction": a,
            "amplitude": float(np.sqrt(2 * a * self.noise)),
            "gap": gap.voltage / a if gap else 0.0,
            "ratio": gap.ratio if gap else 1.0,
            "force": values,
        }
        noisy = self.noise > 0
        return SDE(
            SubgapDrift(washboard),
            KineticNoise(1) if noisy else None,
            dim=2,
            noises=1 if noisy else 0,
            noise="additive" if noisy else "none",
            params=params,
            periods=(period, None),
            name="RCSJ with gap",
            components=("phi", "v"),
        )

    @property
    def damping_words(self) -> str:
        """The damping in a line of results: "damping 0.5", or that there is no capacitance."""
        return "no capacitance" if self.damping is None else f"damping {self.damping:g}"

    def __repr__(self) -> str:
        relation = None if self.current_phase.is_sinusoidal else self.current_phase.terms
        facts = [
            (
                "damping",
                "none (no capacitance)"
                if self.damping is None
                else f"{self.damping:.6g} (β_c = {self.damping**-2:.6g})",
            ),
            ("noise", f"{self.noise:.6g}"),
            ("current-phase", relation),
            ("drive", self.drive),
            ("subgap", self.subgap),
            ("SI", self.scales),
        ]
        return display.lines("Junction", facts)
