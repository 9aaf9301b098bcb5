"""Steps longer than the motion's own time, of which no exact likelihood was found: how fast it moves cannot be told."""

from __future__ import annotations

from collections.abc import Sequence

from evolaw.discovery.diffusions.evidence.selection import relaxation_per_step
from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.misfit.doubts import Doubt
from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.spine.evidence import Check

__all__ = ["doubt_steps"]

_RELAXED = 1.0
"""Above this a step is longer than the motion's own time."""


def doubt_steps(case: Case, weighed: Sequence[Weighed]) -> Doubt | None:
    """Return the doubt of steps longer than the motion's own time where the exact likelihood was of no use; moments then run it too slowly."""
    if case.recording.dim != 1 or case.hidden or any(case.noise) or any(item.method == "exact" for item in weighed):
        return None
    if relaxation_per_step(case) < _RELAXED:
        return None
    name, step = case.recording.names[0], case.recording.step
    says = (
        f"{name} relaxes within one step of {step:.3g}, and no exact likelihood was found for it: how fast it moves cannot be told. Record "
        "faster."
    )
    return Doubt(Check(f"relaxation of {name}", False, 0.0, says), "relaxation")
