"""The roof over pattern files: what it offers is there and fits together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evolaw import automata
from evolaw.automata.files import patterns


def test_everything_offered_is_there() -> None:
    assert sorted(patterns.__all__) == sorted(name for name in vars(patterns) if name[0].isalpha())


@pytest.mark.parametrize("name", ["Box", "CommandBox", "FunctionBox", "Pattern", "named", "read_recording"])
def test_the_package_offers_it_too(name: str) -> None:
    assert getattr(automata, name).__name__ == name
    assert name in dir(automata)


def test_a_named_pattern_survives_every_format_golly_and_we_write(tmp_path: Path) -> None:
    for name in patterns.NAMES:
        pattern = patterns.named(name)
        file = tmp_path / f"{name}.rle"
        file.write_text(
            patterns.write_rle(pattern.board, rule=pattern.rule, name=pattern.name, comments=pattern.comments)
        )
        again = patterns.read_pattern(file)
        np.testing.assert_array_equal(again.board, pattern.board)
        assert repr(again) == repr(pattern)
        picture = "\n".join("".join(".O"[cell] for cell in row) for row in pattern.board)
        np.testing.assert_array_equal(patterns.parse_pattern("!\n" + picture).board, pattern.board)
