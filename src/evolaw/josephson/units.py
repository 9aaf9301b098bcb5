"""Physical and reduced units of a junction, there and back.

    I + I_F = I_c sin φ + V/R + C dV/dt,   V = (ħ/2e) φ',   ⟨I_F I_F⟩ = (2 k_B T/R) δ

    E_J = ħ I_c/2e          D = k_B T/E_J                   noise, the only measure of it here
    w_p = √(2e I_c/ħC)      w_c = 2e I_c R/ħ                β_c = 2e I_c R² C/ħ = (w_c/w_p)²,   α = w_p/w_c = 1/√β_c

Constants are those of SI 2019, exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evolaw import checks
from evolaw.told import told

__all__ = ["BOLTZMANN", "CHARGE", "FLUX_QUANTUM", "HBAR", "Scales", "noise_of_amplitude"]

CHARGE = 1.602176634e-19
HBAR = 6.62607015e-34 / (2 * np.pi)
BOLTZMANN = 1.380649e-23
FLUX_QUANTUM = np.pi * HBAR / CHARGE


@told
@dataclass(frozen=True)
class Scales:
    """The four numbers of a junction in SI units, and what follows from them.

    Attributes:
        critical_current: I_c in ampere.
        resistance: R in ohm.
        capacitance: C in farad; 0 for a junction without.
        temperature: T in kelvin.

    Raises:
        ArgumentError: a current or resistance that is not positive, a negative capacitance or temperature.

    References:
        barone1982, chapter 6.

    Example:
        >>> scales = Scales(critical_current=1e-6, resistance=10.0, capacitance=1e-12, temperature=4.2)
        >>> round(scales.damping, 6), round(scales.noise, 6)
        (1.814128, 0.176196)
    """

    critical_current: float
    resistance: float
    capacitance: float
    temperature: float

    def __post_init__(self) -> None:
        checks.positive(self.critical_current, "critical_current")
        checks.positive(self.resistance, "resistance")
        capacitance = checks.number(self.capacitance, "capacitance")
        checks.require(capacitance >= 0, "capacitance", "be zero or positive, in farad", capacitance)
        temperature = checks.number(self.temperature, "temperature")
        checks.require(temperature >= 0, "temperature", "be zero or positive, in kelvin", temperature)

    @property
    def josephson_energy(self) -> float:
        """E_J = ħ I_c/2e, in joule."""
        return HBAR * self.critical_current / (2 * CHARGE)

    @property
    def noise(self) -> float:
        """D = k_B T/E_J."""
        return BOLTZMANN * self.temperature / self.josephson_energy

    @property
    def plasma_frequency(self) -> float:
        """w_p = √(2e I_c/ħC), in rad/s; infinite without capacitance."""
        if self.capacitance == 0:
            return np.inf
        return float(np.sqrt(2 * CHARGE * self.critical_current / (HBAR * self.capacitance)))

    @property
    def characteristic_frequency(self) -> float:
        """w_c = 2e I_c R/ħ, in rad/s."""
        return 2 * CHARGE * self.critical_current * self.resistance / HBAR

    @property
    def damping(self) -> float | None:
        """α = w_p/w_c; None without capacitance."""
        return None if self.capacitance == 0 else self.plasma_frequency / self.characteristic_frequency

    @property
    def stewart_mccumber(self) -> float:
        """β_c = 2e I_c R² C/ħ."""
        return 2 * CHARGE * self.critical_current * self.resistance**2 * self.capacitance / HBAR

    @property
    def time_unit(self) -> float:
        """The unit of reduced time in seconds: 1/w_p, or 1/w_c without capacitance."""
        return 1 / (self.characteristic_frequency if self.capacitance == 0 else self.plasma_frequency)

    @property
    def voltage_unit(self) -> float:
        """I_c R, in volt."""
        return self.critical_current * self.resistance

    @classmethod
    def of_reduced(cls, damping: float | None, noise: float, critical_current: float, resistance: float) -> Scales:
        """Return the four numbers of a reduced junction for a given I_c and R: C from α, T from D.

        Example:
            >>> back = Scales.of_reduced(1.8141278, 0.1761963, 1e-6, 10.0)
            >>> round(back.capacitance * 1e12, 6), round(back.temperature, 5)
            (1.0, 4.2)
        """
        plain = cls(critical_current, resistance, 0.0, 0.0)
        capacitance = 0.0
        if damping is not None:
            w_c = plain.characteristic_frequency
            capacitance = 2 * CHARGE * critical_current / (HBAR * (checks.positive(damping, "damping") * w_c) ** 2)
        temperature = checks.number(noise, "noise", least=0.0) * plain.josephson_energy / BOLTZMANN
        return cls(critical_current, resistance, capacitance, temperature)


@told
def noise_of_amplitude(amplitude: float, damping: float | None) -> float:
    """Return the D that a noise of amplitude s implies, s² = 2 α D in plasma units and s² = 2 D without capacitance.

    For sources that change the damping at a fixed noise amplitude: their temperature changes with it.

    Args:
        amplitude: s in φ'' + αφ' + sin φ = i + s ξ, or φ' = i - sin φ + s ξ.
        damping: α, or None.

    Example:
        >>> round(noise_of_amplitude(0.2, 0.1), 12), round(noise_of_amplitude(0.2, None), 12)
        (0.2, 0.02)
    """
    s = checks.number(amplitude, "amplitude", least=0.0)
    return s * s / 2 / (1.0 if damping is None else checks.positive(damping, "damping"))
