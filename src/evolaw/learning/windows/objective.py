"""What a network of lattice windows is trained on: the cross-entropy of the next cell, counted by window or cell by cell.

    windows:   sum_w [ visits_w softplus(z_w) - births_w z_w ] / sum_w visits_w          z_w: logit of window w
    boards:    mean over cells of softplus(z) - y z,                                      z after ``steps`` steps, y the cell

which are the same number for a one-step network. An epoch deals all pairs into ``batches`` batches, anew in each epoch and
addressed by its number. The loop itself is `evolaw.learning.loop.training`.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.automata.rules.rule import SPACES, Rule, entries
from evolaw.learning.loop import training
from evolaw.learning.loop.checkpoints import Line, crc
from evolaw.learning.loop.optimisation import Optimisation
from evolaw.learning.loop.training import State, optimise
from evolaw.learning.windows.cnn import WindowNet, on_windows, read_logits
from evolaw.learning.windows.datasets import BoardPairs, WindowPairs, training_batches
from evolaw.randomness import Source, source
from evolaw.told import told

__all__ = ["CrossEntropy", "Record", "Schedule", "data_facts", "deal", "read_record", "resume", "train"]


@dataclass(frozen=True)
class Schedule(Optimisation):
    """How to train; the settings of `Optimisation`, and how much each window counts.

    Attributes:
        balance: exponent b in [0, 1]: the counts of a window are divided by v^b, v the visits of its entry in the batch, so
            1 counts every seen entry alike.
        balance_by: space of those entries; "general" balances the windows themselves.
    """

    balance: float = 0.0
    balance_by: str = "general"

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.probability(self.balance, "balance")
        checks.one_of(self.balance_by, "balance_by", SPACES)

    @classmethod
    def of(cls, schedule: Optimisation) -> Schedule:
        """Return the schedule; one that says nothing of windows balances nothing."""
        return schedule if isinstance(schedule, Schedule) else cls(**asdict(schedule))


@dataclass(frozen=True)
class Record:
    """What one epoch showed.

    Attributes:
        epoch: its number, from 1.
        loss: mean loss over its batches, in nats a cell.
        window_errors: windows of 512 whose hard outcome is not the truth's; None when no truth was given.
        recall: share of right windows among those the pairs visited, and among the others; None likewise.
        seconds: time since the training began or was resumed; compiling counts.
        faulty: share of right windows of each isotropic entry that is not wholly right, by name; None likewise.
    """

    epoch: int
    loss: float
    window_errors: int | None
    recall: tuple[float, float] | None
    seconds: float
    faulty: dict[str, float] | None = None


@dataclass(frozen=True)
class CrossEntropy:
    """The loss of a batch in nats a cell, for `evolaw.learning.loop.training.optimise`.

    Attributes:
        steps: 0 reads a batch as window counts (visits, births), else as boards (windows before, cells after) that many
            generations apart.
    """

    steps: int = 0

    def __call__(self, net: WindowNet, batch: tuple[jax.Array, jax.Array], key: Any = None) -> jax.Array:
        """Return the mean cross-entropy of the next cell."""
        if self.steps:
            before, after = batch
            logits = on_windows(net, before, self.steps)
            return jnp.mean(jax.nn.softplus(logits) - after * logits)
        visits, births = batch
        logits = net.window_logits()
        return (visits @ jax.nn.softplus(logits) - births @ logits) / visits.sum()


@told
def train(
    state: State, pairs: WindowPairs | BoardPairs, *, rng: Any, truth: Rule | str | None = None
) -> Iterator[tuple[State, Record]]:
    """Train a network, one epoch an iteration.

    Args:
        state: where to begin: `State.begin`, or what `resume` read.
        pairs: what to learn from.
        rng: deals the batches.
        truth: the rule, when it is known, to count window errors by; it never enters the training.

    Yields:
        The state after the epoch and its record.

    Raises:
        NumericalError: the loss became infinite or not a number; carries the last good state.
    """
    seeded, rule, began = source(rng), None if truth is None else Rule(truth).table, time.perf_counter()
    visited = pairs.visits.sum(0) > 0 if isinstance(pairs, WindowPairs) else np.ones(512, bool)
    loss = CrossEntropy(pairs.steps if isinstance(pairs, BoardPairs) else 0)
    schedule = Schedule.of(state.schedule)
    for after, mean in optimise(state, loss, lambda epoch: deal(pairs, schedule, epoch, seeded)):
        yield after, _record(after, mean, rule, visited, began)


def deal(pairs: WindowPairs | BoardPairs, schedule: Schedule, epoch: int, rng: Source) -> tuple[jax.Array, jax.Array]:
    """Return the batches of an epoch: (visits, births) or (windows before, cells after), the batch axis first."""
    if isinstance(pairs, WindowPairs):
        visits, births = training_batches(pairs, schedule.batches, epoch, rng)
        entry_of = _entry_of(schedule.balance_by)[1]
        of_entry = np.stack([np.bincount(entry_of, counts)[entry_of] for counts in visits]).astype(visits.dtype)
        scale = np.maximum(of_entry, 1.0) ** -schedule.balance
        return jnp.asarray(visits * scale), jnp.asarray(births * scale)
    order = rng.stream(f"epoch {epoch}").generator().permutation(len(pairs))
    size = -(-len(pairs) // schedule.batches)  # boards fill up the last batch again from the first
    chosen = np.resize(order, schedule.batches * size).reshape(schedule.batches, size)
    return jnp.asarray(pairs.windows[chosen], jnp.int32), jnp.asarray(pairs.after[chosen], jnp.float32)


@told
def resume(path: str | Path, like: State | None = None) -> State:
    """Read a state of such a training; see `evolaw.learning.loop.training.resume`."""
    return training.resume(path, like, schedule=Schedule)


def read_record(line: Line) -> Record:
    """Return the record of a stored line.

    Example:
        >>> read_record({"epoch": 1, "loss": 0.5, "window_errors": None, "recall": [1.0, 0.5], "seconds": 2.0}).recall
        (1.0, 0.5)
    """
    return Record(**{**line, "recall": tuple(line["recall"]) if line["recall"] else None})


def data_facts(pairs: WindowPairs | BoardPairs) -> dict[str, Any]:
    """Return what tells one set of pairs from another, for `evolaw.learning.loop.checkpoints.fingerprint`."""
    data = (pairs.visits, pairs.births) if isinstance(pairs, WindowPairs) else (pairs.windows, pairs.after)
    return {
        "data": f"{len(pairs)} pairs of frames, {crc((*data, pairs.boards)):08x}",
        "steps": getattr(pairs, "steps", 1),
    }


def _record(state: State, loss: float, truth: np.ndarray | None, visited: np.ndarray, began: float) -> Record:
    if truth is None:
        return Record(state.epoch, loss, None, None, time.perf_counter() - began)
    right = (read_logits(state.trained) > 0) == (truth == 1)
    recall = (
        float(right[visited].mean()) if visited.any() else 1.0,
        float(right[~visited].mean()) if not visited.all() else 1.0,
    )
    names, entry_of = _entry_of("isotropic")
    shares = np.bincount(entry_of, right) / np.bincount(entry_of)
    faulty = {names[entry]: float(shares[entry]) for entry in np.flatnonzero(shares < 1)}
    return Record(state.epoch, loss, int((~right).sum()), recall, time.perf_counter() - began, faulty)


@functools.cache
def _entry_of(space: str) -> tuple[list[str], np.ndarray]:
    """The names of the entries of a space, and the entry of each window."""
    windows_of = entries(space)
    entry_of = np.empty(512, np.int64)
    for entry, windows in enumerate(windows_of.values()):
        entry_of[windows] = entry
    return list(windows_of), entry_of
