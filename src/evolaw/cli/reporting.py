"""``evolaw report``: a stored finding as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evolaw.cli import terminal

__all__ = ["write_report"]


def write_report(
    source: Annotated[Path, typer.Argument(help="Run directory of a finding, written by discover --out.")],
    out: Annotated[Path | None, typer.Option("--out", help="File to write; by default report.html in the run.")] = None,
    lang: Annotated[str, typer.Option("--lang", help="Language of the page: en or zh.")] = "en",
) -> None:
    """Write the HTML report on a stored finding."""
    from evolaw.discovery import Finding
    from evolaw.report import write

    finding = Finding.load(source)
    origin = {name: finding.facts.get(name) for name in ("command", "seed")}
    terminal.result(str(write(finding, out or source / "report.html", lang=lang, **origin)))
