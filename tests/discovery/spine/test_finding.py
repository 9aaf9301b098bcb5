"""The document: exactly the agreed shape, honest, read back, short for people."""

import json
import math

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.discovery import Finding, discover
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.spine.evidence import Evidence
from evolaw.discovery.spine.finding import LARGEST_LOG_E, EntryFinding
from evolaw.errors import ArgumentError, StorageError


@pytest.fixture(scope="module")
def finding() -> Finding:
    start = np.random.default_rng(0).random((24, 24)) < 0.1
    return discover(evolve("B3/S23", start.astype(np.uint8), 6), known={"S8": 0}, rng=0)


def test_the_document_has_exactly_the_agreed_shape(finding: Finding) -> None:
    document = json.loads(json.dumps(finding.to_json(), allow_nan=False))
    assert list(document) == ["schema", "source", "space", "alpha", "entries", "law", "checks", "next"]
    assert document["schema"] == 1
    fields = ["name", "decision", "basis", "probability", "interval", "visits", "log_e_value", "why"]
    assert all(list(entry) == fields for entry in document["entries"])
    assert list(document["law"]) == ["minimum", "maximum", "most_probable", "map", "log2_possible"]
    assert all(list(check) == ["name", "passed", "p_value", "says"] for check in document["checks"])
    assert list(document["next"]) == ["says", "rle", "steps", "decides"]
    assert {"density", "activity", "blocks"} <= {check["name"] for check in document["checks"]}


def test_what_no_evidence_touches_is_known_or_open(finding: Finding) -> None:
    assert finding["S8"].basis == "known"
    for entry in finding.entries:
        low, high = entry.interval
        assert low <= entry.probability <= high or math.isclose(
            entry.probability, min(max(entry.probability, low), high)
        )
        if entry.visits == 0 and entry.basis not in ("known", "assumed"):
            assert entry.decision == "undetermined"
            assert (entry.probability, entry.interval, entry.log_e_value) == (0.5, (0, 1), 0)


def test_laws_between_minimum_and_maximum(finding: Finding) -> None:
    open_ = finding.of("undetermined")
    assert finding.law.log2_possible == len(open_)
    low, high = Rule(finding.law.minimum).table, Rule(finding.law.maximum).table
    differing = set(RuleSpace.named(finding.space).entry_of[low != high].tolist())
    assert differing == {RuleSpace.named(finding.space).index(name) for name in open_}
    assert Rule(finding.law.map) == Rule(finding.law.most_probable) == finding.rule


def test_a_document_comes_back(finding: Finding) -> None:
    again = Finding.from_json(json.loads(json.dumps(finding.to_json())))
    assert again.to_json() == finding.to_json()
    with pytest.raises(ArgumentError, match="schema"):
        Finding.from_json({"schema": 2})
    with pytest.raises(ArgumentError, match="one that to_json wrote"):
        Finding.from_json({"schema": 1, "entries": []})


def test_a_run_comes_back_with_its_recordings(finding: Finding, tmp_path) -> None:
    path = finding.save(tmp_path / "run")
    again = Finding.load(path)
    assert again.to_json() == finding.to_json()
    assert again.facts == finding.facts
    assert again.recording is not None
    assert finding.recording is not None
    assert np.array_equal(again.recording.values, finding.recording.values)
    with pytest.raises(StorageError, match="already exists"):
        finding.save(path)
    (path / "finding.json").write_text("{")
    with pytest.raises(StorageError, match=r"finding\.json is damaged"):
        Finding.load(path)


def test_people_read_the_answer_in_a_few_lines(finding: Finding) -> None:
    text = repr(finding)
    assert "B3/S23" in text
    assert len(text.splitlines()) <= 10
    assert max(map(len, text.splitlines())) < 240
    assert "B3/S23" in finding._repr_html_()


def test_log_e_values_name_the_nearest_rival() -> None:
    def log_e(present: float, absent: float, basis: str = "counted") -> float:
        return EntryFinding.of(Evidence("B3", basis, 9, present, absent, 0.9, (0, 1), ""), "present").log_e_value

    assert log_e(np.inf, -math.log(10)) == pytest.approx(math.log(10))
    assert log_e(4.0, -4.0, "likelihood") == 4.0
    assert log_e(np.inf, np.inf) == LARGEST_LOG_E
    assert log_e(0.0, 0.0, "known") == 0


def test_a_table_has_a_row_an_entry_with_the_numbers_of_the_entry(finding: Finding) -> None:
    table = finding.to_pandas()
    assert list(table.index) == [entry.name for entry in finding.entries]
    for entry in finding.entries:
        row = table.loc[entry.name]
        assert (row["decision"], row["basis"], row["visits"]) == (entry.decision, entry.basis, entry.visits)
        assert (row["low"], row["high"]) == entry.interval
