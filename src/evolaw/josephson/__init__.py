"""Josephson junctions under thermal noise: every curve an experimenter measures, with error bars, beside its closed form.

    junction = Junction.from_si(critical_current=1e-6, resistance=10, capacitance=1e-12, temperature=4.2)
    curve = iv_curve(junction, bias, rng=0)

`junction` is what it is (in `units`, on its `washboard`), `stationary_state` its Fokker–Planck equation, `formulas` the closed forms, `curves`
what is measured from noise, `arrays` many junctions, `fitting` a junction from a measured curve. The names load when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_FOLDERS = ("formulas",)
_NAMES = {
    "CurrentPhaseRelation": "washboard",
    "Drive": "junction",
    "Junction": "junction",
    "Scales": "units",
    "StationaryState": "stationary_state",
    "Subgap": "junction",
    "capacitive_array": "arrays.pairs",
    "cross_ratios": "arrays.order",
    "escape_rates": "curves.escape",
    "fit_file": "fitting.measured",
    "fit_rates": "fitting.escape_fit",
    "fit_switching": "fitting.escape_fit",
    "fit_voltage": "fitting.voltage_fit",
    "fokker_planck": "stationary_state",
    "grid_array": "arrays.grids",
    "hysteresis": "curves.hysteresis",
    "iv_curve": "curves.voltage",
    "ladder": "arrays.ladders",
    "long_junction": "arrays.ladders",
    "network": "arrays.networks",
    "noise_of_amplitude": "units",
    "order_parameter": "arrays.order",
    "phase_density": "curves.density",
    "phase_diffusion": "curves.diffusion",
    "phase_pair": "arrays.pairs",
    "resistive_array": "arrays.pairs",
    "ring_of_fluxons": "arrays.ladders",
    "run_array": "arrays.results",
    "series_array": "arrays.series",
    "shapiro_map": "curves.shapiro",
    "spectrum": "curves.diffusion",
    "switching_currents": "curves.switching",
    "vortices": "arrays.order",
}

__all__ = sorted([*_NAMES, *_FOLDERS])


def __getattr__(name: str) -> Any:
    if name in _FOLDERS:
        return importlib.import_module(f"evolaw.josephson.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(f"evolaw.josephson.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'evolaw.josephson' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
