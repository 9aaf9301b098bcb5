"""``evolaw simulate``: one verb for every law; what is typed says which world it lives in.

Two functions, `simulate_rule` and `simulate_process`, each with the options of its world; the command shows the options of both,
and one that means nothing for the law is refused, not ignored.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from evolaw.cli import completion

__all__ = ["simulate", "simulate_process", "simulate_rule"]

_BOARD = "Cellular automata"
_PROCESS = "Stochastic differential equations"

Law = Annotated[
    str | None,
    typer.Argument(
        autocompletion=completion.laws,
        help='A rule, as B3/S23, B2-a/S12, Life, W110 or MAP…; a pattern file with its own rule and grid; the run of a learned or discovered one; a process, as ornstein-uhlenbeck; or an equation, as "dX = -X dt + dW".',
    ),
]
Start = Annotated[
    str | None,
    typer.Option(
        "--start",
        help="A pattern file or a named pattern; for a line of cells 0 and 1; for a process its state, as 1 or 1,0.",
    ),
]
Steps = Annotated[
    int | None, typer.Option("--steps", help="Generations to run, by default 100; for a process equal time steps.")
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of the start and of chance.")]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="Run directory to write; kill it, and it can be resumed.")
]
Resume = Annotated[Path | None, typer.Option("--resume", help="Continue this run directory; all else is in it.")]
Report = Annotated[Path | None, typer.Option("--report", help="Write a page: boards with a player, paths drawn.")]
Figure = Annotated[Path | None, typer.Option("--figure", help="Draw it: .svg, .pdf, .png, or a film: .gif, .mp4.")]
Lang = Annotated[str | None, typer.Option("--lang", help="Language of the page: en or zh.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def simulate_rule(
    law: Law = None,
    start: Start = None,
    steps: Steps = None,
    seed: Seed = 0,
    out: Out = None,
    resume: Resume = None,
    report: Report = None,
    figure: Figure = None,
    lang: Lang = None,
    as_json: AsJson = False,
    size: Annotated[
        str | None,
        typer.Option(
            "--size",
            help="Side of the board, ROWSxCOLS, or the cells of a line; by default 64, or the pattern file's.",
            rich_help_panel=_BOARD,
        ),
    ] = None,
    density: Annotated[
        float | None,
        typer.Option(
            "--density", help="Share of living cells in a random start, by default 0.35.", rich_help_panel=_BOARD
        ),
    ] = None,
    every: Annotated[int, typer.Option("--every", help="Save each so many generations.", rich_help_panel=_BOARD)] = 1,
    boundary: Annotated[
        str | None,
        typer.Option(
            "--boundary",
            autocompletion=completion.among("torus", "plane", "reflecting"),
            help="torus, plane, reflecting or torus+dx,dy; by default torus, or the pattern file's.",
            rich_help_panel=_BOARD,
        ),
    ] = None,
    noise: Annotated[
        float,
        typer.Option("--noise", help="Probability that a cell is flipped after each step.", rich_help_panel=_BOARD),
    ] = 0.0,
    rle: Annotated[
        Path | None, typer.Option("--rle", help="Write the last board to this RLE file.", rich_help_panel=_BOARD)
    ] = None,
) -> None:
    """Simulate a cellular automaton, or continue a run of one."""
    from evolaw import checks
    from evolaw.cli.simulate import lattice

    if resume is None and lattice.is_pattern_file(str(law)):
        for name, value in (("start", start), ("density", density)):
            checks.require(value is None, name, "be left out with a pattern file, which is the start", value)
        file = lattice.of_pattern_file(Path(str(law)), size_is_typed=size is not None)
        law, start, size, boundary = file.rule, file.start, size or file.size, boundary or file.boundary
    typed = {"law": law, "size": size or "64", "density": 0.35 if density is None else density, "start": start}
    typed |= {"steps": 100 if steps is None else steps, "boundary": boundary or "torus"}
    typed |= {"every": every, "noise": noise, "seed": seed}
    lattice.simulate_board(typed, out, resume, rle, as_json, report, figure, _language(lang))


def simulate_process(
    law: Law = None,
    start: Start = None,
    steps: Steps = None,
    seed: Seed = 0,
    out: Out = None,
    resume: Resume = None,
    report: Report = None,
    figure: Figure = None,
    lang: Lang = None,
    as_json: AsJson = False,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter, as theta=2; once for each.", rich_help_panel=_PROCESS),
    ] = None,
    scheme: Annotated[
        str,
        typer.Option(
            "--scheme",
            autocompletion=completion.schemes,
            help="Name of the method; auto takes the best that fits.",
            rich_help_panel=_PROCESS,
        ),
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
        str,
        typer.Option(
            "--precision",
            autocompletion=completion.among("float64", "float32"),
            help="float64 or float32.",
            rich_help_panel=_PROCESS,
        ),
    ] = "float64",
) -> None:
    """Simulate paths of a process, or continue a run of them."""
    from evolaw.cli import arguments
    from evolaw.cli.simulate import process
    from evolaw.cli.simulate.process_settings import Typed, settle

    wanted = process.Wanted(figure, report, _language(lang), as_json)
    if resume is not None:
        process.continue_paths(resume, wanted)
        return
    numbers = arguments.settings(values or ())
    typed = Typed(str(law), numbers, start, time, frames, times, dt, steps, scheme, paths, precision, seed)
    process.simulate_paths(settle(typed), out, wanted)


def _language(lang: str | None) -> str:
    from evolaw.report import language

    return language.chosen(lang)


def simulate(context: typer.Context, **typed: Any) -> None:
    """Simulate a law and say what became of it."""
    from evolaw import checks

    law, resume = typed["law"], typed["resume"]
    if (law is None) == (resume is None):
        raise checks.refuse("law", "be given, or else --resume RUN", law, "Write, for example: evolaw simulate B3/S23.")
    if resume is None:
        from evolaw.cli.learn import answers

        typed["law"] = law = answers.law_of_run(law) or law
    is_process = _is_process(law) if resume is None else _is_of_process(resume)
    world = simulate_process if is_process else simulate_rule
    own = set(inspect.signature(world).parameters)
    given = {name for name in context.params if _is_typed(context, name)}
    allowed = own if resume is None else own & {"resume", "as_json", "rle", "figure", "report", "lang"}
    whose = "for a process" if is_process else "for a cellular automaton"
    _require_only(allowed, given, whose if resume is None else f"with --resume: all else is in the run, {whose}")
    world(**{name: typed[name] for name in own})


def _joined(*worlds: Callable[..., None]) -> list[inspect.Parameter]:
    """The options of both worlds, each once."""
    found: dict[str, inspect.Parameter] = {}
    for world in worlds:
        hints = get_type_hints(world, include_extras=True)
        for name, parameter in inspect.signature(world).parameters.items():
            found.setdefault(name, parameter.replace(annotation=hints[name]))
    return list(found.values())


def _shown(*worlds: Callable[..., None]) -> None:
    """Show the command line the options of both worlds as those of `simulate`."""
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    parameters = [context, *_joined(*worlds)]
    simulate.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    simulate.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}


_shown(simulate_rule, simulate_process)


def _is_process(law: str) -> bool:
    """Whether a law is written like an equation, named like a process, or the run of a learned equation."""
    from evolaw.cli.simulate import process_settings
    from evolaw.ito.notation import spelling
    from evolaw.sde import catalogue

    return spelling.is_equation(law) or catalogue.resembles(law) or process_settings.is_learned(law)


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
