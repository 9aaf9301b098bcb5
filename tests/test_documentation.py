"""The site has a page for every part of the package."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from functools import reduce
from pathlib import Path

import evolaw

ROOT = Path(__file__).resolve().parents[1]
HOOK = ROOT / "docs" / "reference_pages.py"
EQUATIONS = ROOT / "docs" / "score-equations.md"


def _wings() -> list[str]:
    """The parts that have a page of the reference."""
    return next(
        list(ast.literal_eval(node.value))
        for node in ast.parse(HOOK.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "WINGS"
    )


def test_every_part_has_its_page_in_the_reference() -> None:
    missing = {f"evolaw.{part}" for part in evolaw._PARTS} - set(_wings())
    assert not missing, f"name these in docs/reference_pages.py: {sorted(missing)}"


def test_every_public_name_is_in_the_reference() -> None:
    """A page sets every class, function and constant of its part; a public module is there by a page of its own."""
    wings = _wings()
    without = [
        f"{wing}.{name}"
        for wing in wings
        for name in importlib.import_module(wing).__all__
        if inspect.ismodule(thing := getattr(importlib.import_module(wing), name)) and thing.__name__ not in wings
    ]
    assert without == []


def test_every_public_name_says_what_it_is() -> None:
    """Each class and function of a page has a docstring of its own, from which the page is made."""
    silent = [
        f"{wing}.{name}"
        for wing in _wings()
        for name in importlib.import_module(wing).__all__
        if (thing := getattr(importlib.import_module(wing), name)) is not None
        and (inspect.isclass(thing) or inspect.isfunction(thing))
        and not (thing.__doc__ or "").strip()
    ]
    assert silent == []


def test_every_equation_of_song_has_a_function_and_a_test_that_exist() -> None:
    """All fourteen numbered equations of the paper, and what the page says of its appendices and of mistakes made elsewhere."""
    page = EQUATIONS.read_text(encoding="utf-8")
    assert re.findall(r"^\| \((\d+)\) \|", page, re.MULTILINE) == [str(number) for number in range(1, 15)]
    names = set(re.findall(r"`(score\.[\w.]+)`", page))
    assert len(names) > 20
    for name in names:
        reduce(getattr, name.split("."), evolaw)
    places = set(re.findall(r"`([\w/]+\.py)::(\w+)`", page))
    assert len(places) > 40
    for file, test in places:
        assert f"\ndef {test}(" in (ROOT / "tests" / "score" / file).read_text(encoding="utf-8"), f"{file}::{test}"
    for row in re.findall(r"^\| [^-].*\|$", page, re.MULTILINE):
        assert "`" in row or "not covered" in row or row.split(" | ")[0] in HEADS, row


HEADS = ("| equation", "| appendix", "| mistake")
