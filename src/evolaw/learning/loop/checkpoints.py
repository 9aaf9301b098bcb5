"""A training kept in a run directory: committed epoch by epoch, continued after a kill to the same bytes.

    run/ manifest.json                       what was trained on what: by it a continued training is known again
         records.jsonl                       one line an epoch of a network
         checkpoints/network-000.safetensors the state of each network after its last committed epoch
         networks.safetensors                at the end: the trained networks that were kept, weights and all
         checkpoints/averages-000-00001.…    its power-function averages after each epoch, where such are kept
         data.zarr/                          at the end: arrays that belong to the result

An epoch is committed when its checkpoint is in place; its record is written before. A kill between the two leaves a record
that the repeated epoch writes again: of two records of one epoch the later one counts.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from evolaw.errors import StorageError
from evolaw.learning.loop.optimisation import Optimisation, settings_of
from evolaw.learning.loop.serialization import pack_networks, read_networks
from evolaw.learning.loop.training import State, pack_state, resume
from evolaw.storage import Run

__all__ = [
    "Line",
    "Training",
    "begin_or_continue",
    "crc",
    "fingerprint",
    "histories",
    "require_finished",
    "snapshots",
    "stored_networks",
    "write_result",
]

Line = dict[str, Any]
"""A record of an epoch as it is stored: JSON values, one of them the number of the ``epoch``."""
_NETWORKS = "networks.safetensors"


class Training:
    """The run directory of one training, open for writing inside ``with``.

    Args:
        path: directory to write; one of the same training is continued.
        kind: what is trained, as the manifest calls it.
        facts: what fixes the training to the last bit, JSON values; see `fingerprint`.
        about: further facts for the manifest.

    Raises:
        StorageError: the directory holds something else, another training, or is being written.

    Attributes:
        finished: whether the training ended before; then it is open for reading only.
    """

    def __init__(self, path: str | Path, kind: str, facts: dict[str, Any], about: dict[str, Any]) -> None:
        self.run, self.finished = begin_or_continue(path, kind, facts, {"unit": "epochs", **about})
        (self.run.path / "checkpoints").mkdir(exist_ok=True)
        self._epochs: dict[int, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run.__exit__(kind, error, trace)

    def begin(self, number: int, fresh: State) -> tuple[State, list[Line]]:
        """Return where a network goes on from, and its records so far: ``fresh`` and none before its first commit."""
        name = _checkpoint(number)
        state = fresh
        if (self.run.path / name).exists():
            self.run.read_document(name)  # nothing is continued from a damaged file
            state = resume(self.run.path / name, fresh)
        self._epochs[number] = state.epoch
        records = _records(self.run).get(number, {})
        if missing := [epoch for epoch in range(1, state.epoch + 1) if epoch not in records]:
            raise StorageError(f"{self.run.path}: the record of epoch {missing[0]} of network {number} is lost.")
        return state, [records[epoch] for epoch in range(1, state.epoch + 1)]

    def commit(self, number: int, state: State, record: Line) -> None:
        """Keep a network after an epoch, its power-function averages included; ``record`` has the number of the ``epoch``."""
        self.run.record({"member": number, **record})
        if state.powers:
            self.run.document(_snapshot(number, state.epoch), pack_networks(state.powers))
        self.run.document(_checkpoint(number), pack_state(state))
        self._epochs[number] = state.epoch
        self.run.reach(sum(self._epochs.values()))


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


def fingerprint(nets: Sequence[Any], data: Mapping[str, Any], schedule: Optimisation, **more: Any) -> dict[str, Any]:
    """Return what tells one training from another: the networks as drawn, the data, the schedule, and ``more``.

    Args:
        nets: the networks.
        data: what fixes the data, JSON values; `crc` makes a number of arrays.
        schedule: how they are trained.
    """
    return {
        "networks": f"{len(nets)} x {nets[0]}, weights {zlib.crc32(pack_networks(nets)):08x}",
        **data,
        **settings_of(schedule),
        **more,
    }


def write_result(run: Run, nets: Sequence[Any], arrays: Mapping[str, tuple[np.ndarray, Sequence[str]]]) -> None:
    """Write the trained networks and what they say, arrays with their axes; the last thing a training or a `save` does."""
    if nets:
        run.document(_NETWORKS, pack_networks(nets))
    for name, (values, axes) in arrays.items():
        run.write(name, values, axes)


def stored_networks(run: Run) -> tuple[Any, ...]:
    """Return the networks of a finished run; none where a law was saved that had none."""
    if not (run.path / _NETWORKS).exists():
        return ()
    run.read_document(_NETWORKS)
    return read_networks(run.path / _NETWORKS)


def snapshots(run: Run, number: int = 0) -> list[tuple[int, tuple[Any, ...]]]:
    """Return the power-function averages of a network: (epoch, one average a width), from the first epoch on."""
    files = sorted((run.path / "checkpoints").glob(f"averages-{number:03}-*.safetensors"))
    return [(int(file.stem.rpartition("-")[2]), read_networks(file)) for file in files]


def histories(run: Run, kept: Iterable[int]) -> tuple[tuple[Line, ...], ...]:
    """Return the records of the named networks, epoch by epoch."""
    records = _records(run)
    return tuple(tuple(found for _, found in sorted(records.get(int(number), {}).items())) for number in kept)


def crc(arrays: Iterable[np.ndarray]) -> int:
    """Return the CRC-32 of the bytes of arrays, one after the other."""
    total = 0
    for array in arrays:
        total = zlib.crc32(np.ascontiguousarray(array).tobytes(), total)
    return total


def _records(run: Run) -> dict[int, dict[int, Line]]:
    """Records by network and epoch; of two of one epoch, the later."""
    found: dict[int, dict[int, Line]] = {}
    for line in run.records():
        number = line.pop("member")
        found.setdefault(number, {})[line["epoch"]] = line
    return found


def _checkpoint(number: int) -> str:
    return f"checkpoints/network-{number:03}.safetensors"


def _snapshot(number: int, epoch: int) -> str:
    return f"checkpoints/averages-{number:03}-{epoch:05}.safetensors"
