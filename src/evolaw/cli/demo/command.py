"""``evolaw demo [lattice|equation|junction|score|learn]``: play a story, print it, write its page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evolaw.cli import completion, terminal
from evolaw.cli.demo import equation, junction, lattice, learn, score
from evolaw.report import language

__all__ = ["STORIES", "demonstrate"]

STORIES = {
    "lattice": lattice.play,
    "equation": equation.play,
    "junction": junction.play,
    "score": score.play,
    "learn": learn.play,
}
"""Who plays each story: called with (seed, progress)."""


def demonstrate(
    story: Annotated[
        str,
        typer.Argument(
            metavar="STORY",
            autocompletion=completion.among(*STORIES),
            help=f"{', '.join(STORIES)}: each under a minute.",
        ),
    ] = "lattice",
    out: Annotated[
        Path | None,
        typer.Option("--report", help="HTML page to write; by default report.html, or report-STORY.html."),
    ] = None,
    runs: Annotated[Path, typer.Option("--runs", help="Folder for the run directory.")] = Path("runs"),
    seed: Annotated[int, typer.Option("--seed", help="Another seed is another secret.")] = 0,
    lang: Annotated[
        str | None,
        typer.Option("--lang", autocompletion=completion.among("en", "zh"), help="Language of the page: en or zh."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Find the secret of a black box: a rule, an equation, a junction, a density, or a rule learned by a network."""
    from evolaw import checks

    checks.one_of(story, "story", STORIES)
    lang = language.chosen(lang)
    checks.integer(seed, "seed", least=0)
    page = out or Path("report.html" if story == "lattice" else f"report-{story}.html")
    checks.require(page.parent.is_dir() and not page.is_dir(), "out", "be a file in a folder that exists", str(page))
    with terminal.bar(story) as progress:
        told = STORIES[story](seed, progress)
    places = {"report": str(told.write(page, lang))}
    if told.save is not None:
        places["run"] = str(told.save(_free(runs, told.stem)))
    if as_json:
        terminal.document(told.document | places)
        return
    last = [f"{name:7} {place}{'   (open it in a browser)' * (name == 'report')}" for name, place in places.items()]
    terminal.result("\n".join([told.text, "", *last]))


def _free(folder: Path, name: str) -> Path:
    """The first directory name of this stem that is not taken."""
    number, path = 1, folder / name
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}"
    return path
