"""What is worth recording next."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery import discover
from evolaw.discovery.diffusions.experiment.proposals import Experiment


@pytest.fixture
def stuck(record: object) -> object:
    track = record(lambda x: x - x**3, lambda x: [0.02], [1.0], 0.02, 6000, 5)  # type: ignore[operator]
    return discover(track, library="poly:5", rng=0)


def test_more_of_the_same_is_worth_what_it_is_worth(stuck: object) -> None:
    """J_e = J adds ½ ln 2 = 0.35 nats, 3 J adds ½ ln 4 = 0.69, four times the points none; linear response can only estimate J_e."""
    worth = dict(stuck.next.others)  # type: ignore[attr-defined]
    again, longer = worth["Record once more, just as before."], worth["Record four times as long."]
    faster = worth["Record four times as fast."]
    assert again == pytest.approx(0.35, abs=0.25)
    assert longer == pytest.approx(0.69, abs=0.35)
    assert faster == pytest.approx(0.0, abs=1e-6)


def test_a_stuck_particle_is_to_be_set_elsewhere(stuck: object) -> None:
    asked = stuck.next  # type: ignore[attr-defined]
    assert asked.kind == "restart"
    starts = np.array(asked.starts)
    assert starts.shape == (20, 1)
    assert starts.min() < 0 < 1.5 < starts.max()
    # Recorded above zero alone: a number or an amplitude, maybe.
    assert "below zero where x cannot be negative" in asked.says
    assert Experiment.from_json(asked.to_json()).to_json() == asked.to_json()


@pytest.mark.slow
def test_nothing_is_asked_when_nothing_is_open(relaxation: object) -> None:
    assert discover(relaxation(1.0, 0.5, 0.02, 60_000, 1), library="x", rng=0).next is None  # type: ignore[operator]


def test_open_diffusion_terms_ask_for_more_steps(relaxation: object) -> None:
    track = relaxation(1.0, 0.5, 0.02, 400, 3)  # type: ignore[operator]
    found = discover(track, library="x", diffusion="1, x, x^2", known="x: x=-1", rng=0)
    assert found.next.kind == "faster"
    assert found.next.step == pytest.approx(0.005)
