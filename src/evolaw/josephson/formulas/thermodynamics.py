"""What the stationary state of a junction exchanges: current, power, heat, entropy; exact balances and the small dc SQUID.

current     ⟨sin φ⟩ = i - ⟨V⟩/(I_c R),   ⟨V⟩/(I_c R) = ⟨φ'⟩ without capacitance, α⟨φ'⟩ with it
power       i⟨φ'⟩ = α (⟨φ'²⟩ - D)        with capacitance: what the source gives is the heat that the resistor takes
entropy     σ = i⟨φ'⟩/D                  produced per unit of time, k_B = 1, in either unit of time
SQUID       I_c(Φ) = 2 I_0 |cos πΦ/Φ0|,  V = (R/2) √(I² - I_c²)            without inductance and noise
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evolaw import checks
from evolaw.josephson.formulas.voltage import mean_voltage
from evolaw.told import told

__all__ = ["balance_residuals", "entropy_production", "squid_critical_current", "squid_voltage"]


@told
def entropy_production(bias: Any, velocity: Any, noise: Any) -> np.ndarray | float:
    """Return i⟨φ'⟩/D, entropy per unit of time in units of k_B.

    Args:
        bias: i.
        velocity: ⟨φ'⟩.
        noise: D > 0.

    References:
        seifert2012, section 2.

    Example:
        >>> entropy_production(2.0, 1.5, 0.5)
        6.0
    """
    d = checks.numbers(noise, "noise")
    checks.require(bool(np.all(d > 0)), "noise", "be positive", float(np.min(d, initial=1.0)))
    found = checks.numbers(bias, "bias") * checks.numbers(velocity, "velocity") / d
    return found if np.ndim(found) else float(found)


@told
def balance_residuals(
    bias: float, damping: float, noise: float, *, velocity: float, square_velocity: float, sine: float
) -> tuple[float, float]:
    """Return i - α⟨φ'⟩ - ⟨sin φ⟩ and i⟨φ'⟩ - α(⟨φ'²⟩ - D): both are 0 in a stationary state, whatever the parameters.

    Example:
        >>> balance_residuals(0.0, 1.0, 0.5, velocity=0.0, square_velocity=0.5, sine=0.0)
        (0.0, 0.0)
    """
    return bias - damping * velocity - sine, bias * velocity - damping * (square_velocity - noise)


@told
def squid_critical_current(flux: Any) -> np.ndarray | float:
    """Return I_c/(2 I_0) = |cos πΦ/Φ0| of a symmetric dc SQUID without inductance.

    Args:
        flux: Φ/Φ0.

    References:
        barone1982, chapter 12.

    Example:
        >>> squid_critical_current(1.0)
        1.0
    """
    found = np.abs(np.cos(np.pi * checks.numbers(flux, "flux")))
    return found if np.ndim(found) else float(found)


@told
def squid_voltage(bias: Any, flux: Any, noise: float = 0.0) -> np.ndarray | float:
    """Return V/(I_0 R) of a symmetric dc SQUID without inductance: one junction of critical current 2 I_0 |cos πΦ/Φ0| and R/2.

    Args:
        bias: I/(2 I_0).
        flux: Φ/Φ0.
        noise: D = k_B T/E_J of one junction; the pair has 2 E_J |cos πΦ/Φ0|.

    Example:
        >>> round(squid_voltage(1.25, 0.0), 12), round(squid_voltage(1.0, 0.5), 12)
        (0.75, 1.0)
    """
    i, critical = np.broadcast_arrays(checks.numbers(bias, "bias"), np.asarray(squid_critical_current(flux)))
    d = checks.number(noise, "noise", least=0.0)
    # Below this the current is ohmic to rounding, and the ratio i/c would lose its meaning.
    there = critical > 1e-9
    c = np.where(there, critical, 1.0)
    found = np.where(there, c * np.asarray(mean_voltage(i / c, d / (2 * c))), i)
    return found if found.ndim else float(found)
