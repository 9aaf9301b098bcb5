"""A small collection of named patterns, one RLE file each in ``patterns_data``.

Still lifes, oscillators, spaceships, a gun, methuselahs and a replicator, all of Life but the last, which is of HighLife. What
each one does is in its first comment; the tests run every one and check it.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from evolaw import checks
from evolaw.automata.files.boards import Pattern
from evolaw.automata.files.rle import parse_rle
from evolaw.told import told

__all__ = ["NAMES", "named"]

_DATA = resources.files("evolaw.automata") / "patterns_data"

NAMES: tuple[str, ...] = tuple(
    sorted(file.name.removesuffix(".rle") for file in _DATA.iterdir() if file.name.endswith(".rle"))
)
"""Names `named` knows."""


@told
@cache
def named(name: str) -> Pattern:
    """Return a pattern of the collection.

    Args:
        name: one of `NAMES`.

    Raises:
        ArgumentError: the name is unknown; the nearest one is suggested.

    Example:
        >>> named("glider")
        Pattern
          name        Glider
          rule        B3/S23
          board       3 x 3
          population  5
    """
    file = f"{checks.one_of(name, 'name', NAMES)}.rle"
    return parse_rle((_DATA / file).read_text(encoding="utf-8"), source=file)
