"""Itô calculus in symbols: read an equation, differentiate along it, transform it, judge it, and run it.

system("dX = -theta X dt + sigma dW")     an equation from text
differential, product, covariation        the chain and product rules in many dimensions
to_ito, to_stratonovich, lamperti, change_variables
generator, adjoint, backward_equation, forward_equation, stationary_density
moment_equations, classify, examine, feller_test
to_sde, linear_law                        the same equation as a fast process; its exact law when it is linear
typeset                                   LaTeX and Typst
"""

from evolaw.ito.calculus import (
    Differential,
    ProductRule,
    change_variables,
    covariation,
    differential,
    lamperti,
    product,
    to_ito,
    to_stratonovich,
)
from evolaw.ito.densities import (
    StationaryDensity,
    adjoint,
    backward_equation,
    forward_equation,
    generator,
    stationary_density,
)
from evolaw.ito.existence import Criterion, ExistenceReport, examine
from evolaw.ito.feller import Boundary, feller_test
from evolaw.ito.linearity import linear_law
from evolaw.ito.moments import MomentEquations, moment_equations
from evolaw.ito.notation import read_expression
from evolaw.ito.structure import Structure, classify
from evolaw.ito.systems import System, system
from evolaw.ito.translation import to_sde
from evolaw.ito.typesetting import typeset

__all__ = [
    "Boundary",
    "Criterion",
    "Differential",
    "ExistenceReport",
    "MomentEquations",
    "ProductRule",
    "StationaryDensity",
    "Structure",
    "System",
    "adjoint",
    "backward_equation",
    "change_variables",
    "classify",
    "covariation",
    "differential",
    "examine",
    "feller_test",
    "forward_equation",
    "generator",
    "lamperti",
    "linear_law",
    "moment_equations",
    "product",
    "read_expression",
    "stationary_density",
    "system",
    "to_ito",
    "to_sde",
    "to_stratonovich",
    "typeset",
]
