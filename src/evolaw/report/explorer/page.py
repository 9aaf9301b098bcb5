"""The explorer: a board to draw on, a process and a junction whose parameters are moved, as one HTML page that needs nothing but itself.

The kernels are written again in plain JavaScript (``laws.js``, ``lattice.js``, ``paths.js``) and held by tests against the library: the
same rule text means the same table, the same seed gives the same boards, chance included. What the library has as a table (Hensel's
letters, names of rules, keys of random streams) is written into the page, not copied by hand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evolaw import checks, documents
from evolaw.automata.rules.generations import lattice_law
from evolaw.automata.rules.hensel import LETTERS, arrangement_numbers, arrangements
from evolaw.automata.rules.reading import WELL_KNOWN
from evolaw.randomness import source
from evolaw.report import shell
from evolaw.report.wording import Words, table
from evolaw.told import told

__all__ = ["render_explorer", "write_explorer"]

_SEEDS = 100
"""Seeds whose streams the page knows, so that its random boards are those of the library."""
_MORE = {
    "W30": "W30",
    "W110": "W110",
    "Hexagonal": "B2/S34H",
    "Von Neumann": "B13/S13V",
    "Bugs": "R5,C0,M1,S34..58,B34..45,NM",
}
_NOISY = {"Life, 1 % misprints": "B3/S23~0.01"}


@told
def write_explorer(path: str | Path, **options: Any) -> Path:
    """Write the page of `render_explorer` to a file, whole or not at all, and return its path."""
    return documents.write_document(path, render_explorer(**options))


@told
def render_explorer(*, rule: str = "B3/S23", rle: str = "", seed: int = 0, lang: str = "en", command: str = "") -> str:
    """Return the explorer as an HTML page.

    Args:
        rule: the rule that runs first, in any notation.
        rle: a board to begin with, as RLE text; a random one otherwise.
        seed: of the first board, 0 to 99.
        lang: "en" or "zh".
        command: how to make the page again.

    Raises:
        ParseError: ``rule`` is no rule.
        ArgumentError: ``seed`` or ``lang`` is not one of those above.

    Example:
        >>> "B36/S23" in render_explorer(rule="HighLife")
        True
    """
    words = Words(lang)
    seed = checks.integer(seed, "seed", least=0, most=_SEEDS - 1)
    law = str(lattice_law(rule))
    known = {**WELL_KNOWN, **_MORE, **_NOISY}
    texts = {name: entry[lang] for name, entry in table()["explore"].items()}
    return shell.render_page(
        "explorer.html.j2",
        words=words,
        title=words("explore.title"),
        about=words("explore.about"),
        command=command,
        sheets=("explorer.css",),
        scripts=("player.js", "laws.js", "lattice.js", "paths.js", "explorer.js"),
        law=law,
        rle=rle,
        known=[*({} if law in known.values() else {law[:40]: law}).items(), *known.items()],
        chosen=next((name for name, text in known.items() if text == law), law[:40]),
        first_seed=seed,
        most_seed=_SEEDS - 1,
        given={"texts": texts, "laws": _tables(known), "keys": _keys(), "rle": rle},
    )


def _tables(known: dict[str, str]) -> dict[str, Any]:
    """What the reader of rules needs of the library's own tables."""
    return {
        "letters": list(LETTERS),
        "names": [f"{count}{letter}" for count, letter in arrangements()],
        "arrangements": arrangement_numbers().tolist(),
        "known": {name: text for name, text in known.items() if name in WELL_KNOWN},
    }


def _keys() -> dict[str, list[list[int]]]:
    """The keys of the streams that the page draws from, a seed each."""
    return {
        name: [list(source(seed).stream(name).key) for seed in range(_SEEDS)] for name in ("update", "start", "noise")
    }
