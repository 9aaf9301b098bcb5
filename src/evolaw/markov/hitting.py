"""Whether and when a chain hits a set of states.

    h[i] = P_i(A is ever hit)        k[i] = E_i(time to hit A)

Both are least solutions of linear systems, solved on the states where these are regular.

References: norris1997, sections 1.3 and 3.3.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evolaw import checks
from evolaw.markov.chains import Chain, FiniteChain, JumpChain

__all__ = ["hitting_probabilities", "hitting_times"]


def hitting_probabilities(chain: Chain | JumpChain, target: Sequence[int | str]) -> np.ndarray:
    """Compute h[i] = P_i(the target is ever hit), the least solution of h = 1 on A, h = P h outside.

    Args:
        chain: the chain, discrete or continuous.
        target: states of A, by number or name; at least one.

    Returns:
        Probabilities, shape (states,).

    Notes:
        The system is solved on the states that lead to A only, where it is regular; elsewhere h = 0 exactly.

    References:
        norris1997, theorems 1.3.2 and 3.3.1.

    Example:
        >>> ruin = Chain([[1, 0, 0], [0.5, 0, 0.5], [0, 0, 1]])
        >>> hitting_probabilities(ruin, [2])
        array([0. , 0.5, 1. ])
    """
    matrix, goal = _jumps(chain).matrix, _target(chain, target)
    h = goal.astype(float)
    inside = _leads_to(matrix, goal) & ~goal
    if inside.any():
        block = matrix[np.ix_(inside, inside)]
        h[inside] = np.linalg.solve(np.eye(len(block)) - block, matrix[np.ix_(inside, goal)].sum(1))
    return np.clip(h, 0.0, 1.0)


def hitting_times(chain: Chain | JumpChain, target: Sequence[int | str]) -> np.ndarray:
    """Compute k[i] = E_i(time to hit the target): k = 0 on A, k = 1 + P k outside (Q k = -1 in continuous time).

    Args:
        chain: the chain; time is counted in steps, or in the unit of its rates.
        target: states of A, by number or name.

    Returns:
        Expected times, shape (states,); infinite where the target is missed with positive probability.

    References:
        norris1997, theorems 1.3.5 and 3.3.3.

    Example:
        >>> hitting_times(Chain([[0.5, 0.5], [0, 1]]), [1])
        array([2., 0.])
    """
    goal = _target(chain, target)
    jumps = _jumps(chain).matrix
    doomed = ~_leads_to(jumps, goal)
    sure = ~_leads_to(np.where(goal[:, None], 0.0, jumps), doomed) & ~doomed
    k = np.where(goal, 0.0, np.inf)
    inside = sure & ~goal
    if inside.any():
        block = chain.matrix[np.ix_(inside, inside)]
        system = np.eye(len(block)) - block if isinstance(chain, Chain) else -block
        k[inside] = np.linalg.solve(system, np.ones(len(block)))
    return k


def _leads_to(matrix: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Mark the states from which a path of positive probability, possibly of length 0, reaches ``goal``."""
    marked = goal.copy()
    while True:
        grown = marked | (matrix[:, marked] > 0).any(1)
        if (grown == marked).all():
            return marked
        marked = grown


def _jumps(chain: Chain | JumpChain) -> Chain:
    return chain if isinstance(chain, Chain) else chain.embedded()


def _target(chain: FiniteChain, target: Sequence[int | str]) -> np.ndarray:
    checks.require(len(target) > 0, "target", "hold at least one state", "empty")
    goal = np.zeros(chain.states, bool)
    goal[[chain.index(state, "target") for state in target]] = True
    return goal
