"""A league of architectures: how often each finds the law, and after how many epochs, over many seeds.

One seed is one draw of the weights and one recording of its own: ``batches`` x ``boards`` random boards on a torus, recorded for
one generation. An epoch is one pass over that recording, dealt anew into ``batches`` batches of ``boards`` boards; so an epoch
is ``batches`` gradient steps. All seeds of an architecture are trained at once, and every architecture sees the same
recordings.

A network has found the law after epoch e when its hard outcome is right on all 512 windows after epoch e and after every later
epoch of the training. The success rate counts the seeds that found it within the training, with a Wilson interval.

References: springer2021, section 4, for the question; wilson1927 for the interval.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks, display, documents
from evolaw.analysis.estimates import wilson
from evolaw.arrays import memory_limit, require_memory
from evolaw.automata.rules.rule import Rule
from evolaw.display import Progress
from evolaw.learning.loop.checkpoints import begin_or_continue, require_finished
from evolaw.learning.loop.training import State, run_epoch
from evolaw.learning.windows.cnn import Cnn, Quadratic, WindowNet, size
from evolaw.learning.windows.datasets import WINDOWS, random_recordings, window_pairs
from evolaw.learning.windows.equivariant import GroupNet, OrbitTable
from evolaw.learning.windows.objective import CrossEntropy, Schedule, deal
from evolaw.randomness import Source, source
from evolaw.storage import Run
from evolaw.told import told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ARCHITECTURES", "KIND", "Architecture", "League", "Standing", "run_league"]

KIND = "league"


@dataclass(frozen=True)
class Architecture:
    """A way to draw a network, and the learning rate that suits it.

    Attributes:
        says: what it is, in a few words.
        draw: from a seed to a network.
        learning_rate: at the start of the cosine decay.
    """

    says: str
    draw: Callable[[int], WindowNet]
    learning_rate: float = 0.05


def _cnn(*widths: int, activation: str = "relu") -> Callable[[int], WindowNet]:
    return lambda seed: Cnn.random(widths, activation=activation, rng=seed)


def _d4(*widths: int) -> Callable[[int], WindowNet]:
    return lambda seed: GroupNet.random(widths, rng=seed)


ARCHITECTURES = {
    "cnn2-x1": Architecture("2 layers, width 2 (minimal)", _cnn(2)),
    "cnn2-x2": Architecture("2 layers, width 4", _cnn(4)),
    "cnn2-x4": Architecture("2 layers, width 8", _cnn(8)),
    "cnn2-x8": Architecture("2 layers, width 16 (default)", _cnn(16)),
    "cnn3-x1": Architecture("3 layers, widths 2, 1 (minimal)", _cnn(2, 1)),
    "cnn3-x2": Architecture("3 layers, widths 4, 2", _cnn(4, 2)),
    "cnn3-x4": Architecture("3 layers, widths 8, 4", _cnn(8, 4)),
    "cnn3-x8": Architecture("3 layers, widths 16, 8", _cnn(16, 8)),
    "tanh-x8": Architecture("2 layers, width 16, tanh", _cnn(16, activation="tanh"), 0.1),
    "quadratic": Architecture("one filter, a parabola (minimal)", lambda seed: Quadratic.random(rng=seed)),
    "quadratic-x2": Architecture("2 filters, squared", _cnn(2, activation="square")),
    "quadratic-x4": Architecture("4 filters, squared", _cnn(4, activation="square")),
    "quadratic-x8": Architecture("8 filters, squared", _cnn(8, activation="square")),
    "d4-x1": Architecture("D4 network, width 2", _d4(2)),
    "d4-x2": Architecture("D4 network, width 4", _d4(4)),
    "d4-x4": Architecture("D4 network, width 8", _d4(8)),
    "d4-x8": Architecture("D4 network, width 16", _d4(16)),
    "orbit-table": Architecture("one logit an isotropic entry", lambda seed: OrbitTable.flat(), 0.3),
}
"""The architectures of the league. "x1" is the smallest of its kind that can hold Life."""


@dataclass(frozen=True, eq=False)
class Standing:
    """How one architecture did.

    Attributes:
        name, says: the architecture.
        parameters: number of weights.
        found: epoch after which the law was found for good, by seed; 0 where it was not. Shape (seeds,).
        errors: wrong windows of 512 by seed and epoch, shape (seeds, epochs).
        loss: mean loss of each epoch in nats a cell, the same shape.
        seconds: time for all seeds, compiling included.
    """

    name: str
    says: str
    parameters: int
    found: np.ndarray
    errors: np.ndarray
    loss: np.ndarray
    seconds: float

    @property
    def successes(self) -> int:
        """Seeds that found the law."""
        return int((self.found > 0).sum())

    @property
    def rate(self) -> tuple[float, float, float]:
        """Success rate with its 95 % Wilson interval: (rate, low, high)."""
        return self.successes / len(self.found), *wilson(self.successes, len(self.found))

    def epochs(self, share: float) -> int | None:
        """Return the epoch within which that share of all seeds has found the law; None when fewer ever did."""
        needed = int(np.ceil(checks.probability(share, "share") * len(self.found)))
        epochs = np.sort(self.found[self.found > 0])
        return int(epochs[max(needed, 1) - 1]) if 0 < needed <= len(epochs) else None


@dataclass(frozen=True, eq=False)
class League:
    """The standings, and what an epoch was.

    Attributes:
        rule: the law to be found.
        epoch: what an epoch is, in words.
        seeds: seeds an architecture.
        epochs: length of the training.
        standings: one an architecture, in the order asked for.
    """

    rule: str
    epoch: str
    seeds: int
    epochs: int
    standings: tuple[Standing, ...]

    @property
    def seconds(self) -> float:
        """Time of all trainings."""
        return sum(standing.seconds for standing in self.standings)

    def to_json(self) -> dict[str, Any]:
        """Return the league as JSON values."""
        return {
            "rule": self.rule,
            "epoch": self.epoch,
            "seeds": self.seeds,
            "epochs": self.epochs,
            "standings": [
                {
                    "name": standing.name,
                    "says": standing.says,
                    "parameters": standing.parameters,
                    "successes": standing.successes,
                    "rate": standing.rate[0],
                    "interval": list(standing.rate[1:]),
                    "median_epochs": standing.epochs(0.5),
                    "found": standing.found.tolist(),
                    "seconds": standing.seconds,
                }
                for standing in self.standings
            ],
        }

    def save(self, path: str | Path) -> Path:
        """Write a run directory that `load` reads back."""
        facts = {"rule": self.rule, "seeds": self.seeds, "epochs": self.epochs}
        names = [standing.name for standing in self.standings]
        header = {"kind": KIND, "training": facts, "law": self.rule, "epoch": self.epoch, "names": names}
        with Run.create(path, about=header, whole=True) as run:
            for standing in self.standings:
                _commit(run, standing)
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> League:
        """Read a run directory that `save` or `run_league` wrote.

        Raises:
            StorageError: the league is not finished, or the run is damaged.
        """
        run = Run.open(path)
        about = run.about
        checks.require(about.get("kind") == KIND, "path", "be the run of a league", f"a run of {about.get('kind')}")
        require_finished(run)
        with documents.interpreting(run.path):
            facts, known = about["training"], _committed(run)
            standings = tuple(known[name] for name in about["names"])
            return cls(facts["rule"], about["epoch"], facts["seeds"], facts["epochs"], standings)

    def __repr__(self) -> str:
        lines = [f"League: {self.rule}, {self.seeds} seeds, {self.epochs} epochs", f"  an epoch is {self.epoch}"]
        lines.append(f"  {'':14}{'weights':>8}  {'found the law':<26}{'epochs: half':>13}{'95 % of seeds':>15}")
        for standing in self.standings:
            rate, low, high = standing.rate
            share = f"{standing.successes}/{self.seeds} = {rate:.0%} [{low:.0%}, {high:.0%}]"
            half, most = (standing.epochs(level) or "-" for level in (0.5, 0.95))
            lines.append(f"  {standing.name:14}{standing.parameters:>8}  {share:<26}{half:>13}{most:>15}")
        return "\n".join(lines)

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure: the share of seeds that found the law by epoch."""
        return display.plot(self, **options)


