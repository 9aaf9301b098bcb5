"""Train a score on samples: data, a noising and a network in, a `ScoreModel` out.

    model = fit(MLP(), data, VP(), rng=0)
    model = fit(UNet((32, 64)), images, VP(), conditions=labels, steps=20_000, rng=0, out="runs/digits")
    one_step = fit(MLP(), data, Rectified(), loss="mean_flow", rng=0)          # one_step.generate(1000, rng=1)

The loop is `evolaw.learning.loop.training`. Every batch is drawn anew from the whole data, its rows addressed by the number of the
epoch, so a training that was killed continues to the same bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.learning.loop import checkpoints
from evolaw.learning.loop.optimisation import Optimisation
from evolaw.learning.loop.training import State, optimise
from evolaw.randomness import Source, source
from evolaw.score.learned import records
from evolaw.score.learned.intake import Material, drawn_network, require_resolved, take_in
from evolaw.score.learned.model import ScoreModel, write_model
from evolaw.score.learned.one_step import AverageVelocity
from evolaw.score.losses.denoising import TIMES, WEIGHTS, Denoising
from evolaw.score.losses.implicit import SlicedScoreMatching
from evolaw.score.losses.mean_flow import PAIR_TIMES, MeanFlow
from evolaw.score.noising.linear import Noising, require_noising
from evolaw.score.noising.scaled import Scaled
from evolaw.score.noising.schedules import Rectified
from evolaw.told import told

__all__ = ["LOSSES", "Progress", "fit", "pace", "run_training", "trained_on"]

LOSSES = ("denoising", "sliced", "mean_flow")
_EPOCHS = 50
_DROP = 0.1

Progress = Callable[[int, int, str], None]
"""Called with (steps done, steps, words) after every epoch."""


@told
def fit(
    net: Any,
    data: Any,
    noising: Noising,
    *,
    rng: Any,
    steps: int = 4000,
    batch: int = 256,
    schedule: Optimisation | None = None,
    conditions: Any = None,
    bounds: tuple[float, float] | None = None,
    levels: float | None = None,
    weight: str = "edm",
    times: str = "importance",
    loss: str = "denoising",
    progress: Progress | None = None,
    out: str | Path | None = None,
    about: dict[str, Any] | None = None,
) -> ScoreModel:
    """Train a score.

    Args:
        net: a plan such as `MLP()` or `UNet()`, or any callable pytree: from (x, label) or (x, label, condition), for one state x
            scaled to size one and the label ¼ log(s/a), to an array of the shape of x.
        data: samples, shape (items, *shape).
        noising: how the data become noise.
        rng: seed of weights, batches and noise.
        steps: gradient steps.
        batch: states a step.
        schedule: how the optimiser goes, in place of `pace(steps)`; it then says the steps.
        conditions: None; a class of each datum, whole numbers from 0; or a vector of numbers of each. A class is left untold in one
            state of ten, for classifier-free guidance.
        bounds: the range all values must lie in.
        levels: width between the levels of data that take few values; uniform noise of that width is added to a datum each time
            it is seen, so that a likelihood speaks of the levels.
        weight: of denoising score matching, see `evolaw.score.losses.denoising`.
        times: likewise; or, for the loss "mean_flow", "uniform" or "logit_normal", see `evolaw.score.losses.mean_flow`; "importance"
            stands for "uniform" there.
        loss: "denoising"; "sliced", which uses no kernel's score; or "mean_flow", which learns the average velocity of the straight
            path ``noising`` = Rectified() and gives an `AverageVelocity`, a score model that also generates in one step.
        progress: called with (steps done, steps, words).
        out: run directory to write; the same call continues a training that was killed, and reads one that is finished.
        about: further facts for the manifest of ``out``.

    Raises:
        ArgumentError: data, conditions or network are not what is said here; nothing is written then.
        StorageError: ``out`` holds another training or something else.
        NumericalError: the loss did not stay finite.

    Example:
        >>> import numpy as np
        >>> from evolaw.score.networks.mlp import MLP
        >>> from evolaw.score.noising.song import VE
        >>> model = fit(MLP(width=16, depth=1), np.eye(2).repeat(64, 0), VE(0.1, 4.0), steps=50, rng=0)
        >>> model.shape  # some seconds
        (2,)
    """
    material = take_in(data, conditions, bounds)
    checks.one_of(loss, "loss", LOSSES)
    material = _told_both_times(material, noising) if loss == "mean_flow" else material
    chosen = pace(steps) if schedule is None else schedule
    batch, seeded = checks.integer(batch, "batch", least=1, most=2**24), source(rng)
    network = drawn_network(net, material, seeded)
    objective = _objective(network, material, noising, weight, times, loss, levels)
    blank = (
        AverageVelocity(network, material.frame, noising, material.shape)
        if loss == "mean_flow"
        else ScoreModel(
            network, material.frame, noising, material.shape, material.classes, material.numbers, unseen=material.unseen
        )
    )
    run = run_training(objective, len(material.data), batch, seeded, progress)
    if out is None:
        return _result(blank, *run(State.begin(network, chosen), None))
    facts = checkpoints.fingerprint(
        [network], _data_facts(material, noising), chosen, batch=batch, weight=weight, times=times, loss=loss, levels=levels,
        seed=seeded.seed,
    )  # fmt: skip
    header = {"unit": "epochs", "model": records.describe_model(blank), **(about or {})}
    with checkpoints.Training(out, blank.kind, facts, header) as kept:
        if not kept.finished:
            write_model(kept.run, _result(blank, *run(State.begin(network, chosen), kept)))
    return type(blank).load(out, None if hasattr(net, "draw") else network)


@told
def pace(steps: int = 4000, learning_rate: float = 2e-3, **more: Any) -> Optimisation:
    """Return the usual schedule of a score: Adam with warm-up and cosine, an average of the weights with decay 0.999.

    Args:
        steps: gradient steps, rounded up to whole epochs; there are at most 50, and a training is committed after each.
        learning_rate: its highest value.
        **more: other settings of `Optimisation`.

    Example:
        >>> pace(1000).batches, pace(1000).epochs
        (20, 50)
    """
    steps = checks.integer(steps, "steps", least=1)
    batches = -(-steps // min(_EPOCHS, steps))
    usual: dict[str, Any] = {"average": 0.999, "ramp": True, "warmup": min(200, steps // 10)}
    return Optimisation(-(-steps // batches), batches, learning_rate, **(usual | more))


def run_training(
    objective: Any, items: int, batch: int, seeded: Source, progress: Progress | None
) -> Callable[[State, checkpoints.Training | None], tuple[State, list[checkpoints.Line]]]:
    """Return a function that trains: from a fresh state, and a run to keep it in or None, to the last state and the records.

    Args:
        objective: called with (network, rows, key).
        items: number of data a batch is drawn from.
        batch: rows a step.
        seeded: chance of rows and noise.
        progress: called after every epoch.
    """

    def run(fresh: State, kept: checkpoints.Training | None) -> tuple[State, list[checkpoints.Line]]:
        state, lines = (fresh, []) if kept is None else kept.begin(0, fresh)
        began, batches = time.perf_counter(), fresh.schedule.batches

        def deal(epoch: int) -> jax.Array:
            rows = seeded.stream(f"epoch {epoch}").generator().integers(0, items, (batches, batch))
            return jnp.asarray(rows, jnp.int32)

        for after, loss in optimise(state, objective, deal, rng=seeded):
            state = after
            line = {"epoch": state.epoch, "loss": loss, "seconds": time.perf_counter() - began}
            lines.append(line)
            if kept is not None:
                kept.commit(0, state, line)
            if progress is not None:
                progress(state.epoch * batches, state.schedule.steps, f"loss {loss:.4g}")
        return state, lines

    return run


def _result(blank: ScoreModel, state: State, lines: list[checkpoints.Line]) -> ScoreModel:
    history = tuple((line["epoch"], line["loss"], line["seconds"]) for line in lines)
    return blank.changed(net=state.trained, history=history)


def _objective(
    network: Any, material: Material, noising: Noising, weight: str, times: str, loss: str, levels: float | None
) -> Any:
    jitter = 0.0 if levels is None else checks.positive(levels, "levels")
    if loss == "mean_flow":
        drawn = checks.one_of("uniform" if times == "importance" else times, "times", PAIR_TIMES)
        spread = float(material.frame.spread)
        standard = (material.data - np.asarray(material.frame.mean)) / np.float32(spread)
        return MeanFlow(jnp.asarray(standard), times=drawn, jitter=jitter / spread)
    checks.one_of(weight, "weight", WEIGHTS)
    checks.one_of(times, "times", TIMES)
    require_noising(noising)
    require_resolved(material, noising)
    data = jnp.asarray(material.data)
    if loss == "sliced":
        checks.require(material.conditions is None, "conditions", "be left out for the sliced loss", "given")
        return SlicedScoreMatching(data, material.frame, noising)
    told = None if material.conditions is None else jnp.asarray(material.conditions)
    # A user's own network has no row for "no class is told".
    drop = _DROP if material.classes and hasattr(network, "embedding") else 0.0
    return Denoising(data, told, material.frame, noising, weight, times, drop, jitter)


def _told_both_times(material: Material, noising: Any) -> Material:
    """The material of a network that is told (r, t - r) in the place of a condition."""
    checks.require(material.conditions is None, "conditions", "be left out for the loss mean_flow", "given")
    path = noising.noising if isinstance(noising, Scaled) else noising
    straight = isinstance(path, Rectified) and path.whole == 1
    checks.require(
        straight, "noising", "be Rectified() for the loss mean_flow, which follows the straight path", noising
    )
    return replace(material, conditions=np.zeros((len(material.data), 2), np.float32), numbers=2)


def trained_on(about: Mapping[str, Any], states: Any, conditions: Any = None) -> bool:
    """Return whether a run says that it was trained on just these states, in this order.

    Args:
        about: the header of the run.
        states: shape (items, *shape).
        conditions: what is known of each, told to the network or not.

    Example:
        >>> trained_on({"training": {"data": "2 states of shape (1,), 6522df69"}}, [[0.0], [0.0]])
        True
    """
    said = about.get("training", {}).get("data")
    with np.errstate(over="ignore"):
        data = np.asarray(states).astype(np.float32)
    if said is None or not str(said).startswith(_counted(data)):
        return False
    told: list[list[np.ndarray]] = [[], [np.zeros((len(data), 2), np.float32)]]  # the second for the loss mean_flow
    if conditions is not None and np.asarray(conditions).dtype.kind in "biuf":
        known = np.asarray(conditions)
        told.append([known.astype(np.float32 if known.dtype.kind == "f" else np.int32)])
    return any(said == _words_of([data, *more]) for more in told)


def _data_facts(material: Material, noising: Noising) -> dict[str, Any]:
    arrays = [material.data] if material.conditions is None else [material.data, material.conditions]
    return {"data": _words_of(arrays), "noising": str(noising)}


def _words_of(arrays: list[np.ndarray]) -> str:
    return f"{_counted(arrays[0])}, {checkpoints.crc(arrays):08x}"


def _counted(data: np.ndarray) -> str:
    return f"{len(data)} states of shape {data.shape[1:]}"
