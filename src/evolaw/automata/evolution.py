"""Runs of a rule: boards at the times asked for, one by one (`unroll`) or together (`evolve`).

Short runs and rules with chance take the plain step of `stepping`; long deterministic ones are left to `engine`, which equals it bit for
bit (of a Generations it steps what is alive, a generation at a time). A run resumed at a later time, or cut into batches of boards, is the same run: chance is addressed by time, board and cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import memory_limit, require_memory
from evolaw.automata.engine import bitpacked
from evolaw.automata.grid.boundaries import Boundary, parse_boundary
from evolaw.automata.rules.generations import Generations, aged, lattice_law
from evolaw.automata.rules.rule import Rule
from evolaw.automata.stepping import lattice_states, step
from evolaw.errors import ShapeError
from evolaw.randomness import Stream, source
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["evolve", "unroll"]


@told
def unroll(
    rule: Rule | Generations | str,
    start: Any,
    times: Sequence[int],
    *,
    boundary: str | Boundary = "torus",
    rng: Any = None,
    first_time: int = 0,
    first_board: int = 0,
) -> Iterator[np.ndarray]:
    """Yield the boards at each of ``times``, one after the other, holding only the newest.

    Args:
        rule: a Rule, a Generations, or the text of one.
        start: boards at ``first_time``, shape (rows, cols) or (boards, rows, cols); one axis less for a rule of a line.
        times: generations, rising strictly, from ``first_time`` on.
        boundary: see `boundaries`.
        rng: seed of chance; required for rules with chance in them, else unused.
        first_time: generation of ``start``; a resumed run continues the same chance.
        first_board: number of the first board; a run cut into batches of boards is the same run.

    Yields:
        uint8 boards shaped as ``start``.

    Notes:
        Long deterministic runs are left to `bitpacked`, which equals the plain step bit for bit.

    Example:
        >>> seed = np.zeros((6, 6), np.uint8)
        >>> seed[3, 3] = 1
        >>> [int(board.sum()) for board in unroll("B1357/S1357", seed, [0, 1, 2])]
        [1, 8, 8]
    """
    rule, boundary = lattice_law(rule), parse_boundary(boundary)
    boards, grid, stream = _start(rule, start), _times(times, first_time), _stream(rule, rng)

    updates = (grid[-1] - first_time) * boards.size
    living = rule.alive if isinstance(rule, Generations) else rule
    fast = bitpacked.supports(living, boundary) and updates >= bitpacked.WORTHWHILE

    def states() -> Iterator[np.ndarray]:
        now, clock = boards, first_time
        for time in grid:
            if fast and living is rule:
                now, clock = bitpacked.run(rule, now, time - clock, boundary=boundary), time
            while clock < time:
                if fast:
                    lit = bitpacked.run(living, (now == 1).view(np.uint8), 1, boundary=boundary)
                    now = aged(now, lit, rule.states)
                else:
                    now = step(rule, now, boundary=boundary, stream=stream, time=clock, first_board=first_board)
                clock += 1
            yield now

    return states()


@told
def evolve(
    rule: Rule | Generations | str,
    start: Any,
    steps: int,
    *,
    boundary: str | Boundary = "torus",
    every: int = 1,
    times: Sequence[int] | None = None,
    rng: Any = None,
    first_time: int = 0,
    first_board: int = 0,
) -> Trajectory:
    """Run a rule and save the boards on a grid of times.

    Args:
        rule: a Rule, a Generations, or the text of one.
        start: states 0 and 1, or those of the Generations, shape (rows, cols), or (boards, rows, cols) for many boards at once; (cells,) or
            (boards, cells) for a rule of a line.
        steps: number of generations, at least 0.
        boundary: see `boundaries`.
        every: save each so many generations; must divide ``steps``.
        times: save at these generations instead, rising strictly, from ``first_time`` to at most ``first_time + steps``.
        rng: seed of chance; required for rules with chance in them, else unused.
        first_time: generation of ``start``; a resumed run continues the same chance.
        first_board: number of the first board; a run cut into batches of boards is the same run.

    Returns:
        Trajectory of uint8 values with axes ("times", "rows", "cols"), led by "boards" if ``start`` holds several, or
        ("times", "cells") for a line.

    Raises:
        ArgumentError: the states are not the rule's, a number is out of range, chance has no seed, or the result would not
            fit into memory.

    Example:
        >>> glider = np.zeros((6, 6), np.uint8)
        >>> glider[[0, 1, 2, 2, 2], [1, 2, 0, 1, 2]] = 1
        >>> run = evolve("B3/S23", glider, 24, every=4)
        >>> bool((run.final == glider).all()), len(run)
        (True, 7)
    """
    rule, boundary = lattice_law(rule), parse_boundary(boundary)
    boards = _start(rule, start)
    grid = _grid(checks.integer(steps, "steps", least=0), every, times, first_time)
    axes = ("cells",) if rule.neighbourhood == "line" else ("rows", "cols")
    many = boards.ndim > len(axes)
    require_memory(
        "steps", float(len(grid)) * boards.size, memory_limit(), "Save fewer generations with `every`, or use `unroll`."
    )
    frames = np.empty((len(grid), *boards.shape), np.uint8)
    rng = None if rule.is_deterministic else source(rng)
    run = unroll(rule, boards, grid, boundary=boundary, rng=rng, first_time=first_time, first_board=first_board)
    for frame, saved in zip(frames, run, strict=True):
        frame[...] = saved
    frames.flags.writeable = False  # the trajectory then shares them
    return Trajectory(
        values=np.moveaxis(frames, 0, 1) if many else frames,
        times=np.array(grid),
        axes=("boards", "times", *axes) if many else ("times", *axes),
        law=rule,
        boundary=str(boundary),
        seed=rng.seed if rng else None,
    )


def _start(rule: Rule | Generations, start: Any) -> np.ndarray:
    axes = 1 if rule.neighbourhood == "line" else 2
    boards = lattice_states(start, "start", axes, rule.states)
    if boards.ndim > axes + 1:
        wanted = "(cells,) or (boards, cells)" if axes == 1 else "(rows, cols) or (boards, rows, cols)"
        raise ShapeError(f"Argument `start` must have shape {wanted} for {rule}, but has {boards.shape}.")
    return boards


def _stream(rule: Rule | Generations, rng: Any) -> Stream | None:
    return None if rule.is_deterministic else source(rng).stream("update")


def _grid(steps: int, every: int, times: Sequence[int] | None, first_time: int) -> Sequence[int]:
    if times is None:
        every = checks.integer(every, "every", least=1)
        checks.require(
            steps % every == 0, "every", f"divide steps={steps}", every, "Pass `times` for any other grid of times."
        )
        return range(first_time, first_time + steps + 1, every)
    checks.require(every == 1, "every", "be left out when `times` is given", every)
    grid = _times(times, first_time)
    checks.require(
        grid[-1] <= first_time + steps,
        "times",
        f"end by generation {first_time + steps}",
        f"one that ends at {grid[-1]}",
    )
    return grid


def _times(times: Sequence[int], first_time: int) -> Sequence[int]:
    """The times as whole numbers, checked; a range is not written out."""
    checks.integer(first_time, "first_time", least=0)
    if isinstance(times, range):
        checks.require(len(times) > 0, "times", "hold at least one generation", times)
        return times
    grid = [checks.integer(time, "times") for time in times]
    checks.increasing(grid, "times")
    checks.require(grid[0] >= first_time, "times", f"start at generation {first_time} or later", grid[0])
    return grid
