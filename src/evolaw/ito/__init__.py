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

from typing import TYPE_CHECKING

from evolaw.facade import facade

if TYPE_CHECKING:  # the same names for type checkers and editors, which load nothing
    from evolaw.ito.calculus import Differential as Differential
    from evolaw.ito.calculus import ProductRule as ProductRule
    from evolaw.ito.calculus import change_variables as change_variables
    from evolaw.ito.calculus import covariation as covariation
    from evolaw.ito.calculus import differential as differential
    from evolaw.ito.calculus import lamperti as lamperti
    from evolaw.ito.calculus import product as product
    from evolaw.ito.calculus import to_ito as to_ito
    from evolaw.ito.calculus import to_stratonovich as to_stratonovich
    from evolaw.ito.densities import StationaryDensity as StationaryDensity
    from evolaw.ito.densities import adjoint as adjoint
    from evolaw.ito.densities import backward_equation as backward_equation
    from evolaw.ito.densities import forward_equation as forward_equation
    from evolaw.ito.densities import generator as generator
    from evolaw.ito.densities import stationary_density as stationary_density
    from evolaw.ito.equations import equation as equation
    from evolaw.ito.equations import process as process
    from evolaw.ito.existence import Criterion as Criterion
    from evolaw.ito.existence import ExistenceReport as ExistenceReport
    from evolaw.ito.existence import examine as examine
    from evolaw.ito.feller import Boundary as Boundary
    from evolaw.ito.feller import feller_test as feller_test
    from evolaw.ito.linearity import linear_law as linear_law
    from evolaw.ito.moments import MomentEquations as MomentEquations
    from evolaw.ito.moments import moment_equations as moment_equations
    from evolaw.ito.notation.grammar import read_expression as read_expression
    from evolaw.ito.notation.spelling import is_equation as is_equation
    from evolaw.ito.structure import Structure as Structure
    from evolaw.ito.structure import classify as classify
    from evolaw.ito.systems import System as System
    from evolaw.ito.systems import system as system
    from evolaw.ito.translation import to_sde as to_sde
    from evolaw.ito.typesetting import typeset as typeset

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

__all__, _load, __dir__ = facade("evolaw.ito", _NAMES)

if not TYPE_CHECKING:  # a name that is not above is an error
    __getattr__ = _load
