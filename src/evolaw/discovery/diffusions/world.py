"""Trajectories of a state as a world of discovery: a table of numbers over time, moved by a stochastic differential equation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evolaw.discovery.diffusions.experiment.proposals import Experiment
from evolaw.discovery.diffusions.investigation import SPACE, discover_equation
from evolaw.discovery.diffusions.law import EquationLaw
from evolaw.discovery.spine.finding import Finding
from evolaw.discovery.spine.worlds import refuse_unknown
from evolaw.trajectory import Trajectory

__all__ = ["Diffusions"]


_AXES = (("times",), ("times", "dim"), ("paths", "times"), ("paths", "times", "dim"))


class Diffusions:
    """Recordings with the axes (times, dim), with paths before them maybe."""

    name = "diffusions"
    says = 'a trajectory of a state, axes ("times", "dim")'

    def owns(self, recording: Any) -> bool:
        """Return whether these are trajectories of numbers."""
        items = recording if isinstance(recording, Sequence) and not isinstance(recording, str) else [recording]
        return bool(items) and all(isinstance(item, Trajectory) and item.axes in _AXES for item in items)

    def wrote(self, document: Mapping[str, Any]) -> bool:
        """Return whether a finding of this world wrote the document."""
        return document.get("space") == SPACE

    def discover(self, recording: Any, **options: Any) -> Finding:
        """Return the finding on a recording (`discover_equation`)."""
        refuse_unknown(discover_equation, options)
        return discover_equation(recording, **options)

    def resume(self, finding: Finding, box: Any, questions: int, **options: Any) -> Finding:
        """Return what a finding becomes when a box is asked for further experiments under the terms it was found on."""
        return discover_equation(list(finding.recordings), **finding.facts["terms"], box=box, ask=questions, **options)

    def read_question(self, document: Mapping[str, Any]) -> Experiment:
        """Read the experiment of a stored finding."""
        return Experiment.from_json(dict(document))

    def read_law(self, document: Mapping[str, Any]) -> EquationLaw:
        """Read the law of a stored finding."""
        return EquationLaw.from_json(document)
