"""What a program did to the frames is undone and said; axes in another order are named."""

from dataclasses import replace

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.discovery import discover
from evolaw.discovery.lattices.misfit.displays import check_axes, find_display, undo_inversion
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.trajectory import Trajectory

SPACE = RuleSpace.named("outer-totalistic")


def soup(rule: str, size: tuple[int, int] = (24, 20), steps: int = 9) -> Trajectory:
    start = (np.random.default_rng(0).random(size) < 0.4).astype(np.uint8)
    return evolve(rule, start, steps)


def shown_by_golly(film: Trajectory) -> Trajectory:
    values = film.values.copy()
    values[1::2] ^= 1
    return replace(film, values=values)


def test_inverted_generations_are_undone_and_said() -> None:
    film = soup("B013568/S01")
    upright, check = undo_inversion([shown_by_golly(film)], SPACE)
    assert np.array_equal(upright[0].values, film.values)
    assert check is not None and check.passed and "undone" in check.says
    finding = discover(shown_by_golly(film), rng=0)
    assert finding.law.most_probable == "B013568/S01" and not finding.failed
    assert "display" in {each.name for each in finding.checks}


@pytest.mark.parametrize("rule", ["B3/S23", "B013568/S01"])
def test_upright_recordings_stay(rule: str) -> None:
    film = soup(rule)
    kept, check = undo_inversion([film], SPACE)
    assert kept[0] is film and check is None


@pytest.mark.parametrize(("order", "words"), [((1, 2, 0), "rows, cols, times"), ((2, 0, 1), "cols, times, rows")])
def test_another_order_of_axes_is_named(order: tuple[int, int, int], words: str) -> None:
    film = soup("B3/S23", steps=12)
    values = film.values.transpose(order)
    turned = Trajectory(values, np.arange(len(values)), film.axes)
    check = check_axes([turned], SPACE)
    assert check is not None and words in check.says and "13 frames of 24 x 20" in check.says
    assert discover(turned, rng=0).facts["cause"] == "axes"


def test_the_right_order_is_not_doubted() -> None:
    film = soup("B3/S23")
    assert check_axes([film], SPACE) is None
    spoiled = replace(film, values=film.values ^ (np.random.default_rng(0).random(film.values.shape) < 0.02))
    assert check_axes([spoiled], SPACE) is None


FILM = soup("B3/S23", (30, 33), 12)
RNG = np.random.default_rng(5)
ORDER = [int(place) for place in RNG.permutation(13)]
TURNED = RNG.random((13, 1, 1)) < 0.5
PLACES = RNG.integers(-3, 4, (13, 2))
NAMED = sorted(range(26), key=str)


def shown(values: np.ndarray, boundary: str | None = None) -> Trajectory:
    return Trajectory(values, np.arange(len(values)), FILM.axes, boundary=boundary)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (FILM.values[::-1], "opposite order"),
        (FILM.values[ORDER], f"in this order, counted from 0: {', '.join(map(str, np.argsort(ORDER)))}"),
        (soup("B3/S23", steps=25).values[NAMED], "sorted by name"),
        (FILM.values ^ (TURNED ^ TURNED[0]), "dead and alive are exchanged in frames"),
        (FILM.values ^ (np.arange(13) > 6)[:, None, None], "frames 7, 8, 9, 10, 11, 12. Exchange"),
        (np.array([frame[:, ::-1] if t % 3 == 1 else frame for t, frame in enumerate(FILM.values)]), "frames 1, 4, 7, 10 are turned or"),
        (FILM.values.repeat(3, 1).repeat(3, 2), "drawn as 3 x 3"),
        (np.array([np.roll(frame, (2 * place, -place), (0, 1)) for place, frame in enumerate(FILM.values)]), "by 2 down and 1 left"),
        (np.array([np.roll(frame, place, (0, 1)) for place, frame in zip(PLACES, FILM.values, strict=True)]), "shifted against"),
        (
            np.array([f[20:50, 20 + t : 50 + t] for t, f in enumerate(soup("B3/S23", (80, 80), 12).values)]),
            "by 1 left, as before a camera",
        ),
    ],
)  # fmt: skip
def test_frames_that_show_something_else_are_named_with_their_cure(values: np.ndarray, words: str) -> None:
    """Each once was a larger neighbourhood, an asynchronous automaton or laws that take turns; nothing is decided."""
    finding = discover(shown(values.astype(np.uint8)), rng=0)
    says = " ".join(check.says for check in finding.failed)
    assert finding.facts["cause"] == "display" and words in says and "B3/S23 explains everything" in says
    assert not finding.of("present") and not finding.of("absent") and not finding.of("probabilistic")


def test_other_readings_are_not_found_where_there_are_none() -> None:
    """Coins, misread cells and skipped generations: each at most one in 100 by its e-value, and none of these."""
    film = evolve("B3=0.7/S2=0.9,3", FILM.values[0], 9, rng=0)
    spoiled = FILM.values ^ (RNG.random(FILM.values.shape) < 0.02)
    for values in (film.values, spoiled, FILM.values[::2]):
        assert find_display([shown(values.astype(np.uint8), "torus")], SPACE) is None


@pytest.mark.parametrize("size", [(24, 20), (20, 24), (16, 36)])
def test_boards_written_flat_are_no_line(size: tuple[int, int]) -> None:
    """A film of boards, each row of the file one of them, was read as a line whose cells are misread."""
    film = soup("B3/S23", size, 12)
    flat = Trajectory(film.values.reshape(len(film.values), -1), film.times, ("times", "cells"))
    finding = discover(flat, rng=0)
    assert finding.facts["cause"] == "axes"
    assert f"values.reshape(-1, {size[0]}, {size[1]})" in finding.failed[0].says
