"""Cellular automata: rules, the step, the fast engine, patterns and black boxes.

    rules       what moves a lattice: every notation, equality by the law itself
    stepping    the plain step that defines truth, and `evolve`
    bitpacked   the fast engine, equal to the plain step bit for bit
    patterns    RLE and its relatives, recordings, named patterns
    boxes       black boxes to question: a callable, or any external command

The names load when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_NAMES = {
    "rules.rule": ("Rule", "entries", "reflect_windows", "rotate_windows"),
    "stepping": ("evolve", "step", "unroll", "windows"),
    "engine.bitpacked": ("run",),
    "files.patterns": ("NAMES", "Pattern", "named", "parse_rle", "read_pattern", "read_recording", "write_rle"),
    "boxes.black_box": ("Box", "CommandBox", "FunctionBox"),
}
_FILES = {name: file for file, names in _NAMES.items() for name in names}

__all__ = sorted(_FILES)


def __getattr__(name: str) -> Any:
    if name not in _FILES:
        raise AttributeError(f"module 'evolaw.automata' has no attribute {name!r}")
    return getattr(importlib.import_module(f"evolaw.automata.{_FILES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
