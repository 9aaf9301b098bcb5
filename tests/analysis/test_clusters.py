"""Clusters against a flood fill written here, on torus and plane, with 4 and 8 neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.analysis.clusters import label_clusters, measure_clusters
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory

AXES = ("boards", "times", "rows", "cols")


def flood(board: np.ndarray, connectivity: int, wrap: bool) -> list[frozenset[tuple[int, int]]]:
    ways = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0) and (connectivity == 8 or not i * j)]
    rows, cols = board.shape
    left = {(int(row), int(col)) for row, col in np.argwhere(board == 1)}
    found = []
    while left:
        cluster, edge = set(), [left.pop()]
        while edge:
            row, col = edge.pop()
            cluster.add((row, col))
            for i, j in ways:
                there = ((row + i) % rows, (col + j) % cols) if wrap else (row + i, col + j)
                if there in left:
                    left.remove(there)
                    edge.append(there)
        found.append(frozenset(cluster))
    return found


@settings(deadline=None, max_examples=200)
@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.sampled_from([4, 8]),
    st.booleans(),
    st.integers(0, 2**32 - 1),
    st.floats(0.1, 0.9),
)
def test_labels_are_the_flood_fill(rows: int, cols: int, connectivity: int, wrap: bool, seed: int, p: float) -> None:
    board = (np.random.default_rng(seed).random((rows, cols)) < p).astype(np.uint8)
    labels, count = label_clusters(board, connectivity, wrap=wrap)
    found = {frozenset(map(tuple, np.argwhere(labels == label).tolist())) for label in range(1, count + 1)}
    assert found == set(flood(board, connectivity, wrap))
    assert ((labels == 0) == (board == 0)).all()


@pytest.mark.parametrize("boundary", ["torus", "plane"])
@pytest.mark.parametrize("connectivity", [4, 8])
def test_statistics_against_the_flood_fill(boundary: str, connectivity: int) -> None:
    boards = (np.random.default_rng(0).random((3, 2, 12, 9)) < 0.4).astype(np.uint8)
    found = measure_clusters(Trajectory(boards, [0, 1], AXES, boundary=boundary), connectivity)
    cells = 12 * 9
    for board, time in np.ndindex(3, 2):
        sizes = [len(cluster) for cluster in flood(boards[board, time], connectivity, boundary == "torus")]
        assert (
            found.number.samples is not None and found.largest.samples is not None and found.sizes.samples is not None
        )
        assert found.number.samples[board, time] == pytest.approx(len(sizes) / cells)
        assert found.largest.samples[board, time] == max(sizes)
        wanted = np.zeros(found.sizes.samples.shape[-1])
        for size in sizes:
            wanted[size.bit_length() - 1] += 1 / cells
        np.testing.assert_allclose(found.sizes.samples[board, time], wanted)
    assert found.mean_size.n == 3
    assert "connectivity" in repr(found)


def test_mean_size_is_cells_over_clusters() -> None:
    board = np.array([[1, 1, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 1, 0], [0, 0, 0, 1, 1]])
    same = np.stack([board, board])[:, None]
    found = measure_clusters(Trajectory(same, [0], AXES, boundary="plane"), 4)
    assert found.mean_size.value.tolist() == [3.0]
    assert found.mean_size.standard_error.tolist() == [0.0]


@pytest.mark.parametrize(("boundary", "edges"), [("torus", 4), ("plane", 4), (None, 4)])
def test_perimeter_of_one_cell(boundary: str | None, edges: int) -> None:
    for corner in ((0, 0), (1, 1)):
        board = np.zeros((1, 1, 3, 4), np.uint8)
        board[0, 0][corner] = 1
        assert measure_clusters(Trajectory(board, [0], AXES, boundary=boundary)).perimeter.value == pytest.approx(
            edges / 12
        )


def test_a_full_torus_has_no_edge_and_a_full_plane_its_rim() -> None:
    full = np.ones((1, 1, 3, 4), np.uint8)
    assert measure_clusters(Trajectory(full, [0], AXES, boundary="torus")).perimeter.value == pytest.approx(0)
    assert measure_clusters(Trajectory(full, [0], AXES, boundary="plane")).perimeter.value == pytest.approx(14 / 12)


def test_empty_boards_have_no_clusters() -> None:
    found = measure_clusters(Trajectory(np.zeros((2, 1, 4, 4)), [0], AXES, boundary="torus"))
    assert found.number.value == found.largest.value == found.mean_size.value == 0


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="`connectivity` must be 4 or 8"):
        label_clusters(np.zeros((2, 2)), 6)
    with pytest.raises(ArgumentError, match="`boards`"):
        label_clusters(np.zeros(3))
    with pytest.raises(ArgumentError, match="complete boards"):
        measure_clusters(Trajectory(np.full((1, 1, 2, 2), 255), [0], AXES))
