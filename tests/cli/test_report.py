"""`evolaw report`: a stored finding becomes a page again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evolaw.storage import Run


def test_the_page_of_a_stored_finding(evolaw: Callable[..., Any], life_thin: Path, tmp_path: Path) -> None:
    evolaw("discover", life_thin, "--out", "found", "--seed", 9)
    done = evolaw("report", "found", "--report", "page.html")
    assert done.stdout.strip() == "page.html"
    assert "<dd>9</dd>" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_simulated_run_becomes_a_page_that_plays_it(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    evolaw("simulate", "B3/S23", "--size", 8, "--steps", 2, "--out", "run")
    assert evolaw("report", "run").returncode == 0
    assert 'class="frames"' in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_a_run_that_holds_nothing_to_tell_is_refused(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    with Run.create(tmp_path / "run", about={"kind": "measurement"}):
        pass
    done = evolaw("report", "run")
    assert done.returncode == 3 and "holds measurement; pages are made of a finding" in done.stderr


@pytest.mark.slow
def test_a_measured_curve_becomes_a_page_and_is_drawn_again_without_being_measured(
    evolaw: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("junction", "iv", "--noise", 0.5, "--bias", "0.5,1", "--paths", 8, "--duration", 2, "--out", "run")
    first = evolaw(*words).stdout
    monkeypatch.setattr("evolaw.josephson.curves.voltage.iv_curve", None)  # nothing is measured from here on
    assert evolaw("report", "run", "--lang", "zh").stdout.strip() == "run/report.html"
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "电流–电压曲线" in page and first.splitlines()[1].split()[-1] in page
    for again in (words, ("junction", "resume", "run")):
        done = evolaw(*again, "--figure", "curve.png", "--report", "curve.html")
        assert done.returncode == 0 and "shown again" in done.stderr
        assert done.stdout.splitlines()[:-3] == first.splitlines()[:-1]
    assert (tmp_path / "curve.png").stat().st_size > 1000 and (tmp_path / "curve.html").exists()
    assert "differs in paths" in evolaw(*words[:7], 9, *words[8:]).stderr


def test_a_run_of_a_junction_that_is_not_finished_says_how_to_go_on(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    """ "The document finding.json is lost" was said of a run in which nothing was lost."""
    with Run.create(tmp_path / "made", about={"kind": "junction"}):
        pass
    done = evolaw("report", "made")
    assert done.returncode == 3 and "function of Python" in done.stderr
    with pytest.raises(KeyboardInterrupt), Run.create(tmp_path / "run", about={"kind": "junction", "verb": "iv"}):
        raise KeyboardInterrupt
    done = evolaw("report", "run")
    assert done.returncode == 3 and "evolaw junction resume run" in done.stderr and "lost" not in done.stderr


def test_several_runs_become_a_typst_report(evolaw: Callable[..., Any], life_thin: Path, tmp_path: Path) -> None:
    evolaw("discover", life_thin, "--out", "found", "--seed", 9)
    evolaw("simulate", "B3/S23", "--size", 8, "--steps", 2, "--out", "run")
    done = evolaw("report", "found", "run", "--typst", "--lang", "zh", "--caption-position", "top")
    assert done.stdout.split() == ["report/report.typ", "report/report.pdf"]
    assert "caption(position: top)" in (tmp_path / "report" / "report.typ").read_text(encoding="utf-8")
    assert "周报" in (tmp_path / "report" / "report.typ").read_text(encoding="utf-8")


def test_options_of_the_typst_report_are_not_ignored(evolaw: Callable[..., Any]) -> None:
    done = evolaw("report", "found", "--caption-position", "top")
    assert done.returncode == 3 and "--typst" in done.stderr
    done = evolaw("report", "a", "b")
    assert done.returncode == 3 and "--typst" in done.stderr
