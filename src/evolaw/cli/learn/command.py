"""``evolaw learn``: train small networks on a recording or on a rule, and say what law they hold.

With ``--out`` every epoch is committed to a run directory. The same command, or ``evolaw learn --resume RUN``, continues a
training that was stopped or killed, and it ends in the same bytes.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolaw.cli import completion, terminal
from evolaw.cli.learn import answers, equation
from evolaw.report import language

if TYPE_CHECKING:
    from evolaw.automata.rules.rule import Rule
    from evolaw.learning.trajectories.neural_equation import NeuralEquation
    from evolaw.learning.windows.architecture_study import League
    from evolaw.learning.windows.learned_law import LearnedLaw
    from evolaw.trajectory import Trajectory

__all__ = ["Settings", "learn_law"]

_LIMITS = {
    "seeds": (4096, "What share of networks agrees is known to one in a hundred by then."),
    "epochs": (1_000_000, "A network that has not settled by then does not settle; try --restarts or another --net."),
    "steps": (1000, "No frame says so much of another one so much later; record nearer frames."),
    "restarts": (64, "The lowest loss of that many draws is as low as it gets; try more --epochs."),
}
"""Most that may be asked for, and why."""


@dataclass(frozen=True)
class Settings:
    """What was typed, as far as it fixes the training; see the options of `learn_law`."""

    source: str
    net: str
    seeds: int | None
    league: bool
    epochs: int | None
    steps: int
    restarts: int | None
    chance: bool
    seed: int
    names: str | None = None
    period: str | None = None


def learn_law(
    context: typer.Context,
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="SOURCE|RULE", help="A recording, of cells or of numbers, or a rule to record and learn."
        ),
    ] = None,
    net: Annotated[
        str,
        typer.Option(
            "--net",
            autocompletion=completion.among("cnn", "cnn3", "quadratic", "d4", "table"),
            help="cnn, cnn3, quadratic, d4 or table.",
        ),
    ] = "cnn",
    seeds: Annotated[
        int | None,
        typer.Option("--seeds", help="Networks to train; by default 1, in a league 64."),
    ] = None,
    league: Annotated[
        bool, typer.Option("--league", help="Train every architecture from many seeds on a rule and count successes.")
    ] = False,
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", help="Passes over the data; by default 8, 16 with --steps, 24 for a trajectory."),
    ] = None,
    steps: Annotated[int, typer.Option("--steps", help="Generations between the frames to learn from.")] = 1,
    restarts: Annotated[
        int | None,
        typer.Option("--restarts", help="Draws a network, the lowest loss is kept; by default 1, 4 with --steps."),
    ] = None,
    chance: Annotated[bool, typer.Option("--chance", help="Learn probabilities from a recording with noise.")] = False,
    names: Annotated[str | None, typer.Option("--names", help="Names of the components of a trajectory, x,y.")] = None,
    period: Annotated[str | None, typer.Option("--period", help="Periods of angles of a trajectory: 'p=2*pi'.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of weights, batches and recorded boards.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Run directory to write; kill it, and the same command continues."),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", help="Continue this run directory; all else is in it.")
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", help="HTML page to write.")] = None,
    figure: Annotated[Path | None, typer.Option("--figure", help="Draw it: .svg, .pdf or .png.")] = None,
    lang: Annotated[
        str | None,
        typer.Option("--lang", autocompletion=completion.among("en", "zh"), help="Language of the page: en or zh."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Learn a law with small networks, and read it off their weights."""
    from evolaw import checks

    if (source is None) == (resume is None):
        fix = "Write, for example: evolaw learn B3/S23."
        raise checks.refuse("source", "be given, or else --resume RUN", source, fix)
    if resume is None:
        settings = Settings(str(source), net, seeds, league, epochs, steps, restarts, chance, seed, names, period)
    else:
        settings, out = _stored(resume, context), resume
    _check(settings, report)
    if figure is not None:
        from evolaw.cli import arguments

        arguments.require_place(figure)
    lang = language.chosen(lang)
    header = {
        "source": settings.source,
        "settings": asdict(settings),
        "resume": "learn --resume",
        "seed": settings.seed,
    }
    header["command"] = shlex.join(["evolaw", *sys.argv[1:]])
    with _stoppable(out, asdict(settings)):
        train = _hold_league if settings.league else _train_equation if _is_equation(settings) else _train
        result, truth = train(settings, out, header)
    about = {**header, "truth": truth, "chance": settings.chance}
    if report is not None:
        answers.report_learned(result, about, report, lang)
    if figure is not None:
        from evolaw.report import write_figure

        write_figure(result, figure)
    answers.show_learned(result, about, as_json)
    for name, place in (("run", out), ("report", report), ("figure", figure)):
        if place is not None and not as_json:
            terminal.result(f"  {name} written to {place}")


def _stored(path: Path, context: typer.Context) -> Settings:
    """The settings of a run, beside which nothing may be typed that would change them."""
    from evolaw import checks
    from evolaw.errors import StorageError
    from evolaw.storage import Run

    for name in context.params:
        given = context.get_parameter_source(name)
        if (
            name not in ("resume", "report", "figure", "lang", "as_json")
            and given is not None
            and given.name == "COMMANDLINE"
        ):
            raise checks.refuse(name, "be left out with --resume: all else is in the run", "given")
    try:
        return Settings(**Run.open(path).about["settings"])
    except (KeyError, TypeError):
        raise StorageError(
            f"{path} was not written by `evolaw learn --out`, so there is no training to continue."
        ) from None


