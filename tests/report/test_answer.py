"""The head of the report says what the finding says, no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evolaw.report.answer import rule_count, summarise
from evolaw.report.wording import Words

Make = Callable[[str], dict[str, Any]]


def test_unknown_counts_stand_in_their_place(document: Make) -> None:
    """B7, B8 and S8 were never visited: they are shown in the law as uncertain, in order."""
    found = document("outer-totalistic")
    unknown = [entry["name"] for entry in found["entries"] if entry["decision"] == "undetermined"]
    head = summarise(found, Words("en"))
    uncertain = [text for text, certain in head.law if not certain]
    assert unknown == ["B7", "B8", "S8"]
    assert "".join(text for text, _ in head.law) == "B378/S238"
    assert uncertain == ["7", "8", "8"]
    assert head.tiles[1].fact == "B7 B8 S8"
    assert "8 rules" in head.says[0]
    assert dict(head.tally) == {"present": 3, "absent": 12, "undetermined": 3}


def test_a_single_law_is_called_the_only_one(document: Make) -> None:
    found = document("outer-totalistic")
    for entry in found["entries"]:
        if entry["decision"] == "undetermined":
            entry["decision"] = "absent"
    found["law"]["log2_possible"] = 0.0
    found["next"] = None
    head = summarise(found, Words("en"))
    assert head.law == (("B3/S23", True),)
    assert head.says == ("The only rule of this space that fits what is known.",)
    assert head.tiles[2].fact == "No experiment is needed"


def test_entries_held_back_because_of_coins_are_not_called_thin_and_rules_that_do_not_fit_are_not_counted(
    document: Make,
) -> None:
    found = document("outer-totalistic")
    why = "But this recording is too short to rule out coins that come up otherwise once in 100 times: it takes more looks."
    for entry in found["entries"]:
        if entry["decision"] == "absent":
            entry["decision"], entry["why"] = "undetermined", f"Seen once, dead afterwards. {why}"
    found["law"]["log2_possible"] = 15.0
    head = summarise(found, Words("en"))
    assert head.says[:2] == ("8 rules of this space without coins fit equally well.", "Dashed = not yet known.")
    assert head.tiles[1].says[1:3] == ("12 gave one outcome each time.", why)
    assert not any("too thin" in sentence for sentence in head.tiles[1].says)


def test_a_conflict_is_never_shown_as_a_law(document: Make) -> None:
    found = document("isotropic")
    found["entries"][4]["decision"] = "conflict"
    found["law"]["log2_possible"] = None
    found["checks"][1]["passed"] = False
    head = summarise(found, Words("en"))
    assert head.is_conflict
    assert head.law == (("No rule of this space", True),)
    assert "symmetry D4" in head.says[0]


def test_a_failed_check_is_told_beside_the_law(document: Make) -> None:
    found = document("isotropic")
    found["checks"][2]["passed"] = False
    head = summarise(found, Words("en"))
    assert any("A check failed" in sentence for sentence in head.says)
    assert "1 of 3 checks failed." in head.tiles[0].says


def test_known_entries_are_not_called_evidence(document: Make) -> None:
    found = document("outer-totalistic")
    for entry in found["entries"]:
        entry.update(decision="absent", basis="known", log_e_value=0.0)
    head = summarise(found, Words("en"))
    assert "18 were given as known or assumed." in head.tiles[0].says
    assert not any("Weakest" in sentence or "wrong" in sentence for sentence in head.tiles[0].says)


def test_evidence_through_noise_is_told_as_an_e_value(document: Make) -> None:
    found = document("outer-totalistic")
    for entry in found["entries"]:
        entry["basis"] = "likelihood"
    assert any("e-value" in sentence for sentence in summarise(found, Words("en")).tiles[0].says)


@pytest.mark.parametrize(
    ("log2", "text"), [(0.0, "1"), (2.32193, "5"), (6.0, "64"), (20.0, "1,048,576"), (21.0, "2²¹")]
)
def test_rule_counts(log2: float, text: str) -> None:
    assert rule_count(log2) == text


def test_an_estimated_share_of_misread_cells_is_told(document: Make) -> None:
    facts = {"flip_probability": 0.0505, "flip_probability_error": 0.0005}
    says = summarise(document("isotropic"), Words("en"), facts).tiles[0].says
    assert "Misread cells: 5.05% ± 0.05%." in says


def test_of_equal_evidence_the_fewest_visits_are_the_thinnest(document: Make) -> None:
    found = document("outer-totalistic")
    for entry in found["entries"]:
        entry["log_e_value"] = 709.78
    seen = [entry for entry in found["entries"] if entry["visits"] and entry["decision"] != "undetermined"]
    fewest = min(seen, key=lambda entry: entry["visits"])
    assert any(
        f"{fewest['name']}, seen {fewest['visits']} times" in s for s in summarise(found, Words("en")).tiles[0].says
    )


def test_open_entries_of_every_space_stand_in_the_headline(document: Make) -> None:
    for space in ("outer-totalistic", "isotropic", "general"):
        found = document(space)
        for entry in found["entries"]:
            entry["decision"] = "absent"
        found["entries"][7]["decision"] = "undetermined"
        head = summarise(found, Words("en"))
        assert [certain for _, certain in head.law].count(False) == 1, space
        for entry in found["entries"]:
            entry["decision"] = "undetermined"
        marks = [text for text, certain in summarise(found, Words("zh")).law if not certain]
        assert marks, space
        assert space == "outer-totalistic" or marks == [f" {len(found['entries'])} 项未定"]


@pytest.mark.parametrize("doubt", ["cause", "run again"])
def test_what_a_failed_check_leaves_open_is_not_called_thin(document: Make, doubt: str) -> None:
    """2,138 visits were "too thin" where a step contradicted the others; so were decisions that were taken back."""
    found = document("outer-totalistic")
    for entry in found["entries"][:4]:
        entry |= {"decision": "undetermined", "visits": 2138, "why": "Seen 2138 times, dead afterwards every time."}
        if doubt == "run again":
            entry["why"] += " Run again, the most probable law does not show the recorded density, so this stays open."
    says = summarise(found, Words("en"), {"cause": "step" if doubt == "cause" else "sound"}).tiles[1].says
    assert says == (
        "3 never visited by the recording: no method can know them from it.",
        "4 visited, but left open: a check failed.",
    )


def test_only_what_was_counted_is_said_to_be_beyond_every_method(document: Make) -> None:
    found = document("outer-totalistic")
    for entry in found["entries"]:
        if entry["visits"] == 0:
            entry["basis"] = "likelihood"
    says = summarise(found, Words("en")).tiles[1].says
    assert says == ("3 not seen behind what is hidden or misread, as far as could be inferred.",)
