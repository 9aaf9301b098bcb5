"""Runs to look at: a page with a player, a picture, a film, from the run itself or from its directory."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from evolaw.automata.evolution import evolve
from evolaw.report.moving.playback import pack
from evolaw.trajectory import Trajectory


def film_of(page: Path) -> dict[str, Any]:
    (frames,) = re.findall(r'class="frames">(.*?)</script>', page.read_text("utf-8"))
    return dict(json.loads(frames))


def test_a_page_plays_the_run_that_was_simulated(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    words = ("simulate", "B3/S23", "--size", "20x30", "--steps", 12, "--every", 3, "--seed", 4)
    done = evolaw(*words, "--out", "a", "--report", "a.html")
    assert done.returncode == 0 and "a.html" in done.stdout
    kept = Trajectory.load(tmp_path / "a")
    film = film_of(tmp_path / "a.html")
    assert film["times"] == [0, 3, 6, 9, 12]
    assert film["alive"] == pack(kept).alive  # type: ignore[union-attr]
    evolaw(*words, "--report", "b.html", "--figure", "b.gif")
    assert film_of(tmp_path / "b.html") == film, "the same without a run directory"
    evolaw("report", "a", "--report", "c.html", "--lang", "zh")
    assert film_of(tmp_path / "c.html") == film
    assert '<html lang="zh">' in (tmp_path / "c.html").read_text("utf-8")
    with Image.open(tmp_path / "b.gif") as shown:
        shown.seek(4)
        last = np.asarray(shown.convert("L"))[:: 512 // 30, :: 512 // 30]
    assert ((last < 128) == kept.final).all()


@pytest.mark.slow
def test_a_page_of_a_long_run_holds_its_first_frames_and_says_so(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    evolaw("simulate", "B3/S23", "--size", 512, "--steps", 40, "--report", "a.html")
    assert film_of(tmp_path / "a.html")["frames"] == 15
    assert "The first 15 of 41 frames are shown" in (tmp_path / "a.html").read_text("utf-8")


def test_pictures_that_cannot_be_are_refused_before_the_run(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    for words, said in (
        (("B3/S23", "--size", 1024, "--steps", 1000, "--figure", "a.gif"), "--every"),
        (("B3/S23", "--figure", "a.bmp"), "figure"),
        (("B3/S23", "--report", "nowhere/a.html"), "report"),
        (("B3/S23", "--figure", "nowhere/a.gif"), "figure"),
    ):
        done = evolaw("simulate", *words, "--out", "run")
        assert done.returncode == 3 and said in done.stderr, words
        assert not (tmp_path / "run").exists()


def test_an_mp4_without_ffmpeg_is_refused_before_the_run(
    evolaw: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = evolaw("simulate", "B3/S23", "--figure", "a.mp4", "--out", "run")
    assert done.returncode == 3 and "needs the program ffmpeg" in done.stderr
    assert not (tmp_path / "run").exists()


def test_pictures_of_a_noisy_rule_are_those_of_its_seed(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    evolaw(
        "simulate",
        "B3/S23",
        "--noise",
        0.1,
        "--size",
        16,
        "--steps",
        5,
        "--seed",
        9,
        "--start",
        "glider",
        "--report",
        "a.html",
        "--out",
        "run",
    )
    run = Trajectory.load(tmp_path / "run")
    assert film_of(tmp_path / "a.html")["alive"] == pack(evolve("B3/S23~0.1", run[0], 5, rng=9)).alive  # type: ignore[union-attr]


@pytest.mark.slow
def test_paths_of_a_process_have_a_page_and_a_film(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    done = evolaw(
        "simulate", "brownian-motion", "--paths", 30, "--frames", 6, "--report", "a.html", "--figure", "a.gif", "--json"
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["report"] == "a.html"
    assert "data:image/" in (tmp_path / "a.html").read_text("utf-8")
    with Image.open(tmp_path / "a.gif") as shown:
        assert shown.n_frames == 6
