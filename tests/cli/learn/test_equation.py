"""`evolaw learn TRACK` through the command line: words, JSON, run, page, and the law in other verbs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw import load
from evolaw.cli.learn.equation import is_track, remark
from evolaw.storage import Run


@pytest.fixture
def track(tmp_path: Path) -> Path:
    """dx = -x dt + sqrt(2 · 0.5) dW, 4000 steps of 0.02."""
    rng, x = np.random.default_rng(4), np.zeros(4001)
    for k in range(4000):
        x[k + 1] = 0.98 * x[k] + np.sqrt(0.02) * rng.normal()
    path = tmp_path / "track.csv"
    np.savetxt(path, np.c_[0.02 * np.arange(4001), x], delimiter=",", header="t,x", comments="")
    return path


@pytest.mark.slow
def test_a_trajectory_is_learned_kept_and_shown(evolaw: Callable[..., Any], track: Path) -> None:
    done = evolaw("learn", track.name, "--epochs", 1, "--out", "law")
    assert done.returncode == 0, done.stderr
    assert "drift of x" in done.stdout and "evolaw discover track.csv --library" in done.stdout
    told = json.loads(evolaw("learn", track.name, "--epochs", 1, "--out", "law", "--json").stdout)
    law = load("law")
    assert told["names"] == ["x"] and told["held"]["law"] == law.held[0] and len(told["bins"]["x"]["at"]) == 16
    refused = evolaw("simulate", "law", "--set", "a=1")
    assert (refused.returncode, "a learned equation has no letters" in refused.stderr) == (3, True)


@pytest.mark.slow
def test_a_learned_equation_has_its_page_and_figure_and_is_simulated(evolaw: Callable[..., Any], track: Path) -> None:
    asked = ("--epochs", 1, "--out", "law", "--report", "page.html", "--figure", "law.svg")
    assert evolaw("learn", track.name, *asked).returncode == 0
    assert Path("page.html").exists() and Path("law.svg").exists()
    simulated = json.loads(evolaw("simulate", "law", "--time", 2, "--paths", 50, "--json").stdout)
    last = load("law").states[-1, 0]
    assert simulated["dt"] == pytest.approx(0.02) and simulated["start"] == [pytest.approx(last, rel=1e-5)]
    assert evolaw("report", "law").returncode == 0 and Path("law/report.html").exists()


@pytest.mark.slow
def test_an_angle_is_seen_and_its_harmonics_are_proposed(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    """dp = (0.8 - sin p) dt + sqrt(0.6) dW, written within ±π: the command that is proposed finds both terms."""
    rng, p = np.random.default_rng(0), np.zeros(20_000)
    for k in range(len(p) - 1):
        p[k + 1] = p[k] + 0.02 * (0.8 - np.sin(p[k])) + np.sqrt(0.012) * rng.normal()
    angle = np.mod(p + np.pi, 2 * np.pi) - np.pi
    table = np.c_[0.02 * np.arange(len(p)), angle]
    np.savetxt(tmp_path / "phase.csv", table, delimiter=",", header="t,p", comments="")
    told = json.loads(evolaw("learn", "phase.csv", "--epochs", 12, "--json").stdout)
    assert told["periods"] == [pytest.approx(2 * np.pi)] and {"1", "sin(p)"} <= set(told["proposed"]["p"]["terms"])
    words = shlex.split(told["next"])
    assert words[:2] == ["evolaw", "discover"] and words[-2:] == ["--period", "p=2*pi"]
    found = json.loads(evolaw(*words[1:], "--json").stdout)
    present = {entry["name"] for entry in found["entries"] if entry["decision"] == "present"}
    assert {"p: 1", "p: sin(p)"} <= present


@pytest.mark.slow
def test_a_discovered_equation_is_simulated_too(evolaw: Callable[..., Any], track: Path) -> None:
    assert evolaw("discover", track.name, "--library", "x", "--out", "found").returncode == 0
    told = json.loads(evolaw("simulate", "found", "--time", 1, "--paths", 50, "--json").stdout)
    assert told["law"].startswith("dx = (-") and told["scheme"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--net", "d4"], "--net must be left out for a trajectory"),
        (["--chance"], "--chance must be left out for a trajectory"),
        (["--league"], "3x3"),
        (["--names", "a,b"], "--names must name each of the 1 components"),
    ],
)
def test_what_does_not_go_with_a_trajectory_is_refused(
    evolaw: Callable[..., Any], track: Path, options: list[str], words: str
) -> None:
    done = evolaw("learn", track.name, *options)
    assert done.returncode == 3 and "Traceback" not in done.stderr and (words in done.stderr or "--league" in options)


def test_names_are_for_trajectories(evolaw: Callable[..., Any]) -> None:
    done = evolaw("learn", "B3/S23", "--names", "a")
    assert (done.returncode, "Cells have no components" in done.stderr) == (3, True)
    assert not is_track("B3/S23", None)


def test_a_law_that_is_worth_nothing_is_said_so() -> None:
    class Law:
        gain, names, swing = -0.1, ("x", "y"), ((0.01, 0.01), (-0.015, 0.001))

    assert remark(Law()).endswith("it has learned chance. Record longer.")  # type: ignore[arg-type]


def test_readings_with_an_error_and_what_was_not_recorded_are_named() -> None:
    class Law:
        gain, names, swing = 0.1, ("x", "y"), ((-0.3, 0.01), (0.4, 0.01))

    said = remark(Law())  # type: ignore[arg-type]
    assert (
        "Steps of x swing back (correlation -0.3)" in said and "Steps of y go on as they went (correlation 0.4)" in said
    )


def test_the_explorer_draws_no_equation(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    with Run.create(tmp_path / "law", about={"kind": "learned equation"}):
        pass
    done = evolaw("explore", "law", "--report", "page.html")
    assert (done.returncode, "law, which holds an equation" in done.stderr) == (3, True)
