"""The deadline: work in time is returned, work out of time is stopped, errors pass through."""

from __future__ import annotations

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


def test_errors_pass_through() -> None:
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 / 0)
