"""The page of a learned equation: whole, escaped, in both languages, plain about what it is worth."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from evolaw.learning.trajectories.neural_equation import NeuralEquation
from evolaw.report.learned.equation_page import render_learned_equation, write_learned_equation

TERMS = {"x": (["v"], 0.001), "<v>": (["x", "v^3"], 0.04)}


@pytest.mark.slow
def test_the_page_says_what_the_law_is_worth_and_what_comes_next(plane: NeuralEquation, tmp_path: Path) -> None:
    law = replace(plane, held=(-2.0, -1.5))
    page = render_learned_equation(law, source="<b>t</b>.csv", terms=TERMS, next_command="evolaw discover t", seed=7)
    assert "300 nats better than a constant law on 600 steps" in page
    assert "96 % of the learned drift" in page and "<msup><mi>v</mi><mn>3</mn></msup>" in page
    assert "&lt;b&gt;t&lt;/b&gt;" in page and "<mi>&lt;v&gt;</mi>" in page and "<v>" not in page
    assert "evolaw discover t" in page and page.count("<img") == 3
    assert not re.findall(r"""(?:src|href)=["'](?!data:|#)""", page)
    words = {"source": "t", "terms": TERMS}
    written = write_learned_equation(tmp_path / "page.html", law, **words)
    assert written.read_text(encoding="utf-8") == render_learned_equation(law, **words)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_law_that_foretells_nothing_says_so_in_chinese_too(plane: NeuralEquation) -> None:
    law = replace(plane, held=(-1.0, -1.5))
    assert "No better than a constant law" in render_learned_equation(law, source="t")
    page = render_learned_equation(law, source="t", lang="zh")
    assert "不比常数规律好" in page and "evolaw discover 用记录评判各项" in page