@told
def run_league(
    rule: Rule | str = "B3/S23",
    names: Sequence[str] = tuple(ARCHITECTURES),
    *,
    seeds: int = 64,
    epochs: int = 8,
    batches: int = 32,
    boards: int = 32,
    size: int = 32,
    density: float = 0.38,
    rng: Any,
    progress: Progress | None = None,
    out: str | Path | None = None,
    about: dict[str, Any] | None = None,
) -> League:
    """Train every architecture from many seeds and count who finds the law.

    Args:
        rule: the law.
        names: keys of `ARCHITECTURES`.
        seeds: trainings an architecture.
        epochs: passes over the recording.
        batches: gradient steps an epoch.
        boards: boards a batch.
        size: side of a board.
        density: of the boards at the start.
        rng: seed of weights, recordings and batches.
        progress: called with (architectures done, architectures, words).
        out: run directory to write. Every architecture is committed; the same call continues a league that was killed, to the
            same standings, and reads one that is finished.
        about: further facts for the manifest of ``out``.

    Raises:
        ArgumentError: the recordings of so many seeds do not fit into memory.
        StorageError: ``out`` holds another league or something else.

    Notes:
        Memory: 4096 bytes a seed, epoch and batch.

    Example:
        >>> run_league(names=["cnn2-x8"], seeds=2, epochs=2, batches=8, rng=0).standings[0].errors.shape  # some seconds
        (2, 2)
    """
    law, seeded = Rule(rule), source(rng)
    checks.require(law.table.size == WINDOWS, "rule", "be one of windows of 3 x 3", str(law))
    chosen = [checks.one_of(name, "names", ARCHITECTURES) for name in names]
    seeds, epochs = checks.integer(seeds, "seeds", least=1), checks.integer(epochs, "epochs", least=1)
    schedule = Schedule(epochs=epochs, batches=batches)
    fix = "Take fewer seeds or epochs: the rate of 64 seeds is known to about 3 % already."
    require_memory("seeds", 2.0 * 4096 * seeds * epochs * batches, memory_limit(), fix)
    data = {"batches": batches, "boards": boards, "size": size, "density": density}
    epoch = f"{batches * boards} boards of {size} x {size} at density {density:g}, in {batches} batches of {boards}"
    train = _Trainer(law, law.table, seeds, schedule, data, seeded, progress or (lambda done, total, words: None))
    if out is None:
        return League(str(law), epoch, seeds, epochs, tuple(train.all(chosen, {}, None)))
    facts = {"rule": str(law), "seeds": seeds, "epochs": epochs, **data, "seed": seeded.seed, "architectures": chosen}
    header = {"law": str(law), "epoch": epoch, "names": chosen, "unit": "architectures", **(about or {})}
    run, finished = begin_or_continue(out, KIND, facts, header)
    with run:
        if not finished:
            train.all(chosen, _committed(run), run)
    return League.load(out)


