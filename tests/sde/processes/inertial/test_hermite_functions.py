"""Hermite functions of a velocity."""

import numpy as np

from evolaw.sde.processes.inertial.hermite_functions import HermiteFunctions


def test_products_are_those_of_the_functions():
    """1 leaves all as they are, and v is the matrix of the velocity; to the tail beyond the last function."""
    functions = HermiteFunctions(20, 0.3, 0.7)
    np.testing.assert_allclose(functions.product(np.ones_like), np.eye(21), atol=1e-8)
    np.testing.assert_allclose(functions.product(lambda v: v), functions.velocity.toarray(), atol=1e-8)
