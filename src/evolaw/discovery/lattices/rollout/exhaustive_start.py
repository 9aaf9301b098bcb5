"""Where to start a search among few laws: every law is run, and those that miss fewest cells are taken.

Where cells were misread no law leads from each frame to the next, and a search that climbs from laws drawn blindly may end on a wrong
peak. In the outer-totalistic space all 2^F laws can be run at once, one bit a law (`exhaustive`), and their misses counted in bit
planes: a few hundred cells for all, some thousand for those that missed least there. This only proposes; what is found is judged as
every other law is.
"""

from __future__ import annotations

import numpy as np

from evolaw.arrays import MISSING
from evolaw.discovery.lattices.evidence.exhaustive import MOST_FREE, Pair, bits_of, misses_of, pairs_of
from evolaw.discovery.lattices.model.case import Case

__all__ = ["fewest_misses"]

_FIRST_CELLS, _MORE_CELLS = 256, 2048
_KEPT = 1 << 12
_WORDS = 1 << 13


def fewest_misses(case: Case, number: int, apart: int) -> np.ndarray | None:
    """Return laws that, run from frame to frame, miss fewest of the cells seen; None where there are too many laws to run.

    Args:
        case: recordings of the outer-totalistic space, with cells misread or missing; known entries are 0 or 1.
        number: how many laws to return.
        apart: by how many entries each must differ from the better ones.

    Returns:
        Entry values, shape (laws, 18), the best first.

    Notes:
        Cost: about 120 operations on 2^F / 64 words for each of 256 cells: half a second. A cell counts where its light cone was seen.
    """
    free = np.flatnonzero(case.free)
    if case.space.name != "outer-totalistic" or not 0 < free.size <= MOST_FREE:
        return None
    cells = _cells(case)
    if not cells:
        return None
    codes = np.arange(2**free.size)
    for some in (_FIRST_CELLS, _MORE_CELLS):
        misses = _count(case, codes, free, _share(cells, some, case.rng.stream("cells compared").generator()))
        codes = codes[np.argsort(misses, kind="stable")[:_KEPT]]
    laws = np.tile(np.nan_to_num(case.known).astype(np.uint8), (codes.size, 1))
    laws[:, free] = codes[:, None] >> np.arange(free.size - 1, -1, -1) & 1
    kept = [laws[0]]
    for law in laws[1:]:
        if len(kept) == number:
            break
        if all((law != better).sum() > apart for better in kept):
            kept.append(law)
    return np.array(kept)


def _cells(case: Case) -> list[tuple[Pair, np.ndarray]]:
    """The cells that can be compared, pair of frames by pair; a frame in which some are missing says what the rest says."""
    found = [(pair, cells) for recording in case.recordings for pair, cells in pairs_of(recording) if cells.size]
    return [((np.where(before == MISSING, 0, before), *rest), cells) for (before, *rest), cells in found]  # type: ignore[misc]


def _share(
    cells: list[tuple[Pair, np.ndarray]], number: int, chance: np.random.Generator
) -> list[tuple[Pair, np.ndarray]]:
    """So many of the cells, drawn evenly from all pairs."""
    sizes = np.array([each.size for _, each in cells])
    drawn = chance.permutation(int(sizes.sum()))[:number]
    starts = np.cumsum(sizes) - sizes
    owner = np.searchsorted(starts, drawn, side="right") - 1
    return [(pair, np.sort(each[drawn[owner == place] - starts[place]])) for place, (pair, each) in enumerate(cells)]


def _count(case: Case, codes: np.ndarray, free: np.ndarray, cells: list[tuple[Pair, np.ndarray]]) -> np.ndarray:
    """How many of the cells each law misses, counted in planes of bits."""
    theta = bits_of(codes, free, case.known)
    planes = np.zeros((sum(each.size for _, each in cells).bit_length(), theta.shape[1]), np.uint64)
    for pair, each in cells:
        size = max(1, _WORDS // theta.shape[1])
        for start in range(0, each.size, size):
            for missed in misses_of(case.space, theta, pair, each[start : start + size]):
                carry = missed
                for plane in planes:
                    plane[:], carry = plane ^ carry, plane & carry
    counts = np.zeros(codes.size, np.int64)
    for power, plane in enumerate(planes):
        counts += np.unpackbits(plane.view(np.uint8), bitorder="little")[: codes.size].astype(np.int64) << power
    return counts
