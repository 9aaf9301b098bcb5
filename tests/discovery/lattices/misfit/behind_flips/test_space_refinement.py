"""A space too narrow behind misread cells: entries torn apart by a wider space are conflicts, never coins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evolaw.automata import Rule, evolve
from evolaw.discovery import Flips, discover
from evolaw.discovery.lattices import selection
from evolaw.discovery.lattices.misfit.behind_flips.space_refinement import widen
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.spine.evidence import Evidence, Weighing
from evolaw.randomness import source
from evolaw.trajectory import Trajectory

NARROW, WIDE, GENERAL = (RuleSpace.named(name) for name in ("outer-totalistic", "isotropic", "general"))


def weigh_as(rule: str, space: RuleSpace) -> tuple[list[Evidence], list[str]]:
    """Perfect evidence on a rule: an entry whose windows differ looks like a coin."""
    table = Rule(rule).table
    evidence, decisions = [], []
    for name in space.names:
        share = float(table[space.windows(name)].mean())
        decisions.append({0.0: "absent", 1.0: "present"}.get(share, "probabilistic"))
        present, absent = (9.0 if share > 0 else -9.0), (9.0 if share < 1 else -9.0)
        evidence.append(Evidence(name, "likelihood", 10, present, absent, share, (0, 1), "Seen."))
    return evidence, decisions


def refined(monkeypatch, narrow, weighed, weigh):
    """Refine a narrow space where a wider one weighs so."""
    monkeypatch.setattr(selection, "weigh", lambda case: Weighing(tuple(weigh(case.space))))
    return widen(Case((), narrow, np.full(len(narrow), np.nan)), *weighed)


def test_an_arrangement_that_matters_is_named(monkeypatch) -> None:
    torn = refined(monkeypatch, NARROW, weigh_as("B3/S2-i34q", NARROW), lambda space: weigh_as("B3/S2-i34q", space)[0])
    assert torn is not None
    found = dict(zip(NARROW.names, torn.decisions, strict=True))
    assert [name for name, decision in found.items() if decision == "conflict"] == ["S2", "S4"]
    assert found["B3"] == "present" and found["B2"] == "absent"
    assert torn.check.name == "totalistic" and "S2, S4" in torn.check.says and "--space isotropic" in torn.check.says
    assert torn.check.p_value == pytest.approx(np.exp(-9))


def test_an_orientation_that_matters_is_found_two_spaces_on(monkeypatch) -> None:
    """A law of one window only: its orbit is a coin in the isotropic space, and torn in the general one."""
    table = np.zeros(512, np.uint8)
    table[0b000111000] = 1
    rule = str(Rule.from_table(table))
    torn = refined(monkeypatch, NARROW, weigh_as(rule, NARROW), lambda space: weigh_as(rule, space)[0])
    assert torn is not None
    assert torn.check.name == "symmetry D4" and "--space general" in torn.check.says
    assert [n for n, d in zip(NARROW.names, torn.decisions, strict=True) if d == "conflict"] == ["S2"]


def test_a_true_coin_stays_a_coin(monkeypatch) -> None:
    evidence, decisions = weigh_as("B3/S23", NARROW)
    decisions[3] = "probabilistic"

    def weigh(space: RuleSpace) -> list[Evidence]:
        coin = [np.isin(space.windows(i), NARROW.windows(3)).all() for i in range(len(space))]
        found = zip(weigh_as("B3/S23", space)[0], coin, strict=True)
        return [
            replace(item, log_e_present=9.0, log_e_absent=9.0, probability=0.5) if is_coin else item
            for item, is_coin in found
        ]

    assert refined(monkeypatch, NARROW, (evidence, decisions), weigh) is None


def test_nothing_is_weighed_without_a_coin(monkeypatch) -> None:
    def weigh(space: RuleSpace) -> list[Evidence]:
        raise AssertionError(f"{space.name} was weighed for nothing")

    assert refined(monkeypatch, NARROW, weigh_as("B3/S23", NARROW), weigh) is None
    assert refined(monkeypatch, GENERAL, weigh_as("B3/S2-i34q", GENERAL), weigh) is None


@pytest.mark.slow
@pytest.mark.parametrize(("side", "steps"), [(48, 30), (64, 50)])
def test_a_misread_isotropic_law_is_a_conflict_in_the_narrow_space(side: int, steps: int) -> None:
    """Also where the mix of arrangements changes in time, so that halves disagree on the bias of a coin that there is not."""
    start = source(5).stream("start").chance(0, (side, side), 0.4).astype(np.uint8)
    clean = evolve("B3/S2-i34q", start, steps)
    flips = source(6).stream("flips").chance(0, clean.values.shape, 0.05)
    recording = Trajectory(clean.values ^ flips, clean.times, clean.axes, boundary="torus")
    finding = discover(recording, observed=Flips(0.05), rng=0)
    assert set(finding.of("conflict")) == {"S2", "S4"}
    assert finding["B3"].decision == "present"
    assert [check.name for check in finding.failed] == ["totalistic"]
