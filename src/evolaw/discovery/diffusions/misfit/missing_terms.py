"""Which terms a library lacks, once its drift misses its bins.

A few functions that equations of motion are made of are tried beside 1, beside a linear drift, and beside the library as it was given. A
library is judged by bins along every component, and within a turn where a component went around more than once, as the phase of a junction does:

    Σ χ² + k log n      k terms, n rows                                                                    (schwarz1978)

The least of those that agree with all bins is a proposal and no finding: discovering again with it decides its terms. It is chosen by the
recording that it is then tested on, so what matters should be seen in another one.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.misfit.drift_tests import Residuals, binned_test
from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.diffusions.model.expressions import Term, read_term

__all__ = ["missing_terms"]

_AGREES = 0.05
"""A library that is right is taken for one nineteen times in twenty; one that lacks a term was refused at one in a thousand before."""
_MOST_COMPONENTS = 3
_USUAL_TURNS = {"": 2 * math.pi, "2*pi*": 1.0, "pi/180*": 360.0}
"""What an angle is multiplied by within a sine, and its turn: in radians, turns and degrees."""
_AROUND = 1.5


def missing_terms(case: Case, item: Weighed) -> tuple[str, ...]:
    """Return the terms of the best library tried with which the drift of a component agrees with its bins; none where none does.

    Args:
        case: the recording and the library that misses.
        item: what was weighed with it.

    References:
        schwarz1978.
    """
    free, known = case.split(item.target)
    best: tuple[str, ...] = ()
    least = math.inf
    for terms in _libraries(case, free):
        drift = {**case.drift, item.target: (*terms, *(term for term, _ in known))}
        try:
            cost = _cost(replace(case, drift=drift, relations={}, signs={}), item)
        except np.linalg.LinAlgError:  # terms that cannot be told apart where it was recorded
            continue
        if cost < least:
            least, best = cost, tuple(term.name for term in terms)
    return best


def _cost(case: Case, item: Weighed) -> float:
    """What a library leaves in the bins and what its terms cost; infinite where it does not agree with some of them."""
    with np.errstate(all="ignore"):
        residuals = Residuals.of(case, item)
        if residuals is None:
            return math.inf
        tests = [
            binned_test(case, residuals, place, turn)
            for place in range(case.recording.dim)
            for turn in _turns(case, place)
        ]
    if min(test.p_value for test in tests) < _AGREES / len(tests):
        return math.inf
    count, terms = residuals.instruments.shape
    return sum(test.statistic for test in tests) + terms * math.log(count)


def _turns(case: Case, place: int) -> list[float | None]:
    """Without a period, or its own, and within each usual turn that a component went around more than once."""
    path = case.recording.columns[place]
    own = case.periods.get(case.recording.names[place])
    return [own, *(turn for turn in _USUAL_TURNS.values() if turn != own and np.ptp(path) > _AROUND * turn)]


def _libraries(case: Case, given: tuple[Term, ...]) -> Iterator[tuple[Term, ...]]:
    """1, a linear drift, and the library that was given, each with one group of further terms."""
    linear = tuple(read_term(text, case.state) for text in ("1", *case.state))
    tried = {frozenset(term.name for term in given)}
    for group in _groups(case):
        added = [read_term(text, case.state) for text in group]
        for base in (linear[:1], linear, given):
            library = {term.name: term for term in (*base, *added)}
            names = frozenset(library)
            if names not in tried:
                tried.add(names)
                yield tuple(library.values())


def _groups(case: Case) -> Iterator[tuple[str, ...]]:
    """Functions of one component, and products of two."""
    names = case.state[:_MOST_COMPONENTS]
    for name in names:
        yield (f"{name}^3",)
        yield (f"abs({name})*{name}",)
        yield (f"tanh({name})",)
        yield from ((f"exp({name})",), (f"exp(-{name})",))
        if name in case.recorded:
            path = case.recording.columns[case.recording.names.index(name)]
            for rate in _USUAL_TURNS:
                yield (f"sin({rate}{name})", f"cos({rate}{name})")
            if path.min() > 0:
                yield from ((f"1/{name}",), (f"log({name})",), (f"sqrt({name})",))
    for one, other in itertools.combinations(names, 2):
        yield (f"{one}*{other}",)
        yield from ((f"{one}^2*{other}",), (f"{one}*{other}^2",))
