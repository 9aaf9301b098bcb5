"""Learned laws of motion: a conditional score model against a network trained on the CRPS, beside the law that made the data.

    python -m benchmarks.bench_score_emulators [--only NAME …] [--steps N]

Four recordings, the same pairs and the same width of network for both. Judged on fresh pairs of states: CRPS, coverage of 90 %, rank
histogram, spread over skill; and from single states, the energy distance of many next states to those of the law itself, beside its
noise floor. The law itself is judged by the same judge, so that what can be reached at all stands in the table. Chapman–Kolmogorov:
two steps of Δ against one of a law learned for 2Δ. Prints JSON, a line a law.

    ornstein-uhlenbeck   1 number, exact steps
    double well          1 number, a step from the top ends in either well
    lorenz               3 numbers, noise 2 in each, Δ = 0.1
    phi4                 a ring of 8 sites, dφ = (Δφ - φ³ + φ/2) dt + 0.7 dW, Δ = 0.25
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import score, sde
from evolaw.score.emulation.judgement import judge

PAIRS, MEMBERS, STATES, DRAWS = 2000, 39, 6, 1000


def lorenz() -> sde.SDE:
    """Lorenz' equations with noise 2 on each of the three."""

    def drift(t: Any, x: Any, p: Any) -> Any:
        return jnp.stack([10 * (x[1] - x[0]), x[0] * (28 - x[2]) - x[1], x[0] * x[1] - 8 / 3 * x[2]])

    return sde.SDE(drift, 2.0, dim=3, noise="additive", name="noisy Lorenz")


def phi4(sites: int = 8) -> sde.SDE:
    """A field on a ring, each site in a shallow double well, coupled to its neighbours."""

    def drift(t: Any, x: Any, p: Any) -> Any:
        return jnp.roll(x, 1) + jnp.roll(x, -1) - 2 * x - x**3 + x / 2

    return sde.SDE(drift, 0.7, dim=sites, noise="additive", name="phi4 on a ring")


@dataclass(frozen=True)
class World:
    """A law that makes recordings.

    Attributes:
        process, step: the equation, and Δ.
        fine: steps of Heun's method within Δ.
        spread: size of the starts.
    """

    process: sde.SDE
    step: float
    fine: int
    spread: float

    def run(self, start: np.ndarray, frames: int, seed: int) -> np.ndarray:
        """Follow many starts over some frames, shape (paths, frames + 1, dim)."""
        times = [self.step * k for k in range(frames + 1)]
        made = sde.solve(
            self.process, sde.StochasticHeun(), start, times, steps=self.fine * frames, paths=len(start), rng=seed
        )
        return made.values

    def settled(self, count: int, seed: int) -> np.ndarray:
        """States after a long while."""
        chance = np.random.default_rng(seed)
        start = self.spread * chance.standard_normal((count, self.process.dim))
        return self.run(start, max(8, int(6 / self.step)), seed)[:, -1]

    def ensemble(self, states: np.ndarray, members: int, *, rng: int) -> np.ndarray:
        """Next states, shape (members, count, dim): the law itself in the place of a learned one."""
        starts = np.repeat(states[None], members, 0).reshape(-1, self.process.dim)
        return self.run(starts, 1, rng)[:, -1].reshape(members, *states.shape)

    @property
    def scales(self) -> Any:
        """What the judge asks for: the number of components."""
        return self.process


WORLDS: dict[str, Callable[[], World]] = {
    "ornstein-uhlenbeck": lambda: World(sde.ornstein_uhlenbeck(rate=1.0, scale=1.0), 0.3, 30, 1.0),
    "double well": lambda: World(sde.double_well(barrier=2.0, width=1.0, temperature=1.0), 0.5, 100, 1.0),
    "lorenz": lambda: World(lorenz(), 0.1, 50, 8.0),
    "phi4": lambda: World(phi4(), 0.25, 20, 1.0),
}


def near_law(law: Any, world: World, states: np.ndarray) -> tuple[float, float]:
    """Energy distance of next states to those of the law itself, and its floor between two halves of that; means over states."""
    scale = world.run(states, 1, 77)[:, -1].std(0)
    found, floors = [], []
    drawn, true, again = (one.ensemble(states, DRAWS, rng=seed) for one, seed in ((law, 5), (world, 6), (world, 7)))
    for k in range(len(states)):
        found.append(score.energy_distance(drawn[:, k] / scale, true[:, k] / scale))
        floors.append(score.energy_distance(again[:, k] / scale, true[:, k] / scale))
    return float(np.mean(found)), float(np.mean(np.abs(floors)))


def measure(name: str, steps: int, paths: int = 1000, frames: int = 20) -> list[dict[str, Any]]:
    """Train both on one recording, and judge them and the law itself."""
    world = WORLDS[name]()
    values = world.run(world.settled(paths, 1), frames, 2)
    recording = score_trajectory(values, world.step)
    # Fresh pairs, each from a start of its own.
    fresh = world.run(world.settled(PAIRS, 11), 1, 12)
    before, after = fresh[:, 0], fresh[:, 1]
    states = world.settled(STATES, 21)
    net = score.MLP(width=128, depth=3)
    rows = []
    laws: dict[str, Any] = {"law itself": world}
    for kind, learn in (("score model", score.emulator), ("CRPS ensemble", score.ensemble_emulator)):
        began = time.process_time()
        laws[kind] = learn(recording, net=net, steps=steps, batch=512, rng=0)
        rows.append({"seconds": time.process_time() - began})
    for kind, law in laws.items():
        found = judge(law, before, after, members=MEMBERS, rng=3)  # type: ignore[arg-type]
        distance, floor = near_law(law, world, states)
        row = {"world": name, "law": kind, "crps": found.crps, "crps_error": found.crps_error}
        row |= {"coverage": found.coverage, "coverage_error": found.coverage_error, "ranks_p": found.p_value}
        row |= {"spread_skill": found.spread_skill, "energy": distance, "energy_floor": floor}
        rows.append(row)
        print(json.dumps(row), flush=True)
    twice = score.emulator(recording, every=2, net=net, steps=steps, batch=512, rng=0)
    consistent = score.chapman_kolmogorov(laws["score model"], twice, states[0], rng=4)
    row = {"world": name, "residual": consistent.residual, "floor": consistent.floor, "p": consistent.p_value}
    row["training_seconds"] = [round(entry["seconds"], 1) for entry in rows if "seconds" in entry]
    print(json.dumps(row), flush=True)
    return rows


def score_trajectory(values: np.ndarray, step: float) -> Any:
    """The states as a recording."""
    from evolaw.trajectory import Trajectory

    return Trajectory(values, step * np.arange(values.shape[1]), ("paths", "times", "dim"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=list(WORLDS))
    parser.add_argument("--steps", type=int, default=4000)
    given = parser.parse_args()
    for name in given.only:
        measure(name, given.steps)


if __name__ == "__main__":
    main()
