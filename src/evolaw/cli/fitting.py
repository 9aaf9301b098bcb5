"""``evolaw learn``: train small networks on a recording or on a rule, and say what law they hold."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolaw.cli import terminal

if TYPE_CHECKING:
    from evolaw.automata.rules import Rule
    from evolaw.learning.readout import Filter, Readout
    from evolaw.learning.surrogate import LearnedLaw
    from evolaw.trajectory import Trajectory

__all__ = ["NETS", "learn_law"]

NETS = {"cnn": "cnn2-x8", "cnn3": "cnn3-x8", "quadratic": "quadratic-x4", "d4": "d4-x8", "table": "orbit-table"}
"""The networks of --net, as architectures of the league."""

_UNSETTLED = 0.1
"""Nats a cell that a certain law should not leave after training."""


def learn_law(
    source: Annotated[str, typer.Argument(metavar="SOURCE|RULE", help="A recording, or a rule to record and learn.")],
    net: Annotated[str, typer.Option("--net", help="cnn, cnn3, quadratic, d4 or table.")] = "cnn",
    seeds: Annotated[
        int | None, typer.Option("--seeds", help="Networks to train; by default 1, in a league 64.", min=1)
    ] = None,
    league: Annotated[
        bool, typer.Option("--league", help="Train every architecture from many seeds on a rule and count successes.")
    ] = False,
    epochs: Annotated[
        int | None, typer.Option("--epochs", help="Passes over the data; by default 8, 16 with --steps.", min=1)
    ] = None,
    steps: Annotated[int, typer.Option("--steps", help="Generations between the frames to learn from.", min=1)] = 1,
    restarts: Annotated[
        int | None,
        typer.Option(
            "--restarts", help="Draws a network, the lowest loss is kept; by default 1, 4 with --steps.", min=1
        ),
    ] = None,
    chance: Annotated[bool, typer.Option("--chance", help="Learn probabilities from a recording with noise.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="Seed of weights, batches and recorded boards.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", help="Run directory to write.")] = None,
    report: Annotated[Path | None, typer.Option("--report", help="HTML page to write.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Learn a law with small networks, and read it off their weights."""
    from evolaw import checks
    from evolaw.learning.readout import explain_filters

    origin = {"command": shlex.join(["evolaw", *sys.argv[1:]]), "seed": seed}
    if league:
        checks.require(steps == 1 and out is None, "league", "be run without --steps and --out", "combined with them")
        _hold_league(source, seeds or 64, epochs or 8, seed, report, as_json, origin)
        return
    checks.one_of(net, "net", NETS)
    recording, truth = _open(source, steps, seed)
    nets = seeds or 1
    draws = nets * (restarts or (1 if steps == 1 else 4))
    with terminal.bar("learning") as progress:
        law, misread = _fit(recording, net, nets, draws, epochs, steps, chance, seed, truth, progress)
    readout, filters = law.read(truth), explain_filters(law.nets[0])
    remark = _remark(law, misread, chance)
    if out is not None:
        law.save(out, about={"source": source, **origin})
    if report is not None:
        from evolaw.report.learned_page import write_learned

        write_learned(report, source=source, law=law, readout=readout, filters=filters, remark=remark, **origin)
    if as_json:
        terminal.document(_document(source, law, readout, filters, remark))
        return
    terminal.result("\n".join([repr(law), repr(readout), *_filter_lines(filters)]))
    if remark:
        terminal.note(f"warning: {remark}")
    for name, place in (("run", out), ("report", report)):
        if place is not None:
            terminal.result(f"  {name} written to {place}")


def _open(source: str, steps: int, seed: int) -> tuple[Trajectory, Rule | None]:
    """The recording, and the rule behind it where that is known: it only counts errors."""
    from evolaw.automata.recordings import read_recording
    from evolaw.automata.rules import Rule
    from evolaw.errors import ParseError
    from evolaw.learning.datasets import random_recordings

    if Path(source).exists():
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
    from evolaw.automata.rules import Rule
    from evolaw.errors import ParseError

    try:
        return Rule(source)
    except ParseError as error:
        says = "This is neither a file that exists nor a rule. Check the path, or write a rule such as B3/S23."
        raise ParseError(says, source=source) from error


