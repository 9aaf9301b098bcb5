"""Libraries: which terms may stand in the drift and the diffusion of each component, and how they are written.

"1, x, x^3, sin(x)"        the terms themselves
"poly:3"                   all monomials of the state up to degree 3
"harmonics:3"              1 and the sines and cosines of up to three times every component
"x: 1, x; y: x, y"         one library a component
"1, x, cos(0.6 t)"         t is the time where no component is called so
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

from evolaw import checks
from evolaw.discovery.diffusions.model.expressions import Term, read_term, split_list

__all__ = ["MOST_TERMS", "harmonics", "polynomials", "read_libraries", "usual_library"]

MOST_TERMS = 60
"""Most terms of one component."""

_NAMED = re.compile(r"\s*(poly|harmonics)\s*:\s*(\d+)\s*")


def polynomials(names: Sequence[str], degree: int) -> list[str]:
    """Return the monomials up to a degree, lowest first.

    Example:
        >>> polynomials(["x", "y"], 2)
        ['1', 'x', 'y', 'x^2', 'x*y', 'y^2']
    """
    degree = checks.integer(degree, "library", least=0, most=9)
    found = ["1"]
    for total in range(1, degree + 1):
        for chosen in itertools.combinations_with_replacement(names, total):
            powers = [(name, len(list(group))) for name, group in itertools.groupby(chosen)]
            found.append("*".join(name if power == 1 else f"{name}^{power}" for name, power in powers))
    return found


def harmonics(names: Sequence[str], count: int, periods: Mapping[str, float] | None = None) -> list[str]:
    """Return 1 and the first harmonics of every component; a period other than 2π stands in the argument.

    Example:
        >>> harmonics(["p"], 2)
        ['1', 'sin(p)', 'cos(p)', 'sin(2p)', 'cos(2p)']
    """
    count = checks.integer(count, "library", least=0, most=20)
    found = ["1"]
    for name in names:
        period = (periods or {}).get(name, 6.283185307179586)
        rate = "" if abs(period - 6.283185307179586) < 1e-9 else f"{6.283185307179586 / period:.12g}*"
        for multiple in range(1, count + 1):
            front = f"{multiple}" if multiple > 1 and not rate else f"{multiple}*" if multiple > 1 else ""
            found += [f"{function}({front}{rate}{name})" for function in ("sin", "cos")]
    return found


def usual_library(names: Sequence[str], periods: Mapping[str, float]) -> list[str]:
    """Return the library taken when none is given: harmonics where all is periodic, polynomials elsewhere."""
    if periods and set(periods) >= set(names):
        return harmonics(names, 3 if len(names) == 1 else 2, periods)
    free = [name for name in names if name not in periods]
    found = polynomials(free, {1: 5, 2: 3}.get(len(names), 2))
    return found + harmonics([name for name in names if name in periods], 2, periods)[1:] if periods else found


def read_libraries(
    text: str | Sequence[str] | Mapping[str, Sequence[str] | str] | None,
    names: Sequence[str],
    targets: Sequence[str],
    *,
    argument: str = "library",
    periods: Mapping[str, float] | None = None,
    state: Sequence[str] | None = None,
) -> dict[str, tuple[Term, ...]]:
    """Read the library of each component.

    Args:
        text: as the docstring of this file says, a list of terms, or a mapping from component to either; a component that is left out has
            the usual library, and in a diffusion no term.
        names: names of the components.
        targets: components that are asked about; a library given for another one is not needed.
        argument: name of the argument, for errors.
        periods: periods of angles, for harmonics.
        state: names that terms may use, in the order of the state, where these are more: the time is in no library such as poly:3.

    Returns:
        Terms by component, in the order written.
    """
    if isinstance(text, str):
        text = checks.halfwidth(text).replace(".^", "^").replace(".*", "*")
        called = re.search(r"\b(poly|polynomials?|harmonics|fourier)\s*(?:\((\d*)\)|$|(?=,))", text)
        kind = {"h": "harmonics", "f": "harmonics"}.get(called[1][0], "poly") if called else ""
        checks.require(
            called is None or called[1] in names,
            argument,
            "name terms, or poly:3 or harmonics:2 for all up to a degree",
            text,
            f"Write {kind}:{(called[2] if called else '') or 3}.",
        )
    if (isinstance(text, str) and ";" in text) or (isinstance(text, str) and re.match(r"\s*[^\W\d]\w*\s*:\s*\D", text)):
        text = dict(_by_component(part, names, argument) for part in text.split(";") if part.strip())
    usual = usual_library(names, periods or {})
    if isinstance(text, Mapping):
        rest = usual if argument == "library" else []
        for name in text:
            checks.one_of(name, argument, names)
        return {name: _terms(text.get(name, rest), names, state or names, argument, periods) for name in targets}
    return dict.fromkeys(targets, _terms(usual if text is None else text, names, state or names, argument, periods))


def _by_component(part: str, names: Sequence[str], argument: str) -> tuple[str, str]:
    head, colon, body = part.partition(":")
    checks.require(bool(colon), argument, "name a component before a colon where several have their own terms", part)
    return checks.one_of(head.strip(), argument, names), body.strip()


def _terms(
    given: str | Sequence[str],
    names: Sequence[str],
    state: Sequence[str],
    argument: str,
    periods: Mapping[str, float] | None,
) -> tuple[Term, ...]:
    if isinstance(given, str):
        named = _NAMED.fullmatch(given)
        if named:
            count = int(named.group(2))
            given = polynomials(names, count) if named.group(1) == "poly" else harmonics(names, count, periods)
        else:
            given = split_list(given)
    checks.require(len(given) <= MOST_TERMS, argument, f"have at most {MOST_TERMS} terms a component", len(given))
    terms = tuple(read_term(item, state) for item in given)
    seen: dict[str, str] = {}
    for term in terms:
        checks.require(term.name not in seen, argument, "name every term once", f"one with {term.name} twice")
        seen[term.name] = term.name
    return terms
