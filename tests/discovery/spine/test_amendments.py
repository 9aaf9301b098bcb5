"""Amendments weaken decisions, step by step, and never touch what was given."""

import numpy as np

from evolaw.discovery.spine.amendments import State, amend, check_known, rewrite, take_back
from evolaw.discovery.spine.evidence import Check, Evidence


def item(name: str, basis: str = "counted") -> Evidence:
    return Evidence(name, basis, 3, np.inf, -1.0, 0.99, (0, 1), "Seen.")


STATE = State.of([item("a"), item("b", "known"), item("c")], ["present", "present", "undetermined"])


def test_steps_are_applied_in_order() -> None:
    seen: list[str] = []

    def step(word: str):
        return lambda state: (seen.append(word), state)[1]

    assert amend(STATE, [step("one"), step("two")]) == STATE
    assert seen == ["one", "two"]


def test_a_rewrite_asks_for_free_entries_only() -> None:
    asked: list[str] = []

    def change(place: int, evidence: Evidence, decision: str):
        asked.append(evidence.entry)
        return ("conflict", "Torn.") if place == 0 else None

    after = rewrite(STATE, change)
    assert asked == ["a", "c"]
    assert after.decisions == ("conflict", "present", "undetermined")
    assert after.reasons == ("Torn.", "", "")
    assert STATE.decisions[0] == "present"


def test_known_entries_are_checked_where_there_are_some() -> None:
    assert check_known(State.of([item("a")], ["present"])).checks == ()
    (fine,) = check_known(STATE).checks
    assert fine.passed and "1 known entries, none contradicted" in fine.says
    (wrong,) = check_known(State.of([item("b", "known")], ["conflict"])).checks
    assert not wrong.passed and "b" in wrong.says and wrong.p_value == 0


def test_what_the_law_does_not_show_opens_decisions() -> None:
    assert take_back(STATE, []) is STATE
    after = take_back(STATE, ["density", "blocks"])
    assert after.decisions == ("undetermined", "present", "undetermined")
    assert "density and blocks" in after.reasons[0] and after.reasons[1:] == ("", "")


def test_what_was_open_before_a_run_keeps_its_own_reason() -> None:
    doubted = rewrite(STATE, lambda place, item, decision: ("undetermined", "Too few looks.") if place == 2 else None)
    after = take_back(doubted, ["density"])
    assert after.decisions == ("undetermined", "present", "undetermined")
    assert "density" in after.reasons[0] and after.reasons[1:] == ("", "Too few looks.")


def test_checks_add_up() -> None:
    check = Check("time", False, 0.0, "It changes.")
    after = STATE.having([check], "time").having([check])
    assert (len(after.checks), after.cause) == (2, "time")


def test_known_entries_that_no_evidence_tests_are_not_called_uncontradicted() -> None:
    given = Evidence("b", "known", 3, 0.0, 0.0, 1.0, (1, 1), "Given as known.")
    (check,) = check_known(State.of([item("a"), given], ["present", "present"])).checks
    assert check.passed and "does not test them" in check.says


def test_proofs_stand_where_guesses_or_chance_may_be_to_blame() -> None:
    """An exact run that fails takes a law of proofs back; one that holds guesses, or a p-value above 0, does not."""
    proof = Evidence("a", "joint", 3, np.inf, -np.inf, 1.0, (1, 1), "Proven.")
    guessed = State.of([proof, item("b"), item("c")], ["present", "present", "undetermined"])
    assert take_back(guessed, ["density"]).decisions == ("present", "undetermined", "undetermined")
    assert "1 open entries are guesses" in take_back(guessed, ["density"]).reasons[1]
    whole = State.of([proof, proof], ["present", "present"])
    assert take_back(whole, ["density"], 0.0005).decisions == ("present", "present")
    assert take_back(whole, ["density"]).decisions == ("undetermined", "undetermined")
