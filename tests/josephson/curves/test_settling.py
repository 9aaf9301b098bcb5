"""How long is waited, and where no wait is enough."""

import numpy as np
import pytest

from evolaw.josephson import Junction, iv_curve
from evolaw.josephson.curves.settling import doubt, doubtful, slowest_rates, transient


def test_only_two_states_are_slow():
    grid = np.array([0.2, 0.8, 1.2])
    assert np.isinf(slowest_rates(Junction(noise=0.1), grid)).all()
    assert np.isinf(slowest_rates(Junction(damping=1.5, noise=0.1), grid)).all()
    rates = slowest_rates(Junction(damping=0.5, noise=0.2), grid)
    assert np.isinf(rates[[0, 2]]).all() and rates[1] == pytest.approx(0.0754, rel=0.01)


def test_the_wait_covers_every_relaxation_up_to_a_bound():
    assert transient(Junction(noise=0.1), np.array([0.5])) == 0
    assert transient(Junction(damping=0.05, noise=0.1), np.array([0.01])) == 200
    assert transient(Junction(damping=0.5, noise=0.2), np.array([0.8])) == pytest.approx(10 / 0.0754, rel=0.01)
    assert transient(Junction(damping=0.5, noise=0.01), np.array([0.8])) == 2000
    assert transient(Junction(damping=5.0, noise=1e-3), np.array([1.0])) == pytest.approx(150)


def test_what_cannot_be_waited_for_is_said():
    grid, rates = np.array([0.5, 0.8]), np.array([1e-6, 1.0])
    mask = doubtful(rates, 100.0)
    assert mask.tolist() == [True, False] and doubt(grid, ~mask & mask, rates, 100.0) == ""
    assert "At i = 0.5 a resting" in doubt(grid, mask, rates, 100.0) and "1e+06" in doubt(grid, mask, rates, 100.0)


def test_a_barrier_lower_than_the_noise_is_no_cause_for_doubt():
    """α = 0.05, D = 1, i = 0.95: the barrier is a fiftieth of D, and Kramers' rate, which counts on a high one, nearly 0."""
    rates = slowest_rates(Junction(damping=0.05, noise=1.0), np.array([0.95]))
    assert 0.02 < rates[0] < 0.05
    assert not doubtful(rates, transient(Junction(damping=0.05, noise=1.0), np.array([0.95]), rates)).any()


@pytest.mark.slow
def test_a_curve_that_is_not_stationary_says_so():
    """α = 0.3, D = 0.01: nothing escapes at i = 0.6 in any time there is, though the running state is the likely one."""
    curve = iv_curve(Junction(damping=0.3, noise=0.01), [0.2, 0.6, 1.3], 0, paths=64, duration=20.0, exact=False)
    assert curve.doubtful.tolist() == [False, True, False]
    assert "began at rest" in curve.doubt and "began at rest" in repr(curve)
