"""Run the benchmarks named, or all of them, and print their tables."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from benchmarks.measuring import machine, show

KNOWN = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(KNOWN))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(KNOWN)}.", file=sys.stderr)
        return 3
    print(machine())
    for name in names or KNOWN:
        show(name, importlib.import_module(f"benchmarks.bench_{name}").run())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
