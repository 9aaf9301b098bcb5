"""What follows from linear equalities between coefficients."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.model.equalities import follow, leading_rows
from evolaw.errors import ArgumentError


def test_circles_and_sums_are_followed() -> None:
    """a = 2b and b = a/2 say one thing; c = a + d leaves c a sum."""
    rows = np.array([[1.0, -2, 0, 0], [-0.5, 1, 0, 0], [-1, 0, 1, -1]])
    assert follow(["a", "b", "d", "c"], rows[:, [0, 1, 3, 2]], {}) == ({"b": {"a": 0.5}, "c": {"a": 1.0, "d": 1.0}}, {})


def test_sizes_of_terms_do_not_matter() -> None:
    sizes = np.array([1.0, 1e-12, 1e9])
    found, _ = follow(["a", "b", "c"], np.array([[1.0, -3e-12, 0], [0, 1e-12, -1e9]]), {}, sizes)
    assert found["b"]["a"] == pytest.approx(1 / 3e-12) and found["c"]["a"] / (1 / 3e9) == pytest.approx(1)


def test_given_values_that_do_not_agree_are_refused() -> None:
    rows = np.array([[1.0, -2.0]])
    assert follow(["a", "b"], rows, {"a": 4.0, "b": 2.0}) == ({}, {})
    with pytest.raises(ArgumentError, match="agree with itself"):
        follow(["a", "b"], rows, {"a": 4.0, "b": 1.0})
    with pytest.raises(ArgumentError, match="factors alone"):
        follow(["a", "b", "c"], np.array([[1.0, 1.0, 1.0]]), {"c": 1.0})


def test_leading_rows_are_independent() -> None:
    assert leading_rows(np.array([[1.0, 0], [2, 0], [0, 0], [1, 1]])) == [0, 3]
