"""Exact densities are densities, and have the exact moments."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.ito.equations import process
from evolaw.sde.catalogue import PROCESSES
from evolaw.sde.processes.exact_marginals import exact_density, exact_moments

TIMES = np.array([0.0, 0.5, 1.0])


@pytest.mark.parametrize("name", PROCESSES)
def test_exact_densities_are_densities(name: str) -> None:
    """They integrate to one, and where the moments are known they have them."""
    classic = PROCESSES[name]
    law, start, time = process(name, {}), np.array(classic.start), 0.7
    x = np.linspace(-30, 30, 200_001)
    for component in range(law.dim):
        height, words = exact_density(law, x, component, time, start)
        if height is None:
            assert words == ""
            continue
        mean, variance = exact_moments(law, np.array([time]), start)
        assert np.trapezoid(height, x) == pytest.approx(1.0, abs=1e-6)
        if words == "exact" and mean is not None and variance is not None:
            assert np.trapezoid(x * height, x) == pytest.approx(mean[0, component], abs=1e-6)
            second = np.trapezoid((x - mean[0, component]) ** 2 * height, x)
            assert second == pytest.approx(variance[0, component], rel=1e-5)


def test_what_is_not_known_is_none() -> None:
    cubic = process("dX = -X^3 dt + dW", {})
    assert exact_moments(cubic, TIMES, np.zeros(1)) == (None, None)
    assert exact_density(cubic, TIMES, 0, 1.0, np.zeros(1)) == (None, "")
