"""`evolaw report`: a stored finding becomes a page again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

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
    assert done.returncode == 3
    assert "finding" in done.stderr


def test_a_curve_of_a_junction_is_no_lost_finding(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    """ "The document finding.json is lost" was said of a run in which nothing was lost."""
    with Run.create(tmp_path / "run", about={"kind": "junction"}):
        pass
    done = evolaw("report", "run")
    assert done.returncode == 3
    assert "no page is made" in done.stderr and "lost" not in done.stderr


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
