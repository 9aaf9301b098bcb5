"""``evolaw discover``: from a recording to its law."""

from __future__ import annotations

import dataclasses
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolaw.cli import completion, terminal
from evolaw.cli.discover.options import (
    Alive,
    Alpha,
    Boundary,
    Chance,
    Diffusion,
    Every,
    Flip,
    Hidden,
    Json,
    Known,
    Library,
    Names,
    Noise,
    Period,
    Seed,
    Sources,
    Space,
    Symmetry,
    Threshold,
)
from evolaw.report import language

if TYPE_CHECKING:
    from evolaw.discovery import Finding

__all__ = ["discover_law"]

_FAILED = 5


def discover_law(
    sources: Sources = None,
    space: Space = "outer-totalistic",
    known: Known = None,
    every: Every = None,
    flip: Flip = None,
    boundary: Boundary = None,
    alive: Alive = None,
    threshold: Threshold = None,
    names: Names = None,
    library: Library = None,
    diffusion: Diffusion = None,
    period: Period = None,
    noise: Noise = None,
    hidden: Hidden = None,
    symmetry: Symmetry = None,
    chance: Chance = None,
    alpha: Alpha = 0.05,
    box: Annotated[
        str | None,
        typer.Option(
            "--box",
            help="Command to question, with {before}, {after} and {steps} in it; for trajectories {start}, {controls} and {times}.",
        ),
    ] = None,
    ask: Annotated[int, typer.Option("--ask", help="Number of questions to put to the box.", min=0)] = 0,
    evidence: Annotated[
        str,
        typer.Option(
            "--evidence",
            autocompletion=completion.among("auto", "rollout"),
            help="auto, the cheapest that suffices; or rollout, laws run and compared.",
        ),
    ] = "auto",
    box_timeout: Annotated[float, typer.Option("--box-timeout", help="Seconds the box may take for an answer.")] = 60.0,
    seed: Seed = 0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Run directory to write.")] = None,
    report: Annotated[Path | None, typer.Option("--report", help="HTML page to write.")] = None,
    figure: Annotated[Path | None, typer.Option("--figure", help="Draw it: .svg, .pdf or .png.")] = None,
    lang: Annotated[
        str | None,
        typer.Option("--lang", autocompletion=completion.among("en", "zh"), help="Language of the page: en or zh."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with exit code 5 when a check of the space or of the law failed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Find the law behind a recording: how sure, what is unknown, what to try next."""
    from evolaw import checks
    from evolaw.cli.discover.lattice import find_rule
    from evolaw.cli.discover.trajectory import find_equation, is_trajectory

    lang = language.chosen(lang)
    if ask and box is None:
        raise checks.refuse("box", "be given when questions are to be asked", box, "Add --box COMMAND or drop --ask.")
    if not sources and not ask:
        raise checks.refuse("source", "be given, or else --box COMMAND with --ask N", None, "Try: evolaw demo.")
    _require_places(out, report, figure)
    observed: dict[str, Any] = {"every": every, "flip": flip, "boundary": boundary}
    equation = {"names": names, "library": library, "diffusion": diffusion, "period": period, "hidden": hidden}
    equation |= {"noise": noise, "symmetry": symmetry}
    cells = observed | {"alive": alive, "threshold": threshold, "evidence": None if evidence == "auto" else evidence}
    cells |= {"space": None if space == "outer-totalistic" else space, "chance": chance}
    given = ({name: value for name, value in part.items() if value is not None} for part in (cells, equation))
    options: dict[str, Any] = {"known": known, "alpha": alpha, "ask": ask, "rng": seed}
    observed["cells"] = {"alive": alive, "threshold": threshold}
    with terminal.bar("discovering") as progress:
        if is_trajectory(sources or [], *given):
            equation |= {"diffusion": diffusion or "1", "noise": noise or "auto"}
            finding = find_equation(
                sources or [], box=box, box_timeout=box_timeout, progress=progress, **equation, **options
            )
        else:
            _refuse_equation(equation)
            options |= {"box": _lattice_box(box, box_timeout), "evidence": evidence, "chance": chance}
            finding = find_rule(sources or [], space, **observed, progress=progress, **options)
    command = shlex.join(["evolaw", *sys.argv[1:]])
    finding = dataclasses.replace(finding, facts={**finding.facts, "command": command, "seed": seed})
    if out is not None:
        finding.save(out)
    if report is not None:
        from evolaw.report import write

        write(finding, report, lang=lang, command=command, seed=seed)
    if figure is not None:
        from evolaw.report import write_figure

        write_figure(finding, figure)
    if "simulator_refused" in finding.facts:
        terminal.note(finding.facts["simulator_refused"])
    if as_json:
        terminal.document(finding.to_json() | _beside(finding, seed))
    else:
        terminal.result(repr(finding))
        for name, place in (("run", out), ("report", report), ("figure", figure)):
            if place is not None:
                terminal.result(f"  {name} written to {place}")
    if strict and finding.failed:
        terminal.note(f"failed: {', '.join(check.name for check in finding.failed)}")
        raise typer.Exit(_FAILED)


def _beside(finding: Finding, seed: int) -> dict[str, Any]:
    """What a program needs beside the finding: every fitted number with its error, and what the finding rests on."""
    from evolaw import __version__

    recording = finding.recording
    boundary = None if recording is None else recording.boundary
    return {"facts": finding.facts, "seed": seed, "version": __version__, "boundary": boundary}


def _lattice_box(box: str | None, timeout: float) -> Any:
    from evolaw.automata.boxes.black_box import CommandBox

    return None if box is None else CommandBox(box, timeout=timeout)


def _refuse_equation(options: dict[str, str | None]) -> None:
    """What can only be said of trajectories is refused for frames of cells, not ignored."""
    from evolaw import checks

    for name, value in options.items():
        checks.require(value is None, name, "be left out for frames of cells", value)


def _require_places(out: Path | None, report: Path | None, figure: Path | None) -> None:
    """Refuse places that cannot be written before the work begins, not after it."""
    from evolaw.cli import arguments
    from evolaw.storage.leftovers import require_free

    if out is not None:
        require_free(out)
    if report is not None:
        arguments.require_page(report)
    if figure is not None:
        arguments.require_place(figure)
