"""The door: which world a recording belongs to, and what belongs to none."""

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.discovery import discover, series_of
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.errors import ArgumentError


def film():
    return evolve("B3/S23", np.random.default_rng(0).integers(0, 2, (12, 12)), 4)


def test_frames_and_their_statistics_are_lattices() -> None:
    assert discover(film(), "isotropic", rng=0).space == "isotropic"
    starts = (np.random.default_rng(1).random((6, 24, 24)) < 0.35).astype(np.uint8)
    series = series_of(evolve("B3/S23", starts, 4), start_density=0.35)
    known = dict.fromkeys(RuleSpace.named("outer-totalistic").names, 0) | {"B3": 1, "S3": 1}
    del known["S2"]
    assert discover(series, known=known, rng=0).source.startswith("6 runs")


@pytest.mark.parametrize(
    ("recording", "options", "message"),
    [
        ("film.npz", {}, "be a Trajectory with the axes times, rows, cols"),
        (None, {}, "or else a box"),
        ([], {}, "hold at least one recording"),
        (film(), {"boundry": "torus"}, "Did you mean boundary"),
    ],
)
def test_what_belongs_nowhere_is_refused(recording: object, options: dict[str, str], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        discover(recording, rng=0, **options)
