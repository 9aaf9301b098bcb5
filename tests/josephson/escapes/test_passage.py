"""Mean first-passage times."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Junction, passage_times

WELL = np.arcsin(0.5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("end", "known"),
    [(np.pi - WELL, 134.463490), pytest.param(WELL + 2 * np.pi, 253.008503, marks=pytest.mark.slow)],
)
def test_the_top_takes_half_as_long_as_the_next_well(end, known):
    """i = 0.5, D = 0.2, a step of 0.05: within 3 errors of 2 %, 0.3 % of other seeds. Without the bridge the top is 10 % late and the test fails."""
    found = passage_times(Junction(noise=0.2), [0.5], 0, start=WELL, end=end, horizon=600.0, paths=1500)
    assert found.exact[0] == pytest.approx(known, abs=1e-5)
    assert found.error[0] < 0.035 * known and found.gap < 3


@pytest.mark.slow
def test_those_that_did_not_arrive_are_not_forgotten():
    """A horizon at which a third is still in the well gives the same mean."""
    found = passage_times(Junction(noise=0.2), [0.5], 1, start=WELL, end=np.pi - WELL, horizon=150.0, paths=2000)
    assert found.gap < 3
    with pytest.raises(ArgumentError, match="horizon"):
        passage_times(Junction(noise=0.2), [0.5], 1, start=WELL, end=np.pi - WELL, horizon=20.0, paths=64)


@pytest.mark.slow
def test_with_inertia_half_a_turn_beyond_the_top_is_the_escape():
    """α = 2, D = 0.1: the inverse of the eigenvalue of the Fokker–Planck equation; 0.3 % of other seeds."""
    end = 2 * np.pi - WELL
    found = passage_times(Junction(damping=2.0, noise=0.1), [0.5], 0, start=WELL, end=end, horizon=30_000.0, paths=1500)
    # The way down behind the top and the way to a steady flux take a few units of time of 16 900.
    assert found.value[0] == pytest.approx(1 / 5.928035e-5, abs=3 * found.error[0] + 20)


def test_faults_are_named():
    noisy = Junction(noise=0.2)
    with pytest.raises(ArgumentError, match="end"):
        passage_times(noisy, [0.5], 0, start=1.0, end=0.5, horizon=10.0)
    with pytest.raises(ArgumentError, match="noise"):
        passage_times(Junction(), [0.5], 0, start=0.0, end=0.5, horizon=10.0)
