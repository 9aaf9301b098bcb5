"""From recordings to the law: spaces of laws, evidence, decisions at a declared error rate, the next question.

    recording -> discover -> Finding -> ask -> Question

`discover` is the one door: it asks the data which world they come from. A *world* (`lattices`) says which entries a law has, what
speaks for each of them, what may be wrong with the space, and which experiment decides most; the `spine` holds what all worlds
share: evidence as e-values, decisions at an error rate, amendments by doubt, the closed loop with a black box, the finding. Inside
a world the folders follow the journey: model, evidence, rollout, misfit, experiment.
"""

from __future__ import annotations

from evolaw.discovery.discover import discover, interrogate
from evolaw.discovery.lattices.experiment.questions import ask
from evolaw.discovery.lattices.model.law import Law, Question
from evolaw.discovery.lattices.model.observation import Channel, Every, Flips, Missing
from evolaw.discovery.lattices.model.rule_space import SPACES, RuleSpace
from evolaw.discovery.lattices.series.series import Series, read_series, series_of, write_series
from evolaw.discovery.lattices.series.series_evidence import discover_series
from evolaw.discovery.spine.evidence import Check
from evolaw.discovery.spine.finding import EntryFinding, Finding

__all__ = [
    "SPACES",
    "Channel",
    "Check",
    "EntryFinding",
    "Every",
    "Finding",
    "Flips",
    "Law",
    "Missing",
    "Question",
    "RuleSpace",
    "Series",
    "ask",
    "discover",
    "discover_series",
    "interrogate",
    "read_series",
    "series_of",
    "write_series",
]
