"""What is known beforehand: coefficients, relations between them, signs, whole components.

"x: x=1, x^3=-1; y: D 1=0.5"       values of entries
"v: D 1 = -0.5 (v: v)"             an entry is a number times another one: fluctuation and dissipation at temperature 0.5
"y: x = -1 (x: y), y^3 < 0"        one coefficient in two components; a sign
"y: *"                             the component is known: what is not given in it is absent, and nothing in it is asked
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evolaw import checks
from evolaw.discovery.diffusions.model.case import entry_name
from evolaw.discovery.diffusions.model.expressions import split_list

__all__ = ["Known", "read_known"]

_HEADED = re.compile(r"\s*([^\W\d]\w*)\s*:\s*(.*)")
_SIGN = re.compile(r"(.*?)=?\s*([<>])\s*0\s*")
_RELATION = re.compile(r"([-+]?\s*(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)?)\s*\*?\s*\(\s*([^\W\d]\w*)\s*:\s*(.+?)\s*\)")


@dataclass(frozen=True)
class Known:
    """What is known beforehand.

    Attributes:
        values: coefficient by entry name.
        whole: components of which nothing else is asked.
        relations: from an entry to (factor, other entry).
        signs: 1 or -1 by entry.
    """

    values: Mapping[str, float]
    whole: frozenset[str]
    relations: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    signs: Mapping[str, int] = field(default_factory=dict)

    def terms(self, component: str, *, diffusion: bool = False) -> list[str]:
        """Return the terms whose coefficient is given in one component."""
        front = entry_name(component, "", diffusion=diffusion)
        found = [name[len(front) :] for name in self.values if name.startswith(front)]
        return found if diffusion else [name for name in found if not name.startswith("D ")]


def read_known(given: str | Mapping[str, float | str] | None, targets: Sequence[str]) -> Known:
    """Read what is known.

    Args:
        given: a text as the docstring of this file says, or {"x: x": 1.0, "y: *": "*"}.
        targets: names of the components.
    """
    values: dict[str, float] = {}
    whole: set[str] = set()
    relations: dict[str, tuple[float, str]] = {}
    signs: dict[str, int] = {}
    for component, term, value in _statements(given, targets):
        if term == "*":
            whole.add(component)
            continue
        name = _entry(component, term)
        related = _RELATION.fullmatch(str(value))
        if value in ("<0", ">0"):
            signs[name] = -1 if value == "<0" else 1
        elif related:
            factor = related[1].replace(" ", "")
            number = checks.number(factor if factor not in ("", "+", "-") else factor + "1", "known")
            checks.require(number != 0, "known", "relate entries by a factor other than 0", f"{name} = {value}")
            other = checks.one_of(related[2], "known", targets)
            relations[name] = (number, _entry(other, related[3].strip()))
        else:
            values[name] = checks.number(value, "known")
    return Known(values, frozenset(whole), relations, signs)


def _entry(component: str, term: str) -> str:
    diffusion = term.startswith("D ")
    return entry_name(component, term[2:].strip() if diffusion else term, diffusion=diffusion)


def _statements(given: str | Mapping[str, float | str] | None, targets: Sequence[str]) -> list[tuple[str, str, object]]:
    found: list[tuple[str, str, object]] = []
    if isinstance(given, Mapping):
        parts = [name if name.endswith("*") else f"{name}={value}" for name, value in given.items()]
    else:
        parts = [part for piece in (given or "").split(";") for part in split_list(piece)]
    component = ""
    for part in parts:
        headed = _HEADED.fullmatch(part)
        component = checks.one_of(headed[1], "known", targets) if headed else component
        body = headed[2] if headed else part
        checks.require(bool(component), "known", "name a component before a colon, as in 'x: x^3=-1'", part)
        signed = _SIGN.fullmatch(body)
        if signed:
            found.append((component, signed[1].strip(), signed[2] + "0"))
            continue
        term, equals, value = body.partition("=")
        if body.strip() == "*":
            found.append((component, "*", None))
            continue
        checks.require(bool(equals), "known", "give a number to every term, as in 'x: x^3=-1'", part)
        found.append((component, term.strip(), value.strip()))
    return found
