"""Discovery by rollout: how often it is right, wrong and undecided, and what it costs in processor seconds.

densities     Life against HighLife from the density of 64 x 64 boards over 64 generations, B6 and more entries open
skipped       every third generation of a 32 x 32 board from density 0.4, eight frames, a share of the 102 entries known:
              laws drawn blindly, and laws proposed by a network trained on the recording
imperfect     the same boards with cells missing or misread, every generation and every second and third, half of the entries
              known: by rollouts, and by the evidence chosen unasked ("auto")
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.measuring import Row
from evolaw.arrays import MISSING
from evolaw.automata import evolve
from evolaw.discovery import Finding, Flips, RuleSpace, discover, discover_series, series_of
from evolaw.learning import orbit_simulator
from evolaw.trajectory import Trajectory

REPEATS = 10
LAWS = 5
SIDE, STEPS = 64, 64
IMPERFECT = [
    *((missing, 0.0, every) for missing in (0.2, 0.5) for every in (1, 2, 3)),
    *((0.0, flips, every) for flips in (0.02, 0.05) for every in (1, 2)),
]
"""(share of missing cells, chance of a misread one, generations from frame to frame)."""


def run() -> list[Row]:
    densities = [
        densities_row(runs, density, names)
        for runs, density, names in [
            (30, 0.35, ["B6"]),
            (10, 0.35, ["B6"]),
            (5, 0.35, ["B6"]),
            (30, 0.1, ["B6"]),
            (10, 0.1, ["B6"]),
            (30, 0.35, ["B6", "S4"]),
            (30, 0.35, ["B5", "B6", "S4", "S6"]),
        ]
    ]
    skipped = [
        skipped_row(share, network)
        for share, network in [(0.5, False), (0.4, False), (0.3, False), (0.3, True), (0.2, True)]
    ]
    imperfect = [
        imperfect_row(missing, flips, every, evidence)
        for missing, flips, every in IMPERFECT
        for evidence in ("rollout", "auto")
    ]
    return [*densities, *skipped, *imperfect]


def densities_row(runs: int, density: float, names: Sequence[str]) -> Row:
    """Half of the repeats are Life, half HighLife; all entries but the named ones are known."""
    space = RuleSpace.named("outer-totalistic")
    total, began = np.zeros(3, int), time.process_time()
    for repeat in range(REPEATS):
        high = repeat % 2
        truth = {name: int(name in ("B3", "S2", "S3") or (name == "B6" and high == 1)) for name in space.names}
        start = np.random.default_rng([repeat, runs, round(100 * density)]).random((runs, SIDE, SIDE)) < density
        film = evolve("B36/S23" if high else "B3/S23", start.astype(np.uint8), STEPS)
        known = {name: value for name, value in truth.items() if name not in names}
        finding = discover_series(series_of(film, start_density=density), space, known=known, rng=repeat)
        total += _count(finding, truth, names)
    load = f"densities, {runs} runs from {density:g}, open {' '.join(names)}"
    return _row(load, total, (time.process_time() - began) / REPEATS)


def skipped_row(share: float, network: bool) -> Row:
    """Random isotropic laws, the known entries drawn at random."""
    total, began = np.zeros(3, int), time.process_time()
    for number in range(LAWS):
        truth, known, film, _ = _skipped(number, share, 3)
        simulator = orbit_simulator if network else None
        finding = discover(film, "isotropic", known=known, evidence="rollout", simulator=simulator, rng=0)
        total += _count(finding, truth, [name for name in truth if name not in known])
    load = f"skipped, {share:.0%} known, laws {'by a network' if network else 'drawn blindly'}"
    return _row(load, total, (time.process_time() - began) / LAWS)


def imperfect_row(missing: float, flips: float, every: int, evidence: str) -> Row:
    """Random isotropic laws on imperfect recordings, half of the entries known."""
    total, began = np.zeros(3, int), time.process_time()
    for number in range(LAWS):
        truth, known, film, chance = _skipped(number, 0.5, every)
        values = film.values ^ (chance.random(film.values.shape) < flips) if flips else film.values
        if missing:
            values = np.where(chance.random(values.shape) < missing, MISSING, values)
        spoiled = replace(film, values=values.astype(np.uint8))
        finding = discover(
            spoiled, "isotropic", known=known, observed=Flips(flips) if flips else None, evidence=evidence, rng=0
        )
        total += _count(finding, truth, [name for name in truth if name not in known])
    load = f"{missing:.0%} missing, {flips:.0%} misread, every {every}, {evidence}"
    return _row(load, total, (time.process_time() - began) / LAWS)


def _skipped(
    number: int, share: float, every: int
) -> tuple[dict[str, int], dict[str, int], Trajectory, np.random.Generator]:
    """A random isotropic law, a share of its entries, eight frames of it, and the generator for what spoils them."""
    space = RuleSpace.named("isotropic")
    chance = np.random.default_rng(1000 + number)
    law = chance.integers(0, 2, len(space))
    start = (chance.random((32, 32)) < 0.4).astype(np.uint8)
    film = evolve(space.rule(law), start, 7 * every, every=every)
    truth = dict(zip(space.names, law.tolist(), strict=True))
    told = chance.permutation(102)[: round(102 * share)]
    return truth, {space.names[place]: int(law[place]) for place in told}, film, chance


def _count(finding: Finding, truth: Mapping[str, int], names: Sequence[str]) -> np.ndarray:
    """Right, wrong and open entries among the named ones."""
    right = [finding[name].decision == ("present" if truth[name] else "absent") for name in names]
    wrong = [finding[name].decision == ("absent" if truth[name] else "present") for name in names]
    return np.array([sum(right), sum(wrong), len(names) - sum(right) - sum(wrong)])


def _row(load: str, total: np.ndarray, seconds: float) -> Row:
    return {
        "load": load,
        "right": int(total[0]),
        "wrong": int(total[1]),
        "open": int(total[2]),
        "processor s each": seconds,
    }
