"""Whether and when a chain hits a set of states.

    h[i] = P_i(A is ever hit)        k[i] = E_i(time to hit A)

Both are least solutions of linear systems, solved on the states where these are regular, by eliminating one state after another:

    r_k = sum of what leaves k,     a_ij += a_ik a_kj / r_k,     b_i += a_ik b_k / r_k,     x_k = (b_k + sum_j a_kj x_j) / r_k

with the sums over what is not yet eliminated and b the way into the target, or the time of a stay. What leaves a state is added
up, never found as 1 - P_kk: nothing is subtracted, so a leak of 1e-16 a step loses no digit.

References: norris1997, sections 1.3 and 3.3; grassmann1985.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evolaw import checks
from evolaw.markov.chains import Chain, FiniteChain, JumpChain
from evolaw.told import told

__all__ = ["hitting_probabilities", "hitting_times"]


@told
def hitting_probabilities(chain: Chain | JumpChain, target: Sequence[int | str]) -> np.ndarray:
    """Compute h[i] = P_i(the target is ever hit), the least solution of h = 1 on A, h = P h outside.

    Args:
        chain: the chain, discrete or continuous.
        target: states of A, by number or name; at least one.

    Returns:
        Probabilities, shape (states,).

    Notes:
        The system is solved on the states that lead to A only, where it is regular; elsewhere h = 0 exactly. Accurate to
        rounding in every entry, however slow the leaks; cost O(m^3) for m such states.

    References:
        norris1997, theorems 1.3.2 and 3.3.1.

    Example:
        >>> ruin = Chain([[1, 0, 0], [0.5, 0, 0.5], [0, 0, 1]])
        >>> hitting_probabilities(ruin, [2])
        array([0. , 0.5, 1. ])
    """
    leave, goal = _leaving(chain), _target(chain, target)
    h = goal.astype(float)
    inside = _leads_to(leave, goal) & ~goal
    into, elsewhere = leave[:, goal].sum(1), leave[:, ~goal & ~inside].sum(1)
    h[inside] = _eliminated(leave[np.ix_(inside, inside)], into[inside], into[inside] + elsewhere[inside])
    return np.minimum(h, 1.0)


@told
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
    leave, goal = _leaving(chain), _target(chain, target)
    doomed = ~_leads_to(leave, goal)
    sure = ~_leads_to(np.where(goal[:, None], 0.0, leave), doomed) & ~doomed
    k = np.where(goal, 0.0, np.inf)
    inside = sure & ~goal
    k[inside] = _eliminated(leave[np.ix_(inside, inside)], np.ones(inside.sum()), leave[np.ix_(inside, goal)].sum(1))
    return k


def _eliminated(between: np.ndarray, gain: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Solve r_i x_i = gain_i + sum_j a_ij x_j for r_i = out_i + sum_j a_ij, all of it nonnegative, without subtractions."""
    a, b, out = np.array(between, float), np.array(gain, float), np.array(out, float)
    rates = np.empty(len(b))
    for k in range(len(b) - 1, -1, -1):
        rates[k] = out[k] + a[k, :k].sum()
        share = a[:k, k] / rates[k]
        a[:k, :k] += np.outer(share, a[k, :k])
        np.fill_diagonal(a[:k, :k], 0.0)
        b[:k] += share * b[k]
        out[:k] += share * out[k]
    x = np.empty(len(b))
    for k in range(len(b)):
        x[k] = (b[k] + a[k, :k] @ x[:k]) / rates[k]
    return x


def _leaving(chain: Chain | JumpChain) -> np.ndarray:
    """The probabilities or rates of leaving a state for another."""
    leave = np.array(chain.matrix, float)
    np.fill_diagonal(leave, 0.0)
    return leave


def _leads_to(matrix: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Mark the states from which a path of positive probability, possibly of length 0, reaches ``goal``."""
    marked = goal.copy()
    while True:
        grown = marked | (matrix[:, marked] > 0).any(1)
        if (grown == marked).all():
            return marked
        marked = grown


def _target(chain: FiniteChain, target: Sequence[int | str]) -> np.ndarray:
    checks.require(len(target) > 0, "target", "hold at least one state", "empty")
    goal = np.zeros(chain.states, bool)
    goal[[chain.index(state, "target") for state in target]] = True
    return goal
