"""Exhaustive joint evidence: every outer-totalistic law run at once, one bit a law.

With F free entries there are 2^F laws; a cell of a hidden generation is a function of the law, kept as a bit vector of length
2^F. The first generation is the entry's own bit vector; later ones add the nine vectors around a cell with carry-save adders
and pick the entry by its count:

    x_1(c) = theta_{u(c)},        x_{t+1}(c) = OR over entries u of [window of x_t(c) lies in u] AND theta_u

A law survives when x_k(c) equals what was seen, at every seen cell c. Cells are compared in small patches, from whose light
cones alone the vectors are built, and after each patch only the survivors are kept: most laws die on the first few cells. The few
that are left are run on whole boards, one law after the other. Nothing is approximated, so the survivors are exactly those of running
all laws on all boards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from evolaw.arrays import MISSING
from evolaw.automata.evolution import unroll
from evolaw.automata.rules.rule import Rule
from evolaw.discovery.lattices.evidence.constraints import neighbour_cells
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import edge_of, inner, is_cutout
from evolaw.trajectory import Trajectory

__all__ = ["MOST_FREE", "Pair", "bits_of", "misses_of", "pairs_of", "surviving", "surviving_lines"]

Pair = tuple[np.ndarray, np.ndarray, np.ndarray, int]
"""A frame and the next, flattened with the outside as last cell, the nine cells of every window, and the generations between."""

MOST_FREE = 18
"""Largest number of free entries: all of the outer-totalistic space."""

_WORDS = 1 << 19
"""Words of one layer of a patch, to stay within the processor's caches."""
_ALL = ~np.uint64(0)
_SPREADING = "B12345678/S012345678"
"""A cell with a living cell in its window: what is unknown spreads so."""
_FRAMES = 16
"""Frames that are run together, so that the memory they take does not grow with the recording."""
_CELLS_A_LAW = 100
"""Cells still to be compared, a law that is left, from which running each law on whole boards is cheaper than patches of bits."""


