r"""The equation that the decisions leave, as text, LaTeX, Typst, and as an `SDE` that `solve` takes.

    dx = (0.99 x − 1.01 x^3) dt + sqrt(2·(0.30)) dW

The printed equation has the terms that are present and those whose coefficient is known. Terms left open stand beside it by name. The law
to run (`rule`) is the average over the probable laws: it has a little of every open term.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw.discovery.diffusions.model.expressions import Term, read_term
from evolaw.discovery.diffusions.model.recording import CLOCK
from evolaw.discovery.diffusions.model.typesetting import number, typeset

if TYPE_CHECKING:
    from evolaw.discovery.spine.finding import EntryFinding, Finding
    from evolaw.sde.processes.process import SDE

__all__ = ["EquationLaw"]

Coefficients = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, eq=False)
class EquationLaw:
    """An equation found.

    Attributes:
        names: components of the state.
        drift, diffusion: coefficient of every term that is present, by component and term.
        average_drift, average_diffusion: coefficients averaged over the probable laws.
        open: entries left undetermined.
        combinations: combinations of coefficients that are determined where single ones are not, as JSON.
        units: unit of each recorded component; "" where unknown.
        time_unit: unit of time; "" where unknown.
        symmetries: symmetries that were declared, in words.
    """

    names: tuple[str, ...]
    drift: Coefficients
    diffusion: Coefficients
    average_drift: Coefficients
    average_diffusion: Coefficients
    open: tuple[str, ...]
    combinations: tuple[dict[str, Any], ...] = ()
    units: tuple[str, ...] = ()
    time_unit: str = ""
    symmetries: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        entries: Sequence[EntryFinding],
        averages: Mapping[str, float],
        combinations: Sequence[Any] = (),
        units: Sequence[str] = (),
        time_unit: str = "",
        symmetries: Sequence[str] = (),
    ) -> EquationLaw:
        """Return the law that the decisions leave; ``averages`` holds the averaged coefficient of each entry."""
        present = {entry.name: entry.estimate or 0.0 for entry in entries if entry.decision == "present"}
        absent = {entry.name for entry in entries if entry.decision == "absent"}
        run = {name: value for name, value in averages.items() if name not in absent}
        return cls(
            tuple(names),
            _by_component(present, names, diffusion=False),
            _by_component(present, names, diffusion=True),
            _by_component(run, names, diffusion=False),
            _by_component(run, names, diffusion=True),
            tuple(entry.name for entry in entries if entry.decision in ("undetermined", "conflict")),
            tuple(item.to_json() for item in combinations),
            tuple(units),
            time_unit,
            tuple(symmetries),
        )

    # -- as something to run ------------------------------------------------------------------------------------------

    @property
    def rule(self) -> SDE:
        """The averaged law as an `SDE` with one noise a component."""
        return self.sde

    @cached_property
    def sde(self) -> SDE:
        """The averaged law as an `SDE` with one noise a component."""
        from evolaw.ito import system, to_sde

        text = "; ".join(_equation(self, name, averaged=True, way="text") for name in self.names)
        return replace(to_sde(system(text), {}), name=text)

    def drift_at(self, states: Sequence[np.ndarray], name: str) -> np.ndarray:
        """Return the averaged drift of one component at some states; terms of the time count where it follows the components."""
        return _at(self.average_drift.get(name, {}), states, self.names)

    def diffusion_at(self, states: Sequence[np.ndarray], name: str) -> np.ndarray:
        """Return the averaged diffusion coefficient of one component at some states, at least 0; of the time as in `drift_at`."""
        return np.maximum(_at(self.average_diffusion.get(name, {}), states, self.names), 0.0)

    # -- as something to read -----------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """One equation a line; `ito.system` reads it where all terms are decided."""
        return "\n".join(_equation(self, name, way="text") for name in self.names)

    @property
    def latex(self) -> str:
        """The equations in LaTeX, aligned."""
        lines = [_equation(self, name, way="latex").replace("=", "&=", 1) for name in self.names]
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"

    @property
    def typst(self) -> str:
        """The equations in Typst, aligned."""
        return "$ " + " \\\n".join(_equation(self, n, way="typst").replace("=", "&=", 1) for n in self.names) + " $"

    @property
    def in_units(self) -> str:
        """What the numbers are measured in, "x [mV], t [s]"; "" where the recording names no unit."""
        named = zip((*self.names[: len(self.units)], "t"), (*self.units, self.time_unit), strict=True)
        return ", ".join(f"{name} [{unit}]" for name, unit in named if unit)

    def decided(self) -> list[str]:
        """The equations for people: what is open stands in them as a number of terms."""
        lines = []
        for name, line in zip(self.names, self.text.splitlines(), strict=True):
            drift = sum(e.startswith(f"{name}: ") and not e.startswith(f"{name}: D ") for e in self.open)
            spread = sum(e.startswith(f"{name}: D ") for e in self.open)
            if drift:
                body = line.split(") dt", 1)
                known = body[0].removeprefix(f"d{name} = (")
                line = f"d{name} = ({'' if known == '0' else known + ' + '}{drift} open) dt{body[1]}"
            if spread and not self.diffusion.get(name):
                line += f" + sqrt(2*({spread} open)) dW"
            lines.append(line)
        return lines

    def __str__(self) -> str:
        return "; ".join(self.decided())

    def __repr__(self) -> str:
        return f"EquationLaw({self})"

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "names": list(self.names),
            "text": self.text,
            "latex": self.latex,
            "typst": self.typst,
            "drift": {name: dict(terms) for name, terms in self.drift.items()},
            "diffusion": {name: dict(terms) for name, terms in self.diffusion.items()},
            "average_drift": {name: dict(terms) for name, terms in self.average_drift.items()},
            "average_diffusion": {name: dict(terms) for name, terms in self.average_diffusion.items()},
            "open": list(self.open),
            "combinations": [dict(item) for item in self.combinations],
            "units": list(self.units),
            "time_unit": self.time_unit,
            "symmetries": list(self.symmetries),
        }

    def beside(self) -> dict[str, Any]:
        """Return what stands beside the law in the document of a finding."""
        return {"combinations": [dict(item) for item in self.combinations]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> EquationLaw:
        """Read what `to_json` wrote."""
        return cls(
            tuple(document["names"]),
            document["drift"],
            document["diffusion"],
            document["average_drift"],
            document["average_diffusion"],
            open=tuple(document["open"]),
            combinations=tuple(document["combinations"]),
            units=tuple(document["units"]),
            time_unit=document.get("time_unit", ""),
            symmetries=tuple(document.get("symmetries", ())),
        )

    def lines(self, finding: Finding) -> list[tuple[str, Any]]:
        """Return what a person reads first."""
        shown = [("equation" if i == 0 else "", line) for i, line in enumerate(self.decided())]
        known = [("identified" if i == 0 else "", item["says"]) for i, item in enumerate(self.combinations)]
        ran = [("run again", check.says) for check in finding.checks if check.name == "prediction" and check.passed]
        units = [("units", self.in_units)] if self.in_units else []
        declared = [("symmetry", "; ".join(self.symmetries))] if self.symmetries else []
        return shown + units + declared + known + ran


def _by_component(values: Mapping[str, float], names: Sequence[str], *, diffusion: bool) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {name: {} for name in names}
    for entry, value in values.items():
        component, term = entry.split(": ", 1)
        if term.startswith("D ") == diffusion and component in found:
            found[component][term[2:] if diffusion else term] = float(value)
    return found


def _at(terms: Mapping[str, float], states: Sequence[np.ndarray], names: Sequence[str]) -> np.ndarray:
    total = np.zeros(np.shape(states[0]))
    for term, value in ((read_term(name, _with_time(names)), value) for name, value in terms.items()):
        if max(term.components, default=0) < len(states):
            total = total + value * term.values(states)
    return total


def _with_time(names: Sequence[str]) -> tuple[str, ...]:
    """What terms may read: the components, and the time where none is called so."""
    return tuple(names) if CLOCK in names else (*names, CLOCK)


def _equation(law: EquationLaw, name: str, *, averaged: bool = False, way: str) -> str:
    """One component: d name = (…) dt + sqrt(2 (…)) dW."""
    drift = (law.average_drift if averaged else law.drift).get(name, {})
    spread = (law.average_diffusion if averaged else law.diffusion).get(name, {})
    left = _component(law, name, way)
    noises = [n for n in law.names if (law.average_diffusion if averaged else law.diffusion).get(n)]
    index = "" if len(noises) < 2 else str(noises.index(name) + 1) if name in noises else ""
    body, strength = _sum(drift, law.names, way), _sum(spread, law.names, way)
    if way == "latex":
        noise = rf" + \sqrt{{2\left({strength}\right)}}\,\mathrm{{d}}W{'_{' + index + '}' if index else ''}"
        return rf"\mathrm{{d}}{left} = \left({body}\right)\mathrm{{d}}t" + (noise if spread else "")
    if way == "typst":
        noise = f" + sqrt(2 ({strength})) dif W{'_' + index if index else ''}"
        return f"dif {left} = ({body}) dif t" + (noise if spread else "")
    return f"d{left} = ({body}) dt" + (f" + sqrt(2*({strength})) dW{index}" if spread else "")


def _component(law: EquationLaw, name: str, way: str) -> str:
    return typeset(("component", law.names.index(name)), law.names, way)


def _sum(terms: Mapping[str, float], names: Sequence[str], way: str) -> str:
    """Σ value · term, its signs written as between people; 0 where there is none."""
    parts: list[str] = []
    for name, value in terms.items():
        names = _with_time(names)
        term: Term = read_term(name, names)
        size = number(abs(value), way)
        if term.tree == ("number", 1.0):
            shown = size
        else:
            function = typeset(term.tree, names, way)
            function = f"({function})" if term.tree[0] in ("+", "negative") else function
            # A coefficient of exactly 1 was given, dx = v dt, and is written as it was.
            shown = function if abs(value) == 1 else size + {"text": "*", "latex": r"\,", "typst": " "}[way] + function
        sign = "-" if value < 0 else "+"
        parts.append(f"{sign} {shown}" if parts else ("-" if value < 0 else "") + shown)
    return " ".join(parts) if parts else "0"
