"""Every look at a cell, with its place and time: what is split when one asks where a recording contradicts itself.

A *transition* is one cell in one step: its window, what became of it, and where and when. Partitions of the transitions say which
of them one law should explain; a part is *consistent* when no entry of a space gave both outcomes in it. The e-value of a partition
bets on a law in each part, against the best table of probabilities in hindsight [wasserman2020]; it is the mean of two:

    by a law in each part     pays for every entry that was seen, and may bet on parts each with chance
    beside a law without chance in part 0     the first look at each entry in part 0 is taken for its value a and not bet on, so that only
                                              what contradicts it pays and earns; worth nothing where part 0 contradicts itself

Looks at one entry in one part are independent draws with its probability, whatever was seen elsewhere, so the first of them may be shown
beforehand. In wide spaces, where an entry is seen a few times only, the second finds what the first is too poor to bet on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, logsumexp

from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace
from evolaw.discovery.lattices.model.window_counts import WindowCounts, log_best, transitions
from evolaw.trajectory import Trajectory

__all__ = ["Transitions", "log_e_beside"]

MOST = 2**22
"""Transitions looked at; of longer recordings the first frames."""

_SHARES = np.array([0.02, 0.1, 0.3, 0.6, 0.9])
"""Shares of entries that may be other than in part 0, equally likely."""


@dataclass(frozen=True, eq=False)
class Transitions:
    """All transitions whose window and outcome were seen, one array element each.

    Attributes:
        window: window number.
        alive: whether the cell lived afterwards.
        step: number of the step, counted through all recordings.
        row, col: place on the board.
        origin: (recording, frame) in which each step begins.
        shape: rows and columns of the largest board.
    """

    window: np.ndarray
    alive: np.ndarray
    step: np.ndarray
    row: np.ndarray
    col: np.ndarray
    origin: tuple[tuple[int, int], ...]
    shape: tuple[int, int]

    @classmethod
    def of(cls, recordings: Sequence[Trajectory]) -> Transitions:
        """Gather the transitions of recordings, at most `MOST`."""
        parts: list[tuple[np.ndarray, ...]] = []
        origin: list[tuple[int, int]] = []
        total = 0
        for number, recording in enumerate(recordings):
            for frame, (windows, lives, seen) in enumerate(transitions(recording)):
                if total > MOST:
                    break
                row, col = np.nonzero(seen)
                step = np.full(row.size, len(origin))
                parts.append((windows[seen].astype(np.int64), lives[seen], step, row, col))
                origin.append((number, frame))
                total += row.size
        window, alive, step, row, col = (np.concatenate(part) for part in zip(*parts, strict=True))
        sides = np.max([recording.values.shape[1:] for recording in recordings], axis=0)
        return cls(window, alive, step, row, col, tuple(origin), (int(sides[0]), int(sides[1])))

    @property
    def frame(self) -> np.ndarray:
        """The frame of its own recording in which each transition begins."""
        return np.array([frame for _, frame in self.origin])[self.step]

    def counts(self, labels: np.ndarray, parts: int, classes: np.ndarray) -> np.ndarray:
        """Return visits and living outcomes, shape (parts, 2, classes), ``classes`` saying the class of every window."""
        size = int(classes.max()) + 1
        key = labels * size + classes[self.window]
        tallies = (np.bincount(key[chosen], minlength=parts * size) for chosen in (slice(None), self.alive))
        return np.stack([tally.reshape(parts, size) for tally in tallies], axis=1)

    def log_e(self, labels: np.ndarray, parts: int, space: RuleSpace) -> float:
        """Return the log e-value of a bet on a law in each part, against every one law of the space, with chance or without.

        e = (e_each + e_beside) / 2,
        e_each = prod_entries [m(all) + prod_parts m(part)] / 2  /  max_theta prod_entries theta^k (1 - theta)^(n - k),
        e_beside = mean_c prod_entries prod_parts>0 [(1 - c) 1[part = a] + c m(part)]  /  max_theta of all but the looks that gave a,
        m = 1[k = n] / 4 + 1[k = 0] / 4 + B(k + 1, n - k + 1) / 2
        """
        counts = self.counts(labels, parts, space.entry_of)
        return float(np.logaddexp(_log_e_each(counts), log_e_beside(counts)) - np.log(2))

    def log_e_of(self, visits: np.ndarray, alive: np.ndarray) -> float:
        """Return that of a bet on any contexts, given visits and living outcomes of each, against every law of 3x3 windows."""
        whole = self.counts(np.zeros(self.window.size, np.int64), 1, np.arange(WINDOWS))[0]
        return float(_log_marginal(visits, alive).sum()) - log_best(WindowCounts(whole[0], whole[1]))

    def surprises(self, space: RuleSpace, among: np.ndarray | None = None) -> np.ndarray:
        """Return which transitions went against the majority of their entry, counted over all or over the chosen ones.

        Entries that none of the chosen ones visits surprise nobody.
        """
        labels = np.zeros(self.window.size, np.int64) if among is None else (~among).astype(np.int64)
        counts = self.counts(labels, 2, space.entry_of)[0]
        seen = counts[0] > 0
        majority = 2 * counts[1] > counts[0]
        entry = space.entry_of[self.window]
        result: np.ndarray = (self.alive != majority[entry]) & seen[entry]
        return result

    def is_consistent(self, chosen: np.ndarray, space: RuleSpace) -> bool:
        """Return whether the chosen transitions, a bool array, give every entry one outcome."""
        entry = space.entry_of[self.window[chosen]]
        visits = np.bincount(entry, minlength=len(space))
        alive = np.bincount(entry[self.alive[chosen]], minlength=len(space))
        return not ((alive > 0) & (alive < visits)).any()


def _log_e_each(counts: np.ndarray) -> float:
    """The log e-value of a bet on a law in each part."""
    whole = counts.sum(0)
    split = _log_marginal(counts[:, 0], counts[:, 1]).sum(0)
    bets = np.logaddexp(split, _log_marginal(whole[0], whole[1])) - np.log(2)
    return float(bets.sum()) - log_best(WindowCounts(whole[0], whole[1]))


def log_e_beside(counts: np.ndarray) -> float:
    """Return the log e-value of a bet on a law without chance in part 0, beside which the other parts are what they are.

    Args:
        counts: visits and living outcomes, shape (parts, 2, entries).

    Notes:
        An entry that part 0 never shows has no value to agree with: its bet is the lesser of those for either value.

    Example:
        >>> float(np.exp(log_e_beside(np.array([[[9], [0]], [[1], [1]]]))).round(2))
        4.43
    """
    (sure, living), others = counts[0], counts[1:]
    if ((living > 0) & (living < sure)).any():
        return -np.inf
    shown, value = sure > 0, living > 0
    visits, alive = others[:, 0], others[:, 1]
    agrees = shown & np.where(value, alive == visits, alive == 0)
    differs = np.exp(_log_marginal(visits, alive))
    share = _SHARES[:, None, None]
    with np.errstate(divide="ignore"):
        bets = np.where(visits == 0, 0.0, np.log((1 - share) * agrees + share * differs))
    whole = counts.sum(0)
    best = log_best(WindowCounts(whole[0] - shown, whole[1] - (shown & value)))
    return float(logsumexp(bets.sum((1, 2))) - np.log(_SHARES.size)) - best


def _log_marginal(visits: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """The logarithm of m: present or absent with 1/4 each, else a coin of unknown bias."""
    sure = 0.25 * (alive == visits) + 0.25 * (alive == 0)
    with np.errstate(divide="ignore"):
        result: np.ndarray = np.logaddexp(np.log(sure), betaln(alive + 1.0, visits - alive + 1.0) - np.log(2))
    return result
