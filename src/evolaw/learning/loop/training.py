"""One training loop: any network, any batches, any loss; jitted an epoch at a time, resumable to the same bytes.

    weights <- optimiser(grad of loss(network, batch, key)),      average <- d average + (1 - d) weights

A *loss* is called with (network, batch, key) and gives a number; it may be a function, or a pytree such as an Equinox module that
carries data (arrays in it are arguments of the compiled epoch, not constants). A *batch* is whatever `deal` gave: the arrays
themselves, or numbers of rows that the loss looks up. The key is a function of the seed and the number of the step alone, and an
epoch is dealt from its number, so that a resumed training sees the same batches and the same chance.

How is `optimisation`'s. Besides the weights the loop keeps an exponential average of them and any number of power-function
averages (`averaging`). It knows nothing of progress bars, files or screens: it yields the loss of an epoch and a `State` that
`checkpoint` writes and `resume` reads. Networks side by side are trained by `jax.vmap` over `run_epoch`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evolaw import devices, documents
from evolaw.errors import ArgumentError, NumericalError, StorageError
from evolaw.learning.loop.averaging import exponent, power_decay
from evolaw.learning.loop.optimisation import Optimisation, settings_of
from evolaw.learning.loop.serialization import build, describe, named, pack, unpack
from evolaw.randomness import Source
from evolaw.told import told

__all__ = [
    "Loss",
    "State",
    "checkpoint",
    "fitting_run",
    "optimise",
    "pack_state",
    "resume",
    "run_epoch",
    "run_steps",
]

_VERSION = 2

Loss = Callable[[Any, Any, Any], jax.Array]
"""From (network, batch, key) to a number; the key is None where the loop was given no chance."""

Carry = tuple[Any, Any, Any, tuple[Any, ...]]
"""What a step changes: (net, average, memory, powers), see `State.carry`."""

Run = Callable[..., tuple[Carry, jax.Array]]
"""`run_epoch` or `run_steps`."""


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
        powers: the power-function averages, one a width of the schedule.
    """

    net: Any
    average: Any
    memory: Any
    schedule: Optimisation
    epoch: int = 0
    best: float = float("inf")
    stale: int = 0
    powers: tuple[Any, ...] = ()

    @classmethod
    def begin(cls, net: Any, schedule: Optimisation | None = None) -> State:
        """Return the state before the first epoch."""
        devices.require_unforked()
        chosen = schedule or Optimisation()
        # A weight made from a Python number is "weakly" typed until the first step, which would compile a second time.
        net = jax.tree.map(lambda leaf: jnp.asarray(leaf, leaf.dtype) if eqx.is_array(leaf) else leaf, net)
        memory = chosen.optimiser.init(eqx.filter(net, eqx.is_array))
        return cls(net, net, memory, chosen, powers=(net,) * len(chosen.widths))

    @property
    def is_over(self) -> bool:
        """Whether no epoch is left, or the patience is."""
        patience = self.schedule.patience
        return self.epoch >= self.schedule.epochs or (patience is not None and self.stale >= patience)

    @property
    def trained(self) -> Any:
        """The network to use: the average where one is kept, else the last weights."""
        return self.average if self.schedule.average else self.net

    @property
    def carry(self) -> Carry:
        """What a step changes: (net, average, memory, powers)."""
        return self.net, self.average, self.memory, self.powers


@told
def optimise(
    state: State, loss: Loss, deal: Callable[[int], Any], *, rng: Source | None = None
) -> Iterator[tuple[State, float]]:
    """Train a network, one epoch an iteration.

    Args:
        state: where to begin: `State.begin`, or what `resume` read.
        loss: called with (network, batch, key).
        deal: from the number of an epoch to its batches, a pytree whose leaves are led by the axis of batches.
        rng: chance of the loss; None for a loss that needs none.

    Yields:
        The state after the epoch and the mean loss of its batches.

    Raises:
        NumericalError: the loss became infinite or not a number; carries the last good state.

    Example:
        >>> from evolaw.randomness import source
        >>> fall = State.begin(jnp.array(1.0), Optimisation(epochs=3, batches=4, learning_rate=0.5))
        >>> path = optimise(fall, lambda x, batch, key: x**2, lambda epoch: jnp.zeros(4), rng=source(0))
        >>> [state.epoch for state, _ in path]
        [1, 2, 3]
    """
    key = None if rng is None else _key(rng)
    run = None
    while not state.is_over:
        batches = deal(state.epoch)
        first = jnp.int32(state.epoch * state.schedule.batches)
        run = run or fitting_run(state.net, batches, loss, key)
        carry, losses = run(state.carry, batches, loss, state.schedule, key, first)
        mean = float(losses.mean())
        if not np.isfinite(mean):
            raise NumericalError(
                f"The loss is {mean} in epoch {state.epoch + 1}. Lower the learning rate of "
                f"{state.schedule.learning_rate:g}.",
                partial=state,
            )
        stale = 0 if mean < state.best else state.stale + 1
        net, average, memory, powers = carry
        state = State(net, average, memory, state.schedule, state.epoch + 1, min(state.best, mean), stale, powers)
        yield state, mean


