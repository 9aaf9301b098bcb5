"""One pass: unseen entries stay open, known ones never change, and a space in doubt gives no bit that needs it."""

from collections import Counter
from dataclasses import replace

import numpy as np

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.discovery import discover
from evolaw.discovery.lattices.model.rule_space import NESTED, RuleSpace
from evolaw.trajectory import Trajectory


def soup(
    rule: Rule | str, size: tuple[int, int] = (20, 22), steps: int = 3, density: float = 0.3, seed: int = 0
) -> Trajectory:
    start = np.random.default_rng(seed).random(size) < density
    return evolve(rule, start.astype(np.uint8), steps, rng=seed)


def test_more_clean_data_never_turns_a_decision() -> None:
    film = soup("B36/S23", (24, 24), 8, 0.1)
    before: dict[str, str] = {}
    for frames in range(2, 9):
        part = replace(film, values=film.values[:frames], times=film.times[:frames])
        now = {entry.name: entry.decision for entry in discover(part, "isotropic", rng=0).entries}
        assert all(now[name] == decision for name, decision in before.items() if decision != "undetermined")
        before = now


def test_unseen_entries_are_open_and_known_ones_never_change() -> None:
    for seed in range(20):
        space = NESTED[seed % 3]
        rules = RuleSpace.named(space)
        rng = np.random.default_rng(seed)
        values = rng.integers(0, 2, len(rules))
        known = {rules.names[u]: int(values[u]) for u in rng.permutation(len(rules))[: len(rules) // 4]}
        finding = discover(soup(rules.rule(values), (8, 9), 2, 0.2, seed), space, known=known, rng=0)
        for entry in finding.entries:
            if entry.name in known:
                assert entry.basis == "known"
                assert entry.probability == known[entry.name]
                assert entry.decision == ("present" if known[entry.name] else "absent")
            elif entry.visits == 0:
                assert entry.decision == "undetermined"


def test_a_contradicted_known_entry_is_a_conflict_that_names_it() -> None:
    finding = discover(soup("B3/S23"), known="B3=0,S8=0", rng=0)
    assert finding.of("conflict") == ("B3",)
    assert finding["B3"].probability == 0
    assert any(check.name == "known entries" and "B3" in check.says for check in finding.failed)
    assert finding["S2"].decision == "present"


def test_a_failed_check_of_the_space_never_gives_a_bit_that_needs_it() -> None:
    film = soup("B3/S23", (32, 32), 10)
    finding = discover(replace(film, values=film.values[:, 3:25, 3:25]), rng=0)
    assert finding.facts["cause"] == "boundary"
    assert set(Counter(entry.decision for entry in finding.entries)) <= {"conflict", "undetermined"}
    assert finding.next is not None
    assert "--boundary window" in finding.next.says
