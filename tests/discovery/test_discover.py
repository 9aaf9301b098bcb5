"""The door: which world a recording belongs to, and what belongs to none."""

import subprocess
import sys

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


def test_who_hands_over_a_trajectory_does_not_wait_for_the_rules_of_lattices() -> None:
    """0.4 s of processor time instead of 0.8 before the first recording is looked at."""
    program = (
        "import sys\nfrom evolaw.discovery import discover\nfrom evolaw.discovery.spine.worlds import worlds\n"
        "from evolaw.trajectory import Trajectory\ntrack = Trajectory([0.0, 1.0], [0.0, 1.0], ('times',))\n"
        "print([world.name for world in worlds() if world.owns(track)])\n"
        "print([m for m in ('jax', 'scipy.optimize', 'evolaw.discovery.lattices.investigation') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split("\n")[:2] == ["['diffusions']", "[]"]


def test_a_space_that_is_no_word_is_refused() -> None:
    for space in (np.zeros((4, 4)), 3, None):
        with pytest.raises(ArgumentError, match="`space` must be one of outer-totalistic"):
            discover(film(), space, rng=0)