@dataclass(frozen=True)
class _Trainer:
    """What all architectures of a league share."""

    law: Rule
    truth: np.ndarray
    seeds: int
    schedule: Schedule
    data: dict[str, Any]
    seeded: Source
    tell: Progress

    def all(self, names: Sequence[str], known: dict[str, Standing], run: Run | None) -> list[Standing]:
        """The standing of every architecture; those already known are not trained again, new ones are committed."""
        numbers = [self.seeded.stream(f"seed {number}").key[0] for number in range(self.seeds)]
        if missing := [name for name in names if name not in known]:
            recorded, known = self._record(numbers, len(names)), dict(known)
        for name in missing:
            self.tell(len(known), len(names), name)
            known[name] = _stand(name, numbers, recorded, self.schedule, self.truth)
            if run is not None:
                _commit(run, known[name])
        return [known[name] for name in names]

    def _record(self, numbers: list[int], total: int) -> tuple[jax.Array, jax.Array]:
        """Counts of every batch of every epoch and seed; the epochs come first, so that one slice is one epoch of all seeds."""
        visits, births = [], []
        count = self.data["batches"] * self.data["boards"]
        for place, number in enumerate(numbers):
            self.tell(0, total, f"recording {place + 1} of {self.seeds}")
            boards = {name: self.data[name] for name in ("size", "density")}
            pairs = window_pairs(random_recordings(self.law, count, **boards, rng=number))
            dealt = [deal(pairs, self.schedule, epoch, source(number)) for epoch in range(self.schedule.epochs)]
            visits.append(jnp.stack([part[0] for part in dealt]))
            births.append(jnp.stack([part[1] for part in dealt]))
        return jnp.stack(visits, 1), jnp.stack(births, 1)


