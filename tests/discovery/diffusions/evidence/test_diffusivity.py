"""Diffusion coefficients, constant and varying, clean and through noise."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.problem import pose


@pytest.mark.parametrize(("noise", "rate"), [(0.0, 1.0), (0.1, 1.0), (0.0, 8.0), (0.1, 8.0)])
def test_a_constant_is_found_without_the_drift_in_it(relaxation: object, noise: float, rate: float) -> None:
    """Within 4.5 of its errors: seven in a million. At rate 8 squared increments alone would be 8 % (noisy: 24 %) too small."""
    track = relaxation(rate, 0.5, 0.02, 40_000, 6, noise=noise)  # type: ignore[operator]
    form = weigh(pose(track, library="x", noise=noise), "x").diffusion
    assert form is not None
    assert abs(form.estimate[0] - 0.5) < 4.5 * form.error[0] < 0.12


def test_a_coefficient_that_grows_with_the_state_is_found(record: object) -> None:
    law = (lambda x: -x, lambda x: 0.2 + 0.3 * x**2)
    track = record(*law, [0.1], 0.01, 20_000, 8)  # type: ignore[operator]
    form = weigh(pose(track, library="x", diffusion="1, x, x^2", noise=0.0), "x").diffusion
    assert form is not None
    scores = (form.estimate - np.array([0.2, 0.0, 0.3])) / form.error
    assert np.abs(scores).max() < 4.5
    assert form.estimate[2] > 6 * form.error[2]
