"""Do two ensembles of boards evolve alike?

Every board gives one vector of numbers a statistic. With x_i from one ensemble and y_j from the other, |.| the Euclidean norm:

    energy distance   2 mean |x_i - y_j| - mean |x_i - x_i'| - mean |y_j - y_j'|
    MMD**2            mean k(x_i, x_i') + mean k(y_j, y_j') - 2 mean k(x_i, y_j),   k = exp(-|.|**2 / 2 h**2), h the median of |.|
    Jensen-Shannon    H((p + q) / 2) - (H(p) + H(q)) / 2 in bits, p and q the mean frequencies

all over all pairs, a board with itself included. The permutation p-value is (1 + #{permuted >= observed}) / (1 + permutations): if
both ensembles are independent boards of one law, it is at most alpha with a probability of at most alpha, whatever the distance and the
number of boards. Its Monte-Carlo standard error is sqrt(p (1 - p) / permutations).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from evolaw import checks, display, randomness
from evolaw.analysis.blocks import block_frequencies
from evolaw.analysis.clusters import measure_clusters
from evolaw.analysis.estimates import Estimate
from evolaw.analysis.evolution import activity, density
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["DISTANCES", "STATISTICS", "Comparison", "Difference", "compare", "permutation_test"]

DISTANCES = ("energy", "mmd", "jensen-shannon")

STATISTICS: Mapping[str, Callable[[Trajectory], Estimate]] = {
    "density": density,
    "activity": activity,
    "2x2 blocks": lambda trajectory: block_frequencies(trajectory, (2, 2)),
    "clusters": lambda trajectory: measure_clusters(trajectory).sizes,
}
"""What `compare` looks at unless told otherwise."""

_CHUNK = 2**22


@dataclass(frozen=True)
class Difference:
    """The outcome of one permutation test.

    Attributes:
        distance: the observed distance.
        p_value: permutation p-value; small means the ensembles differ.
        p_error: Monte-Carlo standard error of ``p_value``.
        permutations: number of random permutations.
        boards: sizes of the two ensembles.
        adjusted: Holm's p-value over all statistics of a comparison; equal to ``p_value`` for a single test.
    """

    distance: float
    p_value: float
    p_error: float
    permutations: int
    boards: tuple[int, int]
    adjusted: float


@dataclass(frozen=True)
class Comparison:
    """The outcome of `compare`: one difference a statistic, in the order asked for."""

    differences: Mapping[str, Difference]
    distance: str

    @property
    def smallest(self) -> float:
        """The smallest adjusted p-value: below alpha, the ensembles differ at the family-wise error rate alpha."""
        return min(difference.adjusted for difference in self.differences.values())

    def __repr__(self) -> str:
        facts = [
            (name, f"{d.distance:.4g}  p {d.p_value:.4f} ± {d.p_error:.4f}  adjusted {d.adjusted:.4f}")
            for name, d in self.differences.items()
        ]
        return display.lines(f"Comparison by {self.distance} distance", facts)


@told
def compare(
    first: Trajectory,
    second: Trajectory,
    *,
    statistics: Mapping[str, Callable[[Trajectory], Estimate]] = STATISTICS,
    distance: str = "energy",
    permutations: int = 999,
    rng: Any,
) -> Comparison:
    """Compare two ensembles of independent boards statistic by statistic.

    Args:
        first, second: trajectories with at least two boards each and the same saved times.
        statistics: name to function; a function returns an Estimate that holds one sample a board.
        distance: "energy", "mmd", or "jensen-shannon" (for statistics that are frequencies along their last axis).
        permutations: random permutations a statistic.
        rng: source of the permutations.

    Returns:
        A table of differences. ``adjusted`` p-values are Holm's, so that a smallest one below alpha is a false alarm with a
        probability of at most alpha.

    Raises:
        ArgumentError: the times differ, an ensemble has fewer than two boards, or a statistic has no samples.
    """
    for name, each in (("first", first), ("second", second)):
        checks.require(isinstance(each, Trajectory), name, "be a trajectory", each)
    checks.require(
        np.array_equal(first.times, second.times),
        "second",
        "have the saved times of `first`",
        f"{len(second)} other times",
    )
    checks.require(len(statistics) > 0, "statistics", "hold at least one statistic", "empty")
    source = randomness.source(rng)
    found = {
        name: permutation_test(
            _samples(name, statistic(first)),
            _samples(name, statistic(second)),
            distance=distance,
            permutations=permutations,
            rng=randomness.Source(source.stream(name).words(0, 0)[0].item()),
        )
        for name, statistic in statistics.items()
    }
    return Comparison(_holm(found), distance)


@told
def permutation_test(
    first: Any, second: Any, *, distance: str = "energy", permutations: int = 999, rng: Any
) -> Difference:
    """Test whether two samples of independent vectors come from one distribution.

    Args:
        first, second: shapes (n, ...) and (m, ...), n and m at least 2; for "jensen-shannon" frequencies along the last axis.
        distance: "energy", "mmd" or "jensen-shannon".
        permutations: number of random permutations, at least 19.
        rng: source of the permutations.

    Notes:
        O((n + m)**2 permutations) for energy and MMD. With n = m = 2 no p-value lies below 1/3.

    References:
        szekely2013, equation 6.1; gretton2012, equation 5; phipson2010 for the added one.

    Example:
        >>> test = permutation_test(np.zeros((9, 1)), np.ones((9, 1)), rng=0)
        >>> round(test.distance, 9), test.p_value
        (2.0, 0.001)
    """
    name = checks.one_of(distance, "distance", DISTANCES)
    count = checks.integer(permutations, "permutations", least=19)
    a, b = (checks.numbers(x, label) for x, label in ((first, "first"), (second, "second")))
    for x, label in ((a, "first"), (b, "second")):
        checks.require(
            x.ndim >= 1 and len(x) >= 2, label, "hold at least two boards", f"of shape {x.shape}", "Record more boards."
        )
    checks.require(
        a.shape[1:] == b.shape[1:], "second", f"have vectors of shape {a.shape[1:]} like `first`", b.shape[1:]
    )
    pooled = np.concatenate([a, b])
    members = _memberships(len(a), len(pooled), count, randomness.source(rng))
    measure = _jensen_shannon if name == "jensen-shannon" else _energy if name == "energy" else _mmd
    values = measure(pooled, members)
    observed, permuted = values[0], values[1:]
    tolerance = 1e-12 * max(1.0, float(np.abs(values).max()))  # equal splits must tie in spite of rounding
    p = (1 + int((permuted >= observed - tolerance).sum())) / (1 + count)
    error = float(np.sqrt(p * (1 - p) / count))
    return Difference(float(observed), p, error, count, (len(a), len(b)), p)


def _samples(name: str, estimate: Estimate) -> np.ndarray:
    if estimate.samples is None:
        raise checks.refuse(
            "statistics",
            "return one sample a board",
            f"{name} without samples",
            "Use a statistic that is a mean over boards.",
        )
    return estimate.samples


def _memberships(first: int, total: int, permutations: int, source: randomness.Source) -> np.ndarray:
    """Rows of 1 for the first ensemble and 0 for the second: the observed split, then random ones."""
    members = np.zeros((permutations + 1, total))
    members[:, :first] = 1
    members[1:] = source.stream("permutations").generator().permuted(members[1:], axis=1)
    return members


def _energy(pooled: np.ndarray, members: np.ndarray) -> np.ndarray:
    flat = pooled.reshape(len(pooled), -1)
    return _contrast(-cdist(flat, flat), members)


def _mmd(pooled: np.ndarray, members: np.ndarray) -> np.ndarray:
    flat = pooled.reshape(len(pooled), -1)
    distances = cdist(flat, flat)
    width = float(np.median(distances[np.triu_indices(len(flat), 1)])) or float(distances.max()) or 1.0
    return _contrast(np.exp(-(distances**2) / (2 * width**2)), members)


def _contrast(kernel: np.ndarray, members: np.ndarray) -> np.ndarray:
    """mean k(x, x') + mean k(y, y') - 2 mean k(x, y) for every split."""
    first = members.sum(axis=1)
    second = members.shape[1] - first
    weights = members / first[:, None] - (1 - members) / second[:, None]
    return ((weights @ kernel) * weights).sum(axis=1)


def _jensen_shannon(pooled: np.ndarray, members: np.ndarray) -> np.ndarray:
    checks.require(
        bool((pooled >= 0).all()) and bool(np.allclose(pooled.sum(axis=-1), 1)),
        "first, second",
        "be frequencies that sum to 1 along the last axis for a Jensen-Shannon distance",
        "vectors of another kind",
        "Use the energy distance.",
    )
    flat = pooled.reshape(len(pooled), -1)
    rows = max(1, _CHUNK // flat.shape[1])
    return np.concatenate(
        [_divergence(flat, members[k : k + rows], pooled.shape) for k in range(0, len(members), rows)]
    )


def _divergence(flat: np.ndarray, members: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Jensen-Shannon divergence of the mean frequencies of every split, the mean over the axes before the last."""

    def shares(weights: np.ndarray) -> np.ndarray:
        return (weights @ flat / weights.sum(axis=1, keepdims=True)).reshape(len(weights), *shape[1:])

    def entropy(p: np.ndarray) -> np.ndarray:
        positive = np.where(p > 0, p, 1.0)
        return -(positive * np.log2(positive)).sum(axis=-1)

    p, q = shares(members), shares(1 - members)
    divergence = entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2
    return divergence.reshape(len(members), -1).mean(axis=1)


def _holm(found: Mapping[str, Difference]) -> dict[str, Difference]:
    """Adjust p-values so that the chance of any false alarm stays below alpha."""
    order = sorted(found, key=lambda name: found[name].p_value)
    adjusted: dict[str, float] = {}
    running = 0.0
    for rank, name in enumerate(order):
        running = max(running, min(1.0, (len(order) - rank) * found[name].p_value))
        adjusted[name] = running
    return {
        name: Difference(d.distance, d.p_value, d.p_error, d.permutations, d.boards, adjusted[name])
        for name, d in found.items()
    }
