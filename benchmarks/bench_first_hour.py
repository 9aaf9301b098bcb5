"""What a newcomer waits for: the import, the help in both languages, the demonstrations, a report of three runs in Chinese as PDF.

Every command is a process of its own. Three times each, the demonstrations and the report once.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from benchmarks.measuring import Row

EVOLAW = ["-m", "evolaw"]
QUICK = {
    "import evolaw": ["-c", "import evolaw"],
    "evolaw --help, English": [*EVOLAW, "--help", "--lang", "en"],
    "evolaw --help, Chinese": [*EVOLAW, "--help", "--lang", "zh"],
}
DEMONSTRATIONS = ("lattice", "equation", "junction", "score", "learn")
RUNS = (
    ["simulate", "B36/S23", "--size", "32", "--steps", "12", "--density", "0.08", "--seed", "7", "--out", "cells"],
    ["discover", "cells", "--out", "law"],
    ["simulate", "dX = (X - X^3) dt + s dW", "--set", "s=0.7", "--paths", "4", "--time", "50", "--out", "path"],
)
REPORT = ["report", "cells", "law", "path", "--typst", "--lang", "zh", "--folder", "weekly"]


def took(words: list[str], folder: str) -> tuple[float, float]:
    """Return seconds by the clock and by the processors of one Python process, which must end well."""
    before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *words], cwd=folder, env=os.environ, check=True, capture_output=True, timeout=300)
    seconds, after = time.perf_counter() - clock, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run() -> list[Row]:
    """Return one row a thing that is waited for."""
    with tempfile.TemporaryDirectory() as folder:
        works = [(name, [took(words, folder) for _ in range(3)]) for name, words in QUICK.items()]
        works += [(f"evolaw demo {name}", [took([*EVOLAW, "demo", name], folder)]) for name in DEMONSTRATIONS]
        for words in RUNS:
            took([*EVOLAW, *words], folder)
        works.append(("a report of three runs in Chinese, as PDF", [took([*EVOLAW, *REPORT], folder)]))
    return [
        {
            "what": name,
            "seconds, by the clock": f"{statistics.median(clock for clock, _ in times):.2f}",
            "seconds, of processors": f"{statistics.median(busy for _, busy in times):.2f}",
        }
        for name, times in works
    ]
