"""The cursor steps, looks and refuses at the right column."""

from __future__ import annotations

import pytest

from evolaw.automata.rules.cursor import RuleCursor
from evolaw.errors import ParseError


def test_steps() -> None:
    cursor = RuleCursor("  Map9;5e-4x")
    cursor.skip_spaces()
    assert cursor.looking_at("[A-Z]ap")
    assert not cursor.accept("MAX")
    assert cursor.accept("MAP")
    with pytest.raises(ParseError, match="probability") as caught:
        cursor.probability()
    assert caught.value.column == 6
    assert cursor.take("0123456789") == "9"
    cursor.expect(";", "it divides")
    assert cursor.probability() == 0.0005
    assert cursor.next == "x"
    with pytest.raises(ParseError, match="'x' was not expected"):
        cursor.expect_end()
    with pytest.raises(ParseError, match="'=' must stand here: so it is"):
        cursor.expect("=", "so it is")


@pytest.mark.parametrize("digits", ["", "7", "99999999999999999999"])
def test_whole_numbers_are_bounded(digits: str) -> None:
    with pytest.raises(ParseError, match="from 0 to 6") as caught:
        RuleCursor(digits).whole("A count", 6)
    assert caught.value.column == 1


def test_long_texts_are_shown_short() -> None:
    assert len(str(RuleCursor("x" * 1000).error("Wrong."))) < 120
