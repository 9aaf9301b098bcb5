"""A training kept in a run directory: committed epoch by epoch, continued after a kill to the same bytes.

    run/ manifest.json                       what was trained on what: by it a continued training is known again
         records.jsonl                       one line an epoch of a network
         checkpoints/network-000.safetensors the state of each network after its last committed epoch
         networks.safetensors                at the end: the trained networks that were kept, weights and all
         data.zarr/                          at the end: their logits, the windows visited, which networks were kept

An epoch is committed when its checkpoint is in place; its record is written before. A kill between the two leaves a record
that the repeated epoch writes again: of two records of one epoch the later one counts.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from evolaw.errors import StorageError
from evolaw.learning.loop.serialization import pack_networks, read_networks
from evolaw.learning.loop.training import Record, Schedule, State, checkpoint, resume
from evolaw.learning.windows.cnn import WindowNet
from evolaw.learning.windows.datasets import BoardPairs, WindowPairs
from evolaw.storage import Run

__all__ = [
    "KIND",
    "Training",
    "begin_or_continue",
    "fingerprint",
    "histories",
    "require_finished",
    "stored_networks",
    "write_result",
]

KIND = "learned law"
_NETWORKS = "networks.safetensors"


class Training:
    """The run directory of one training, open for writing inside ``with``.

    Args:
        path: directory to write; one of the same training is continued.
        facts: what fixes the training to the last bit, JSON values; see `fingerprint`.
        about: further facts for the manifest.

    Raises:
        StorageError: the directory holds something else, another training, or is being written.

    Attributes:
        finished: whether the training ended before; then it is open for reading only.
    """

    def __init__(self, path: str | Path, facts: dict[str, Any], about: dict[str, Any]) -> None:
        self.run, self.finished = begin_or_continue(path, KIND, facts, {"unit": "epochs", **about})
        (self.run.path / "checkpoints").mkdir(exist_ok=True)
        self._epochs: dict[int, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run.__exit__(kind, error, trace)

    def begin(self, number: int, fresh: State) -> tuple[State, list[Record]]:
        """Return where a network goes on from, and its records so far: ``fresh`` and none before its first commit."""
        file = self._checkpoint(number)
        state = resume(file, fresh) if file.exists() else fresh
        self._epochs[number] = state.epoch
        records = _records(self.run).get(number, {})
        if missing := [epoch for epoch in range(1, state.epoch + 1) if epoch not in records]:
            raise StorageError(f"{self.run.path}: the record of epoch {missing[0]} of network {number} is lost.")
        return state, [records[epoch] for epoch in range(1, state.epoch + 1)]

    def commit(self, number: int, state: State, record: Record) -> None:
        """Keep a network after an epoch."""
        self.run.record({"member": number, **asdict(record)})
        checkpoint(state, self._checkpoint(number))
        self._epochs[number] = state.epoch
        self.run.reach(sum(self._epochs.values()))

    def _checkpoint(self, number: int) -> Path:
        return self.run.path / "checkpoints" / f"network-{number:03}.safetensors"


def begin_or_continue(path: str | Path, kind: str, facts: dict[str, Any], about: dict[str, Any]) -> tuple[Run, bool]:
    """Return the run of a training, and whether it is finished; an unfinished one is open for writing.

    Args:
        path: directory to write; one that holds the same training is continued.
        kind: what is trained, as the manifest calls it.
        facts: what fixes the training to the last bit, JSON values.
        about: further facts for the manifest.

    Raises:
        StorageError: the directory holds something else, another training, or is being written.
    """
    path = Path(path)
    if not (path / "manifest.json").exists():
        return Run.create(path, about={"kind": kind, "training": facts, **about}), False
    run = Run.open(path)
    known = run.about.get("training")
    if run.about.get("kind") != kind or known is None:
        what = run.about.get("kind", "something else")
        raise StorageError(f"{path} holds no training that could go on, but a {what}. Choose another directory.")
    for name, value in facts.items():
        if known.get(name) != value:
            raise StorageError(
                f"{path} holds another training: {name} is {known.get(name)} there and {value} here. Choose another "
                f"directory, or train as before."
            )
    return (run, True) if run.state == "done" else (Run.resume(path), False)


def require_finished(run: Run) -> None:
    """Refuse a training that has not come to its end: what it would hold is not there yet."""
    if run.state != "done":
        unit = run.about.get("unit", "epochs")
        raise StorageError(
            f"The training in {run.path} is not finished: {run.cursor} {unit} are committed. Continue it, with the command that "
            f"began it."
        )


def fingerprint(
    nets: Sequence[WindowNet], pairs: WindowPairs | BoardPairs, schedule: Schedule, **more: Any
) -> dict[str, Any]:
    """Return what tells one training from another: the networks as drawn, the data, the schedule, and ``more``."""
    data = (pairs.visits, pairs.births) if isinstance(pairs, WindowPairs) else (pairs.windows, pairs.after)
    return {
        "networks": f"{len(nets)} x {nets[0]}, weights {zlib.crc32(pack_networks(nets)):08x}",
        "data": f"{len(pairs)} pairs of frames, {_crc((*data, pairs.boards)):08x}",
        "steps": getattr(pairs, "steps", 1),
        **asdict(schedule),
        **more,
    }


def write_result(run: Run, nets: Sequence[WindowNet], arrays: dict[str, np.ndarray]) -> None:
    """Write the trained networks and what they say; the last thing a training or a `save` does."""
    if nets:
        run.document(_NETWORKS, pack_networks(nets))
    axes = {"logits": ("members", "windows"), "visited": ("windows",), "births": ("windows",), "kept": ("members",)}
    for name, values in arrays.items():
        run.write(name, values, axes[name])


def stored_networks(run: Run) -> tuple[WindowNet, ...]:
    """Return the networks of a finished run; none where a law was saved that had none."""
    return read_networks(run.path / _NETWORKS) if (run.path / _NETWORKS).exists() else ()


def histories(run: Run, kept: Iterable[int]) -> tuple[tuple[Record, ...], ...]:
    """Return the records of the named networks, epoch by epoch."""
    records = _records(run)
    return tuple(tuple(found for _, found in sorted(records.get(int(number), {}).items())) for number in kept)


def _records(run: Run) -> dict[int, dict[int, Record]]:
    """Records by network and epoch; of two of one epoch, the later."""
    found: dict[int, dict[int, Record]] = {}
    for line in run.records():
        number = line.pop("member")
        recall = tuple(line["recall"]) if line["recall"] else None
        found.setdefault(number, {})[line["epoch"]] = Record(**{**line, "recall": recall})
    return found


def _crc(arrays: Iterable[np.ndarray]) -> int:
    crc = 0
    for array in arrays:
        crc = zlib.crc32(np.ascontiguousarray(array).tobytes(), crc)
    return crc
