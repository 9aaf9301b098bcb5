"""Lattices as a world: which recordings are theirs, and who reads their laws and questions again.

What a world needs loads when a recording of it comes: who hands over a trajectory does not wait for the rules of lattices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evolaw.discovery.spine.finding import Finding
from evolaw.discovery.spine.worlds import refuse_unknown
from evolaw.trajectory import Trajectory

if TYPE_CHECKING:
    from evolaw.discovery.lattices.model.law import Law, Question

__all__ = ["Lattices"]


@dataclass(frozen=True)
class Lattices:
    """Frames of cells, or statistics of them over time.

    Example:
        >>> import numpy as np
        >>> Lattices().owns(Trajectory(np.zeros((2, 4, 4), np.uint8), [0, 1], ("times", "rows", "cols")))
        True
    """

    name: str = "lattices"
    says: str = "a Trajectory with the axes times, rows, cols, a list of them, or a Series of their statistics"

    def owns(self, recording: Any) -> bool:
        """Return whether this holds frames of cells; where nothing was recorded, a box of boards is asked."""
        if isinstance(recording, list | tuple):
            return all(map(self.owns, recording))
        if isinstance(recording, Trajectory):
            return "dim" not in recording.axes and recording.axes[0] != "paths" and recording.axes != ("times",)
        return recording is None or _is_series(recording)

    def wrote(self, document: Mapping[str, Any]) -> bool:
        """Return whether the space of the document is one of rules."""
        from evolaw.discovery.lattices.model.rule_space import SPACES

        return document.get("space") in SPACES

    def discover(self, recording: Any, *positional: Any, **options: Any) -> Finding:
        """Discover from frames, or from a series."""
        if _is_series(recording):
            from evolaw.discovery.lattices.series.series_evidence import discover_series

            refuse_unknown(discover_series, options)
            return discover_series(recording, *positional, **options)
        from evolaw.discovery.lattices import investigation

        refuse_unknown(investigation.discover_lattice, options)
        return investigation.discover_lattice(recording, *positional, **options)

    def resume(self, finding: Finding, box: Any, questions: int, **options: Any) -> Finding:
        """Ask a box further questions under the terms of a finding."""
        from evolaw.discovery.lattices import investigation

        return investigation.resume(finding, box, questions, **options)

    def read_law(self, document: Mapping[str, Any]) -> Law:
        """Read what a law wrote."""
        from evolaw.discovery.lattices.model.law import Law

        return Law(**document)

    def read_question(self, document: Mapping[str, Any]) -> Question:
        """Read what a question wrote."""
        from evolaw.discovery.lattices.model.law import Question

        return Question.from_json(document)


def _is_series(recording: Any) -> bool:
    from evolaw.discovery.lattices.series.series import Series

    return isinstance(recording, Series)
