"""A trained network read as a rule: what it says of all 512 windows, how surely, and what its weights are.

A network that sees one window *is* a table of 512 logits. If their signs are a rule's table, the network is that rule on
every board of every size for ever; accuracy on boards is weaker evidence, weighted by visits.

Filters are compared with the symmetric ones. With P the average over the eight turns and reflections,

    symmetric share = |P f|^2 / |f|^2,         symmetrisation error = |f - P f| / |f|
    totalistic share = |Q f|^2 / |f|^2,        Q: projection on span{centre, sum of the ring}

and with the canonical solutions of Life (`evolaw.learning.windows.cnn`) by the cosine of the angle between a filter and the nearest
canonical one, up to sign, scale and the order of filters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from evolaw import display
from evolaw.automata.rules.rule import Rule, entries, reflect_windows, rotate_windows
from evolaw.learning.windows.cnn import Cnn, Quadratic, WindowNet, read_logits
from evolaw.learning.windows.equivariant import GroupNet, equivariance_error, symmetries
from evolaw.told import told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Filter", "Readout", "explain_filters", "match_solutions", "read_rule", "read_table", "response_curve"]

_CENTRE = 4
_CANONICAL = {"n": 0.0, "n + c/2": 0.5, "n + c": 1.0}
_SOLUTIONS = {"relu": ("n", "n + c"), "tanh": ("n", "n + c/2"), "quadratic": ("n + c/2",)}
_FELT = 0.1
"""Filters weaker than this share of the strongest are no part of a solution."""


@dataclass(frozen=True, eq=False)
class Readout:
    """What a network says of every window.

    Attributes:
        logits: logit of life of each window, shape (512,).
        rule: the hard rule, alive where the logit is positive.
        margin: the smallest |logit|; what rounding or noise would have to overcome.
        equivariance_error: largest difference between a window and its turned forms.
        visited: whether the training saw each window; None when unknown.
        wrong: entries of the isotropic space whose windows are not those of the truth, split into visited and
            unvisited; None when no truth was given.
        window_errors: (errors among visited windows, errors among the others); None likewise.
    """

    logits: np.ndarray
    rule: Rule
    margin: float
    equivariance_error: float
    visited: np.ndarray | None
    wrong: tuple[list[str], list[str]] | None
    window_errors: tuple[int, int] | None

    @property
    def probabilities(self) -> np.ndarray:
        """Sigmoid of the logits, shape (512,)."""
        return 1 / (1 + np.exp(-self.logits))

    @property
    def errors(self) -> int | None:
        """Wrong windows of 512; None when no truth was given."""
        return None if self.window_errors is None else sum(self.window_errors)

    @property
    def unseen_entries(self) -> list[str] | None:
        """Isotropic entries of which no window was seen in training; None when that is unknown."""
        if self.visited is None:
            return None
        return [name for name, windows in entries("isotropic").items() if not self.visited[windows].any()]

    def _facts(self) -> list[tuple[str, Any]]:
        split = self.window_errors
        return [
            ("rule", str(self.rule)),
            ("space", self.rule.space),
            ("margin", f"{self.margin:.3g}"),
            ("asymmetry", f"{self.equivariance_error:.3g}"),
            ("windows seen", None if self.visited is None else f"{int(self.visited.sum())} of 512"),
            ("windows wrong", None if split is None else f"{split[0]} of those seen, {split[1]} of the others"),
        ]

    def __repr__(self) -> str:
        return display.lines("Readout", self._facts())

    def _repr_html_(self) -> str:
        return display.card("Readout", self._facts())

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure of the logits against centre and neighbour count."""
        return display.plot(self, **options)


@dataclass(frozen=True, eq=False)
class Filter:
    """One filter of a first layer.

    Attributes:
        weights: f, shape (3, 3).
        symmetric: P f, shape (3, 3).
        symmetric_share: |P f|^2 / |f|^2.
        symmetrisation_error: |f - P f| / |f|.
        totalistic_share: |Q f|^2 / |f|^2.
        nearest: the canonical filter it is most like: "n", "n + c/2" or "n + c".
        cosine: |cosine| of the angle to it.
        cosines: the same for each canonical filter.
        strength: |f| times the size of its outgoing weight, relative to the largest.
    """

    weights: np.ndarray
    symmetric: np.ndarray
    symmetric_share: float
    symmetrisation_error: float
    totalistic_share: float
    nearest: str
    cosine: float
    strength: float
    cosines: dict[str, float]


@told
def read_rule(net: WindowNet, *, visited: np.ndarray | None = None, truth: Rule | str | None = None) -> Readout:
    """Read a network as a rule.

    Args:
        net: the network.
        visited: which windows the training saw, shape (512,), for the split of the errors.
        truth: the true rule, if known.

    Example:
        >>> read_rule(Cnn.life(), truth="B3/S23").errors
        0
    """
    readout = read_table(read_logits(net), visited=visited, truth=truth)
    return replace(readout, equivariance_error=equivariance_error(net))


