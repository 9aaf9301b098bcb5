"""Multilevel Monte Carlo: the exact mean within its error, the cost at the coarse end, the telescoping test."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError, NotConverged
from evolaw.sde import RI6, SDE, EulerMaruyama, Milstein, solve
from evolaw.sde.studies import multilevel
from evolaw.sde.studies.multilevel import Level, _estimate, _variance, multilevel_mean

GROWTH = SDE(lambda t, x, p: 0.5 * x, lambda t, x, p: 0.8 * x, noise="scalar", name="growth")


@pytest.mark.slow
def test_the_mean_is_met_and_the_work_is_coarse():
    # False alarms below 1e-4: four times the wanted error, of which the bias is a part.
    found = multilevel_mean(GROWTH, Milstein(), 1.0, 1.0, lambda x: x[0], error=0.01, rng=0)
    assert abs(found.mean - np.exp(0.5)) < 0.04 and found.error < 0.01
    assert found.consistent and found.strong_order > 0.4
    counts = [level.count for level in found.levels]
    assert counts[0] > 10 * counts[-1]


def test_the_telescoping_test_sees_two_different_schemes():
    rng = np.random.default_rng(0)
    levels = [Level(1), Level(2), Level(4)]
    for number, level in enumerate(levels):
        fine = rng.normal(size=4000)
        level.add(fine, fine + 0.2 + 0.01 * rng.normal(size=4000) if number else None)
    assert not _estimate(levels).consistent


@pytest.mark.slow
def test_every_sample_is_a_path_of_its_own(monkeypatch):
    """No two levels share their stream, no sample of a level repeats a path, and a coarse partner has the fine one's noise."""
    calls = []

    def spied(*arguments, **kinds):
        calls.append(kinds)
        return solve(*arguments, **kinds)

    monkeypatch.setattr(multilevel, "solve", spied)
    found = multilevel_mean(GROWTH, Milstein(), 1.0, 1.0, lambda x: x[0], error=0.02, rng=0)
    by_steps = {
        level.steps: [call for call in calls if call["steps"] == level.steps and call["fine"] == 1]
        for level in found.levels
    }
    seeds = {steps: {call["rng"].seed for call in done} for steps, done in by_steps.items()}
    assert all(len(one) == 1 for one in seeds.values()) and len(set.union(*seeds.values())) == len(found.levels)
    for level in found.levels:
        ends = 0
        for call in by_steps[level.steps]:
            assert call["first_path"] == ends
            ends += call["paths"]
        assert ends == level.count
    for fine, coarse in zip(
        [c for c in calls if c["steps"] > 1 and c["fine"] == 1], [c for c in calls if c["fine"] == 2], strict=True
    ):
        assert coarse["steps"] * 2 == fine["steps"]
        assert all(coarse[name] == fine[name] for name in ("rng", "first_path", "paths"))


def test_costs_and_estimates_are_their_formulas():
    """Means that halve from level to level: what is left after the last is its size; errors add; the orders are the slopes."""
    levels = []
    for number in range(5):
        level = Level(2**number)
        spread = 4.0**-number * np.tile([1.0, -1.0], 500)
        fine = np.full(1000, 2 - 0.5**number) + spread
        level.add(fine, fine - (0.5**number + spread) if number else None)
        levels.append(level)
    assert [level.cost for level in levels] == [1, 3, 6, 12, 24]
    found = _estimate(levels)
    assert found.mean == pytest.approx(1 + sum(0.5**n for n in range(1, 5)))
    assert (
        found.bias == pytest.approx(0.5**4)
        and found.weak_order == pytest.approx(1)
        and found.strong_order == pytest.approx(2)
    )
    assert found.error == pytest.approx(np.sqrt(sum(16.0**-n / 1000 for n in range(5))))
    # The coarse partners have the mean of the level below, and both spread as the level below does.
    assert np.abs(found.consistency).max() < 1e-9
    levels[2].coarse[0] += 1000 * 0.1
    spread = np.sqrt((_variance(levels[2].coarse, 1000) + 16.0**-1) / 1000)
    assert _estimate(levels).consistency[1] == pytest.approx(0.1 / spread)
    # A last mean that is small by chance does not hide what the one before says.
    levels[4].difference[:] = 0
    assert _estimate(levels).bias > 0


def test_bias_and_sampling_each_have_their_share_of_the_error():
    found = multilevel_mean(GROWTH, EulerMaruyama(), 1.0, 1.0, lambda x: x[0], error=0.05, rng=1)
    assert found.bias < 0.05 / np.sqrt(2)
    # The variance is met to the 5 % that a level may lack.
    assert 0.4 * 0.05 / np.sqrt(2) < found.error < 1.03 * 0.05 / np.sqrt(2)
    # The exact mean of the finest level: (1 + a h)^n.
    n = found.levels[-1].steps
    assert abs(found.mean - (1 + 0.5 / n) ** n) < 4.5 * found.error


def test_weak_schemes_are_refused():
    with pytest.raises(ArgumentError, match="the same Brownian motion"):
        multilevel_mean(GROWTH, RI6(), 1.0, 1.0, lambda x: x[0], error=0.1, rng=0)


def test_a_bias_that_stays_is_said():
    with pytest.raises(NotConverged, match="The bias after 2 refinements") as caught:
        multilevel_mean(GROWTH, EulerMaruyama(), 1.0, 1.0, lambda x: x[0], error=0.01, rng=0, most_levels=2)
    assert caught.value.partial.levels[-1].steps == 4
