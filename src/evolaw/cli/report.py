"""``evolaw report``: a stored finding, trajectory, measured junction, learned law or league as one HTML page, or several runs as a Typst report with its PDF."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from evolaw.cli import completion, terminal
from evolaw.report import language

__all__ = ["write_report"]


def write_report(
    source: Annotated[
        list[Path], typer.Argument(help="Run directory written with --out; with --typst one or several.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--report", help="HTML page to write; by default report.html in the run."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="With --typst: the folder to write; by default report.")
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option("--lang", autocompletion=completion.among("en", "zh"), help="Language of the page: en or zh."),
    ] = None,
    typst: Annotated[
        bool,
        typer.Option("--typst", help="Write an editable Typst document, its figures and the PDF; your text is kept."),
    ] = False,
    caption_position: Annotated[
        str | None,
        typer.Option(
            "--caption-position",
            autocompletion=completion.among("top", "bottom"),
            help="With --typst: captions at the top or the bottom.",
        ),
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--template", help="With --typst: a Typst file that defines report(title, body).")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="With --typst: the title.")] = None,
) -> None:
    """Write the HTML report on a stored finding, trajectory, measured junction, learned law or league, or a Typst report on any runs."""
    from evolaw import checks

    lang = language.chosen(lang)
    given = {"folder": folder, "caption-position": caption_position, "template": template, "title": title}
    if typst:
        checks.require(out is None, "report", "be left out with --typst", str(out), "Name a folder with --folder.")
        _write_weekly(source, folder, lang, caption_position or "bottom", template, title)
        return
    for name, value in given.items():
        checks.require(value is None, name, "be given together with --typst", value)
    checks.require(len(source) == 1, "source", "be one run; several make a report with --typst", len(source))
    terminal.result(str(_write_page(source[0], out, lang)))


def _write_page(source: Path, out: Path | None, lang: str) -> Path:
    from evolaw.discovery import Finding
    from evolaw.errors import StorageError
    from evolaw.report import write
    from evolaw.storage import Run

    kind = Run.open(source).about.get("kind")
    if kind in ("learned law", "learned equation", "league"):
        return _write_learned(source, out or source / "report.html", lang)
    if kind == "trajectory":
        from evolaw.report.moving.player import write_trajectory
        from evolaw.trajectory import Trajectory

        command = shlex.join(["evolaw", *sys.argv[1:]])
        return write_trajectory(Trajectory.load(source), out or source / "report.html", lang=lang, command=command)
    if kind == "junction":
        return _write_measured(source, out or source / "report.html", lang)
    if kind != "finding":
        raise StorageError(
            f"{source} holds {kind or 'nothing that it names'}; pages are made of a finding, a trajectory, a measured junction, a learned law or a league. The page of a score is written where it is trained."
        )
    finding = Finding.load(source)
    origin: dict[str, Any] = {name: finding.facts.get(name) for name in ("command", "seed")}
    page: Path = write(finding, out or source / "report.html", lang=lang, **origin)
    return page


def _write_measured(source: Path, out: Path, lang: str) -> Path:
    from evolaw.josephson import stored_results
    from evolaw.report.junction.page import write_junction
    from evolaw.storage import Run

    found, run = stored_results.load(source), Run.open(source)
    about, made_with = run.about, run.manifest["made_with"]
    origin = {"settings": about.get("settings"), "command": about.get("command", ""), "seed": about.get("seed")}
    return write_junction(out, found, str(about["verb"]), **origin, made_with=made_with, lang=lang)


def _write_weekly(
    sources: list[Path], out: Path | None, lang: str, position: str, template: Path | None, title: str | None
) -> None:
    from evolaw.report import write_weekly
    from evolaw.report.opening import load

    runs = [(source.resolve().name, load(source)) for source in sources]
    written = write_weekly(
        runs, out or Path("report"), lang=lang, caption_position=position, template=template, title=title
    )
    terminal.result(str(written.document))
    if written.pdf is not None:
        terminal.result(str(written.pdf))
    else:
        terminal.note(written.no_pdf)
    if written.set_aside is not None:
        terminal.note(
            f"What stood outside your text blocks had been changed; the former document is {written.set_aside}."
        )


def _write_learned(source: Path, out: Path, lang: str) -> Path:
    from evolaw.cli.learn import answers
    from evolaw.report.opening import load
    from evolaw.storage import Run

    about = Run.open(source).about
    training = about.get("training") or {}
    facts = {
        "source": about.get("source") or source.name,
        "command": about.get("command", ""),
        "seed": about.get("seed"),
    }
    facts |= {"truth": training.get("truth"), "chance": bool(training.get("chance"))}
    return answers.report_learned(load(source), facts, out, lang)
