"""The table of words: complete in both languages, true to the code, and the same as the glossary page."""

from __future__ import annotations

from pathlib import Path

import pytest

from evolaw import errors
from evolaw.discovery.lattices.misfit.predictive_check import STATISTICS
from evolaw.discovery.spine.decisions import DECISIONS
from evolaw.discovery.spine.evidence import BASES
from evolaw.report import vocabulary

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"


def test_every_word_has_both_languages() -> None:
    for group, entries in vocabulary.words().items():
        assert group in vocabulary.GROUPS
        for name, texts in entries.items():
            assert set(texts) == {"en", "zh"}, name
            assert all(text.strip() for text in texts.values()), name


@pytest.mark.parametrize("group, names", [("decision", DECISIONS), ("basis", BASES)])
def test_the_words_of_discovery_are_all_there(group: str, names: tuple[str, ...]) -> None:
    assert set(vocabulary.words()[group]) == set(names)


def test_every_statistic_of_the_prediction_is_explained() -> None:
    assert set(STATISTICS) <= set(vocabulary.words()["check"])


def test_every_error_code_is_explained() -> None:
    codes = {getattr(errors, name).code for name in errors.__all__}
    assert {*codes, "usage"} == set(vocabulary.words()["error"])  # usage: of the command line alone


def test_the_glossary_page_is_the_table() -> None:
    """Regenerate it with: evolaw explain --all > docs/glossary.md"""
    assert GLOSSARY.read_text(encoding="utf-8") == vocabulary.glossary()
