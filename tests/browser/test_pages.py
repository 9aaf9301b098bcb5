"""Every kind of page, wide and narrow, light and dark: nothing complained of, nothing scrolls sideways, all text can be read, all controls
are reached by the keyboard.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw import discover, report
from evolaw.automata.evolution import evolve
from evolaw.josephson import Junction
from evolaw.josephson.curves.results import IVCurve
from evolaw.learning.windows.cnn import Cnn
from evolaw.learning.windows.interpretation import explain_filters
from evolaw.learning.windows.learned_law import LearnedLaw
from evolaw.learning.windows.objective import Record
from evolaw.report.explorer.page import render_explorer, write_explorer
from evolaw.report.explorer.server import ExplorerServer
from evolaw.report.figures import draw
from evolaw.report.junction.page import write_junction
from evolaw.report.learned.page import write_learned
from evolaw.report.moving.player import notebook, write_trajectory
from evolaw.report.score.page import write_score
from evolaw.report.story import Chapter, write_story
from evolaw.trajectory import Trajectory

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")
CHANCE = np.random.default_rng(0)
SOUP = (np.random.default_rng(5).random((32, 32)) < 0.12).astype(np.uint8)


def recording(rule: str = "B3/S23") -> Trajectory:
    run = evolve(rule, SOUP, 20)
    return Trajectory(run.values, run.times, run.axes, boundary="torus")


def finding(space: str, rule: str = "B3/S23", lang: str = "en") -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        found = discover(recording(rule), space, rng=0)
        return report.write(found, path, lang=lang, command="evolaw discover x.npz", seed=0)

    return make


def equation(path: Path) -> Path:
    x = np.zeros(1501)
    for k in range(1500):
        x[k + 1] = 0.98 * x[k] + 0.1 * CHANCE.normal()
    track = Trajectory(x, 0.02 * np.arange(1501), ("times",), about={"names": ["u"]})
    return report.write(discover(track, library="1, u, u^2", rng=0), path, command="evolaw discover u.csv", seed=0)


def score(path: Path) -> Path:
    """The page of a score needs its losses and its samples; the samples here are any points."""
    from evolaw.score import MLP, VP, fit

    points = CHANCE.normal(size=(200, 2))
    model = fit(MLP(width=4, depth=1), points, VP(), steps=6, batch=4, rng=0)
    film = (CHANCE.normal(size=(50, 3, 2)), np.array([1.0, 0.5, 0.1]))
    parts = {"film": film, "flow": CHANCE.normal(size=(5, 3, 2)), "numbers": {"energy": "0.1 (0.2)"}}
    return write_score(path, source="points", model=model, samples=points, data=points, **parts, command="evolaw x")


def learned(path: Path) -> Path:
    logits = np.asarray(Cnn.life().window_logits())[None]
    law = LearnedLaw(logits, np.ones(512, int), ((Record(1, 0.1, 0, (1.0, 1.0), 0.5),),), (Cnn.life(),))
    return write_learned(path, source="x", law=law, readout=law.read("B3/S23"), filters=explain_filters(law.nets[0]))


def board(path: Path) -> Path:
    return report.write(evolve("B3/S23", SOUP, 20), path, command="evolaw simulate B3/S23", seed=1)


def line(path: Path) -> Path:
    return report.write(evolve("W110", SOUP[0], 30), path)


def paths(path: Path) -> Path:
    values = CHANCE.normal(size=(30, 21, 1)).cumsum(1)
    return report.write(Trajectory(values, np.arange(21.0), ("paths", "times", "dim"), law="dX = dW"), path)


def story(path: Path) -> Path:
    figure = draw(Trajectory(CHANCE.normal(size=(30, 1)).cumsum(0), np.arange(30.0), ("times", "dim")))
    return write_story(
        path, "A story", [Chapter("Q", law="dX = dW"), Chapter("A", says=("x",), rows=(("a", "b"),), figure=figure)]
    )


def junction(path: Path, lang: str = "zh") -> Path:
    x = np.linspace(0.1, 1.5, 40)
    curve = IVCurve(Junction(noise=0.3), "I–V curve", x, x, 0.01 * x, x, "theory", doubtful=x > 1, doubt="a sentence")
    return write_junction(path, curve, "iv", lang=lang, command="evolaw junction iv", seed=0)


PAGES: dict[str, Callable[[Path], Path]] = {
    "finding": finding("outer-totalistic"),
    "isotropic": finding("isotropic"),
    "general": finding("general", lang="zh"),
    "conflict": finding("outer-totalistic", "B2/S013V"),
    "board": board,
    "line": line,
    "paths": paths,
    "equation": equation,
    "learned": learned,
    "score": score,
    "story": story,
    "junction": junction,
    "explorer": write_explorer,
    "explorer-zh": lambda path: write_explorer(path, rule="W30", lang="zh"),
    "ageing": lambda path: write_trajectory(evolve("345/2/4", SOUP, 20), path, lang="zh"),
    "explorer-ageing": lambda path: write_explorer(path, rule="/2/3"),
    "plain array": lambda path: report.write(discover(evolve("B3/S23", SOUP, 20).values, rng=0), path, lang="zh"),
}  # fmt: skip
QUICK = ("finding", "board", "explorer")
"""Those that are looked at in every run of the tests."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder, ready = tmp_path_factory.mktemp("pages"), dict[str, Path]()

    def get(name: str) -> Path:
        if name not in ready:
            ready[name] = PAGES[name](folder / f"{name}.html")
        return ready[name]

    return get


