"""How time is taken, and how tables are printed."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["Row", "Taken", "alternate", "machine", "show"]

Row = Mapping[str, object]


class Taken(NamedTuple):
    """Median seconds of a work: on the clock, and of all processor cores together."""

    clock: float
    processor: float


def alternate(works: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, Taken]:
    """Time several works in turn, so that a noisy machine is as unkind to each.

    Every work is done once untimed before, which also compiles what it compiles.
    """
    taken: dict[str, list[Taken]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(repeats):
        for name, work in works.items():
            clock, processor = time.perf_counter(), time.process_time()
            work()
            taken[name].append(Taken(time.perf_counter() - clock, time.process_time() - processor))
    return {name: Taken(*map(statistics.median, zip(*times, strict=True))) for name, times in taken.items()}


def machine() -> str:
    """One line on the processor and the versions that matter."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [
            line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
        ]
        processor = models[0] if models else processor
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    packages = []
    for name in ("evolaw", "numpy", "llvmlite", "jax"):
        try:
            packages.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            packages.append(f"{name} missing")
    return f"{processor}, {cores} cores; Python {platform.python_version()}, {', '.join(packages)}"


def show(title: str, rows: Sequence[Row]) -> None:
    """Print a table; columns in the order in which rows first name them."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = [columns] + [[_worded(row.get(column, "")) for column in columns] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    print(f"\n{title}")
    for line in cells:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _worded(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
