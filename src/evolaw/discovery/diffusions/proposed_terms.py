"""Which terms a learned equation is made of: a proposal of what to look for, where no library was known to begin with.

    law = learning.fit(track, rng=0)
    proposal = propose_terms(law, "poly:5")
    discover(track, library=proposal.library, rng=0)

Terms are chosen one after the other, each the one that leaves least of the learned drift's mean square over the recorded states. Nothing is
decided here: the network has interpolated, and only a recording judges terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evolaw.discovery.diffusions.model.library import read_libraries
from evolaw.discovery.diffusions.problem import Library

__all__ = ["Learned", "Proposal", "propose_terms"]

_ENOUGH, _GAIN = 0.01, 0.02


class Learned(Protocol):
    """An equation that can be asked for its drift at the states that it rests on."""

    @property
    def names(self) -> tuple[str, ...]:
        """The components."""
        ...

    @property
    def states(self) -> np.ndarray:
        """States that it rests on, shape (rows, dim)."""
        ...

    def at(self, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Drift and diffusion coefficients at states of shape (rows, dim)."""
        ...


@dataclass(frozen=True)
class Proposal:
    """Terms that a learned drift is made of.

    Attributes:
        library: a library for `discover`, each component with its own terms.
        left: by component, the share of the learned drift's mean square that these terms leave.
    """

    library: dict[str, list[str]]
    left: dict[str, float]


def propose_terms(law: Learned, library: Library) -> Proposal:
    """Return the terms of a library that a learned drift is made of where it was recorded.

    Args:
        law: such as `learning.NeuralEquation`.
        library: the terms to choose from, as `discover` takes them: "poly:5".
    """
    drift = law.at(law.states)[0]
    found, left = {}, {}
    for place, (name, terms) in enumerate(read_libraries(library, law.names, law.names).items()):
        columns = np.stack([term.values(list(law.states.T)) for term in terms], 1)
        chosen, left[name] = _selected(columns / np.linalg.norm(columns, axis=0), drift[:, place])
        found[name] = [terms[k].name for k in chosen]
    return Proposal(found, left)


def _selected(columns: np.ndarray, target: np.ndarray) -> tuple[list[int], float]:
    """Columns chosen one after the other, each the one that leaves least, until 1 % is left or none gains 2 %."""
    total, share = float(target @ target), 1.0
    chosen: list[int] = []
    while share > _ENOUGH and len(chosen) < columns.shape[1]:
        tried = {k: _left(columns[:, [*chosen, k]], target) / total for k in range(columns.shape[1]) if k not in chosen}
        best = min(tried, key=lambda k: tried[k])
        if share - tried[best] < _GAIN:
            break
        chosen.append(best)
        share = tried[best]
    return sorted(chosen), share


def _left(columns: np.ndarray, target: np.ndarray) -> float:
    rest: Sequence[float] = target - columns @ np.linalg.lstsq(columns, target, rcond=None)[0]
    return float(np.dot(rest, rest))
