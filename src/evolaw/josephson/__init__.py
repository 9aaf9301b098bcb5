"""Josephson junctions under thermal noise: every curve an experimenter measures, with error bars, beside its closed form.

    junction = Junction.from_si(critical_current=1e-6, resistance=10, capacitance=1e-12, temperature=4.2)
    curve = iv_curve(junction, bias, rng=0)

`junction` is what it is (in `units`, on its `washboard`), `stationary_state` its Fokker–Planck equation, `formulas` the closed forms, `curves`
what is measured from noise. The names load when they are first used.
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
    "escape_rates": "curves.escape",
    "fokker_planck": "stationary_state",
    "hysteresis": "curves.hysteresis",
    "iv_curve": "curves.voltage",
    "noise_of_amplitude": "units",
    "phase_density": "curves.density",
    "phase_diffusion": "curves.diffusion",
    "shapiro_map": "curves.shapiro",
    "spectrum": "curves.diffusion",
    "switching_currents": "curves.switching",
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
