"""Noise models against channels simulated cell by cell."""

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.discovery.lattices.evidence.flip_channel import through_channel
from evolaw.discovery.lattices.misfit.noise_models import fit_coins, fit_erring, fit_misread
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import WindowCounts, count_windows
from evolaw.trajectory import Trajectory

SPACE = RuleSpace.named("outer-totalistic")


def soup(rule: Rule | str, size: int = 64, steps: int = 30) -> Trajectory:
    start = np.random.default_rng(3).random((size, size)) < 0.4
    return evolve(rule, start.astype(np.uint8), steps, rng=1)


def misread(film: Trajectory, eps: float) -> Trajectory:
    flips = np.random.default_rng(1000).random(film.values.shape) < eps
    return Trajectory(film.values ^ flips, film.times, film.axes, boundary="torus")


@pytest.mark.parametrize("eps", [0.01, 0.05, 0.1])
def test_misread_cells_are_recognised_with_their_probability(eps: float) -> None:
    windows = count_windows([misread(soup("B3/S23"), eps)])
    fit = fit_misread(windows, SPACE)
    assert fit.flips == pytest.approx(eps, abs=0.011)
    assert fit.excess < 3
    assert fit.cost < min(fit_erring(windows, SPACE).cost, fit_coins(windows, SPACE).cost)


@pytest.mark.parametrize("eps", [0.01, 0.1])
def test_an_erring_automaton_is_recognised_with_its_rate(eps: float) -> None:
    windows = count_windows([soup(Rule("B3/S23").with_noise(eps))])
    fit = fit_erring(windows, SPACE)
    standard_error = np.sqrt(eps * (1 - eps) / windows.visits.sum())
    assert fit.flips == pytest.approx(eps, abs=4 * standard_error)
    assert fit.cost < min(fit_misread(windows, SPACE).cost, fit_coins(windows, SPACE).cost)


def test_probabilistic_entries_are_recognised() -> None:
    windows = count_windows([soup(Rule("B3=0.7/S2=0.9,34=0.2"))])
    fit = fit_coins(windows, SPACE)
    assert fit.cost + 100 < min(fit_misread(windows, SPACE).cost, fit_erring(windows, SPACE).cost)


def test_a_clean_law_needs_no_noise() -> None:
    windows = count_windows([soup("B3/S23")])
    assert fit_erring(windows, SPACE).flips == 0
    assert fit_coins(windows, SPACE).deviance == pytest.approx(0, abs=1e-3)


def test_the_misread_model_is_exact_where_its_table_is() -> None:
    """Life's windows and outcomes sent through the channel without chance: D = 0, though most windows were never there."""
    windows = count_windows([soup("B3/S23", steps=60)])
    rare = np.where(windows.visits > 2000, windows.visits, 0)
    life = Rule("B3/S23").table
    true = np.stack([np.where(life, 0, rare), np.where(life, rare, 0)], -1)
    assert 0 < (rare > 0).sum() < 100
    read = through_channel(true / 2000, 0.05)
    table = WindowCounts(read.sum(1), read[:, 1])
    fit = fit_misread(table, SPACE)
    assert fit.flips == pytest.approx(0.05) and fit.deviance < 1e-6
