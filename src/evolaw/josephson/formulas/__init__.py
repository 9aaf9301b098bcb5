"""Every closed form of a junction, in reduced units; the exact curve beside each simulated one.

`voltage` (I–V with and without noise, phase and supercurrent), `stationary` (density and moments of the phase), `diffusion` (D_eff, linewidth,
passage times), `escape` (barrier, Kramers, turnover), `switching` (histograms and their inversion), `limit_cycle` (retrapping, the running
state), `shapiro`, `thermodynamics` (balances, entropy, the small SQUID), `escape_path` (action), `coupled` (fluxons, phase models).

D = k_B T/E_J is the noise in all of them. Without capacitance time is in 1/w_c and v = ⟨φ'⟩; with it in 1/w_p and v = α⟨φ'⟩.
"""

from __future__ import annotations

from evolaw.josephson.formulas.coupled import (
    LoadCoupling,
    critical_coupling,
    fluxon,
    fluxon_velocity,
    kuramoto_order,
    load_coupling,
    locking_range,
    natural_angle,
)
from evolaw.josephson.formulas.diffusion import (
    effective_diffusion,
    linewidth_weak_noise,
    passage_time,
    uncertainty_ratio,
)
from evolaw.josephson.formulas.escape import (
    action_at_barrier,
    barrier_height,
    depopulation_factor,
    energy_diffusion_rate,
    escape_rate,
    landauer_factor,
    plasma_frequency,
)
from evolaw.josephson.formulas.escape_path import EscapePath, escape_action, most_probable_escape, path_action
from evolaw.josephson.formulas.limit_cycle import (
    LimitCycle,
    end_of_bistability,
    hysteresis_area,
    limit_cycle,
    retrapping_current,
    running_voltage,
)
from evolaw.josephson.formulas.shapiro import (
    ShapiroStep,
    bessel_half_width,
    period_map,
    shapiro_step,
    thermal_step_voltage,
)
from evolaw.josephson.formulas.stationary import (
    equilibrium_cosine,
    mean_cosine,
    mean_sine,
    phase_density,
    phase_moments,
)
from evolaw.josephson.formulas.switching import (
    InvertedRates,
    SwitchingLaw,
    gumbel_switching,
    invert_switching,
    switching_law,
    thermal_switching,
)
from evolaw.josephson.formulas.thermodynamics import (
    balance_residuals,
    entropy_production,
    squid_critical_current,
    squid_voltage,
)
from evolaw.josephson.formulas.voltage import (
    differential_resistance,
    mean_voltage,
    phase,
    supercurrent,
    threshold_voltage,
)

__all__ = [
    "EscapePath",
    "InvertedRates",
    "LimitCycle",
    "LoadCoupling",
    "ShapiroStep",
    "SwitchingLaw",
    "action_at_barrier",
    "balance_residuals",
    "barrier_height",
    "bessel_half_width",
    "critical_coupling",
    "depopulation_factor",
    "differential_resistance",
    "effective_diffusion",
    "end_of_bistability",
    "energy_diffusion_rate",
    "entropy_production",
    "equilibrium_cosine",
    "escape_action",
    "escape_rate",
    "fluxon",
    "fluxon_velocity",
    "gumbel_switching",
    "hysteresis_area",
    "invert_switching",
    "kuramoto_order",
    "landauer_factor",
    "limit_cycle",
    "linewidth_weak_noise",
    "load_coupling",
    "locking_range",
    "mean_cosine",
    "mean_sine",
    "mean_voltage",
    "most_probable_escape",
    "natural_angle",
    "passage_time",
    "path_action",
    "period_map",
    "phase",
    "phase_density",
    "phase_moments",
    "plasma_frequency",
    "retrapping_current",
    "running_voltage",
    "shapiro_step",
    "squid_critical_current",
    "squid_voltage",
    "supercurrent",
    "switching_law",
    "thermal_step_voltage",
    "thermal_switching",
    "threshold_voltage",
    "uncertainty_ratio",
]
