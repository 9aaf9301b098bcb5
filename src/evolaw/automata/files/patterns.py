"""Patterns and recordings in files: everything that reads or writes them, under one roof.

`boards` says what a pattern is, `rle`, `plaintext` and `macrocell` read one format each, `formats` tells them apart,
`recordings` reads whole recordings and `collection` holds the named patterns.
"""

from evolaw.automata.files.boards import Grid, Pattern, parse_grid
from evolaw.automata.files.collection import NAMES, named
from evolaw.automata.files.formats import parse_pattern, read_pattern
from evolaw.automata.files.macrocell import parse_macrocell
from evolaw.automata.files.plaintext import parse_life106, parse_picture
from evolaw.automata.files.recordings import read_recording
from evolaw.automata.files.rle import parse_rle, write_rle

__all__ = [
    "NAMES",
    "Grid",
    "Pattern",
    "named",
    "parse_grid",
    "parse_life106",
    "parse_macrocell",
    "parse_pattern",
    "parse_picture",
    "parse_rle",
    "read_pattern",
    "read_recording",
    "write_rle",
]
