"""Two trees of this program in turn, many short rounds: is anything slower than it was?

    EVOLAW_BEFORE=path/to/the/older/tree python -m benchmarks.before_after [SECONDS [CASE...]]

Each tree runs in a process of its own, which compiles every case once and then waits; a round asks both for one run of a case, the
older first in every second round, and notes the processor's time and the clock's. Programs on other cores make single runs longer,
never shorter, so the ratio is that of the least times. Its interval says how far the least time moves with the rounds: rounds are
drawn again a thousand times, and 95 of 100 ratios lie inside. All cases share the SECONDS, by default 200.

Cases are written with what both trees export.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve()
SECONDS = 200.0
LEAST_ROUNDS, AGAIN = 5, 1000


def cases() -> dict[str, Callable[[], object]]:
    """What is run in each tree; a run takes some 20 to 200 ms."""
    import jax.numpy as jnp

    from evolaw import automata, sde

    ou = sde.ornstein_uhlenbeck(rate=1.0, scale=1.0)
    gbm = sde.SDE(lambda t, x, p: 1.5 * x, lambda t, x, p: 0.01 * x, dim=3, noise="diagonal")

    def butterfly(t: Any, x: Any, p: Any) -> Any:
        return jnp.stack([10 * (x[1] - x[0]), x[0] * (28 - x[2]) - x[1], x[0] * x[1] - 8 / 3 * x[2]])

    lorenz = sde.SDE(butterfly, lambda t, x, p: 0.1 * x, dim=3, noise="diagonal")
    a = np.array([[-0.6, 0.3], [-0.2, -0.8]])
    b = np.array([[[0.5, 0.2], [-0.3, 0.1]], [[-0.1, 0.4], [0.3, 0.25]]])
    linear = sde.SDE(lambda t, x, p: a @ x, lambda t, x, p: (b @ x).T, dim=2, noises=2)
    single = sde.SDE(lambda t, x, p: -x, lambda t, x, p: 0.5 + 0.1 * x, dim=1, noises=1)
    mixing = (np.random.default_rng(0).normal(size=(5, 5, 5)) * 0.05).astype(np.float32)
    areas = sde.SDE(
        lambda t, x, p: -x, lambda t, x, p: 0.1 * jnp.eye(5) + jnp.einsum("ijk,k->ij", p, x), dim=5, noises=5,
        params=mixing,
    )  # fmt: skip
    oscillator = sde.underdamped(lambda t, x, p: -x, friction=0.5, temperature=0.1)

    def solved(process: Any, scheme: Any, start: Any, paths: int, steps: int, precision: str = "float32") -> Any:
        looks = sde.Moments(covariance=False)
        return lambda: sde.solve(
            process, scheme, start, [0, 1], steps=steps, paths=paths, rng=0, precision=precision, statistics=looks
        )

    def one_path(process: Any, start: Any, steps: int) -> Any:
        return lambda: sde.solve(process, euler, start, [0, 1], steps=steps, rng=0, precision="float32")

    euler, board = sde.EulerMaruyama(), np.random.default_rng(0).integers(0, 2, (2048, 2048)).astype(np.uint8)
    small = board[:64, :64]
    recording = automata.evolve("B36/S23", small, 60)
    start = [1.0, 1.0, 20.0]
    return {
        "P1, 8,192 paths": solved(gbm, euler, [0.1] * 3, 8192, 2048),
        "P1, 131,072 paths": solved(gbm, euler, [0.1] * 3, 131_072, 256),
        "P2, Gaussian, float32": solved(ou, euler, 1.0, 400_000, 500),
        "P2, Gaussian, float64": solved(ou, euler, 1.0, 200_000, 300, "float64"),
        "P2, three points": solved(ou, sde.WeakEuler(3), 1.0, 400_000, 1000),
        "P2, two points": solved(ou, sde.WeakEuler(2), 1.0, 1_000_000, 1000),
        "P4, one path": one_path(ou, 1.0, 20_000_000),
        "Lorenz, one path": one_path(lorenz, start, 1_000_000),
        "Lorenz, 100,000 paths": solved(lorenz, euler, start, 100_000, 300),
        "P6, DRI1, 2 noises": solved(linear, sde.DRI1(), [1, 0.7], 200_000, 16),
        "DRI1, 1 noise": solved(single, sde.DRI1(), 1.0, 200_000, 64),
        "P7, Lévy areas": solved(areas, sde.LevyMilstein(), np.ones(5), 20_000, 20),
        "SRI1W1, 3 components": solved(gbm, sde.SRI1W1(), [0.1] * 3, 65_536, 128),
        "BAOAB, an oscillator": solved(oscillator, sde.BAOAB(), [1.0, 0.0], 65_536, 256),
        "Life, 2048 x 2048, 400 generations": lambda: automata.evolve("B3/S23", board, 400, times=[0, 400]),
        "Life, 64 x 64, 60 generations": lambda: automata.evolve("B3/S23", small, 60),
        "discovery of 61 frames of 64 x 64": discovering(recording),
    }


def discovering(recording: Any) -> Callable[[], object]:
    """Discovery of a clean recording, from the recording to the finding."""
    from evolaw import discovery

    return lambda: discovery.discover(recording, rng=0)


def serve() -> None:
    """Be one tree: say which cases there are, then run the one that is named on each line, and say what it took."""
    works = cases()
    print(json.dumps(list(works)), flush=True)
    ready = set[str]()
    for line in sys.stdin:
        name = line.strip()
        if name not in ready:
            works[name]()
            ready.add(name)
        clock, processor = time.perf_counter(), time.process_time()
        works[name]()
        print(json.dumps([time.process_time() - processor, time.perf_counter() - clock]), flush=True)


class Tree:
    """One tree in a process of its own."""

    def __init__(self, path: Path) -> None:
        surroundings = os.environ | {"PYTHONPATH": str(path / "src")}
        self.process = subprocess.Popen(
            [sys.executable, str(HERE), "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=surroundings,
        )  # fmt: skip
        self.names: list[str] = self._heard()

    def _heard(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("A tree ended before it answered; what it says is above.")
        return json.loads(line)

    def run(self, name: str) -> list[float]:
        """Return the seconds of one run: the processor's, the clock's."""
        assert self.process.stdin is not None
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        heard: list[float] = self._heard()
        return heard

    def end(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)


def compare(before: Tree, now: Tree, name: str, seconds: float) -> np.ndarray:
    """Return the times of all rounds, shape (rounds, trees, processor and clock)."""
    before.run(name), now.run(name)
    rounds: list[list[list[float]]] = []
    end = time.monotonic() + seconds
    while len(rounds) < LEAST_ROUNDS or time.monotonic() < end:
        if len(rounds) % 2:
            late = now.run(name)
            rounds.append([before.run(name), late])
        else:
            rounds.append([before.run(name), now.run(name)])
    return np.array(rounds)


def ratio(times: np.ndarray) -> tuple[float, float, float]:
    """Return now / before of the least times, and where 95 of 100 such ratios lie when rounds are drawn again.

    Args:
        times: one kind of time, shape (rounds, 2).
    """
    least = times.min(0)
    drawn = np.random.default_rng(0).integers(0, len(times), (AGAIN, 2, len(times)))
    again = times[drawn[:, 1], 1].min(1) / times[drawn[:, 0], 0].min(1)
    low, high = np.quantile(again, [0.025, 0.975])
    return float(least[1] / least[0]), float(low), float(high)


def main(words: list[str]) -> int:
    from benchmarks.measuring import machine

    older = os.environ.get("EVOLAW_BEFORE")
    if not older or not (Path(older) / "src" / "evolaw").is_dir():
        print("Set EVOLAW_BEFORE to a tree of this program that is to be compared with this one.", file=sys.stderr)
        return 3
    trees = Tree(Path(older)), Tree(HERE.parents[1])
    wanted = [name for name in trees[0].names if not words[1:] or any(word in name for word in words[1:])]
    share = float(words[0] if words else SECONDS) / max(len(wanted), 1)
    print(machine())
    print(f"{'now / before':36}  {'processor':24}{'clock':24}rounds")
    for name in wanted:
        begun = time.monotonic()
        for tree in trees:
            tree.run(name)  # compiles
        times = compare(*trees, name, share - min(share, time.monotonic() - begun))
        said = ["{:.3f} ({:.3f} to {:.3f})".format(*ratio(times[:, :, kind])) for kind in (0, 1)]
        print(f"{name:36}  {said[0]:24}{said[1]:24}{len(times)}", flush=True)
    for tree in trees:
        tree.end()
    return 0


if __name__ == "__main__":
    if "--serve" in sys.argv:
        serve()
    else:
        sys.exit(main(sys.argv[1:]))
