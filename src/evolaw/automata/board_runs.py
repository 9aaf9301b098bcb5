"""Runs of a rule that are fixed to the last bit by a few words, and kept in run directories that survive a kill at any moment.

Everything a run needs stands in the manifest of its directory before the first step is taken: the law, the start, the seed, the times to
save. A run that is continued reads it from there, goes on at the last committed frame and ends in the same bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evolaw import checks, documents
from evolaw.automata.evolution import unroll
from evolaw.automata.files.rle import parse_rle
from evolaw.automata.grid.boundaries import parse_boundary
from evolaw.automata.rules.generations import lattice_law
from evolaw.display import Progress
from evolaw.errors import StorageError
from evolaw.randomness import source
from evolaw.storage import Run, Series
from evolaw.told import told

__all__ = ["BoardRun", "Ending", "stops"]

MOST_CELLS = 2**28
_MOST_STEPS = 2**32
"""Generations of one run; the smallest board takes an hour for them."""
_PARTS = 50
"""How often a long run is stopped at to tell how far it is."""
_GENERATIONS = 48
"""Generations of a line of cells that are held at the end."""

See = Callable[[np.ndarray], None]


class Ending(NamedTuple):
    """What became of a run.

    Attributes:
        boards: the last board, uint8 (rows, cols); of a line of cells the last generations, (generations, cells), the newest last.
        population: living cells at the end, those in state 1.
        density: their share.
        changed: share of the cells that differ between the last two saved frames.
    """

    boards: np.ndarray
    population: int
    density: float
    changed: float


@told
@dataclass(frozen=True)
class BoardRun:
    """A run of a rule from a stated start: what fixes it to the last bit.

    Attributes:
        law: the rule, or its text; held in canonical notation.
        rows, cols: size of the board, at most 2^28 cells; a line of cells is one row.
        density: share of living cells in a random start; None with ``start``.
        start: the start as RLE (`write_rle` makes one of a board), put in the middle of the board; None for a random start.
        steps: generations to run.
        every: generations between saved frames; divides ``steps``.
        boundary: what lies beyond the edge, see `boundaries`.
        seed: of the random start and of a rule with chance in it.

    Raises:
        ArgumentError: a number is out of range, ``every`` does not divide ``steps``, or the start does not fit.

    Example:
        >>> soup = BoardRun("B3/S23", 8, 8, density=0.4, steps=4, seed=1)
        >>> int(soup.first_board().sum()), soup.follow().population
        (19, 15)
    """

    law: str
    rows: int
    cols: int
    density: float | None = None
    start: str | None = None
    steps: int = 100
    every: int = 1
    boundary: str = "torus"
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "law", str(lattice_law(self.law)))
        rows, cols = (checks.integer(getattr(self, side), side, least=1, most=MOST_CELLS) for side in ("rows", "cols"))
        checks.require(rows * cols <= MOST_CELLS, "rows", "make a board of at most 2**28 cells", f"{rows}x{cols}")
        steps = checks.integer(self.steps, "steps", least=0, most=_MOST_STEPS)
        every = checks.integer(self.every, "every", least=1)
        checks.require(steps % every == 0, "every", f"divide the {steps} steps", every)
        source(self.seed, "seed")
        edge = parse_boundary(self.boundary)
        if self.is_line:
            checks.require(rows == 1, "rows", "be 1 for a line of cells", rows)
            checks.require(
                not (edge.dx or edge.dy), "boundary", "have no shift for a line of cells", str(self.boundary)
            )
        one = (self.density is None) != (self.start is None)
        checks.require(one, "density", "be given, or `start`, and only one of them", self.density)
        if self.start is None:
            checks.probability(self.density, "density")
        else:
            high, wide = parse_rle(self.start).board.shape
            checks.require(
                high <= rows and wide <= cols, "start", f"fit on a board of {rows}x{cols} cells", f"{high}x{wide}"
            )

    @classmethod
    def of(cls, path: str | Path) -> BoardRun:
        """Return what a run directory says of its run.

        Raises:
            StorageError: it holds no run of this kind, or is damaged.
        """
        given = Run.open(path).about.get("settings")
        if not given:
            raise StorageError(f"{path} was not written by `evolaw simulate`, so there is nothing to continue.")
        with documents.interpreting(Path(path)):
            return cls(**given)

    @property
    def frames(self) -> int:
        """Number of saved frames, the start included."""
        return self.steps // self.every + 1

    @cached_property
    def is_line(self) -> bool:
        """Whether the cells stand in a line: the rule is an elementary one."""
        return lattice_law(self.law).neighbourhood == "line"

    @property
    def held(self) -> int:
        """How many of the last frames are held: two are compared; of a line one alone shows nothing."""
        return _GENERATIONS if self.is_line else 2

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the axes of the states."""
        return ("cells",) if self.is_line else ("rows", "cols")

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes of the states."""
        return (self.cols,) if self.is_line else (self.rows, self.cols)

    def first_board(self) -> np.ndarray:
        """Return the start, uint8 (rows, cols) or (cells,): the pattern in the middle of the board, or a random soup."""
        if self.start is None:
            soup = source(self.seed).stream("start").chance(0, self.shape, self.density or 0.0)
            return soup.astype(np.uint8)
        pattern = parse_rle(self.start).board
        board = np.zeros((self.rows, self.cols), np.uint8)
        top, left = (self.rows - pattern.shape[0]) // 2, (self.cols - pattern.shape[1]) // 2
        board[top : top + pattern.shape[0], left : left + pattern.shape[1]] = pattern
        return board.reshape(self.shape)

    def follow(self, see: See | None = None, most: int = 0, *, progress: Progress | None = None) -> Ending:
        """Run and keep nothing; ``see`` is shown the first ``most`` saved frames, the start first."""
        return _advance(self, self.first_board()[None], 0, see, most, progress)

    def keep(self, out: str | Path, *, progress: Progress | None = None) -> Ending:
        """Run into a new run directory, a chunk of frames committed at a time; `Trajectory.load` reads it.

        Raises:
            StorageError: the directory holds anything but a run that ended before its first commit, or cannot be written.
        """
        header = {
            "kind": "trajectory",
            "axes": ["times", *self.axes],
            "law": self.law,
            "boundary": self.boundary,
            "seed": self.seed,
            "about": {},
            "settings": asdict(self),
            "resume": "simulate --resume",
        }
        with Run.create(out, about=header) as run:
            return _fill(self, run, progress)

    @staticmethod
    def proceed(path: str | Path, *, progress: Progress | None = None) -> Ending:
        """Continue the unfinished run of a directory to its end, to the same bytes as if it had not been stopped."""
        board_run = BoardRun.of(path)
        with Run.resume(path) as run:
            return _fill(board_run, run, progress)


def _fill(board_run: BoardRun, run: Run, progress: Progress | None) -> Ending:
    """Append the frames that are not committed yet."""
    if not run.cursor:
        times = np.arange(board_run.frames, dtype=np.int64) * board_run.every
        run.write("times", times, ("times",))
    shape = (board_run.frames, *board_run.shape)
    series: Series = run.series("values", shape, np.uint8, ("times", *board_run.axes))
    done = series.cursor
    earlier = run.read("values", max(0, done - board_run.held), done) if done else board_run.first_board()[None]
    return _advance(board_run, earlier, done, lambda board: series.append(board[None]), board_run.frames, progress)


def _advance(
    run: BoardRun, earlier: np.ndarray, done: int, see: See | None, most: int, progress: Progress | None
) -> Ending:
    """Run on to the last frame; ``see`` gets the frames from ``done`` to ``most``.

    Args:
        run: what is run.
        earlier: the newest of the ``done`` frames there are, or the start alone, shape (frames, ...).
    """
    if see is not None and done == 0 < most:
        see(earlier[0])
    begun, newest = max(done - 1, 0), deque(earlier, maxlen=run.held)
    times = stops(run, begun, most)
    chance = {"rng": run.seed, "first_time": begun * run.every}
    boards = unroll(run.law, newest[-1], times, boundary=run.boundary, **chance) if times else ()
    for time, board in zip(times, boards, strict=True):
        newest.append(board)
        if see is not None and time // run.every < most:
            see(board)
        if progress is not None:
            progress(time // run.every + 1, run.frames, "")
    last = newest[-1]
    changed = float(np.mean(newest[-2] != last)) if run.steps else 0.0
    return Ending(np.stack(newest) if run.is_line else last, int(np.sum(last == 1)), float(np.mean(last == 1)), changed)


def stops(run: BoardRun, begun: int, kept: int) -> list[int]:
    """Return the generations after frame ``begun`` at which a run stops: the first ``kept`` frames, a few to tell how far it is, the last few."""
    frames = run.frames
    marks = {
        *range(max(0, frames - run.held), frames),
        *range(min(kept, frames)),
        *(frames * part // _PARTS for part in range(1, _PARTS)),
    }
    return [frame * run.every for frame in sorted(marks) if frame > begun]
