"""LU factors of the sparse operators of density equations, and their slowest eigenvalue."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["factored", "nearest_zero"]


def factored(matrix: Any, in_order: bool = False) -> Any:
    """Return LU factors. Each unknown meets its neighbours only: pivots near the diagonal keep them so, ten times quicker than any pivot.

    Args:
        matrix: square, by columns.
        in_order: full blocks beside the diagonal, which another order of the unknowns would only fill.
    """
    from scipy.sparse.linalg import splu

    order = "NATURAL" if in_order else "MMD_AT_PLUS_A"
    return splu(matrix, permc_spec=order, diag_pivot_thresh=1e-3, options={"SymmetricMode": True})


def nearest_zero(matrix: Any, in_order: bool = False) -> complex:
    """Return the eigenvalue nearest 0."""
    from scipy.sparse import identity
    from scipy.sparse.linalg import LinearOperator, eigs

    # A shift just above 0: an operator that keeps all mass is singular.
    shift = 1e-12
    solve = factored((matrix - shift * identity(matrix.shape[0], format="csc")).tocsc(), in_order).solve
    inverse = LinearOperator(matrix.shape, matvec=solve, dtype=complex)
    first = np.ones(matrix.shape[0], complex)
    value = eigs(inverse, k=1, which="LM", v0=first, return_eigenvectors=False, tol=1e-12)[0]
    return complex(shift + 1 / value)
