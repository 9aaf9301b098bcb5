"""The deadline: work in time is returned, work out of time is stopped, errors pass through."""

from __future__ import annotations

import sys
import time

import pytest

from evolaw.ito.patience import OutOfTime, within


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
