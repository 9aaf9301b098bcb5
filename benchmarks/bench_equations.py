"""How often decisions on equations are wrong, on recordings made here, and how long they take.

    python benchmarks/bench_equations.py calibrate --repetitions 200 [--systems ou,hopf] [--conditions long,short,noisy]
    python benchmarks/bench_equations.py speed

Systems of the reference list and four others on which nothing was tuned (`HELD`). All repetitions of a system are stepped at once by
Euler–Maruyama with a step at least ten times below the recorded one; the linear systems from their exact law would differ by less than
their error. Wrong is a drift term decided present that is absent or has the other sign, or decided absent that is present; its share is
that among the decided terms of a recording, 0 where nothing is decided, averaged over recordings: the false discovery rate.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from evolaw.discovery.diffusions.investigation import discover_equation
from evolaw.trajectory import Trajectory

Field = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class System:
    """A law with its library and how it is recorded: (step, count) long and short; noise as a share of one diffusive step."""

    names: tuple[str, ...]
    drift: Field
    diffusion: Field
    start: tuple[float, ...]
    truth: Mapping[str, float]
    library: str
    long: tuple[float, int]
    short: tuple[float, int]
    spread: str = "1"
    hidden: bool = False


def _stack(*parts: np.ndarray) -> np.ndarray:
    return np.stack(parts, -1)


def _constant(*values: float) -> Field:
    return lambda x: np.broadcast_to(np.array(values), x.shape)


TOLD = {
    "ou": System(("x",), lambda x: -x, _constant(0.5), (0.0,), {"x: x": -1}, "poly:5", (0.02, 10000), (0.02, 1000)),
    "dwell_cold": System(
        ("x",),
        lambda x: x - x**3,
        _constant(0.02),
        (1.0,),
        {"x: x": 1, "x: x^3": -1},
        "poly:5",
        (0.02, 10000),
        (0.02, 1000),
    ),
    "dwell_hot": System(
        ("x",),
        lambda x: x - x**3,
        _constant(0.3),
        (1.0,),
        {"x: x": 1, "x: x^3": -1},
        "poly:5",
        (0.02, 10000),
        (0.02, 1500),
    ),
    "josephson_locked": System(
        ("p",),
        lambda p: 0.6 - np.sin(p),
        _constant(0.02),
        (0.6,),
        {"p: 1": 0.6, "p: sin(p)": -1},
        "harmonics:3",
        (0.05, 10000),
        (0.05, 1000),
    ),
    "josephson_running": System(
        ("p",),
        lambda p: 1.5 - np.sin(p),
        _constant(0.02),
        (0.0,),
        {"p: 1": 1.5, "p: sin(p)": -1},
        "harmonics:3",
        (0.02, 6000),
        (0.02, 1000),
    ),
    "rotation": System(
        ("x", "y"),
        lambda s: _stack(-s[..., 0] - 2 * s[..., 1], 2 * s[..., 0] - s[..., 1]),
        _constant(0.5, 0.5),
        (1.0, 0.0),
        {"x: x": -1, "x: y": -2, "y: x": 2, "y: y": -1},
        "poly:2",
        (0.02, 7500),
        (0.02, 1000),
    ),
    "hopf": System(
        ("x", "y"),
        lambda s: _hopf(s, 1.0, 2.0),
        _constant(0.05, 0.05),
        (1.0, 0.0),
        {"x: x": 1, "x: y": -2, "x: x^3": -1, "x: x*y^2": -1, "y: x": 2, "y: y": 1, "y: x^2*y": -1, "y: y^3": -1},
        "poly:3",
        (0.02, 7500),
        (0.02, 1000),
    ),
    "vanderpol": System(
        ("x", "y"),
        lambda s: _stack(s[..., 1], (1 - s[..., 0] ** 2) * s[..., 1] - s[..., 0]),
        _constant(0.05, 0.05),
        (1.0, 0.0),
        {"x: y": 1, "y: x": -1, "y: y": 1, "y: x^2*y": -1},
        "poly:3",
        (0.02, 7500),
        (0.02, 1000),
    ),
    "cir": System(
        ("x",),
        lambda x: 1 - x,
        lambda x: 0.125 * np.maximum(x, 0),
        (1.0,),
        {"x: 1": 1, "x: x": -1},
        "1, x, x^2, x^3, sqrt(x)",
        (0.02, 10000),
        (0.02, 1000),
        "1, x, x^2",
    ),
}

HELD = {
    "asymmetric_well": System(
        ("x",),
        lambda x: 0.2 + x + 0.3 * x**2 - x**3,
        _constant(0.25),
        (1.0,),
        {"x: 1": 0.2, "x: x": 1, "x: x^2": 0.3, "x: x^3": -1},
        "poly:5",
        (0.02, 10000),
        (0.02, 1500),
    ),
    "noise_induced": System(
        ("x",),
        lambda x: -0.8 * x,
        lambda x: 0.2 + 0.3 * x**2,
        (0.1,),
        {"x: x": -0.8},
        "poly:5",
        (0.02, 10000),
        (0.02, 1500),
        "1, x, x^2",
    ),
    "brownian": System(("x",), lambda x: 0 * x, _constant(0.5), (0.0,), {}, "poly:5", (0.02, 10000), (0.02, 1000)),
    "pendulum_driven": System(
        ("p", "v"),
        lambda s: _stack(s[..., 1], 0.8 - 0.5 * s[..., 1] - 1.2 * np.sin(s[..., 0])),
        _constant(0.0, 0.3),
        (0.0, 0.0),
        {"v: 1": 0.8, "v: v": -0.5, "v: sin(p)": -1.2},
        "1, v, sin(p), cos(p), sin(2p), cos(2p), v^2, v^3",
        (0.04, 8000),
        (0.04, 1500),
    ),
    "fitzhugh_nagumo": System(
        ("v", "w"),
        lambda s: _stack(3 * (s[..., 0] - s[..., 0] ** 3 / 3 - s[..., 1]), 0.4 * (s[..., 0] + 0.6 - 0.8 * s[..., 1])),
        _constant(0.1, 0.05),
        (0.0, 0.0),
        {"v: v": 3, "v: w": -3, "v: v^3": -1, "w: 1": 0.24, "w: v": 0.4, "w: w": -0.32},
        "poly:3",
        (0.02, 7500),
        (0.02, 1500),
    ),
}


def _hopf(s: np.ndarray, growth: float, turn: float) -> np.ndarray:
    x, y = s[..., 0], s[..., 1]
    r = x**2 + y**2
    return _stack((growth - r) * x - turn * y, turn * x + (growth - r) * y)


def recordings(system: System, step: float, count: int, repetitions: int, seed: int, fine: int = 10) -> np.ndarray:
    """Return values of shape (repetitions, count + 1, dim), all stepped together."""
    rng = np.random.default_rng(seed)
    h = step / fine
    x = np.tile(np.array(system.start), (repetitions, 1))
    values = np.empty((repetitions, count + 1, x.shape[1]))
    values[:, 0] = x
    for k in range(count):
        for _ in range(fine):
            kick = np.sqrt(2 * h * system.diffusion(x)) * rng.standard_normal(x.shape)
            x = x + h * system.drift(x) + kick
        values[:, k + 1] = x
    return values


def judge(system: System, values: np.ndarray, step: float, **options: object) -> tuple[np.ndarray, float]:
    """Return counts (right, wrong present, wrong absent, right absent) for both grades, shape (2, 4), and seconds of processor time."""
    track = Trajectory(values, step * np.arange(len(values)), ("times", "dim"), about={"names": list(system.names)})
    began = time.process_time()
    known = "p: v=1; p: *" if system.names == ("p", "v") else None
    found = discover_equation(track, library=system.library, diffusion=system.spread, known=known, rng=0, **options)  # type: ignore[arg-type]
    seconds = time.process_time() - began
    counts = np.zeros((2, 4), int)
    for entry in found.entries:
        if ": D " in entry.name or entry.basis == "known" or entry.decision not in ("present", "absent"):
            continue
        truth = system.truth.get(entry.name, 0.0)
        if entry.decision == "present":
            place = 0 if truth * (entry.estimate or 0) > 0 else 1
        else:
            place = 2 if truth else 3
        for grade in (0, 1) if entry.basis == "likelihood" else (1,):
            counts[grade, place] += 1
    return counts, seconds


def calibrate(names: list[str], conditions: list[str], repetitions: int, seed: int) -> None:
    """Print one line a system and condition."""
    print(
        "| system | condition | R | true | likelihood: found, wrong, share | both grades: found, wrong, share | recordings with a decision | ms |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name in names:
        system = (TOLD | HELD)[name]
        for condition in conditions:
            step, count = system.short if condition == "short" else system.long
            values = recordings(system, step, count, repetitions, seed)
            if condition == "noisy":
                size = np.sqrt(np.mean((values[:, 1:] - values[:, :-1]) ** 2, (0, 1)))
                values = values + size * np.random.default_rng(seed + 1).standard_normal(values.shape)
            rows = [judge(system, one, step) for one in values]
            total = np.sum([counts for counts, _ in rows], axis=0)
            decided = sum(bool(counts[1].sum()) for counts, _ in rows)
            cells = []
            for grade in (0, 1):
                right, false, missed, _ = total[grade]
                wrong = false + missed
                share = np.mean([(c[grade, 1] + c[grade, 2]) / max(1, c[grade].sum()) for c, _ in rows])
                cells.append(f"{right / repetitions:.2f}, {wrong / repetitions:.3f}, {share:.3f}")
            seconds = 1000 * np.mean([s for _, s in rows])
            print(
                f"| {name} | {condition} | {repetitions} | {len(system.truth)} | {cells[0]} | {cells[1]} | {decided / repetitions:.2f} | {seconds:.0f} |",
                flush=True,
            )


def speed() -> None:
    """Print processor seconds for recordings of 10⁴ and 10⁶ points."""
    for name in ("dwell_hot", "vanderpol"):
        for count in (10_000, 1_000_000):
            values = recordings(TOLD[name], 0.02, count, 1, 3, fine=1)[0]
            _, seconds = judge(TOLD[name], values, 0.02)
            print(f"| {name} | {count} | {seconds:.2f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["calibrate", "speed"])
    parser.add_argument("--repetitions", type=int, default=200)
    parser.add_argument("--systems", default=",".join([*TOLD, *HELD]))
    parser.add_argument("--conditions", default="long,short,noisy")
    parser.add_argument("--seed", type=int, default=20261127)
    options = parser.parse_args()
    if options.what == "speed":
        speed()
    else:
        calibrate(options.systems.split(","), options.conditions.split(","), options.repetitions, options.seed)


if __name__ == "__main__":
    main()
