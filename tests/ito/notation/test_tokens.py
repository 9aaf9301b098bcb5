"""Words of an equation keep their columns, whatever was spelled anew before them."""

from __future__ import annotations

import pytest

from evolaw.errors import ParseError
from evolaw.ito.notation.spelling import spell
from evolaw.ito.notation.tokens import Token, is_noise, split


def test_words_have_their_kind_their_column_and_whether_they_touch() -> None:
    assert split(spell("2.5e-3 kX'")) == [Token("number", "2.5e-3", 1, False), Token("name", "kX'", 8, False)]
    assert [token.glued for token in split(spell("a(b) c"))] == [False, True, True, True, False]


def test_columns_are_those_of_what_was_typed() -> None:
    """X² is spelled X**2, two characters longer; what follows is still where it was typed."""
    words = split(spell("X² + y"))
    assert (words[-1].word, words[-1].column) == ("y", 6)


@pytest.mark.parametrize(("text", "column", "hint"), [("a + |X|", 5, "abs"), ("[a]", 1, "round"), ("a ; b", 3, "';'")])
def test_a_sign_without_meaning_is_named_with_its_column(text: str, column: int, hint: str) -> None:
    with pytest.raises(ParseError, match=hint) as caught:
        split(spell(text))
    assert caught.value.column == column


def test_the_step_of_a_noise_is_told_from_other_names() -> None:
    assert all(map(is_noise, ("dW", "dW1", "dW_2", "dWx")))
    assert not any(map(is_noise, ("dw", "W", "ddW", "dX")))
