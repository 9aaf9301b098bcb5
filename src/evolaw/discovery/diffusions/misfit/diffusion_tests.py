r"""Whether the fitted diffusion coefficient is the diffusion coefficient: against its own bins along each component.

The squared increments' equation is solved and its residuals are tried with indicators of 20 places, as for the drift (`drift_tests`). A
strength that varies where a constant was asked for shows so, and how much of it, as the relative spread of D over the bins:

    Var(½ΔX²) = 2 (D Δt)² of a Gaussian step, so that    χ² − ν ≈ n · spread²/2,    spread = sqrt(2 (χ² − ν)/n)

The same with twenty stretches of time in place of places: a strength that changes while it is recorded. Squared steps need no return of the
motion to be compared, so that χ² judges both.
"""

from __future__ import annotations

import numpy as np

from evolaw.discovery.diffusions.evidence.diffusivity import DiffusionEquation
from evolaw.discovery.diffusions.evidence.weigh import Weighed, fine_nodes
from evolaw.discovery.diffusions.misfit.drift_tests import DriftTest, Residuals, library_test
from evolaw.discovery.diffusions.model.case import Case

__all__ = ["spread", "strength_test", "strength_tests"]

_TIMES = 20


def strength_test(case: Case, weighed: Weighed) -> DriftTest | None:
    """Return the worst test of one component's diffusion coefficient against bins along each component; None where there is none to test.

    Args:
        case: the case; steps short against the dynamics.
        weighed: what was found of the component by moment equations.
    """
    found = strength_tests(case, weighed)
    return None if found is None else found[0]


def strength_tests(case: Case, weighed: Weighed) -> tuple[DriftTest, DriftTest] | None:
    """Return the worst test of `strength_test`, and the one against twenty stretches of time."""
    free, known = case.split(weighed.target, diffusion=True)
    if not free or weighed.target in case.hidden:
        return None
    varies = len(case.diffusion[weighed.target]) > 1
    equation = DiffusionEquation(
        case.recording,
        case.index(weighed.target),
        free,
        known,
        weighed.fitted,
        fine_nodes,
        weighed.strength if varies else None,
        case.noise,
        case.gains,
    )
    residuals = Residuals.solved(equation)
    if residuals is None:
        return None
    stretch = np.minimum(_TIMES * np.arange(residuals.rows.size) // residuals.rows.size, _TIMES - 1)
    return library_test(case, residuals), residuals.test(np.eye(_TIMES)[stretch], "")


def spread(test: DriftTest, steps: int) -> float:
    """Return about how far D varies over the bins beyond what was fitted, relative to itself."""
    return float(np.sqrt(2 * max(test.statistic - test.freedom, 0.0) / max(steps, 1)))
