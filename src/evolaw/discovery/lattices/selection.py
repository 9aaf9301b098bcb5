"""Which kind of evidence weighs a recording: the cheapest that suffices, rollouts where it gives up, or rollouts by request.

every generation, complete, clean    counting
flips                                denoising
missing cells                        missing_cells
skipped generations                  skipped_frames, and rollout for what its search leaves unproven
skipped generations and flips        rollout
evidence="rollout"                   rollout
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from evolaw.arrays import MISSING
from evolaw.discovery.lattices.evidence import counting, denoising, missing_cells, skipped_frames
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.window_counts import is_cutout
from evolaw.discovery.lattices.rollout import rollout_evidence
from evolaw.discovery.spine.evidence import Weighing
from evolaw.trajectory import Trajectory

__all__ = ["GROUNDS", "KINDS", "kind_of", "weigh"]

GROUNDS = ("auto", "rollout")
"""What may be asked for: the cheapest evidence that suffices, or rollouts."""

KINDS: dict[str, Callable[[Case], Weighing]] = {
    "counting": counting.weigh,
    "denoising": denoising.weigh,
    "missing_cells": missing_cells.weigh,
    "skipped_frames": skipped_frames.weigh,
    "rollout": rollout_evidence.weigh,
}
"""Every kind of evidence on frames of cells."""

_MOST_ROLLED = 128
"""Largest number of open entries for which rollouts are tried unasked."""

_MOST_HIDDEN = 2**14
"""Cells of which rollouts forecast at most unasked, where some are missing: half a minute for 18 entries."""


def kind_of(case: Case) -> str:
    """Return which of `KINDS` weighs a case."""
    channel = case.channel
    if case.evidence == "rollout" or (channel.flips and channel.every > 1):
        return "rollout"
    if channel.every > 1:
        return "skipped_frames"
    return "denoising" if channel.flips else "missing_cells" if channel.missing else "counting"


def weigh(case: Case) -> Weighing:
    """Weigh every entry by the evidence that fits the channel, and by rollouts what a search with proofs left open."""
    weighing = KINDS[kind_of(case)](case)
    if weighing.facts.get("search_finished", True):
        return weighing
    proven = np.array([_proven(item.log_e_present, item.log_e_absent) for item in weighing.evidence])
    fixed = np.where(case.free, proven, case.known)
    beginning = _first_frames(case.recordings)
    if not 0 < np.isnan(fixed).sum() <= _MOST_ROLLED or beginning is None:
        return weighing
    rolled = rollout_evidence.weigh(replace(case, known=fixed, recordings=beginning))
    merged = [
        new if np.isnan(at) else old for old, new, at in zip(weighing.evidence, rolled.evidence, fixed, strict=True)
    ]
    typical = rolled.typical if rolled.typical is not None else weighing.typical
    return replace(weighing, evidence=tuple(merged), facts=weighing.facts | rolled.facts, typical=typical)


def _first_frames(recordings: Sequence[Trajectory]) -> tuple[Trajectory, ...] | None:
    """What is rolled out unasked: the first frames where cells are missing, at least two; None where beyond the edge they are, too."""
    if not any((item.values == MISSING).any() for item in recordings):
        return tuple(recordings)
    if any(map(is_cutout, recordings)):
        return None
    share = _MOST_HIDDEN // len(recordings)
    frames = [max(2, share // item.values[0].size) for item in recordings]
    return tuple(
        replace(item, values=item.values[:kept], times=item.times[:kept])
        for item, kept in zip(recordings, frames, strict=True)
    )


def _proven(log_e_present: float, log_e_absent: float) -> float:
    return 1.0 if log_e_present == np.inf else 0.0 if log_e_absent == np.inf else np.nan
