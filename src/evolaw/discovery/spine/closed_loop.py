"""The closed loop with a black box: ask, record, look again, until nothing is open or the questions are used up.

    recordings -> investigate -> question -> box -> recordings + answer -> …

What a question is, and how a box answers it, is the world's affair. E-values stay valid however the questions are chosen, so the
loop may stop whenever it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from evolaw.discovery.spine.finding import Finding
from evolaw.display import Progress

__all__ = ["close_loop"]

Recording = TypeVar("Recording")
Question = TypeVar("Question")


def close_loop(
    finding: Finding | None,
    recordings: Sequence[Recording],
    questions: int,
    *,
    next_question: Callable[[Finding | None], Question | None],
    answer: Callable[[Question, int], Recording],
    investigate: Callable[[list[Recording]], Finding],
    progress: Progress | None = None,
) -> Finding | None:
    """Ask a box until nothing is left to ask.

    Args:
        finding: what is known so far; None where nothing was recorded.
        recordings: what was recorded so far.
        questions: the most questions to ask.
        next_question: from a finding, or None before the first, to the next question; None to stop.
        answer: (question, its number) -> the recorded answer of the box.
        investigate: from all recordings to a finding.
        progress: called with (done, total, words).

    Returns:
        The last finding; None where there was none before and nothing was asked.
    """
    held = list(recordings)
    for number in range(questions):
        question = next_question(finding)
        if question is None:
            break
        if progress is not None:
            progress(number, questions, f"question {number + 1}")
        held.append(answer(question, number))
        finding = investigate(held)
    return finding
