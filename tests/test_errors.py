"""The tree of errors and what a command makes of it."""

from __future__ import annotations

import inspect

import pytest

from evolaw import errors


def test_every_error_is_an_evolaw_error_with_an_exit_code() -> None:
    for name in errors.__all__:
        kind = getattr(errors, name)
        assert issubclass(kind, errors.EvolawError)
        assert kind.exit_code in {1, 3, 4, 5}
        assert name in inspect.getdoc(errors), f"{name} is missing from the drawn tree"  # type: ignore[operator]


def test_codes_are_distinct() -> None:
    codes = [getattr(errors, name).code for name in errors.__all__]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("place", "wanted"),
    [({}, "bad"), ({"source": "a.rle"}, "a.rle: bad"), ({"source": "a.rle", "line": 2, "column": 7}, "a.rle:2:7: bad")],
)
def test_a_parse_error_names_the_place(place: dict[str, object], wanted: str) -> None:
    assert str(errors.ParseError("bad", **place)) == wanted  # type: ignore[arg-type]


def test_a_missing_extra_says_what_to_type() -> None:
    assert "pip install 'evolaw[learn]'" in str(errors.MissingExtra("optax", "learn"))


def test_argument_errors_are_value_errors() -> None:
    assert issubclass(errors.ShapeError, ValueError)
    assert issubclass(errors.ParseError, ValueError)


def test_the_name_of_a_source_cannot_steer_a_terminal() -> None:
    assert str(errors.ParseError("No.", source="a\x1b[31m\n\u202eb", line=2)) == "a?[31m??b:2: No."