def _fit(
    recording: Trajectory,
    net: str,
    keep: int,
    draws: int,
    epochs: int | None,
    steps: int,
    chance: bool,
    seed: int,
    truth: Rule | None,
    progress: terminal.Progress,
) -> tuple[LearnedLaw, int]:
    """The learned law, and on how many windows that the recording shows it says something else."""
    from evolaw.learning.datasets import board_pairs, window_pairs
    from evolaw.learning.league import ARCHITECTURES
    from evolaw.learning.surrogate import fit
    from evolaw.learning.training import Schedule
    from evolaw.randomness import source

    pairs: Any = window_pairs(recording) if steps == 1 else board_pairs(recording, steps)
    architecture = ARCHITECTURES[NETS[net]]
    rate = architecture.learning_rate * (1 if steps == 1 else 0.6)
    # What is certain may count alike however rarely it was seen; frequencies must count as often as they were.
    balance = 0.0 if chance or steps > 1 else 1.0
    schedule = Schedule(epochs=epochs or (8 if steps == 1 else 16), learning_rate=rate, balance=balance)
    nets = [architecture.draw(source(seed).stream(f"draw {number}").key[0]) for number in range(draws)]
    law = fit(nets, pairs, schedule=schedule, keep=keep, chance=chance, rng=seed, truth=truth, progress=progress)
    if chance or steps > 1:
        return law, 0
    seen, alive = pairs.visits.sum(0) > 0, pairs.births.sum(0) > 0
    return law, int(((law.rule().table == 1) != alive)[seen].sum())


def _remark(law: LearnedLaw, misread: int, chance: bool) -> str:
    """What has to be said before the law is believed; empty when nothing has."""
    said = []
    loss = max(records[-1].loss for records in law.history)
    if loss > _UNSETTLED and not chance:
        said.append(
            f"The training left a loss of {loss:.2g} nats a cell, which a certain law does not: it has not settled, or frames "
            f"are further apart than told. Try more --epochs or --restarts."
        )
    if misread:
        said.append(
            f"On {misread} windows that the recording shows the networks say something else, where counting cannot err: "
            f"use `evolaw discover`, or train with more --epochs."
        )
    if law.visited is not None and (unseen := int((law.visited == 0).sum())):
        said.append(f"{unseen} of 512 windows were never seen: what the law says of them is the network's guess.")
    return " ".join(said)


def _filter_lines(filters: list[Filter]) -> list[str]:
    if not filters:
        return []
    head = f"Filters (strongest first){'':7}most like    cosine  strength  symmetric  counting"
    return [
        head,
        *(
            f"  {number + 1:<30}{f.nearest:<10}{f.cosine:>9.3f}{f.strength:>10.3f}{f.symmetric_share:>11.3f}{f.totalistic_share:>10.3f}"
            for number, f in enumerate(filters)
        ),
    ]


def _document(source: str, law: LearnedLaw, readout: Readout, filters: list[Filter], remark: str) -> dict[str, Any]:
    errors = readout.window_errors
    return {
        "schema": 1,
        "source": source,
        "rule": str(readout.rule),
        "map": readout.rule.map_string,
        "space": readout.rule.space,
        "networks": [str(net) for net in law.nets],
        "rules": [str(law.rule(member)) for member in range(len(law))],
        "margin": readout.margin,
        "asymmetry": readout.equivariance_error,
        "windows_seen": None if readout.visited is None else int(readout.visited.sum()),
        "windows_wrong": None if errors is None else {"seen": errors[0], "unseen": errors[1]},
        "loss": [records[-1].loss for records in law.history],
        "filters": [
            {
                "weights": f.weights.tolist(),
                "nearest": f.nearest,
                "cosine": f.cosine,
                "strength": f.strength,
                "symmetric_share": f.symmetric_share,
                "totalistic_share": f.totalistic_share,
            }
            for f in filters
        ],
        "remark": remark,
    }


def _hold_league(
    source: str, seeds: int, epochs: int, seed: int, report: Path | None, as_json: bool, origin: dict[str, Any]
) -> None:
    from evolaw.learning.league import run_league

    rule = _rule(source)
    with terminal.bar("league") as progress:
        league = run_league(rule, seeds=seeds, epochs=epochs, rng=seed, progress=progress)
    if report is not None:
        from evolaw.report.learned_page import write_learned

        write_learned(report, source=source, league=league, **origin)
    if as_json:
        terminal.document({"schema": 1, **league.to_json()})
        return
    terminal.result(repr(league))
    if report is not None:
        terminal.result(f"  report written to {report}")
