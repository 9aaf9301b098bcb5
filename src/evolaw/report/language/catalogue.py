"""An English sentence, found among the entries of the catalogue and said in Chinese.

An entry is an English sentence with a gap ``{}`` wherever something is filled in. A text is cut at the ends of its sentences, and of all
ways to make it of entries the one is taken that leaves the fewest letters to the gaps; what stands in a gap is looked up in turn.
What no entry fits passes unchanged: it is a name, a number, somebody else's words.
"""

from __future__ import annotations

import functools
import itertools
import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

__all__ = ["entries", "label", "sentence"]

_SENTENCES = ("ground", "commands", "lattices", "equations", "junctions", "networks", "figures")
_END = re.compile(r"(?<=[.?!:;])[ \n]+|\n+")
_WORD = re.compile(r"[A-Za-z]{2,}")
_GAP = re.compile(r"\{(\d*)([!#]?)\}")
"""A gap of the Chinese side: {} or {0}; with ``!`` what stands in it is a name and stays, with ``#`` it names checks."""

_FULL = "，。：；？！、）（“”"
_MOST_PIECES = 40
"""A text of more sentences is somebody's document and is not looked through as one."""


@dataclass(frozen=True)
class _Entry:
    """An entry with gaps: what stands around them, what to say, and how many letters are its own."""

    around: tuple[str, ...]
    says: str
    weight: int

    def gaps(self, text: str) -> list[str] | None:
        """What a text has in the gaps; None where it is no sentence of this entry."""
        first, *middle, last = self.around
        place, end = len(first), len(text) - len(last)
        if place > end or not text.startswith(first) or not text.endswith(last):
            return None
        found = []
        for part in middle:
            here = text.find(part, place, end)
            if here < 0:
                return None
            found.append(text[place:here])
            place = here + len(part)
        return [*found, text[place:end]]


@functools.cache
def entries() -> dict[str, str]:
    """Return the sentences of the catalogue: English -> Chinese."""
    table: dict[str, str] = {}
    for name in _SENTENCES:
        table |= _read(name)
    # A sentence that another one stands before is cut from it, and is known without it too.
    alone = {english[3:]: says[2:].lstrip() for english, says in table.items() if _follows(english, says)}
    return alone | table


def _follows(english: str, says: str) -> bool:
    return english.startswith("{} ") and says.startswith("{}") and english[3:4].isupper()


def sentence(text: str, lang: str) -> str:
    """Return a text in the language ``lang``; what the catalogue does not know stays as it is.

    Example:
        >>> sentence("Argument `dt` must be positive, but is -0.1. Try a.", "zh")
        '参数 `dt` 必须为正数，但给出的是 -0.1。Try a.'
        >>> sentence("be positive", "en")
        'be positive'
    """
    return _say(text) if lang == "zh" and text else text


def label(text: str, lang: str) -> str:
    """Return a label, or failing that a sentence, in the language ``lang``.

    Example:
        >>> label("generation", "zh"), label("B3", "zh")
        ('世代', 'B3')
    """
    if lang != "zh" or not text:
        return text
    if text.endswith(":") and (said := label(text[:-1], lang)) != text[:-1]:
        return said + "："
    found = _one(text, _labels(), _label_index()) or (text, 0)
    return _closed_up(max(found, _in_gap(text, _words()), key=lambda said: said[1])[0])


def _say(text: str) -> str:
    return _weighed(text)[0]


@functools.lru_cache(maxsize=4096)
def _weighed(text: str) -> tuple[str, int]:
    """A text in Chinese, and how many of its letters are of entries."""
    whole = _whole(text)
    if whole is not None:
        return _closed_up(whole), len(text)
    pieces = _pieces(text)
    if len(pieces) > _MOST_PIECES:
        return text, 0
    # best[i]: (letters of entries, -number of entries, the words) for the text from piece i on
    best: list[tuple[int, int, tuple[str, ...]]] = [(0, 0, ())] * (len(pieces) + 1)
    for i in range(len(pieces) - 1, -1, -1):
        options = [(best[i + 1][0], best[i + 1][1], (pieces[i], *best[i + 1][2]))]
        for j in range(i + 1, len(pieces) + 1):
            joined = "".join(pieces[i:j])
            core = joined.strip()
            found = _one(core, entries(), _index())
            if found:
                said = joined.replace(core, found[0], 1)
                options.append((best[j][0] + found[1], best[j][1] - 1, (said, *best[j][2])))
        best[i] = max(options, key=lambda option: option[:2])
    return _closed_up("".join(best[0][2])), best[0][0]


