"""What is typed after an option is read, or refused with the option's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from evolaw.cli import arguments
from evolaw.errors import ArgumentError


@pytest.mark.parametrize("word", ["theta", "=2", "theta=two", "theta=nan"])
def test_settings_are_checked(word: str) -> None:
    with pytest.raises(ArgumentError, match="set"):
        arguments.settings([word])
    with pytest.raises(ArgumentError, match=r"`set\[a\]` must be one number, but is '1,2'\. A decimal"):
        arguments.settings(["a=1,2"])
    with pytest.raises(ArgumentError, match="once"):
        arguments.settings(["a=1", "a=2"])


def test_numbers_are_read_one_by_one() -> None:
    assert arguments.numbers("1, -0.5", "start") == [1.0, -0.5]
    with pytest.raises(ArgumentError, match="`start` must be a number"):
        arguments.numbers("1,,2", "start")


def test_what_was_typed_is_a_run_or_is_not(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    assert arguments.is_run(str(tmp_path))
    assert not any(map(arguments.is_run, ("B3/S23", "x" * 5000, "a\0b", str(tmp_path / "manifest.json"))))
