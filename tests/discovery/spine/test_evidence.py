"""The record all kinds of evidence answer with."""

import math

import pytest

from evolaw.discovery.spine.evidence import BASES, Evidence, Weighing
from evolaw.errors import ArgumentError


def record(**changes: object) -> Evidence:
    fields = {"entry": "B3", "basis": "counted", "visits": 3, "log_e_present": math.inf, "log_e_absent": -1.4}
    fields |= {"probability": 0.99, "interval": (0.2, 1.0), "why": "Seen 3 times."}
    return Evidence(**(fields | changes))  # type: ignore[arg-type]


def test_infinite_e_values_are_allowed_and_known_bases_are_named() -> None:
    assert record().neither == 0
    assert "rollout" in BASES
    assert Weighing((record(),)).log2_possible is None


@pytest.mark.parametrize("changes", [{"basis": "guessed"}, {"probability": 1.2}, {"log_e_present": math.nan}])
def test_impossible_records_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ArgumentError):
        record(**changes)
