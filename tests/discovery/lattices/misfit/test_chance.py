"""Coins, misread cells and an automaton that errs are told apart, or it is said that too little was seen."""

from dataclasses import replace

import numpy as np

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.discovery.lattices.misfit.chance import check_determinism, diagnose_chance, too_few
from evolaw.discovery.lattices.misfit.noise_models import fit_coins, fit_erring, fit_misread
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.rule_space import RuleSpace

SPACE = RuleSpace.named("outer-totalistic")


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
