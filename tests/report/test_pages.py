"""The HTML report: one file, offline, small, honest, and safe against what is written in a finding."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.discovery import discover
from evolaw.errors import ArgumentError
from evolaw.report import pages, shell
from evolaw.report.wording import LANGUAGES
from evolaw.trajectory import Trajectory

Make = Callable[[str], dict[str, Any]]
SPACES = ("outer-totalistic", "isotropic", "general", "elementary")


class Reader(HTMLParser):
    """Collects tags, and complains about any that is closed in the wrong order."""

    VOID = frozenset({"meta", "input", "img", "br", "link"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("space", SPACES)
def test_one_file_that_asks_for_nothing(document: Make, thin: Trajectory, space: str, lang: str) -> None:
    page = pages.render(document(space), recording=thin, lang=lang, command="evolaw discover x.npz", seed=3)
    reader = Reader(page)
    assert len(page.encode()) < 2_000_000
    for tag, attributes in reader.tags:
        assert not set(attributes) & {"style", "onclick", "onload"}, f"{tag} carries what the policy forbids"
        for name in ("src", "href", "action", "data", "poster"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:")), f"{tag} {name}={value}"
        assert tag not in ("link", "iframe", "object", "embed", "base", "form")
    assert not re.search(r"https?://|//[a-z]+\.[a-z]+/|@import|url\((?!#)", page)


def test_the_policy_allows_this_style_and_script_and_nothing_else(document: Make) -> None:
    page = pages.render(document("isotropic"))
    (policy,) = [a["content"] for t, a in Reader(page).tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_every_word_of_a_finding_is_escaped(document: Make, thin: Trajectory) -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    found = document("outer-totalistic")
    found["source"] = evil
    found["entries"][0]["why"] = evil
    found["checks"][0].update(name=evil, says=evil)
    found["law"]["most_probable"] = evil
    found["next"]["says"] = evil
    recording = Trajectory(thin.values, thin.times, thin.axes, boundary=evil)
    page = pages.render(found, recording=recording, command=evil)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert page.count("<script") == 2
    Reader(page)


def test_the_table_has_every_entry_with_its_numbers(document: Make) -> None:
    found = document("isotropic")
    page = pages.render(found)
    rows = re.findall(r'<tr data-decision="(\w+)" data-name="([^"]+)">(.*?)</tr>', page, re.DOTALL)
    assert [(decision, name) for decision, name, _ in rows] == [(e["decision"], e["name"]) for e in found["entries"]]
    for entry, (_, _, cells) in zip(found["entries"], rows, strict=True):
        assert f'data-sort="{entry["visits"]}"' in cells
        assert entry["why"] in cells


def test_the_next_board_is_drawn_cell_by_cell(document: Make) -> None:
    found = document("outer-totalistic")
    found["next"]["rle"] = "x = 5, y = 3\nob3o$5b$2obo!"
    page = pages.render(found)
    (path,) = re.findall(r'<path class="on" d="(M[^"]*)"/></svg>\s*<div>|class="board".*?class="on" d="([^"]*)"', page)[
        0:1
    ]
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", "".join(path))
    assert [(int(x), int(y), int(n)) for x, y, n in runs] == [(0, 0, 1), (2, 0, 3), (0, 2, 2), (3, 2, 1)]


def test_a_single_law_is_listed_once(document: Make) -> None:
    found = document("outer-totalistic")
    assert pages.render(found).count('<td id="law-') == 4
    found["law"]["log2_possible"] = 0.0
    assert pages.render(found).count('<td id="law-') == 2


def test_languages_differ_and_facts_do_not(document: Make) -> None:
    english, chinese = (pages.render(document("outer-totalistic"), lang=lang) for lang in LANGUAGES)
    assert "Which law moves it?" in english
    assert "它遵循什么规律" in chinese
    assert '<html lang="zh">' in chinese
    for fact in ("B35678/S235678", "life_thin.npz", "16,7"):
        assert fact in english
        assert fact in chinese


def test_a_page_is_the_same_every_time(document: Make, thin: Trajectory) -> None:
    assert pages.render(document("general"), recording=thin) == pages.render(document("general"), recording=thin)


def test_a_real_finding_makes_a_page(thin: Trajectory, tmp_path: Path) -> None:
    finding = discover(thin, "isotropic", rng=0)
    path = pages.write(finding, tmp_path / "page.html", command="evolaw discover", seed=0)
    page = path.read_text(encoding="utf-8")
    Reader(page)
    (frames,) = re.findall(r'<script type="application/json" class="frames">(.*?)</script>', page)
    assert json.loads(frames)["frames"] == len(thin)


def test_nothing_known_nothing_stored(document: Make) -> None:
    """No recording, no checks, no question, null numbers: the page says so and stands."""
    found = document("outer-totalistic")
    found.update(checks=[], next=None)
    for entry in found["entries"]:
        entry.update(decision="conflict", visits=0)
    found["law"]["log2_possible"] = None
    page = pages.render(found)
    Reader(page)
    assert "No rule of this space" in page
    assert "not stored" in page


def test_an_unknown_language_writes_nothing(document: Make, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="lang"):
        pages.write(document("general"), tmp_path / "page.html", lang="fr")
    assert list(tmp_path.iterdir()) == []


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, WCAG 2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_in_light_and_dark(theme: int) -> None:
    """Contrast of at least 4.5 for every colour that text has, on every ground it stands on."""
    style = shell.source("tones.css")
    colours = {name: pair for name, *pair in re.findall(r"(--[\w-]+): light-dark\((#\w{6}), (#\w{6})\)", style)}
    inks = ["ink", "soft", "accent", "present", "absent", "probabilistic", "undetermined", "conflict", "bad", "good"]
    pairs = [(ink, ground) for ink in inks for ground in ("paper", "panel")]
    pairs += [("v-ink", shade) for shade in ("v0", "v1", "v2", "v3")] + [("v-ink-4", "v4"), ("accent-ink", "accent")]
    for ink, ground in pairs:
        ratio = contrast(colours[f"--{ink}"][theme], colours[f"--{ground}"][theme])
        assert ratio >= (3.0 if ink.startswith("v-ink") else 4.5), f"{ink} on {ground}: {ratio:.2f}"


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


DRIVE = """
const said = [];
const seen = () => [...document.querySelectorAll("#table tbody tr")].filter((row) => !row.hidden).map((row) => row.dataset.name);
const say = (name, value) => said.push([name, value]);
say("all", seen().length);
document.querySelectorAll("#table thead button")[2].click();
say("fewest visits first", seen()[0]);
document.querySelectorAll("#table thead button")[2].click();
say("most visits first", seen()[0]);
document.querySelector("[data-filter=present]").click();
say("present", seen().sort());
document.querySelector("[data-filter='']").click();
document.querySelector("#search").value = "s3";
document.querySelector("#search").dispatchEvent(new Event("input"));
say("found", seen());
const press = (key) => document.querySelector(".player canvas").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
press("ArrowRight"); press("ArrowRight"); press("ArrowLeft");
say("stepped", document.querySelector(".generation").textContent);
press("End");
say("last", document.querySelector(".generation").textContent);
const pixels = document.querySelector(".player canvas").getContext("2d").getImageData(0, 0, 32, 32).data;
say("dark pixels", pixels.filter((value, place) => place % 4 === 0 && value < 128).length);
press(" ");
say("button", document.querySelector(".play").textContent);
document.querySelector("#theme").click();
say("theme", document.documentElement.dataset.theme);
const told = document.createElement("pre");
told.id = "told";
told.textContent = JSON.stringify(Object.fromEntries(said));
document.body.append(told);
"""


def in_browser(page: str, folder: Path) -> str:
    """Open a page in Chromium and return its document afterwards; any complaint of the browser fails the test."""
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    options = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    options += (
        " --disable-component-update --disable-sync --virtual-time-budget=2000 --enable-logging=stderr --dump-dom"
    )
    words = [str(CHROMIUM), *options.split(), f"--user-data-dir={folder / 'profile'}", path.as_uri()]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in done.stderr, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_policy_lets_the_page_run(document: Make, thin: Trajectory, tmp_path: Path) -> None:
    """The player has painted the first frame and the slider knows its length."""
    dom = in_browser(pages.render(document("outer-totalistic"), recording=thin), tmp_path)
    assert 'aria-valuetext="0"' in dom
    assert f"1 / {len(thin)}" in dom


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_page_does_what_its_buttons_say(document: Make, thin: Trajectory, tmp_path: Path) -> None:
    """Sorting, filtering, searching, stepping, playing, and light and dark."""
    page = pages.render(document("outer-totalistic"), recording=thin)
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)  # or our own script would not run
    dom = in_browser(page.replace("</body>", f"<script>{DRIVE}</script></body>"), tmp_path)
    (told,) = re.findall(r'<pre id="told">(.*?)</pre>', dom)
    assert json.loads(told) == {
        "all": 18,
        "fewest visits first": "B7",
        "most visits first": "B0",
        "present": ["B3", "S2", "S3"],
        "found": ["S3"],
        "stepped": "1",
        "last": "20",
        "dark pixels": int(thin.values[-1].sum()),
        "button": "Pause",
        "theme": "dark",
    }


def test_the_largest_page_stays_below_two_megabytes(document: Make) -> None:
    """All 512 entries and a recording that no compression helps: noise in three states."""
    noise = np.random.default_rng(0).choice(np.array([0, 1, 255], np.uint8), (12, 600, 600))
    recording = Trajectory(noise, np.arange(12), ("times", "rows", "cols"))
    assert len(pages.render(document("general"), recording=recording, lang="zh").encode()) < 2_000_000
