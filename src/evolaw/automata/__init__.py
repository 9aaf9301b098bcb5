"""Cellular automata: rules, the step, patterns and black boxes.

    rules          what moves a lattice: every notation, equality by the law itself
    stepping       the plain step that defines truth, and `evolve`
    patterns       pattern files and recordings: RLE, .cells, Life 1.06, macrocell, .npz; named patterns
    boxes          black boxes to question: a callable or an external command

The names load when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_NAMES = {
    "NAMES": "collection",
    "Box": "boxes",
    "CommandBox": "boxes",
    "FunctionBox": "boxes",
    "Grid": "boards",
    "Pattern": "boards",
    "Rule": "rules",
    "entries": "rules",
    "evolve": "stepping",
    "named": "collection",
    "parse_rle": "rle",
    "read_pattern": "formats",
    "read_recording": "recordings",
    "reflect_windows": "rules",
    "rotate_windows": "rules",
    "step": "stepping",
    "unroll": "stepping",
    "windows": "stepping",
    "write_rle": "rle",
}

__all__ = sorted(_NAMES)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'evolaw.automata' has no attribute {name!r}")
    return getattr(importlib.import_module(f"evolaw.automata.{_NAMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
