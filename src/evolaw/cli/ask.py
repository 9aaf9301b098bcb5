"""``evolaw ask``: the experiment that would decide most of what is still unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from evolaw.cli import terminal
from evolaw.cli.discover.options import Alive, Alpha, Boundary, Chance, Every, Flip, Json, Known, Seed, Space, Threshold

__all__ = ["ask_next"]


def ask_next(
    sources: Annotated[
        list[Path], typer.Argument(metavar="SOURCE...", help="Recordings, or the run directory of a finding.")
    ],
    space: Space = "outer-totalistic",
    known: Known = None,
    every: Every = None,
    flip: Flip = None,
    boundary: Boundary = None,
    alive: Alive = None,
    threshold: Threshold = None,
    chance: Chance = None,
    alpha: Alpha = 0.05,
    seed: Seed = 0,
    rle: Annotated[
        Path | None, typer.Option("--rle", help="Write the board of the experiment to this RLE file.")
    ] = None,
    figure: Annotated[Path | None, typer.Option("--figure", help="Draw that board: .svg, .pdf or .png.")] = None,
    as_json: Json = False,
) -> None:
    """Say which experiment would decide most of what is still unknown."""
    from evolaw import documents
    from evolaw.cli import arguments
    from evolaw.cli.discover.lattice import find_rule, name_of
    from evolaw.cli.discover.trajectory import find_equation, is_trajectory

    if figure is not None:
        arguments.require_place(figure)
    options: dict[str, Any]
    if (sources[0] / "finding.json").is_file():
        from evolaw.discovery import Finding

        finding = Finding.load(sources[0])
    elif is_trajectory(sources, {}, {}):
        options = dict.fromkeys(("names", "library", "period", "hidden")) | {
            "diffusion": "1",
            "noise": "auto",
        }
        finding = find_equation(sources, box=None, box_timeout=60.0, known=known, alpha=alpha, rng=seed, **options)
    else:
        with terminal.bar("discovering") as progress:
            observed: dict[str, Any] = {"every": every, "flip": flip, "boundary": boundary}
            observed["cells"] = {"alive": alive, "threshold": threshold}
            options = {"known": known, "chance": chance, "alpha": alpha, "rng": seed}
            finding = find_rule(sources, space, **observed, progress=progress, **options)
    question = finding.next
    text = getattr(question, "rle", "")
    if rle is not None and text:
        documents.write_document(rle, text if text.endswith("\n") else text + "\n")
    if figure is not None and text:
        _draw_board(text, figure)
    if not text and (rle is not None or figure is not None):
        terminal.note("No board was written: there is none to ask for.")
    if as_json:
        terminal.document(
            {"schema": 1, "source": name_of(sources), "space": finding.space, "next": finding.to_json()["next"]}
        )
    elif question is None:
        terminal.result("Nothing is left to ask: every entry of the space is decided.")
    else:
        terminal.result("\n".join([question.says, text]).rstrip())


def _draw_board(rle: str, figure: Path) -> None:
    """Draw the board of an experiment, which is written as RLE."""
    from evolaw import report
    from evolaw.automata.files.rle import parse_rle
    from evolaw.trajectory import Trajectory

    pattern = parse_rle(rle)
    board = Trajectory(pattern.board[None], [0], ("times", "rows", "cols"), law=pattern.rule)
    report.write_figure(board, figure)
