"""The exact law of a linear equation, read off its symbols.

    dX = (A X + a) dt + Σ_k (B_k X + b_k) dW_k      with numbers for A, a, B_k, b_k, none of which depends on time

Such an equation has exact moments; with additive noise (all B_k = 0) it is Gaussian and can be stepped exactly; with one
state, one noise and no constants (a = b = 0) it is geometric Brownian motion, whose density is known too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy

from evolaw import checks
from evolaw.ito.calculus import to_ito
from evolaw.ito.patience import bounded
from evolaw.ito.structure import classify
from evolaw.ito.systems import System
from evolaw.sde.processes.exact_laws import GeometricLaw
from evolaw.sde.processes.linear_systems import GaussianLinearLaw, LinearLaw
from evolaw.told import told

__all__ = ["linear_law"]


@told
@bounded
def linear_law(system: System, values: Mapping[str, float]) -> LinearLaw | GeometricLaw | None:
    """Return what is known exactly of a linear equation with constant coefficients; None for any other.

    Args:
        system: the equation; Stratonovich and correlated noises are turned into Itô and independent ones.
        values: a number for each parameter.

    Returns:
        A `GaussianLinearLaw` for additive noise, a `GeometricLaw` for geometric Brownian motion, else a `LinearLaw`.

    Raises:
        ArgumentError: a parameter has no value.

    References:
        arnold1974, section 8.2.

    Example:
        >>> from evolaw.ito.systems import system
        >>> law = linear_law(system("dX = -theta X dt + sigma dW"), {"theta": 2.0, "sigma": 1.0})
        >>> law.stationary_covariance().tolist()
        [[0.25]]
    """
    system.require_correlation(values)
    law = to_ito(system).independent()
    structure = classify(law)
    if not (structure.is_linear and structure.is_autonomous and law.noises):
        return None
    numbers = {symbol: values[str(symbol)] for symbol in law.parameters if str(symbol) in values}
    missing = [str(symbol) for symbol in law.parameters if symbol not in numbers]
    checks.require(not missing, "values", "give a number for every parameter", f"without {', '.join(missing)}")
    A, a = _affine(law.drift, law.states, numbers)
    columns = [_affine(law.diffusion[:, k], law.states, numbers) for k in range(len(law.noises))]
    B, b = np.array([matrix for matrix, _ in columns]), np.array([shift for _, shift in columns])
    if not B.any():
        return GaussianLinearLaw(A, B, a, b)
    if A.shape == (1, 1) and len(B) == 1 and not a.any() and not b.any():
        return GeometricLaw(float(A[0, 0]), abs(float(B[0, 0, 0])), 1)
    return LinearLaw(A, B, a, b)


def _affine(column: Any, states: tuple[sympy.Symbol, ...], numbers: Mapping[Any, float]) -> tuple[Any, Any]:
    """The matrix and the constant of an affine column, as numbers."""
    slope = column.jacobian(states).subs(numbers)
    constant = column.subs(dict.fromkeys(states, 0)).subs(numbers)
    return np.array(slope, float), np.array(constant, float).reshape(-1)
