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

import json
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from evolaw import checks, documents
from evolaw.automata.rules import Rule
from evolaw.errors import NumericalError, StorageError
from evolaw.learning.cnn import WindowNet, on_windows, read_logits
from evolaw.learning.datasets import BoardPairs, WindowPairs, training_batches
from evolaw.randomness import Source, source

__all__ = ["Record", "Schedule", "State", "checkpoint", "deal", "resume", "run_epoch", "train"]

_VERSION = 1


@dataclass(frozen=True)
class Schedule:
    """How to train.

    Attributes:
        epochs: passes over the pairs.
        batches: gradient steps an epoch.
        learning_rate: its value at the start; it falls to zero along a half cosine.
        average: decay of the exponential moving average of the weights, 0 for none; the average is what is returned.
        patience: stop after this many epochs without a lower loss; None trains to the end.
        balance: exponent b in [0, 1]; window counts enter as visits^(1 - b), so 1 counts every seen window alike.
    """

    epochs: int = 8
    batches: int = 32
    learning_rate: float = 0.05
    average: float = 0.0
    patience: int | None = None
    balance: float = 0.0

    def __post_init__(self) -> None:
        checks.integer(self.epochs, "epochs", least=1)
        checks.integer(self.batches, "batches", least=1)
        checks.positive(self.learning_rate, "learning_rate")
        checks.probability(self.average, "average", most=0.9999)
        checks.probability(self.balance, "balance")
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
        seconds: time since the training began; compiling counts.
    """

    epoch: int
    loss: float
    window_errors: int | None
    recall: tuple[float, float] | None
    seconds: float


@dataclass(frozen=True)
class State:
    """Everything a training needs to go on: weights, their average, the optimiser's memory and the epochs done."""

    net: WindowNet
    average: WindowNet
    memory: Any
    schedule: Schedule
    epoch: int = 0

    @classmethod
    def begin(cls, net: WindowNet, schedule: Schedule | None = None) -> State:
        """Return the state before the first epoch."""
        chosen = schedule or Schedule()
        # A weight made from a Python number is "weakly" typed until the first step, which would compile a second time.
        net = jax.tree.map(lambda leaf: jnp.asarray(leaf, leaf.dtype), net)
        return cls(net, net, chosen.optimiser.init(eqx.filter(net, eqx.is_array)), chosen)

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
    best, stale = np.inf, 0
    while state.epoch < state.schedule.epochs:
        batches = deal(pairs, state.schedule, state.epoch, seeded)
        carry, losses = run_epoch((state.net, state.average, state.memory), batches, state.schedule, steps)
        loss = float(losses.mean())
        if not np.isfinite(loss):
            raise NumericalError(
                f"The loss is {loss} in epoch {state.epoch + 1}. Lower the learning rate of "
                f"{state.schedule.learning_rate:g}.",
                partial=state,
            )
        state = replace(state, net=carry[0], average=carry[1], memory=carry[2], epoch=state.epoch + 1)
        yield state, _record(state, loss, rule, visited, began)
        stale = 0 if loss < best else stale + 1
        best = min(best, loss)
        if state.schedule.patience is not None and stale >= state.schedule.patience:
            return


def deal(pairs: WindowPairs | BoardPairs, schedule: Schedule, epoch: int, rng: Source) -> tuple[jax.Array, jax.Array]:
    """Return the batches of an epoch: (visits, births) or (windows before, cells after), the batch axis first."""
    if isinstance(pairs, WindowPairs):
        visits, births = training_batches(pairs, schedule.batches, epoch, rng)
        scale = np.maximum(visits, 1.0) ** -schedule.balance
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
    return Record(state.epoch, loss, int((~right).sum()), recall, time.perf_counter() - began)


def checkpoint(state: State, path: str | Path) -> Path:
    """Write a state as safetensors, whole or not at all. Arrays are named by their place in the network."""
    arrays = _arrays(state)
    header = {"version": _VERSION, **_identity(state), "epoch": state.epoch, "checksum": _checksum(arrays)}
    # One entry: safetensors writes several in an order that changes from run to run.
    return documents.write_document(path, save(arrays, metadata={"evolaw": json.dumps(header)}))


def resume(path: str | Path, like: State) -> State:
    """Read a state that `checkpoint` wrote.

    Args:
        path: the file.
        like: a state of the same network and schedule, such as `State.begin` gives; its values are not used.

    Raises:
        StorageError: the file is damaged, or holds another network or schedule; the first difference is named.
    """
    wanted = _arrays(like)
    try:
        with safe_open(str(path), framework="numpy") as file:
            header = dict(json.loads((file.metadata() or {}).get("evolaw", "{}")))
            for name, value in {"version": _VERSION, **_identity(like)}.items():
                if header.get(name) != value:
                    raise StorageError(f"{path} does not fit: {name} is {header.get(name)} there and {value} here.")
            found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError, TypeError) as error:
        raise StorageError(f"{path} cannot be read as a checkpoint: {error}.") from error
    for name in sorted(set(found) | set(wanted)):
        there, here = (_form(arrays.get(name)) for arrays in (found, wanted))
        if there != here:
            raise StorageError(f"{path} does not fit {like.net}: {name} is {there} there and {here} here.")
    if header.get("checksum") != _checksum(found) or not isinstance(header.get("epoch"), int):
        raise StorageError(f"{path} is damaged: its weights do not have the checksum they were written with.")
    structure = jax.tree.structure((like.net, like.average, like.memory))
    net, average, memory = jax.tree.unflatten(structure, [jnp.asarray(found[name]) for name in wanted])
    return replace(like, net=net, average=average, memory=memory, epoch=header["epoch"])


def _arrays(state: State) -> dict[str, np.ndarray]:
    flat, _ = jax.tree_util.tree_flatten_with_path((state.net, state.average, state.memory))
    parts = ("net", "average", "memory")
    return {f"{parts[path[0].idx]}{jax.tree_util.keystr(path[1:])}": np.asarray(leaf) for path, leaf in flat}


def _identity(state: State) -> dict[str, str]:
    return {"net": str(state.net), "schedule": repr(state.schedule)}


def _form(array: np.ndarray | None) -> str:
    return "missing" if array is None else f"{array.dtype} of shape {array.shape}"


def _checksum(arrays: dict[str, np.ndarray]) -> int:
    crc = 0
    for name in sorted(arrays):
        crc = zlib.crc32(np.ascontiguousarray(arrays[name]).tobytes(), crc)
    return crc
