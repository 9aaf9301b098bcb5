"""What is known beforehand: coefficients, whole components.

"x: x=1, x^3=-1; y: D 1=0.5"       values of entries
"y: *"                             the component is known: what is not given in it is absent, and nothing in it is asked
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evolaw import checks
from evolaw.discovery.diffusions.model.case import entry_name
from evolaw.discovery.diffusions.model.expressions import split_list

__all__ = ["Known", "read_known"]


@dataclass(frozen=True)
class Known:
    """What is known beforehand.

    Attributes:
        values: coefficient by entry name.
        whole: components of which nothing else is asked.
    """

    values: Mapping[str, float]
    whole: frozenset[str]

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
    for component, term, value in _statements(given, targets):
        if term == "*":
            whole.add(component)
            continue
        diffusion = term.startswith("D ")
        name = entry_name(component, term[2:].strip() if diffusion else term, diffusion=diffusion)
        values[name] = checks.number(value, "known")
    return Known(values, frozenset(whole))


def _statements(given: str | Mapping[str, float | str] | None, targets: Sequence[str]) -> list[tuple[str, str, object]]:
    found: list[tuple[str, str, object]] = []
    if isinstance(given, Mapping):
        parts = [name if name.endswith("*") else f"{name}={value}" for name, value in given.items()]
    else:
        parts = [part for piece in (given or "").split(";") for part in split_list(piece)]
    component = ""
    for part in parts:
        head, colon, body = part.partition(":")
        if colon:
            component = checks.one_of(head.strip(), "known", targets)
        else:
            body = part
        checks.require(bool(component), "known", "name a component before a colon, as in 'x: x^3=-1'", part)
        term, equals, value = body.partition("=")
        if body.strip() == "*":
            found.append((component, "*", None))
            continue
        checks.require(bool(equals), "known", "give a number to every term, as in 'x: x^3=-1'", part)
        found.append((component, term.strip(), value.strip()))
    return found
