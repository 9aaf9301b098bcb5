"""Chains on finitely many states, in discrete and in continuous time.

Notation for the whole folder. States are 0 … n-1.

    P[i, j] = P(X_{t+1} = j | X_t = i)                              transition matrix, rows sum to 1
    Q[i, j] = rate of i -> j, Q[i, i] = -sum of the other rates     rate matrix, rows sum to 0;  P(t) = exp(Q t)

i *leads to* j when a path of positive probability goes from i to j. A *class* is a set of states that lead to one another. It
is *recurrent* when nothing leads out of it, else *transient*; a state alone with P[i, i] = 1 is *absorbing*. The *period* of a
class is the greatest common divisor of the lengths of its closed paths. A *stationary law* pi solves pi P = pi (pi Q = 0);
there is exactly one on each recurrent class. For a target set A, h[i] = P_i(A is ever hit) and k[i] = E_i(time to hit A).

References: norris1997, chapters 1 to 3; grassmann1985 for the elimination without subtractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.linalg import expm
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from evolaw import checks, display
from evolaw.arrays import read_only
from evolaw.told import told

__all__ = ["Chain", "FiniteChain", "JumpChain"]

_ROW_SUM_ERROR = 1e-9


@dataclass(frozen=True, eq=False)
class FiniteChain:
    """What both kinds of chain share: a square matrix whose off-diagonal pattern says who leads to whom."""

    matrix: np.ndarray
    names: tuple[str, ...] = ()

    if TYPE_CHECKING:  # what is given may be anything that becomes a matrix; what is held is one

        def __init__(self, matrix: Any, names: Sequence[str] = ...) -> None: ...

    def __post_init__(self) -> None:
        matrix = checks.finite(checks.shape(np.asarray(self.matrix, float), "matrix", ("states", "states")), "matrix")
        checks.require(matrix.shape[0] == matrix.shape[1] > 0, "matrix", "be square", f"of shape {matrix.shape}")
        names = tuple(str(name) for name in self.names) or tuple(str(i) for i in range(len(matrix)))
        checks.require(len(names) == len(matrix), "names", f"name the {len(matrix)} states", f"{len(names)} names")
        checks.require(len(set(names)) == len(names), "names", "be distinct", names)
        object.__setattr__(self, "matrix", read_only(matrix))
        object.__setattr__(self, "names", names)

    @property
    def states(self) -> int:
        """Number of states."""
        return len(self.matrix)

    @cached_property
    def classes(self) -> list[np.ndarray]:
        """The communicating classes as sorted arrays of states, ordered by their smallest state."""
        labels = connected_components(csr_array(self.matrix != 0), connection="strong")[1]
        return sorted((np.flatnonzero(labels == label) for label in np.unique(labels)), key=lambda members: members[0])

    @cached_property
    def recurrent_classes(self) -> list[np.ndarray]:
        """The classes that nothing leads out of."""
        outside = [np.delete(self.matrix[members], members, axis=1) for members in self.classes]
        return [members for members, out in zip(self.classes, outside, strict=True) if not out.any()]

    @property
    def is_irreducible(self) -> bool:
        """Whether all states form one class."""
        return len(self.classes) == 1

    def stationary(self) -> np.ndarray:
        """Return the stationary laws, one row a recurrent class, shape (recurrent classes, states).

        Notes:
            Grassmann-Taksar-Heyman elimination: no subtractions, hence accurate to rounding in every entry, however
            small. Cost O(m^3) for a class of m states.

        Example:
            >>> Chain([[0.9, 0.1], [0.3, 0.7]]).stationary().round(12)
            array([[0.75, 0.25]])
        """
        laws = np.zeros((len(self.recurrent_classes), self.states))
        for law, members in zip(laws, self.recurrent_classes, strict=True):
            law[members] = _eliminate(self.matrix[np.ix_(members, members)])
        return laws

    def is_reversible(self, tolerance: float = 1e-12) -> bool:
        """Whether detailed balance pi_i M_ij = pi_j M_ji holds on every recurrent class to within ``tolerance``."""
        flows = [law[:, None] * self.matrix for law in self.stationary()]
        return all(np.abs(flow - flow.T).max() <= tolerance for flow in flows)

    def index(self, state: int | str, argument: str = "state") -> int:
        """Return the number of a state given by number or name."""
        if isinstance(state, str):
            return self.names.index(checks.one_of(state, argument, self.names))
        return checks.integer(state, argument, least=0, most=self.states - 1)

    def _facts(self) -> list[tuple[str, Any]]:
        return [("states", self.states), ("classes", len(self.classes)), ("recurrent", len(self.recurrent_classes))]

    def __repr__(self) -> str:
        return display.lines(type(self).__name__, self._facts())

    def to_latex(self) -> str:
        """Return the matrix as a LaTeX tabular, a row a state."""
        return display.typeset(self, "latex")

    def to_typst(self) -> str:
        """Return the matrix as a Typst table, a row a state.

        Example:
            >>> print(Chain([[0.9, 0.1], [0.3, 0.7]], ("dry", "wet")).to_typst().splitlines()[4])
              "dry", "0.9", "0.1",
        """
        return display.typeset(self, "typst")

    def _repr_html_(self) -> str:
        return display.card(type(self).__name__, self._facts())


@told
class Chain(FiniteChain):
    """A chain in discrete time, given by its transition matrix.

    Attributes:
        matrix: P, shape (states, states), rows sum to 1 to within 1e-9; read-only.
        names: state names; "0", "1", … by default.

    Raises:
        ArgumentError: the matrix is not square, an entry is negative, or a row does not sum to 1 (which one is said).

    Example:
        >>> Chain([[0, 1], [1, 0]]).periods
        [2]
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        negative = np.argwhere(self.matrix < 0)
        if negative.size:
            i, j = negative[0]
            raise checks.refuse("matrix", "hold no negative probability", f"{self.matrix[i, j]} at row {i}, column {j}")
        error = np.abs(self.matrix.sum(1) - 1)
        worst = int(error.argmax())
        if error[worst] > _ROW_SUM_ERROR:
            raise checks.refuse("matrix", "have rows that sum to 1", f"{self.matrix[worst].sum()} in row {worst}")

    @cached_property
    def periods(self) -> list[int]:
        """The period of each class, in the order of ``classes``; 0 for a class that no closed path visits."""
        return [_period(self.matrix[np.ix_(members, members)] > 0) for members in self.classes]

    def power(self, steps: int) -> np.ndarray:
        """Return P^steps, the transition matrix over ``steps`` steps."""
        return np.linalg.matrix_power(self.matrix, checks.integer(steps, "steps", least=0))


