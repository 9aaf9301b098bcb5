"""The loop with a box: asks while there is a question, looks after every answer, and stops."""

from typing import Any

from evolaw.discovery.spine.closed_loop import close_loop


def run(open_: int, questions: int, finding: Any = None) -> tuple[Any, list[int]]:
    """A world in which each answer closes one of ``open_`` entries; a finding is the number still open."""
    asked: list[int] = []

    def answer(question: str, number: int) -> int:
        asked.append(number)
        return number

    found = close_loop(
        finding,
        [],
        questions,
        next_question=lambda left: None if left == 0 else "what?",
        answer=answer,
        investigate=lambda held: max(0, open_ - len(held)),  # type: ignore[arg-type, return-value]
    )
    return found, asked


def test_it_stops_when_nothing_is_open() -> None:
    assert run(3, 9) == (0, [0, 1, 2])


def test_it_stops_when_the_questions_are_used_up() -> None:
    assert run(5, 2) == (3, [0, 1])


def test_nothing_is_asked_without_questions() -> None:
    assert run(5, 0) == (None, [])
    assert run(5, 0, 4) == (4, [])
