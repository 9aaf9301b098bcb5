"""Josephson junctions under thermal noise: every curve an experimenter measures, with error bars, beside its closed form.

    junction = Junction.from_si(critical_current=1e-6, resistance=10, capacitance=1e-12, temperature=4.2)
    curve = iv_curve(junction, bias, rng=0)

`junction` is what it is (in `units`, on its `washboard`), `stationary_state` its Fokker–Planck equation, `formulas` the closed forms, `curves`
what is measured from noise, `arrays` many junctions, `fitting` a junction from a measured curve. The names load when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evolaw.facade import facade

if TYPE_CHECKING:  # the same names for type checkers and editors, which load nothing
    from evolaw.josephson import formulas as formulas
    from evolaw.josephson.arrays.grids import grid_array as grid_array
    from evolaw.josephson.arrays.ladders import ladder as ladder
    from evolaw.josephson.arrays.ladders import long_junction as long_junction
    from evolaw.josephson.arrays.ladders import ring_of_fluxons as ring_of_fluxons
    from evolaw.josephson.arrays.networks import network as network
    from evolaw.josephson.arrays.order import cross_ratios as cross_ratios
    from evolaw.josephson.arrays.order import order_parameter as order_parameter
    from evolaw.josephson.arrays.order import vortices as vortices
    from evolaw.josephson.arrays.pairs import capacitive_array as capacitive_array
    from evolaw.josephson.arrays.pairs import phase_pair as phase_pair
    from evolaw.josephson.arrays.pairs import resistive_array as resistive_array
    from evolaw.josephson.arrays.results import run_array as run_array
    from evolaw.josephson.arrays.series import series_array as series_array
    from evolaw.josephson.arrays.sweeps import sweep_array as sweep_array
    from evolaw.josephson.curves.averages import stationary_averages as stationary_averages
    from evolaw.josephson.curves.density import phase_density as phase_density
    from evolaw.josephson.curves.diffusion import phase_diffusion as phase_diffusion
    from evolaw.josephson.curves.hysteresis import hysteresis as hysteresis
    from evolaw.josephson.curves.shapiro import shapiro_map as shapiro_map
    from evolaw.josephson.curves.spectra import spectrum as spectrum
    from evolaw.josephson.curves.voltage import iv_curve as iv_curve
    from evolaw.josephson.escapes.escape import escape_rates as escape_rates
    from evolaw.josephson.escapes.passage import passage_times as passage_times
    from evolaw.josephson.escapes.switching import switching_currents as switching_currents
    from evolaw.josephson.fitting.escape_fit import fit_rates as fit_rates
    from evolaw.josephson.fitting.escape_fit import fit_switching as fit_switching
    from evolaw.josephson.fitting.measured import fit_file as fit_file
    from evolaw.josephson.fitting.voltage_fit import fit_voltage as fit_voltage
    from evolaw.josephson.junction import Drive as Drive
    from evolaw.josephson.junction import Junction as Junction
    from evolaw.josephson.junction import Subgap as Subgap
    from evolaw.josephson.stationary_state import StationaryState as StationaryState
    from evolaw.josephson.stationary_state import fokker_planck as fokker_planck
    from evolaw.josephson.units import Scales as Scales
    from evolaw.josephson.units import noise_of_amplitude as noise_of_amplitude
    from evolaw.josephson.washboard import CurrentPhaseRelation as CurrentPhaseRelation

_NAMES: dict[str, tuple[str, ...]] = {
    "arrays.grids": ("grid_array",),
    "arrays.ladders": ("ladder", "long_junction", "ring_of_fluxons"),
    "arrays.networks": ("network",),
    "arrays.order": ("cross_ratios", "order_parameter", "vortices"),
    "arrays.pairs": ("capacitive_array", "phase_pair", "resistive_array"),
    "arrays.results": ("run_array",),
    "arrays.series": ("series_array",),
    "arrays.sweeps": ("sweep_array",),
    "curves.averages": ("stationary_averages",),
    "curves.density": ("phase_density",),
    "curves.diffusion": ("phase_diffusion",),
    "escapes.escape": ("escape_rates",),
    "curves.hysteresis": ("hysteresis",),
    "escapes.passage": ("passage_times",),
    "curves.shapiro": ("shapiro_map",),
    "escapes.switching": ("switching_currents",),
    "curves.spectra": ("spectrum",),
    "curves.voltage": ("iv_curve",),
    "fitting.escape_fit": ("fit_rates", "fit_switching"),
    "fitting.measured": ("fit_file",),
    "fitting.voltage_fit": ("fit_voltage",),
    "formulas": (),
    "junction": ("Drive", "Junction", "Subgap"),
    "stationary_state": ("StationaryState", "fokker_planck"),
    "units": ("Scales", "noise_of_amplitude"),
    "washboard": ("CurrentPhaseRelation",),
}

__all__, _load, __dir__ = facade("evolaw.josephson", _NAMES)

if not TYPE_CHECKING:  # a name that is not above is an error
    __getattr__ = _load
