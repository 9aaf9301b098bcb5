"""Behind flips no window contradicts another outright: do the parts of a recording, weighed each by itself, agree?

A place or a time with another law shows as chance: what is alive on one side and dead on the other looks like a coin. So where an
entry comes out probabilistic, the halves of the board, and of the time, are weighed apart. They disagree when an entry is decided
present in one and absent in the other, or when its intervals, which hold for all entries at once, do not meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from evolaw.discovery.lattices import selection
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.window_counts import CUTOUT
from evolaw.discovery.spine.decisions import decide
from evolaw.discovery.spine.e_values import p_value, worded_list
from evolaw.discovery.spine.evidence import Check, Evidence
from evolaw.trajectory import Trajectory

__all__ = ["compare_halves"]

_LEAST_SIDE, _LEAST_FRAMES = 8, 6


def compare_halves(case: Case) -> tuple[str, Check] | None:
    """Return the cause, "region" or "time", and the failed check, when halves disagree; None when they agree or are too small."""
    for cause, words, halves in _splits(case.recordings):
        weighed = [selection.weigh(replace(case, recordings=half)).evidence for half in halves]
        decided = [decide(evidence, case.alpha / 2, case.error) for evidence in weighed]
        apart = [
            (name, strength)
            for name, *sides in zip(case.space.names, *weighed, *decided, strict=True)
            if (strength := _apart(*sides)) is not None
        ]
        if apart:
            strongest = max(strength for _, strength in apart)
            says = (
                f"{words[0]} and {words[1]} of the recording, weighed each by itself, disagree on "
                f"{worded_list([name for name, _ in apart])}: there is not one law. Ask for each part."
            )
            return cause, Check(cause, False, p_value(strongest), says)
    return None


def _apart(one: Evidence, other: Evidence, first: str, second: str) -> float | None:
    """The weaker of the log e-values of two sides that contradict each other; None where they do not."""
    if {first, second} == {"present", "absent"}:
        sides = ((one, first), (other, second))
        return min(item.log_e_present if each == "present" else item.log_e_absent for item, each in sides)
    if "undetermined" in (first, second) or one.basis == "known":
        return None
    meet = max(one.interval[0], other.interval[0]) <= min(one.interval[1], other.interval[1])
    return None if meet or first == second != "probabilistic" else 5.0


def _splits(recordings: Sequence[Trajectory]) -> Iterator[tuple[str, tuple[str, str], list[list[Trajectory]]]]:
    rows, cols = (min(recording.values.shape[axis] for recording in recordings) for axis in (1, 2))
    for axis, size, words in (
        (2, cols, ("The left half", "the right half")),
        (1, rows, ("The upper half", "the lower half")),
    ):
        if size >= 2 * _LEAST_SIDE:
            yield "region", words, [[_half(item, axis, number) for item in recordings] for number in (0, 1)]
    if len(recordings) == 1 and len(recordings[0]) >= 2 * _LEAST_FRAMES:
        film, middle = recordings[0], len(recordings[0]) // 2
        halves = [
            [replace(film, values=film.values[part], times=film.times[part])]
            for part in (slice(0, middle + 1), slice(middle, None))
        ]
        yield "time", ("The first half", "the second half"), halves


def _half(recording: Trajectory, axis: int, number: int) -> Trajectory:
    middle = recording.values.shape[axis] // 2
    part = slice(0, middle) if number == 0 else slice(middle, None)
    values = recording.values[:, part] if axis == 1 else recording.values[:, :, part]
    return replace(recording, values=values, boundary=CUTOUT)
