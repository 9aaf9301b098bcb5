"""Nonsense in place of objects, in every public function: a sentence of ours, never another library's error, never a hang."""

from __future__ import annotations

import importlib
import inspect
import warnings
from typing import Any

import pytest

from evolaw.errors import EvolawError

WINGS = (
    "analysis",
    "automata",
    "discovery",
    "ito",
    "josephson",
    "josephson.formulas",
    "learning",
    "markov",
    "report",
    "score",
    "sde",
    "storage",
)
NONSENSE = (None, object())


def functions() -> list[tuple[str, str]]:
    found = []
    for wing in WINGS:
        module = importlib.import_module(f"evolaw.{wing}")
        for name in module.__all__:
            thing = getattr(module, name)
            if callable(thing) and not getattr(thing, "_is_protocol", False):
                found.append((wing, name))
    return found


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("wing", WINGS)
def test_nonsense_is_answered_by_a_sentence(wing: str) -> None:
    told = []
    for name in (name for room, name in functions() if room == wing):
        thing = getattr(importlib.import_module(f"evolaw.{wing}"), name)
        asked = list(inspect.signature(thing).parameters.values())
        # What needs nothing is given nonsense for the first thing it takes, or it would do its work.
        needed = [p for p in asked if p.default is p.empty and p.kind < 4 and p.kind != 2] or [
            p for p in asked if p.kind < 2
        ][:1]
        for junk in NONSENSE:
            listed = [junk for p in needed if p.kind != p.KEYWORD_ONLY]
            named: dict[str, Any] = {p.name: junk for p in needed if p.kind == p.KEYWORD_ONLY}
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    thing(*listed, **named)
            except EvolawError as error:
                assert str(error).strip(), name
            except Exception as error:
                told.append(f"{name}({junk!r}): {type(error).__name__}: {error}")
    assert not told
