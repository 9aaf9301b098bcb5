"""``evolaw explain``: any word the program uses, any rule, any entry; offline."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from evolaw.cli import completion, terminal
from evolaw.report import language

if TYPE_CHECKING:
    from evolaw.automata.rules.rule import Rule

__all__ = ["describe", "explain"]

_ENTRY = re.compile(r"[BS][0-8][a-z]?|[01]{9}")
_MOST_DRAWN = 8


def explain(
    word: Annotated[
        str | None,
        typer.Argument(autocompletion=completion.words, help="A word, a rule such as B3/S23, or an entry such as B2a."),
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", autocompletion=completion.among("en", "zh"), help="Language: en or zh.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Print the whole glossary as Markdown.")] = False,
) -> None:
    """Explain a word of the program, a rule, or an entry."""
    from evolaw.report import vocabulary

    lang = language.chosen(lang)
    if everything:
        terminal.result(vocabulary.glossary())
    elif word is None:
        for group, heading in vocabulary.GROUPS.items():
            names = ", ".join(map(shlex.quote, vocabulary.words().get(group, {})))  # as they are typed
            terminal.result(f"{language.label(heading, lang)}: {names}", is_said=True)
        terminal.result("Also: any rule, such as B3/S23, and any entry, such as B2a or 000111000.")
        terminal.result("Tables: processes, schemes.")
    else:
        terminal.result(describe(word, lang))


def describe(word: str, lang: str = "en") -> str:
    """Return the explanation of a word, an entry or a rule.

    Raises:
        ArgumentError: nothing of that name is known; the nearest word is suggested.
        ParseError: it looks like a rule and is none.
    """
    from evolaw import checks
    from evolaw.report import tables, vocabulary

    if word.strip().lower() in tables.PAGES:
        return tables.page(word.strip().lower())
    known = vocabulary.look_up(word, lang)
    if known:
        return "\n".join(f"{word} ({language.label(group, lang)}): {text}" for group, text in known)
    name = word[:1].upper() + word[1:]
    if re.fullmatch(r"C\d{1,3}", name):
        return f"{name}: an entry of the generations spaces, where cells age when they die. It says that a cell has {name[1:]} states."
    if _ENTRY.fullmatch(name):
        return _entry(name)
    if "/" in word or word.upper().startswith("MAP") or re.match(r"[BbWw]\d|[Rr]\d+,", word):
        return _rule(word)
    names = [name for group in vocabulary.words().values() for name in group]
    near = checks.nearest(word, names)
    fix = f"Did you mean {near}?" if near else "`evolaw explain` alone lists the words."
    raise checks.refuse("word", "be a word of the glossary, a rule or an entry", word, fix)


def _entry(name: str) -> str:
    """Say what an entry stands for, and draw its windows."""
    from evolaw import checks
    from evolaw.automata.rules.rule import entries as entries_of

    spaces = {
        space: entries
        for space in ("outer-totalistic", "isotropic", "general")
        if name in (entries := entries_of(space))
    }
    if not spaces:
        isotropic = entries_of("isotropic")
        letters = " ".join(entry for entry in isotropic if entry[:2] == name[:2])
        raise checks.refuse("word", f"be an entry; there are {letters}", name)
    windows = [int(window) for window in next(iter(spaces.values()))[name]]
    where = " and of the ".join(spaces)  # B0, B8, S0 and S8 are the same single window in two spaces
    size = "1 window" if len(windows) == 1 else f"{len(windows)} windows"
    return f"{name}: an entry of the {where} space. {_situation(name)} It stands for {size}:\n{_draw(windows)}"


def _situation(name: str) -> str:
    if len(name) == 9:
        centre, count = name[4] == "1", name.count("1") - int(name[4])
    else:
        centre, count = name[0] == "S", int(name[1])
    neighbours = "1 living neighbour" if count == 1 else f"{count} living neighbours"
    arranged = f", arranged as Hensel's letter {name[2]}" if len(name) == 3 else ""
    ending = "does it survive?" if centre else "is it born?"
    return f"A {'living' if centre else 'dead'} cell with {neighbours}{arranged}: {ending}"


def _draw(windows: list[int]) -> str:
    """Windows side by side, three lines of text a row."""
    shown = windows[:_MOST_DRAWN]
    lines = []
    for row in range(3):
        cells = ["".join("■" if w >> (8 - 3 * row - col) & 1 else "·" for col in range(3)) for w in shown]
        lines.append("  " + "   ".join(" ".join(cell) for cell in cells))
    rest = len(windows) - len(shown)
    return "\n".join([*lines, f"  and {rest} more"] if rest else lines)


def _rule(text: str) -> str:
    """Say what a rule is: its canonical forms, its entries, its chance."""
    from evolaw import display
    from evolaw.automata.rules.generations import Generations, lattice_law

    law = lattice_law(text)
    rule = law.alive if isinstance(law, Generations) else law
    ages = f"{law.states}: a cell that dies ages first, and neither counts nor is born"
    facts = [
        ("canonical form", str(law)),
        ("states", ages if law.states > 2 else None),
        ("neighbourhood", f"{rule.neighbourhood}, radius {rule.radius}"),
        ("chance", None if rule.is_deterministic else "yes: some entries or the update are matters of chance"),
        *(_moore(rule) if rule.neighbourhood == "moore" else []),
    ]
    return display.lines(text, facts)


def _moore(rule: Rule) -> list[tuple[str, str | None]]:
    """The facts of a rule of 3 x 3 windows."""
    from evolaw.automata.rules.rule import entries as entries_of

    facts: list[tuple[str, str | None]] = [("narrowest space", rule.space), ("as a MAP", rule.map_string)]
    if rule.space != "general":
        if rule.is_deterministic:
            facts.append(("Hensel notation", rule.hensel()))
        chances = {name: float(rule.probabilities[ws[0]]) for name, ws in entries_of(rule.space).items()}
        present = [name if chance == 1 else f"{name}={chance:g}" for name, chance in chances.items() if chance > 0]
        facts.append(("entries present", f"{len(present)} of {len(chances)}: {' '.join(present)}"))
    return facts
