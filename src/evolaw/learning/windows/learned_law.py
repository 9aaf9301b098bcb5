"""A learned law: it evolves like any rule, because read out it is one.

A network of one window's reach is a table of 512 probabilities; `Rule.from_table` makes a rule of it, hard (alive where the
logit is positive) or probabilistic, and every loop, statistic and picture that knows rules knows it. An ensemble is several
such tables; where they disagree, the training did not decide, and `disagreement` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw import checks, display, documents, storage
from evolaw.arrays import read_only
from evolaw.automata import evolution
from evolaw.automata.rules.rule import Rule, entries
from evolaw.display import Progress
from evolaw.errors import StorageError
from evolaw.learning.loop import checkpoints
from evolaw.learning.loop.training import State
from evolaw.learning.windows.cnn import WindowNet, read_logits
from evolaw.learning.windows.datasets import BoardPairs, WindowPairs
from evolaw.learning.windows.interpretation import Readout, read_table
from evolaw.learning.windows.objective import Record, Schedule, data_facts, read_record, train
from evolaw.randomness import Source, source
from evolaw.told import told
from evolaw.trajectory import Trajectory

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["KIND", "LearnedLaw", "fit"]

KIND = "learned law"
"""What the manifest of such a run says it holds."""
_AXES = {"logits": ("members", "windows"), "visited": ("windows",), "births": ("windows",), "kept": ("members",)}


@dataclass(frozen=True, eq=False)
class LearnedLaw:
    """One or several networks trained on the same recordings, as a law.

    Attributes:
        logits: logit of life by network and window, shape (members, 512); read-only.
        visited: cells seen with each window, shape (512,); None when the boards were learned through skipped steps.
        history: the records of each member's training.
        nets: the networks.
        births: how many of the visited cells were alive one step later, shape (512,); None likewise.
    """

    logits: np.ndarray
    visited: np.ndarray | None
    history: tuple[tuple[Record, ...], ...]
    nets: tuple[WindowNet, ...]
    births: np.ndarray | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "logits", read_only(self.logits))

    def __len__(self) -> int:
        return len(self.logits)

    def rule(self, member: int | None = None, *, hard: bool = True) -> Rule:
        """Return the law as a rule.

        Args:
            member: one network, or None for the mean probability of all.
            hard: whether a window gives life exactly when its probability exceeds 1/2.
        """
        chance = 1 / (1 + np.exp(-self.logits))
        chance = (
            chance.mean(0) if member is None else chance[checks.integer(member, "member", least=0, most=len(self) - 1)]
        )
        return Rule.from_table((chance > 0.5).astype(np.uint8) if hard else chance)

    def read(self, truth: Rule | str | None = None) -> Readout:
        """Return what the networks say together, by the mean of their probabilities, of every window."""
        chance = np.clip((1 / (1 + np.exp(-self.logits))).mean(0), 1e-15, 1 - 1e-15)
        visited = None if self.visited is None else self.visited > 0
        return read_table(np.log(chance) - np.log1p(-chance), visited=visited, truth=truth)

    def holding(self, known: Mapping[str, float], space: str = "isotropic") -> LearnedLaw:
        """Return the law with known entries held fixed, whatever the networks say of them.

        Args:
            known: entry name and its probability of life.
            space: the space the names belong to.
        """
        windows = entries(space)
        logits = np.array(self.logits)
        for name, value in known.items():
            chance = np.clip(checks.probability(value, name), 1e-9, 1 - 1e-9)
            logits[:, windows[checks.one_of(name, "known", windows)]] = np.log(chance) - np.log1p(-chance)
        return replace(self, logits=logits)

    @property
    def misread(self) -> np.ndarray:
        """Windows that always had one outcome in the recording, of which the law says the other; counting cannot err there."""
        if self.visited is None or self.births is None:
            return np.empty(0, np.int64)
        never, always = (self.visited > 0) & (self.births == 0), (self.visited > 0) & (self.births == self.visited)
        alive = self.rule().table == 1
        return np.flatnonzero((never & alive) | (always & ~alive))

    @property
    def disagreement(self) -> np.ndarray:
        """Share of the networks whose hard outcome differs from the majority's, by window, shape (512,)."""
        alive = (self.logits > 0).mean(0)
        return np.minimum(alive, 1 - alive)

    def evolve(
        self, start: Any, steps: int, *, member: int | None = None, hard: bool = True, rng: Any = None
    ) -> Trajectory:
        """Evolve boards on a torus by the law; a probabilistic one needs ``rng``."""
        return evolution.evolve(self.rule(member, hard=hard), start, steps, rng=rng)

    def save(self, path: str | Path, *, about: dict[str, Any] | None = None) -> Path:
        """Write a run directory that `load` reads back: networks with their weights, logits, visits and records."""
        header = {"kind": KIND, "law": str(self.rule()), **(about or {})}
        with storage.Run.create(path, about=header, whole=True) as run:
            for member, records in enumerate(self.history):
                for record in records:
                    run.record({"member": member, **asdict(record)})
            checkpoints.write_result(run, self.nets, self._arrays(range(len(self))))
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> LearnedLaw:
        """Read a run directory that `save` or `fit` wrote, its networks included.

        Raises:
            StorageError: the training is not finished, or the run is damaged.
        """
        run = storage.Run.open(path)
        kind = run.about.get("kind")
        checks.require(kind == KIND, "path", "be the run of a learned law", f"a run of {kind}")
        checkpoints.require_finished(run)
        with documents.interpreting(run.path):
            logits = run.read("logits")
            known = run.arrays()
            visited, births = (run.read(name) if name in known else None for name in ("visited", "births"))
            kept = run.read("kept") if "kept" in known else np.arange(len(logits))
            nets = checkpoints.stored_networks(run)
            if len(nets) not in (0, len(logits)):
                raise StorageError(f"{path} holds {len(nets)} networks and the logits of {len(logits)}.")
            history = tuple(tuple(map(read_record, lines)) for lines in checkpoints.histories(run, kept))
            return cls(logits, visited, history, nets, births)

    def _arrays(self, kept: Iterable[int]) -> dict[str, tuple[np.ndarray, tuple[str, ...]]]:
        """What is stored beside the networks, with its axes; ``kept`` are the members' numbers in the records."""
        arrays = {"logits": self.logits, "visited": self.visited, "births": self.births}
        arrays["kept"] = np.array(list(kept), np.int64)
        return {name: (array, _AXES[name]) for name, array in arrays.items() if array is not None}

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure of the training, and of where the networks disagree."""
        return display.plot(self, **options)

    def _facts(self) -> list[tuple[str, Any]]:
        seen = None if self.visited is None else f"{int((self.visited > 0).sum())} of 512"
        settled = int((self.disagreement == 0).sum())
        last = [records[-1].loss for records in self.history if records]
        return [
            ("rule", str(self.rule())),
            ("networks", f"{len(self)} x {self.nets[0]}" if self.nets else len(self)),
            ("windows seen", seen),
            ("windows all agree on", f"{settled} of 512" if len(self) > 1 else None),
            ("loss", f"{np.mean(last):.3g} nats a cell" if last else None),
        ]

    def __str__(self) -> str:
        return f"learned {self.rule()}"

    def __repr__(self) -> str:
        return display.lines("LearnedLaw", self._facts())

    def _repr_html_(self) -> str:
        return display.card("LearnedLaw", self._facts())


@told
def fit(
    nets: WindowNet | Sequence[WindowNet],
    pairs: WindowPairs | BoardPairs,
    *,
    schedule: Schedule | None = None,
    keep: int | None = None,
    chance: bool = False,
    rng: Any,
    truth: Rule | str | None = None,
    progress: Progress | None = None,
    out: str | Path | None = None,
    about: dict[str, Any] | None = None,
) -> LearnedLaw:
    """Train one network, or several, and return the learned law.

    Args:
        nets: the networks as drawn; several make an ensemble, each with its own order of batches.
        pairs: what to learn from.
        schedule: how; the default is 8 epochs of 32 batches.
        keep: keep only so many networks, those of the lowest training loss: restarts, chosen without knowing the truth.
            Learning through skipped generations can stall, and the loss shows it. None keeps all.
        chance: learn probabilities where one window was followed by both states, instead of refusing.
        rng: deals the batches.
        truth: the rule, if known, to count errors by; it never enters the training.
        progress: called with (epochs done, epochs, words).
        out: run directory to write. Every epoch is committed; the same call continues a training that was killed, to the same
            bytes, and reads one that is finished.
        about: further facts for the manifest of ``out``.

    Raises:
        ArgumentError: the recording contradicts itself and ``chance`` is False.
        StorageError: ``out`` holds another training or something else.

    Example:
        >>> from evolaw.learning.windows.cnn import Cnn
        >>> from evolaw.learning.windows.datasets import random_recordings, window_pairs
        >>> pairs = window_pairs(random_recordings("B3/S23", 256, rng=1))
        >>> str(fit(Cnn.random(rng=0), pairs, rng=0).rule())  # some seconds
        'B3/S23'
    """
    members = [nets] if isinstance(nets, WindowNet) else list(nets)
    checks.require(len(members) > 0, "nets", "hold at least one network", "empty")
    count = len(members) if keep is None else checks.integer(keep, "keep", least=1, most=len(members))
    if isinstance(pairs, WindowPairs) and not chance:
        pairs.require_one_outcome()
    seeded, chosen = source(rng), schedule or Schedule()
    goal = None if truth is None else Rule(truth)
    training = (pairs, chosen, seeded, goal, progress)
    if out is None:
        return _choose(_train_all(members, *training, None), pairs, count)[0]
    more = {"keep": count, "chance": chance, "seed": seeded.seed, "truth": None if goal is None else str(goal)}
    facts = checkpoints.fingerprint(members, data_facts(pairs), chosen, **more)
    with checkpoints.Training(out, KIND, facts, about or {}) as kept:
        if not kept.finished:
            law, numbers = _choose(_train_all(members, *training, kept), pairs, count)
            checkpoints.write_result(kept.run, law.nets, law._arrays(numbers))
    return LearnedLaw.load(out)


def _train_all(
    members: Sequence[WindowNet],
    pairs: WindowPairs | BoardPairs,
    schedule: Schedule,
    seeded: Source,
    truth: Rule | None,
    progress: Progress | None,
    kept: checkpoints.Training | None,
) -> list[tuple[WindowNet, tuple[Record, ...]]]:
    """Every network trained, with its records; where ``kept``, from its last committed epoch on."""
    trained = []
    for number, net in enumerate(members):
        seed, fresh = seeded.stream(f"member {number}").key[0], State.begin(net, schedule)
        begun, lines = (fresh, []) if kept is None else kept.begin(number, fresh)
        state, records = begun, list(map(read_record, lines))
        for state, record in train(begun, pairs, rng=seed, truth=truth):
            records.append(record)
            if kept is not None:
                kept.commit(number, state, asdict(record))
            if progress is not None:
                done, total = number * schedule.epochs + state.epoch, len(members) * schedule.epochs
                progress(done, total, f"network {number + 1}, loss {record.loss:.3g}")
        trained.append((state.trained, tuple(records)))
    return trained


def _choose(
    trained: list[tuple[WindowNet, tuple[Record, ...]]], pairs: WindowPairs | BoardPairs, count: int
) -> tuple[LearnedLaw, list[int]]:
    """The law of the networks of the lowest training loss, and their numbers."""
    kept = sorted(sorted(range(len(trained)), key=lambda number: trained[number][1][-1].loss)[:count])
    nets = tuple(trained[number][0] for number in kept)
    history = tuple(trained[number][1] for number in kept)
    seen = (pairs.visits.sum(0), pairs.births.sum(0)) if isinstance(pairs, WindowPairs) else (None, None)
    return LearnedLaw(np.stack([read_logits(net) for net in nets]), seen[0], history, nets, seen[1]), kept
