"""Every named pattern does what it is known for: run by a plain step written here, and the long ones by Golly."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from evolaw.automata.files.collection import NAMES, named
from evolaw.automata.files.formats import read_pattern
from evolaw.automata.files.rle import write_rle
from evolaw.errors import ArgumentError

STILL = [
    "block",
    "beehive",
    "loaf",
    "boat",
    "tub",
    "pond",
    "ship",
    "long-boat",
    "barge",
    "mango",
    "aircraft-carrier",
    "snake",
    "eater-1",
]
PERIODS = {
    "blinker": 2,
    "toad": 2,
    "beacon": 2,
    "clock": 2,
    "pulsar": 3,
    "octagon-2": 5,
    "fumarole": 5,
    "unix": 6,
    "figure-8": 8,
    "galaxy": 8,
    "tumbler": 14,
    "pentadecathlon": 15,
}
SHIPS = {
    "glider": (4, 1, 1),
    "lwss": (4, 0, 2),
    "mwss": (4, 0, 2),
    "hwss": (4, 0, 2),
    "loafer": (7, 0, 1),
    "copperhead": (10, 0, 1),
}
SETTLED = {
    "r-pentomino": (1103, 116),
    "acorn": (5206, 633),
    "diehard": (130, 0),
    "pi-heptomino": (173, 55),
    "b-heptomino": (148, 28),
    "herschel": (128, 24),
    "thunderbird": (243, 46),
    "century": (103, 15),
    "rabbits": (17331, 1744),
    "bunnies": (17332, 1744),
    "lidka": (29055, 1625),
}
FLYING = {"r-pentomino": 6, "acorn": 13, "b-heptomino": 2, "bunnies": 40}
OTHERS = ["gosper-gun", "highlife-replicator"]


def step(board: np.ndarray, born: Sequence[int] = (3,)) -> np.ndarray:
    neighbours = sum(np.roll(board, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)) - board
    return (np.isin(neighbours, born) & (board == 0) | (board == 1) & ((neighbours == 2) | (neighbours == 3))).astype(
        np.uint8
    )


def history(name: str, steps: int, margin: int, born: Sequence[int] = (3,)) -> list[np.ndarray]:
    boards = [np.pad(named(name).board, margin)]
    for _ in range(steps):
        boards.append(step(boards[-1], born))
    return boards


def placed_cells(board: np.ndarray) -> tuple[np.ndarray, tuple[int, ...]]:
    """The live part of a board and its north-west corner."""
    at = np.argwhere(board)
    (top, left), (bottom, right) = at.min(axis=0), at.max(axis=0) + 1
    return board[top:bottom, left:right], (int(top), int(left))


def test_nothing_is_left_unchecked() -> None:
    assert sorted([*STILL, *PERIODS, *SHIPS, *SETTLED, *OTHERS]) == sorted(NAMES)
    assert all(named(name).name and named(name).comments for name in NAMES)
    assert {named(name).rule for name in NAMES} == {"B3/S23", "B36/S23"}


@pytest.mark.parametrize("name", STILL)
def test_still_lifes_stay(name: str) -> None:
    first, second = history(name, 1, 3)
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", PERIODS)
def test_oscillators_come_back_first_after_their_period(name: str) -> None:
    boards = history(name, PERIODS[name], 12)
    back = [time for time, board in enumerate(boards) if time and np.array_equal(board, boards[0])]
    assert back == [PERIODS[name]]


@pytest.mark.parametrize("name", SHIPS)
def test_spaceships_come_back_elsewhere(name: str) -> None:
    period, short, long = SHIPS[name]
    boards = history(name, period, 12)
    cells, corner = placed_cells(boards[0])
    back = []
    for time, board in enumerate(boards[1:], start=1):
        shape, place = placed_cells(board)
        if np.array_equal(shape, cells):
            back.append((time, *sorted(abs(b - a) for a, b in zip(corner, place, strict=True))))
    assert back == [(period, short, long)]


def test_the_gun_is_back_after_30_generations_with_a_glider_of_5_cells_more() -> None:
    boards = history("gosper-gun", 60, 60)
    gun = boards[0] == 1
    populations = [int(boards[time].sum()) for time in (0, 30, 60)]
    assert populations == [36, 41, 46]
    assert (boards[30][gun] == 1).all() and (boards[60][gun] == 1).all()
    glider, _ = placed_cells(np.where(gun, 0, boards[30]))
    assert glider.shape == (3, 3)


def test_the_replicator_copies_itself() -> None:
    boards = history("highlife-replicator", 12, 20, born=(3, 6))
    assert boards[0].sum() == 12
    assert boards[12].sum() == 24
    cells, corner = placed_cells(boards[0])
    _, copy = placed_cells(boards[12])
    first = boards[12][copy[0] : copy[0] + 5, copy[1] : copy[1] + 5]
    np.testing.assert_array_equal(first, cells)
    assert copy != corner


@pytest.mark.skipif(shutil.which("bgolly") is None, reason="bgolly (package golly) is not installed")
@pytest.mark.parametrize("name", SETTLED)
def test_methuselahs_settle_when_they_are_known_to(tmp_path: Path, name: str) -> None:
    """On the unbounded plane; from then on, and not before, the population is the one of two generations earlier."""
    life, population = SETTLED[name]
    far = (life - 2) // 64 * 64  # Golly is quicker over an even number of generations
    start, _ = run_golly(tmp_path / "far.rle", pattern_file(tmp_path, name), far)
    counts = [run_golly(tmp_path / "near.rle", start, life + shift - far)[1] for shift in (-2, 0, 1, 2, 3)]
    assert counts[1] == population
    assert counts[3:] == counts[1:3]
    assert counts[0] != population


@pytest.mark.sampled(3)
@pytest.mark.skipif(shutil.which("bgolly") is None, reason="bgolly (package golly) is not installed")
@pytest.mark.parametrize("name", FLYING)
def test_methuselahs_send_out_their_gliders(tmp_path: Path, name: str) -> None:
    """Of what is left, only gliders are not where they were: each leaves its 5 cells behind within 24 generations."""
    life = SETTLED[name][0]
    settled, _ = run_golly(tmp_path / "settled.rle", pattern_file(tmp_path, name), life // 64 * 64 + 64)
    first, second = (
        cells_of(run_golly(tmp_path / f"{steps}.mc", settled, steps, algorithm="HashLife")[0]) for steps in (0, 24)
    )
    assert len(first - second) == 5 * FLYING[name]


def pattern_file(folder: Path, name: str) -> Path:
    file = folder / f"{name}.rle"
    file.write_text(write_rle(named(name).board, rule="B3/S23"))
    return file


def run_golly(after: Path, before: Path, steps: int, *, algorithm: str = "QuickLife") -> tuple[Path, int]:
    """Run Golly on a file; the file it wrote and the population it printed."""
    command = ["bgolly", "-a", algorithm, "-m", str(steps), "-i", str(max(1, steps)), "-o", str(after), str(before)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    return after, int(re.findall(rf"(?m)^{steps:,}: ([\d,]+)", said)[-1].replace(",", ""))


def cells_of(file: Path) -> set[tuple[int, int]]:
    """Live cells by their place, which macrocell files keep."""
    pattern = read_pattern(file)
    x, y = pattern.position or (0, 0)
    return {(int(row) + y, int(col) + x) for row, col in np.argwhere(pattern.board)}


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(ArgumentError, match="Did you mean glider"):
        named("gilder")