def surviving(
    recordings: Sequence[Trajectory],
    space: RuleSpace,
    known: np.ndarray,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Return every outer-totalistic law that leads from each frame to the next.

    Args:
        recordings: clean trajectories with axes ("times", "rows", "cols"); the gaps between times may be any and may differ.
            Cells that are missing, or whose light cone holds a missing cell or crosses an unknown edge, are not compared.
        space: the outer-totalistic space.
        known: 0 or 1 for a known entry, NaN for a free one, shape (entries,).
        progress: called with the numbers of compared and of all cells.

    Returns:
        Entry values 0 and 1, shape (survivors, entries), uint8, in rising order of the free entries read as a binary number.

    Notes:
        Cost: about 120 operations on 2^F / 64 words for each cell of the first patch's light cone; later patches cost as
        many as there are survivors.

    Example:
        >>> from evolaw.automata import evolve
        >>> board = np.random.default_rng(0).integers(0, 2, (12, 12), dtype=np.uint8)
        >>> twice = evolve("B3/S23", board, 2, every=2)
        >>> laws = surviving([twice], RuleSpace.named("outer-totalistic"), np.full(18, np.nan))
        >>> str(RuleSpace.named("outer-totalistic").rule(laws[0]))
        'B3/S23'
    """
    free = np.flatnonzero(np.isnan(known))
    codes = np.arange(2**free.size)
    total = sum(item.values[1:].size for item in recordings)
    done = 0
    for recording in recordings:
        for place, ((before, after, neighbours, gap), cells) in enumerate(pairs_of(recording)):
            rest = recording.values[place + 1 :].size
            if codes.size <= rest // _CELLS_A_LAW:
                codes = _run_each(recording, place, space, codes, free, known)
                done += rest
                break
            while cells.size and codes.size:
                size = max(1, _WORDS // (max(1, codes.size // 64) * (2 * gap + 1) ** 2))
                patch, cells = cells[:size], cells[size:]
                theta = bits_of(codes, free, known)
                mismatch = _mismatch(space, theta, before, after, neighbours, gap, patch)
                codes = codes[np.unpackbits(mismatch.view(np.uint8), bitorder="little")[: codes.size] == 0]
                if progress is not None:
                    progress(done + patch.size, total)
                if codes.size <= cells.size // _CELLS_A_LAW:
                    codes = _run_each(recording, place, space, codes, free, known, 1)
                    break
            done += after.size - 1
        if progress is not None:
            progress(done, total)
    return _laws(codes, free, known)


def surviving_lines(recordings: Sequence[Trajectory], space: RuleSpace, known: np.ndarray) -> np.ndarray:
    """Return every elementary law that leads from each frame to the next; as `surviving`, by running all 256 at most."""
    free = np.flatnonzero(np.isnan(known))
    codes = np.arange(2**free.size)
    for recording in recordings:
        codes = _run_each(recording, 0, space, codes, free, known)
    return _laws(codes, free, known)


def _laws(codes: np.ndarray, free: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The entry values of the laws with these codes, shape (laws, entries)."""
    laws = np.tile(np.nan_to_num(known).astype(np.uint8), (codes.size, 1))
    laws[:, free] = codes[:, None] >> np.arange(free.size - 1, -1, -1) & 1
    return laws


def _run_each(
    recording: Trajectory,
    first: int,
    space: RuleSpace,
    codes: np.ndarray,
    free: np.ndarray,
    known: np.ndarray,
    pairs: int | None = None,
) -> np.ndarray:
    """The codes of the laws that, run from each frame, lead to the next, from the pair ``first`` on; all pairs or so many."""
    gaps = np.diff(recording.times).astype(int)[first:][:pairs]
    kept = []
    for code, law in zip(codes, _laws(codes, free, known), strict=True):
        rule = space.rule(law)
        if all(_leads_on(rule, recording, first + np.flatnonzero(gaps == gap), int(gap)) for gap in np.unique(gaps)):
            kept.append(code)
    return np.array(kept, codes.dtype)


def _leads_on(rule: Rule, recording: Trajectory, places: np.ndarray, gap: int) -> bool:
    """Whether the rule leads from the frames at these places to the next ones, wherever that can be seen.

    The first pair is tried alone: most wrong laws end there. A cell whose light cone holds a missing cell, or crosses an unknown
    edge, is not compared.
    """
    edge = edge_of(recording)
    for chosen in (places[:1], *np.array_split(places[1:], max(1, -(-places.size // _FRAMES)))):
        if not chosen.size:
            continue
        before, after = recording.values[chosen], recording.values[chosen + 1]
        hidden = before == MISSING
        reached = next(unroll(rule, np.where(hidden, 0, before), [gap], boundary=edge))
        wrong = (reached != after) & (after != MISSING)
        if wrong.any() and (hidden.any() or is_cutout(recording)):
            unknown = next(unroll(_SPREADING, hidden.astype(np.uint8), [gap], boundary=edge)) == 1
            inside = np.zeros(before.shape[1:], bool)
            inside[inner(recording, gap)] = True
            unknown |= ~inside
            wrong &= ~unknown
        if wrong.any():
            return False
    return True


def pairs_of(recording: Trajectory) -> Iterator[tuple[Pair, np.ndarray]]:
    """Yield each frame and the next, flattened with the dead outside as last cell, with the cells that can be compared."""
    rows, cols = recording.values.shape[-2:]
    neighbours = neighbour_cells(rows, cols, edge_of(recording))
    frames = np.pad(recording.values.reshape(len(recording), -1), ((0, 0), (0, 1)))
    for before, after, gap in zip(frames[:-1], frames[1:], np.diff(recording.times), strict=True):
        hidden = before == MISSING
        hidden[-1] = is_cutout(recording)
        for _ in range(int(gap)):
            hidden[:-1] = hidden[neighbours].any(1)
        seen = np.flatnonzero((after != MISSING) & ~hidden)
        seen = seen[seen < rows * cols]
        yield (before, after, neighbours, int(gap)), seen[np.argsort(_tile(seen, cols), kind="stable")]


def _tile(cells: np.ndarray, cols: int) -> np.ndarray:
    """Order of cells by 4 x 4 tiles, so that the cells of a patch share most of their light cones."""
    row, col = np.divmod(cells, cols)
    return row // 4 * cols + col // 4


def bits_of(codes: np.ndarray, free: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return bit vectors of all entries over the laws with these codes, shape (entries, words)."""
    padded = -codes.size % 64
    theta = np.zeros((known.size, (codes.size + padded) // 64), np.uint64)
    theta[known == 1] = _ALL
    for place, entry in enumerate(free):
        bits = np.pad((codes >> (free.size - 1 - place) & 1).astype(np.uint8), (0, padded))
        theta[entry] = np.packbits(bits, bitorder="little").view(np.uint64)
    return theta


def _mismatch(
    space: RuleSpace,
    theta: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    neighbours: np.ndarray,
    gap: int,
    patch: np.ndarray,
) -> np.ndarray:
    """The laws that do not lead to what was seen on the patch, one bit a law, shape (words,)."""
    result: np.ndarray = np.bitwise_or.reduce(misses_of(space, theta, (before, after, neighbours, gap), patch), axis=0)
    return result


def misses_of(space: RuleSpace, theta: np.ndarray, pair: Pair, patch: np.ndarray) -> np.ndarray:
    """Return which laws lead each cell of a patch to the other state than was seen, one bit a law, shape (cells, words).

    Args:
        space: the outer-totalistic space.
        theta: bit vectors of the entries (`bits_of`), shape (entries, words).
        pair: a frame, the next, and what joins them (`pairs_of`).
        patch: numbers of the cells to compare.
    """
    before, after, neighbours, gap = pair
    layers = [patch]
    for _ in range(gap - 1):
        around = np.unique(neighbours[layers[-1]])
        layers.append(around[around >= 0])
    cells = layers.pop()
    state = theta[space.entries_at(before[neighbours[cells]])]
    while layers:
        wanted = layers.pop()
        # Outside cells, numbered -1, find the row of zeros put last.
        place = np.where(neighbours[wanted] < 0, cells.size, np.searchsorted(cells, neighbours[wanted]))
        extended = np.concatenate([state, np.zeros((1, state.shape[1]), np.uint64)])
        state = _next(theta, extended, place)
        cells = wanted
    seen = np.where(after[cells] == 1, _ALL, np.uint64(0))
    misses: np.ndarray = state ^ seen[:, None]
    return misses


def _next(theta: np.ndarray, state: np.ndarray, place: np.ndarray) -> np.ndarray:
    """The bit vectors of cells one generation later; ``place`` holds the rows of their nine cells in ``state``."""
    result = np.empty((len(place), theta.shape[1]), np.uint64)
    for row, around in enumerate(place):
        centre = state[around[4]]
        ones, twos, fours, eights = _count([state[i] for i in around[[0, 1, 2, 3, 5, 6, 7, 8]]])
        alive = np.zeros_like(centre)
        low = [~ones & ~twos, ones & ~twos, ~ones & twos, ones & twos]
        high = ~fours & ~eights
        for count in range(9):
            is_count = eights if count == 8 else low[count % 4] & (fours if count >= 4 else high)
            alive |= is_count & (theta[count] ^ ((theta[count] ^ theta[9 + count]) & centre))
        result[row] = alive
    return result


def _count(vectors: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The number of set bits among eight vectors, in binary."""
    a, b, c, d, e, f, g, h = vectors
    s0, c0 = _add(a, b, c)
    s1, c1 = _add(d, e, f)
    s2, c2 = g ^ h, g & h
    ones, c3 = _add(s0, s1, s2)
    t0, d0 = _add(c0, c1, c2)
    twos, d1 = t0 ^ c3, t0 & c3
    return ones, twos, d0 ^ d1, d0 & d1


def _add(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sum and carry of three bits."""
    half = a ^ b
    return half ^ c, (a & b) | (half & c)
