"""The page of an equation: everything in one file, in both languages, nothing from outside."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest

from evolaw.discovery import discover
from evolaw.discovery.diffusions.misfit.predictive_curves import curves_of
from evolaw.discovery.spine.facts import Facts
from evolaw.discovery.spine.finding import Finding
from evolaw.report import render
from evolaw.report.equations.page import render_equation, set_terms
from evolaw.trajectory import Trajectory


@pytest.fixture(scope="module")
def found() -> Finding:
    rng = np.random.default_rng(1)
    x = np.zeros(3001)
    for k in range(3000):
        x[k + 1] = 0.98 * x[k] + 0.1 * rng.normal()
    track = Trajectory(x, 0.02 * np.arange(3001), ("times",), about={"names": ["u"]})
    return discover(track, library="1, u, u^2, u^3", rng=0)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("lang", "words"), [("en", "Which equation moves it?"), ("zh", "它遵循哪个方程？")])
def test_the_page_opens_with_the_equation(found: Finding, lang: str, words: str) -> None:
    page = render(found, lang=lang, command="evolaw discover u.csv", seed=0)
    assert words in page
    opening = re.search(r'<h1 class="law long">(.*?)</h1>', page)
    assert opening is not None and page.index(opening[0]) < page.index('id="checks"')
    words_of = "".join(ElementTree.fromstring(f"<p>{opening[1]}</p>").itertext())
    assert words_of.startswith("du= ("), "the equation is set as mathematics"
    assert page.count("<img") == 3
    assert "evolaw discover u.csv" in page


@pytest.mark.slow
def test_the_prediction_stands_on_the_page_and_in_its_words(found: Finding) -> None:
    walk = np.cumsum(np.random.default_rng(0).normal(size=(40, 1, 300)), -1)
    curves = [curve.to_json() for curve in curves_of("u", walk, np.arange(300.0), None)]
    run = replace(found, facts=Facts(**found.facts, prediction=curves))
    page = render(run, lang="en")
    assert page.count("<img") == 4 and "What the law predicts, beside what was recorded" in page
    bare = render_equation({**found.to_json(), "facts": {"prediction": curves}}, lang="zh")
    assert bare.count("<img") == 1 and "规律的预言，并列所记录的" in bare
    assert "<img" not in render_equation(found.to_json())


def test_nothing_is_loaded_and_everything_is_escaped(found: Finding) -> None:
    page = render_equation({**found.to_json(), "source": "<script>alert(1)</script>"})
    assert "<script>alert" not in page
    assert not re.search(r"(src|href)=\"(?!data:|#)", page)
    for term in set_terms([entry.name for entry in found.entries]).values():
        assert f'<td class="name">{term}</td>' in page


@pytest.mark.parametrize(("lang", "word"), [("en", "Units"), ("zh", "单位")])
def test_units_stand_beside_the_equation_where_the_recording_has_them(found: Finding, lang: str, word: str) -> None:
    document = found.to_json()
    named = {**document, "law": {**document["law"], "units": ["mV"], "time_unit": "s"}}
    assert f"<dt>{word}</dt><dd>u [mV], t [s]</dd>" in render_equation(named, lang=lang)
    assert f"<dt>{word}</dt>" not in render_equation(document, lang=lang)