def fitting_run(net: Any, batches: Any, loss: Loss, key: jax.Array | None = None) -> Run:
    """Return what takes the steps of an epoch quickest on this machine: `run_epoch`, or `run_steps` for convolutions on processors.

    Notes:
        The derivatives of a convolution have their channels where XLA's quick convolution does not look for them. It puts them right
        in a program as a whole but not inside a loop, where they then take ten to thirty times as long (jax 0.10).
    """
    if not devices.on_cpu():
        return run_epoch
    batch = jax.tree.map(lambda each: each[0], batches)
    convolves = "conv_general_dilated" in str(eqx.filter_make_jaxpr(loss)(net, batch, key)[0])
    return run_steps if convolves else run_epoch


@eqx.filter_jit
def run_epoch(
    carry: Carry, batches: Any, loss: Loss, schedule: Optimisation, key: jax.Array | None = None, first: Any = 0
) -> tuple[Carry, jax.Array]:
    """Take one gradient step a batch, all in one compiled loop: (carry, losses of shape (batches,)).

    Args:
        carry: (net, average, memory, powers), see `State.carry`.
        batches: a pytree led by the axis of batches.
        loss: called with (network, batch, key).
        schedule: of the training.
        key: chance; None where the loss needs none. Step n sees ``jax.random.fold_in(key, n)``.
        first: number of the first step.
    """
    moving, still = eqx.partition(carry, eqx.is_array)

    def advance(moving: Any, step: Any) -> Any:
        after, value = _step(eqx.combine(moving, still), step[0], loss, schedule, key, step[1])
        return eqx.filter(after, eqx.is_array), value

    numbers = first + jnp.arange(_count(batches), dtype=jnp.int32)
    moving, losses = jax.lax.scan(advance, moving, (batches, numbers))
    return eqx.combine(moving, still), losses


def run_steps(
    carry: Carry, batches: Any, loss: Loss, schedule: Optimisation, key: jax.Array | None = None, first: Any = 0
) -> tuple[Carry, jax.Array]:
    """Take the steps of `run_epoch`, each as a compiled program of its own."""
    # Trees are taken apart once: at every step that took 2 of the 60 ms of a small U-Net.
    moving, still = eqx.partition(carry, eqx.is_array)
    given, fixed = eqx.partition((loss, schedule), eqx.is_array)
    arrays, form = jax.tree.flatten(moving)
    rest, shape = jax.tree.flatten((still, fixed))
    steady, losses = (form, shape, tuple(rest)), []
    for place in range(_count(batches)):
        batch = jax.tree.map(lambda each, place=place: each[place], batches)
        arrays, value = _step_alone(steady, arrays, given, batch, key, jnp.int32(first + place))
        losses.append(value)
    return eqx.combine(jax.tree.unflatten(form, arrays), still), jnp.stack(losses)


@partial(jax.jit, static_argnums=0)
def _step_alone(
    steady: Any, arrays: list[jax.Array], given: Any, batch: Any, key: jax.Array | None, number: Any
) -> tuple[list[jax.Array], jax.Array]:
    """`_step` on the arrays of a carry; ``steady`` is how they lie in it, and all that is no array."""
    form, shape, rest = steady
    still, fixed = jax.tree.unflatten(shape, rest)
    loss, schedule = eqx.combine(given, fixed)
    after, value = _step(eqx.combine(jax.tree.unflatten(form, arrays), still), batch, loss, schedule, key, number)
    return jax.tree.leaves(eqx.filter(after, eqx.is_array)), value


