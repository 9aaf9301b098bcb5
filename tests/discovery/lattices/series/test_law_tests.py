"""Rolling out laws: the runs are those of the plain step, and trials find wrong laws and keep right ones."""

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.discovery.lattices.series import law_tests
from evolaw.discovery.lattices.series.law_tests import roll_out, try_laws
from evolaw.discovery.lattices.series.series import Series, series_of
from evolaw.randomness import source

LIFE, HIGH = Rule("B3/S23").table, Rule("B36/S23").table


def a_series(rule: str, runs: int, *, names: tuple[str, ...] = ("density",), boundary: str = "torus") -> Series:
    start = np.random.default_rng([runs, 4]).random((runs, 32, 32)) < 0.4
    return series_of(evolve(rule, start.astype(np.uint8), 24, boundary=boundary), names, start_density=0.4)


@pytest.mark.parametrize("boundary", ["torus", "plane", "reflecting"])
def test_rollouts_are_runs_of_the_law(boundary: str) -> None:
    names = ("density", "activity", "clusters", "block9")
    series = a_series("B3/S23", 2, names=names, boundary=boundary)
    picked = np.array([0, 1, 4, 11])
    found = roll_out(series, np.stack([LIFE, HIGH]), picked, 5, source(3), "here")
    start = source(3).stream("here, runs from 0").generator().random((5, 32, 32), np.float32) < 0.4
    for law, rule in enumerate(("B3/S23", "B36/S23")):
        whole = series_of(evolve(rule, start.astype(np.uint8), 12, boundary=boundary), names, start_density=0.4)
        np.testing.assert_allclose(found[law], whole.values[:, picked])


def test_batches_do_not_matter_to_a_law(monkeypatch) -> None:
    """Laws alone or together, all on one start: each law's runs are the same."""
    series = a_series("B3/S23", 2)
    together = roll_out(series, np.stack([LIFE, HIGH]), np.array([3]), 4, source(3), "here")
    alone = roll_out(series, HIGH[None], np.array([3]), 4, source(3), "here")
    assert np.array_equal(together[1:], alone)


def test_parts_of_runs_join(monkeypatch) -> None:
    series = a_series("B3/S23", 2)
    monkeypatch.setattr(law_tests, "_CELLS_AT_ONCE", 3 * 32 * 32)
    found = roll_out(series, LIFE[None], np.array([0, 5]), 8, source(3), "here")
    assert found.shape == (1, 8, 2, 1) and len(np.unique(found[0, :, 0, 0])) > 4


def test_a_wrong_law_falls_and_the_right_one_stays() -> None:
    told: list[tuple[int, int, str]] = []
    tried = try_laws(
        a_series("B36/S23", 30),
        np.stack([LIFE, HIGH, Rule("B2/S").table]),
        smallest=1e-3,
        rng=source(0),
        progress=lambda *words: told.append(words),
    )
    assert tried.p[0] <= 1e-3 < 0.05 < tried.p[1] and tried.p[2] <= 1e-3
    assert tried.log_likelihood[1] > tried.log_likelihood[2] == -np.inf
    assert any("first look" in words for _, _, words in told) and any("close look" in words for _, _, words in told)


def test_the_same_seed_gives_the_same_trials() -> None:
    series, laws = a_series("B3/S23", 6), np.stack([LIFE, HIGH])
    first, again = (try_laws(series, laws, smallest=1e-2, rng=source(5)) for _ in range(2))
    assert np.array_equal(first.p, again.p) and np.array_equal(first.log_likelihood, again.log_likelihood)


@pytest.mark.slow
def test_the_true_law_is_seldom_refuted() -> None:
    """120 recordings of the true law with a rival beside it: p <= 0.05 in at most 5 % of them, bar five standard errors."""
    found = []
    for seed in range(120):
        start = np.random.default_rng([seed, 9]).random((5, 16, 16)) < 0.4
        series = series_of(evolve("B3/S23", start.astype(np.uint8), 12), start_density=0.4)
        found.append(try_laws(series, np.stack([LIFE, HIGH]), smallest=0.01, rng=source(seed)).p[0])
    assert np.mean(np.array(found) <= 0.05) <= 0.05 + 5 * np.sqrt(0.05 * 0.95 / 120)
