"""Every sentence that the program can say is in the catalogue, and comes out of it with what stood in its gaps."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from evolaw.report.language import catalogue, label, sentence
from evolaw.report.language.catalogue import entries

SOURCE = Path(__file__).resolve().parents[3] / "src" / "evolaw"
CHINESE = re.compile("[\u4e00-\u9fff]")
_GAP = re.compile(r"\{(\d*)[!#]?\}")
_RAISED = re.compile(
    r"(refuse|require|ParseError|StorageError|NumericalError|NotConverged|CheckFailed|BoxError|ShapeError)"
)


def test_an_entry_is_chinese_and_fills_no_gap_that_is_not_there() -> None:
    assert len(entries()) > 1900
    for english, says in entries().items():
        assert CHINESE.search(says), english
        numbers = [int(number) for number in _GAP.findall(says) if number]
        unnumbered = len(_GAP.findall(says)) - len(numbers)
        assert max([*(number + 1 for number in numbers), unnumbered]) <= english.count("{}"), english
        assert not (numbers and unnumbered), f"number all gaps or none: {english}"


def test_a_sentence_is_said_in_one_way() -> None:
    """It stands in one file only, or reads the same: which file is read first must not matter."""
    told: dict[str, str] = {}
    for name in catalogue._SENTENCES:
        for english, says in catalogue._read(name).items():
            assert told.setdefault(english, says) == says, (name, english)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Argument `dt` must be positive, but is -0.1.", "参数 `dt` 必须为正数，但给出的是 -0.1。"),
        (
            "Argument `boundary` must be one of torus, plane, but is 'x'.",
            "参数 `boundary` 必须为 torus, plane 之一，但给出的是 'x'。",
        ),
        ("Seen 3 times, alive afterwards every time.", "出现 3 次，之后每次都为活。"),
        ("somebody's own words", "somebody's own words"),
        ("", ""),
    ],
)
def test_a_sentence_is_said_in_chinese(english: str, chinese: str) -> None:
    assert sentence(english, "zh") == chinese
    assert sentence(english, "en") == english


def test_a_name_in_quotes_stays() -> None:
    assert "`memory`" in sentence("Argument `memory` must be positive, but is 0.", "zh")
    assert label("memory", "zh") == "内存"


def _templates(node: ast.expr) -> list[str]:
    """The texts an expression can be, with a strange word in the place of every value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "ξ7" for part in node.values)]
    if isinstance(node, ast.IfExp):
        return _templates(node.body) + _templates(node.orelse)
    return []


def _said() -> Iterator[tuple[str, str]]:
    """Where and what: every sentence of an error, of a check or of a reason in the code."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func).rpartition(".")[2]
            texts = node.args if _RAISED.fullmatch(called) else []
            texts = [*texts, *(keyword.value for keyword in node.keywords if keyword.arg in ("says", "why", "help"))]
            for text in (text for node in texts for text in _templates(node)):
                if len(re.findall(r"[A-Za-z]{2,}", text)) > 2:
                    yield str(path.relative_to(SOURCE)), text


@pytest.mark.slow
def test_nearly_every_sentence_of_the_code_is_known() -> None:
    """One in twenty may be missing, so that a new sentence stops nobody; what is missing is named."""
    said = list(_said())
    missing = [f"{place}: {text}" for place, text in said if not CHINESE.search(sentence(text.strip(), "zh"))]
    assert len(said) > 900
    assert len(missing) <= len(said) / 20, "\n".join(missing)
