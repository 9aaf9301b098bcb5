"""What is said of a learned law and of a league: in words, as JSON, and as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw.cli import arguments, terminal
from evolaw.cli.learn import equation

if TYPE_CHECKING:
    from evolaw.automata.rules.rule import Rule
    from evolaw.learning.trajectories.neural_equation import NeuralEquation
    from evolaw.learning.windows.architecture_study import League
    from evolaw.learning.windows.interpretation import Filter, Readout
    from evolaw.learning.windows.learned_law import LearnedLaw

__all__ = ["law_of_run", "remark", "report_learned", "show_learned"]

_UNSETTLED = 0.1
"""Nats a cell that a certain law should not leave after training."""
_BOARDS, _SIDE, _STEPS = 64, 32, 64
"""Boards on which the page sets the law beside the truth, half of them for each."""


def show_learned(result: LearnedLaw | NeuralEquation | League, about: dict[str, Any], as_json: bool) -> None:
    """Print a learned law, of a lattice or of a trajectory, or a league.

    Args:
        result: the law or the league.
        about: source, and what is known of the training: ``truth``, a rule or None; ``chance``, whether it learned chances.
        as_json: print one JSON document.
    """
    from evolaw.learning.trajectories.neural_equation import NeuralEquation
    from evolaw.learning.windows.architecture_study import League
    from evolaw.learning.windows.interpretation import explain_filters

    if isinstance(result, League):
        if as_json:
            terminal.document({"schema": 1, **result.to_json()})
        else:
            terminal.result(repr(result))
        return
    if isinstance(result, NeuralEquation):
        equation.show_equation(result, about["source"], as_json)
        return
    law = result
    readout, filters = law.read(about["truth"]), explain_filters(law.nets[0]) if law.nets else []
    said = remark(law, about["chance"])
    if as_json:
        terminal.document(_document(about["source"], law, readout, filters, said))
        return
    terminal.result("\n".join([repr(law), repr(readout), *_filter_lines(filters)]))
    if said:
        terminal.note(f"warning: {said}")


def report_learned(result: LearnedLaw | NeuralEquation | League, about: dict[str, Any], path: Path, lang: str) -> Path:
    """Write the page of a learned law or of a league; ``about`` as for `show_learned`, with ``command`` and ``seed``."""
    from evolaw.learning.trajectories.neural_equation import NeuralEquation
    from evolaw.learning.windows.architecture_study import League
    from evolaw.learning.windows.interpretation import explain_filters
    from evolaw.report.learned.page import write_learned

    if isinstance(result, NeuralEquation):
        return equation.report_equation(result, about, path, lang)
    origin = {"source": about["source"], "command": about.get("command", ""), "seed": about.get("seed"), "lang": lang}
    if isinstance(result, League):
        return write_learned(path, league=result, **origin)
    filters = explain_filters(result.nets[0]) if result.nets else []
    parts = {"readout": result.read(about["truth"]), "filters": filters, "remark": remark(result, about["chance"])}
    return write_learned(path, law=result, **parts, beside=_beside(result, about["truth"]), **origin)


def law_of_run(path: str) -> str | None:
    """Return the law that a run holds, in its notation: a rule or an equation; None for anything else.

    A learned equation has no notation but its own run, of which the path is returned.

    Raises:
        ArgumentError: the run holds something that is no law.
    """
    if not arguments.is_run(path):
        return None
    from evolaw import checks
    from evolaw.storage import Run

    about = Run.open(path).about
    kind = about.get("kind")
    checks.require(
        kind in ("learned law", "learned equation", "finding"),
        "law",
        "be a rule, or the run of a learned law or of a finding",
        f"a run of {kind}",
    )
    if kind == "learned equation":
        return str(Path(path).resolve())
    if kind == "finding":
        from evolaw.discovery import Finding

        return str(Finding.load(path).law.rule)
    from evolaw.learning.windows.learned_law import LearnedLaw

    chance = bool((about.get("training") or {}).get("chance"))
    return str(LearnedLaw.load(path).rule(hard=not chance))


def remark(law: LearnedLaw, chance: bool) -> str:
    """Return what has to be said before the law is believed; empty when nothing has."""
    said = []
    loss = max((records[-1].loss for records in law.history if records), default=0.0)
    if loss > _UNSETTLED and not chance:
        said.append(
            f"The training left a loss of {loss:.2g} nats a cell, which a certain law does not: it has not settled, or frames "
            f"are further apart than told. Try more --epochs or --restarts."
        )
    if len(law.misread) and not chance:
        said.append(
            f"On {len(law.misread)} windows that the recording shows the networks say something else, where counting cannot "
            f"err: use `evolaw discover`, or train with more --epochs."
        )
    if law.visited is not None and (unseen := int((law.visited == 0).sum())):
        said.append(f"{unseen} of 512 windows were never seen: what the law says of them is the network's guess.")
    return " ".join(said)


def _beside(law: LearnedLaw, truth: Rule | str | None) -> Any:
    """Law and truth rolled out from random boards, where the truth is known."""
    if truth is None:
        return None
    import numpy as np

    from evolaw.learning.windows.rollouts import Beside
    from evolaw.randomness import source

    starts = source(0).stream("beside").chance(0, (_BOARDS, _SIDE, _SIDE), 0.4).astype(np.uint8)
    return Beside.of(law, truth, starts, _STEPS, rng=0)


def _filter_lines(filters: list[Filter]) -> list[str]:
    if not filters:
        return []
    from evolaw.learning.windows.interpretation import match_solutions

    likeness = ", ".join(f"{name} {share:.3f}" for name, share in match_solutions(filters).items())
    head = f"Filters (strongest first){'':7}most like    cosine  strength  symmetric  counting"
    return [
        head,
        *(
            f"  {number + 1:<30}{f.nearest:<10}{f.cosine:>9.3f}{f.strength:>10.3f}{f.symmetric_share:>11.3f}{f.totalistic_share:>10.3f}"
            for number, f in enumerate(filters)
        ),
        f"Canonical solutions of Life, mean cosine: {likeness or 'too few filters'}",
    ]


def _document(source: str, law: LearnedLaw, readout: Readout, filters: list[Filter], said: str) -> dict[str, Any]:
    from evolaw.learning.windows.interpretation import match_solutions

    errors, wrong = readout.window_errors, readout.wrong
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
        "windows_misread": len(law.misread),
        "entries_wrong": None if wrong is None else {"seen": wrong[0], "unseen": wrong[1]},
        "entries_unseen": readout.unseen_entries,
        "loss": [records[-1].loss for records in law.history if records],
        "canonical": match_solutions(filters),
        "filters": [
            {
                "weights": f.weights.tolist(),
                "nearest": f.nearest,
                "cosine": f.cosine,
                "strength": f.strength,
                "symmetric_share": f.symmetric_share,
                "symmetrisation_error": f.symmetrisation_error,
                "totalistic_share": f.totalistic_share,
            }
            for f in filters
        ],
        "remark": said,
    }
