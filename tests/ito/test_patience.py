"""The deadline: work in time is returned, work out of time is stopped, errors pass through."""

from __future__ import annotations

import sys
import threading
import time

import pytest
import sympy

from evolaw.errors import ArgumentError
from evolaw.ito import classify, system, to_sde
from evolaw.ito.patience import OutOfTime, bounded, tidy, within


def test_work_in_time_is_returned() -> None:
    assert within(5, lambda: "done") == "done"


def test_work_out_of_time_is_stopped() -> None:
    steps = [0]

    def forever() -> None:
        while True:
            steps[0] += 1

    begin = time.monotonic()
    with pytest.raises(OutOfTime):
        within(0.2, forever)
    assert time.monotonic() - begin < 5
    seen = steps[0]
    time.sleep(0.1)
    assert steps[0] == seen


@pytest.mark.slow
def test_an_interruption_lost_in_a_finaliser_is_sent_again_without_a_word() -> None:
    """Python reports what a finaliser raises, and goes on; a report would fail this test."""

    class Slow:
        def __del__(self) -> None:
            for _ in range(200_000):
                pass

    def forever() -> None:
        while True:  # four fifths of the time in the finaliser
            Slow()
            for _ in range(50_000):
                pass

    hook = sys.unraisablehook
    for _ in range(3):  # that none of three is lost has a chance of 0.008
        with pytest.raises(OutOfTime):
            within(0.1, forever)
    assert sys.unraisablehook is hook


def test_other_reports_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: heard.append(lost.exc_type))

    class Broken:
        def __del__(self) -> None:
            raise KeyError

    def forever() -> None:
        while True:
            Broken()

    with pytest.raises(OutOfTime):
        within(0.1, forever)
    assert set(heard) == {KeyError}


def test_errors_pass_through() -> None:
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 / 0)


def test_a_bounded_function_says_when_it_is_out_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evolaw.ito.patience._SECONDS", 0.2)

    @bounded
    def inner(deep: bool) -> int:
        while deep:
            pass
        return threading.get_ident()

    @bounded
    def outer() -> tuple[int, int]:
        return threading.get_ident(), inner(False)

    first, second = outer()
    assert first == second != threading.get_ident()
    with pytest.raises(ArgumentError, match=r"symbolic work of 0.2 s, but is one for which inner takes longer"):
        inner(True)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "text",
    [
        "; ".join(f"dX{k} = (X{(k + 1) % 60} - X{k}) dt + 0.1 dW{k}" for k in range(60)),
        "dX = (" + "sin(X) + " * 60 + "X) dt + dW",
        "dX = " + "sin(" * 30 + "X" + ")" * 30 + " dt + X dW",
        "; ".join(f"dX{k} = X{(k + 1) % 12} X{(k + 5) % 12} dW{k}" for k in range(12)),
    ],
)
def test_large_systems_end_in_time(text: str) -> None:
    """Sixty coupled components become a process; what takes longer than it may is refused, and nothing hangs."""
    begin = time.monotonic()
    law = system(text)
    assert classify(law).noise in {"additive", "diagonal", "general"}
    assert to_sde(law, {}).dim == law.dim
    assert time.monotonic() - begin < 15


@pytest.mark.slow
def test_what_is_long_is_not_simplified() -> None:
    x = sympy.Symbol("x")
    long = sum(sympy.sin(x + k) ** 2 for k in range(300))
    assert tidy(long) is long
