"""The words of an equation: numbers, names and signs with their columns."""

from __future__ import annotations

import re
from typing import NamedTuple

from evolaw.errors import ParseError
from evolaw.ito.notation.spelling import Spelled

__all__ = ["Token", "fault", "is_noise", "split"]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|(?P<name>[^\W\d]\w*'*)|(?P<sign>\*\*|\.[*/^]|[-+*/^()·∘=√,]))"
)
_HINTS = {
    "|": "Write abs(X) for |X|.",
    "[": "Write round brackets.",
    "{": "Write round brackets.",
    ".": "Functions stand without a module, sqrt and not np.sqrt, and the noise is dW.",
    "\\": "Letters are written by their names, theta, or as they are, θ.",
    ">": "A step between two values is written with sign(X), max or min.",
    "<": "A step between two values is written with sign(X), max or min.",
}


class Token(NamedTuple):
    """A word of the text, its kind (number, name, sign), and its column from 1; ``glued`` to the word before it or not."""

    kind: str
    word: str
    column: int
    glued: bool


def is_noise(name: str) -> bool:
    """Whether a name is that of the step of a noise: dW, dW1, dW_2."""
    return re.fullmatch(r"dW\w*", name) is not None


def split(spelled: Spelled) -> list[Token]:
    """Cut a text into words.

    Raises:
        ParseError: a character has no meaning.
    """
    tokens, position, text = list[Token](), 0, spelled.text
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if not match:
            position += len(text[position:]) - len(text[position:].lstrip())
            hint = _HINTS.get(text[position], "")
            raise fault(f"{text[position]!r} has no meaning here. {hint}".rstrip(), spelled.columns[position] + 1)
        kind = str(match.lastgroup)
        tokens.append(
            # MATLAB's signs for each element mean here what they mean without their dot.
            Token(
                kind,
                match.group(kind).lstrip(".") if kind == "sign" else match.group(kind),
                spelled.columns[match.start(kind)] + 1,
                match.start(kind) == position > 0,
            )
        )
        position = match.end()
    return tokens


def fault(message: str, column: int) -> ParseError:
    """Return the error of an equation, at a column from 1."""
    return ParseError(message, source="equation", line=1, column=column)
