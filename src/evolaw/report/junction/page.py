"""A measured result of a junction as one HTML page that needs nothing but itself: what holds, the figure, the numbers, the junction, what next."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from evolaw import documents
from evolaw.josephson.arrays.results import ArrayRun
from evolaw.josephson.arrays.sweeps import ArraySweep
from evolaw.josephson.curves.averages import Averages
from evolaw.josephson.curves.results import IVCurve
from evolaw.josephson.fitting.results import JunctionFit
from evolaw.josephson.junction import Junction
from evolaw.report import language, shell
from evolaw.report.figures import draw
from evolaw.report.junction.numbers import NumberTable, tables
from evolaw.report.junction.verdict import heads, next_command
from evolaw.report.paper.markup import facts_of
from evolaw.report.paper.mathematics import mathml
from evolaw.report.styles import style
from evolaw.report.wording import Words, with_unit
from evolaw.storage import versions

__all__ = ["render_junction", "write_junction"]

_FOLDED = 30
"""A table with more rows is folded."""


def write_junction(path: str | Path, found: Any, verb: str, **parts: Any) -> Path:
    """Write the page of `render_junction` to a file, whole or not at all, and return its path."""
    return documents.write_document(path, render_junction(found, verb, **parts))


def render_junction(
    found: Any,
    verb: str,
    *,
    settings: Mapping[str, Any] | None = None,
    made_with: Mapping[str, str] | None = None,
    lang: str = "en",
    command: str = "",
    seed: int | None = None,
) -> str:
    """Return the HTML page of a measured result.

    Args:
        found: the result.
        verb: of ``evolaw junction``, that measured it.
        settings: the options that were typed.
        made_with: the versions it was measured with, where it is an older run.
        lang: "en" or "zh".
        command, seed: how to make the result again.
    """
    words = Words(lang)
    junction = getattr(found, "junction", None)
    with style(), language.speaking(words.lang):
        picture = shell.embed(draw(found))
        made = [_said(table, words) for table in tables(found)]
    then, typed = next_command(found, verb, settings)
    older = made_with is not None and dict(made_with) != versions()
    measured_with = ", ".join(f"{name} {number}" for name, number in (made_with or {}).items()) if older else ""
    return shell.render_page(
        "junction.html.j2",
        words=words,
        title=words("page.title", source=words(f"junction.kind_{verb}")),
        about=words("junction.brand_about"),
        command=command,
        seed=seed,
        facts=[(words("junction.made_with"), measured_with)] if measured_with else [],
        kind=words(f"junction.kind_{verb}"),
        question=words(f"junction.question_{verb}"),
        equations=_equations(found, junction),
        heads=heads(found, words),
        picture=picture,
        picture_says=words("junction.figure_says" if not isinstance(found, JunctionFit) else "junction.figure_fit"),
        tables=made,
        folded=_FOLDED,
        numbers=[] if junction is None or isinstance(found, JunctionFit) else _numbers(junction, words),
        facts_measured=_facts(found, words, settings or {}),
        checks=found.checks if isinstance(found, JunctionFit) else (),
        next_says=words(f"junction.next_{then}") if then else "",
        next_command=typed,
    )


_OF_KINDS = {
    "damping": ("ladder", "ring", "pair"),
    "coupling": ("ladder", "ring", "pair"),
    "load": ("series",),
    "fluxons": ("ring",),
    "flux": ("grid",),
}
"""Options of an array that only some kinds have."""
_SAID_ELSEWHERE = ("junction", "at the end", "exact", "known", "distance", "seed", "in doubt", "mean", "deviation")
"""Facts that a result prints of itself and that the page has in its head, its tables or at its end."""


def _facts(found: Any, words: Words, settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a result prints of itself beside its tables, and how long how many were watched; of an array what was typed."""
    rows: list[tuple[str, str]] = []
    if isinstance(found, IVCurve) and found.paths:
        rows += [(words("junction.paths"), str(found.paths)), (words("junction.duration"), f"{found.duration:g}")]
    if isinstance(found, ArrayRun | ArraySweep | JunctionFit):
        kind = settings.get("kind")
        told = {
            n: v for n, v in settings.items() if v is not None and n != "seed" and kind in _OF_KINDS.get(n, (kind,))
        }
        return [(language.label(n, words.lang), language.label(str(v), words.lang)) for n, v in told.items()]
    if isinstance(found, Averages):  # prints its tables
        return rows
    said = [fact for fact in facts_of(found) if fact[0] not in _SAID_ELSEWHERE]
    return [(language.label(name, words.lang), language.columns(text, words.lang)) for name, text in said] + rows


def _said(table: NumberTable, words: Words) -> NumberTable:
    """A table in the language of the page."""
    heading = tuple(language.label(head, words.lang) for head in table.heading)
    rows = tuple((language.label(row[0], words.lang), *row[1:]) for row in table.rows)
    if len(table.heading) == 2:  # names and sentences
        rows = tuple(tuple(language.columns(cell, words.lang) for cell in row) for row in table.rows)
    return NumberTable(language.label(table.title, words.lang), heading, rows, table.doubtful, table.of)


def _equations(found: Any, junction: Junction | None) -> list[Markup | str]:
    """The equation of motion of one junction; of an array its name."""
    if junction is None:
        law = getattr(found, "law", None)
        return [] if law is None else [language.label(str(law), language.spoken())]
    force = "i" if junction.drive is None else "i + i1 sin(W t)"
    if junction.damping is None:
        noise = " + √(2 D) dW" if junction.noise else ""
        lines = [f"dφ = ({force} - sin(φ)) dt{noise}"]
    else:
        noise = " + √(2 α D) dW" if junction.noise else ""
        lines = ["dφ = v dt", f"dv = ({force} - α v - sin(φ)) dt{noise}"]
    return [mathml(line) or line for line in lines]


def _numbers(junction: Junction, words: Words) -> list[tuple[str, str]]:
    """A junction in reduced numbers and, where it has them, in SI units."""
    a = junction.damping
    rows = [
        (
            words("junction.damping"),
            words("junction.no_capacitance") if a is None else f"α = {a:.6g},  β_c = {a**-2:.6g}",
        )
    ]
    rows.append((words("junction.noise"), f"D = {junction.noise:.6g}"))
    s = junction.scales
    if s is None:
        return [
            *rows,
            (words("junction.units"), words("junction.reduced_time", unit="1/ω_c" if a is None else "1/ω_p")),
        ]
    numbers = [
        ("critical_current", s.critical_current, "A"),
        ("resistance", s.resistance, "Ohm"),
        ("capacitance", s.capacitance, "F"),
        ("temperature", s.temperature, "K"),
        ("time_unit", s.time_unit, "s"),
        ("voltage_unit", s.voltage_unit, "V"),
    ]
    said = [(words(f"junction.{name}"), with_unit(value, unit)) for name, value, unit in numbers if value]
    return said + rows
