"""Sparse factors and the slowest eigenvalue."""

import numpy as np
import pytest
from scipy.sparse import diags_array

from evolaw.sde.processes.inertial.sparse_factors import nearest_zero


@pytest.mark.parametrize("in_order", [False, True])
def test_the_eigenvalue_nearest_zero_of_a_chain(in_order):
    """Ends held: -(2 - 2 cos(π/(n + 1)))."""
    chain = diags_array([np.ones(19), np.full(20, -2.0), np.ones(19)], offsets=[-1, 0, 1]).tocsc().astype(complex)
    assert nearest_zero(chain, in_order).real == pytest.approx(-(2 - 2 * np.cos(np.pi / 21)), rel=1e-9)
