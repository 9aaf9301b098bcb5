"""One training loop: a generator of records, jitted an epoch at a time, resumable to the same bytes.

The loss is the mean binary cross-entropy of the next cell,

    windows:   sum_w [ visits_w softplus(z_w) - births_w z_w ] / sum_w visits_w          z_w: logit of window w
    boards:    mean over cells of softplus(z) - y z,                                      z after ``steps`` steps, y the cell

which are the same number for a one-step network. The optimiser is Adam with a cosine decay of the learning rate. An epoch
deals all pairs into ``batches`` batches, anew in each epoch and addressed by its number, so that a resumed training sees the
same batches. The loop knows nothing of progress bars, files or screens: it yields a record an epoch, and a `State` that
`checkpoint` writes and `resume` reads.

References: kingma2015, algorithm 1.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax

from evolaw import checks, documents
from evolaw.automata.rules.rule import SPACES, Rule, entries
from evolaw.errors import ArgumentError, NumericalError, StorageError
from evolaw.learning.loop.serialization import build, describe, named, pack, unpack
from evolaw.learning.windows.cnn import WindowNet, on_windows, read_logits
from evolaw.learning.windows.datasets import BoardPairs, WindowPairs, training_batches
from evolaw.randomness import Source, source

__all__ = ["Record", "Schedule", "State", "checkpoint", "deal", "resume", "run_epoch", "train"]

_VERSION = 2


@dataclass(frozen=True)
class Schedule:
    """How to train.

    Attributes:
        epochs: passes over the pairs.
        batches: gradient steps an epoch.
        learning_rate: its value at the start; it falls to zero along a half cosine.
        average: decay of the exponential moving average of the weights, 0 for none; the average is what is returned.
        patience: stop after this many epochs without a lower loss; None trains to the end.
        balance: exponent b in [0, 1]: the counts of a window are divided by v^b, v the visits of its entry in the batch, so
            1 counts every seen entry alike.
        balance_by: space of those entries; "general" balances the windows themselves.
    """

    epochs: int = 8
    batches: int = 32
    learning_rate: float = 0.05
    average: float = 0.0
    patience: int | None = None
    balance: float = 0.0
    balance_by: str = "general"

    def __post_init__(self) -> None:
        checks.integer(self.epochs, "epochs", least=1)
        checks.integer(self.batches, "batches", least=1)
        checks.positive(self.learning_rate, "learning_rate")
        checks.probability(self.average, "average", most=0.9999)
        checks.probability(self.balance, "balance")
        checks.one_of(self.balance_by, "balance_by", SPACES)
        if self.patience is not None:
            checks.integer(self.patience, "patience", least=1)

    @property
    def optimiser(self) -> optax.GradientTransformation:
        """Adam with a cosine decay over all steps; the gradient's norm is cut at 1."""
        decay = optax.cosine_decay_schedule(self.learning_rate, self.epochs * self.batches)
        return optax.chain(optax.clip_by_global_norm(1.0), optax.adam(decay))


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
class State:
    """Everything a training needs to go on.

    Attributes:
        net, average: the weights and their moving average.
        memory: what the optimiser remembers.
        schedule: how the training goes.
        epoch: epochs done.
        best: the lowest loss of an epoch so far.
        stale: epochs since then.
    """

    net: WindowNet
    average: WindowNet
    memory: Any
    schedule: Schedule
    epoch: int = 0
    best: float = float("inf")
    stale: int = 0

    @classmethod
    def begin(cls, net: WindowNet, schedule: Schedule | None = None) -> State:
        """Return the state before the first epoch."""
        chosen = schedule or Schedule()
        # A weight made from a Python number is "weakly" typed until the first step, which would compile a second time.
        net = jax.tree.map(lambda leaf: jnp.asarray(leaf, leaf.dtype), net)
        return cls(net, net, chosen.optimiser.init(eqx.filter(net, eqx.is_array)), chosen)

    @property
    def is_over(self) -> bool:
        """Whether no epoch is left, or the patience is."""
        patience = self.schedule.patience
        return self.epoch >= self.schedule.epochs or (patience is not None and self.stale >= patience)

    @property
    def trained(self) -> WindowNet:
        """The network to use: the average where one is kept, else the last weights."""
        return self.average if self.schedule.average else self.net


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
    steps = pairs.steps if isinstance(pairs, BoardPairs) else 0
    while not state.is_over:
        batches = deal(pairs, state.schedule, state.epoch, seeded)
        carry, losses = run_epoch((state.net, state.average, state.memory), batches, state.schedule, steps)
        loss = float(losses.mean())
        if not np.isfinite(loss):
            raise NumericalError(
                f"The loss is {loss} in epoch {state.epoch + 1}. Lower the learning rate of "
                f"{state.schedule.learning_rate:g}.",
                partial=state,
            )
        stale = 0 if loss < state.best else state.stale + 1
        state = State(carry[0], carry[1], carry[2], state.schedule, state.epoch + 1, min(state.best, loss), stale)
        yield state, _record(state, loss, rule, visited, began)


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


