"""A run of an array."""

import numpy as np
import pytest

from evolaw.josephson.arrays.ladders import ladder
from evolaw.josephson.arrays.results import run_array
from evolaw.josephson.arrays.series import series_array


def test_identical_junctions_stay_together():
    law = series_array(5, 1.5, inductance=1.0, resistance=1.0, capacitance=1.0)
    run = run_array(law, np.zeros(7), 20.0, 0, junctions=5, frames=21)
    np.testing.assert_allclose(run.order, 1.0, atol=1e-9)
    assert run.locked == 1 and run.rest.shape == (1, 21, 2)
    # One path has no standard error: it said "± 0", and "1 paths".
    assert np.isnan(run.order_error).all() and np.isnan(run.velocity_error).all()
    assert "without standard error" in repr(run) and "±" not in repr(run)


@pytest.mark.slow
def test_noise_gives_errors():
    law = ladder(3, 0.2, damping=1.0, noise=0.3, inductance=5.0)
    run = run_array(law, np.zeros(6), 10.0, 1, junctions=3, paths=64, frames=5, dt=0.1)
    assert np.all(run.order_error[1:] > 0) and np.all(run.velocity_error > 0)
    assert run.phase.shape == (64, 5, 3) and run.order[0] == pytest.approx(1)
