"""What a library lacks is named: the proposal is the law's own, and nothing where nothing tried will do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evolaw import discovery
from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.misfit.missing_terms import missing_terms
from evolaw.discovery.diffusions.problem import pose


def proposed(track: Any, target: str, **asked: Any) -> tuple[str, ...]:
    case = pose(track, noise=0.0, **asked)
    return missing_terms(case, weigh(case, target))


@pytest.mark.parametrize(
    ("drift", "library", "start", "found"),
    [
        (lambda x: 0.9 - np.sin(x), "poly:5", 0.0, ("1", "sin(x)", "cos(x)")),
        pytest.param(lambda x: 2 * x - 2 * x**3, "1, x", 1.0, ("1", "x", "x^3"), marks=pytest.mark.slow),
        pytest.param(
            lambda x: 0.4 - np.sin(2 * np.pi * x),
            "1, x",
            1.0,
            ("1", "sin(2*pi*x)", "cos(2*pi*x)"),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_the_law_s_own_terms_are_proposed(
    record: Any, drift: Any, library: str, start: float, found: tuple[str, ...]
) -> None:
    """Three laws at one seed; a right library is refused at another one in twenty."""
    track = record(drift, lambda x: [0.15 if start == 1.0 else 0.4], [start], 0.02, 20_000, 4, fine=2)
    assert proposed(track, "x", library=library) == found


@pytest.mark.slow
def test_what_nothing_tried_explains_has_no_proposal(record: Any) -> None:
    track = record(lambda x: -2 * np.sign(x - 0.37) - x, lambda x: [0.5], [0.0], 0.02, 20_000, 4, fine=2)
    assert proposed(track, "x", library="1, x") == ()


@pytest.mark.slow
def test_the_check_says_the_option_and_the_option_works(record: Any) -> None:
    """A pendulum with friction: both components are asked about, and what is said can be typed as it stands."""
    track = record(
        lambda x: [x[1], 0.5 - 0.4 * x[1] - np.sin(x[0])], lambda x: [0.0, 0.5], [0.0, 0.0], 0.02, 20_000, 5, fine=2
    )
    first = discovery.discover(track, library="poly:2", noise=0.0, rng=0)
    says = next(check.says for check in first.checks if check.name == "library of y")
    library = says.split("--library '")[1].split("'")[0]
    assert library == "y: 1, x, y, sin(x), cos(x)"
    again = discovery.discover(track, library=library, noise=0.0, rng=0)
    assert set(again.of("present")) >= {"y: 1", "y: y", "y: sin(x)"}