def _check(settings: Settings, report: Path | None) -> None:
    """Refuse what cannot work before the work begins."""
    from evolaw import checks
    from evolaw.learning.windows.recorded_law import NETS

    checks.one_of(settings.net, "net", NETS)
    checks.integer(settings.seed, "seed", least=0, most=2**128 - 1)
    for name, (most, why) in _LIMITS.items():
        value = getattr(settings, name)
        checks.require(value is None or 1 <= value <= most, name, f"be a whole number from 1 to {most}", value, why)
    if report is not None:
        from evolaw.cli import arguments

        arguments.require_page(report)
    if settings.league:
        for name, standard in (("steps", 1), ("restarts", None), ("chance", False), ("net", "cnn")):
            value = getattr(settings, name)
            fix = "A league trains every architecture, once a seed, on a rule without chance."
            checks.require(value == standard, name, "be left out with --league", value, fix)


@contextmanager
def _stoppable(out: Path | None, settings: dict[str, Any]) -> Iterator[None]:
    """Say where a training goes on from, and, when it is stopped, how to go on."""
    from evolaw.storage import Run

    if out is not None and (out / "manifest.json").exists():
        run = Run.open(out)
        unit = run.about.get("unit", "epochs")
        where = (
            "finished before, so nothing is trained" if run.state == "done" else f"going on after {run.cursor} {unit}"
        )
        terminal.note(f"{out}: {where}")
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        if out is not None and (out / "manifest.json").exists():
            terminal.note(f"stopped; every epoch so far is kept. Continue with: evolaw learn --resume {out}")
        raise


def _train(settings: Settings, out: Path | None, header: dict[str, Any]) -> tuple[LearnedLaw, Rule | None]:
    """The learned law, and the rule behind the recording where that is known: it only counts errors."""
    from evolaw.learning.windows.recorded_law import fit_recording

    recording, truth = _open(settings.source, settings.steps, settings.seed)
    asked = {name: getattr(settings, name) for name in ("net", "steps", "epochs", "restarts", "chance")}
    with terminal.bar("learning") as progress:
        kept: dict[str, Any] = {"truth": truth, "progress": progress, "out": out, "about": header}
        return fit_recording(recording, **asked, nets=settings.seeds or 1, rng=settings.seed, **kept), truth


def _is_equation(settings: Settings) -> bool:
    """Whether drift and diffusion of a trajectory are to be learned; what only networks of windows know is then refused."""
    from evolaw import checks

    if not equation.is_track(settings.source, settings.names):
        fix = "Cells have no components."
        for name in ("names", "period"):
            given = getattr(settings, name)
            checks.require(given is None, name, "be left out for frames of cells or a rule", given, fix)
        return False
    plain = {"net": "cnn", "seeds": None, "league": False, "steps": 1, "restarts": None, "chance": False}
    for name, usual in plain.items():
        given = getattr(settings, name)
        checks.require(given == usual, name, "be left out for a trajectory, whose networks are of another kind", given)
    return True


def _train_equation(settings: Settings, out: Path | None, header: dict[str, Any]) -> tuple[NeuralEquation, None]:
    asked: dict[str, Any] = {name: getattr(settings, name) for name in ("names", "period", "epochs", "seed")}
    return equation.train_equation(settings.source, **asked, out=out, header=header), None


def _hold_league(settings: Settings, out: Path | None, header: dict[str, Any]) -> tuple[League, None]:
    from evolaw.learning.windows.architecture_study import run_league

    seeds, epochs = settings.seeds or 64, settings.epochs or 8
    with terminal.bar("league") as progress:
        options: dict[str, Any] = {"rng": settings.seed, "progress": progress, "out": out, "about": header}
        return run_league(_rule(settings.source), seeds=seeds, epochs=epochs, **options), None


def _open(source: str, steps: int, seed: int) -> tuple[Trajectory, Rule | None]:
    """The recording, and the rule behind it where that is known."""
    from evolaw.automata.files.recordings import read_recording
    from evolaw.automata.rules.rule import Rule
    from evolaw.errors import ParseError
    from evolaw.learning.windows.datasets import random_recordings

    if source and Path(source).exists():
        recording = read_recording(source)
        try:
            rule = Rule(recording.law) if recording.law is not None else None
        except ParseError:
            rule = None
    else:
        rule = _rule(source)
        boards, size = (1024, 32) if steps == 1 else (256, 16)
        recording = random_recordings(rule, boards, size=size, steps=steps, rng=seed)
    known = rule is not None and rule.is_deterministic and rule.probabilities.size == 512
    return recording, rule if known else None


def _rule(source: str) -> Rule:
    """The rule that was typed, one that a network of a 3x3 window can hold."""
    from evolaw import checks
    from evolaw.automata.rules.rule import Rule
    from evolaw.errors import ParseError

    try:
        rule = Rule(source)
    except ParseError as error:
        why = str(error).partition(": ")[2]
        says = "This is neither a file that exists nor a rule. Check the path, or write a rule such as B3/S23."
        raise ParseError(f"{says} As a rule it fails in column {error.column}: {why}", source=source) from error
    fits = rule.neighbourhood != "line" and rule.probabilities.size == 512
    why = "A network that sees one such window cannot hold another."
    checks.require(fits, "source", "be a rule of 3x3 windows on a board", source, why)
    return rule
