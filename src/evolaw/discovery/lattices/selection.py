"""Which kind of evidence weighs a recording: the cheapest that suffices, rollouts where it gives up, or rollouts by request.

every generation, complete, clean    counting
flips                                denoising
missing cells                        missing_cells
skipped generations                  skipped_frames, and rollout_evidence for what its search leaves unproven
skipped generations and flips        rollout_evidence
evidence="rollout"                   rollout_evidence
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from evolaw.discovery.lattices.model.observation import Channel
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.rollout.proposals import Simulator
from evolaw.discovery.lattices.rollout.rollout_evidence import weigh_boards
from evolaw.discovery.spine.evidence import Weighing
from evolaw.randomness import Source
from evolaw.trajectory import Trajectory

__all__ = ["GROUNDS", "weigh_recordings"]

GROUNDS = ("auto", "rollout")
"""What may be asked for: the cheapest evidence that suffices, or rollouts."""

_MOST_ROLLED = 128
"""Largest number of open entries for which rollouts are tried unasked."""

_BRANCHES = 3000
"""Branches a search with proofs may look at before rollouts take over."""

_BRANCHES_HIDDEN = 300
"""The same where cells are missing: all frames hang together there, and a branch costs ten times as much."""

Progress = Callable[[int, int, str], None]


def weigh_recordings(
    recordings: Sequence[Trajectory],
    space: RuleSpace,
    known: np.ndarray,
    channel: Channel,
    *,
    evidence: str,
    simulator: Simulator | None,
    alpha: float,
    rng: Source,
    progress: Progress | None = None,
) -> Weighing:
    """Weigh every entry by the evidence that fits the channel; the heavier kinds load when they are needed.

    Args:
        recordings: trajectories whose times are generations.
        space: rule space.
        known: one number an entry, NaN where free.
        channel: how the recordings were taken.
        evidence: one of `GROUNDS`.
        simulator: proposes laws for rollouts; see `simulation`.
        alpha: error rate of intervals.
        rng: seed.
        progress: called with (done, total, words).
    """
    if evidence == "rollout" or (channel.flips and channel.every > 1):
        return weigh_boards(recordings, space, known, channel, rng=rng, progress=progress, simulator=simulator)
    kind = _kind(channel)
    module = importlib.import_module(f"evolaw.discovery.lattices.evidence.{kind}")
    budget = {"branches": _BRANCHES_HIDDEN if channel.missing else _BRANCHES} if kind == "skipped_frames" else {}
    weighing: Weighing = module.weigh(
        recordings, space, known, channel, alpha=alpha, rng=rng, progress=progress, **budget
    )
    if weighing.facts.get("search_finished", True):
        return weighing
    proven = np.array([_proven(item.log_e_present, item.log_e_absent) for item in weighing.evidence])
    fixed = np.where(np.isnan(known), proven, known)
    if not 0 < np.isnan(fixed).sum() <= _MOST_ROLLED:
        return weighing
    rolled = weigh_boards(recordings, space, fixed, channel, rng=rng, progress=progress, simulator=simulator)
    merged = [
        new if np.isnan(at) else old for old, new, at in zip(weighing.evidence, rolled.evidence, fixed, strict=True)
    ]
    return replace(weighing, evidence=tuple(merged), facts=weighing.facts | rolled.facts)


def _kind(channel: Channel) -> str:
    if channel.every > 1:
        return "skipped_frames"
    return "denoising" if channel.flips else "missing_cells" if channel.missing else "counting"


def _proven(log_e_present: float, log_e_absent: float) -> float:
    return 1.0 if log_e_present == np.inf else 0.0 if log_e_absent == np.inf else np.nan
