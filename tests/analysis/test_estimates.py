"""Estimates: errors that are right on average, intervals that cover, and no number without its error."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from evolaw.analysis.estimates import Estimate, jackknife, mean, wilson
from evolaw.errors import ArgumentError


def test_a_mean_is_the_textbook_one() -> None:
    values = np.random.default_rng(0).normal(3, 2, (50, 4))
    estimate = mean(values, "length")
    np.testing.assert_allclose(estimate.value, values.mean(axis=0))
    np.testing.assert_allclose(estimate.standard_error, stats.sem(values, axis=0))
    low, high = estimate.interval(0.9)
    wanted = stats.t.interval(0.9, 49, loc=values.mean(axis=0), scale=stats.sem(values, axis=0))
    np.testing.assert_allclose([low, high], wanted)
    np.testing.assert_array_equal(estimate.samples, values)


def test_student_intervals_cover() -> None:
    """2000 intervals of 95 % from 5 normal values each: coverage within 3.3 standard errors (false alarms 1 in 1000)."""
    values = np.random.default_rng(1).normal(0, 1, (5, 2000))
    low, high = mean(values).interval()
    covered = float(((low < 0) & (high > 0)).mean())
    assert abs(covered - 0.95) < 3.3 * np.sqrt(0.95 * 0.05 / 2000)


def test_one_value_has_an_unbounded_error() -> None:
    for estimate in (mean(np.array([[1.0, 2.0]])), jackknife(np.square, np.array([[1.0, 2.0]]))):
        assert np.isinf(estimate.standard_error).all()
        assert estimate.interval()[0].tolist() == [-np.inf, -np.inf]
        assert "± inf" in repr(estimate)


def test_the_jackknife_of_a_mean_is_the_mean() -> None:
    values = np.random.default_rng(2).normal(0, 1, (9, 3))
    plain, folded = mean(values), jackknife(lambda average: average, values)
    np.testing.assert_allclose(folded.value, plain.value)
    np.testing.assert_allclose(folded.standard_error, plain.standard_error)


def test_the_jackknife_removes_the_bias_of_a_square() -> None:
    """E[mean**2] = mu**2 + var / n; the jackknife estimates mu**2 = 4 itself. 4 standard errors: false alarms 6 in 100 000."""
    draw = np.random.default_rng(3)
    found = [jackknife(np.square, draw.normal(2, 3, 10)) for _ in range(4000)]
    values = np.array([estimate.value for estimate in found])
    spread = values.std() / np.sqrt(len(values))
    assert abs(values.mean() - 4) < 4 * spread
    assert abs(np.square(draw.normal(2, 3, (4000, 10)).mean(axis=1)).mean() - 4) > 10 * spread
    stated = np.sqrt(np.mean([float(estimate.standard_error) ** 2 for estimate in found]))
    assert 0.95 < stated / values.std() < 1.2


def test_the_jackknife_error_holds_where_the_function_is_flat() -> None:
    """Squares of means around 0: the value misses 0 by more than 4 errors in fewer than 1 of 1000 samples."""
    draw = np.random.default_rng(4)
    found = [jackknife(np.square, draw.normal(0, 1, 30)) for _ in range(3000)]
    assert np.mean([abs(float(e.value)) > 4 * float(e.standard_error) for e in found]) < 1e-3


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (3, 10), (10, 10), (50, 1000)])
def test_wilson_agrees_with_scipy(successes: int, trials: int) -> None:
    wanted = stats.binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    np.testing.assert_allclose(wilson(successes, trials), (wanted.low, wanted.high), atol=1e-12)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: mean(np.array([])), "`samples` must hold at least one"),
        (lambda: mean(np.array([1.0, np.nan])), "`samples` must be finite"),
        (lambda: mean(3.0), "`samples`"),
        (lambda: jackknife(np.square, []), "`samples`"),
        (lambda: wilson(3, 2), "`successes`"),
        (lambda: wilson(0, 0), "`trials`"),
        (lambda: wilson(1, 2, 1.0), "`confidence`"),
        (lambda: mean(np.ones(3)).interval(0), "`confidence`"),
        (lambda: Estimate(np.zeros(2), np.zeros(3), 1), "`standard_error`"),
        (lambda: Estimate(np.zeros(2), -np.ones(2), 1), "`standard_error`"),
    ],
)
def test_refusals(call, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ArgumentError, match=says):
        call()


def test_arrays_show_their_ends() -> None:
    assert "0.50 ± 0.50 … 2.50 ± 0.50, shape (2,)" in repr(mean(np.array([[0.0, 2.0], [1.0, 3.0]])))
    assert "empty" in repr(mean(np.zeros((3, 0))))
    assert "<table>" in mean(np.ones(2))._repr_html_()
