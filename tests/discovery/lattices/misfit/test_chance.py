"""Coins, misread cells and an automaton that errs are told apart, or it is said that too little was seen."""

import re
from dataclasses import replace

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.discovery import discover
from evolaw.discovery.lattices.misfit import diagnosis
from evolaw.discovery.lattices.misfit.chance import check_determinism, diagnose_chance, four_neighbours, too_few
from evolaw.discovery.lattices.misfit.noise_models import fit_coins, fit_erring, fit_misread
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import count_windows
from evolaw.trajectory import Trajectory

SPACE = RuleSpace.named("outer-totalistic")
HEAT_BATH = 1 / (1 + np.exp(-0.8 * (2 * np.arange(5) - 4)))
VOTER = np.arange(5) / 4


def case(rule: Rule | str, size: int = 64, steps: int = 20, misread: float = 0.0) -> Case:
    start = np.random.default_rng(0).random((size, size)) < 0.4
    film = evolve(rule, start.astype(np.uint8), steps, rng=0)
    values = film.values ^ (np.random.default_rng(1000).random(film.values.shape) < misread)
    return Case([replace(film, values=values)], SPACE, np.full(18, np.nan))


def cause(seen: Case) -> str:
    misread, erring, coins = (fit(seen.window_counts, SPACE) for fit in (fit_misread, fit_erring, fit_coins))
    return diagnose_chance(seen, [misread, erring], coins, ()).cause


def test_three_kinds_of_chance_are_told_apart() -> None:
    assert cause(case(Rule("B3=0.7/S2=0.9,34=0.2"))) == "coins"
    assert cause(case("B3/S23", misread=0.03)) == "flips"
    assert cause(case(Rule("B3/S23").with_noise(0.01))) == "erring"


def test_too_little_to_tell_is_said() -> None:
    little = case("B3/S23", size=12, steps=6, misread=0.1)
    assert cause(little) == "unclear"
    assert "Record more" in too_few(little).says


def test_where_misread_cells_and_an_erring_automaton_say_the_same_both_are_named() -> None:
    """Cells that stay as they are but for one in ten: they do not look at their neighbours, so the table cannot tell."""
    seen = case(Rule("B/S012345678").with_noise(0.1), size=32)
    misread, erring, coins = (fit(seen.window_counts, SPACE) for fit in (fit_misread, fit_erring, fit_coins))
    says = diagnose_chance(seen, [misread, erring], coins, ()).checks[0].says
    assert "--flip update:auto" in says
    apart = case("B3/S23", misread=0.03)
    fits = [fit(apart.window_counts, SPACE) for fit in (fit_misread, fit_erring, fit_coins)]
    assert "update:auto" not in diagnose_chance(apart, fits[:2], fits[2], ()).checks[0].says


def test_what_the_error_rate_rests_on_is_said() -> None:
    counts = case("B3/S23").counts
    assert "at least once in 100 times" in check_determinism(counts, 0.01).says
    assert "declared deterministic" in check_determinism(counts, 0.0).says


def of_four(dead: np.ndarray, alive: np.ndarray, seed: int, size: int = 40, steps: int = 24) -> Trajectory:
    """A run in which a cell lives next with a probability by itself and by how many of its four nearest neighbours live."""
    chance = np.random.default_rng(seed)
    frames = [(chance.random((size, size)) < 0.5).astype(np.uint8)]
    for _ in range(steps):
        now = frames[-1]
        count = sum(np.roll(now, by, axis) for by in (1, -1) for axis in (0, 1))
        frames.append((chance.random(now.shape) < np.where(now == 1, alive[count], dead[count])).astype(np.uint8))
    return Trajectory(np.array(frames), np.arange(steps + 1), ("times", "rows", "cols"), boundary="torus")


def test_shares_are_said_with_intervals_that_cover() -> None:
    """Twenty intervals of error 0.001: a false alarm in less than 2 of 100 sets of seeds, and the seeds are fixed."""
    for table in (HEAT_BATH, VOTER):
        says = four_neighbours(count_windows([of_four(table, table, seed=3)]), 0.001)
        shares = re.findall(r"\S+ \[[^\]]*\]|[01] \(of \d+\)", says)
        assert "four nearest neighbours" in says and len(shares) == 10
        for share, true in zip(shares, [*table, *table], strict=True):
            low, high = map(float, re.findall(r"[\d.]+", share)[1:3]) if "[" in share else (true, true)
            assert low <= true <= high and share.startswith(("0", "1"))


@pytest.mark.parametrize("rule", ["B3/S23", "B3=0.6/S23", "B2-a/S12"])
def test_other_laws_are_not_taken_for_laws_of_four(rule: str) -> None:
    start = (np.random.default_rng(1).random((40, 40)) < 0.4).astype(np.uint8)
    assert four_neighbours(count_windows([evolve(Rule(rule), start, 10, rng=2)]), 0.05) == ""


def test_of_too_little_seen_nothing_is_claimed() -> None:
    dead = np.zeros((3, 8, 8), np.uint8)
    assert four_neighbours(count_windows([Trajectory(dead, np.arange(3), ("times", "rows", "cols"))]), 0.05) == ""


@pytest.mark.parametrize("table", [HEAT_BATH, VOTER], ids=["spins in a heat bath", "voters"])
def test_chance_by_four_neighbours_is_not_taken_for_misread_cells(
    table: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cell that went against the majority of its count tells how the others lie, and so seemed to be misread."""
    monkeypatch.setattr(diagnosis, "ask_networks", lambda *_: "Not tested: no network was asked.")
    monkeypatch.setattr(diagnosis, "skipped_law", lambda *_: None)
    finding = discover(of_four(table, table, seed=5), rng=0)
    assert finding.facts["cause"] == "symmetry"
    assert "--space isotropic. It depends only on the cell and on how many of its four" in finding.failed[0].says
