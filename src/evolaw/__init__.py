"""evolaw, the laws of evolution: from a recording of something that moves to its law.

    simulate : law, scheme          -> trajectory
    discover : trajectories, known  -> laws still possible, with the evidence for and against each entry
    ask      : what is undecided    -> the next experiment

The parts load when they are first named, so that ``import evolaw`` costs milliseconds.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_PARTS = ("analysis", "automata", "discovery", "ito", "learning", "markov", "report", "sde", "storage")
_NAMES = {"Rule": "evolaw.automata.rules", "Trajectory": "evolaw.trajectory", "discover": "evolaw.discovery"}

__all__ = [
    "Rule",
    "Trajectory",
    "analysis",
    "automata",
    "discover",
    "discovery",
    "ito",
    "learning",
    "markov",
    "report",
    "sde",
    "storage",
]


def __getattr__(name: str) -> Any:
    if name in _PARTS:
        return importlib.import_module(f"evolaw.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'evolaw' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
