"""Every trajectory can be looked at: on a page, and in a notebook, within bounds."""

from __future__ import annotations

import html
import re

import numpy as np
import pytest

from evolaw import report
from evolaw.automata.evolution import evolve
from evolaw.report.moving.player import notebook, render_trajectory
from evolaw.trajectory import Trajectory

CHANCE = np.random.default_rng(0)
BOARD = CHANCE.integers(0, 2, (20, 30)).astype(np.uint8)
PATHS = Trajectory(CHANCE.normal(size=(40, 11, 2)).cumsum(1), np.arange(11.0), ("paths", "times", "dim"), law="dX = dW")


def test_a_board_is_played_with_its_curves() -> None:
    run = evolve("B3/S23", BOARD, 9)
    page = render_trajectory(run, command="evolaw simulate B3/S23", seed=3)
    assert page.count('class="frames"') == 1
    assert "10 frames of 20 × 30 cells, on a torus." in page
    assert page.count('class="ink"') == 1 and page.count("<source") == 1, "the curves, and the same for a phone"
    assert "<h1" in page and "B3/S23</h1>" in page
    assert report.render(run, command="evolaw simulate B3/S23", seed=3) == page


def test_a_line_of_cells_is_space_and_time() -> None:
    page = render_trajectory(evolve("W110", BOARD[0], 25), lang="zh")
    assert 'class="ink pixels"' in page
    assert "30 个元胞的 26 代" in page
    assert 'class="frames"' not in page


def test_paths_are_lines() -> None:
    page = render_trajectory(PATHS)
    assert page.count("<img") == 1
    assert "40 paths × 11 times × 2 components" in page


def test_a_law_that_someone_else_wrote_is_escaped() -> None:
    run = Trajectory(BOARD[None], [0], ("times", "rows", "cols"), law="<script>alert(1)</script>")
    assert "<script>alert" not in render_trajectory(run)
    assert "<script>" not in run._repr_html_()


@pytest.mark.parametrize("size", [4, 64, 700])
def test_a_notebook_shows_a_film_within_bounds(size: int) -> None:
    run = Trajectory(CHANCE.integers(0, 2, (60, size, size)).astype(np.uint8), np.arange(60), ("times", "rows", "cols"))
    shown = run._repr_html_()
    assert len(shown) < 400_000
    (page,) = re.findall(r'<iframe sandbox=\'allow-scripts\'[^>]* srcdoc="([^"]*)">', shown)
    assert 'class="frames"' in html.unescape(page)
    assert "default-src 'none'" in html.unescape(page).replace("&#39;", "'")


def test_a_notebook_shows_lines_and_space_time() -> None:
    assert "data:image/png" in notebook(PATHS)
    assert len(PATHS._repr_html_()) < 200_000
    assert "downwards" in notebook(evolve("W110", BOARD[0], 25))


@pytest.mark.parametrize(
    ("shape", "axes"),
    [((5, 40), ("times", "dim")), ((1, 2), ("times", "dim")), ((2, 3, 5, 1), ("sets", "paths", "times", "dim"))],
)
def test_what_has_no_picture_shows_its_facts(shape: tuple[int, ...], axes: tuple[str, ...]) -> None:
    run = Trajectory(np.zeros(shape), np.arange(shape[axes.index("times")]), axes)
    assert notebook(run) == ""
    assert "no picture" in render_trajectory(run)


def test_numbers_on_a_grid_are_not_taken_for_cells() -> None:
    run = Trajectory(CHANCE.normal(size=(3, 8, 8)), np.arange(3), ("times", "rows", "cols"))
    assert 'class="frames"' not in render_trajectory(run)