@pytest.mark.parametrize(
    ("width", "dark"),
    [(1280, False), (390, True), *(pytest.param(*one, marks=pytest.mark.slow) for one in ((1280, True), (390, False)))],
    ids=["1280-light", "390-dark", "1280-dark", "390-light"],
)
@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in PAGES]
)
def test_a_page_is_for_everybody(
    look: Callable[..., Any], made: Callable[[str], Path], name: str, width: int, dark: bool
) -> None:
    page = look(made(name), width, dark)
    found = page.run(AUDIT)
    assert found["sideways"] <= 0 and not found["wide"], found["wide"]
    assert not found["pale"]
    assert not found["nameless"] and not found["pictures"]
    reached = set()
    for _ in range(len(found["controls"]) + 3):
        page.press("Tab")
        place = page.run(
            "(() => { const e = document.activeElement, s = getComputedStyle(e); "
            "return [e.dataset.control ?? null, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0]; })()"
        )
        if place[0] is not None:
            reached.add(int(place[0]))
            assert place[1], f"{found['controls'][int(place[0])]} shows no focus"
    missed = [control for k, control in enumerate(found["controls"]) if k not in reached]
    assert not missed
    assert page.complaints() == []


def test_the_audit_sees_what_is_wrong(look: Callable[..., Any], tmp_path: Path) -> None:
    """Pale text, a wide element, a button without a name, a picture without words, and an error of the page are all found."""
    place = tmp_path / "bad.html"
    place.write_text(
        "<body style='background:#fff'><p style='color:#999'>pale</p><p style='color:#767676'>enough</p>"
        "<div style='width:2000px;height:3px'></div><button></button><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"
        "<script>console.error('wrong')</script>"
    )
    page = look(place, 390)
    found = page.run(AUDIT)
    assert found["sideways"] > 0 and len(found["wide"]) == 1
    assert [text.split(" ")[0] for text in found["pale"]] == ["pale"]
    assert len(found["nameless"]) == 1 and len(found["pictures"]) == 1
    assert "wrong" in page.complaints()[0]


