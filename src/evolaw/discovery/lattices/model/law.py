"""The law that decisions on a lattice leave, and the question that would decide more; both write themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from evolaw import display
from evolaw.arrays import read_only
from evolaw.automata.files.boards import Pattern
from evolaw.automata.files.rle import parse_rle, write_rle
from evolaw.automata.rules.generations import Generations, lattice_law, state_count
from evolaw.automata.rules.reading import MOST_STATES
from evolaw.automata.rules.rule import Rule
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.spine.finding import EntryFinding, held_back, shortened

if TYPE_CHECKING:
    from evolaw.discovery.spine.finding import Finding

__all__ = ["Law", "Question"]


@dataclass(frozen=True)
class Law:
    """The rules that fit.

    Attributes:
        minimum, maximum: every open entry off, on; where the number of states is open, with as many as were seen, and with the most there are.
        most_probable: every open entry by its probability, a tie is off; where entries are coupled, a law that fits.
        map: `most_probable` as MAP string; where cells age with the number of states behind it.
        log2_possible: log2 of the number of rules that fit equally well. Entries in conflict count as open; as long as there
            is one, no rule of the space fits.
    """

    minimum: str
    maximum: str
    most_probable: str
    map: str
    log2_possible: float

    @property
    def rule(self) -> Rule | Generations:
        """The most probable law, ready to run."""
        return lattice_law(self.most_probable)

    @classmethod
    def of(
        cls,
        space: RuleSpace,
        entries: tuple[EntryFinding, ...],
        log2_possible: float | None = None,
        typical: np.ndarray | None = None,
    ) -> Law:
        """Return the law that the decisions on a space leave.

        Where the entries are coupled, ``log2_possible`` counts the laws that fit and ``typical`` is one of them
        (`evidence.Weighing`); then the most probable law is that one.
        """
        decisions = np.array([entry.decision for entry in entries])
        probability = np.array([entry.probability for entry in entries])
        fixed = {"present": np.ones(len(space)), "absent": np.zeros(len(space)), "probabilistic": probability}
        values = np.select([decisions == name for name in fixed], list(fixed.values()), np.nan)
        open_ = np.isnan(values)
        likely = space.written(np.where(open_, probability > 0.5 if typical is None else typical, values))
        most_states = MOST_STATES if space.ages and open_[-1] else space.states
        if log2_possible is None:
            cycles = most_states + 1 - space.states
            log2_possible = float(open_.sum() + (np.log2(cycles) - 1 if cycles > 1 else 0))
        return cls(
            minimum=str(space.written(np.where(open_, 0.0, values))),
            maximum=str(space.written(np.where(open_, 1.0, values), most_states)),
            most_probable=str(likely),
            map=space.on_windows(likely).map_string + (f"/{space.states}" if space.ages else ""),
            log2_possible=float(log2_possible),
        )

    def __str__(self) -> str:
        return shortened(self.most_probable)

    def __repr__(self) -> str:
        others = f", one of 2^{self.log2_possible:g} that fit" if self.log2_possible else ""
        return f"Law({self}{others})"

    def to_json(self) -> dict[str, Any]:
        """Return the rules as text and log2 of their number."""
        return dict(vars(self))

    def lines(self, finding: Finding) -> list[tuple[str, Any]]:
        """Return the most probable rule and how many fit, by name where they are few; and why entries that had one outcome are open."""
        possible, conflict, laws = self.log2_possible, finding.of("conflict"), finding.facts.get("laws") or ()
        held, why = held_back(map(vars, finding.entries))
        if conflict:
            fitting = f"none of the {finding.space} space"
        elif len(laws) > 1:
            fitting = f"{_count(possible)}: {', '.join(map(shortened, laws))}"
        elif held:
            fitting = f"{_count(possible - held) if possible > held else 'one'} without coins"
        elif possible == 0:
            fitting = "one"
        else:
            fitting = f"{_count(possible)}, from {shortened(self.minimum)} to {shortened(self.maximum)}"
        guessed = len(finding.of("undetermined")) + len(conflict) - held
        likely = shortened(self.most_probable)
        if guessed:
            likely += f"  ({guessed} of {len(finding.entries)} entries are guesses)"
        lines = [("most probable", likely), ("rules that fit", fitting)]
        return [*lines, ("held back", f"{held} entries gave one outcome each time. {why}")] if held else lines


@dataclass(frozen=True, eq=False)
class Question:
    """An experiment: put this board into the black box, let it take so many steps, record what comes out.

    Attributes:
        board: the start, uint8 (rows, cols), on a torus; empty when nothing is to be shown.
        steps: generations to take.
        decides: how many entries it is expected to decide.
        says: the experiment in a sentence.
        entries: names of the open entries that the board shows.
        states: how many states a cell has.
    """

    board: np.ndarray
    steps: int
    decides: int
    says: str
    entries: tuple[str, ...] = ()
    states: int = 2

    @property
    def rle(self) -> str:
        """The board as RLE; empty when there is none. Where cells are in states above 1 its header names a rule of so many states."""
        rule = f"B/S/{self.states}" if self.board.max(initial=0) > 1 else None
        return write_rle(self.board, rule=rule) if self.board.size else ""

    def to_json(self) -> dict[str, Any]:
        """Return the experiment with its board as RLE."""
        return {"says": self.says, "rle": self.rle, "steps": self.steps, "decides": self.decides}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        pattern = parse_rle(document["rle"]) if document["rle"] else Pattern(np.zeros((0, 0), np.uint8))
        states = state_count(pattern.rule)
        return cls(read_only(pattern.board), document["steps"], document["decides"], document["says"], states=states)

    def __repr__(self) -> str:
        rows, cols = self.board.shape
        return display.lines("Question", [("board", f"{rows} x {cols}"), ("steps", self.steps), ("says", self.says)])


def _count(log2_possible: float) -> str:
    """A number of rules: a power of two as such, another number in full while it is small."""
    whole = round(2**log2_possible) if log2_possible < 20 else 0
    if whole and not float(log2_possible).is_integer():
        return f"{whole:,}"
    return f"2^{round(log2_possible, 1):g}"
