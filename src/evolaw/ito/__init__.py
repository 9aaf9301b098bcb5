"""Itô calculus in symbols: read an equation, differentiate along it, transform it, judge it, and run it.

system("dX = -theta X dt + sigma dW")     an equation from text
differential, product, covariation        the chain and product rules in many dimensions
to_ito, to_stratonovich, lamperti, change_variables
generator, adjoint, backward_equation, forward_equation, stationary_density
moment_equations, classify, examine, feller_test
to_sde, linear_law                        the same equation as a fast process; its exact law when it is linear
equation, process                         a text with numbers as a process with its exact law; so for a name too
typeset                                   LaTeX and Typst

The names load when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_NAMES: dict[str, tuple[str, ...]] = {
    "calculus": (
        "Differential",
        "ProductRule",
        "change_variables",
        "covariation",
        "differential",
        "lamperti",
        "product",
        "to_ito",
        "to_stratonovich",
    ),
    "densities": (
        "StationaryDensity",
        "adjoint",
        "backward_equation",
        "forward_equation",
        "generator",
        "stationary_density",
    ),
    "equations": (
        "equation",
        "is_equation",
        "process",
    ),
    "existence": (
        "Criterion",
        "ExistenceReport",
        "examine",
    ),
    "feller": (
        "Boundary",
        "feller_test",
    ),
    "linearity": ("linear_law",),
    "moments": (
        "MomentEquations",
        "moment_equations",
    ),
    "notation.grammar": ("read_expression",),
    "notation.spelling": ("is_equation",),
    "structure": (
        "Structure",
        "classify",
    ),
    "systems": (
        "System",
        "system",
    ),
    "translation": ("to_sde",),
    "typesetting": ("typeset",),
}
_FILES = {name: file for file, names in _NAMES.items() for name in names}

__all__ = sorted(_FILES)


def __getattr__(name: str) -> Any:
    if name not in _FILES:
        raise AttributeError(f"module 'evolaw.ito' has no attribute {name!r}")
    return getattr(importlib.import_module(f"evolaw.ito.{_FILES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
