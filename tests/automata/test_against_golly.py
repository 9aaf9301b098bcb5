"""Rules and steps are equal to Golly's, cell by cell, over every family that Golly knows.

Golly starts boards from RLE at a stated place and, run as HashLife, writes macrocells, which keep the place; as QuickLife or
Larger than Life it writes RLE cut to the living cells, and our board is cut likewise. Rules with B0 are emulated by Golly:
with S8 it shows every generation exchanged (0 for 1), without S8 every odd one.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.files.rle import write_rle
from evolaw.automata.grid.neighbourhoods import HEXAGONAL, VON_NEUMANN, inner_windows
from evolaw.automata.rules.generations import Generations
from evolaw.automata.rules.rule import Rule, entries
from evolaw.automata.rules.writing import write_map

pytestmark = pytest.mark.skipif(shutil.which("bgolly") is None, reason="bgolly (package golly) is not installed")

SIZES = [(7, 9), (16, 16), (13, 34), (64, 11), (1, 1), (1, 6), (5, 1), (2, 2), (3, 3), (2, 7), (3, 2)]


def call(folder: Path, rule: str, board: np.ndarray, steps: int, algorithm: str, ending: str) -> str:
    """Run bgolly on a board whose grid is centred as Golly centres it, and return the file it writes."""
    rows, cols = board.shape
    body = "$\n".join("".join("bo"[cell] for cell in row) for row in board)
    before, after = folder / "before.rle", folder / f"after.{ending}"
    before.write_text(f"#CXRLE Pos={-(cols // 2)},{-(rows // 2)}\nx = {cols}, y = {rows}, rule = {rule}\n{body}!\n")
    after.unlink(missing_ok=True)
    command = ["bgolly", "-q", "-q", "-a", algorithm, "-m", str(steps), "-i", "1", "-o", str(after), str(before)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    assert after.exists(), said
    return after.read_text()


def read_macrocell(text: str, rows: int, cols: int) -> np.ndarray:
    """The living cells of a two-state macrocell file, on the grid."""
    board = np.zeros((rows, cols), np.uint8)
    nodes: list[tuple[int, np.ndarray]] = [(0, np.zeros((0, 2), int))]
    for line in text.splitlines()[1:]:
        if not line or line[0] == "#":
            continue
        if line[0] in ".*$":
            cells = [(y, x) for y, row in enumerate(line.split("$")) for x, cell in enumerate(row) if cell == "*"]
            nodes.append((3, np.array(cells).reshape(-1, 2)))
        else:
            level, *children = map(int, line.split())
            half = 2 ** (level - 1)
            corners = [(0, 0), (0, half), (half, 0), (half, half)]
            parts = [nodes[child][1] + corner for child, corner in zip(children, corners, strict=True)]
            nodes.append((level, np.concatenate(parts)))
    level, cells = nodes[-1]
    middle = 2 ** (level - 1)
    for y, x in cells:
        board[y - middle + 1 + rows // 2, x - middle + cols // 2] = 1
    return board


def read_cut_rle(text: str) -> np.ndarray:
    width, height = map(int, re.search(r"x = (\d+), y = (\d+)", text).groups())  # type: ignore[union-attr]
    board = np.zeros((height, width), np.uint8)
    x = y = 0
    body = "".join(line for line in text.splitlines() if line[:1] not in ("#", "x"))
    for count, sign in re.findall(r"(\d*)([bo$.A])", body):
        n = int(count or 1)
        if sign == "$":
            x, y = 0, y + n
        else:
            board[y, x : x + n] = sign in "oA"
            x += n
    return cut(board)


def cut(board: np.ndarray) -> np.ndarray:
    """The smallest box that holds the living cells."""
    rows, cols = np.flatnonzero(board.any(1)), np.flatnonzero(board.any(0))
    return board[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1] if rows.size else board[:0, :0]


def check(
    folder: Path, rule: Rule, text: str, board: np.ndarray, steps: int, boundary: str = "torus", grid: str = ""
) -> None:
    """Compare ``steps`` generations of a rule of radius 1 with Golly's, which is given ``text`` as the rule."""
    rows, cols = board.shape
    written = text + (grid or f":{'P' if boundary == 'plane' else 'T'}{cols},{rows}")
    told = f"{written} on {board.shape} after {steps} steps"
    strobes, inverted = rule.table[0] == 1 and rule.table[511] == 0, rule.table[0] == 1 and rule.table[511] == 1
    start = 1 - board if inverted else board
    ours = evolve(rule, start, steps, boundary=boundary).final
    ours = 1 - ours if inverted or (strobes and steps % 2) else ours
    if strobes:
        np.testing.assert_array_equal(
            cut(ours), read_cut_rle(call(folder, written, board, steps, "QuickLife", "rle")), told
        )
    else:
        theirs = read_macrocell(call(folder, written, board, steps, "HashLife", "mc"), rows, cols)
        np.testing.assert_array_equal(ours, theirs, told)


