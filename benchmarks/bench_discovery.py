"""Discovery put to the test, each kind of recording from random laws that nothing was tuned to.

    python -m benchmarks.bench_discovery [KIND …] [--seed N]              (five minutes for all on one core)

For every kind: how many findings hold a wrong decision, how often the cause is named right, and how many entries are decided.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from benchmarks.measuring import Row, show
from evolaw.automata import Rule, evolve
from evolaw.discovery import Finding, discover
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.trajectory import Trajectory

SPACES = ("outer-totalistic", "isotropic", "general")
SEED = 2026


@dataclass
class Trial:
    """One recording and the right answer.

    Attributes:
        recording: what is asked about.
        space: the rule space it is asked in.
        law: the truth, one probability an entry; NaN where no decision is right.
        causes: the right causes.
        options: what is declared.
        told: whether the sentences of the failed checks name the right time or place.
        cell: the cell of the table, where a kind has several.
    """

    recording: Trajectory
    space: RuleSpace
    law: np.ndarray
    causes: set[str]
    options: dict[str, Any] = field(default_factory=dict)
    told: Callable[[str], bool] = lambda says: True
    cell: str = ""


def random_law(seed: int, kind: str, space: str) -> tuple[np.random.Generator, RuleSpace, np.ndarray]:
    """Return a source of chance, a space and a random law of it."""
    chance, held = np.random.default_rng([SEED, seed, sum(map(ord, kind))]), RuleSpace.named(space)
    return chance, held, chance.integers(0, 2, len(held)).astype(float)


def soup(chance: np.random.Generator, rows: int, cols: int) -> np.ndarray:
    """Return a start of a random density from .2 to .5."""
    return (chance.random((rows, cols)) < chance.uniform(0.2, 0.5)).astype(np.uint8)


def wider_soup(chance: np.random.Generator, rows: int, cols: int) -> np.ndarray:
    """Return a start of a random density from .1 to .6."""
    return (chance.random((rows, cols)) < chance.uniform(0.1, 0.6)).astype(np.uint8)


def crops(count: int = 200) -> Iterator[Trial]:
    """Windows of a larger world, 8 x 8 to 40 x 40, 2 to 13 frames; the edge declared unknown, or not stated."""
    for seed in range(count):
        chance, space, law = random_law(seed, "crops", SPACES[seed % 3])
        film = evolve(space.rule(law), soup(chance, 96, 96), int(chance.integers(1, 13)))
        rows, cols = (int(side) for side in chance.integers(8, 41, 2))
        boundary = None if seed % 2 else "window"
        part = replace(film, values=film.values[:, 20 : 20 + rows, 30 : 30 + cols], boundary=None, law=None)
        yield Trial(part, space, law, {"sound"}, {"boundary": boundary})


def steps(count: int = 210) -> Iterator[Trial]:
    """One bad step or frame in 6 to 21, all spaces, 10 x 10 to 40 x 40 cells; torus, plane, window, or an edge not stated.

    Foreign or blank first frame, foreign last, foreign, lost, doubled or half-written frame.
    """
    kinds = ("foreign first", "blank first", "foreign last", "foreign", "lost", "doubled", "half written")
    for seed in range(count):
        chance, space, law = random_law(seed, "steps", SPACES[seed % 3])
        rows, cols = (int(side) for side in chance.integers(10, 41, 2))
        edge = (None, "torus", "plane", "window")[int(chance.integers(0, 4))]
        margin = 15 if edge == "window" else 0
        board = wider_soup(chance, rows + 2 * margin, cols + 2 * margin)
        run = "plane" if edge == "plane" else "torus"
        film = evolve(space.rule(law), board, int(chance.integers(5, 20)), boundary=run)
        whole = film.values[:, margin : margin + rows, margin : margin + cols]
        values, at = whole.copy(), int(chance.integers(2, len(film) - 2))
        kind, bad = kinds[seed // 3 % 7], {at - 1, at}
        if kind == "blank first":
            values, bad = np.concatenate([0 * values[:1], values]), {0}
        elif kind == "lost":
            values, bad = np.delete(values, at, 0), {at - 1}
        elif kind == "doubled":
            values, bad = np.insert(values, at, values[at], 0), {at}
        elif kind == "half written":
            values[at, rows // 2 :] = values[at - 1, rows // 2 :]
        else:
            place = {"foreign first": 0, "foreign last": len(film) - 1, "foreign": at}[kind]
            values[place], bad = wider_soup(chance, rows, cols), {max(place - 1, 0), min(place, len(film) - 2)}
        inside = slice(1, -1) if edge == "window" else slice(None)
        if _follows(space.rule(law), values, run, inside):
            continue  # the law itself makes what was written: nothing is wrong
        recording = replace(_recording(values), boundary=edge)
        told = partial(names_step, bad=bad)
        yield Trial(recording, space, law, {"step", "equal frames"}, told=told)


def regions(count: int = 100) -> Iterator[Trial]:
    """A row or a patch of stuck cells, or another law in a part of the board; all spaces, 16 x 16 to 40 x 40 cells."""
    for seed in range(count):
        chance, space, law = random_law(seed, "regions", SPACES[seed % 3])
        rows, cols = (int(side) for side in chance.integers(16, 41, 2))
        frames = [wider_soup(chance, rows, cols)]
        high, wide = (int(chance.integers(2, side // 3)) for side in (rows, cols))
        top, left = int(chance.integers(0, rows - high)), int(chance.integers(0, cols - wide))
        inside = np.zeros((rows, cols), bool)
        kind = seed // 3 % 3
        if kind == 0:
            inside[top] = True
        else:
            inside[top : top + high, left : left + wide] = True
        other = space.rule(chance.integers(0, 2, len(space)).astype(float))
        for _ in range(int(chance.integers(6, 20))):
            after = evolve(space.rule(law), frames[-1], 1).final
            if kind == 2:
                after = np.where(inside, evolve(other, frames[-1], 1).final, after)
            frames.append(after)
        values = np.array(frames)
        if kind < 2:
            values[:, inside] = int(chance.integers(0, 2))
        if _follows(space.rule(law), values, "torus", slice(None)):
            continue
        yield Trial(_recording(values), space, law, {"region"}, told=partial(names_region, inside=inside))


def blocks(count: int = 100) -> Iterator[Trial]:
    """Random reversible block automata on 16 x 16 to 40 x 40 boards, 6 to 20 steps, asked about in all spaces."""
    for seed in range(count):
        chance, space, _ = random_law(seed, "blocks", SPACES[seed % 3])
        rows, cols = (2 * int(side) for side in chance.integers(8, 21, 2))
        law, frames = chance.permutation(16), [wider_soup(chance, rows, cols)]
        for step in range(int(chance.integers(6, 20))):
            moved = np.roll(frames[-1], -(step % 2), (0, 1))
            number = law[8 * moved[::2, ::2] + 4 * moved[::2, 1::2] + 2 * moved[1::2, ::2] + moved[1::2, 1::2]]
            new = np.zeros_like(moved)
            for place, (row, col) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
                new[row::2, col::2] = number >> (3 - place) & 1
            frames.append(np.roll(new, step % 2, (0, 1)))
        yield Trial(_recording(np.array(frames)), space, np.full(len(space), np.nan), {"blocks"})


def coins(count: int = 60) -> Iterator[Trial]:
    """Laws with 1 coin to a third of all entries, of .5 to .99, on boards of 12 x 12 and four frames: ``count`` laws a cell."""
    for space_name, numbers in (("isotropic", (1, 3, 10, 31)), ("outer-totalistic", (1, 8))):
        for number in numbers:
            for theta in (0.5, 0.9, 0.97, 0.99):
                for seed in range(count):
                    chance, space, law = random_law(seed, f"coins {space_name} {number} {theta}", space_name)
                    place = chance.permutation(len(law))[:number]
                    law[place] = np.where(chance.random(number) < 0.5, theta, 1 - theta)
                    film = evolve(space.rule(law), soup(chance, 12, 12), 3, rng=seed)
                    named = f"{number} of {len(law)}, {theta}"
                    yield Trial(replace(film, law=None), space, law, {"sound", "coins", "unclear"}, cell=named)


def halves(count: int = 60) -> Iterator[Trial]:
    """A law whose coins change half-way, .8 to .2 or .9 to .3, on boards of 24 to 40 and 12 to 20 frames."""
    for seed in range(count):
        chance, space, law = random_law(seed, "halves", SPACES[seed % 2])
        place = chance.permutation(len(law))[: int(chance.integers(1, 1 + len(law) // 6))]
        first, second = ((0.8, 0.2), (0.9, 0.3))[seed // 2 % 2]
        rows, cols = (int(side) for side in chance.integers(24, 41, 2))
        number = int(chance.integers(6, 11))
        law[place] = first
        one = evolve(space.rule(law), soup(chance, rows, cols), number, rng=seed)
        law[place] = second
        two = evolve(space.rule(law), one.final, number, rng=seed + 1)
        law[place] = 0.5
        yield Trial(_recording(np.concatenate([one.values, two.values[1:]])), space, law, {"time"})


def sides(count: int = 60) -> Iterator[Trial]:
    """Two laws side by side on boards of 20 to 40, 8 to 15 frames, in all spaces."""
    for seed in range(count):
        chance, space, law = random_law(seed, "sides", SPACES[seed % 3])
        other = chance.integers(0, 2, len(law)).astype(float)
        rows, cols = (int(side) for side in chance.integers(20, 41, 2))
        frames = [soup(chance, rows, cols)]
        inside = np.arange(cols) < int(chance.integers(cols // 3, 2 * cols // 3))
        side = np.tile(inside, (rows, 1))
        for _ in range(int(chance.integers(8, 15))):
            both = (evolve(space.rule(each), frames[-1], 1).final for each in (law, other))
            frames.append(np.where(inside, *both))
        law[law != other] = np.nan
        yield Trial(_recording(np.array(frames)), space, law, {"region"}, told=partial(names_region, inside=side))


def edges(count: int = 120) -> Iterator[Trial]:
    """A plane, a cut-out or a shifted torus of which nothing is said: isotropic laws, 16 x 16, six frames."""
    for seed in range(count):
        chance, space, law = random_law(seed, "edges", "isotropic")
        edge = ("plane", "window", "torus+3,0")[seed % 3]
        board = soup(chance, *((64, 64) if edge == "window" else (16, 16)))
        film = evolve(space.rule(law), board, 5, boundary="torus" if edge == "window" else edge)
        values = film.values[:, 20:36, 20:36] if edge == "window" else film.values
        yield Trial(replace(film, values=values, boundary=None, law=None), space, law, {"sound", "boundary"})


def skipped(count: int = 60) -> Iterator[Trial]:
    """Every second or third generation, undeclared, of outer-totalistic laws on boards of 16 to 40, 8 to 15 frames."""
    for seed in range(count):
        chance, space, law = random_law(seed, "skipped", "outer-totalistic")
        rows, cols = (int(side) for side in chance.integers(16, 41, 2))
        every = (3, 3, 2)[seed % 3]
        film = evolve(space.rule(law), soup(chance, rows, cols), every * int(chance.integers(8, 15)), every=every)
        yield Trial(_recording(film.values), space, law, {"skipped frames"})


def sound(count: int = 600) -> Iterator[Trial]:
    """Complete recordings of random laws of all spaces, 8 x 8 to 64 x 64, 2 to 13 frames."""
    for seed in range(count):
        chance, space, law = random_law(seed, "sound", SPACES[seed % 3])
        rows, cols = (int(side) for side in chance.integers(8, 65, 2))
        film = evolve(space.rule(law), soup(chance, rows, cols), int(chance.integers(1, 13)))
        yield Trial(replace(film, law=None), space, law, {"sound"}, cell=space.name)


def names_step(says: str, bad: set[int]) -> bool:
    """Return whether a sentence names a bad step by its frames."""
    single = re.search(r"step from frame (\d+) to", says)
    frame = re.search(r"into and out of frame (\d+)", says)
    if single or frame:
        named = {int(single[1])} if single else {int(frame[1]) - 1, int(frame[1])}  # type: ignore[index]
    else:
        named = {int(first) for first, _ in re.findall(r"(\d+) to (\d+)", says.split("Without")[0])}
    return bool(named & bad)


def names_region(says: str, inside: np.ndarray) -> bool:
    """Return whether the named rows and columns have half of their union in common with the bad cells, or with those that see them.

    Of two laws side by side either side may be named.
    """
    spans = []
    for word, size in zip(("row", "column"), inside.shape, strict=True):
        found = re.search(rf"{word}s? (\d+)(?: to (\d+))?", says.split("Without")[0])
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, size - 1)
        at = np.arange(size)
        spans.append((at >= first) & (at <= last) if first <= last else (at >= first) | (at <= last))
    box = spans[0][:, None] & spans[1][None]
    shares = []
    for part in (inside, ~inside):
        seeing = np.any([np.roll(part, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)], axis=0)
        shares += [(box & place).sum() / (box | place).sum() for place in (part, seeing)]
    return max(shares) >= 0.5


def wrong(finding: Finding, law: np.ndarray) -> int:
    """Return how many decisions are wrong; where the law is of another world, every decision is."""
    count = 0
    for entry, theta in zip(finding.entries, law, strict=True):
        right = {"present": theta == 1, "absent": theta == 0, "probabilistic": 0 < theta < 1}
        count += not right.get(entry.decision, True)
    return count


def _follows(rule: Rule, values: np.ndarray, boundary: str, inside: slice) -> bool:
    """Whether the rule leads from each frame to the next, at the cells inside."""
    after = np.array([evolve(rule, board, 1, boundary=boundary).final for board in values[:-1]])
    return bool((after == values[1:])[:, inside, inside].all())


def _recording(values: np.ndarray) -> Trajectory:
    return Trajectory(values.astype(np.uint8), np.arange(len(values)), ("times", "rows", "cols"), boundary="torus")


KINDS = {
    "crops": crops,
    "steps": steps,
    "regions": regions,
    "blocks": blocks,
    "coins": coins,
    "halves": halves,
    "sides": sides,
    "edges": edges,
    "skipped": skipped,
    "sound": sound,
}


@dataclass
class _Tally:
    """What the findings of one kind were like."""

    shares: list[float] = field(default_factory=list)
    wrongs: int = 0
    decided: list[float] = field(default_factory=list)
    named: int = 0
    otherwise: Counter[str] = field(default_factory=Counter)

    def add(self, finding: Finding, trial: Trial) -> None:
        errors, cause = wrong(finding, trial.law), str(finding.facts["cause"])
        made = sum(len(finding.of(each)) for each in ("present", "absent", "probabilistic"))
        self.wrongs += errors > 0
        self.shares.append(errors / max(1, made))
        self.decided.append(made / len(trial.law))
        named = cause in trial.causes
        told = trial.told(" ".join(check.says for check in finding.failed))
        self.named += named and told
        if not (named and told):
            self.otherwise["elsewhere" if named else cause if finding.failed else "no contradiction"] += 1

    def row(self, name: str) -> Row:
        count = len(self.shares)
        return {
            "kind": name,
            "findings": count,
            "with a wrong decision": self.wrongs,
            "wrong among decided": f"{np.mean(self.shares):.4f}",
            "entries decided": f"{np.mean(self.decided):.2f}",
            "cause named right": f"{self.named} ({self.named / count:.1%})",
            "named otherwise": ", ".join(f"{cause} {times}" for cause, times in self.otherwise.most_common()),
        }


def run(names: tuple[str, ...] = tuple(KINDS)) -> list[Row]:
    """Return one row a kind of recording, or several where a kind has cells."""
    return [row for name in names for row in _rows(name)]


def _rows(name: str) -> Iterator[Row]:
    tallies: dict[str, _Tally] = {}
    for trial in KINDS[name]():
        if np.unique(trial.recording.values).size < 2:
            continue
        finding = discover(trial.recording, trial.space, rng=0, **trial.options)
        tallies.setdefault(f"{name} {trial.cell}".strip(), _Tally()).add(finding, trial)
    return (tally.row(cell) for cell, tally in tallies.items())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("kinds", nargs="*", default=tuple(KINDS), choices=tuple(KINDS), metavar="KIND")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    SEED = asked.seed
    show("discovery", run(tuple(asked.kinds)))
