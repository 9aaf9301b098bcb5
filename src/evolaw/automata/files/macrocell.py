"""Macrocell patterns (``.mc``), the quadtrees of hash-consing programs.

    [M2] (golly 3.3)
    #R B3/S23:T10,10
    $$......*$.......*$.....***$      node 1: 8 x 8 cells, rows ended by $, ``*`` alive
    4 1 0 0 0                         node 2: side 2**4, children NW NE SW SE by number, 0 is empty

Where cells have more than two states the smallest nodes are 2 x 2 cells instead, ``1 0 2 1 0``: level 1, and the states of the four.
Every node stands after its children; the last one is the whole. Unlike the RLE files of some programs they always say where the
pattern lies: the top left cell of the south-east quarter of the whole is at x = 0, y = 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evolaw.automata.files.boards import Grid, Pattern, numbered_lines, parse_grid, require_cells
from evolaw.automata.rules.generations import state_count
from evolaw.errors import ParseError

__all__ = ["parse_macrocell"]

_LEAF_LEVEL = 3
_MOST_LEVELS = 60
_MOST_LINES = 2**19
_Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class _Node:
    level: int
    box: _Box | None
    """First row, first column, last row + 1 and last column + 1 of the live cells; None when there are none."""
    leaf: np.ndarray | None = None
    children: tuple[int, int, int, int] = (0, 0, 0, 0)


def parse_macrocell(text: str, *, source: str = "") -> Pattern:
    """Read a macrocell file; the board is the bounding box of the live cells, with its position.

    Raises:
        ParseError: with line and column: a node that is malformed or names a node that does not stand before it, a state that the rule
            does not have, or a bounding box of more than `boards.MOST_CELLS` cells.

    Example:
        >>> parse_macrocell("[M2]\\n#R B3/S23\\n$..**$..**$\\n4 1 0 0 0").position
        (-6, -6)
    """
    nodes = [_Node(0, None)]
    rule: str | None = None
    grid: Grid | None = None
    generation: int | None = None
    comments: list[str] = []
    for number, line in numbered_lines(text, source, _MOST_LINES):
        if line.startswith("#R"):
            name, colon, suffix = line[2:].strip().partition(":")
            rule = name or None
            grid = parse_grid(suffix, source=source, line=number, column=line.find(":") + 1) if colon else None
        elif line.startswith("#G") and re.fullmatch(r"\s*\d{1,18}\s*", line[2:]):
            generation = int(line[2:])
        elif line.startswith("#"):
            comments.append(line[2:].strip() if line[:2] in ("#C", "#D") else line[1:].strip())
        elif line[:1] in (".", "*", "$"):
            nodes.append(_leaf(line, source, number))
        elif line.strip() and not line.startswith("["):
            nodes.append(_branch(line, nodes, state_count(rule), source, number))
    root = nodes[-1]
    if root.box is None:
        return Pattern(np.zeros((0, 0), np.uint8), rule, grid, None, generation, comments=tuple(comments))
    top, left, bottom, right = root.box
    require_cells(bottom - top, right - left, source=source)
    half = 2 ** (root.level - 1)
    position = (left - half, top - half + 1)
    return Pattern(_paint(nodes, root.box), rule, grid, position, generation, comments=tuple(comments))


def _leaf(line: str, source: str, number: int) -> _Node:
    strange = re.search(r"[^.*$]", line.rstrip())
    rows = line.rstrip().split("$")
    if strange or len(rows) > 9 or (len(rows) == 9 and rows[8]) or any(len(row) > 8 for row in rows):
        raise ParseError(
            "A leaf must be at most 8 rows of at most 8 cells, `.` or `*`, each ended by `$`.",
            source=source,
            line=number,
            column=strange.start() + 1 if strange else 1,
        )
    cells = np.zeros((8, 8), np.uint8)
    for index, row in enumerate(rows[:8]):
        cells[index, : len(row)] = [letter == "*" for letter in row]
    at = np.argwhere(cells)
    if not at.size:
        return _Node(_LEAF_LEVEL, None, cells)
    (top, left), (bottom, right) = at.min(axis=0).tolist(), at.max(axis=0).tolist()
    return _Node(_LEAF_LEVEL, (top, left, bottom + 1, right + 1), cells)


def _square(
    cells: Sequence[int], words: Sequence[re.Match[str]], states: int, refuse: Callable[[str, int], ParseError]
) -> _Node:
    """Four cells of more than two states."""
    for word, cell in zip(words[1:], cells, strict=True):
        if cell >= states:
            raise refuse(f"{cell} is a state that a rule of {states} states does not have.", word.start() + 1)
    leaf = np.array(cells, np.uint8).reshape(2, 2)
    at = np.argwhere(leaf)
    if not at.size:
        return _Node(1, None, leaf)
    (top, left), (bottom, right) = at.min(axis=0).tolist(), at.max(axis=0).tolist()
    return _Node(1, (top, left, bottom + 1, right + 1), leaf)


def _branch(line: str, nodes: list[_Node], states: int, source: str, number: int) -> _Node:
    def refuse(message: str, column: int = 1) -> ParseError:
        return ParseError(message, source=source, line=number, column=column)

    if not re.fullmatch(r"\s*\d{1,12}(\s+\d{1,12}){4}\s*", line):
        raise refuse("A node must be five whole numbers: its level and its children NW, NE, SW, SE, as in `4 1 0 0 2`.")
    words = list(re.finditer(r"\d+", line))
    level, *children = (int(word[0]) for word in words)
    if level == 1 and states > 2:
        return _square(children, words, states, refuse)
    if level < 2 or (level <= _LEAF_LEVEL and states == 2):
        raise refuse(
            f"The level is {level}; nodes of cells of two states have level 4 or more. Name the rule (#R) if there are more."
        )
    if level > _MOST_LEVELS:
        raise refuse(f"The level is {level}, more than the {_MOST_LEVELS} that are read.")
    half = 2 ** (level - 1)
    boxes = []
    for quarter, child in enumerate(children):
        column = words[quarter + 1].start() + 1
        if child >= len(nodes):
            raise refuse(f"Node {child} does not stand before this line; there are {len(nodes) - 1} so far.", column)
        node = nodes[child]
        if child and node.level != level - 1:
            raise refuse(f"Node {child} has level {node.level}; a child here must have level {level - 1}.", column)
        if node.box:
            down, across = quarter // 2 * half, quarter % 2 * half
            top, left, bottom, right = node.box
            boxes.append((top + down, left + across, bottom + down, right + across))
    sides = list(zip(*boxes, strict=True))
    box = (min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])) if sides else None
    return _Node(level, box, children=(children[0], children[1], children[2], children[3]))


def _paint(nodes: list[_Node], box: _Box) -> np.ndarray:
    """Draw the leaves of the last node inside its bounding box, which has been found small enough."""
    board = np.zeros((box[2] - box[0], box[3] - box[1]), np.uint8)
    waiting = [(len(nodes) - 1, -box[0], -box[1])]
    while waiting:
        index, top, left = waiting.pop()
        node = nodes[index]
        if node.leaf is not None:
            rows, cols = np.nonzero(node.leaf)
            board[rows + top, cols + left] = node.leaf[rows, cols]
            continue
        half = 2 ** (node.level - 1)
        for quarter, child in enumerate(node.children):
            if nodes[child].box:
                waiting.append((child, top + quarter // 2 * half, left + quarter % 2 * half))
    return board
