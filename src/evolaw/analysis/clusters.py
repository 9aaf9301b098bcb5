"""Clusters of live cells: how many, how large, how long their border is.

Two live cells belong to one cluster when a chain of live neighbours joins them; neighbours share an edge (connectivity 4) or an
edge or a corner (connectivity 8). On a plain torus chains reach over the edge; on any other boundary they do not.
The perimeter counts the edges between a live and a dead cell; cells beyond the edge of a board that is no torus count as dead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage, sparse

from evolaw import checks, display
from evolaw.analysis.estimates import Estimate, jackknife, mean
from evolaw.analysis.lattices import boards_of, is_wrapped
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["Clusters", "label_clusters", "measure_clusters"]


@dataclass(frozen=True, eq=False)
class Clusters:
    """Cluster statistics at every saved time.

    Attributes:
        number: clusters a cell of the lattice, shape (times,).
        perimeter: edges between live and dead cells a cell of the lattice, shape (times,).
        largest: cells of the largest cluster, mean over boards, shape (times,).
        mean_size: mean cells of a cluster, 0 when there is none, shape (times,).
        sizes: clusters a cell of the lattice with 2**k to 2**(k+1) - 1 cells, shape (times, bins).
        connectivity: 4 or 8.
    """

    number: Estimate
    perimeter: Estimate
    largest: Estimate
    mean_size: Estimate
    sizes: Estimate
    connectivity: int

    def __repr__(self) -> str:
        last = [
            (
                name,
                f"{display.uncertain(getattr(self, name).value[-1], getattr(self, name).standard_error[-1])} at the last time",
            )
            for name in ("number", "perimeter", "largest", "mean_size")
        ]
        return display.lines("Clusters", [("connectivity", self.connectivity), *last])


@told
def label_clusters(boards: Any, connectivity: int = 8, *, wrap: bool = True) -> tuple[np.ndarray, int]:
    """Number the clusters of live cells.

    Args:
        boards: 0 and 1, shape (..., rows, cols); every board has its own clusters.
        connectivity: 4 or 8.
        wrap: join opposite edges, as on a torus.

    Returns:
        Labels of the boards' shape, 0 where dead, 1 to the number of clusters; and that number.

    Example:
        >>> label_clusters(np.array([[1, 0, 0], [0, 0, 0], [0, 0, 1]]))[1]
        1
    """
    cells = np.asarray(boards)
    checks.require(
        cells.ndim >= 2 and cells.size > 0,
        "boards",
        "have shape (..., rows, cols) and cells",
        f"of shape {cells.shape}",
    )
    corners = _corners(connectivity)
    stack = cells.reshape(-1, *cells.shape[-2:]) == 1
    structure = np.zeros((3, 3, 3), bool)
    structure[1] = ndimage.generate_binary_structure(2, 2 if corners else 1)
    labels, count = ndimage.label(stack, structure)
    if wrap and count:
        labels, count = _join(labels, count, corners)
    return labels.reshape(cells.shape), count


@told
def measure_clusters(trajectory: Trajectory, connectivity: int = 8) -> Clusters:
    """Measure the clusters of every frame.

    Args:
        trajectory: complete boards.
        connectivity: 4 or 8.

    Notes:
        Numbers, perimeters and sizes are means over boards; ``mean_size`` is live cells over clusters of all boards together,
        its bias of order 1/n removed by leaving out one board at a time.

    Example:
        >>> board = np.array([[[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]])
        >>> measure_clusters(Trajectory(board, [0], ("times", "rows", "cols"))).mean_size.value.tolist()
        [1.5]
    """
    boards, wrap = boards_of(trajectory, complete=True), is_wrapped(trajectory)
    cells = boards.shape[2] * boards.shape[3]
    bins = cells.bit_length()
    number, largest = np.zeros(boards.shape[:2]), np.zeros(boards.shape[:2])
    sizes = np.zeros((*boards.shape[:2], bins))
    for board, frames in enumerate(boards):
        labels, count = label_clusters(frames, connectivity, wrap=wrap)
        size = np.bincount(labels.ravel(), minlength=count + 1)[1:]
        flat = labels.reshape(len(frames), -1)
        owner = np.zeros(count + 1, np.int64)
        owner[flat] = np.arange(len(frames))[:, None]
        owner = owner[1:]
        number[board] = np.bincount(owner, minlength=len(frames))
        np.maximum.at(largest[board], owner, size)
        np.add.at(sizes[board], (owner, np.frexp(size)[1] - 1), 1)
    counted = np.stack([boards.sum(axis=(2, 3), dtype=np.float64), number], axis=1)
    return Clusters(
        mean(number / cells, f"{connectivity}-connected clusters a cell"),
        mean(_perimeters(boards, wrap) / cells, "edges between live and dead cells a cell"),
        mean(largest, f"cells of the largest {connectivity}-connected cluster"),
        jackknife(_mean_size, counted, f"mean cells of a {connectivity}-connected cluster"),
        mean(sizes / cells, f"{connectivity}-connected clusters a cell, by powers of two of their size"),
        connectivity,
    )


def _corners(connectivity: int) -> bool:
    checks.require(connectivity in (4, 8), "connectivity", "be 4 or 8", connectivity)
    return connectivity == 8


def _join(labels: np.ndarray, count: int, corners: bool) -> tuple[np.ndarray, int]:
    """Merge the labels that touch across opposite edges."""
    pairs = []
    for first, last in ((labels[:, 0, :], labels[:, -1, :]), (labels[:, :, 0], labels[:, :, -1])):
        for shift in (-1, 0, 1) if corners else (0,):
            pairs.append(np.stack([first, np.roll(last, shift, axis=1)]).reshape(2, -1))
    joined = np.concatenate(pairs, axis=1)
    joined = joined[:, (joined > 0).all(axis=0)]
    graph = sparse.coo_array((np.ones(joined.shape[1], bool), (joined[0], joined[1])), shape=(count + 1, count + 1))
    groups, group = sparse.csgraph.connected_components(graph, directed=False)
    # Label 0, the dead cells, touches nothing and is alone in its group, the first one.
    return group[labels], groups - 1


def _mean_size(counted: np.ndarray) -> np.ndarray:
    live, clusters = counted
    return np.divide(live, clusters, out=np.zeros_like(live), where=clusters > 0)


def _perimeters(boards: np.ndarray, wrap: bool) -> np.ndarray:
    """Edges between live and dead cells, shape (boards, times)."""
    total = np.zeros(boards.shape[:2], np.int64)
    for axis in (2, 3):
        if wrap:
            total += (boards != np.roll(boards, 1, axis)).sum(axis=(2, 3))
        else:
            total += np.abs(np.diff(boards.astype(np.int8), axis=axis, prepend=0, append=0)).sum(
                axis=(2, 3), dtype=np.int64
            )
    return total
