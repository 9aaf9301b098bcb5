"""One pass in a world of two entries: what is asked of a world, in which order, and what a failed check takes back."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from evolaw.discovery.spine.amendments import check_known
from evolaw.discovery.spine.evidence import Check, Evidence, Weighing
from evolaw.discovery.spine.investigation import investigate


@dataclass(frozen=True)
class Coins:
    """Two coins; one was given."""

    looks_right: bool = True
    asked: list[str] = field(default_factory=list)
    source = "a table"
    space = "coins"
    alpha = 0.05
    error = "fdr"
    recordings = ()
    terms: ClassVar = {"error": "fdr"}

    def weigh(self):
        self.asked.append("weigh")
        items = (
            Evidence("heavy", "counted", 9, np.inf, -2.0, 0.99, (0, 1), "Nine heads."),
            Evidence("light", "known", 9, 0.0, 0.0, 0.0, (0, 0), "Given as known."),
        )
        return Weighing(items, {"tossed": 18})

    def doubts(self, weighing):
        return [check_known]

    def law(self, entries, weighing):
        self.asked.append("law" if weighing is not None else "law, uncoupled")
        return [entry.decision for entry in entries]

    def checks(self, law, state, weighing):
        self.asked.append("checks")
        return [Check("density", self.looks_right, 1.0, "")]

    def question(self, entries, state, weighing):
        self.asked.append("question")
        return


def test_one_pass() -> None:
    world = Coins()
    finding = investigate(world)
    assert world.asked == ["weigh", "law", "checks", "question"]
    assert finding.law == ["present", "absent"]
    assert [check.name for check in finding.checks] == ["known entries", "density"]
    assert finding.facts == {"tossed": 18, "cause": "sound", "terms": {"error": "fdr"}}


def test_a_law_that_does_not_look_like_the_recording_takes_its_decisions_back() -> None:
    world = Coins(looks_right=False)
    finding = investigate(world)
    assert world.asked == ["weigh", "law", "checks", "law, uncoupled", "question"]
    assert finding.law == ["undetermined", "absent"]
    assert "density" in finding["heavy"].why
