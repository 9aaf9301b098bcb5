"""The bit engine: cells a second, and against Golly's QuickLife and CAX on the same board, with equal results.

Cells a second is rows x cols x boards x generations / seconds, packing and unpacking of the boards included, compiling not.
The interpreter that has CAX is named by the environment variable EVOLAW_PEERS_PYTHON.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.measuring import Row, Taken, alternate
from evolaw.automata.engine import bitpacked
from evolaw.automata.files.boards import Pattern
from evolaw.automata.files.rle import parse_rle, write_rle
from evolaw.automata.rules.rule import Rule, entries

SIDE = 4096
LONG = 1000  # generations of the comparison with Golly
SHORT = 10  # generations of the comparison with CAX


def run() -> list[Row]:
    return [*engine(), *against_golly(), *against_cax()]


def soup(*shape: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2, shape, dtype=np.uint8)


def random_isotropic() -> Rule:
    chance, table = np.random.default_rng(2), np.zeros(512, np.uint8)
    for windows in entries("isotropic").values():
        table[windows] = chance.integers(2)
    return Rule.from_table(table)


def engine() -> list[Row]:
    """Speeds of the engine; the last column is relative to Life on one large board, in turn in the same run."""
    large, small, many = soup(SIDE, SIDE), soup(512, 512), soup(1024, 64, 64)
    laws = np.random.default_rng(4).integers(0, 2, (4096, 18), dtype=np.uint8)
    loads = {
        "Life, 4096 x 4096": ("B3/S23", large, LONG),
        "Life, 1024 boards of 64 x 64": ("B3/S23", many, 4 * LONG),
        "Life, 512 x 512": ("B3/S23", small, 20 * LONG),
        "isotropic B2-a/S12": ("B2-a/S12", large, LONG),
        "isotropic B3/S2-i34q": ("B3/S2-i34q", large, LONG),
        "isotropic, random": (random_isotropic(), large, LONG),
        "any law, random": (Rule.from_table(np.random.default_rng(3).integers(0, 2, 512)), large, LONG),
        "4096 counting laws, 64 x 64": (laws, soup(4096, 64, 64), 300),
    }
    works = {name: lambda load=load: bitpacked.run(*load) for name, load in loads.items()}
    taken = alternate(works, 5)
    speeds = {name: updates(*load[1:]) / taken[name].processor for name, load in loads.items()}
    life = speeds["Life, 4096 x 4096"]
    return [
        {
            "what": name,
            "cells/s": updates(*loads[name][1:]) / taken[name].clock,
            "cells/s a core": speed,
            "seconds": taken[name].clock,
            "Life's speed a core / this": life / speed,
        }
        for name, speed in speeds.items()
    ]


def updates(board: np.ndarray, generations: int) -> float:
    """Cell updates."""
    return float(board.size) * generations


def against_golly() -> list[Row]:
    what = f"Life {SIDE} x {SIDE}, {LONG} generations"
    if shutil.which("bgolly") is None:
        return [{"what": f"{what}: bgolly QuickLife", "remark": "missing: bgolly"}]
    board = soup(SIDE, SIDE)
    with tempfile.TemporaryDirectory() as name:
        before, after = Path(name) / "before.rle", Path(name) / "after.rle"
        text = write_rle(board, rule=f"B3/S23:T{SIDE},{SIDE}", position=(-SIDE // 2, -SIDE // 2))
        before.write_text(text)

        def golly(generations: int) -> Taken:
            command = ["bgolly", "-q", "-q", "-a", "QuickLife", "-m", str(generations), "-i", str(max(generations, 1))]
            clock, processor = time.perf_counter(), children_seconds()
            subprocess.run([*command, "-o", str(after), str(before)], check=True, capture_output=True, timeout=1200)
            return Taken(time.perf_counter() - clock, children_seconds() - processor)

        start_up, whole = golly(0), golly(LONG)
        theirs = Taken(whole.clock - start_up.clock, whole.processor - start_up.processor)
        ours = alternate({"evolaw": lambda: bitpacked.run("B3/S23", board, LONG)}, 5)["evolaw"]
        final = bitpacked.run("B3/S23", board, LONG)
        answer = re.sub(r"rule = \S+", "rule = B3/S23", after.read_text())
        equal = np.array_equal(cut(parse_rle(answer).board), cut(final))
    remark = f"equal boards, population {int(final.sum())}" if equal else "BOARDS DIFFER"
    return [{"what": f"{what}: bgolly QuickLife", **compared(updates(board, LONG), theirs, ours), "remark": remark}]


def compared(work: float, theirs: Taken, ours: Taken, our_work: float | None = None) -> Row:
    """Speeds of another program, and how much faster evolaw is: on the clock, and by processor time on one core."""
    share = (our_work or work) / work
    return {
        "cells/s": work / theirs.clock,
        "cells/s a core": work / theirs.processor,
        "seconds": theirs.clock,
        "evolaw faster by": theirs.clock * share / ours.clock,
        "evolaw faster by, a core": theirs.processor * share / ours.processor,
    }


def children_seconds() -> float:
    """Processor seconds of all finished child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cut(board: np.ndarray) -> np.ndarray:
    """The smallest box that holds the living cells: Golly writes no more."""
    cells = Pattern(board).board
    rows, cols = np.flatnonzero(cells.any(1)), np.flatnonzero(cells.any(0))
    return cells[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1] if rows.size else cells[:0, :0]


def against_cax() -> list[Row]:
    what = f"Life {SIDE} x {SIDE}, {SHORT} generations: CAX on the CPU"
    python = os.environ.get("EVOLAW_PEERS_PYTHON")
    if not python:
        return [{"what": what, "remark": "missing: EVOLAW_PEERS_PYTHON names no interpreter"}]
    board = soup(SIDE, SIDE)
    with tempfile.TemporaryDirectory() as name:
        before, after = Path(name) / "before.npy", Path(name) / "after.npy"
        np.save(before, board)
        command = [python, str(Path(__file__).parent / "peer_cax.py"), str(before), str(after), str(SHORT)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=1200)
        if done.returncode:
            return [{"what": what, "remark": f"missing: {done.stderr.strip().splitlines()[-1]}"}]
        version, *seconds = done.stdout.split()[-3:]
        theirs = Taken(*map(float, seconds))
        equal = np.array_equal(np.load(after), bitpacked.run("B3/S23", board, SHORT))
    ours = alternate({"evolaw": lambda: bitpacked.run("B3/S23", board, LONG)}, 5)["evolaw"]
    remark = f"CAX {version}, {'equal boards' if equal else 'BOARDS DIFFER'}; evolaw over {LONG} generations"
    return [{"what": what, **compared(updates(board, SHORT), theirs, ours, updates(board, LONG)), "remark": remark}]
