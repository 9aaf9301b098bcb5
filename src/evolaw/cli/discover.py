"""``evolaw discover`` and ``evolaw ask``: from a recording to its law, and to the next experiment."""

from __future__ import annotations

import dataclasses
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolaw.cli import completion, terminal
from evolaw.report import language

if TYPE_CHECKING:
    from evolaw.discovery import Finding
    from evolaw.discovery.lattices.model.observation import Channel
    from evolaw.trajectory import Trajectory

__all__ = ["ask_next", "discover_law"]

_Sources = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="SOURCE...",
        help="Recordings of one automaton: states (.npz, .npy, .mat, .csv), a film (.gif, .tif), a folder of frames (patterns or "
        "pictures), the frames themselves, or a run directory; or a .csv of statistics over time. "
        "Or trajectories of numbers: .csv, .tsv, .npz, .npy, .mat, .parquet, .zarr.",
    ),
]
_Space = Annotated[
    str,
    typer.Option(
        "--space",
        autocompletion=completion.among("outer-totalistic", "isotropic", "general", "elementary"),
        help="outer-totalistic, isotropic or general, of cells of two states or of cells that age; elementary for lines of cells.",
    ),
]
_Known = Annotated[
    str | None, typer.Option("--known", help="Entries known beforehand, as B3,S2=0; of an equation 'x: x=1; y: *'.")
]
_Every = Annotated[
    int | None, typer.Option("--every", help="Generations between frames; by default the times in the recording.")
]
_Flip = Annotated[
    str | None,
    typer.Option(
        "--flip",
        help="Probability that a cell was read wrongly, or auto to estimate it; update:0.02 or update:auto if the automaton errs.",
    ),
]
_Boundary = Annotated[
    str | None,
    typer.Option(
        "--boundary",
        autocompletion=completion.among("torus", "plane", "reflecting", "window"),
        help="Edge of the board: torus, torus+dx,dy, plane, reflecting, or window, where it is a part of a larger world and its edge "
        "unknown; by default the recording's.",
    ),
]
_TRAJECTORY = "Trajectories"
_FAILED = 5
_Names = Annotated[
    str | None, typer.Option("--names", help="Names of the components, x,y.", rich_help_panel=_TRAJECTORY)
]
_Library = Annotated[
    str | None,
    typer.Option(
        "--library",
        help="Drift terms: '1, x, x^3, sin(x)', poly:5, harmonics:3, or 'x: 1, x; y: y'; t is the time.",
        rich_help_panel=_TRAJECTORY,
    ),
]
_Diffusion = Annotated[
    str | None,
    typer.Option("--diffusion", help="Terms of the diffusion, likewise; by default 1.", rich_help_panel=_TRAJECTORY),
]
_Period = Annotated[
    str | None, typer.Option("--period", help="Periods of angles: 'p=2*pi'.", rich_help_panel=_TRAJECTORY)
]
_Noise = Annotated[
    str | None,
    typer.Option("--noise", help="Measurement noise: auto, or its standard deviation.", rich_help_panel=_TRAJECTORY),
]
_Hidden = Annotated[
    str | None,
    typer.Option("--hidden", help="velocity, where positions were recorded; or its name.", rich_help_panel=_TRAJECTORY),
]
_Symmetry = Annotated[
    str | None,
    typer.Option(
        "--symmetry",
        help="What leaves the law the same: 'rotation x, y', 'reflection x', 'translation p'; several between semicolons.",
        rich_help_panel=_TRAJECTORY,
    ),
]
_Alive = Annotated[
    float | None, typer.Option("--alive", help="The value, or grey level, that means alive; all others are dead.")
]
_Threshold = Annotated[
    float | None, typer.Option("--threshold", help="Values, or grey levels, above this one are alive, all others dead.")
]
_Chance = Annotated[
    float | None,
    typer.Option(
        "--chance",
        help="Coins that come up otherwise at least so often buy no wrong decisions beyond --alpha, by default .01; "
        "0 declares the law deterministic, so that one look decides.",
    ),
]
_Alpha = Annotated[float, typer.Option("--alpha", help="Declared rate of wrong decisions.")]
_Seed = Annotated[int, typer.Option("--seed", help="Seed of all chance in the search.")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def discover_law(
    sources: _Sources = None,
    space: _Space = "outer-totalistic",
    known: _Known = None,
    every: _Every = None,
    flip: _Flip = None,
    boundary: _Boundary = None,
    alive: _Alive = None,
    threshold: _Threshold = None,
    names: _Names = None,
    library: _Library = None,
    diffusion: _Diffusion = None,
    period: _Period = None,
    noise: _Noise = None,
    hidden: _Hidden = None,
    symmetry: _Symmetry = None,
    chance: _Chance = None,
    alpha: _Alpha = 0.05,
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
    seed: _Seed = 0,
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
    as_json: _Json = False,
) -> None:
    """Find the law behind a recording: how sure, what is unknown, what to try next."""
    from evolaw import checks
    from evolaw.cli.trajectory_options import find_equation, is_trajectory

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
            finding = _find(sources or [], space, **observed, progress=progress, **options)
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


def ask_next(
    sources: Annotated[
        list[Path], typer.Argument(metavar="SOURCE...", help="Recordings, or the run directory of a finding.")
    ],
    space: _Space = "outer-totalistic",
    known: _Known = None,
    every: _Every = None,
    flip: _Flip = None,
    boundary: _Boundary = None,
    alive: _Alive = None,
    threshold: _Threshold = None,
    chance: _Chance = None,
    alpha: _Alpha = 0.05,
    seed: _Seed = 0,
    rle: Annotated[
        Path | None, typer.Option("--rle", help="Write the board of the experiment to this RLE file.")
    ] = None,
    figure: Annotated[Path | None, typer.Option("--figure", help="Draw that board: .svg, .pdf or .png.")] = None,
    as_json: _Json = False,
) -> None:
    """Say which experiment would decide most of what is still unknown."""
    from evolaw import documents
    from evolaw.cli import arguments
    from evolaw.cli.trajectory_options import find_equation, is_trajectory

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
            finding = _find(sources, space, **observed, progress=progress, **options)
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
            {"schema": 1, "source": _name(sources), "space": finding.space, "next": finding.to_json()["next"]}
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

    report.write_figure(Trajectory(parse_rle(rle).board[None], [0], ("times", "rows", "cols")), figure)


def _find(
    sources: list[Path],
    space: str,
    *,
    every: int | None,
    flip: str | None,
    boundary: str | None,
    cells: dict[str, float | None] | None = None,
    chance: float | None = None,
    **options: Any,
) -> Finding:
    """Read, then discover; ``options`` go to `discover` as they are."""
    from evolaw import checks
    from evolaw.automata.files.recordings import holds_boards
    from evolaw.discovery import discover
    from evolaw.discovery.lattices.model.rule_space import SPACES

    checks.one_of(space, "space", SPACES)
    if any(source.suffix.lower() == ".csv" and not holds_boards(source) for source in sources):
        unused = {"every": every, "flip": flip, "boundary": boundary, "chance": chance, **(cells or {})}
        return _from_statistics(sources, space, unused, **options)
    recordings = _recordings(sources, cells or {})
    observed = _observed(recordings, every, flip)
    options |= {"observed": observed, "boundary": boundary} | ({} if chance is None else {"chance": chance})
    finding = discover(recordings or None, space, **options)
    return dataclasses.replace(finding, source=_name(sources)) if sources else finding


def _recordings(sources: list[Path], cells: dict[str, float | None]) -> list[Trajectory]:
    """Read the sources; files that hold one board each are the frames of one recording. What the readers chose is said."""
    from evolaw.automata.files.frames import FRAME_SUFFIXES, read_frames
    from evolaw.automata.files.recordings import read_recording

    many = len(sources) > 1 and all(source.is_file() and source.suffix.lower() in FRAME_SUFFIXES for source in sources)
    alive, threshold = cells.get("alive"), cells.get("threshold")
    if many:
        read = [read_frames(sources, alive=alive, threshold=threshold)]
    else:
        read = [read_recording(source, alive=alive, threshold=threshold) for source in sources]
    for recording in read:
        for sentence in recording.about.get("read_as", ()):
            terminal.note(sentence)
    return read


def _from_statistics(
    sources: list[Path],
    space: str,
    unused: dict[str, Any],
    *,
    box: Any = None,
    ask: int = 0,
    evidence: str = "auto",
    **options: Any,
) -> Finding:
    """Discover from one table of statistics; what can only be said of boards is refused, not ignored."""
    from evolaw import checks
    from evolaw.discovery.lattices.selection import GROUNDS
    from evolaw.discovery.lattices.series.series import read_series
    from evolaw.discovery.lattices.series.series_evidence import discover_series

    checks.one_of(evidence, "evidence", GROUNDS)
    checks.require(len(sources) == 1, "source", "be one table of statistics, or recordings", _name(sources))
    for name, value in (unused | {"box": box, "ask": ask or None}).items():
        checks.require(value is None, name, "be left out for a table of statistics, which says it all itself", value)
    return dataclasses.replace(discover_series(read_series(sources[0]), space, **options), source=str(sources[0]))


def _name(sources: list[Path]) -> str:
    return ", ".join(str(source) for source in sources)


def _observed(recordings: list[Trajectory], every: int | None, flip: str | None) -> Channel | None:
    """What the first recording says of itself, with --every and --flip in the place of what they name; None without them."""
    from evolaw import checks
    from evolaw.discovery.lattices.model.observation import AUTO, of_recording

    given: dict[str, Any] = {}
    if every is not None:
        given["every"] = every
    if flip is not None:
        on, _, value = flip.rpartition(":")
        given["on"] = checks.one_of(on or "observation", "flip", ("observation", "update"))
        given["flips"] = AUTO if value == AUTO else checks.probability(value, "flip", most=0.45)
    return dataclasses.replace(of_recording(recordings[0]), **given) if given and recordings else None
