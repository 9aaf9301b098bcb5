"""One component weighed: its drift and its diffusion coefficient, each needed for the other, in turn.

D̂ roughly -> drift, weighted by 1/D̂ -> D, the drift taken off -> drift -> D        where D varies; once where it is constant
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evolaw.discovery.diffusions.evidence.diffusivity import DiffusionEquation, Drift, Strength
from evolaw.discovery.diffusions.evidence.drift import DriftEquation, features
from evolaw.discovery.diffusions.evidence.gaussian_form import GaussianForm
from evolaw.discovery.diffusions.evidence.moment_equations import Equation, solve
from evolaw.discovery.diffusions.evidence.velocity import HiddenDiffusionEquation, VelocityEquation
from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.diffusions.model.expressions import Term

__all__ = ["Weighed", "drift_equation", "fine_nodes", "weigh"]

fine_nodes = 3
"""Values used by the quadrature while the step is short against the dynamics."""

_LEAST_STRENGTH = 0.02
_ROUNDS = 2


@dataclass(frozen=True, eq=False)
class Weighed:
    """What the recording says of one component.

    Attributes:
        target: name of the component.
        drift: form of the free drift terms; None where all are known.
        diffusion: form of the free diffusion terms; None where all are known or there are none.
        fitted: the drift with all its terms, for residuals.
        strength: the fitted diffusion coefficient; without terms where there is none.
        residuals: y − qᵀθ̂ of every row, NaN where the stencil does not fit.
        method: how the drift was weighed.
    """

    target: str
    drift: GaussianForm | None
    diffusion: GaussianForm | None
    fitted: Drift
    strength: Strength
    residuals: np.ndarray
    method: str


def weigh(case: Case, target: str, nodes: int = fine_nodes, shift: np.ndarray | None = None) -> Weighed:
    """Weigh one component by the moment equations that fit how it was recorded.

    Args:
        case: the case.
        target: a component with an equation.
        nodes: values used by the quadrature.
        shift: what the quadrature leaves of each response; None for nothing.
    """
    hidden = target in case.hidden
    varies = len(case.diffusion.get(target, ())) > 1
    weights = _rough(case, target) if varies and not hidden else None
    for _ in range(_ROUNDS if varies and not hidden else 1):
        form, residuals = _solve(drift_equation(case, target, nodes, weights, shift))
        fitted = _with_known(case, target, form)
        diffusion, strength = _diffusion(case, target, nodes, fitted, weights)
        weights = strength if varies else None
    return Weighed(target, form, diffusion, fitted, strength, residuals, "hidden velocity" if hidden else "moments")


def _solve(equation: Equation) -> tuple[GaussianForm | None, np.ndarray]:
    if equation.names:
        return solve(equation)
    rows = equation.rows(0, len(equation))
    return None, np.where(rows.usable, rows.response, np.nan)


def drift_equation(
    case: Case, target: str, nodes: int, strength: Strength | None, shift: np.ndarray | None
) -> Equation:
    """Return the estimating equation of one component's drift, by how it was recorded."""
    free, known = case.split(target)
    if target in case.hidden:
        return VelocityEquation(case.recording, case.index(target), free, known, strength, case.noise)
    return DriftEquation(
        case.recording, case.index(target), free, known, nodes, strength, case.noise, case.gains, shift
    )


def _with_known(case: Case, target: str, form: GaussianForm | None) -> Drift:
    free, known = case.split(target)
    values = [] if form is None else list(form.estimate)
    return Drift((*free, *(term for term, _ in known)), np.array([*values, *(value for _, value in known)]))


def _diffusion(
    case: Case, target: str, nodes: int, drift: Drift, strength: Strength | None
) -> tuple[GaussianForm | None, Strength]:
    free, known = case.split(target, diffusion=True)
    if not free and not known:
        return None, Strength((), np.zeros(0), 1e-300)
    equation: Equation
    if target in case.hidden:
        equation = HiddenDiffusionEquation(case.recording, case.index(target), free, known, drift, case.noise)
    else:
        equation = DiffusionEquation(
            case.recording, case.index(target), free, known, drift, nodes, strength, case.noise, case.gains
        )
    form = solve(equation)[0] if free else None
    values = [] if form is None else list(form.estimate)
    return form, _strength(case, target, (*free, *(t for t, _ in known)), [*values, *(v for _, v in known)])


def _rough(case: Case, target: str) -> Strength:
    """D̂ from squared increments alone: what weights need before the drift is known."""
    free, known = case.split(target, diffusion=True)
    equation = DiffusionEquation(case.recording, case.index(target), free, known, None, 1, None, case.noise, case.gains)
    values = [] if not free else list(solve(equation)[0].estimate)
    return _strength(case, target, (*free, *(t for t, _ in known)), [*values, *(v for _, v in known)])


def _strength(case: Case, target: str, terms: tuple[Term, ...], values: Sequence[float]) -> Strength:
    columns = case.recording.columns
    if target in case.hidden:
        columns = columns + tuple(np.zeros_like(column) for column in columns)
    at = features(terms, columns) @ np.array(values)
    return Strength(terms, np.array(values), _LEAST_STRENGTH * max(float(np.median(np.abs(at))), 1e-300))
