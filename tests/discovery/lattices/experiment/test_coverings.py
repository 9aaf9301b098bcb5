"""Boards that show many windows: counted by the plain step's own windows."""

import numpy as np
import pytest

from evolaw.automata.stepping import windows
from evolaw.discovery.lattices.experiment.coverings import entries_shown, every_window, mosaic, stored
from evolaw.discovery.lattices.model.rule_space import NESTED, RuleSpace


def test_the_8_by_64_torus_shows_every_window_exactly_once() -> None:
    board = every_window()
    assert board.shape == (64, 8)
    assert sorted(windows(board, "torus").ravel().tolist()) == list(range(512))


@pytest.mark.parametrize(("space", "cells"), [("outer-totalistic", 32), ("isotropic", 136), ("general", 512)])
def test_stored_tori_show_every_entry(space: str, cells: int) -> None:
    board = stored(space)
    assert board.size == cells
    assert min(board.shape) >= 3
    assert entries_shown(board, RuleSpace.named(space)).min() >= 1


@pytest.mark.parametrize("count", [1, 2, 3, 5, 12, 50, 512])
def test_a_mosaic_shows_what_is_wanted(count: int) -> None:
    wanted = np.random.default_rng(count).permutation(512)[:count]
    board = mosaic(wanted)
    assert set(wanted.tolist()) <= set(windows(board, "torus").ravel().tolist())
    assert board.size <= 9 * (count + np.sqrt(count) + 1)


@pytest.mark.parametrize("space", NESTED)
def test_shown_entries_add_up_to_the_cells(space: str) -> None:
    board = np.random.default_rng(0).integers(0, 2, (7, 9))
    assert entries_shown(board, RuleSpace.named(space)).sum() == 63
