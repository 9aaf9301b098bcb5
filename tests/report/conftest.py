"""Sample findings for the page: counted here in twenty lines, so that the report is tested without the library below it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from evolaw.automata.rules.rule import entries as entries_of
from evolaw.trajectory import Trajectory

RLE = "x = 8, y = 8, rule = B3/S23:T8,8\n3o2b3o$o2bob2o$8o$2bo2bo$b6o$8o$2o2b2o$ob5o!"


def windows(board: np.ndarray) -> np.ndarray:
    """Every cell's window on a torus, north-west first."""
    shifts = [(1, 1), (1, 0), (1, -1), (0, 1), (0, 0), (0, -1), (-1, 1), (-1, 0), (-1, -1)]
    return sum(np.roll(board, shift, (0, 1)).astype(int) << (8 - k) for k, shift in enumerate(shifts))  # type: ignore[return-value]


def life_table() -> np.ndarray:
    numbers = np.arange(512)
    count = sum((numbers >> k) & 1 for k in range(9) if k != 4)
    return ((count == 3) | ((numbers >> 4 & 1 == 1) & (count == 2))).astype(np.uint8)


def life(rows: int, cols: int, steps: int, density: float) -> Trajectory:
    board = (np.random.default_rng(5).random((rows, cols)) < density).astype(np.uint8)
    frames = [board]
    for _ in range(steps):
        frames.append(life_table()[windows(frames[-1])])
    return Trajectory(np.array(frames), np.arange(steps + 1), ("times", "rows", "cols"), boundary="torus")


def count_document(recording: Trajectory, space: str) -> dict[str, Any]:
    """The finding's JSON by plain counting."""
    frames = recording.values
    seen = np.bincount(np.concatenate([windows(frame).ravel() for frame in frames[:-1]]), minlength=512)
    entries = []
    for name, members in entries_of(space).items():
        visits, alive = int(seen[members].sum()), bool(life_table()[members[0]])
        decision = ("present" if alive else "absent") if visits else "undetermined"
        entries.append(
            {
                "name": name,
                "decision": decision,
                "basis": "counted" if visits else "assumed",
                "probability": (float(alive) if visits else 0.5),
                "interval": ([0.05 ** (1 / visits), 1.0] if alive else [0.0, 1 - 0.05 ** (1 / visits)])
                if visits
                else [0.0, 1.0],
                "visits": visits,
                "log_e_value": visits * math.log(2),
                "why": f"seen {visits} times, alive after {visits if alive else 0}" if visits else "never visited",
            }
        )
    unknown = [entry["name"] for entry in entries if entry["decision"] == "undetermined"]
    return {
        "schema": 1,
        "source": "life_thin.npz",
        "space": space,
        "alpha": 0.05,
        "entries": entries,
        "law": {
            "minimum": "B3/S23",
            "maximum": "B35678/S235678",
            "most_probable": "B3/S23",
            "map": "MAP" + "ARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA",
            "log2_possible": float(len(unknown)),
        },
        "checks": [
            {
                "name": "one outcome a window",
                "passed": True,
                "p_value": None,
                "says": "No window was followed by both outcomes.",
            },
            {
                "name": "symmetry D4",
                "passed": True,
                "p_value": 0.41,
                "says": "Windows alike under rotation and reflection behave alike.",
            },
            {
                "name": "posterior predictive: density",
                "passed": True,
                "p_value": 0.62,
                "says": "The law, run from the same start, gives the recorded densities.",
            },
        ],
        "next": {
            "says": f"Run one step of this 8 x 8 torus: it shows all {len(unknown)} undecided entries at once.",
            "rle": RLE,
            "steps": 1,
            "decides": len(unknown),
        },
    }


@pytest.fixture(scope="session")
def thin() -> Trajectory:
    return life(32, 32, 20, 0.1)


@pytest.fixture
def document(thin: Trajectory) -> Callable[[str], dict[str, Any]]:
    return lambda space: count_document(thin, space)
