"""Curves of the recording and of the law's runs, against closed forms and counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from evolaw.discovery.diffusions.misfit.predictive_curves import _passage_times, curves_of


@pytest.fixture(scope="module")
def relaxing() -> np.ndarray:
    """120 records of dX = −X dt + sqrt(2 · 0.5) dW by its exact steps of 0.1, 3 paths of 400 points: variance 0.5."""
    rng, a = np.random.default_rng(0), np.exp(-0.1)
    x, values = np.sqrt(0.5) * rng.standard_normal((120, 3)), np.empty((120, 3, 400))
    for k in range(400):
        values[:, :, k] = x
        x = a * x + np.sqrt(0.5 * (1 - a * a)) * rng.standard_normal((120, 3))
    return values


def test_density_and_autocorrelation_are_those_of_the_law(relaxing: np.ndarray) -> None:
    density, correlation, passages = curves_of("x", relaxing, 0.1 * np.arange(400), None)
    at = np.array(density.at)
    assert np.array(density.middle) == pytest.approx(norm.pdf(at, 0, np.sqrt(0.5)), abs=0.03)
    lag = np.array(correlation.at)
    # A record's own mean and variance, of 120 relaxation times in all, pull it down by about 1/60.
    assert np.array(correlation.middle) == pytest.approx(np.exp(-lag), abs=0.06)
    assert passages.recorded[0] == passages.middle[0] == 1.0
    assert all(np.all(np.diff(row) <= 0) for row in (passages.recorded, passages.middle))
    # 95 % bands of the law's own records hold about 95 % of one of them: 56 points, neighbours alike.
    curves = (density, correlation, passages)
    inside = [lo <= r <= hi for c in curves for lo, r, hi in zip(c.low, c.recorded, c.high, strict=True)]
    assert np.mean(inside) > 0.8


def test_a_passage_begins_where_the_lower_side_is_reached_first() -> None:
    """Down at 1 and at 2, up at 4: three long; the second pass, down at 6 and up at 7, one; the last one does not end."""
    path = np.array([[3.0, 0.0, -1.0, 1.5, 3.0, 1.5, 0.0, 3.0, 0.0]])
    times = np.arange(9.0)
    assert _passage_times(path, times, 1.0, 2.0).tolist() == [3.0, 1.0]
    assert _passage_times(np.concatenate([path, path]), 2 * times, 1.0, 2.0).tolist() == [6.0, 2.0, 6.0, 2.0]
    assert not _passage_times(np.full((1, 5), 1.5), times[:5], 1.0, 2.0).size


def test_angles_have_their_turn_and_are_seen_within_it() -> None:
    """Two turns a unit of time: cos of the lag, density 1/period, and the slope of the mean turn."""
    times = 0.01 * np.arange(501)
    starts = np.random.default_rng(1).uniform(0, 360, (30, 4, 1))
    density, correlation, turn = curves_of("p", 720.0 * times + starts, times, 360.0)
    assert turn.recorded == pytest.approx(720.0 * np.array(turn.at)) and turn.high == pytest.approx(turn.recorded)
    assert correlation.recorded == pytest.approx(np.cos(4 * np.pi * np.array(correlation.at)), abs=1e-4)
    assert np.array(density.recorded) == pytest.approx(np.full(24, 1 / 360), rel=0.1)
    assert density.at[0] == pytest.approx(7.5) and density.at[-1] == pytest.approx(352.5)


def test_records_that_left_every_bound_are_left_out_and_json_keeps_every_number(relaxing: np.ndarray) -> None:
    spoiled = relaxing.copy()
    spoiled[5:20] = np.inf
    kept = curves_of("x", np.delete(relaxing, np.arange(5, 20), axis=0), 0.1 * np.arange(400), None)
    assert curves_of("x", spoiled, 0.1 * np.arange(400), None) == kept
    assert set(kept[0].to_json()) == {"kind", "component", "at", "recorded", "low", "middle", "high"}
    assert kept[0].to_json()["recorded"] == list(kept[0].recorded)
