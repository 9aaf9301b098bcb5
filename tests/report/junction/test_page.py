"""The page of a measured junction: what holds and what does not, the numbers with what is exact beside them, in both languages."""

from __future__ import annotations

import re

import numpy as np
import pytest

from evolaw.josephson import Junction
from evolaw.josephson.curves.results import Curve, IVCurve
from evolaw.josephson.curves.shapiro import ShapiroMap
from evolaw.josephson.junction import Drive
from evolaw.report.junction.numbers import tables
from evolaw.report.junction.page import render_junction
from evolaw.report.junction.verdict import Distance, distance, heads, next_command, typed
from evolaw.report.wording import Words

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


@pytest.mark.parametrize(
    ("far", "says"), [(1.0, "Within 1 standard"), (2.9, "Far: 2.9"), (6.0, "No: 6 standard errors")]
)
def test_what_lies_too_far_off_is_said_to_lie_too_far_off(far, says):
    assert heads(curve(far), Words("en"))[0].fact.startswith(says)


def test_chance_is_that_of_the_farthest_of_several():
    """1.96 standard errors: one number in 20; of two at least one in 10.25 %, by 1 - 0.95²."""
    assert Distance(1.959964, 1, "").chance == pytest.approx(0.05, rel=1e-5)
    assert Distance(1.959964, 2, "").chance == pytest.approx(0.0975, rel=1e-5)
    assert Distance(40.0, 3, "").chance < 1e-300


def test_without_noise_there_is_no_chance_to_speak_of():
    assert distance(curve(junction=Junction())) is None
    assert heads(curve(junction=Junction()), Words("en"))[2].fact == "Half the step, twice the time"


def test_a_junction_is_typed_as_the_command_line_reads_it():
    from evolaw.cli.junction.numbers import junction_of

    options = dict(re.findall(r'--(\w+) "([^"]+)"', typed(SI)))
    assert junction_of(**options, damping=None, noise=None) == SI
    assert next_command(curve(), "iv") == ("diffusion", f"evolaw junction diffusion {typed(SI)}")
    assert next_command(curve(junction=Junction()), "iv")[1] == "evolaw junction shapiro --noise 0"


def test_the_zeroth_step_of_a_map_that_begins_at_zero_is_whole():
    """Half of it was swept, and half of that was printed."""
    bias = np.linspace(0, 2, 41)
    turns = np.where(bias < 1.0, 0.0, np.sqrt(np.maximum(bias**2 - 1, 0)) + 0.5)[:, None]
    found = ShapiroMap(Junction(drive=Drive(1.0, 5.0)), bias, np.array([0.0]), turns, 0.01 + 0 * turns, 0)
    assert float(tables(found)[0].rows[0][1]) == pytest.approx(1.0, abs=0.05)


def test_a_long_source_leaves_room_for_the_axes():
    """Two sources in one line of the legend were wider than the figure: the axes had no width left."""
    import evolaw

    source = "Fokker–Planck eigenvalue; Mel'nikov–Meshkov below barriers of 4 D"
    found = Curve(Junction(damping=0.5, noise=0.2), "escape rate", X[:1], X[:1], 0.1 * X[:1], X[:1], source)
    figure = evolaw.draw(found)
    figure.draw_without_rendering()
    assert figure.axes[0].get_position().width > 0.5
