r"""The integral of a term over one step, from the values recorded at its start and after it.

    ∫_{t_k}^{t_{k+1}} E[φ(X_s) | X_k] ds  =  Σ_l w_l E[φ(X_{k+l}) | X_k] + O(dt^{m+1}),    l = 0 … m-1

The conditional mean of φ is a smooth function of time even where the path is not, so the weights of Adams and Moulton for ordinary
equations serve; each recorded φ(X_{k+l}) is an unbiased estimate of its own conditional mean. Unequal steps have their own weights,
the integrals of the Lagrange polynomials through the recorded times.
"""

from __future__ import annotations

import numpy as np

from evolaw import checks

__all__ = ["MOST_NODES", "weights"]

MOST_NODES = 5

_EQUAL = {
    1: (1.0,),
    2: (1 / 2, 1 / 2),
    3: (5 / 12, 8 / 12, -1 / 12),
    4: (9 / 24, 19 / 24, -5 / 24, 1 / 24),
    5: (251 / 720, 646 / 720, -264 / 720, 106 / 720, -19 / 720),
}


def weights(times: np.ndarray, nodes: int) -> np.ndarray:
    """Return the weights of every step, shape (steps, nodes), with steps = times.size - nodes + 1 (at least two nodes: - 1).

    Args:
        times: recorded times of one stretch, rising.
        nodes: number of values used, 1 to 5.

    Example:
        >>> weights(np.array([0.0, 0.1, 0.2, 0.3]), 3) * 12 / 0.1
        array([[ 5.,  8., -1.],
               [ 5.,  8., -1.]])
    """
    checks.integer(nodes, "nodes", least=1, most=MOST_NODES)
    count = times.size - max(nodes, 2) + 1
    steps = np.diff(times)[:count]
    if count <= 0:
        return np.zeros((0, nodes))
    if np.ptp(np.diff(times)) <= 1e-6 * steps[0]:
        return np.outer(steps, _EQUAL[nodes])
    if nodes == 1:
        return steps[:, None]
    # In units of the step the Vandermonde matrices are well conditioned whatever the unit of time.
    knots = np.stack([times[l : l + count] - times[:count] for l in range(nodes)], 1) / steps[:, None]
    powers = knots[:, None, :] ** np.arange(nodes)[None, :, None]
    moments = np.broadcast_to(1.0 / np.arange(1, nodes + 1), (count, nodes))
    return np.linalg.solve(powers, moments[..., None])[..., 0] * steps[:, None]
