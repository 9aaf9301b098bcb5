"""What discovery found: decisions, the laws still possible, the checks, the next question.

A finding is the result a person reads and a program parses; `to_json` gives the document of ``evolaw discover --json``.

    entries[i].probability   how likely the entry is present, all readings weighed; 0.5 or none where nothing is known. On a
                             lattice P(cell alive next | window of the entry), near 1 for a present entry, near 0 for an absent one
    entries[i].interval      bounds of the entry's number, at once for all entries and all times where the evidence is counted
    entries[i].log_e_value   log of the e-value against the nearest rival of the decision: the opposite value, or a coin of
                             unknown bias; at most `LARGEST_LOG_E`, which stands for an outright refutation

What a law and a question are is the world's affair: they write themselves (`FoundLaw`, `Experiment`), and `worlds` says who reads
them again. A finding remembers the terms it was found on, so that `continue_with` asks a box further questions under the same.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np

from evolaw import checks as arguments
from evolaw import display, documents, storage
from evolaw.discovery.spine import worlds
from evolaw.discovery.spine.decisions import DECISIONS
from evolaw.discovery.spine.evidence import Check, Evidence
from evolaw.discovery.spine.facts import Facts
from evolaw.trajectory import Trajectory

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

__all__ = ["LARGEST_LOG_E", "TOO_SHORT", "EntryFinding", "Experiment", "Finding", "FoundLaw", "held_back", "shortened"]

SCHEMA = 1
LARGEST_LOG_E = math.log(1.7976931348623157e308)
"""Written for an infinite e-value: the logarithm of the largest double."""


TOO_SHORT = "But this recording is too short to rule out coins"
"""How the reason begins of an entry that is open because coins may hide in it."""


class FoundLaw(Protocol):
    """What a world's law must offer: itself as JSON, as lines for people, and as something that can be simulated."""

    @property
    def rule(self) -> Any:
        """The most probable law, ready to simulate: a Rule, an SDE."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return plain dicts, lists, texts and finite numbers; the world reads them again."""
        ...

    def lines(self, finding: Finding) -> list[tuple[str, Any]]:
        """Return what a person reads first: (label, text) pairs."""
        ...


class Experiment(Protocol):
    """What a world's question must offer: itself in a sentence and as JSON."""

    @property
    def says(self) -> str:
        """The experiment in a sentence."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return plain dicts, lists, texts and finite numbers; the world reads them again."""
        ...


