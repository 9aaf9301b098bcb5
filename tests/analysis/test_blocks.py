"""Blocks: frequencies by hand and for independent cells, entropies with known values, bias removed as promised."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.analysis.blocks import block_entropy, block_frequencies, conditional_entropy, mutual_information
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory

AXES = ("boards", "times", "rows", "cols")


def soup(p: float, boards: int, side: int, seed: int, boundary: str | None = "torus") -> Trajectory:
    cells = (np.random.default_rng(seed).random((boards, 2, side, side)) < p).astype(np.uint8)
    return Trajectory(cells, [0, 1], AXES, boundary=boundary)


def binary_entropy(p: float) -> float:
    return float(-p * np.log2(p) - (1 - p) * np.log2(1 - p))


def test_the_north_west_cell_is_the_most_significant_bit() -> None:
    board = np.zeros((1, 1, 3, 3), np.uint8)
    board[0, 0, 0, 0] = 1
    found = block_frequencies(Trajectory(board, [0], AXES), (3, 3)).value
    assert np.flatnonzero(found[0]).tolist() == [256]
    board[0, 0, 1, 2] = 1
    found = block_frequencies(Trajectory(board, [0], AXES), (3, 3)).value
    assert np.flatnonzero(found[0]).tolist() == [256 + 8]


@pytest.mark.parametrize("boundary", ["torus", "plane"])
@pytest.mark.parametrize("block", [(1, 1), (1, 3), (3, 1), (2, 2), (3, 3)])
def test_frequencies_against_a_loop(block: tuple[int, int], boundary: str) -> None:
    trajectory = soup(0.4, 2, 5, 0, boundary)
    cells = trajectory.values.copy()
    cells[1, 0, 2, 3] = 255
    trajectory = Trajectory(cells, [0, 1], AXES, boundary=boundary)
    wanted = np.zeros((2, 2, 2 ** (block[0] * block[1])))
    for board, time in np.ndindex(2, 2):
        last = (5, 5) if boundary == "torus" else (6 - block[0], 6 - block[1])
        for row, col in np.ndindex(*last):
            seen = [cells[board, time, (row + i) % 5, (col + j) % 5] for i in range(block[0]) for j in range(block[1])]
            if 255 not in seen:
                wanted[board, time, int("".join(map(str, seen)), 2)] += 1
    np.testing.assert_allclose(
        block_frequencies(trajectory, block).samples, wanted / wanted.sum(axis=-1, keepdims=True)
    )


@pytest.mark.parametrize("p", [0.5, 0.3])
def test_independent_cells_have_the_entropy_of_their_cells(p: float) -> None:
    """H(h, w) = h w H(p), conditional entropy H(p), mutual information 0; each within 4 standard errors of 40 boards
    (12 comparisons of about 1 in 3000 false alarms each)."""
    trajectory, bits = soup(p, 40, 40, 5), binary_entropy(p)
    checks = [
        (block_entropy(trajectory, block), block[0] * block[1] * bits) for block in ((1, 1), (1, 2), (2, 2), (3, 3))
    ]
    checks += [(conditional_entropy(trajectory, 3), bits), (mutual_information(trajectory, (1, -2)), 0.0)]
    for estimate, wanted in checks:
        assert estimate.value.shape == (2,)
        assert (np.abs(estimate.value - wanted) < 4.2 * estimate.standard_error).all(), estimate.what


def test_the_bias_of_few_cells_is_removed() -> None:
    """Plain entropies of 3 x 3 blocks on 20 boards of 12 x 12 lie about 0.1 bit too low; corrected ones do not."""
    draws = [soup(0.5, 20, 12, seed) for seed in range(40)]
    corrected = np.array([block_entropy(draw, (3, 3)).value[0] for draw in draws])
    plain = []
    for draw in draws:
        f = block_frequencies(draw, (3, 3)).value[0]
        plain.append(-(f[f > 0] * np.log2(f[f > 0])).sum())
    spread = corrected.std() / np.sqrt(len(corrected))
    assert 9 - np.mean(plain) > 0.1
    assert abs(corrected.mean() - 9) < 0.1 * (9 - np.mean(plain)) + 4 * spread


def test_order_is_seen() -> None:
    stripes = np.tile(np.array([0, 1], np.uint8), (3, 1, 6, 4))
    trajectory = Trajectory(stripes, [0], AXES, boundary="torus")
    assert block_entropy(trajectory, (2, 2)).value == pytest.approx(1)
    assert conditional_entropy(trajectory, 2).value == pytest.approx(0)
    assert mutual_information(trajectory, (0, 3)).value == pytest.approx(1)
    assert mutual_information(trajectory, (-2, 0)).value == pytest.approx(1)
    dead = Trajectory(np.zeros((2, 1, 4, 4)), [0], AXES)
    assert block_entropy(dead).value == pytest.approx(0)


def test_a_markov_chain_along_rows_has_its_entropy_rate() -> None:
    """Cells that copy their left neighbour with probability 0.9: H(3) - H(2) = H(0.9), I(1 cell) = 1 - H(0.9)."""
    flips = np.random.default_rng(2).random((60, 1, 20, 200)) < 0.1
    flips[..., 0] = np.random.default_rng(3).random((60, 1, 20)) < 0.5
    trajectory = Trajectory((np.cumsum(flips, axis=-1) % 2).astype(np.uint8), [0], AXES, boundary="plane")
    for estimate, wanted in (
        (conditional_entropy(trajectory, 3), binary_entropy(0.1)),
        (mutual_information(trajectory, (0, 1)), 1 - binary_entropy(0.1)),
        (mutual_information(trajectory, (0, 2)), 1 - binary_entropy(0.18)),
        (mutual_information(trajectory, (1, 0)), 0.0),
    ):
        assert abs(estimate.value[0] - wanted) < 4 * estimate.standard_error[0], estimate.what


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda t: block_frequencies(t, (5, 4)), "at most 16 cells"),
        (lambda t: block_frequencies(t, (0, 4)), "`block`"),
        (lambda t: mutual_information(t, (0, 0)), "`displacement`"),
        (lambda t: conditional_entropy(t, 0), "`length`"),
        (lambda t: block_frequencies(t, (1, 9)), "boards of at least 1 x 9"),
        (lambda t: mutual_information(t, (10**9, 0)), "boards of at least 1000000001 x 1"),
        (lambda t: block_entropy(Trajectory(np.full((1, 1, 3, 3), 255), [0], AXES)), "completely observed"),
    ],
)
def test_refusals(call, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ArgumentError, match=says):
        call(soup(0.5, 2, 6, 0, None))