def _commit(run: Run, standing: Standing) -> None:
    """Write a standing: the arrays first, the record that makes them count last."""
    run.write(f"{standing.name}-errors", standing.errors, ("seeds", "epochs"))
    run.write(f"{standing.name}-loss", standing.loss, ("seeds", "epochs"))
    facts = {"says": standing.says, "parameters": standing.parameters, "seconds": standing.seconds}
    run.record({"name": standing.name, **facts})
    run.reach(len({line["name"] for line in run.records()}))


def _committed(run: Run) -> dict[str, Standing]:
    found = {}
    for line in run.records():
        errors, loss = (run.read(f"{line['name']}-{what}") for what in ("errors", "loss"))
        found[line["name"]] = Standing(found=_found(errors), errors=errors, loss=loss, **line)
    return found


def _found(errors: np.ndarray) -> np.ndarray:
    """The epoch from which each seed had no error any more, from 1; 0 where the last epoch still had one."""
    last = np.array([np.flatnonzero(row)[-1] + 1 if row.any() else 0 for row in errors])
    return np.where(last < errors.shape[1], last + 1, 0)


def _stand(
    name: str, numbers: list[int], data: tuple[jax.Array, jax.Array], schedule: Schedule, truth: np.ndarray
) -> Standing:
    began, architecture = time.perf_counter(), ARCHITECTURES[name]
    paced = Schedule(schedule.epochs, schedule.batches, architecture.learning_rate)
    states = [State.begin(architecture.draw(number), paced) for number in numbers]
    carry = jax.tree.map(lambda *leaves: jnp.stack(leaves), *[state.carry for state in states])
    errors, losses = [], []
    for batches in zip(*data, strict=True):
        carry, loss, wrong = _epoch_of_all(carry, batches, paced, jnp.asarray(truth))
        errors.append(wrong)
        losses.append(loss)
    table = np.stack([np.asarray(wrong) for wrong in errors], 1)
    loss = np.stack([np.asarray(part) for part in losses], 1)
    weights = size(states[0].net)
    return Standing(name, architecture.says, weights, _found(table), table, loss, time.perf_counter() - began)


@eqx.filter_jit
def _epoch_of_all(carry: Any, batches: Any, schedule: Schedule, truth: jax.Array) -> Any:
    """One epoch of every seed: the carry, mean losses and wrong windows, each led by the axis of seeds."""
    carry, losses = eqx.filter_vmap(lambda mine, dealt: run_epoch(mine, dealt, CrossEntropy(), schedule))(
        carry, batches
    )
    wrong = eqx.filter_vmap(lambda net: ((net.window_logits() > 0) != (truth == 1)).sum())(carry[0])
    return carry, losses.mean(1), wrong