def read_table(logits: np.ndarray, *, visited: np.ndarray | None = None, truth: Rule | str | None = None) -> Readout:
    """Read logits of life of all windows, shape (512,), as a rule; otherwise as `read_rule`."""
    alive = (logits > 0).astype(np.uint8)
    seen = np.ones(logits.size, bool) if visited is None else np.asarray(visited, bool)
    wrong = errors = None
    if truth is not None:
        off = alive != Rule(truth).table
        errors = int((off & seen).sum()), int((off & ~seen).sum())
        faulty = {name: windows for name, windows in entries("isotropic").items() if off[windows].any()}
        wrong = (
            [name for name, windows in faulty.items() if seen[windows].any()],
            [name for name, windows in faulty.items() if not seen[windows].any()],
        )
    asymmetry = max(float(np.abs(logits - logits[turn]).max()) for turn in (rotate_windows(), reflect_windows()))
    return Readout(logits, Rule.from_table(alive), float(np.abs(logits).min()), asymmetry, visited, wrong, errors)


@told
def explain_filters(net: WindowNet) -> list[Filter]:
    """Describe the filters of the first layer, strongest first; a table has none.

    Example:
        >>> [(f.nearest, round(f.cosine, 3)) for f in explain_filters(Cnn.life())]
        [('n + c', 1.0), ('n', 1.0)]
    """
    filters, outgoing = _first_layer(net)
    strength = np.linalg.norm(filters, axis=1) * outgoing
    strength = strength / max(strength.max(initial=0.0), np.finfo(float).tiny)
    turns = symmetries("D4")
    found = []
    for weights, force in sorted(zip(filters, strength, strict=True), key=lambda pair: -pair[1]):
        size = max(float(weights @ weights), np.finfo(float).tiny)
        ring, symmetric = np.delete(weights, _CENTRE), weights[turns].mean(0)
        cosines = {name: _cosine(weights, centre) for name, centre in _CANONICAL.items()}
        nearest = max(cosines, key=lambda name: cosines[name])
        found.append(
            Filter(
                weights=weights.reshape(3, 3),
                symmetric=symmetric.reshape(3, 3),
                symmetric_share=float((symmetric**2).sum() / size),
                symmetrisation_error=float(np.sqrt(((weights - symmetric) ** 2).sum() / size)),
                totalistic_share=float((weights[_CENTRE] ** 2 + ring.sum() ** 2 / ring.size) / size),
                nearest=nearest,
                cosine=cosines[nearest],
                strength=float(force),
                cosines=cosines,
            )
        )
    return found


@told
def match_solutions(filters: list[Filter]) -> dict[str, float]:
    """Compare filters with the canonical solutions of Life, whatever their order, sign and scale.

    Args:
        filters: what `explain_filters` gave; those weaker than a tenth of the strongest are left out.

    Returns:
        For each solution of `evolaw.learning.windows.cnn` the mean |cosine| between its filters and as many different ones of the
        network, paired for the largest mean; the best solution first. Empty where the network has too few filters for any.

    Example:
        >>> {name: round(share, 3) for name, share in match_solutions(explain_filters(Cnn.life())).items()}
        {'relu': 1.0, 'tanh': 0.993, 'quadratic': 0.986}
    """
    felt = [each for each in filters if each.strength >= _FELT]
    found = {}
    for solution, wanted in _SOLUTIONS.items():
        if len(wanted) <= len(felt):
            likeness = np.array([[each.cosines[name] for each in felt] for name in wanted])
            found[solution] = float(likeness[linear_sum_assignment(likeness, maximize=True)].mean())
    return dict(sorted(found.items(), key=lambda item: -item[1]))


@told
def response_curve(readout: Readout) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of the logit by centre (2) and neighbour count (9), each of shape (2, 9).

    The standard deviation is over the windows of one count: zero for a network that only counts.
    """
    windows = np.arange(512)
    centre = windows >> 4 & 1
    count = np.array([int(w).bit_count() for w in windows]) - centre
    groups = [[readout.logits[(centre == c) & (count == n)] for n in range(9)] for c in (0, 1)]
    return np.array([[g.mean() for g in row] for row in groups]), np.array([[g.std() for g in row] for row in groups])


def _first_layer(net: WindowNet) -> tuple[np.ndarray, np.ndarray]:
    """Filters, shape (filters, 9), and the size of what leaves each, shape (filters,)."""
    if isinstance(net, Quadratic):
        return np.asarray(net.filter, float)[None], np.ones(1)
    if isinstance(net, GroupNet):
        following = net.mixes[0] if net.mixes else net.readout[0][None, :, None]
        return np.asarray(net.lift, float).T, np.linalg.norm(np.asarray(following, float), axis=(0, 2))
    if isinstance(net, Cnn):
        return np.asarray(net.weights[0], float).T, np.linalg.norm(np.asarray(net.weights[1], float), axis=1)
    return np.empty((0, 9)), np.empty(0)


def _cosine(weights: np.ndarray, centre: float) -> float:
    canonical = np.ones(weights.size)
    canonical[_CENTRE] = centre
    size = max(float(np.linalg.norm(weights)), np.finfo(float).tiny)
    return float(abs(weights @ canonical) / (size * np.linalg.norm(canonical)))
