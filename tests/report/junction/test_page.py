"""The page of a measured junction: what holds and what does not, the numbers with what is exact beside them, in both languages."""

from __future__ import annotations

import re

import numpy as np
import pytest

from evolaw.josephson import Junction
from evolaw.josephson.curves.results import IVCurve
from evolaw.report.junction.page import render_junction

X = np.array([0.5, 1.0, 1.5])
SI = Junction.from_si(critical_current=1e-6, resistance=10.0, capacitance=1e-12, temperature=4.2)


def curve(far: float = 1.0, junction: Junction = SI, **more) -> IVCurve:
    exact = X / 2
    return IVCurve(
        junction, "I–V curve", X, exact + far * 0.01 * np.array([1, -0.5, 0]), 0.01 + 0 * X, exact, "theory", **more
    )


def plain(page: str) -> str:
    """The text of a page."""
    body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.mark.parametrize("lang", [pytest.param("en", marks=pytest.mark.slow), "zh"])
def test_the_page_has_the_junction_the_numbers_and_the_way_to_repeat_them(lang):
    page = render_junction(curve(), "iv", lang=lang, command="evolaw junction iv --seed 7", seed=7)
    text = plain(page)
    assert "<img" in page
    for said in (
        "1 µA",
        "10 Ω",
        "1 pF",
        "4.2 K",
        "α = 1.81413",
        "D = 0.176196",
        "evolaw junction iv --seed 7",
        "+1.00",
        "0.25",
    ):
        assert said in text
    assert ("In doubt" in text) == (lang == "en") and ("存疑" in text) == (lang == "zh")


@pytest.mark.slow
def test_values_in_doubt_are_marked_and_the_sentence_is_there():
    found = curve(doubtful=np.array([False, True, False]), doubt="This is why.")
    page = render_junction(found, "iv")
    assert "This is why." in page and "1 of 3 values" in page and page.count("<td>In doubt</td>") == 1
