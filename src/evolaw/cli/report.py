"""``evolaw report``: a stored finding, learned law or league as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evolaw.cli import terminal

__all__ = ["write_report"]


def write_report(
    source: Annotated[Path, typer.Argument(help="Run directory written by discover --out or learn --out.")],
    out: Annotated[Path | None, typer.Option("--out", help="File to write; by default report.html in the run.")] = None,
    lang: Annotated[str, typer.Option("--lang", help="Language of the page: en or zh.")] = "en",
) -> None:
    """Write the HTML report on a stored finding, learned law or league."""
    from evolaw.discovery import Finding
    from evolaw.report import write
    from evolaw.storage import Run

    if Run.open(source).about.get("kind") in ("learned law", "league"):
        terminal.result(str(_write_learned(source, out or source / "report.html", lang)))
        return
    finding = Finding.load(source)
    origin = {name: finding.facts.get(name) for name in ("command", "seed")}
    terminal.result(str(write(finding, out or source / "report.html", lang=lang, **origin)))


def _write_learned(source: Path, out: Path, lang: str) -> Path:
    from evolaw.cli.learn import answers
    from evolaw.learning.windows.architecture_study import KIND, League
    from evolaw.learning.windows.learned_law import LearnedLaw
    from evolaw.storage import Run

    about = Run.open(source).about
    training = about.get("training") or {}
    facts = {
        "source": about.get("source") or source.name,
        "command": about.get("command", ""),
        "seed": about.get("seed"),
    }
    facts |= {"truth": training.get("truth"), "chance": bool(training.get("chance"))}
    kind = League if about.get("kind") == KIND else LearnedLaw
    return answers.report_learned(kind.load(source), facts, out, lang)
