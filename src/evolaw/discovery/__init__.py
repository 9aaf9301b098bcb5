"""From recordings to the law: rule spaces, evidence, decisions at a declared error rate, the next question.

    recording -> discover -> Finding -> ask -> Question

`discover` is the whole investigation; the other files hold its parts, one idea each: how the recording was taken (channels),
which entries there are (rulespace), what speaks for them (counting, denoising, imputation, skipping -> evidence), what is
wrong with the space (doubts, diagnosis), when that suffices (hypotheses, decisions), whether the law looks like the recording
(prediction), what to ask next (coverings, questions). Where nothing can be counted laws are rolled out and compared: from frame to
frame (lawsearch -> simulation), or, where only statistics were recorded, run against run (macroscopic -> rollouts).
"""

from __future__ import annotations

from evolaw.discovery.lattices.experiment.questions import ask
from evolaw.discovery.lattices.investigation import discover, interrogate
from evolaw.discovery.lattices.misfit.specification_tests import Check
from evolaw.discovery.lattices.model.observation import Channel, Every, Flips, Missing
from evolaw.discovery.lattices.model.rule_space import SPACES, RuleSpace
from evolaw.discovery.lattices.series.series import Series, read_series, series_of, write_series
from evolaw.discovery.lattices.series.series_evidence import discover_series
from evolaw.discovery.spine.finding import EntryFinding, Finding, Law, Question

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
