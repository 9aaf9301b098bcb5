"""One table of labels, complete in both languages."""

from __future__ import annotations

import re
import string
from importlib.resources import files

import pytest

from evolaw.discovery.lattices.misfit.predictive_check import STATISTICS
from evolaw.discovery.lattices.model.rule_space import SPACES
from evolaw.discovery.spine.decisions import DECISIONS
from evolaw.discovery.spine.evidence import BASES
from evolaw.errors import ArgumentError
from evolaw.report import wording
from evolaw.report.wording import Words, e_value, short_count, superscript, with_unit


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_label_is_there_in_both_languages_with_the_same_facts() -> None:
    for group, labels in wording.table().items():
        for name, texts in labels.items():
            assert set(texts) == {"en", "zh"}, f"{group}.{name}"
            if group != "why":
                assert all(texts.values()), f"{group}.{name}"
                assert fields(texts["zh"]) <= fields(texts["en"]) | {"rows", "cols", "steps", "decides"}, (
                    f"{group}.{name}"
                )


def test_chinese_labels_are_chinese() -> None:
    """A label left in English would be seen at once; proper names and signs are allowed."""
    allowed = {"law.possible", "page.title", "checks.p"}
    for group, labels in wording.table().items():
        for name, texts in labels.items():
            if f"{group}.{name}" not in allowed and re.search("[a-z]{4}", texts["en"]):
                assert re.search("[\u4e00-\u9fff]", texts["zh"]), f"{group}.{name}"


def test_every_label_a_template_asks_for_exists() -> None:
    table = wording.table()
    for template in files("evolaw.report").joinpath("templates").iterdir():
        if template.name.endswith(".j2"):
            for key in re.findall(r'words\("([a-z_]+\.[a-z_]+)"', template.read_text(encoding="utf-8")):
                group, _, name = key.partition(".")
                assert name in table[group], f"{template.name}: {key}"


@pytest.mark.parametrize(
    ("group", "names"), [("decision", DECISIONS), ("basis", BASES), ("space", SPACES), ("check", tuple(STATISTICS))]
)
def test_the_words_of_discovery_have_labels(group: str, names: tuple[str, ...]) -> None:
    assert set(names) <= set(wording.table()[group])


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ArgumentError, match="`lang` must be one of en, zh"):
        Words("fr")


def test_numbers_as_people_read_them() -> None:
    assert [short_count(n) for n in (0, 9, 999, 1000, 9949, 9960, 999_949, 1e6, 3.2e9)] == [
        "0", "9", "999", "1.0k", "9.9k", "10k", "1.0M", "1.0M", "3.2G",
    ]  # fmt: skip
    assert [e_value(x) for x in (None, 0.0, 709.78, -709.78, 9.3, -23.1)] == ["–", "1", "∞", "0", "10⁴", "10⁻¹¹"]
    assert superscript(-120) == "⁻¹²⁰"
    assert all(len(short_count(10.0**k * 9.97)) <= 4 for k in range(11))


def test_a_number_stands_in_a_readable_part_of_its_unit() -> None:
    assert with_unit(-2.5e-10, "V") == "-250 pV"
    assert with_unit(1e-30, "V") == "1e-30 V"
    assert with_unit(12_000.0, "Ohm") == "12 kΩ"


def test_checks_of_a_component_are_named_in_words() -> None:
    words = Words("zh")
    assert words.check("angle phi") == "没有写在一圈内的角度: phi" and words.check("edge of x") == "没有壁: x"
    assert words.check("known relations") == "给定的关系" and Words("en").check("an unknown one") == "an unknown one"
