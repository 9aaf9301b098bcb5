"""Cellular automata: rules, the step, patterns and black boxes.

    rules          what moves a lattice: every notation, equality by the law itself
    stepping       the plain step that defines truth, and `evolve`

The names load when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_NAMES = {
    "Rule": "rules",
    "entries": "rules",
    "reflect_windows": "rules",
    "rotate_windows": "rules",
    "evolve": "stepping",
    "step": "stepping",
    "unroll": "stepping",
    "windows": "stepping",
}

__all__ = sorted(_NAMES)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'evolaw.automata' has no attribute {name!r}")
    return getattr(importlib.import_module(f"evolaw.automata.{_NAMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
