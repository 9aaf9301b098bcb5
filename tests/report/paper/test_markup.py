"""Text of others is printed and never run, in both languages of typesetting."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw import automata, discover
from evolaw.errors import ArgumentError
from evolaw.report import to_latex, to_typst
from evolaw.report.paper.markup import facts_of, latex_text, typst_table, typst_text
from evolaw.trajectory import Trajectory

HOSTILE = ['#eval("1+1")', "\\input{/etc/passwd}", '"] #read("x") #["', "$x$ *b* _i_ <l> @r", "规律\n\x00end"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_printed_as_it_stands(text: str, tmp_path: Path) -> None:
    """The compiled document asks Typst itself: the string it holds is the text, without control characters."""
    wanted = " ".join(text.replace("\x00", "").split())
    page = tmp_path / "page.typ"
    page.write_text(f"#metadata({typst_text(text)}) <said>", encoding="utf-8")
    assert typst.query(str(page), "<said>", field="value", one=True) == __import__("json").dumps(
        wanted, ensure_ascii=False
    )


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_no_text_leaves_its_string(text: str) -> None:
    literal = typst_text(text)
    inside = literal[1:-1].replace("\\\\", "").replace('\\"', "")
    assert '"' not in inside and "\n" not in literal


def test_latex_knows_no_command_from_outside() -> None:
    assert latex_text("\\input{x} & 50%_#") == r"\textbackslash{}input\{x\} \& 50\%\_\#"


def test_tables_of_a_finding_hold_every_entry() -> None:
    start = np.random.default_rng(1).integers(0, 2, (16, 16))
    finding = discover(automata.evolve("B3/S23", start, 4), rng=0)
    for table in (to_typst(finding), to_latex(finding)):
        for entry in finding.entries:
            assert entry.name in table and entry.decision in table
    assert typst.compile(f"#{to_typst(finding)}".encode())


def test_other_results_say_their_facts() -> None:
    found = Trajectory(np.zeros((2, 1)), [0, 1], ("times", "dim"), law="dX = dW", seed=4)
    assert ("law", "dX = dW") in facts_of(found) and ("seed", "4") in facts_of(found)
    assert '"seed", "4"' in to_typst(found)
    with pytest.raises(ArgumentError, match="result"):
        to_typst(3)


def test_a_table_without_a_header_has_no_empty_row() -> None:
    assert "table.header" not in typst_table((), [("a", "b")])


def test_facts_below_a_name_bear_it() -> None:
    """The names of averages were hung at the end of the fact before them."""

    class Averages:
        def __repr__(self) -> str:
            return "Averages\n  sine\n    i = 1  0.5\n    i = 2  0.6\n  cosine\n    i = 1  0.1\n  as a whole  well"

    assert facts_of(Averages()) == [
        ("sine, i = 1", "0.5"),
        ("sine, i = 2", "0.6"),
        ("cosine, i = 1", "0.1"),
        ("as a whole", "well"),
    ]