@dataclass(frozen=True)
class EntryFinding:
    """The decision on one entry and its ground; the module says what the numbers mean."""

    name: str
    decision: str
    basis: str
    probability: float | None
    interval: tuple[float, float]
    visits: float
    log_e_value: float
    why: str
    estimate: float | None = None

    @classmethod
    def of(cls, item: Evidence, decision: str, why: str = "") -> EntryFinding:
        """Join a record of evidence and the decision taken on it; ``why`` replaces the reason of the evidence."""
        strongest, other = sorted((item.log_e_present, item.log_e_absent), reverse=True)
        # An outright refutation of one value leaves the coin as the nearest rival; the other e-value speaks against it.
        rival = -other if strongest == np.inf and other < np.inf else strongest
        log_e = 0.0 if item.basis == "known" else float(np.clip(rival, -LARGEST_LOG_E, LARGEST_LOG_E))
        visits = int(item.visits) if float(item.visits).is_integer() else round(float(item.visits), 3)
        interval = (float(item.interval[0]), float(item.interval[1]))
        return cls(
            item.entry, decision, item.basis, item.probability, interval, visits, log_e, why or item.why, item.estimate
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; the estimate only where the entry has one."""
        written = vars(self) | {"interval": list(self.interval)}
        return written if self.estimate is not None else {name: written[name] for name in written if name != "estimate"}


@dataclass(frozen=True, eq=False)
class Finding:
    """The answer to one recording, or to several of one automaton.

    Attributes:
        source: where the recording came from, in words.
        space: name of the space of laws.
        alpha: declared error rate.
        entries: one `EntryFinding` an entry of the space.
        law: the laws that fit, as its world writes them.
        checks: what was checked of the space and of the law.
        next: the next experiment; None when nothing is open.
        recordings: the recordings.
        facts: what was learned on the way, such as {"flip_probability": 0.048}, and under "terms" what the finding rests on.
    """

    source: str
    space: str
    alpha: float
    entries: tuple[EntryFinding, ...]
    law: Any
    checks: tuple[Check, ...]
    next: Any
    recordings: tuple[Trajectory, ...] = ()
    facts: Facts = field(default_factory=Facts)

    def __getitem__(self, name: str) -> EntryFinding:
        """Return the finding on the entry of that name."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        names = [entry.name for entry in self.entries]
        suggestion = arguments.nearest(name, names)
        raise arguments.refuse(
            "entry",
            f"name an entry of the {self.space} space, such as {names[min(3, len(names) - 1)]}",
            name,
            f"Did you mean {suggestion}?" if suggestion else "",
        )

    def of(self, decision: str) -> tuple[str, ...]:
        """Return the names of the entries so decided."""
        return tuple(entry.name for entry in self.entries if entry.decision == decision)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def rule(self) -> Any:
        """The most probable law, ready to simulate."""
        return self.law.rule

    @property
    def recording(self) -> Trajectory | None:
        """The first recording; None when there is none."""
        return self.recordings[0] if self.recordings else None

    # -- further questions --------------------------------------------------------------------------------------------

    def continue_with(self, box: Any, *, questions: int = 1, rng: Any, progress: Any = None) -> Finding:
        """Ask a black box further questions, under the terms this finding rests on.

        Args:
            box: the black box.
            questions: the most questions to ask.
            rng: seed.
            progress: called with (done, total, words).

        Example:
            >>> from evolaw.automata import evolve, step
            >>> from evolaw.automata.boxes.black_box import FunctionBox
            >>> from evolaw.discovery import discover
            >>> start = np.random.default_rng(0).integers(0, 2, (4, 4))
            >>> finding = discover(evolve("B3/S23", start, 1), rng=0)
            >>> box = FunctionBox(lambda board, steps: step("B3/S23", board))
            >>> finding.continue_with(box, questions=2, rng=0).law.most_probable
            'B3/S23'
        """
        world = worlds.world_of_document(self.to_json())
        found: Finding = world.resume(self, box, questions, rng=rng, progress=progress)
        return found

    def to_pandas(self) -> pandas.DataFrame:
        """Return the entries as a pandas table: a row an entry, by its name; the interval in two columns, low and high.

        Example:
            >>> from evolaw import automata, discover
            >>> import numpy as np
            >>> run = automata.evolve("B3/S23", np.eye(8, dtype=np.uint8), 2)
            >>> discover(run, "outer-totalistic", chance=0, rng=0).to_pandas().loc["B0", "decision"]
            'absent'
        """
        import pandas

        rows = [vars(entry) | {"low": entry.interval[0], "high": entry.interval[1]} for entry in self.entries]
        return pandas.DataFrame(rows).drop(columns="interval").set_index("name")

    def to_latex(self) -> str:
        """Return the entries as a LaTeX tabular: decision, ground, number with its interval, visits."""
        return display.typeset(self, "latex")

    def to_typst(self) -> str:
        """Return the entries as a Typst table.

        Example:
            >>> from evolaw import automata, discover
            >>> import numpy as np
            >>> run = automata.evolve("B3/S23", np.eye(8, dtype=np.uint8), 2)
            >>> print(discover(run, "outer-totalistic", chance=0, rng=0).to_typst().splitlines()[4])
              "B0", "absent", "counted", "0.000 [0.000, 0.184]", "48",
        """
        return display.typeset(self, "typst")

    # -- documents ----------------------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Return the document of ``evolaw discover --json``: plain dicts, lists, texts and finite numbers."""
        return {
            "schema": SCHEMA,
            "source": self.source,
            "space": self.space,
            "alpha": self.alpha,
            "entries": [entry.to_json() for entry in self.entries],
            "law": self.law.to_json(),
            # A world may say more of its law than the law itself: combinations that are known where single entries are not.
            **getattr(self.law, "beside", dict)(),
            "checks": [dict(vars(check)) for check in self.checks],
            "next": None if self.next is None else self.next.to_json(),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any], recordings: tuple[Trajectory, ...] = ()) -> Self:
        """Read a document of `to_json`; what is missing or of another schema is refused."""
        arguments.require(document.get("schema") == SCHEMA, "document", f"have schema {SCHEMA}", document.get("schema"))
        try:
            entries = tuple(
                EntryFinding(**{**entry, "interval": (entry["interval"][0], entry["interval"][1])})
                for entry in document["entries"]
            )
            world, asked = worlds.world_of_document(document), document["next"]
            return cls(
                document["source"],
                document["space"],
                document["alpha"],
                entries,
                world.read_law(document["law"]),
                tuple(Check(**check) for check in document["checks"]),
                world.read_question(asked) if asked else None,
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
        with storage.Run.create(path, about=about, whole=True) as run:
            for number, recording in enumerate(self.recordings):
                run.write(_array("times", number), recording.times, ("times",))
                run.write(_array("values", number), recording.values, recording.axes)
            run.document("finding.json", self.to_json())
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a run directory written by `save`."""
        run = storage.Run.open(path)
        with documents.interpreting(run.path):
            document = json.loads(run.read_document("finding.json"))
            recordings = tuple(
                Trajectory(run.read(_array("values", number)), run.read(_array("times", number)), **header)
                for number, header in enumerate(run.about.get("recordings", []))
            )
            return replace(cls.from_json(document, recordings), facts=Facts(**(run.about.get("facts") or {})))

    # -- for people ---------------------------------------------------------------------------------------------------

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure."""
        return display.plot(self, **options)

    def _lines(self) -> list[tuple[str, Any]]:
        counted = {name: self.of(name) for name in DECISIONS}
        return [
            ("source", self.source),
            ("read as", "; ".join(self.facts.get("read_as", [])) or None),
            *self.law.lines(self),
            *((name, _names(found)) for name, found in counted.items() if found),
            *((f"failed: {check.name}", check.says) for check in self.failed),
            ("next", self.next.says if self.next else None),
        ]

    def __repr__(self) -> str:
        return display.lines(f"Finding ({self.space}, alpha {self.alpha:g})", self._lines())

    def _repr_html_(self) -> str:
        below = display.shown(self.recording) if self.recording is not None else ""
        return display.card(f"Finding ({self.space}, alpha {self.alpha:g})", self._lines(), below=below)


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
    # Terms of equations have spaces inside; entries of a lattice have none.
    shown = (", " if any(" " in name for name in found) else " ").join(found[:18])
    return f"{len(found)}: {shown}" + (" …" if len(found) > 18 else "")


def held_back(entries: Iterable[Mapping[str, Any]]) -> tuple[int, str]:
    """Return how many entries of a document are open though each had one outcome, and why, in a sentence; (0, "") where none is.

    No law without chance fits that has such an entry otherwise; but coins that have not shown yet may hide in them.
    """
    reasons = [entry["why"] for entry in entries if entry["decision"] == "undetermined" and TOO_SHORT in entry["why"]]
    return len(reasons), reasons[0][reasons[0].index(TOO_SHORT) :] if reasons else ""


def shortened(text: str) -> str:
    """Return a text that fits in a line beside its label."""
    return text if len(text) <= 60 else text[:57] + "…"
