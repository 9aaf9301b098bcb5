"""Channels: how the recording was taken from what really happened.

    Every(k)        only every k-th generation was kept
    Flips(eps)      every recorded cell was misread with probability eps, inputs and outputs alike
    Flips(eps, on="update")   the automaton itself errs: every new cell is flipped with probability eps and lives on so
    Missing()       some cells were not seen (value 255)

Channels compose: ``Every(2) & Flips(0.05)``. `of_recording` reads off a recording what it says about itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["AUTO", "CLEAN", "Channel", "Every", "Flips", "Missing", "of_recording"]

AUTO = "auto"
"""Flip probability to be estimated from the recording."""

_MOST_FLIPS = 0.45
_MOST_EVERY = 64
"""Laws are run through every generation between the frames, all that are possible: beyond this it would not end."""


@dataclass(frozen=True)
class Channel:
    """What stands between the automaton and the recording.

    Attributes:
        every: generations from one frame to the next.
        flips: probability that a cell is flipped; 0 for a clean recording; "auto" when it is to be estimated.
        on: "observation" (the recording is wrong, the automaton is not) or "update" (the automaton itself errs).
        missing: whether cells may be missing.

    Example:
        >>> Every(2) & Flips(0.05)
        Channel(every=2, flips=0.05, on='observation', missing=False)
    """

    every: int = 1
    flips: float | str = 0.0
    on: str = "observation"
    missing: bool = False

    def __post_init__(self) -> None:
        checks.integer(self.every, "every", least=1, most=_MOST_EVERY)
        if self.flips != AUTO:
            checks.probability(self.flips, "flips", most=_MOST_FLIPS)
        checks.one_of(self.on, "on", ("observation", "update"))

    def __and__(self, other: Channel) -> Channel:
        """Join two channels; where both say something about the same matter they must agree."""
        merged: dict[str, Any] = {}
        for name, default in vars(CLEAN).items():
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine != default and theirs != default and mine != theirs:
                raise checks.refuse("observed", f"say one thing about `{name}`", f"{mine} and {theirs}")
            merged[name] = theirs if mine == default else mine
        return Channel(**merged)

    @property
    def is_clean(self) -> bool:
        """Whether consecutive, complete and error-free frames are claimed."""
        return self == CLEAN


CLEAN = Channel()
"""Every generation, every cell, no error."""


def Every(generations: int) -> Channel:
    """Return the channel that keeps one frame in ``generations`` generations."""
    return Channel(every=generations)


@told
def Flips(probability: float | str = AUTO, *, on: str = "observation") -> Channel:
    """Return the channel that flips cells, with a given probability or one to be estimated ("auto")."""
    return Channel(flips=probability, on=on)


def Missing() -> Channel:
    """Return the channel that hides cells; a hidden cell has the value 255."""
    return Channel(missing=True)


def of_recording(recording: Trajectory) -> Channel:
    """Return what the recording says about itself: its times, its missing cells, ``about["flip_probability"]``.

    Raises:
        ArgumentError: the times are no whole numbers, or the gaps between them differ.
    """
    gaps = np.unique(np.diff(recording.times))
    if (gaps != np.round(gaps)).any():
        raise checks.refuse("recording", "have whole generations as times", f"one with gaps {gaps.tolist()}")
    if gaps.size > 1:
        raise checks.refuse(
            "recording",
            "have equal gaps between its times",
            f"one with gaps of {', '.join(f'{gap:g}' for gap in gaps[:5])} generations",
            "Cut it into recordings of equal gaps and pass them as a list.",
        )
    every = int(gaps[0]) if gaps.size else 1
    if every > _MOST_EVERY:
        raise checks.refuse(
            "recording",
            f"have at most {_MOST_EVERY} generations between frames",
            f"one with gaps of {every}",
            "If its times do not count generations, number the frames.",
        )
    flips = recording.about.get("flip_probability", 0.0)
    try:
        return Channel(
            every=every,
            flips=AUTO if flips == AUTO else float(flips),
            missing=bool((recording.values == MISSING).any()),
        )
    except (TypeError, ValueError) as error:
        raise checks.refuse(
            "recording", f"state a flip probability from 0 to {_MOST_FLIPS} or 'auto'", f"one that states {flips!r}"
        ) from error
