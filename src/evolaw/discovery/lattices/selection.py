"""Which kind of evidence weighs a recording: the cheapest that suffices, rollouts where it gives up, or rollouts by request.

every generation, complete, clean    counting
flips                                denoising
missing cells                        missing_cells
skipped generations                  skipped_frames, and rollout for what its search leaves unproven
skipped generations and flips        rollout
evidence="rollout"                   rollout
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from evolaw.discovery.lattices.evidence import counting, denoising, missing_cells, skipped_frames
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.rollout import rollout_evidence
from evolaw.discovery.spine.evidence import Weighing

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
    if not 0 < np.isnan(fixed).sum() <= _MOST_ROLLED:
        return weighing
    rolled = rollout_evidence.weigh(replace(case, known=fixed))
    merged = [
        new if np.isnan(at) else old for old, new, at in zip(weighing.evidence, rolled.evidence, fixed, strict=True)
    ]
    typical = rolled.typical if rolled.typical is not None else weighing.typical
    return replace(weighing, evidence=tuple(merged), facts=weighing.facts | rolled.facts, typical=typical)


def _proven(log_e_present: float, log_e_absent: float) -> float:
    return 1.0 if log_e_present == np.inf else 0.0 if log_e_absent == np.inf else np.nan
