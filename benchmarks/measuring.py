"""How time is taken, and how tables are printed."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

__all__ = ["Row", "alternate", "machine", "show"]

Row = Mapping[str, object]


def alternate(works: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Time several works in turn, so that a noisy machine is as unkind to each; return median seconds of each.

    Every work is done once untimed before, which also compiles what it compiles.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(repeats):
        for name, work in works.items():
            begin = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - begin)
    return {name: statistics.median(values) for name, values in seconds.items()}


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