def _whole(text: str) -> str | None:
    """What an entry without gaps says for all of a text; no more files are read than it takes, which is why help is quick."""
    return next((table[text] for table in map(_read, _SENTENCES) if text in table), None)


def _pieces(text: str) -> list[str]:
    """The sentences of a text, each with the spaces behind it."""
    cuts = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(cuts) if b > a]


def _closed_up(text: str) -> str:
    """No space beside a full-width sign, nor between two ideographs: Chinese needs none."""
    return re.sub(rf"(?<=[{_FULL}]) +(?=\S)| +(?=[{_FULL}])|(?<=[一-鿿]) (?=[一-鿿])", "", text)


def _one(text: str, table: dict[str, str], index: dict[str, list[_Entry]]) -> tuple[str, int] | None:
    """What the best entry for a whole text says, and how many letters of the text are of entries."""
    if text in table:
        return table[text], len(text)
    found = [
        _filled(entry, gaps)
        for word in sorted({"", *_WORD.findall(text)})
        for entry in index.get(word, ())
        if (gaps := entry.gaps(text)) is not None
    ]
    return max(found, key=lambda said: said[1]) if found else None


def _filled(entry: _Entry, given: list[str]) -> tuple[str, int]:
    """The Chinese sentence with its gaps filled, in order or by the number in the gap, and the letters of entries in it."""
    order, weight = iter(range(len(given))), entry.weight

    def fill(gap: re.Match[str]) -> str:
        nonlocal weight
        text = given[int(gap[1])] if gap[1] else given[next(order)]
        if gap[2] == "!":
            return text
        said, own = _in_gap(text, _names() if gap[2] == "#" else _words())
        weight += own
        return said

    return _GAP.sub(fill, entry.says), weight


def _in_gap(text: str, words: dict[str, str]) -> tuple[str, int]:
    """What stands in a gap: a word, a sentence, or several with commas between them; and how many letters were known."""
    if not _WORD.search(text):
        return text, 0
    several = ", " in text and text not in words
    known = None if several else _one(text, words, _word_index() if words is _words() else {})
    said, own = max(known or (text, 0), _weighed(text), key=lambda found: found[1])
    if several and not own:
        told = [_one(part, words, _word_index()) or _weighed(part) for part in text.split(", ")]
        if any(weight for _, weight in told):
            return "，".join(part for part, _ in told), sum(weight for _, weight in told)
    return said, own


@functools.cache
def _read(name: str) -> dict[str, str]:
    text = files("evolaw.report.language").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return {str(key): str(value) for key, value in tomllib.loads(text).items()}


@functools.cache
def _labels() -> dict[str, str]:
    return _names() | _words() | _read("labels")


@functools.cache
def _words() -> dict[str, str]:
    """Words that may stand in a gap."""
    return _read("words")


@functools.cache
def _names() -> dict[str, str]:
    """The names of checks."""
    table = tomllib.loads(files("evolaw.report").joinpath("labels.toml").read_text(encoding="utf-8"))
    return {name: both["zh"] for name, both in table["check"].items()}


def _indexed(table: dict[str, str]) -> dict[str, list[_Entry]]:
    """The entries with gaps under one word of their own each, so that a text is compared with a few only."""
    index: dict[str, list[_Entry]] = {}
    for english, says in table.items():
        literals = english.split("{}")
        if len(literals) == 1:
            continue
        entry = _Entry(tuple(literals), says, sum(map(len, literals)))
        # A word that touches a gap may be a part of a longer one, as in "step{}".
        whole = re.findall(r"(?<![A-Za-z}])[A-Za-z]{2,}(?![A-Za-z{])", english)
        index.setdefault(max(whole, key=len, default=""), []).append(entry)
    return index


@functools.cache
def _index() -> dict[str, list[_Entry]]:
    return _indexed(entries())


@functools.cache
def _label_index() -> dict[str, list[_Entry]]:
    return _indexed(_labels())


@functools.cache
def _word_index() -> dict[str, list[_Entry]]:
    return _indexed(_words())
