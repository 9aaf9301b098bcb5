"""The language is the one that is asked for, else the locale's."""

from __future__ import annotations

import pytest

from evolaw.report.language import choice


@pytest.mark.parametrize(
    ("words", "lang", "rest"),
    [
        (["discover", "--lang", "zh", "a.npz"], "zh", ["discover", "a.npz"]),
        (["--lang=en", "runs", "list"], "en", ["runs", "list"]),
        (["runs", "list", "--lang"], "zh", ["--lang", "", "runs", "list"]),
        (["runs", "--lang=fr", "list"], "en", ["--lang", "fr", "runs", "list"]),
        (["simulate", "B3/S23"], "zh", ["simulate", "B3/S23"]),
    ],
)
def test_the_option_works_anywhere(
    words: list[str], lang: str, rest: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    before, others = choice.listen(words)
    assert (choice.speak(before), others) == (lang, rest)
    assert before == choice.spoken()


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "en_US"}, "zh"),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_CN"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_first_variable_that_is_set_decides(environment: dict[str, str], lang: str) -> None:
    assert choice.of_locale(environment) == lang


def test_a_block_speaks_and_falls_silent_again() -> None:
    with pytest.raises(ZeroDivisionError), choice.speaking("zh"):
        assert choice.spoken() == "zh"
        assert choice.chosen(None) == "zh" and choice.chosen("en") == "en"
        raise ZeroDivisionError
    assert choice.spoken() == "en"


def test_an_unknown_language_is_english() -> None:
    with choice.speaking("fr"):
        assert choice.spoken() == "en"
