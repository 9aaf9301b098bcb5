"""``evolaw explore``: a board, a process and a junction to touch, as a page served on this machine or as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evolaw.cli import arguments, terminal
from evolaw.report import language

__all__ = ["explore"]


def explore(
    law: Annotated[
        str, typer.Argument(help="The rule that runs first, or the run of a finding: its law and its next experiment.")
    ] = "B3/S23",
    report: Annotated[
        Path | None, typer.Option("--report", help="Write the page to this file and serve nothing.")
    ] = None,
    port: Annotated[int, typer.Option("--port", help="Port of 127.0.0.1; 0 takes a free one.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the first board, 0 to 99.")] = 0,
    lang: Annotated[str | None, typer.Option("--lang", help="Language of the page: en or zh.")] = None,
) -> None:
    """Draw a board and run any rule; move the parameters of a process or a junction beside the exact curve."""
    from evolaw.report.explorer.page import render_explorer, write_explorer

    lang = language.chosen(lang)
    rule, rle = _of_run(Path(law)) if arguments.is_run(law) else (law, "")
    options = {"rule": rule, "rle": rle, "seed": seed, "lang": lang, "command": f"evolaw explore {law}"}
    if report is not None:
        terminal.result(str(write_explorer(report, **options)))
        return
    _serve(render_explorer(**options), port)  # type: ignore[arg-type]


def _of_run(path: Path) -> tuple[str, str]:
    """The law of a run and, of a finding, the board of its next experiment."""
    import json

    from evolaw import checks
    from evolaw.cli.learn import answers
    from evolaw.storage import Run

    rule = answers.law_of_run(str(path))
    run = Run.open(path)
    kind = run.about.get("kind")
    document = json.loads(run.read_document("finding.json")) if kind == "finding" else {}
    is_equation = kind == "learned equation" or document.get("space") == "equation"
    checks.require(not is_equation, "law", "be the run of a rule", f"{path}, which holds an equation")
    return str(rule), (document.get("next") or {}).get("rle") or ""


def _serve(page: str, port: int) -> None:
    """Serve until Ctrl-C, which is how it is meant to end."""
    from evolaw.report.explorer.server import ExplorerServer

    with ExplorerServer(page, port) as server:
        terminal.result(f"Open {server.address}")
        terminal.note("Only this machine can reach it; Ctrl-C ends it.")
        try:
            server.serve_forever(0.2)
        except KeyboardInterrupt:
            terminal.note("")
