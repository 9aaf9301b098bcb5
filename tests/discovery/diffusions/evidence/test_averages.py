"""Averaged coefficients: those of the one law when only one is probable."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.averages import average_law, given_present
from evolaw.discovery.diffusions.evidence.gaussian_form import GaussianForm
from evolaw.discovery.diffusions.evidence.subsets import weigh_subsets


def test_where_one_law_is_certain_its_fit_is_the_answer() -> None:
    """Two correlated terms, the second clearly absent: the first's estimate is that of a fit without the second."""
    root = np.linalg.cholesky(np.array([[4e4, 2e4], [2e4, 4e4]])).T
    alone = 1.0 + 0.5 * 0.001
    item = GaussianForm(("a", "b"), np.array([1.0, 0.001]), root, np.linalg.inv(root), np.eye(2), 1.0, 100)
    subsets = weigh_subsets(item)
    mean, deviation = given_present(item, subsets)
    assert mean[0] == pytest.approx(alone, abs=2e-4)
    assert deviation[0] == pytest.approx(1 / 200, rel=0.1)
    assert average_law(item, subsets)[1] == pytest.approx(0, abs=2e-4)


def test_two_terms_that_are_one_share_the_average() -> None:
    root = np.array([[50.0, 50.0], [0.0, 1e-3]])
    item = GaussianForm(("a", "b"), np.array([0.3, 0.7]), root, np.linalg.inv(root), np.eye(2), 1.0, 100)
    average = average_law(item, weigh_subsets(item))
    assert average.sum() == pytest.approx(1.0, abs=0.02)
    assert average[0] == pytest.approx(average[1], abs=0.05)


def test_coefficients_come_back_in_their_own_units() -> None:
    """A drift of size 4: of a = 2.0 ± 0.1 all laws have it, and as it was; of b = 0 ± 0.0004, a share of 10⁻⁴, none has: what the fit says is kept."""
    spread = np.diag([0.1, 0.0004])
    form = GaussianForm(("a", "b"), np.array([2.0, 0.0]), np.linalg.inv(spread), spread, np.eye(2), 4.0, 1000)
    subsets = weigh_subsets(form)
    assert subsets.probability[0] > 0.999 and subsets.probability[1] < 1e-3
    mean, deviation = given_present(form, subsets)
    assert mean == pytest.approx([2.0, 0.0], abs=1e-4)
    assert deviation == pytest.approx([0.1, 0.0004], rel=1e-3)
