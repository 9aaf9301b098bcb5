"""``evolaw simulate``: one verb for every law; what is typed says which world it lives in.

An option that means nothing for the law is refused, not ignored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["simulate"]

_BOARD = "Cellular automata"
_PROCESS = "Stochastic differential equations"
_OF_BOARDS = ("size", "density", "every", "boundary", "noise", "rle")
_OF_PROCESSES = ("values", "scheme", "paths", "time", "frames", "times", "dt", "precision", "figure")


def simulate(
    context: typer.Context,
    law: Annotated[
        str | None,
        typer.Argument(
            help='A rule, as B3/S23, B2-a/S12 or MAP…, or the run of a learned or discovered one; a process, as ornstein-uhlenbeck; or an equation, as "dX = -X dt + dW".'
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--start", help="A pattern file or a named pattern; for a process its state, as 1 or 1,0."),
    ] = None,
    steps: Annotated[
        int | None, typer.Option("--steps", help="Generations to run, by default 100; for a process equal time steps.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the start and of chance.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", help="Run directory to write; kill it, and it can be resumed.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", help="Continue this run directory; all else is in it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    size: Annotated[
        str, typer.Option("--size", help="Side of the board, or ROWSxCOLS.", rich_help_panel=_BOARD)
    ] = "64",
    density: Annotated[
        float, typer.Option("--density", help="Share of living cells in a random start.", rich_help_panel=_BOARD)
    ] = 0.35,
    every: Annotated[int, typer.Option("--every", help="Save each so many generations.", rich_help_panel=_BOARD)] = 1,
    boundary: Annotated[
        str, typer.Option("--boundary", help="torus, plane, reflecting or torus+dx,dy.", rich_help_panel=_BOARD)
    ] = "torus",
    noise: Annotated[
        float,
        typer.Option("--noise", help="Probability that a cell is flipped after each step.", rich_help_panel=_BOARD),
    ] = 0.0,
    rle: Annotated[
        Path | None, typer.Option("--rle", help="Write the last board to this RLE file.", rich_help_panel=_BOARD)
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter, as theta=2; once for each.", rich_help_panel=_PROCESS),
    ] = None,
    scheme: Annotated[
        str,
        typer.Option("--scheme", help="Name of the method; auto takes the best that fits.", rich_help_panel=_PROCESS),
    ] = "auto",
    paths: Annotated[int, typer.Option("--paths", help="Number of paths.", rich_help_panel=_PROCESS)] = 1000,
    time: Annotated[
        float | None,
        typer.Option("--time", help="Last time; by default 1 or the classic's own.", rich_help_panel=_PROCESS),
    ] = None,
    frames: Annotated[
        int, typer.Option("--frames", help="Evenly spaced times to save, the start included.", rich_help_panel=_PROCESS)
    ] = 101,
    times: Annotated[
        str | None, typer.Option("--times", help="Times to save instead, as 0,0.5,2.", rich_help_panel=_PROCESS)
    ] = None,
    dt: Annotated[
        float | None,
        typer.Option(
            "--dt", help="Longest time step; by default at most 1/1000 of the time.", rich_help_panel=_PROCESS
        ),
    ] = None,
    precision: Annotated[
        str, typer.Option("--precision", help="float64 or float32.", rich_help_panel=_PROCESS)
    ] = "float64",
    figure: Annotated[
        Path | None,
        typer.Option("--figure", help="Draw paths and densities: .svg, .pdf or .png.", rich_help_panel=_PROCESS),
    ] = None,
) -> None:
    """Simulate a law and say what became of it."""
    from evolaw import checks
    from evolaw.cli import arguments
    from evolaw.cli.learn import answers
    from evolaw.cli.simulate import lattice, process, process_arguments
    from evolaw.ito.notation import spelling
    from evolaw.sde import catalogue

    given, held = {name for name in context.params if _is_typed(context, name)}, None
    if (law is None) == (resume is None):
        raise checks.refuse("law", "be given, or else --resume RUN", law, "Write, for example: evolaw simulate B3/S23.")
    if resume is not None:
        allowed = {"resume", "as_json", "rle", "figure"}
        _require_only(given & allowed, given, "with --resume: all else is in the run")
        if _is_of_process(resume):
            _require_only(given - {"rle"}, given, "for a process")
            process.continue_paths(resume, figure, as_json)
            return
        _require_only(given - {"figure"}, given, "for a cellular automaton")
    elif (held := answers.law_of_run(str(law))) is None and (
        spelling.is_equation(str(law)) or catalogue.resembles(str(law))
    ):
        _require_only(given - set(_OF_BOARDS), given, "for a process")
        numbers = arguments.settings(values or ())
        what = (start, time, frames, times, dt, steps, scheme, paths, precision, seed)
        process.simulate_paths(process_arguments.path_settings(str(law), numbers, *what), out, figure, as_json)
        return
    else:
        _require_only(given - set(_OF_PROCESSES), given, "for a cellular automaton")
    generations = 100 if steps is None else steps
    typed = {"law": held or law, "size": size, "density": density, "start": start, "steps": generations}
    typed |= {"every": every, "boundary": boundary, "noise": noise, "seed": seed}
    lattice.simulate_board(typed, out, resume, rle, as_json)


def _is_typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _require_only(allowed: set[str], given: set[str], whose: str) -> None:
    """Refuse options that would be ignored."""
    from evolaw import checks

    for name in sorted(given - allowed):
        option = {"values": "set", "as_json": "json"}.get(name, name)
        raise checks.refuse(option, "be left out", "given", f"There is no such choice {whose}.")


def _is_of_process(path: Path) -> bool:
    from evolaw.storage import Run

    return "scheme" in (Run.open(path).about.get("settings") or {})
