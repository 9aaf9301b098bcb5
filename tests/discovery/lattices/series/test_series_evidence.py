"""Laws from statistics alone: right where they can tell, open where they cannot, in conflict where nothing fits."""

import json

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.discovery import Finding
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.series.series import Series, series_of
from evolaw.discovery.lattices.series.series_evidence import MOST_OPEN, discover_series, plausible_above, weigh_series
from evolaw.discovery.spine.e_values import e_value
from evolaw.errors import ArgumentError
from evolaw.randomness import source

TOTALISTIC = RuleSpace.named("outer-totalistic")


def known_of(rule: str, *open_: str) -> dict[str, int]:
    table = Rule(rule).table
    return {name: int(table[TOTALISTIC.windows(name)[0]]) for name in TOTALISTIC.names if name not in open_}


def runs_of(rule: str, runs: int, *, density: float = 0.35, side: int = 64, steps: int = 40, seed: int = 0) -> Series:
    start = np.random.default_rng([seed, 11]).random((runs, side, side)) < density
    return series_of(evolve(rule, start.astype(np.uint8), steps), start_density=density)


@pytest.fixture(scope="module")
def finding() -> Finding:
    return discover_series(runs_of("B36/S23", 30), known=known_of("B36/S23", "B6"), rng=0)


def test_life_and_highlife_are_told_apart(finding: Finding) -> None:
    assert (finding["B6"].decision, finding["B6"].basis, finding.law.most_probable) == ("present", "rollout", "B36/S23")
    assert finding.law.log2_possible == 0 and finding.next is None and not finding.failed
    life = discover_series(runs_of("B3/S23", 30), known=known_of("B3/S23", "B6"), rng=0)
    assert life["B6"].decision == "absent"


def test_a_finding_without_boards_is_a_finding(finding: Finding, tmp_path) -> None:
    assert "B36/S23" in repr(finding) and "B36/S23" in finding._repr_html_()
    again = Finding.load(finding.save(tmp_path / "run"))
    assert again.to_json() == finding.to_json() == json.loads(json.dumps(finding.to_json()))
    assert again.recordings == () and again.recording is None
    finding.plot()


def test_two_entries_at_once() -> None:
    found = discover_series(runs_of("B36/S23", 30), known=known_of("B36/S23", "B6", "S4"), rng=0)
    assert {found[name].decision for name in ("B6", "S4")} <= {"present", "absent", "undetermined"}
    assert found["S4"].decision == "absent" and found["B6"].decision == "present"


def test_what_is_never_visited_stays_open() -> None:
    """At density 0.02 on small boards no cell ever has eight neighbours: B8 cannot show."""
    found = discover_series(runs_of("B3/S23", 8, density=0.02, side=32, steps=6), known=known_of("B3/S23", "B8"), rng=0)
    assert found["B8"].decision == "undetermined" and found["B8"].visits == 0
    assert found.next is not None and found.law.log2_possible == 1


def test_too_few_runs_leave_it_open() -> None:
    found = discover_series(
        runs_of("B36/S23", 1, density=0.1, side=16, steps=4), known=known_of("B36/S23", "B6"), rng=0
    )
    assert found["B6"].decision == "undetermined"
    assert (
        "1 run cannot refute any law" in found.checks[0].says and "at least 2 independent runs" in found.checks[0].says
    )


@pytest.mark.parametrize("wrong", [{"S2": 0}, {"B3": 0}, {"S4": 1}])
def test_a_wrong_known_entry_is_a_conflict(wrong: dict[str, int]) -> None:
    known = known_of("B3/S23", "B6") | wrong
    found = discover_series(runs_of("B3/S23", 20), known=known, rng=0)
    assert found["B6"].decision == "conflict" and found.failed[0].name == "series"
    assert "start density" in found.failed[0].says


def test_a_wrong_start_density_is_a_conflict() -> None:
    series = runs_of("B3/S23", 20)
    lied = Series(series.names, series.times, series.values, 64, 64, 0.45)
    assert discover_series(lied, known=known_of("B3/S23", "B6"), rng=0)["B6"].decision == "conflict"


@pytest.mark.slow
def test_other_spaces() -> None:
    space = RuleSpace.named("isotropic")
    table = Rule("B36/S23").table
    known = {name: int(table[space.windows(name)[0]]) for name in space.names if name != "B3a"}
    assert discover_series(runs_of("B36/S23", 10), "isotropic", known=known, rng=0)["B3a"].decision == "present"


def test_the_least_p_value_that_keeps_a_law() -> None:
    for alpha in (0.2, 0.05, 0.01, 1e-4):
        assert e_value(plausible_above(alpha)) == pytest.approx(1 / alpha)
    with pytest.raises(ArgumentError, match="alpha"):
        plausible_above(0)


def test_decisions_follow_from_the_worst_completion() -> None:
    """An entry's evidence is the best p-value among all laws with, and without, it."""
    series = runs_of("B36/S23", 10)
    weighing = weigh_series(
        series, TOTALISTIC, TOTALISTIC.known(known_of("B36/S23", "B6", "B8")), alpha=0.05, rng=source(0)
    )
    sixth, eighth = weighing.evidence[6], weighing.evidence[8]
    assert weighing.facts["candidate_laws"] == 4 and weighing.facts["possible_laws"] == 2
    assert sixth.log_e_present > np.log(20) > sixth.log_e_absent
    assert max(eighth.log_e_present, eighth.log_e_absent) < np.log(20)
    assert sixth.probability > 0.99 and 0.05 < eighth.probability < 0.95


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (known_of("B3/S23"), "at least one entry open"),
        ({"B3": 1}, f"at most {MOST_OPEN} entries open"),
        (known_of("B3/S23", "B6") | {"B3": 0.5}, "0 or 1"),
    ],
)
def test_what_cannot_be_rolled_out_is_refused(known: dict[str, float], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        discover_series(runs_of("B3/S23", 2, steps=2), known=known, rng=0)
