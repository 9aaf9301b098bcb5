"""The page of a score opens with samples beside data, in both languages, and lets nothing in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evolaw.report.score.page import render_score, write_score
from evolaw.score import MLP, VP, ScoreModel, fit

CHANCE = np.random.default_rng(0)


@pytest.fixture(scope="module")
def model() -> ScoreModel:
    return fit(MLP(width=4, depth=1), CHANCE.normal(size=(20, 2)), VP(), steps=6, batch=4, rng=0)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_opens_with_the_samples(model: ScoreModel, lang: str) -> None:
    points = CHANCE.normal(size=(50, 2))
    page = render_score(
        source="<script>moons</script>",
        model=model,
        samples=points,
        data=points,
        film=(CHANCE.normal(size=(50, 3, 2)), np.array([1.0, 0.5, 0.1])),
        flow=CHANCE.normal(size=(5, 3, 2)),
        facts=[("noising", "VP"), ("conditions", "2 classes")],
        numbers={"energy": "0.1 (0.2)", "memory": "1.0"},
        lang=lang,
        command="evolaw score train moons",
        seed=3,
    )
    assert "<script>moons" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<img") == 4
    assert ("2 个类别" if lang == "zh" else "2 classes") in page
    assert ("左：模型生成" if lang == "zh" else "Left: drawn") in page
    assert page.index("data:image/") < page.index("0.1 (0.2)")
    assert "evolaw score train moons" in page
    assert ("概率流" if lang == "zh" else "probability flow") in page
    assert "http://" not in page.replace("http://www.w3.org", "")


@pytest.mark.slow
def test_a_page_without_film_and_flow(model: ScoreModel, tmp_path: Path) -> None:
    states = CHANCE.normal(size=(10, 5))
    path = write_score(tmp_path / "page.html", source="x", model=model, samples=states, data=states)
    text = path.read_text(encoding="utf-8")
    assert text.count("<img") == 2
    assert "How densely" in text, "histograms have no left and right"
    assert "Left: drawn" not in text
    assert text == render_score(source="x", model=model, samples=states, data=states), "the same bytes every time"
