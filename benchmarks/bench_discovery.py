"""Discovery put to the test: crops, one bad step, bad regions, block automata, each from random laws that nothing was tuned to.

    python -m benchmarks.bench_discovery [crops] [steps] [regions] [blocks] [coins]        (half an hour for all on one core)

For every kind: how many findings hold a wrong decision, how often the cause is named right, and how many entries are decided.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmarks.measuring import Row, show
from evolaw.automata import evolve
from evolaw.discovery import Finding, discover
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.trajectory import Trajectory

SPACES = ("outer-totalistic", "isotropic", "general")
Trial = tuple[Trajectory, RuleSpace, np.ndarray, set[str], dict[str, object]]


def random_law(seed: int, kind: str, space: str) -> tuple[np.random.Generator, RuleSpace, np.ndarray]:
    """Return a source of chance, a space and a random law of it."""
    chance, held = np.random.default_rng([seed, sum(map(ord, kind))]), RuleSpace.named(space)
    return chance, held, chance.integers(0, 2, len(held)).astype(float)


def soup(chance: np.random.Generator, rows: int, cols: int) -> np.ndarray:
    """Return a start of a random density from .2 to .5."""
    return (chance.random((rows, cols)) < chance.uniform(0.2, 0.5)).astype(np.uint8)


def crops(count: int = 200) -> Iterator[Trial]:
    """Windows of a larger world, 8 x 8 to 40 x 40, 2 to 13 frames; the edge declared unknown, or not stated."""
    for seed in range(count):
        chance, space, law = random_law(seed, "crops", SPACES[seed % 3])
        film = evolve(space.rule(law), soup(chance, 96, 96), int(chance.integers(1, 13)))
        rows, cols = (int(side) for side in chance.integers(8, 41, 2))
        boundary = None if seed % 2 else "window"
        part = replace(film, values=film.values[:, 20 : 20 + rows, 30 : 30 + cols], boundary=None, law=None)
        yield part, space, law, {"sound"}, {"boundary": boundary}


def steps(count: int = 200) -> Iterator[Trial]:
    """One foreign or blank first frame, foreign last, foreign, lost, doubled or half-written frame in 8 to 15."""
    for seed in range(count):
        chance, space, law = random_law(seed, "steps", SPACES[seed % 2])
        rows, cols = (int(side) for side in chance.integers(16, 41, 2))
        film = evolve(space.rule(law), soup(chance, rows, cols), int(chance.integers(8, 15)))
        values, at = film.values.copy(), int(chance.integers(2, len(film) - 2))
        kind = ("foreign first", "blank first", "foreign last", "foreign", "lost", "doubled", "half written")[seed % 7]
        if kind == "blank first":
            values = np.concatenate([0 * values[:1], values])
        elif kind == "lost":
            values = np.delete(values, at, 0)
        elif kind == "doubled":
            values = np.insert(values, at, values[at], 0)
        elif kind == "half written":
            values[at, rows // 2 :] = values[at - 1, rows // 2 :]
        else:
            values[{"foreign first": 0, "foreign last": -1, "foreign": at}[kind]] = soup(chance, rows, cols)
        yield _recording(values), space, law, {"step", "equal frames"}, {}


def regions(count: int = 100) -> Iterator[Trial]:
    """A row or a patch of stuck cells, or another law in a part of the board."""
    for seed in range(count):
        chance, space, law = random_law(seed, "regions", SPACES[seed % 2])
        rows, cols = (int(side) for side in chance.integers(20, 41, 2))
        frames = [soup(chance, rows, cols)]
        high, wide = (int(chance.integers(2, side // 3)) for side in (rows, cols))
        top, left = int(chance.integers(0, rows - high)), int(chance.integers(0, cols - wide))
        inside = np.zeros((rows, cols), bool)
        kind = seed % 3
        if kind == 0:
            inside[top] = True
        else:
            inside[top : top + high, left : left + wide] = True
        other = space.rule(chance.integers(0, 2, len(space)).astype(float))
        for _ in range(int(chance.integers(8, 15))):
            after = evolve(space.rule(law), frames[-1], 1).final
            if kind == 2:
                after = np.where(inside, evolve(other, frames[-1], 1).final, after)
            frames.append(after)
        values = np.array(frames)
        if kind < 2:
            values[:, inside] = int(chance.integers(0, 2))
        yield _recording(values), space, law, {"region"}, {}


def blocks(count: int = 100) -> Iterator[Trial]:
    """Random reversible block automata on 16 x 16 to 40 x 40 boards, 8 to 15 steps."""
    for seed in range(count):
        chance, space, _ = random_law(seed, "blocks", SPACES[seed % 2])
        rows, cols = (2 * int(side) for side in chance.integers(8, 21, 2))
        law, frames = chance.permutation(16), [soup(chance, rows, cols)]
        for step in range(int(chance.integers(8, 15))):
            moved = np.roll(frames[-1], -(step % 2), (0, 1))
            number = law[8 * moved[::2, ::2] + 4 * moved[::2, 1::2] + 2 * moved[1::2, ::2] + moved[1::2, 1::2]]
            new = np.zeros_like(moved)
            for place, (row, col) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
                new[row::2, col::2] = number >> (3 - place) & 1
            frames.append(np.roll(new, step % 2, (0, 1)))
        yield _recording(np.array(frames)), space, np.full(len(space), np.nan), {"blocks"}, {}


def coins(count: int = 240) -> Iterator[Trial]:
    """Isotropic laws with 1 to 31 coins of .5 to .99 on boards of 12 x 12 and four frames."""
    for seed in range(count):
        chance, space, law = random_law(seed, "coins", "isotropic")
        number, theta = (1, 3, 10, 31)[seed % 4], (0.5, 0.9, 0.97, 0.99)[seed // 4 % 4]
        place = chance.permutation(len(law))[:number]
        law[place] = np.where(chance.random(number) < 0.5, theta, 1 - theta)
        film = evolve(space.rule(law), soup(chance, 12, 12), 4, rng=seed)
        yield replace(film, law=None), space, law, {"sound", "coins", "unclear"}, {}


def wrong(finding: Finding, law: np.ndarray) -> int:
    """Return how many decisions are wrong; where the law is of another world, every decision is."""
    count = 0
    for entry, theta in zip(finding.entries, law, strict=True):
        right = {"present": theta == 1, "absent": theta == 0, "probabilistic": 0 < theta < 1}
        count += not right.get(entry.decision, True)
    return count


def _recording(values: np.ndarray) -> Trajectory:
    return Trajectory(values.astype(np.uint8), np.arange(len(values)), ("times", "rows", "cols"), boundary="torus")


KINDS = {"crops": crops, "steps": steps, "regions": regions, "blocks": blocks, "coins": coins}


def run(names: tuple[str, ...] = tuple(KINDS)) -> list[Row]:
    """Return one row a kind of recording."""
    return [_row(name) for name in names]


def _row(name: str) -> Row:
    wrongs = decided = named = entries = 0
    shares: list[float] = []
    causes: Counter[str] = Counter()
    for film, space, law, expected, options in KINDS[name]():
        if np.unique(film.values).size < 2:
            continue
        finding = discover(film, space, rng=0, **options)
        errors, cause = wrong(finding, law), str(finding.facts["cause"])
        made = sum(len(finding.of(each)) for each in ("present", "absent", "probabilistic"))
        entries, decided, wrongs = entries + len(space), decided + made, wrongs + (errors > 0)
        shares.append(errors / max(1, made))
        named += cause in expected
        if cause not in expected:
            causes[cause if finding.failed else "no contradiction"] += 1
    return {
        "kind": name,
        "findings": len(shares),
        "with a wrong decision": wrongs,
        "wrong among decided": f"{np.mean(shares):.4f}",
        "entries decided": f"{decided / max(1, entries):.2f}",
        "cause named right": f"{named} ({named / max(1, len(shares)):.1%})",
        "named otherwise": ", ".join(f"{cause} {times}" for cause, times in causes.most_common()),
    }


if __name__ == "__main__":
    show("discovery", run(tuple(sys.argv[1:]) or tuple(KINDS)))
