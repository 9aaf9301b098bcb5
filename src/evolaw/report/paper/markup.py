"""Text as Typst and LaTeX understand it, and the tables of a result in both languages.

Text of others is never markup. For Typst it becomes a string literal, in which only the backslash and the quotation mark mean
anything; for LaTeX each of its ten special characters is replaced.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from evolaw import checks
from evolaw.report import language
from evolaw.report.wording import Words
from evolaw.told import told

__all__ = ["facts_of", "facts_table", "latex_table", "latex_text", "to_latex", "to_typst", "typst_table", "typst_text"]

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}


def typst_text(text: Any) -> str:
    """Return a Typst string literal that prints ``text``, whatever it holds.

    Example:
        >>> print(typst_text('say "#eval"'))
        "say \\"#eval\\""
    """
    return '"' + _plain(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def latex_text(text: Any) -> str:
    """Return LaTeX that prints ``text``, whatever it holds.

    Example:
        >>> print(latex_text("50 % of B3_S23"))
        50 \\% of B3\\_S23
    """
    return "".join(_LATEX.get(letter, letter) for letter in _plain(text))


def _plain(text: Any) -> str:
    """One line without control characters."""
    joined = " ".join(str(text).split())
    return "".join(letter for letter in joined if unicodedata.category(letter) not in ("Cc", "Cs"))


def facts_table(result: Any, lang: str) -> str:
    """Return what a result prints of itself as a Typst table, in the language ``lang``."""
    return typst_table((), [[language.columns(text, lang) for text in fact] for fact in facts_of(result)])


def facts_of(result: Any) -> list[tuple[str, str]]:
    """Return what a result prints of itself, as (name, value): every result of the house prints one fact a line.

    Example:
        >>> from evolaw.trajectory import Trajectory
        >>> facts_of(Trajectory([[0.0], [1.0]], [0, 1], ("times", "dim"), law="dX = dW"))[0]
        ('law', 'dX = dW')
    """
    facts: list[tuple[str, str]] = []
    lines, heading, edge = repr(result).splitlines()[1:], "", 0
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        name, _, value = line.strip().partition("  ")
        if _indent(line) <= edge:
            heading = ""
        if value.strip():
            facts.append((f"{heading}, {name}" if heading else name, value.strip()))
        elif _indent(following) > _indent(line):  # facts of one thing stand below its name
            heading, edge = name, _indent(line)
        elif facts:  # a long fact goes on
            facts[-1] = (facts[-1][0], f"{facts[-1][1]} {name}")
    return facts


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def typst_table(header: Sequence[Any], rows: Sequence[Sequence[Any]]) -> str:
    """Return a Typst table with a rule above and below the header; an empty header is left out."""
    width = len(header) or len(rows[0])
    lines = [f"table(columns: {width}, align: left, stroke: none, inset: (x: 6pt, y: 3.5pt),", "  table.hline(),"]
    if header:
        lines += [f"  table.header({', '.join(f'strong({typst_text(cell)})' for cell in header)}),", "  table.hline(),"]
    lines += [f"  {', '.join(typst_text(cell) for cell in row)}," for row in rows]
    return "\n".join([*lines, "  table.hline(),", ")"])


def latex_table(header: Sequence[Any], rows: Sequence[Sequence[Any]]) -> str:
    """Return a LaTeX tabular with three rules; an empty header is left out."""
    width = len(header) or len(rows[0])
    lines = [rf"\begin{{tabular}}{{{'l' * width}}}", r"\hline"]
    if header:
        lines += [" & ".join(rf"\textbf{{{latex_text(cell)}}}" for cell in header) + r" \\", r"\hline"]
    lines += [" & ".join(latex_text(cell) for cell in row) + r" \\" for row in rows]
    return "\n".join([*lines, r"\hline", r"\end{tabular}"])


@told
def to_typst(result: Any, lang: str = "en") -> str:
    """Return a result as a Typst table: of a finding its entries, of a chain its matrix, of anything else what it prints."""
    return typst_table(*_table_of(result, Words(lang)))


@told
def to_latex(result: Any, lang: str = "en") -> str:
    """Return a result as a LaTeX tabular: of a finding its entries, of anything else what it prints of itself."""
    return latex_table(*_table_of(result, Words(lang)))


def _table_of(result: Any, words: Words) -> tuple[Sequence[Any], Sequence[Sequence[Any]]]:
    entries = getattr(result, "entries", None)
    if entries is not None and all(hasattr(entry, "decision") for entry in entries):
        header = [words(f"entries.{column}") for column in ("entry", "decision", "basis", "number", "visits")]
        return header, [_entry_row(entry, words) for entry in entries]
    if hasattr(result, "matrix") and hasattr(result, "names"):
        rows = [
            (name, *(f"{value:.6g}" for value in row)) for name, row in zip(result.names, result.matrix, strict=True)
        ]
        return ("", *result.names), rows
    facts = facts_of(result)
    checks.require(bool(facts), "result", "print facts of itself", type(result).__name__)
    return (), [tuple(language.columns(text, words.lang) for text in fact) for fact in facts]


def _entry_row(entry: Any, words: Words) -> tuple[str, ...]:
    """One entry: its number is the estimate where it has one, else the probability."""
    number = entry.probability if entry.estimate is None else entry.estimate
    low, high = entry.interval
    digits = ".3f" if entry.estimate is None else ".4g"
    shown = "–" if number is None else f"{number:{digits}} [{low:{digits}}, {high:{digits}}]"
    said = words(f"decision.{entry.decision}"), words(f"basis.{entry.basis}")
    return entry.name, *said, shown, f"{entry.visits:,.6g}"
