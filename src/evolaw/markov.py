"""Markov chains in discrete and in continuous time, on finitely many states.

Notation for the whole file. States are 0 … n-1.

    P[i, j] = P(X_{t+1} = j | X_t = i)                              transition matrix, rows sum to 1
    Q[i, j] = rate of i -> j, Q[i, i] = -sum of the other rates     rate matrix, rows sum to 0;  P(t) = exp(Q t)

i *leads to* j when a path of positive probability goes from i to j. A *class* is a set of states that lead to one another. It
is *recurrent* when nothing leads out of it, else *transient*; a state alone with P[i, i] = 1 is *absorbing*. The *period* of a
class is the greatest common divisor of the lengths of its closed paths. A *stationary law* pi solves pi P = pi (pi Q = 0);
there is exactly one on each recurrent class. For a target set A, h[i] = P_i(A is ever hit) and k[i] = E_i(time to hit A).

References: norris1997, chapters 1 to 3; grassmann1985 for the elimination without subtractions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.linalg import expm
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from evolaw import checks, display
from evolaw.arrays import read_only, require_memory
from evolaw.errors import ArgumentError
from evolaw.randomness import source
from evolaw.trajectory import Trajectory

__all__ = [
    "Chain",
    "ChainEstimate",
    "JumpChain",
    "estimate",
    "estimate_rates",
    "hitting_probabilities",
    "hitting_times",
    "lattice_chain",
    "simulate",
    "simulate_jumps",
]

_ROW_SUM_ERROR = 1e-9
_MEMORY = 2 * 2**30


@dataclass(frozen=True, eq=False)
class _FiniteChain:
    """What both kinds of chain share: a square matrix whose off-diagonal pattern says who leads to whom."""

    matrix: np.ndarray
    names: tuple[str, ...] = ()

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

    def _repr_html_(self) -> str:
        return display.card(type(self).__name__, self._facts())


class Chain(_FiniteChain):
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


class JumpChain(_FiniteChain):
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


def simulate(chain: Chain, start: int | str | np.ndarray, steps: int, *, paths: int = 1, rng: Any) -> Trajectory:
    """Simulate paths of a chain in discrete time.

    X_{t+1} = least j with  P[X_t, 0] + … + P[X_t, j] > U(t, path),   U uniform on [0, 1) with 53 bits.

    Args:
        chain: the chain.
        start: a state by number or name, or one state a path, shape (paths,).
        steps: number of steps.
        paths: number of independent paths.
        rng: seed or generator; the number at (step, path) depends on nothing else.

    Returns:
        Trajectory of state numbers, axes ("paths", "times"), times 0 … steps.

    Example:
        >>> simulate(Chain([[0, 1], [1, 0]]), 0, 3, rng=0).values
        array([[0, 1, 0, 1]])
    """
    steps, paths = checks.integer(steps, "steps", least=0), checks.integer(paths, "paths", least=1)
    require_memory("paths", 8.0 * paths * (steps + 1 + 2 * chain.states), _MEMORY, "Simulate fewer paths at a time.")
    seeded = source(rng)
    stream, bounds = seeded.stream("markov"), _bounds(chain.matrix)
    values = np.empty((paths, steps + 1), np.int64)
    values[:, 0] = _starts(chain, start, paths)
    for step in range(steps):
        uniform = _uniform(*stream.words(step, np.arange(paths)))
        values[:, step + 1] = (bounds[values[:, step]] <= uniform[:, None]).sum(1)
    return Trajectory(
        values, np.arange(steps + 1), ("paths", "times"), law=f"{chain.states}-state chain", seed=seeded.seed
    )


def simulate_jumps(
    chain: JumpChain, start: int | str | np.ndarray, times: Any, *, paths: int = 1, rng: Any
) -> Trajectory:
    """Simulate paths of a chain in continuous time, exactly, and look at them at the given times.

    A path waits an exponential time of mean 1 / -Q_ii in i and then jumps to j with probability Q_ij / -Q_ii.

    Args:
        chain: the chain.
        start: state at time 0: one for all paths, or one a path.
        times: when to look, rising strictly from at least 0.
        paths: number of independent paths.
        rng: seed or generator; the numbers of jump n of a path depend on nothing else.

    Returns:
        Trajectory of state numbers, axes ("paths", "times").

    Example:
        >>> simulate_jumps(JumpChain([[-1, 1], [0, 0]]), 0, [0, 100], rng=0).values
        array([[0, 1]])
    """
    times, paths = checks.increasing(times, "times"), checks.integer(paths, "paths", least=1)
    checks.require(times[0] >= 0, "times", "start at 0 or later", times[0])
    require_memory("paths", 8.0 * paths * (times.size + 2 * chain.states), _MEMORY, "Simulate fewer paths at a time.")
    seeded = source(rng)
    waits, jumps = seeded.stream("waits"), seeded.stream("jumps")
    leave, bounds = np.abs(np.diag(chain.matrix)), _bounds(chain.embedded().matrix)
    values = np.empty((paths, times.size), np.int64)
    state, clock, alive, jump = _starts(chain, start, paths), np.zeros(paths), np.arange(paths), 0
    while alive.size:
        now, here = clock[alive], state[alive]
        with np.errstate(divide="ignore"):
            until = now - np.log1p(-_uniform(*waits.words(jump, alive))) / leave[here]
        for column, time in enumerate(times):
            seen = (now <= time) & (time < until)
            values[alive[seen], column] = here[seen]
        clock[alive] = until
        state[alive] = (bounds[here] <= _uniform(*jumps.words(jump, alive))[:, None]).sum(1)
        alive, jump = alive[until <= times[-1]], jump + 1
    return Trajectory(values, times, ("paths", "times"), law=f"{chain.states}-state jump chain", seed=seeded.seed)


@dataclass(frozen=True, eq=False)
class ChainEstimate:
    """A chain estimated from what was seen.

    Attributes:
        counts: transitions seen from i to j, shape (states, states).
        matrix: estimated P or Q; NaN in rows of states that were never left from (their law is unknown).
        standard_error: standard error of each entry; NaN likewise.
        exposure: how long each state was watched: visits, or total time.
    """

    counts: np.ndarray
    matrix: np.ndarray
    standard_error: np.ndarray
    exposure: np.ndarray

    def chain(self) -> Chain:
        """Return the estimated discrete chain; refused while the law of a state is unknown."""
        unknown = np.flatnonzero(self.exposure == 0)
        if unknown.size:
            raise ArgumentError(f"State {unknown[0]} was never left in the data: its row is unknown. Record it first.")
        return Chain(self.matrix)

    def __repr__(self) -> str:
        known = int((self.exposure > 0).sum())
        facts = [("transitions", int(self.counts.sum())), ("states seen", f"{known} of {len(self.counts)}")]
        return display.lines("ChainEstimate", facts)


def estimate(trajectory: Trajectory, states: int | None = None) -> ChainEstimate:
    """Estimate P by maximum likelihood: P_ij = N_ij / N_i with standard error sqrt(P_ij (1 - P_ij) / N_i).

    Args:
        trajectory: integer states at consecutive times, axes ("times",) or ("paths", "times").
        states: number of states; by default one more than the largest seen.

    References:
        anderson1957, section 2.
    """
    values = _integer_paths(trajectory)
    checks.require(
        bool((np.diff(trajectory.times) == 1).all()), "trajectory", "hold consecutive times", trajectory.times
    )
    size = _state_count(values, states)
    pairs = values[:, :-1] * size + values[:, 1:]
    counts = np.bincount(pairs.ravel(), minlength=size * size).reshape(size, size)
    visits = counts.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        matrix = counts / visits[:, None]
        error = np.sqrt(matrix * (1 - matrix) / visits[:, None])
    return ChainEstimate(counts, matrix, error, visits)


def estimate_rates(paths: Sequence[tuple[Sequence[float], Sequence[int]]], states: int | None = None) -> ChainEstimate:
    """Estimate Q from fully watched paths: Q_ij = N_ij / T_i with standard error sqrt(N_ij) / T_i.

    Args:
        paths: for each path the jump times, beginning with its start and ending with the end of the watch, and the
            states held between them: one state fewer than times.
        states: number of states; by default one more than the largest seen.

    References:
        albert1962, section 3.
    """
    checks.require(len(paths) > 0, "paths", "hold at least one path", "empty")
    watched = []
    for number, (times, held) in enumerate(paths):
        clock, seen = checks.increasing(times, f"paths[{number}] times"), np.asarray(held)
        fits = seen.ndim == 1 and seen.size == clock.size - 1 and np.issubdtype(seen.dtype, np.integer)
        checks.require(fits, f"paths[{number}]", "hold one whole-number state fewer than times", f"{seen.size} states")
        watched.append((np.diff(clock), seen))
    size = _state_count(np.concatenate([seen for _, seen in watched])[None], states)
    counts, exposure = np.zeros((size, size), np.int64), np.zeros(size)
    for waits, seen in watched:
        np.add.at(counts, (seen[:-1], seen[1:]), 1)
        np.add.at(exposure, seen, waits)
    with np.errstate(invalid="ignore", divide="ignore"):
        matrix, error = counts / exposure[:, None], np.sqrt(counts) / exposure[:, None]
    np.fill_diagonal(matrix, np.where(exposure > 0, -matrix.sum(1), np.nan))
    np.fill_diagonal(error, np.sqrt(counts.sum(1)) / np.where(exposure > 0, exposure, np.nan))
    return ChainEstimate(counts, matrix, error, exposure)


def lattice_chain(alive_next: Callable[[np.ndarray], np.ndarray], rows: int, cols: int) -> Chain:
    """Build the chain of a probabilistic automaton on a small board: its states are all 2^(rows cols) boards.

        P[x, y] = product over cells c of  p_c(x) if y_c else 1 - p_c(x)

    Args:
        alive_next: takes boards, uint8 of shape (boards, rows, cols), and returns for every cell the probability that it
            is alive one step later, same shape; cells are updated independently given the board.
        rows, cols: board size, at most 12 cells.

    Returns:
        A Chain; state number s is the board whose cell c, row by row, is bit c of s.

    Notes:
        Takes 8 * 4^(rows cols) bytes: 128 MiB for 12 cells.

    Example:
        >>> lattice_chain(lambda boards: 0.25 * np.ones(boards.shape), 1, 2).matrix[0]
        array([0.5625, 0.1875, 0.1875, 0.0625])
    """
    rows, cols = checks.integer(rows, "rows", least=1), checks.integer(cols, "cols", least=1)
    cells = rows * cols
    checks.require(cells <= 12, "rows", "give at most 12 cells with cols", f"{rows} x {cols} = {cells} cells")
    boards = (np.arange(2**cells)[:, None] >> np.arange(cells) & 1).astype(np.uint8)
    alive = np.asarray(alive_next(boards.reshape(-1, rows, cols)), float)
    checks.require(alive.shape == (2**cells, rows, cols), "alive_next", "return one probability a cell", alive.shape)
    checks.require(bool(((alive >= 0) & (alive <= 1)).all()), "alive_next", "return probabilities", alive)
    matrix = np.ones((2**cells, 1))
    for p in alive.reshape(2**cells, cells).T:
        matrix = np.concatenate([matrix * (1 - p)[:, None], matrix * p[:, None]], axis=1)
    return Chain(matrix)


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


def _target(chain: _FiniteChain, target: Sequence[int | str]) -> np.ndarray:
    checks.require(len(target) > 0, "target", "hold at least one state", "empty")
    goal = np.zeros(chain.states, bool)
    goal[[chain.index(state, "target") for state in target]] = True
    return goal


def _starts(chain: _FiniteChain, start: int | str | np.ndarray, paths: int) -> np.ndarray:
    if isinstance(start, np.ndarray) and start.ndim:
        checks.shape(start, "start", (paths,))
        return np.array([chain.index(state.item(), "start") for state in start])
    return np.full(paths, chain.index(start.item() if isinstance(start, np.ndarray) else start, "start"))


def _bounds(matrix: np.ndarray) -> np.ndarray:
    """Row-wise cumulative probabilities; infinite from the last possible state on, so that rounding leads nowhere else."""
    bounds = np.cumsum(matrix, axis=1)
    last = matrix.shape[1] - 1 - (matrix[:, ::-1] > 0).argmax(1)
    bounds[np.arange(matrix.shape[1]) >= last[:, None]] = np.inf
    return bounds


def _uniform(high: np.ndarray, low: np.ndarray) -> np.ndarray:
    return ((high.astype(np.uint64) << np.uint64(21)) | (low >> np.uint32(11)).astype(np.uint64)) * 2.0**-53


def _integer_paths(trajectory: Trajectory) -> np.ndarray:
    fits = trajectory.axes in {("times",), ("paths", "times")} and np.issubdtype(trajectory.values.dtype, np.integer)
    checks.require(fits, "trajectory", "hold whole-number states on axes (paths, times)", trajectory.axes)
    checks.require(len(trajectory) > 1, "trajectory", "hold at least two times", f"{len(trajectory)} time")
    return np.atleast_2d(trajectory.values).astype(np.int64)


def _state_count(values: np.ndarray, states: int | None) -> int:
    checks.require(int(values.min()) >= 0, "trajectory", "hold states from 0 up", int(values.min()))
    seen = int(values.max()) + 1
    size = seen if states is None else checks.integer(states, "states", least=seen)
    require_memory("states", 24.0 * size * size, _MEMORY, "Renumber the states without gaps.")
    return size
