"""What the user passes: refused with a cure where nothing can be learned."""

import numpy as np
import pytest

from evolaw.discovery.lattices.model.intake import agree, gather, is_silent
from evolaw.discovery.lattices.model.observation import CLEAN, Channel, Every, Flips, Missing
from evolaw.errors import ArgumentError, ShapeError
from evolaw.trajectory import Trajectory

RNG = np.random.default_rng(0)


def film(
    values: np.ndarray, times: object = None, axes: tuple[str, ...] = ("times", "rows", "cols"), **more: object
) -> Trajectory:
    frames = values.shape[axes.index("times")]
    return Trajectory(values, np.arange(frames) if times is None else np.asarray(times), axes, **more)  # type: ignore[arg-type]


SOUP = RNG.integers(0, 2, (3, 6, 7)).astype(np.uint8)


def test_boards_are_split_and_boundaries_filled_in() -> None:
    boards = gather(film(np.stack([SOUP, SOUP]), axes=("boards", "times", "rows", "cols")))
    assert [board.values.shape for board in boards] == [(3, 6, 7)] * 2
    assert boards[0].boundary == "torus"
    assert gather(film(SOUP, boundary="plane"))[0].boundary == "plane"
    assert gather(film(SOUP, boundary="plane"), "reflecting")[0].boundary == "reflecting"
    assert len(gather([film(SOUP), film(SOUP[:, :4])])) == 2


@pytest.mark.parametrize(
    ("recording", "error", "message"),
    [
        ([], ArgumentError, "at least one recording"),
        (film(SOUP[:1]), ArgumentError, "at least two frames"),
        (film(np.zeros((4, 5, 5), np.uint8)), ArgumentError, "both living and dead"),
        (film(np.full((4, 5, 5), 255, np.uint8)), ArgumentError, "both living and dead"),
        (film(SOUP * 3), ArgumentError, "0, 1 and 255"),
        (film(SOUP[:, 0], axes=("times", "sites")), ShapeError, "times, rows, cols"),
        (film(np.zeros((3, 0, 4), np.uint8)), ArgumentError, "both living and dead|at least one cell"),
        ([SOUP], ArgumentError, "be a Trajectory"),
        (film(SOUP, boundary="mobius"), ArgumentError, "boundary"),
    ],
)
def test_what_teaches_nothing_is_refused(recording: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        gather(recording)  # type: ignore[arg-type]


def test_channels_agree_with_the_recordings() -> None:
    assert agree([film(SOUP)], None) == CLEAN
    assert agree([film(SOUP, [0, 2, 4])], None) == Every(2)
    assert agree([film(SOUP, [0, 2, 4])], Flips(0.1)) == Every(2) & Flips(0.1)
    assert agree([film(SOUP)], (Every(3), Flips("auto"))) == Every(3) & Flips("auto")
    hidden = SOUP.copy()
    hidden[0, 0, 0] = 255
    assert agree([film(hidden)], None) == Missing()
    assert agree([film(hidden), film(SOUP)], Flips(0.1)) == Channel(flips=0.1, missing=True)


@pytest.mark.parametrize(
    ("recordings", "observed", "message"),
    [
        ([film(SOUP, [0, 2, 4])], Every(3), "2 generations apart"),
        ([film(SOUP), film(SOUP, [0, 2, 4])], None, "equal gaps"),
        ([film(SOUP, about={"flip_probability": 0.1}), film(SOUP)], None, "one flip probability"),
        ([film(SOUP)], "flips", "be a channel"),
    ],
)
def test_contradicting_statements_are_refused(recordings: list[Trajectory], observed: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        agree(recordings, observed)  # type: ignore[arg-type]


def test_a_frame_of_missing_cells_means_an_unknown_edge() -> None:
    values = np.random.default_rng(0).integers(0, 2, (3, 6, 6)).astype(np.uint8)
    framed = np.pad(values, ((0, 0), (1, 1), (1, 1)), constant_values=255)
    film = Trajectory(framed, [0, 1, 2], ("times", "rows", "cols"))
    assert gather(film)[0].boundary == "window"
    assert gather(film, "torus")[0].boundary == "torus"
    assert is_silent(film, None) and not is_silent(film, "torus")
    with pytest.raises(ArgumentError, match="at least 3 x 3"):
        gather(Trajectory(values[:, :2], [0, 1, 2], film.axes), "window")


def test_a_line_is_a_board_of_one_row() -> None:
    (line,) = gather(film(SOUP[:, 0], axes=("times", "cells")))
    assert line.axes == ("times", "rows", "cols") and line.values.shape == (len(SOUP), 1, SOUP.shape[2])