def soup(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    return (rng.random(size) < rng.uniform(0.2, 0.6)).astype(np.uint8)


def digits(rng: np.random.Generator, least: int, most: int) -> str:
    return "".join(str(count) for count in range(least, most + 1) if rng.random() < 0.4)


def outer_totalistic(rng: np.random.Generator) -> str:
    return f"B{digits(rng, 1, 8)}/S{digits(rng, 0, 8)}"


def with_b0(rng: np.random.Generator) -> str:
    return f"B0{digits(rng, 1, 8)}/S{digits(rng, 0, 8)}"


def hensel(rng: np.random.Generator) -> str:
    chosen = [name for name in entries("isotropic") if rng.random() < 0.4 and name != "B0"]
    sides = ["".join(name[1:] for name in chosen if name[0] == side) for side in "BS"]
    return f"B{sides[0]}/S{sides[1]}"


def von_neumann(rng: np.random.Generator) -> str:
    return f"B{digits(rng, 0, 4)}/S{digits(rng, 0, 4)}V"


def hexagonal(rng: np.random.Generator) -> str:
    return f"B{digits(rng, 0, 6)}/S{digits(rng, 0, 6)}H"


def map_of(cells: int, neighbourhood: str) -> Callable[[np.random.Generator], str]:
    def draw(rng: np.random.Generator) -> str:
        table = (rng.random(int(inner_windows(cells).max()) + 1) < 0.4).astype(float)
        return write_map(table[inner_windows(cells)], neighbourhood)

    return draw


FAMILIES = {
    "outer-totalistic": outer_totalistic,
    "with B0": with_b0,
    "isotropic": hensel,
    "von Neumann": von_neumann,
    "hexagonal": hexagonal,
    "MAP": map_of(511, "moore"),
    "MAP hexagonal": map_of(HEXAGONAL, "hexagonal"),
    "MAP von Neumann": map_of(VON_NEUMANN, "vonneumann"),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("family", FAMILIES)
def test_torus(family: str, tmp_path: Path) -> None:
    """30 random pairs a family, 240 in all, on tori down to a single cell."""
    rng = np.random.default_rng(sorted(FAMILIES).index(family))
    for trial in range(30):
        text = FAMILIES[family](rng)
        board = soup(rng, SIZES[trial % len(SIZES)])
        check(tmp_path, Rule(text), text, board, int(rng.integers(1, 6)))


@pytest.mark.parametrize("family", ["outer-totalistic", "isotropic", "MAP"])
def test_plane(family: str, tmp_path: Path) -> None:
    """The outside is dead. B0 is left out: Golly's outside comes alive in odd generations, ours never does."""
    rng = np.random.default_rng(100)
    for trial in range(15):
        text = FAMILIES[family](rng)
        table = Rule(text).table.copy()
        table[0] = 0
        rule = Rule.from_table(table)
        check(tmp_path, rule, str(rule), soup(rng, SIZES[trial % len(SIZES)]), int(rng.integers(1, 6)), "plane")


@pytest.mark.parametrize("trial", range(12))
def test_shifted_torus(trial: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(200 + trial)
    board, shift = soup(rng, (12, 17)), int(rng.integers(-9, 10)) or 3
    text = FAMILIES["MAP" if trial % 2 else "isotropic"](rng)
    horizontal = trial % 3 == 0
    boundary = f"torus+{shift},0" if horizontal else f"torus+0,{shift}"
    grid = f":T17{shift:+d},12" if horizontal else f":T17,12{shift:+d}"
    check(tmp_path, Rule(text), text, board, 4, boundary, grid)


@pytest.mark.parametrize("letter", "MNC")
def test_larger_neighbourhoods(letter: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(300 + ord(letter))
    for trial in range(12):
        radius, middle = int(rng.integers(1, 6)), int(rng.integers(0, 2))
        cells = {"M": (2 * radius + 1) ** 2, "N": 2 * radius * (radius + 1) + 1, "C": 3 * radius * radius}[letter]
        low, high = sorted(rng.integers(1, cells // 2 + 2, 2))
        start, end = sorted(rng.integers(1, cells // 2 + 2, 2))
        text = f"R{radius},C0,M{middle},S{low}..{high},B{start}..{end},N{letter}"
        board, boundary = soup(rng, (13, 21)), "torus" if trial % 2 else "plane"
        steps = int(rng.integers(1, 5))
        ours = evolve(text, board, steps, boundary=boundary).final
        written = f"{text}:{'T' if trial % 2 else 'P'}21,13"
        theirs = read_cut_rle(call(tmp_path, written, board, steps, "Larger than Life", "rle"))
        np.testing.assert_array_equal(cut(ours), theirs, written)


def test_elementary_rules(tmp_path: Path) -> None:
    """Golly lays the generations of a line below each other, and knows even numbers only."""
    rng = np.random.default_rng(400)
    for number in range(0, 256, 8):
        board = np.zeros((9, 23), np.uint8)
        board[0] = soup(rng, (1, 23))
        ours = evolve(f"W{number}", board[0], 8).values
        theirs = read_macrocell(call(tmp_path, f"W{number}:T23,9", board, 8, "HashLife", "mc"), 9, 23)
        np.testing.assert_array_equal(ours, theirs, f"W{number}")


def test_canonical_texts(tmp_path: Path) -> None:
    """Golly writes its canonical form of a rule into the file; ours is the same text."""
    rng = np.random.default_rng(500)
    board = np.ones((1, 1), np.uint8)
    names = list(entries("isotropic"))
    texts = ["B4-qjrtwz/S", "b2-3/s", "23/3", "B3", "S23/B3", "B2a2c/S", "B3S23", "/2", "B2-aceikn/S8"]
    texts += ["B3/23", "23/B3", "3/S23", "/S23", "S23/3", "B3/", "2-a3_3", "2-a3_B3", "S2", "/"]
    for _ in range(40):
        text = ""
        for side in "BS":
            text += f"/{side}" if text else side
            for count in range(side == "B", 9):
                letters = [name[2:] for name in names if name[:2] == f"{side}{count}" and rng.random() < 0.6]
                if letters:
                    text += (
                        f"{count}{'-' if rng.random() < 0.5 and letters[0] else ''}{''.join(rng.permutation(letters))}"
                    )
        texts.append(text)
    for text in texts:
        header = call(tmp_path, text, board, 0, "QuickLife", "rle").splitlines()[0]
        assert header.endswith(f"rule = {Rule(text)}"), f"{text}: Golly writes {header}"


def read_states(text: str) -> np.ndarray:
    """The cells of an RLE of many states, cut to those that are not dead; read here, not by evolaw."""
    rows: list[list[int]] = [[]]
    body = "".join(line for line in text.splitlines() if line[:1] not in ("#", "x")).partition("!")[0]
    for count, sign in re.findall(r"(\d*)([p-y]?[A-X]|[.$])", body):
        n = int(count or 1)
        if sign == "$":
            rows += [[] for _ in range(n)]
        else:
            rows[-1] += [0 if sign == "." else ord(sign[-1]) - 64 + (24 * (ord(sign[0]) - 111) if sign[1:] else 0)] * n
    board = np.zeros((len(rows), max(map(len, rows), default=0)), np.uint8)
    for y, row in enumerate(rows):
        board[y, : len(row)] = row
    return cut(board)


@pytest.mark.parametrize("boundary", ["torus", "plane"])
@pytest.mark.parametrize(
    ("text", "states", "algorithm"),
    [
        ("/2/3", 3, "Generations"),
        ("345/2/4", 4, "Generations"),
        ("B2/S345/4", 4, "Generations"),
        ("23/2/40", 40, "Generations"),
        ("2/13/4V", 4, "Generations"),
        ("2/13/4H", 4, "Generations"),
        ("R2,C4,M1,S3..8,B3..5,NM", 4, "Larger than Life"),
        ("R3,C6,M0,S5..12,B4..9,NN", 6, "Larger than Life"),
    ],
)
def test_cells_that_age_are_golly_s(tmp_path: Path, text: str, states: int, algorithm: str, boundary: str) -> None:
    """Written by evolaw, run by Golly, read by neither: also what Golly is told is the canonical text."""
    rng = np.random.default_rng(states)
    for shape, steps in (((17, 23), 1), ((16, 30), 7), ((20, 11), 20)):
        board = rng.integers(0, min(states, 5), shape).astype(np.uint8) * (rng.random(shape) < 0.5).astype(np.uint8)
        law = str(Generations(text))
        before, after = tmp_path / "before.rle", tmp_path / "after.rle"
        position = (-(shape[1] // 2), -(shape[0] // 2))
        before.write_text(write_rle(board, rule=law, topology=boundary, position=position))
        after.unlink(missing_ok=True)
        command = ["bgolly", "-q", "-q", "-a", algorithm, "-m", str(steps), "-i", "1", "-o", str(after), str(before)]
        said = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
        assert after.exists(), said
        ours = evolve(text, board, steps, boundary=boundary).final
        np.testing.assert_array_equal(cut(ours), read_states(after.read_text()), f"{text} {boundary} {shape}")
