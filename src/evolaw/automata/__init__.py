"""Cellular automata: rules, the step, the fast engine, patterns and black boxes.

    rules       what moves a lattice: every notation, equality by the law itself
    stepping    the plain step that defines truth
    evolution   runs of a rule: `evolve`, `unroll`
    board_runs  runs kept in directories that survive a kill: `BoardRun`
    bitpacked   the fast engine, equal to the plain step bit for bit
    patterns    RLE and its relatives, recordings, named patterns
    boxes       black boxes to question: a callable, or any external command

The names load when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evolaw.facade import facade

if TYPE_CHECKING:  # the same names for type checkers and editors, which load nothing
    from evolaw.automata.board_runs import BoardRun as BoardRun
    from evolaw.automata.boxes.black_box import Box as Box
    from evolaw.automata.boxes.black_box import CommandBox as CommandBox
    from evolaw.automata.boxes.black_box import FunctionBox as FunctionBox
    from evolaw.automata.engine.bitpacked import run as run
    from evolaw.automata.evolution import evolve as evolve
    from evolaw.automata.evolution import unroll as unroll
    from evolaw.automata.files.patterns import NAMES as NAMES
    from evolaw.automata.files.patterns import Pattern as Pattern
    from evolaw.automata.files.patterns import named as named
    from evolaw.automata.files.patterns import parse_rle as parse_rle
    from evolaw.automata.files.patterns import read_pattern as read_pattern
    from evolaw.automata.files.patterns import read_recording as read_recording
    from evolaw.automata.files.patterns import write_rle as write_rle
    from evolaw.automata.rules.generations import Generations as Generations
    from evolaw.automata.rules.rule import Rule as Rule
    from evolaw.automata.rules.rule import entries as entries
    from evolaw.automata.rules.rule import reflect_windows as reflect_windows
    from evolaw.automata.rules.rule import rotate_windows as rotate_windows
    from evolaw.automata.stepping import step as step
    from evolaw.automata.stepping import windows as windows

_NAMES = {
    "rules.generations": ("Generations",),
    "rules.rule": ("Rule", "entries", "reflect_windows", "rotate_windows"),
    "stepping": ("step", "windows"),
    "evolution": ("evolve", "unroll"),
    "board_runs": ("BoardRun",),
    "engine.bitpacked": ("run",),
    "files.patterns": ("NAMES", "Pattern", "named", "parse_rle", "read_pattern", "read_recording", "write_rle"),
    "boxes.black_box": ("Box", "CommandBox", "FunctionBox"),
}

__all__, _load, __dir__ = facade("evolaw.automata", _NAMES)

if not TYPE_CHECKING:  # a name that is not above is an error
    __getattr__ = _load
