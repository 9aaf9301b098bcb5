"""The whole investigation: look, doubt the space, weigh, decide, check, ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.automata.boxes import Box
from evolaw.discovery import counting
from evolaw.discovery.channels import Channel, of_recording
from evolaw.discovery.decisions import decide
from evolaw.discovery.finding import EntryFinding, Finding, Law
from evolaw.discovery.prediction import check_law
from evolaw.discovery.questions import question_for
from evolaw.discovery.rulespace import RuleSpace
from evolaw.randomness import source
from evolaw.trajectory import Trajectory


def discover(
    recording: Trajectory | Sequence[Trajectory] | None,
    space: str | RuleSpace = "outer-totalistic",
    *,
    known: Mapping[str, Any] | str | None = None,
    observed: Channel | None = None,
    alpha: float = 0.05,
    error: str = "fdr",
    box: Box | None = None,
    ask: int = 0,
    rng: Any,
    progress: Callable[[int, int, str], None] | None = None,
) -> Finding:
    """Find the law behind a recording."""
    recordings = [recording]
    space = RuleSpace.named(space)
    fixed = space.known(known)
    chance = source(rng)
    channel = of_recording(recordings[0])
    weighing = counting.weigh(recordings, space, fixed, channel, alpha=alpha, rng=chance, progress=progress)
    decisions = decide(weighing.evidence, alpha, error)
    entries = tuple(EntryFinding.of(i, d) for i, d in zip(weighing.evidence, decisions, strict=True))
    law = Law.of(space, entries)
    from evolaw.automata.rules import Rule

    cs = check_law(Rule(law.most_probable), recordings, channel, chance)
    question = question_for(space, np.array([e.decision == "undetermined" for e in entries]))
    return Finding("x", space.name, alpha, entries, law, tuple(cs), question, recordings[0])
