"""One pass over the recordings of a lattice: what the spine's pass needs of frames of cells.

weigh       the cheapest evidence that suffices: counted, likelihood (flips), joint (skipped frames, missing cells), rollout
decide      e-BH at the declared error rate                                                                    (spine)
doubt       a recording that contradicts itself is asked why (`diagnosis`); decisions are amended
predict     the most probable law is run again and compared; a failure takes the decisions back
ask         the experiment that shows every open entry
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from evolaw.arrays import MISSING
from evolaw.discovery.lattices import selection
from evolaw.discovery.lattices.evidence.hidden_coins import give_up_coins
from evolaw.discovery.lattices.experiment.coverings import largest
from evolaw.discovery.lattices.experiment.questions import cells_against_coins, question_for, question_of_reach
from evolaw.discovery.lattices.misfit.behind_flips.halves import compare_halves
from evolaw.discovery.lattices.misfit.behind_flips.misreadings import doubt_misreadings
from evolaw.discovery.lattices.misfit.behind_flips.space_refinement import widen
from evolaw.discovery.lattices.misfit.causes import Diagnosis
from evolaw.discovery.lattices.misfit.diagnosis import diagnose, diagnose_unfitting
from evolaw.discovery.lattices.misfit.named_rule import compare_named
from evolaw.discovery.lattices.misfit.predictive_check import check_law
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.law import Law, Question
from evolaw.discovery.lattices.model.observation import AUTO
from evolaw.discovery.lattices.model.window_counts import contradicted
from evolaw.discovery.spine.amendments import Amendment, State, check_known, rewrite
from evolaw.discovery.spine.evidence import Check, Evidence, Weighing
from evolaw.discovery.spine.finding import EntryFinding
from evolaw.trajectory import Trajectory

__all__ = ["LatticeInquiry", "open_entries"]


@dataclass(frozen=True, eq=False)
class LatticeInquiry:
    """One pass over the recordings of one automaton: a spine `Inquiry`."""

    case: Case
    notes: tuple[Check, ...] = ()

    @property
    def space(self) -> str:
        return self.case.space.name

    @property
    def alpha(self) -> float:
        return self.case.alpha

    @property
    def error(self) -> str:
        return self.case.error

    @property
    def recordings(self) -> tuple[Trajectory, ...]:
        return tuple(self.case.recordings)

    @property
    def source(self) -> str:
        """Where the recordings came from, and their shape."""
        first, more = self.case.recordings[0], len(self.case.recordings) - 1
        named = first.about.get("source")
        frames, rows, cols = first.values.shape
        missing = ", some cells missing" if (first.values == MISSING).any() else ""
        several = f" and {more} more" if more else ""
        recorded = first.about.get("frames_recorded", frames)
        counted = f"{frames}" if recorded == frames else f"the first {frames} of {recorded}"
        shape = f"{counted} frames of {rows} x {cols}, {first.boundary}{missing}{several}"
        return f"{named} ({shape})" if named else shape

    @property
    def terms(self) -> dict[str, Any]:
        """What was declared, so that the finding can be continued."""
        case = self.case
        return {"error": case.error, "evidence": case.evidence, "chance": case.chance, "observed": vars(case.channel)}

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """What speaks against the space; other than clean channels are doubted by their own evidence and by prediction."""
        return diagnose(self.case) if self.case.channel.is_clean else Diagnosis("sound", ())

    def weigh(self) -> Weighing:
        return selection.weigh(self.case)

    def doubts(self, weighing: Weighing) -> Sequence[Amendment]:
        return (
            self._withhold,
            self._find_no_law(weighing),
            self._doubt_flips(weighing),
            partial(give_up_coins, self.case),
            check_known,
            lambda state: replace(state, checks=(*self.notes, *compare_named(self.case, state).checks)),
        )

    def law(self, entries: tuple[EntryFinding, ...], weighing: Weighing | None) -> Law:
        if weighing is None:
            return Law.of(self.case.space, entries)
        return Law.of(self.case.space, entries, weighing.log2_possible, weighing.typical)

    def checks(self, law: Law, state: State, weighing: Weighing) -> Sequence[Check]:
        if "conflict" in state.decisions:
            return ()
        channel = self.case.channel
        if channel.flips == AUTO:
            channel = replace(channel, flips=float(weighing.facts["flip_probability"]))
        rule = law.rule if self.case.space.ages else self.case.space.on_windows(law.rule)
        return check_law(rule, self.case.recordings, channel, self.case.rng)

    def question(self, entries: tuple[EntryFinding, ...], state: State, weighing: Weighing) -> Question | None:
        flips = float(weighing.facts.get("flip_probability", 0.0))
        least = 0 if flips else cells_against_coins(entries, self.case.chance, self.alpha)
        wanted = open_entries(entries)
        question = question_for(self.case.space, wanted, least_cells=least, flips=flips, alpha=self.alpha)
        if question is None or state.cause in ("sound", "coins"):
            return question
        reach = question_of_reach(state.cause)
        if reach is not None:
            return reach
        # Another space in doubt is not settled by its own open entries: every window once, with inputs that are certain, is. What the
        # entries then are is not promised.
        board = largest(self.case.space)
        rows, cols = board.shape
        says = (
            f"{state.checks[0].says} To settle it by experiment, put this {cols} x {rows} board, which shows every entry, "
            "on a torus into the box and record it before and after one generation."
        )
        return replace(question, board=board, says=says, decides=0)

    # -- amendments ---------------------------------------------------------------------------------------------------

    def _withhold(self, state: State) -> State:
        """Turn the decisions of a space in doubt into conflicts and open entries, each with its reason.

        Where only the symmetry is in doubt, an entry keeps its decision if each of its windows was seen and all agree: that
        holds in the wider space as well.
        """
        diagnosis, space = self.diagnosis, self.case.space
        state = state.having(diagnosis.checks, diagnosis.cause)
        if diagnosis.sound:
            return state
        windows, counts = self.case.window_counts, self.case.counts
        against = contradicted(counts, space)
        complete = space.pool((windows.visits > 0).astype(np.int64)) == space.sizes
        local = diagnosis.cause == "symmetry" or (diagnosis.cause == "unclear" and not windows.mixed.any())
        blame = f"The check of {diagnosis.checks[0].name} failed"

        def change(place: int, item: Evidence, decision: str) -> tuple[str, str] | None:
            if against[place]:
                return "conflict", f"{item.why} {blame}: {diagnosis.checks[0].says}"
            if decision == "undetermined" or (local and complete[place]):
                return None
            unseen = " and not all its windows were seen" if local else ""
            return "undetermined", f"{item.why} {blame}{unseen}, so this is not taken as a decision."

        return rewrite(state, change)

    def _find_no_law(self, weighing: Weighing) -> Amendment:
        """No law of the space fits at all: every free entry is in conflict."""

        def amendment(state: State) -> State:
            if "contradiction" not in weighing.facts:
                return state
            found = diagnose_unfitting(self.case, weighing.facts["contradiction"])
            state = replace(state, checks=found.checks, cause=found.cause)
            return rewrite(state, lambda place, item, decision: ("conflict", state.reasons[place]))

        return amendment

    def _doubt_flips(self, weighing: Weighing) -> Amendment:
        """Behind flips: do misreadings lie everywhere alike, is the space too narrow, do halves agree?

        What looks like a coin may be windows of one entry that differ, or parts of the recording that do. A space that is too narrow
        makes coins whose bias follows the mix of windows, so its halves say nothing: they are compared in the wider one.
        """

        def amendment(state: State) -> State:
            if not self.case.channel.flips or state.cause not in ("sound", "coins"):
                return state
            found = doubt_misreadings(self.case, weighing.facts)
            if found is not None:
                return _distrusted(state, *found)
            torn = widen(self.case, state.evidence, state.decisions)
            chance = "probabilistic" in state.decisions if torn is None else torn.chance
            if chance and self.case.channel.every == 1:
                found = compare_halves(self.case if torn is None else self.case.within(torn.space))
            if found is not None:
                return _distrusted(state, *found)
            if torn is None:
                return state
            return State(state.evidence, tuple(torn.decisions), tuple(torn.reasons), (torn.check,), "symmetry")

        return amendment


def _distrusted(state: State, cause: str, check: Check) -> State:
    """Nothing is decided where a check of the recording as a whole failed."""
    blame = f"The check of {check.name} failed, so this is not taken as a decision."
    return rewrite(
        state.having([check], cause),
        lambda place, item, decision: None if decision == "undetermined" else ("undetermined", f"{item.why} {blame}"),
    )


def open_entries(entries: Sequence[EntryFinding]) -> np.ndarray:
    """Return which entries are still to be asked for: undecided, or in conflict."""
    return np.array([entry.decision in ("undetermined", "conflict") for entry in entries])
