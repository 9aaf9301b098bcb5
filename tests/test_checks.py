"""The sentences of argument errors, and that values come back in canonical form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolaw import checks
from evolaw.errors import ArgumentError, ShapeError


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: checks.positive(-0.1, "dt"), "Argument `dt` must be positive, but is -0.1."),
        (lambda: checks.integer(2.5, "steps"), "Argument `steps` must be a whole number, but is 2.5."),
        (lambda: checks.integer(True, "steps"), "Argument `steps` must be a whole number, but is True."),
        (lambda: checks.integer(-1, "steps", least=0), "must be a whole number of at least 0, but is -1."),
        (lambda: checks.number(np.nan, "t"), "Argument `t` must be finite, but is nan."),
        (lambda: checks.number("x", "t"), "Argument `t` must be a number, but is 'x'."),
        (lambda: checks.probability(1.5, "p"), "must be a number from 0.0 to 1.0, but is 1.5."),
        (lambda: checks.one_of("isotropc", "space", ["general", "isotropic"]), "Did you mean isotropic?"),
        (
            lambda: checks.shape(np.zeros((2, 3)), "x", ("rows", 2)),
            "must have shape (rows, 2), but is of shape (2, 3).",
        ),
        (lambda: checks.shape([[1], [1, 2]], "x", ("rows", 2)), "must be a rectangular array, but is 'ragged'."),
        (lambda: checks.finite(np.nan, "x"), "Argument `x` must be finite, but is nan."),
        (lambda: checks.finite([0.0, np.inf], "x"), "must be finite everywhere, but is inf at index (1,)."),
        (lambda: checks.increasing([0, 2, 2], "times"), "must rise strictly, but is 2 followed by 2 at index 2."),
        (
            lambda: checks.monotone([3, 2, 2], "times"),
            "must fall strictly, as it begins, but is 2 followed by 2 at index 2.",
        ),
        (lambda: checks.monotone([0, 2, 2], "times"), "must rise strictly, but is 2 followed by 2 at index 2."),
        (lambda: checks.increasing([], "times"), "must hold at least one value, but is 'empty'."),
    ],
)
def test_sentences(call: Any, sentence: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        call()
    assert sentence in str(caught.value)


def test_shape_faults_are_shape_errors() -> None:
    with pytest.raises(ShapeError):
        checks.shape(np.zeros(3), "x", (2,))


@given(st.integers(-5, 5), st.integers(-5, 5), st.integers(-5, 5))
def test_integer_accepts_exactly_the_range(value: int, least: int, most: int) -> None:
    if least <= value <= most:
        assert checks.integer(np.int64(value), "n", least=least, most=most) == value
    else:
        with pytest.raises(ArgumentError):
            checks.integer(value, "n", least=least, most=most)


def test_canonical_forms() -> None:
    assert isinstance(checks.integer(np.uint8(3), "n"), int)
    assert isinstance(checks.number(np.float32(0.5), "x"), float)
    assert checks.increasing([0, 1], "times").tolist() == [0, 1]
    assert checks.monotone([1, 0], "times").tolist() == [1, 0]


def test_numbers_are_one_or_many_and_nothing_else() -> None:
    assert checks.numbers(2, "x").shape == () and checks.numbers([[1, 2.5]], "x").tolist() == [[1.0, 2.5]]
    for nonsense in (None, "word", object(), [1, [2]], 1j, {}, float("inf")):
        with pytest.raises(ArgumentError, match="`x`"):
            checks.numbers(nonsense, "x")


def test_long_values_are_cut() -> None:
    assert len(str(checks.refuse("x", "be short", "y" * 5000))) < 400


def test_nearest_knows_when_nothing_is_near() -> None:
    assert checks.nearest("zzz", ["alpha", "beta"]) is None
    assert checks.nearest("SIMULATE", ["simulate", "discover"]) == "simulate"