@told
class JumpChain(FiniteChain):
    """A chain in continuous time, given by its rate matrix Q.

    Attributes:
        matrix: Q, shape (states, states), per unit time; off-diagonal entries at least 0, rows sum to 0; read-only.
        names: state names; "0", "1", … by default.

    Raises:
        ArgumentError: an off-diagonal rate is negative or a row does not sum to 0.

    Example:
        >>> JumpChain([[-1, 1], [2, -2]]).stationary().round(4)
        array([[0.6667, 0.3333]])
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        rates = self.matrix - np.diag(np.diag(self.matrix))
        if (rates < 0).any():
            i, j = np.argwhere(rates < 0)[0]
            raise checks.refuse("matrix", "hold no negative rate", f"{rates[i, j]} at row {i}, column {j}")
        error = np.abs(self.matrix.sum(1)) / np.maximum(rates.sum(1), 1)
        worst = int(error.argmax())
        if error[worst] > _ROW_SUM_ERROR:
            raise checks.refuse("matrix", "have rows that sum to 0", f"{self.matrix[worst].sum()} in row {worst}")

    def transition(self, time: float) -> Chain:
        """Return the chain seen every ``time``: P = exp(Q time)."""
        matrix = np.clip(expm(self.matrix * checks.number(time, "time", least=0)), 0, None)
        return Chain(matrix / matrix.sum(1, keepdims=True), self.names)

    def embedded(self) -> Chain:
        """Return the chain of the jumps: P_ij = Q_ij / -Q_ii; an absorbing state stays."""
        leave = -np.diag(self.matrix)
        jumps = (self.matrix + np.diag(leave)) / np.where(leave > 0, leave, 1)[:, None]
        return Chain(jumps + np.diag(leave == 0), self.names)


def _eliminate(matrix: np.ndarray) -> np.ndarray:
    """Stationary law of an irreducible matrix by elimination of one state after another (only off-diagonals enter)."""
    a = np.array(matrix, float)
    size = len(a)
    for k in range(size - 1, 0, -1):
        a[:k, k] /= a[k, :k].sum()
        a[:k, :k] += np.outer(a[:k, k], a[k, :k])
    law = np.ones(size)
    for k in range(1, size):
        law[k] = law[:k] @ a[:k, k]
    return law / law.sum()


def _period(edges: np.ndarray) -> int:
    """Greatest common divisor of level[i] + 1 - level[j] over the edges i -> j of a strongly connected graph."""
    if not edges.any():
        return 0
    order, parents = breadth_first_order(csr_array(edges), 0)
    level = np.zeros(len(edges), np.int64)
    for node in order[1:]:
        level[node] = level[parents[node]] + 1
    i, j = np.nonzero(edges)
    return int(np.gcd.reduce(np.abs(level[i] + 1 - level[j])))
