"""What a run leaves behind that ended before its first commit: nothing that anybody needs, and nothing that blocks the next try."""

from __future__ import annotations

import shutil
from pathlib import Path

from evolaw.documents import read_json
from evolaw.errors import StorageError

__all__ = ["clear", "remove_empty"]

_OURS = ("progress.json", "manifest.json", "checksums.jsonl")


def clear(path: Path) -> None:
    """Empty a directory, whose lock we hold, of such leftovers.

    Raises:
        StorageError: it holds anything else.
    """
    try:
        found = [entry for entry in path.iterdir() if entry.name != "lock"]
        if not all(map(_is_leftover, found)) or not _nothing_committed(path):
            raise StorageError(f"{path} already exists. Choose another directory or remove this one.")
        for entry in sorted(found, key=_turn):
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{path} cannot be used: {error.strerror}.") from error


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
