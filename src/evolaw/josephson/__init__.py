"""Josephson junctions under thermal noise: every curve an experimenter measures, with error bars, beside its closed form.

    junction = Junction.from_si(critical_current=1e-6, resistance=10, capacitance=1e-12, temperature=4.2)
    curve = iv_curve(junction, bias, rng=0)

`formulas` holds the closed forms. The names load when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_FOLDERS = ("formulas",)
_NAMES: dict[str, str] = {}

__all__ = sorted([*_NAMES, *_FOLDERS])


def __getattr__(name: str) -> Any:
    if name in _FOLDERS:
        return importlib.import_module(f"evolaw.josephson.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(f"evolaw.josephson.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'evolaw.josephson' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