@eqx.filter_jit
def run_epoch(carry: tuple[Any, Any, Any], batches: tuple[jax.Array, jax.Array], schedule: Schedule, steps: int) -> Any:
    """Take one gradient step a batch: ((net, average, memory), losses of shape (batches,)).

    ``steps`` 0 reads the batches as window counts, else as boards that many generations apart.
    """
    _, static = eqx.partition(carry[0], eqx.is_array)

    def advance(carry: Any, batch: Any) -> Any:
        weights, average, memory = carry
        loss, slope = eqx.filter_value_and_grad(_loss)(eqx.combine(weights, static), batch, steps)
        updates, memory = schedule.optimiser.update(slope, memory)
        weights = eqx.apply_updates(weights, updates)
        average = jax.tree.map(lambda a, w: schedule.average * a + (1 - schedule.average) * w, average, weights)
        return (weights, average, memory), loss

    dynamic = tuple(eqx.filter(part, eqx.is_array) for part in carry[:2])
    (weights, average, memory), losses = jax.lax.scan(advance, (*dynamic, carry[2]), batches)
    return (eqx.combine(weights, static), eqx.combine(average, static), memory), losses


def _loss(net: WindowNet, batch: tuple[jax.Array, jax.Array], steps: int) -> jax.Array:
    if steps:
        before, after = batch
        logits = on_windows(net, before, steps)
        return jnp.mean(jax.nn.softplus(logits) - after * logits)
    visits, births = batch
    logits = net.window_logits()
    return (visits @ jax.nn.softplus(logits) - births @ logits) / visits.sum()


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


def checkpoint(state: State, path: str | Path) -> Path:
    """Write a state as safetensors, whole or not at all. Arrays are named by their place in the network."""
    progress = {"epoch": state.epoch, "best": state.best, "stale": state.stale}
    header = {"version": _VERSION, "network": describe(state.net), "schedule": asdict(state.schedule), **progress}
    return documents.write_document(path, pack(_arrays(state), header))


def resume(path: str | Path, like: State | None = None) -> State:
    """Read a state that `checkpoint` wrote.

    Args:
        path: the file.
        like: a state of the same network and schedule, such as `State.begin` gives, which the file must fit; its values are
            not used. None takes network and schedule as the file describes them.

    Raises:
        StorageError: the file is damaged, or holds another network or schedule; the first difference is named.
    """
    header, found = unpack(path)
    if header.get("version") != _VERSION:
        raise StorageError(f"{path} is no checkpoint of version {_VERSION}: its version is {header.get('version')}.")
    like = _described(path, header, found) if like is None else like
    if header["schedule"] != (here := asdict(like.schedule)):
        name = next(name for name in here if header["schedule"].get(name) != here[name])
        raise StorageError(
            f"{path} does not fit: {name} of the schedule is {header['schedule'].get(name)} there and {here[name]} here."
        )
    wanted = _arrays(like)
    for name in sorted(set(found) | set(wanted)):
        there, mine = (_form(arrays.get(name)) for arrays in (found, wanted))
        if there != mine:
            raise StorageError(f"{path} does not fit {like.net}: {name} is {there} there and {mine} here.")
    if header["network"] != describe(like.net):
        raise StorageError(f"{path} does not fit {like.net}: it holds a {header['network']}.")
    structure = jax.tree.structure((like.net, like.average, like.memory))
    net, average, memory = jax.tree.unflatten(structure, [jnp.asarray(found[name]) for name in wanted])
    return State(net, average, memory, like.schedule, header["epoch"], header["best"], header["stale"])


def _described(path: str | Path, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> State:
    """The state before the first epoch of the training that a checkpoint describes."""
    try:
        return State.begin(build(header["network"], arrays, "net"), Schedule(**header["schedule"]))
    except (StorageError, ArgumentError, KeyError, TypeError) as error:
        raise StorageError(f"{path} describes no training: {error}") from error


def _arrays(state: State) -> dict[str, np.ndarray]:
    parts = {"net": state.net, "average": state.average, "memory": state.memory}
    return {name: array for part, tree in parts.items() for name, array in named(tree, part).items()}


def _form(array: np.ndarray | None) -> str:
    return "missing" if array is None else f"{array.dtype} of shape {array.shape}"