def test_a_narrow_page_of_many_entries_is_short_until_all_are_asked_for(
    look: Callable[..., Any], made: Callable[[str], Path]
) -> None:
    page = look(made("finding"), 390)
    page.run(
        "all('#table tbody tr').forEach((row, k) => { if (!k) for (let n = 0; n < 90; n += 1) row.after(row.cloneNode(true)); })"
    )
    short = page.run("document.documentElement.scrollHeight")
    page.run("find('#more').click()")
    assert page.run("document.documentElement.scrollHeight") > 2 * short > 0
    assert page.run("getComputedStyle(find('#more')).display") == "none"


def test_the_served_page_works_in_a_browser(look: Callable[..., Any]) -> None:
    with ExplorerServer(render_explorer(rule="B36/S23")) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        page = look(server.address)
        page.run("find('#step').click()")
        assert page.run("[find('#law').value, find('#generation').textContent]") == ["B36/S23", "1"]
        assert page.complaints() == []
        server.shutdown()


def test_the_player_shows_each_generation_and_is_moved_by_keys(
    look: Callable[..., Any], made: Callable[[str], Path]
) -> None:
    run = evolve("B3/S23", SOUP, 20)
    page = look(made("board"))
    page.run("find('.player canvas').focus()")
    shown = "(() => { const c = find('.player canvas'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0; for (let k = 0; k < d.length; k += 4) n += d[k] < 128; return [Number(find('.generation').textContent), n, c.clientWidth % c.width]; })()"
    assert page.run(shown) == [0, int(run.values[0].sum()), 0]
    for _ in range(3):
        page.press("ArrowRight")
    assert page.run(shown)[:2] == [3, int(run.values[3].sum())]
    page.press("End")
    assert page.run(shown)[:2] == [20, int(run.values[20].sum())]
    page.press(" ")
    assert page.run("find('.play').textContent") == "Pause"


def test_a_film_plays_in_the_frame_of_a_notebook(look: Callable[..., Any], tmp_path: Path) -> None:
    place = tmp_path / "notebook.html"
    place.write_text(f"<body>{notebook(evolve('B3/S23', SOUP, 20))}</body>", encoding="utf-8")
    page = look(place)
    assert page.complaints() == []
    (frame,) = [
        target for target in page.browser.call("Target.getTargets")["targetInfos"] if target["type"] == "iframe"
    ]
    session = page.browser.call("Target.attachToTarget", targetId=frame["targetId"], flatten=True)["sessionId"]
    seen = """(async () => { const player = document.querySelector('.player'), canvas = player.querySelector('canvas');
        for (let tries = 0; tries < 100 && canvas.clientWidth < 200; tries += 1) await new Promise((done) => setTimeout(done, 50));
        return [player.className, canvas.clientWidth % 32, canvas.clientWidth >= 200]; })()"""
    told = {"expression": seen, "returnByValue": True, "awaitPromise": True}
    answer = page.browser.call("Runtime.evaluate", session, **told)
    assert answer["result"]["value"] == ["panel player plays", 0, True]


def test_the_player_shows_every_age_in_a_colour_of_its_own(look: Callable[..., Any], tmp_path: Path) -> None:
    """The pixels of a frame, read back from the page, tell the states of a law of four apart, and are those of the run."""
    run = evolve("345/2/4", SOUP, 6)
    page = look(write_trajectory(run, tmp_path / "ages.html"))
    page.run("const slider = find('.slider'); slider.value = 5; slider.dispatchEvent(new Event('input'))")
    pixels = page.run("[...find('.player canvas').getContext('2d').getImageData(0, 0, 32, 32).data]")
    colours = np.array(pixels).reshape(32, 32, 4)[..., :3] @ np.array([65536, 256, 1])
    states = np.asarray(run[5])
    assert set(np.unique(states)) == {0, 1, 2, 3}
    by_state = [set(colours[states == state].tolist()) for state in range(4)]
    assert all(len(found) == 1 for found in by_state) and len(set.union(*by_state)) == 4
    assert page.run("find('.swatch.ageing').parentElement.hidden") is False
    assert page.complaints() == []
