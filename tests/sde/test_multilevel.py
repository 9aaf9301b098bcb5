"""Multilevel Monte Carlo: the exact mean within its error, the cost at the coarse end, the telescoping test."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError, NotConverged
from evolaw.sde import RI6, SDE, EulerMaruyama, Milstein
from evolaw.sde.multilevel import Level, _estimate, multilevel_mean

GROWTH = SDE(lambda t, x, p: 0.5 * x, lambda t, x, p: 0.8 * x, noise="scalar", name="growth")


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


def test_weak_schemes_are_refused():
    with pytest.raises(ArgumentError, match="the same Brownian motion"):
        multilevel_mean(GROWTH, RI6(), 1.0, 1.0, lambda x: x[0], error=0.1, rng=0)


def test_a_bias_that_stays_is_said():
    with pytest.raises(NotConverged, match="The bias after 2 refinements") as caught:
        multilevel_mean(GROWTH, EulerMaruyama(), 1.0, 1.0, lambda x: x[0], error=0.01, rng=0, most_levels=2)
    assert caught.value.partial.levels[-1].steps == 4
