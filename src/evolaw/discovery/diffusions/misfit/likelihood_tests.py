r"""Where steps are coarse: whether the exact likelihood gains by terms of drift and of diffusion that were not asked for.

Residuals and squared increments say little of one place when a step goes far, so bins are of no use there. The likelihood of the steps is
(`evidence.exact`), and it is asked by its score for the law's next terms, drift and diffusion each with the other's next terms unknown
(`exact.fokker_planck.further_terms`):

    drift         the first three powers up to the fifth that are not in the library; of an angle the first four harmonics that are not
    diffusion     1, x, x² as far as they are not in the library; of an angle the first two harmonics
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import chdtrc

from evolaw.discovery.diffusions.evidence.drift import features
from evolaw.discovery.diffusions.evidence.exact.fokker_planck import Further, further_terms
from evolaw.discovery.diffusions.evidence.selection import is_coarse
from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.misfit.doubts import LEVEL, Doubt
from evolaw.discovery.diffusions.misfit.drift_tests import DriftTest
from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.diffusions.model.expressions import Term, read_term
from evolaw.discovery.diffusions.model.library import harmonics, polynomials
from evolaw.discovery.spine.evidence import Check

__all__ = ["doubt_likelihood", "likelihood_tests"]

_DEPENDENT = 1e-6
"""Terms that are closer than this to a combination of the others on the recording are not tried: nothing could tell them apart."""
_LEAST_SPREAD = 0.1
"""A diffusion coefficient that varies by less of itself is let pass: a path simulated in four of Euler's steps a row has 0.07 of that."""
_POWERS, _WAVES = 3, 4
"""Drift terms that are tried: powers; sines and cosines."""
_HIGHEST = 5
"""Of powers beyond the fifth the score hangs on a few points furthest out, and fails ten times as often as declared."""


def doubt_likelihood(case: Case, weighed: Sequence[Weighed]) -> list[Doubt]:
    """Return the doubts of drift and diffusion of a component whose steps are coarse and were weighed exactly; none elsewhere."""
    exact = [item for item in weighed if item.method == "exact"] if is_coarse(case) else []
    found = []
    for item in exact:
        library, strength, varies = likelihood_tests(case, item)
        found += [] if library is None else [_library(item.target, library)]
        found += [] if strength is None else [_strength(case, item.target, strength, varies)]
    return found


def _library(target: str, test: DriftTest) -> Doubt:
    passed = test.p_value >= LEVEL
    says = (
        f"More terms in the drift of {target} make its steps no likelier."
        if passed
        else f"The library of {target} is too small: with more terms of {target} in the drift its steps are likelier, "
        f"χ² = {test.statistic:.0f} at {test.freedom} degrees of freedom. Add terms to --library."
    )
    return Doubt(Check(f"library of {target}", passed, test.p_value, says), "library", target, "drift")


def _strength(case: Case, target: str, test: DriftTest, varies: float) -> Doubt:
    passed = bool(test.p_value >= LEVEL or varies < _LEAST_SPREAD)
    terms = ", ".join(term.name for term in case.diffusion[target])
    says = (
        f"More terms in the diffusion coefficient of {target} make its steps no likelier."
        if passed
        else f"The noise of {target} varies with {target} otherwise than --diffusion '{terms}' can say, by about {100 * varies:.0f} %: "
        f"with more terms its steps are likelier, χ² = {test.statistic:.0f} at {test.freedom} degrees of freedom. Add terms of "
        f"{target} to --diffusion."
    )
    return Doubt(Check(f"diffusion of {target}", passed, test.p_value, says), "strength", target, "diffusion")


def likelihood_tests(case: Case, weighed: Weighed) -> tuple[DriftTest | None, DriftTest | None, float]:
    """Return the tests of an exactly weighed component's drift and diffusion coefficient, and how far the latter varies otherwise.

    Args:
        case: the case, of one component.
        weighed: what `weigh_exactly` found of it.

    Returns:
        Of drift and of diffusion a test, None where nothing is left to try or all is given; the root of the mean square of δD/D over the
        recording, which the further diffusion terms stand for.
    """
    target = weighed.target
    period = case.periods.get(target)
    drift: tuple[Term, ...] = ()
    diffusion: tuple[Term, ...] = ()
    if case.split(target)[0]:
        drift = _further(
            case, case.drift[target], _next(target, period, _HIGHEST), _POWERS if period is None else _WAVES
        )
    if case.split(target, diffusion=True)[0]:
        diffusion = _further(case, case.diffusion[target], _next(target, period, 2), 5)
    first, second = further_terms(case, target, weighed, drift, diffusion)
    return _test(first, target), _test(second, target), 0.0 if second is None else second.size


def _next(target: str, period: float | None, highest: int) -> Sequence[str]:
    return polynomials([target], highest) if period is None else harmonics([target], highest, {target: period})


def _further(case: Case, had: Sequence[Term], wished: Sequence[str], count: int) -> tuple[Term, ...]:
    """The first of the wished terms that are independent on the recording of those a coefficient has."""
    found: tuple[Term, ...] = ()
    for term in (read_term(name, case.state) for name in wished):
        values = features((*had, *found, term), case.recording.columns)
        sizes = np.linalg.norm(values, axis=0)
        sound = np.isfinite(values).all() and bool(np.all(sizes > 0))
        singular = np.linalg.svd(values / sizes, compute_uv=False) if sound else np.zeros(1)
        if singular[-1] > _DEPENDENT * singular[0]:
            found += (term,)
        if len(found) == count:
            break
    return found


def _test(found: Further | None, along: str) -> DriftTest | None:
    if found is None:
        return None
    return DriftTest(found.statistic, found.freedom, float(chdtrc(found.freedom, max(found.statistic, 0.0))), along)
