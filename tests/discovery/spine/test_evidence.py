"""The record all kinds of evidence answer with."""

import math

import numpy as np
import pytest

from evolaw.discovery.spine.evidence import BASES, Evidence, Weighing, with_known
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


def test_a_proof_refutes_one_reading_and_nothing_the_other() -> None:
    infinite = math.inf
    assert record(log_e_absent=-infinite).is_proof
    assert record(log_e_present=-infinite, log_e_absent=infinite).is_proof
    assert (
        not record().is_proof and not record(log_e_absent=infinite).is_proof and not record(log_e_present=4.0).is_proof
    )


def test_what_was_given_takes_the_place_of_its_evidence() -> None:
    given, free = with_known([record(), record(entry="B4")], np.array([0.25, np.nan]))
    assert free == record(entry="B4")
    assert (given.entry, given.basis, given.visits) == ("B3", "known", 3)
    assert (given.log_e_present, given.log_e_absent, given.neither) == (0, 0, 0)
    assert (given.probability, given.interval) == (0.25, (0.25, 0.25)) and given.why == "Given as known."
