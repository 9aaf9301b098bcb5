"""A place in the text of a rule: what `reading` steps through, so that every refusal names its column."""

from __future__ import annotations

import re
import string

from evolaw.errors import ParseError

__all__ = ["RuleCursor"]

_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


class RuleCursor:
    """A place in the text of a rule, and the words for what is wrong there."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0

    def error(self, message: str, at: int | None = None) -> ParseError:
        """The error ``message`` at the place, or at the character ``at`` counted from 0."""
        shown = self.text if len(self.text) <= 60 else self.text[:57] + "..."
        column = (self.place if at is None else at) + 1
        return ParseError(f"{message} The rule is {shown!r}.", source="rule", line=1, column=column)

    @property
    def next(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.place : self.place + 1]

    def looking_at(self, pattern: str) -> bool:
        """Whether the pattern matches here; nothing is stepped over."""
        return re.compile(pattern).match(self.text, self.place) is not None

    def accept(self, word: str) -> bool:
        """Step over ``word`` if it comes next, in capital or small letters."""
        found = self.text[self.place : self.place + len(word)].upper() == word
        self.place += len(word) if found else 0
        return found

    def expect(self, word: str, why: str) -> None:
        """Step over ``word``, which must come next."""
        if not self.accept(word):
            raise self.error(f"{word!r} must stand here: {why}.")

    def skip_spaces(self) -> None:
        """Step over white space."""
        while self.next.isspace():
            self.place += 1

    def take(self, characters: str) -> str:
        """Step over and return the longest run of the given characters."""
        start = self.place
        while self.next and self.next in characters:
            self.place += 1
        return self.text[start : self.place]

    def whole(self, what: str, most: int) -> int:
        """Read a whole number of at most ``most``."""
        start, digits = self.place, self.take(string.digits)
        if not digits or len(digits) > 9 or int(digits) > most:
            raise self.error(f"{what} must be a whole number from 0 to {most}.", start)
        return int(digits)

    def probability(self) -> float:
        """Read a decimal from 0 to 1."""
        found = _NUMBER.match(self.text, self.place)
        if not found or not float(found[0]) <= 1:
            raise self.error("A probability from 0 to 1 must stand here.")
        self.place = found.end()
        return float(found[0])

    def expect_end(self) -> None:
        """Refuse whatever is left."""
        if not self.next:
            return
        if self.next == ":":
            raise self.error("A boundary such as ':T30' is not part of a rule; give it as the boundary instead.")
        raise self.error(f"{self.next!r} was not expected here.")
