"""``evolaw learn TRACK``: drift and diffusion of a trajectory as networks, in words, as JSON, and as a page."""

from __future__ import annotations

import math
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw.cli import terminal

if TYPE_CHECKING:
    import numpy as np

    from evolaw.discovery.diffusions.proposed_terms import Proposal
    from evolaw.learning.trajectories.neural_equation import NeuralEquation

__all__ = ["is_track", "remark", "report_equation", "show_equation", "train_equation"]

_SWING, _FAR = 0.02, 5.0
"""Correlations of successive steps that networks leave by themselves, and how many errors are too many."""
_MANY = 3
"""From so many components on, cubic terms are proposed and no longer those of the fifth degree."""


def is_track(source: str, names: str | None) -> bool:
    """Whether a source is a trajectory of numbers; one that could be cells as well is where components are named."""
    from evolaw.cli.discover.trajectory import kind_of

    kind = kind_of(Path(source)) if source and Path(source).exists() else "lattice"
    return kind == "trajectory" or (kind == "either" and names is not None)


def train_equation(
    source: str,
    *,
    names: str | None,
    period: str | None,
    epochs: int | None,
    seed: int,
    out: Path | None,
    header: dict[str, Any],
) -> NeuralEquation:
    """Learn drift and diffusion of a file of trajectories; angles are those that are named, declared or seen."""
    from dataclasses import replace

    from evolaw.discovery.diffusions.files.tracks import read_tracks
    from evolaw.discovery.diffusions.model.recording import gather
    from evolaw.discovery.diffusions.problem import declared_periods, read_periods, seen_periods
    from evolaw.learning.trajectories.equation_training import SCHEDULE, fit_equation

    given = None if names is None else [name.strip() for name in names.split(",")]
    schedule = SCHEDULE if epochs is None else replace(SCHEDULE, epochs=epochs)
    tracks = read_tracks(source)
    for sentence in dict.fromkeys(note for track in tracks for note in track.about.get("read_as", ())):
        terminal.note(sentence)
    recording = gather(tracks, given)
    known = declared_periods(tracks, recording.names) | read_periods(period, recording.names)
    known = seen_periods(recording) | known
    periods = [known.get(name) for name in recording.names]
    tracks = [replace(track, about={**track.about, "periods": periods}) for track in tracks]
    asked: dict[str, Any] = {"names": recording.names, "schedule": schedule, "rng": seed, "out": out, "about": header}
    with terminal.bar("learning") as progress:
        return fit_equation(tracks, progress=progress, **asked)


def show_equation(law: NeuralEquation, source: str, as_json: bool) -> None:
    """Print a learned equation, and what its drift is made of."""
    proposal, said = _proposal(law), remark(law)
    if as_json:
        terminal.document(_document(law, source, proposal, said))
        return
    lines = [repr(law)]
    for name, terms in proposal.library.items():
        lines.append(
            f"  {f'drift of {name}':<13}  {100 * (1 - proposal.left[name]):.3g} % of it is made of {', '.join(terms)}"
        )
    lines.append(f"  judge them     {_next(law, source, proposal)}")
    terminal.result("\n".join(lines))
    if said:
        terminal.note(f"warning: {said}")


def report_equation(law: NeuralEquation, about: dict[str, Any], path: Path, lang: str) -> Path:
    """Write the page of a learned equation; ``about`` has source, command and seed."""
    from evolaw.report.learned.equation_page import write_learned_equation

    proposal = _proposal(law)
    return write_learned_equation(
        path,
        law,
        source=about["source"],
        terms={name: (terms, proposal.left[name]) for name, terms in proposal.library.items()},
        next_command=_next(law, about["source"], proposal),
        remark=remark(law),
        lang=lang,
        command=about.get("command", ""),
        seed=about.get("seed"),
    )


def remark(law: NeuralEquation) -> str:
    """Return what has to be said before the law is believed; empty when nothing has."""
    said = []
    if law.gain <= 0:
        said.append(
            "On what it did not learn from the law is no better than constant drift and diffusion: it has learned chance. Record longer."
        )
    for name, (swing, error) in zip(law.names, law.swing, strict=True):
        if abs(swing) < max(_SWING, _FAR * error):
            continue
        if swing < 0:
            said.append(
                f"Steps of {name} swing back (correlation {swing:.2g}): readings have an error, which the networks take for noise of the "
                f"motion, so that D is too large. `evolaw discover` takes it out."
            )
        else:
            said.append(
                f"Steps of {name} go on as they went (correlation {swing:.2g}): something that moves was not recorded, such as a velocity, "
                f"and no law of what was recorded holds. Record it, or try `evolaw discover` with --hidden velocity."
            )
    return " ".join(said)


def _proposal(law: NeuralEquation) -> Proposal:
    from evolaw.discovery.diffusions.model.library import usual_library
    from evolaw.discovery.diffusions.proposed_terms import propose_terms

    periods = _periods(law)
    plain = "poly:5" if len(law.names) < _MANY else "poly:3"
    return propose_terms(law, usual_library(law.names, periods) if periods else plain)


def _periods(law: NeuralEquation) -> dict[str, float]:
    return {name: period for name, period in zip(law.names, law.frame.periods, strict=True) if period is not None}


def _next(law: NeuralEquation, source: str, proposal: Proposal) -> str:
    """What to type to have the proposed terms judged; a library of one's own turns off the search for angles."""
    library = "; ".join(f"{name}: {', '.join(terms)}" for name, terms in proposal.library.items())
    turns = ", ".join(f"{name}={_written(period)}" for name, period in _periods(law).items())
    return shlex.join(["evolaw", "discover", source, "--library", library, *(["--period", turns] if turns else [])])


def _written(period: float) -> str:
    return "2*pi" if abs(period - 2 * math.pi) < 1e-9 else f"{period:.12g}"


def _document(law: NeuralEquation, source: str, proposal: Proposal, said: str) -> dict[str, Any]:
    told = law.tally
    return {
        "schema": 1,
        "source": source,
        "kind": "learned equation",
        "names": list(law.names),
        "step": law.frame.step,
        "periods": list(law.frame.periods),
        "duration": law.duration,
        "loss": law.losses[-1] if law.losses else None,
        "held": {"law": law.held[0], "constant": law.held[1]},
        "swing": {name: {"correlation": c, "error": e} for name, (c, e) in zip(law.names, law.swing, strict=True)},
        "range": {
            name: [float(low), float(high)]
            for name, low, high in zip(law.names, law.states.min(0), law.states.max(0), strict=True)
        },
        "bins": {
            name: {
                "at": _numbers(told.places[d]),
                "drift": _beside(told.drift[d], told.drift_error[d], told.learned[0, d]),
                "diffusion": _beside(told.spread[d], told.spread_error[d], told.learned[1, d]),
            }
            for d, name in enumerate(law.names)
        },
        "proposed": {name: {"terms": terms, "left": proposal.left[name]} for name, terms in proposal.library.items()},
        "next": _next(law, source, proposal),
        "remark": said,
    }


def _beside(recorded: np.ndarray, error: np.ndarray, learned: np.ndarray) -> dict[str, list[float | None]]:
    return {"recorded": _numbers(recorded), "error": _numbers(error), "learned": _numbers(learned)}


def _numbers(values: np.ndarray) -> list[float | None]:
    """Numbers, None for a bin in which too few steps began."""
    return [float(value) if value == value else None for value in values]
