"""What is said of recordings that no law of the library made, or that came through a poor instrument: with the command line's defaults.

    python benchmarks/bench_equation_doubts.py --repetitions 12 [--systems switched,outliers]

Each system is simulated by Euler–Maruyama, ten steps a row. Printed are the checks that failed and what was decided wrongly: a true law is
given where there is one; where there is none every decision on a term of higher degree than the motion has is wrong.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable

import numpy as np

from evolaw.discovery.diffusions.investigation import discover_equation
from evolaw.trajectory import Trajectory

STEP, ROWS, FINE = 0.03, 6000, 10
Force = Callable[[np.ndarray, float], np.ndarray]


def simulate(rng: np.random.Generator, force: Force, strength: float | Force, dim: int = 1, mix: np.ndarray | None = None,
             wall: bool = False) -> np.ndarray:  # fmt: skip
    """Values of shape (rows, dim): dx = force(x, t) dt + sqrt(2 D) mix dW, between mirrors at 0 and 1 if there is a wall."""
    h, x, values, t = STEP / FINE, np.full(dim, 0.5), np.empty((ROWS + 1, dim)), 0.0
    values[0] = x
    for row in range(ROWS):
        for kick in rng.standard_normal((FINE, dim)):
            d = strength(x, t) if callable(strength) else strength
            x = x + h * force(x, t) + np.sqrt(2 * d * h) * (kick if mix is None else mix @ kick)
            x = 1 - np.abs(1 - np.abs(x)) if wall else x
            t += h
        values[row + 1] = x
    return values


def well(x: np.ndarray, t: float) -> np.ndarray:
    return x - x**3


def spring(x: np.ndarray, t: float) -> np.ndarray:
    return -x


def coupled(x: np.ndarray, t: float) -> np.ndarray:
    return np.array([-x[0] + 0.5 * x[1], -x[1]])


HALF = STEP * ROWS / 2


def switched(rng: np.random.Generator) -> np.ndarray:
    return simulate(rng, lambda x, t: 1.5 * (t > HALF) - x, 0.3)


def switched_noise(rng: np.random.Generator) -> np.ndarray:
    return simulate(rng, spring, lambda x, t: np.array(0.1 if t < HALF else 0.4))


def instrument_drift(rng: np.random.Generator) -> np.ndarray:
    return simulate(rng, spring, 0.3) + np.linspace(0, 3, ROWS + 1)[:, None]


def delayed(rng: np.random.Generator) -> np.ndarray:
    """dx = −1.2 x(t − 0.9) dt + sqrt(0.4) dW, thirty rows late."""
    x, lag = np.zeros(ROWS + 31), 30
    for k in range(lag, x.size - 1):
        x[k + 1] = x[k] - STEP * 1.2 * x[k - lag] + np.sqrt(0.4 * STEP) * rng.standard_normal()
    return x[lag:, None]


def forced(rng: np.random.Generator) -> np.ndarray:
    return simulate(rng, lambda x, t: well(x, t) + 0.35 * np.cos(0.6 * t), 0.15)


def forced_strongly(rng: np.random.Generator) -> np.ndarray:
    return simulate(rng, lambda x, t: well(x, t) + 0.7 * np.cos(0.9 * t), 0.3)


def humming(rng: np.random.Generator) -> np.ndarray:
    """A relaxation whose readings hum eleven times a unit of time, less than half a step."""
    return simulate(rng, spring, 0.3) + 0.06 * np.sin(2 * np.pi * 11 * STEP * np.arange(ROWS + 1))[:, None]


def beating(rng: np.random.Generator) -> np.ndarray:
    return simulate(rng, spring, lambda x, t: np.array(0.3 * (1 + 0.5 * np.cos(2 * t))))


def hidden_switch(rng: np.random.Generator) -> np.ndarray:
    """dx = (±1.5 − x) dt + sqrt(0.4) dW, the sign turning by itself every ten units of time."""
    signs = 1.5 * (-1.0) ** np.cumsum(rng.random(ROWS * FINE + 1) < 0.1 * STEP / FINE)
    return simulate(rng, lambda x, t: signs[round(t / STEP * FINE)] - x, 0.2)


def coloured(rng: np.random.Generator) -> np.ndarray:
    drift = lambda x, t: np.array([x[0] - x[0] ** 3 + x[1], -5 * x[1]])  # noqa: E731
    return simulate(rng, drift, 7.5, 2, np.diag([0.0, 1.0]))[:, :1]


def outliers(rng: np.random.Generator) -> np.ndarray:
    x = simulate(rng, spring, 0.3)
    return x + 3 * rng.standard_normal(x.shape) * (rng.random(x.shape) < 0.004)


def walled(rng: np.random.Generator) -> np.ndarray:
    return simulate(rng, lambda x, t: -0.5 + 0 * x, 0.3, wall=True)


def clipped(rng: np.random.Generator) -> np.ndarray:
    return np.minimum(simulate(rng, well, 0.3), 1.2)


def repeated(rng: np.random.Generator) -> np.ndarray:
    return simulate(rng, well, 0.3)[np.arange(ROWS) // 2 * 2]


def shared_noise(rng: np.random.Generator) -> np.ndarray:
    return simulate(rng, coupled, 0.3, 2, np.array([[1.0, 0.0], [0.8, 0.6]]))


def loud(rng: np.random.Generator) -> np.ndarray:
    """Measurement noise of three steps."""
    x = simulate(rng, well, 0.3)
    return x + 3 * np.sqrt(0.6 * STEP) * rng.standard_normal(x.shape)


def gaps(rng: np.random.Generator) -> np.ndarray:
    x = simulate(rng, well, 0.3)
    x[rng.random(len(x)) < 0.08] = np.nan
    x[2000:2600] = np.nan
    return x


def log_price(rng: np.random.Generator) -> np.ndarray:
    return 4.6 + simulate(rng, lambda x, t: 0.01 + 0 * x, 2e-4) - 0.5


def turning_wells(rng: np.random.Generator) -> np.ndarray:
    return simulate(rng, lambda x, t: np.array([x[0] - x[0] ** 3 - 0.8 * x[1], 0.8 * x[0] - x[1]]), 0.25, 2)


WELL = {"x: x": 1.0, "x: x^3": -1.0}
SYSTEMS: dict[str, tuple[Callable[[np.random.Generator], np.ndarray], dict[str, float]]] = {
    "switched": (switched, {}),
    "switched_noise": (switched_noise, {"x: x": -1.0}),
    "instrument_drift": (instrument_drift, {}),
    "delayed": (delayed, {}),
    "forced": (forced, WELL),
    "forced_strongly": (forced_strongly, WELL),
    "humming": (humming, {"x: x": -1.0}),
    "beating": (beating, {"x: x": -1.0}),
    "hidden_switch": (hidden_switch, {}),
    "coloured": (coloured, {}),
    "outliers": (outliers, {"x: x": -1.0}),
    "walled": (walled, {"x: 1": -0.5}),
    "clipped": (clipped, WELL),
    "repeated": (repeated, {}),
    "shared_noise": (shared_noise, {"x: x": -1.0, "x: y": 0.5, "y: y": -1.0}),
    "loud": (loud, WELL),
    "gaps": (gaps, WELL),
    "log_price": (log_price, {"x: 1": 0.01}),
    "turning_wells": (turning_wells, WELL | {"x: y": -0.8, "y: x": 0.8, "y: y": -1.0}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=12)
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--seed", type=int, default=20261127)
    options = parser.parse_args()
    print("| system | recordings | checks that failed | drift terms decided | wrong |\n|---|---|---|---|---|")
    for name in options.systems.split(","):
        make, truth = SYSTEMS[name]
        failed: Counter[str] = Counter()
        decided, wrong = 0, 0
        for number in range(options.repetitions):
            values = make(np.random.default_rng([options.seed, number]))
            found = discover_equation(Trajectory(values, STEP * np.arange(len(values)), ("times", "dim")), rng=0)
            failed.update({check.name.split(" of ")[0] for check in found.failed})
            for entry in found.entries:
                if ": D " not in entry.name and entry.decision in ("present", "absent"):
                    decided += 1
                    true = truth.get(entry.name, 0.0)
                    wrong += true * (entry.estimate or 0.0) <= 0 if entry.decision == "present" else entry.name in truth
        said = ", ".join(f"{check} {count}" for check, count in failed.most_common()) or "none"
        print(f"| {name} | {options.repetitions} | {said} | {decided} | {wrong} |", flush=True)


if __name__ == "__main__":
    main()
