"""From recordings to the law: spaces of laws, evidence, decisions at a declared error rate, the next question.

    recording -> discover -> Finding -> ask -> Question

`discover` is the one door: it asks the data which world they come from. A *world* (`lattices`) says which entries a law has, what
speaks for each of them, what may be wrong with the space, and which experiment decides most; the `spine` holds what all worlds
share: evidence as e-values, decisions at an error rate, amendments by doubt, the closed loop with a black box, the finding. Inside
a world the folders follow the journey: model, evidence, rollout, misfit, experiment.

`discover` stands here; the other names load when they are first used, each world with the first recording of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evolaw.facade import facade

if TYPE_CHECKING:  # the same names for type checkers and editors, which load nothing
    from evolaw.discovery.discover import discover as discover
    from evolaw.discovery.discover import interrogate as interrogate
    from evolaw.discovery.lattices.experiment.questions import ask as ask
    from evolaw.discovery.lattices.model.law import Law as Law
    from evolaw.discovery.lattices.model.law import Question as Question
    from evolaw.discovery.lattices.model.observation import Channel as Channel
    from evolaw.discovery.lattices.model.observation import Every as Every
    from evolaw.discovery.lattices.model.observation import Flips as Flips
    from evolaw.discovery.lattices.model.observation import Missing as Missing
    from evolaw.discovery.lattices.model.rule_space import SPACES as SPACES
    from evolaw.discovery.lattices.model.rule_space import RuleSpace as RuleSpace
    from evolaw.discovery.lattices.series.series import Series as Series
    from evolaw.discovery.lattices.series.series import read_series as read_series
    from evolaw.discovery.lattices.series.series import series_of as series_of
    from evolaw.discovery.lattices.series.series import write_series as write_series
    from evolaw.discovery.lattices.series.series_evidence import discover_series as discover_series
    from evolaw.discovery.spine.evidence import Check as Check
    from evolaw.discovery.spine.finding import EntryFinding as EntryFinding
    from evolaw.discovery.spine.finding import Finding as Finding

_NAMES: dict[str, tuple[str, ...]] = {
    "lattices.experiment.questions": ("ask",),
    "lattices.model.law": ("Law", "Question"),
    "lattices.model.observation": ("Channel", "Every", "Flips", "Missing"),
    "lattices.model.rule_space": ("SPACES", "RuleSpace"),
    "lattices.series.series": ("Series", "read_series", "series_of", "write_series"),
    "lattices.series.series_evidence": ("discover_series",),
    "spine.evidence": ("Check",),
    "spine.finding": ("EntryFinding", "Finding"),
}

_late, _load, _listed = facade("evolaw.discovery", _NAMES)
__all__ = sorted(["discover", "interrogate", *_late])


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:  # a name that is not above is an error
    # At once: its file bears its name, and would take its place when it is loaded later.
    from evolaw.discovery.discover import discover as discover
    from evolaw.discovery.discover import interrogate as interrogate

    __getattr__ = _load
