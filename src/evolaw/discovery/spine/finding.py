"""What discovery found: decisions, the laws still possible, the checks, the next question.

A finding is the result a person reads and a program parses; `to_json` gives the document of ``evolaw discover --json``.

    entries[i].probability   P(cell alive next | window of the entry), all readings weighed: near 1 for a present entry, near 0
                             for an absent one, 0.5 where nothing is known
    entries[i].interval      bounds of that number with no determinism assumed, at once for all entries and all times
    entries[i].log_e_value   log of the e-value against the nearest rival of the decision: the opposite value, or a coin of
                             unknown bias; at most `LARGEST_LOG_E`, which stands for an outright refutation
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from evolaw import checks as arguments
from evolaw import display, storage
from evolaw.arrays import read_only
from evolaw.automata.files.rle import parse_rle, write_rle
from evolaw.automata.rules.rule import Rule
from evolaw.discovery.lattices.misfit.specification_tests import Check
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.spine.evidence import Evidence
from evolaw.errors import StorageError
from evolaw.trajectory import Trajectory

__all__ = ["LARGEST_LOG_E", "EntryFinding", "Finding", "Law", "Question"]

SCHEMA = 1
LARGEST_LOG_E = math.log(1.7976931348623157e308)
"""Written for an infinite e-value: the logarithm of the largest double."""


@dataclass(frozen=True)
class EntryFinding:
    """The decision on one entry and its ground; the module says what the numbers mean."""

    name: str
    decision: str
    basis: str
    probability: float
    interval: tuple[float, float]
    visits: float
    log_e_value: float
    why: str

    @classmethod
    def of(cls, item: Evidence, decision: str, why: str = "") -> EntryFinding:
        """Join a record of evidence and the decision taken on it; ``why`` replaces the reason of the evidence."""
        strongest, other = sorted((item.log_e_present, item.log_e_absent), reverse=True)
        # An outright refutation of one value leaves the coin as the nearest rival; the other e-value speaks against it.
        rival = -other if strongest == np.inf and other < np.inf else strongest
        log_e = 0.0 if item.basis == "known" else float(np.clip(rival, -LARGEST_LOG_E, LARGEST_LOG_E))
        visits = int(item.visits) if float(item.visits).is_integer() else round(float(item.visits), 3)
        interval = (float(item.interval[0]), float(item.interval[1]))
        return cls(item.entry, decision, item.basis, item.probability, interval, visits, log_e, why or item.why)


@dataclass(frozen=True)
class Law:
    """The rules that fit.

    Attributes:
        minimum, maximum: every open entry off, on.
        most_probable: every open entry by its probability, a tie is off; where entries are coupled, a law that fits.
        map: `most_probable` as MAP string.
        log2_possible: log2 of the number of rules that fit equally well. Entries in conflict count as open; as long as there
            is one, no rule of the space fits.
    """

    minimum: str
    maximum: str
    most_probable: str
    map: str
    log2_possible: float

    @property
    def rule(self) -> Rule:
        """The most probable law as a Rule."""
        return Rule(self.most_probable)

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
        likely = space.rule(np.where(open_, probability > 0.5 if typical is None else typical, values))
        if log2_possible is None:
            log2_possible = float(open_.sum())
        return cls(
            minimum=str(space.rule(np.where(open_, 0.0, values))),
            maximum=str(space.rule(np.where(open_, 1.0, values))),
            most_probable=str(likely),
            map=likely.map_string,
            log2_possible=float(log2_possible),
        )


@dataclass(frozen=True, eq=False)
class Question:
    """An experiment: put this board into the black box, let it take so many steps, record what comes out.

    Attributes:
        board: the start, uint8 (rows, cols), on a torus; empty when nothing is to be shown.
        steps: generations to take.
        decides: how many entries it is expected to decide.
        says: the experiment in a sentence.
        entries: names of the open entries that the board shows.
    """

    board: np.ndarray
    steps: int
    decides: int
    says: str
    entries: tuple[str, ...] = ()

    @property
    def rle(self) -> str:
        """The board as RLE; empty when there is none."""
        return write_rle(self.board) if self.board.size else ""

    def __repr__(self) -> str:
        rows, cols = self.board.shape
        return display.lines("Question", [("board", f"{rows} x {cols}"), ("steps", self.steps), ("says", self.says)])


@dataclass(frozen=True, eq=False)
class Finding:
    """The answer to one recording, or to several of one automaton.

    Attributes:
        source: where the recording came from, in words.
        space: name of the rule space.
        alpha: declared error rate.
        entries: one `EntryFinding` an entry of the space.
        law: the rules that fit.
        checks: what was checked of the space and of the law.
        next: the next experiment; None when nothing is open.
        recordings: the recordings, one board each.
        facts: what was learned on the way, such as {"flip_probability": 0.048}.
    """

    source: str
    space: str
    alpha: float
    entries: tuple[EntryFinding, ...]
    law: Law
    checks: tuple[Check, ...]
    next: Question | None
    recordings: tuple[Trajectory, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> EntryFinding:
        """Return the finding on the entry of that name."""
        return self.entries[RuleSpace.named(self.space).index(name)]

    def of(self, decision: str) -> tuple[str, ...]:
        """Return the names of the entries so decided."""
        return tuple(entry.name for entry in self.entries if entry.decision == decision)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def rule(self) -> Rule:
        """The most probable law, ready to simulate."""
        return self.law.rule

    @property
    def recording(self) -> Trajectory | None:
        """The first recording; None when there is none."""
        return self.recordings[0] if self.recordings else None

    # -- documents ----------------------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``evolaw discover --json``: plain dicts, lists, texts and finite numbers."""
        question = self.next
        return {
            "schema": SCHEMA,
            "source": self.source,
            "space": self.space,
            "alpha": self.alpha,
            "entries": [vars(entry) | {"interval": list(entry.interval)} for entry in self.entries],
            "law": dict(vars(self.law)),
            "checks": [dict(vars(check)) for check in self.checks],
            "next": None
            if question is None
            else {
                "says": question.says,
                "rle": question.rle,
                "steps": question.steps,
                "decides": question.decides,
            },
        }

    @classmethod
    def from_json(cls, document: dict[str, Any], recordings: tuple[Trajectory, ...] = ()) -> Self:
        """Read a document of `to_json`; what is missing or of another schema is refused."""
        arguments.require(document.get("schema") == SCHEMA, "document", f"have schema {SCHEMA}", document.get("schema"))
        try:
            entries = tuple(
                EntryFinding(**{**entry, "interval": (entry["interval"][0], entry["interval"][1])})
                for entry in document["entries"]
            )
            asked = document["next"]
            board = parse_rle(asked["rle"]).board if asked and asked["rle"] else np.zeros((0, 0), np.uint8)
            return cls(
                document["source"],
                document["space"],
                document["alpha"],
                entries,
                Law(**document["law"]),
                tuple(Check(**check) for check in document["checks"]),
                Question(read_only(board), asked["steps"], asked["decides"], asked["says"]) if asked else None,
                recordings,
            )
        except (KeyError, TypeError, IndexError) as error:
            raise arguments.refuse("document", "be one that to_json wrote", f"one without {error}") from error

    def save(self, path: str | Path) -> Path:
        """Write a run directory with finding.json and the recordings; an existing one is refused. Returns its path."""
        about: dict[str, Any] = {
            "kind": "finding",
            "source": self.source,
            "space": self.space,
            "facts": self.facts,
            "recordings": [_header(recording) for recording in self.recordings],
        }
        with storage.Run.create(path, about=about) as run:
            for number, recording in enumerate(self.recordings):
                run.write(_array("times", number), recording.times, ("times",))
                run.write(_array("values", number), recording.values, recording.axes)
            run.document("finding.json", self.to_json())
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a run directory written by `save`."""
        run = storage.Run.open(path)
        try:
            document = json.loads((run.path / "finding.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StorageError(f"{path} holds no finding: finding.json cannot be read ({error}).") from error
        recordings = tuple(
            Trajectory(run.read(_array("values", number)), run.read(_array("times", number)), **header)
            for number, header in enumerate(run.about.get("recordings", []))
        )
        return replace(cls.from_json(document, recordings), facts=run.about.get("facts") or {})

    # -- for people ---------------------------------------------------------------------------------------------------

    def plot(self, **options: Any) -> Any:
        """Return a Matplotlib figure."""
        return display.plot(self, **options)

    def _lines(self) -> list[tuple[str, Any]]:
        possible = self.law.log2_possible
        fitting = (
            f"none of the {self.space} space"
            if self.of("conflict")
            else "one"
            if possible == 0
            else f"{_count(possible)}, from {_short(self.law.minimum)} to {_short(self.law.maximum)}"
        )
        if not self.of("conflict") and len(self.facts.get("laws") or ()) > 1:
            fitting = f"{_count(possible)}: {', '.join(map(_short, self.facts['laws']))}"
        counted = {name: self.of(name) for name in ("present", "absent", "probabilistic", "undetermined", "conflict")}
        decided = [(name, _names(found)) for name, found in counted.items() if found]
        return [
            ("source", self.source),
            ("most probable", _short(self.law.most_probable)),
            ("rules that fit", fitting),
            *decided,
            *((f"failed: {check.name}", check.says) for check in self.failed),
            ("next", self.next.says if self.next else None),
        ]

    def __repr__(self) -> str:
        return display.lines(f"Finding ({self.space}, alpha {self.alpha:g})", self._lines())

    def _repr_html_(self) -> str:
        picture = self.recording._thumbnail() if self.recording is not None else ""
        return display.card(f"Finding ({self.space}, alpha {self.alpha:g})", self._lines(), picture)


def _header(recording: Trajectory) -> dict[str, Any]:
    return {
        "axes": list(recording.axes),
        "law": None if recording.law is None else str(recording.law),
        "boundary": recording.boundary,
        "seed": recording.seed,
        "about": recording.about,
    }


def _array(name: str, number: int) -> str:
    return f"{name}_{number}" if number else name


def _names(found: tuple[str, ...]) -> str:
    shown = " ".join(found[:18])
    return f"{len(found)}: {shown}" + (" …" if len(found) > 18 else "")


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


def _count(log2_possible: float) -> str:
    """A number of rules: a power of two as such, another number in full while it is small."""
    whole = round(2**log2_possible) if log2_possible < 20 else 0
    if whole and not float(log2_possible).is_integer():
        return f"{whole:,}"
    return f"2^{round(log2_possible, 1):g}"