def _step(
    carry: Carry, batch: Any, loss: Loss, schedule: Optimisation, key: jax.Array | None, number: Any
) -> tuple[Carry, jax.Array]:
    """One gradient step and what it does to the averages."""
    net, average, memory, powers = carry
    weights, still = eqx.partition(net, eqx.is_array)
    chance = None if key is None else jax.random.fold_in(key, number)
    value, slope = eqx.filter_value_and_grad(loss)(net, batch, chance)
    updates, memory = schedule.optimiser.update(slope, memory, weights)
    weights = eqx.apply_updates(weights, updates)
    decay: Any = schedule.average
    if schedule.ramp:
        decay = jnp.minimum(decay, (1.0 + number) / (10.0 + number))
    rates = [power_decay(number + 1, exponent(width)) for width in schedule.widths]
    averages = [
        eqx.combine(_blend(eqx.filter(each, eqx.is_array), weights, rate), still)
        for each, rate in zip((average, *powers), (decay, *rates), strict=True)
    ]
    return (eqx.combine(weights, still), averages[0], memory, tuple(averages[1:])), value


def _count(batches: Any) -> int:
    return int(jax.tree.leaves(batches)[0].shape[0])


def _blend(average: Any, weights: Any, decay: Any) -> Any:
    return jax.tree.map(lambda a, w: decay * a + (1 - decay) * w, average, weights)


def _key(rng: Source) -> jax.Array:
    """The two words of the stream "training" as a JAX key."""
    return jax.random.wrap_key_data(jnp.array(rng.stream("training").key, jnp.uint32), impl="threefry2x32")


@told
def checkpoint(state: State, path: str | Path) -> Path:
    """Write a state as safetensors, whole or not at all."""
    return documents.write_document(path, pack_state(state))


def pack_state(state: State) -> bytes:
    """Return a state as the bytes of a safetensors file. Arrays are named by their place in the network."""
    progress = {"epoch": state.epoch, "best": state.best, "stale": state.stale}
    facts = settings_of(state.schedule)
    header = {"version": _VERSION, "network": describe(state.net), "schedule": facts, **progress}
    return pack(_arrays(state), header)


def resume(path: str | Path, like: State | None = None, *, schedule: type[Optimisation] = Optimisation) -> State:
    """Read a state that `checkpoint` wrote.

    Args:
        path: the file.
        like: a state of the same network and schedule, such as `State.begin` gives, which the file must fit; its values are
            not used. None takes network and schedule as the file describes them.
        schedule: the class of the schedule where it is taken from the file.

    Raises:
        StorageError: the file is damaged, or holds another network or schedule; the first difference is named.
    """
    header, found = unpack(path)
    if header.get("version") != _VERSION:
        raise StorageError(f"{path} is no checkpoint of version {_VERSION}: its version is {header.get('version')}.")
    like = _described(path, header, found, schedule) if like is None else like
    _require_schedule(path, header["schedule"], settings_of(like.schedule))
    wanted = _arrays(like)
    for name in sorted(set(found) | set(wanted)):
        there, mine = (_form(arrays.get(name)) for arrays in (found, wanted))
        if there != mine:
            raise StorageError(f"{path} does not fit {_short(like.net)}: {name} is {there} there and {mine} here.")
    if header["network"] != describe(like.net):
        raise StorageError(f"{path} does not fit {_short(like.net)}: it holds a {header['network']}.")
    parts = like.carry
    leaves = [jnp.asarray(found[name]) for name in wanted]
    structure = jax.tree.structure(tuple(eqx.filter(part, eqx.is_array) for part in parts))
    net, average, memory, powers = eqx.combine(jax.tree.unflatten(structure, leaves), parts)
    return State(net, average, memory, like.schedule, header["epoch"], header["best"], header["stale"], powers)


def _require_schedule(path: str | Path, there: dict[str, Any], here: dict[str, Any]) -> None:
    names = [*here, *(name for name in there if name not in here)]
    for name in names:
        if there.get(name) != here.get(name):
            raise StorageError(
                f"{path} does not fit: {name} of the schedule is {there.get(name)} there and {here.get(name)} here."
            )


def _described(
    path: str | Path, header: dict[str, Any], arrays: dict[str, np.ndarray], schedule: type[Optimisation]
) -> State:
    """The state before the first epoch of the training that a checkpoint describes."""
    try:
        return State.begin(build(header["network"], arrays, "net"), schedule(**header["schedule"]))
    except (StorageError, ArgumentError, KeyError, TypeError) as error:
        raise StorageError(f"{path} describes no training: {error}") from error


def _arrays(state: State) -> dict[str, np.ndarray]:
    parts = {"net": state.net, "average": state.average, "memory": state.memory, "powers": state.powers}
    return {name: array for part, tree in parts.items() for name, array in named(tree, part).items()}


def _form(array: np.ndarray | None) -> str:
    return "missing" if array is None else f"{array.dtype} of shape {array.shape}"


def _short(net: Any) -> str:
    """The network in at most a line."""
    said = str(net).splitlines()[0]
    return said if len(said) <= 80 else type(net).__name__
