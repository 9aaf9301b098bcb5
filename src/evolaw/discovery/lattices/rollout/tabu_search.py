"""Searching laws by rolling them out: from each recorded frame to the next, and counting the cells that come out wrong.

    misses(theta) = #{cells seen after a gap that differ from the law's own rollout from the frame before it}

Clean frames know one kind of law without a miss, so a law with none *fits*. Laws are searched by changing one entry at a time:
every candidate entry is tried present and absent, all at once on the bit engine, the change that leaves the fewest misses is
made, and an entry just changed rests for some moves (tabu search [glover1989]). Laws with a miss are stepping stones only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evolaw.arrays import MISSING
from evolaw.automata import stepping
from evolaw.automata.engine import bitpacked
from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace
from evolaw.discovery.lattices.model.window_counts import edge_of, is_cutout
from evolaw.trajectory import Trajectory

__all__ = ["Cost", "Ledger", "Rollouts", "descend"]

Cost = Callable[[np.ndarray], np.ndarray]
"""From laws, shape (laws, entries), to what each costs, shape (laws,)."""

_CELLS_AT_ONCE = 2**26
_REST = 6
_MOST_FITTING = 4096


@dataclass(frozen=True, eq=False)
class _Gap:
    """All pairs of frames so many generations apart, of boards of one size and boundary."""

    before: np.ndarray
    after: np.ndarray
    compared: np.ndarray
    steps: int
    boundary: str


@dataclass(frozen=True, eq=False)
class Rollouts:
    """The recordings, ready to be rolled out by many laws at once.

    Attributes:
        space: rule space.
        gaps: pairs of frames, grouped.
        cells: number of compared cells.
        is_part: whether pairs of frames were left out.
    """

    space: RuleSpace
    gaps: tuple[_Gap, ...]
    cells: int
    is_part: bool

    @classmethod
    def of(cls, recordings: Sequence[Trajectory], space: RuleSpace, most_cells: int | None = None) -> Rollouts:
        """Pair the frames of recordings whose times are generations; cells that a missing one, or an unknown edge, can reach are not compared.

        With ``most_cells`` only so many cells are taken, in pairs spread evenly over the recordings, but at least one pair.
        """
        total = sum(item.values[1:].size for item in recordings)
        stride = 1 if most_cells is None else -(-total // most_cells)
        number = -1
        groups: dict[tuple[int, str, bool, tuple[int, ...]], list[tuple[np.ndarray, np.ndarray]]] = {}
        for recording in recordings:
            for place, gap in enumerate(np.diff(recording.times).astype(int)):
                number += 1
                if number % stride:
                    continue
                before, after = recording.values[place], recording.values[place + 1]
                key = (int(gap), edge_of(recording), is_cutout(recording), before.shape)
                groups.setdefault(key, []).append((before, after))
        gaps = []
        for (steps, boundary, cutout, _), pairs in groups.items():
            before, after = (np.stack(frames) for frames in zip(*pairs, strict=True))
            hidden = (before == MISSING).astype(np.uint8)
            if hidden.any() or cutout:
                beyond = steps if cutout else 0
                widths = [(0, 0), (beyond, beyond), (beyond, beyond)]
                spread = np.pad(hidden, widths, constant_values=1)
                spread = bitpacked.run("B12345678/S012345678", spread, steps, boundary=boundary)
                hidden = spread[:, beyond : spread.shape[1] - beyond, beyond : spread.shape[2] - beyond]
            compared = (hidden == 0) & (after != MISSING)
            gaps.append(_Gap(np.where(before == 1, 1, 0).astype(np.uint8), after, compared, steps, boundary))
        return cls(space, tuple(gaps), sum(int(gap.compared.sum()) for gap in gaps), stride > 1)

    def visits(self, law: np.ndarray) -> np.ndarray:
        """Count how often each entry is visited when a law is rolled out, shape (entries,)."""
        rule, counts = self.space.rule(law), np.zeros(WINDOWS, np.int64)
        for gap in self.gaps:
            boards = gap.before
            for step in range(gap.steps):
                counts += np.bincount(stepping.windows(boards, gap.boundary)[gap.compared], minlength=WINDOWS)
                if step + 1 < gap.steps:
                    boards = stepping.step(rule, boards, boundary=gap.boundary)
        return self.space.pool(counts)

    def misses(self, laws: np.ndarray) -> np.ndarray:
        """Count the cells each law gets wrong.

        Args:
            laws: entry values 0 and 1, shape (laws, entries).

        Returns:
            Shape (laws,).
        """
        tables = self.space.spread(laws).astype(np.uint8)
        counts = np.zeros(len(laws), np.int64)
        for gap in self.gaps:
            batch = max(1, _CELLS_AT_ONCE // gap.before.size)
            for at in range(0, len(laws), batch):
                part = tables[at : at + batch]
                boards = np.broadcast_to(gap.before, (len(part), *gap.before.shape))
                ran = bitpacked.run(part, boards, gap.steps, boundary=gap.boundary)
                wrong = (ran != gap.after) & gap.compared
                counts[at : at + batch] += np.count_nonzero(wrong.reshape(len(part), -1), axis=1)
        return counts


@dataclass(eq=False)
class Ledger:
    """What all searches together have seen.

    Attributes:
        least: fewest misses of any law met with each value of each entry, shape (entries, 2).
        fitting: every law met without a miss, shape (laws, entries), none twice.
        tried: how many laws were rolled out.
    """

    least: np.ndarray
    fitting: np.ndarray
    tried: int = 0

    @classmethod
    def empty(cls, entries: int) -> Ledger:
        """Return the ledger before any search."""
        return cls(np.full((entries, 2), np.iinfo(np.int64).max), np.zeros((0, entries), np.uint8))

    def misses(self, rollouts: Rollouts) -> Cost:
        """Return the cost "number of misses" that takes down every law it is asked for."""

        def cost(laws: np.ndarray) -> np.ndarray:
            found = rollouts.misses(laws)
            self.enter(laws, found)
            return found

        return cost

    def enter(self, laws: np.ndarray, misses: np.ndarray) -> None:
        """Write down laws and their misses."""
        self.tried += len(laws)
        for value in (0, 1):
            cost = np.where(laws == value, misses[:, None], np.iinfo(np.int64).max)
            self.least[:, value] = np.minimum(self.least[:, value], cost.min(0, initial=np.iinfo(np.int64).max))
        if (misses == 0).any() and len(self.fitting) < _MOST_FITTING:
            self.fitting = np.unique(np.concatenate([self.fitting, laws[misses == 0]]), axis=0)


def descend(
    cost: Cost,
    starts: np.ndarray,
    movable: np.ndarray,
    moves: int,
    *,
    first_fit: bool = False,
    patience: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Search laws from several starts at once.

    Args:
        cost: from laws, shape (laws, entries), to what each costs, shape (laws,); 0 is a law that fits. Every law that is rolled
            out goes through it: `Ledger.misses` takes them down.
        starts: laws to start from, shape (searches, entries).
        movable: which entries a search may change, shape (searches, entries).
        moves: most moves a search; one that meets a fitting law ends there.
        first_fit: end all searches when one has met a fitting law.
        patience: end a search after so many moves without a better law; None for never.

    Returns:
        The least cost each search met, shape (searches,), and the law that had it, shape (searches, entries).

    Notes:
        Cost a move: searches x movable entries rollouts of the recordings. No chance enters; ties go to the first entry.
    """
    now = starts.astype(np.uint8).copy()
    least, best = cost(now).astype(np.float64), now.copy()
    resting, vain = np.zeros(now.shape, np.int64), np.zeros(len(now), np.int64)
    for move in range(1, moves + 1):
        going = (least > 0) & movable.any(1) & (vain < (moves if patience is None else patience))
        active = np.flatnonzero(going)
        if not active.size or (first_fit and (least == 0).any()):
            break
        search, entry = np.nonzero(movable[active])
        search = active[search]
        tried = now[search]
        tried[np.arange(len(tried)), entry] ^= 1
        costs = cost(tried)
        # A resting entry may move only if that gives the best law this search has met.
        barred = (resting[search, entry] >= move) & (costs >= least[search])
        open_costs = np.where(barred, np.inf, costs)
        for number in active:
            mine = np.flatnonzero(search == number)
            chosen = mine[int(open_costs[mine].argmin())]
            now[number] = tried[chosen]
            resting[number, entry[chosen]] = move + _REST
            vain[number] += 1
            if costs[chosen] < least[number]:
                least[number], best[number], vain[number] = costs[chosen], tried[chosen], 0
    return least, best
