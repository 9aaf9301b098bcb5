"""Lists and whole numbers are states and times too; what is no time, or has no density, is refused in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.score.exact.empirical import Empirical
from evolaw.score.exact.fields import PeriodicField
from evolaw.score.exact.mixture import GaussianMixture
from evolaw.score.exact.normal import Gaussian
from evolaw.score.noising.song import VE, VP

KINDS = [
    Gaussian([0.5, -1.0], [[2.0, 0.5], [0.5, 1.0]]),
    GaussianMixture([[0.0, 0.0], [2.0, 1.0], [0.0, 3.0]], 0.5),
    GaussianMixture([[0.0, 0.0], [2.0, 1.0], [0.0, 3.0]], [1.0, 0.5, 0.2]),
    Empirical([[0.0, 1.0], [2.0, 2.0]]),
    PeriodicField([1.0, 0.5]),
]


@pytest.mark.parametrize("target", KINDS, ids=lambda target: type(target).__name__)
def test_lists_and_whole_numbers_are_answered_as_arrays_of_floats(target: Any) -> None:
    """A list failed in `score`, and whole numbers were answered by whole numbers."""
    states, times = np.array([[0.0, 1.0], [2.0, -1.0]]), np.array([0.2, 0.7])
    for ask in (target.score, target.log_density):
        wanted = ask(states, times, VP())
        for x in (states.tolist(), states.astype(int), states.astype(int).tolist()):
            assert ask(x, times.tolist(), VP()) == pytest.approx(wanted, rel=1e-13)
        assert ask(states, 1, VP()) == pytest.approx(ask(states, 1.0, VP()), rel=1e-13)


def test_no_states_have_no_scores() -> None:
    for target in KINDS[:3]:
        assert target.score(np.zeros((0, 2)), 0.5, VP()).shape == (0, 2)
        assert target.log_density(np.zeros((0, 2)), 0.5, VP()).shape == (0,)


@pytest.mark.parametrize("target", KINDS, ids=lambda target: type(target).__name__)
@pytest.mark.parametrize(
    ("t", "says"),
    [(-0.1, "from zero on, but is -0.1"), (np.nan, "from zero on"), ([0.1, 0.2, 0.3], "one for each of the 2 states")],
)
def test_what_is_no_time_is_refused(target: Any, t: Any, says: str) -> None:
    """At t < 0 there were numbers, and they were those of no distribution."""
    with pytest.raises(ArgumentError, match=f"`t` must be .*{says}"):
        target.score(np.zeros((2, 2)), t, VP())


def test_points_have_no_density_without_noise() -> None:
    """They were divided by zero."""
    for target in (KINDS[3], Gaussian([0.0, 0.0], [1.0, 0.0]), GaussianMixture([[0.0, 0.0], [1.0, 1.0]], 0.0)):
        with pytest.raises(ArgumentError, match="`t` must be above zero: data whose variance is zero"):
            target.score(np.zeros((1, 2)), 0, VP())
        assert np.isfinite(target.score(np.zeros((1, 2)), 0.001, VP())).all()
    assert np.isfinite(KINDS[1].score(np.zeros((1, 2)), 0, VP())).all()
    assert np.isfinite(Gaussian([0.0, 0.0], 0.0).score(np.ones((1, 2)), 1e-5, VE())).all()
