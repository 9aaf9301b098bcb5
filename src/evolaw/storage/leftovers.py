"""What a run leaves behind that ended before its first commit: nothing that anybody needs, and nothing that blocks the next try."""

from __future__ import annotations

import shutil
from pathlib import Path

from evolaw.documents import read_json
from evolaw.errors import StorageError

__all__ = ["clear", "remove_empty", "require_free", "sweep", "withdraw"]

_OURS = ("progress.json", "manifest.json", "checksums.jsonl")


def clear(path: Path) -> None:
    """Empty a directory, whose lock we hold, of such leftovers.

    Raises:
        StorageError: it holds anything else.
    """
    try:
        require_free(path)
        withdraw(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be used: {error.strerror}.") from error


def require_free(path: Path) -> None:
    """Refuse a place that no new run may take: a file, or a directory that holds anything but such leftovers.

    Raises:
        StorageError: with what to do.
    """
    if not path.exists():
        return
    if path.is_dir():
        found = [entry for entry in path.iterdir() if entry.name != "lock"]
        if all(map(_is_leftover, found)) and _nothing_committed(path):
            return
    raise StorageError(f"{path} already exists. Choose another directory or remove this one.")


def withdraw(path: Path) -> None:
    """Take everything out of a directory that is ours but its lock, which we hold."""
    for entry in sorted((entry for entry in path.iterdir() if entry.name != "lock"), key=_turn):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)


def sweep(path: Path) -> None:
    """Take out of an unfinished run, whose lock we hold, the documents and chunks of whose writing a kill has left a piece."""
    for pattern in (".*.tmp", "*.partial"):
        for torn in path.rglob(pattern):
            torn.unlink(missing_ok=True)


def remove_empty(path: Path) -> None:
    """Remove a directory that we made; one that somebody has put something into stays."""
    try:
        path.rmdir()
    except OSError:
        return


def _turn(entry: Path) -> int:
    """The manifest goes first: without it, it is no run; what says that nothing was committed goes last: this may be cut short too."""
    return {"manifest.json": 0, "progress.json": 2}.get(entry.name, 1)


def _is_leftover(path: Path) -> bool:
    if path.is_symlink():
        return False
    if path.is_dir():
        return path.name == "data.zarr"
    return path.name in _OURS or (path.name.startswith(".") and path.suffix == ".tmp")


def _nothing_committed(path: Path) -> bool:
    if not (path / "manifest.json").exists() and not (path / "data.zarr").exists():
        return True
    try:
        progress = read_json(path / "progress.json")
    except StorageError:
        return False
    return progress.get("state") != "done" and progress.get("cursor") == 0
