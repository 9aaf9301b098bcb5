"""One shell for every page: what it allows is what it holds, and drawings take the smaller form."""

from __future__ import annotations

import base64
import hashlib
import html
import re

import numpy as np
from matplotlib.figure import Figure

from evolaw.report import shell
from evolaw.report.story import Chapter
from evolaw.report.wording import Words


def page(**parts: object) -> str:
    return shell.render_page(
        "story.html.j2", words=Words("en"), title="<t>", subject="<s>", chapters=[Chapter("c")], **parts
    )  # type: ignore[arg-type]


def test_the_policy_allows_exactly_the_style_and_the_script_of_the_page() -> None:
    text = page(scripts=("player.js",))
    for tag in ("style", "script"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in html.unescape(text)
    assert 'all(".player")' in text
    assert 'all(".player")' not in page()


def test_titles_are_escaped_and_a_page_says_how_to_make_it_again() -> None:
    text = page(command="evolaw x <y>", seed=4, facts=[("rate", "0.05")])
    assert "<title>&lt;t&gt;</title>" in text
    assert "evolaw x &lt;y&gt;" in text
    assert "<dd>4</dd>" in text
    assert "<dt>rate</dt><dd>0.05</dd>" in text


def test_a_drawing_is_lines_until_its_pixels_are_smaller() -> None:
    few, many = Figure(), Figure()
    few.add_subplot().plot([0, 1])
    many.add_subplot().scatter(*np.random.default_rng(0).normal(size=(2, 5000)))
    assert shell.embed(few).uri.startswith("data:image/svg+xml;base64,")
    assert shell.embed(many).uri.startswith("data:image/png;base64,")
    assert shell.embed(few) == shell.embed(few)
    assert shell.embed(few).width == shell.embed(many).width == 691
