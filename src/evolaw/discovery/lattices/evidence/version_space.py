"""Version spaces: all deterministic laws of a space that explain what was seen, by search with proofs.

    version space V = { theta in {0, 1}^entries : some course of the hidden cells fits the frames }

A depth-first search assigns one entry after the other and propagates (`constraints`). A branch ends in a contradiction, which
proves that no law of V lies in it, or with every cell known, which leaves the entries still open free: a *cube* of 2^open
laws, all in V. A search that came to its end has cut V into disjoint cubes, and counts it exactly.

When V is too large to be searched through, `skipped_frames` asks the question entry by entry: is there a law in V with the other
value? Only a finished search that found none settles the entry; one stopped by its budget leaves it open. So no decision rests
on a search that gave up.

References: mitchell1982 (version spaces), jeroslow1990 (the branching rule's weights 2^-length), elser2021.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from evolaw.discovery.lattices.evidence.constraints import OPEN, Film, Knowledge, propagate
from evolaw.discovery.lattices.model.rule_space import RuleSpace

__all__ = ["Search", "explore", "sift"]

_UNSEEN = 0.1


@dataclass
class Search:
    """What a search found.

    Attributes:
        cubes: entry values 0, 1 or `OPEN` (free), one array (entries,) a cube.
        finished: whether the whole space was searched, so that ``cubes`` is the version space.
        nodes: how many branches were looked at.
    """

    cubes: list[np.ndarray] = field(default_factory=list)
    finished: bool = True
    nodes: int = 0


def sift(
    space: RuleSpace,
    films: list[Film],
    knowledge: Knowledge,
    *,
    nodes: int,
    generator: np.random.Generator,
    most: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Search:
    """Search the laws that fit all films, one film after the other: each sifts the laws the earlier ones left.

    The arguments are those of `explore`. With ``most``, that many laws that fit all films are looked for.
    """
    total = Search(cubes=[knowledge.theta.copy()])
    for place, (film, cells) in enumerate(zip(films, knowledge.cells, strict=True)):
        limit = most if place == len(films) - 1 else None
        before, total.cubes = total.cubes, []
        for cube in before:
            found = explore(
                space,
                [film],
                Knowledge(cube.copy(), [cells.copy()]),
                nodes=nodes - total.nodes,
                generator=generator,
                most=limit if limit is None else limit - len(total.cubes),
                progress=_shifted(progress, total.nodes),
            )
            total.nodes += found.nodes
            total.cubes += found.cubes
            if not found.finished:
                # Laws of the earlier films only are no solutions; those found on the last one are.
                total.finished = False
                total.cubes = total.cubes if place == len(films) - 1 else []
                return total
    return total


def explore(
    space: RuleSpace,
    films: list[Film],
    knowledge: Knowledge,
    *,
    nodes: int,
    generator: np.random.Generator,
    most: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Search:
    """Search the laws that agree with what is known.

    Args:
        space: rule space.
        films: the constraints, one a recording.
        knowledge: what is known; it is not changed.
        nodes: stop, unfinished, after so many branches.
        generator: chooses which value of an entry is tried first.
        most: stop, unfinished, after so many cubes; None for no limit.
        progress: called with the number of nodes so far.

    Notes:
        Cost: one propagation a node. The result depends on the generator only in order, if the search finishes.
    """
    found = Search()
    stack = [(knowledge.copy(), -1, OPEN)]
    while stack:
        if found.nodes >= nodes or (most is not None and len(found.cubes) >= most):
            found.finished = False
            break
        here, entry, value = stack.pop()
        if entry >= 0:
            here = here.copy()
            here.theta[entry] = value
        found.nodes += 1
        if progress is not None:
            progress(found.nodes)
        if not propagate(space, films, here):
            continue
        entry = _branch(space, films, here)
        if entry < 0:
            found.cubes.append(here.theta.copy())
            continue
        first = int(generator.integers(2))
        stack += [(here, entry, 1 - first), (here, entry, first)]
    return found


def _branch(space: RuleSpace, films: list[Film], here: Knowledge) -> int:
    """The open entry on which most nearly determined constraints wait; -1 when no open cell waits for one."""
    weight = np.zeros(len(space))
    for film, cells in zip(films, here.cells, strict=True):
        for frame in range(film.frames - 1):
            inputs = cells[frame][film.neighbours]
            waiting = np.flatnonzero((inputs != OPEN).all(1) & (cells[frame + 1, :-1] == OPEN))
            if not waiting.size:
                continue
            entry = space.entries_at(inputs[waiting])
            gain = np.full(waiting.size, _UNSEEN)
            if frame + 2 < film.frames:
                lacking = (cells[frame + 1][film.neighbours] == OPEN).sum(1)
                worth = 2.0**-lacking * np.where(cells[frame + 2, :-1] == OPEN, _UNSEEN, 1.0)
                users = film.users[waiting]
                gain = np.where(users >= 0, worth[users], 0).sum(1)
            weight += np.bincount(entry, gain, minlength=len(space))
    weight[here.theta != OPEN] = 0
    return int(weight.argmax()) if weight.any() else -1


def _shifted(progress: Callable[[int], None] | None, base: int) -> Callable[[int], None] | None:
    return None if progress is None else lambda done: progress(base + done)
