"""The tables of processes and schemes, made from what the code declares: `evolaw explain processes`, `evolaw explain schemes`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from evolaw import checks
from evolaw.sde import catalogue

__all__ = ["PAGES", "page"]

PAGES = ("processes", "schemes")
"""The tables there are; docs/NAME.md holds each."""

_KNOWLEDGE = {
    "mean": "mean",
    "covariance": "covariance",
    "density": "density",
    "stationary_density": "stationary density",
    "sample": "exact step",
    "pathwise": "path",
}
_NEEDS = {
    "none": "nothing",
    "dW": "increments",
    "dW,dZ": "increments, ∫W",
    "levy": "increments, Lévy areas",
    "three_point": "three-point variables",
    "two_point": "two-point variables",
    "exact": "normals of the transition",
}
_CALCULI = {"ito": "Itô", "stratonovich": "Stratonovich", None: "both"}


def page(name: str) -> str:
    """Return the table of this name as a page of Markdown.

    Example:
        >>> page("schemes").splitlines()[0]
        '# Schemes'
    """
    return _processes() if checks.one_of(name, "name", PAGES) == "processes" else _schemes()


def _processes() -> str:
    rows = []
    for name, classic in catalogue.PROCESSES.items():
        letters = {parameter: letter for letter, parameter in list(classic.letters.items())[::-1]}
        parameters = [
            f"`{parameter}`{f' ({letters[parameter]})' if parameter in letters else ''} = {value:g}"
            for parameter, value in classic.parameters().items()
        ]
        process = classic.make({})
        known = [words for attribute, words in _KNOWLEDGE.items() if hasattr(process.exact, attribute)]
        start = ", ".join(f"{value:g}" for value in classic.start)
        rows.append([f"`{name}`", classic.equation, ", ".join(parameters), process.noise, start, ", ".join(known)])
    return "\n".join(
        [
            "# Processes",
            "",
            "Made by `evolaw explain processes`. The names that `evolaw simulate` and `evolaw order` know; `--set` gives a",
            "parameter by its name or by the letter in brackets, and what is not given has the value shown. Any other equation",
            'is typed as it is written: `evolaw simulate "dX = -theta X dt + sigma dW" --set theta=2 --set sigma=0.5`.',
            "",
            *_table(["name", "equation", "parameters", "noise", "start", "known exactly"], rows),
            "",
        ]
    )


def _schemes() -> str:
    rows = []
    for name in catalogue.SCHEMES:
        scheme = catalogue.scheme(name)
        rows.append(
            [
                f"`{name}`",
                f"`{type(scheme).__name__}`",
                _CALCULI[scheme.calculus],
                _kinds(scheme.noise_kinds),
                _order(scheme.strong_order),
                _order(scheme.weak_order),
                _NEEDS[scheme.needs],
                _first_line(scheme),
            ]
        )
    return "\n".join(
        [
            "# Schemes",
            "",
            "Made by `evolaw explain schemes` from what each scheme declares. A scheme refuses a process it is not for and names",
            "one that is; `evolaw order SCHEME PROCESS` measures the orders. Strong: E |X_h(T) - X(T)| falls with this power of",
            "the step; weak: so does the error of averages. A dash means that the scheme promises none.",
            "",
            *_table(["name", "class", "calculus", "noise", "strong", "weak", "draws", "one step"], rows),
            "",
        ]
    )


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def _kinds(kinds: tuple[str, ...]) -> str:
    from evolaw.sde.processes.process import NOISE_KINDS

    return "any" if set(kinds) == set(NOISE_KINDS) else ", ".join(kinds)


def _order(declared: float | Mapping[str, float] | None) -> str:
    """One number; or the commonest, then the noise kinds that differ from it."""
    if declared is None:
        return "–"
    if not isinstance(declared, Mapping):
        return f"{declared:g}"
    values = list(declared.values())
    usual = max(values, key=values.count)
    others = [f"{kind} {value:g}" for kind, value in declared.items() if value != usual]
    return ", ".join([f"{usual:g}", *others])


def _first_line(scheme: Any) -> str:
    """The first sentence of a scheme's docstring, its equation in code if it has one."""
    first = " ".join(inspect.cleandoc(type(scheme).__doc__ or "").split("\n\n")[0].split())
    first = first.split(", by the module's")[0].rstrip(".") + "."
    name, colon, equation = first.partition(":  ") if ":  " in first else first.partition(": ")
    return f"{name}: `{equation.rstrip('.')}`" if colon and "=" in equation else first
