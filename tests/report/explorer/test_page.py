"""The explorer is one file that asks for nothing, and its tables are the library's own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from evolaw.errors import ArgumentError, ParseError
from evolaw.randomness import source
from evolaw.report.explorer.page import render_explorer, write_explorer
from evolaw.report.wording import LANGUAGES


def given(page: str) -> dict[str, object]:
    (text,) = re.findall(r'<script type="application/json" id="given">(.*?)</script>', page)
    return dict(json.loads(text))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_file_that_asks_for_nothing(lang: str) -> None:
    page = render_explorer(lang=lang, command="evolaw explore")
    assert len(page.encode()) < 200_000
    assert not re.search(r"https?://|@import|url\((?!#)", page)
    assert not re.search(r"<[^>]*\s(?:style|on\w+)=", page), "the policy forbids these attributes"
    assert f'<html lang="{lang}">' in page


def test_what_is_given_is_written_safely() -> None:
    page = render_explorer(rule="B3/S23=0.5", rle="</script><script>alert(1)</script>")
    assert "<script>alert" not in page
    assert 'value="B3/S23=0.5"' in page
    assert page.count("<script") == 2


def test_seeds_are_those_of_the_library() -> None:
    facts = given(render_explorer())
    assert facts["keys"]["update"][7] == list(source(7).stream("update").key)  # type: ignore[index]


def test_both_languages_have_every_text() -> None:
    english, chinese = (given(render_explorer(lang=lang))["texts"] for lang in LANGUAGES)
    assert set(english) == set(chinese)  # type: ignore[call-overload]
    for name, text in english.items():  # type: ignore[attr-defined]
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", chinese[name])), name  # type: ignore[index]


def test_what_the_scripts_say_is_in_the_table() -> None:
    page = render_explorer()
    script = page[page.rindex("<script>") :]
    texts = given(page)["texts"]
    asked = set(re.findall(r'texts\.(\w+)|say\("(\w+)"|Fault\("(\w+)"', script))
    names = {name for names in asked for name in names if name}
    assert len(names) > 20
    assert names <= set(texts), names - set(texts)  # type: ignore[call-overload]


def test_a_wrong_rule_or_seed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="at most 8"):
        write_explorer(tmp_path / "a.html", rule="B9/S")
    with pytest.raises(ArgumentError, match="seed"):
        render_explorer(seed=100)
    assert not (tmp_path / "a.html").exists()
