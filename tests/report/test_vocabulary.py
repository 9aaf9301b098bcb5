"""The table of words: complete in both languages, true to the code, and the same as the glossary page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import evolaw
from evolaw import errors
from evolaw.discovery.lattices.misfit.predictive_check import STATISTICS
from evolaw.discovery.spine.decisions import DECISIONS
from evolaw.discovery.spine.evidence import BASES
from evolaw.report import vocabulary
from evolaw.report.wording import table

DISCOVERY = Path(evolaw.__file__).parent / "discovery"
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


def test_every_check_that_discovery_can_name_has_a_label_and_an_explanation() -> None:
    """Read off the code: Check("name", …), or Check(f"name of {component}", …)."""
    code = "".join(path.read_text(encoding="utf-8") for path in DISCOVERY.rglob("*.py"))
    names = set(re.findall(r"""Check\(\s*f?"([^"{]+?)(?: of)?(?: \{[^"]*)?\"""", code))
    assert len(names) > 25 and "library" in names
    for texts in (table()["check"], vocabulary.words()["check"]):
        assert not names - set(texts), (
            f"name and explain in labels.toml and vocabulary.toml: {sorted(names - set(texts))}"
        )
    missing = set(table()["check"]) - set(vocabulary.words()["check"])
    assert not missing, f"explain these checks in vocabulary.toml: {sorted(missing)}"


@pytest.mark.parametrize(
    "name", ["library of x", "angle phi", "noise of position", "known relations", "constancy of x"]
)
def test_checks_of_a_component_are_explained_by_the_name_that_is_shown(name: str) -> None:
    assert {group for group, _ in vocabulary.look_up(name, "en")} == {"check"}
    assert vocabulary.look_up(name, "zh") != vocabulary.look_up(name, "en")


def test_a_word_with_of_in_it_is_none_of_the_terms() -> None:
    assert vocabulary.look_up("drift of x", "en") == [] and vocabulary.look_up("drift", "en")


def test_every_error_code_is_explained() -> None:
    codes = {getattr(errors, name).code for name in errors.__all__}
    assert {*codes, "usage"} == set(vocabulary.words()["error"])  # usage: of the command line alone


def test_the_glossary_page_is_the_table() -> None:
    """Regenerate it with: evolaw explain --all > docs/glossary.md"""
    assert GLOSSARY.read_text(encoding="utf-8") == vocabulary.glossary()
