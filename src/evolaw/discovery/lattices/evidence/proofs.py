"""How proofs and failed proofs are written down as evidence, in the same words for every kind of joint evidence.

A proof that no deterministic law with the other value fits has the e-value infinity; where both values fit, both e-values
are 1. The law is taken to be deterministic: with hidden cells every recording has some explanation by chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evolaw import checks
from evolaw.discovery.lattices.evidence.constraints import OPEN, Film, Knowledge
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.spine.evidence import Evidence, Weighing, with_known
from evolaw.trajectory import Trajectory

__all__ = ["beginning", "contradicted", "proven", "require_certain", "unsettled", "window_visits"]


def proven(entry: str, value: int, basis: str, visits: float, why: str) -> Evidence:
    """Return the evidence on an entry whose other value is refuted."""
    present = np.inf if value else -np.inf
    return Evidence(entry, basis, visits, present, -present, float(value), (float(value), float(value)), why)


def unsettled(entry: str, share: float, visits: float, why: str) -> Evidence:
    """Return the evidence on an entry both of whose values fit; ``share`` of the fitting laws have it alive."""
    return Evidence(entry, "joint", visits, 0.0, 0.0, share, (0.0, 1.0), why)


def contradicted(space: RuleSpace, known: np.ndarray) -> Weighing:
    """Return the weighing when no deterministic law of the space fits: nothing is decided, and the facts say why."""
    why = "No deterministic law of this space agrees with all that was seen, so nothing is decided."
    evidence = [unsettled(name, 0.5, 0.0, why) for name in space.names]
    says = (
        f"No deterministic {space.name} law"
        + (" with the known entries" if not np.isnan(known).all() else "")
        + " agrees with all that was seen: the law is outside the space or has chance in it, cells were misread, or the"
        " boundary or the number of generations between frames is another."
    )
    return Weighing(tuple(with_known(evidence, known)), {"contradiction": says})


def window_visits(space: RuleSpace, films: list[Film], courses: Sequence[Knowledge]) -> np.ndarray:
    """Return how often each entry is visited, a mean over possible courses of the hidden cells, shape (entries,)."""
    counts = np.zeros(len(space))
    for course in courses:
        for film, cells in zip(films, course.cells, strict=True):
            for frame in cells[:-1]:
                inputs = frame[film.neighbours]
                whole = inputs[(inputs != OPEN).all(1)]
                counts += np.bincount(space.entries_at(whole), minlength=len(space))
    return counts / max(1, len(courses))


def beginning(recordings: Sequence[Trajectory], space: RuleSpace, known: np.ndarray) -> tuple[list[Film], Knowledge]:
    """Return the constraints of the recordings and what is known before any conclusion is drawn."""
    require_certain(space, known)
    films, cells = zip(*map(Film.of, recordings), strict=True)
    return list(films), Knowledge(np.where(np.isnan(known), OPEN, np.nan_to_num(known)).astype(np.int8), list(cells))


def require_certain(space: RuleSpace, known: np.ndarray) -> None:
    """Refuse known entries that are probabilities: nothing can be inferred about hidden cells through chance."""
    for name, value in zip(space.names, known, strict=True):
        if value not in (0, 1) and not np.isnan(value):
            raise checks.refuse(
                f"known[{name}]",
                "be 0 or 1 where cells or generations are hidden",
                float(value),
                "Laws with chance in them can be weighed on complete, consecutive recordings only.",
            )
