"""Who writes a directory: one process, told by a file that comes into being with its content, in one step.

    lock = {"host", "place", "pid", "started", "since", "nonce"}

A lock is taken before anything else is written. While its writer lives nobody else gets it; a lock whose writer is dead is taken
over. Whether it lives is judged in this order:

same machine (host, boot and process space agree)
    the process exists: signal 0 reaches it, or is refused, as to another user's process. Where the system tells when a process
    began, one that began at another time only has the same number.
same host, started anew since
    the process is gone.
another host, or another container on this one
    its processes cannot be seen: the directory's last sign of life decides, by the clock of the disk and not by ours. It lives
    when the sign is younger than two minutes, or lies in the future, which only says that clocks disagree.

Checking and taking over happen under an advisory lock of the directory, so that two who find the same dead lock do not both take
it. A writer whose lock was taken all the same, or whose directory was removed, finds its nonce gone before its next commit.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evolaw.documents import read_json
from evolaw.errors import StorageError

__all__ = ["Lock", "holder"]

_STALE_AFTER = 120.0
"""Seconds without a sign of life after which a writer on another machine is taken for dead."""


class Lock:
    """The right to write a directory, from its taking to its `release`.

    Args:
        path: the directory, which exists.
        life: name of the file in it whose time of change is the writer's sign of life.

    Raises:
        StorageError: somebody else writes it, or the lock cannot be written.
    """

    def __init__(self, path: Path, life: str) -> None:
        self._file = path / "lock"
        self._nonce = secrets.token_hex(8)
        content = _here() | {"since": time.time(), "nonce": self._nonce}
        try:
            with _alone(path):
                reason = holder(path, life)
                if reason is not None:
                    raise StorageError(
                        f"{path} is being written by another process: {reason} Wait for it or stop it; if it is certain that "
                        f"nobody writes there, remove {self._file}."
                    )
                self._file.unlink(missing_ok=True)
                _create(self._file, json.dumps(content))
        except FileExistsError:
            raise StorageError(f"{path} is being written by another process, which came first. Wait for it.") from None
        except OSError as error:
            raise StorageError(f"{self._file} cannot be written: {error.strerror}.") from error

    def held(self) -> bool:
        """Whether the lock is still ours."""
        try:
            return read_json(self._file).get("nonce") == self._nonce
        except StorageError:
            return False

    def release(self) -> None:
        """Give the directory free."""
        with contextlib.suppress(OSError):
            if self.held():
                self._file.unlink(missing_ok=True)


def holder(path: Path, life: str) -> str | None:
    """Return a sentence on the living writer of a directory, or None where nobody writes it."""
    file = path / "lock"
    if not file.exists():
        return None
    try:
        owner = read_json(file)
        host, pid = str(owner["host"]), int(owner["pid"])
    except (StorageError, LookupError, ValueError, TypeError, OverflowError):
        return None  # no writer leaves half a lock: it comes into being whole
    here = _here()
    if host != here["host"] or owner.get("place", here["place"]) != here["place"]:
        if host == here["host"] and _boot(owner) not in (None, _boot(here)):
            return None
        return _distant(path, life, host, pid)
    began = owner.get("started")
    if not _alive(pid) or (began is not None and began != _started(pid)):
        return None
    return f"process {pid} on this machine."


def _distant(path: Path, life: str, host: str, pid: int) -> str | None:
    """What the directory's own clock says of a writer that cannot be seen."""
    try:
        sign = (path / life).stat().st_mtime
    except OSError:
        sign = (path / "lock").stat().st_mtime
    age = _clock_of(path) - sign
    if age >= _STALE_AFTER:
        return None
    when = (
        f"{age:.0f} s ago" if age >= 0 else f"{-age:.0f} s in the future, so that the clocks of two machines disagree"
    )
    return f"process {pid} on {host}, which gave its last sign of life {when} (it counts as dead after {_STALE_AFTER:.0f} s)."


def _here() -> dict[str, Any]:
    return {"host": socket.gethostname(), "place": _place(), "pid": os.getpid(), "started": _started(os.getpid())}


def _place() -> str | None:
    """The boot and the space of process numbers that this process lives in; None where the system does not tell."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return None


def _boot(owner: dict[str, Any]) -> str | None:
    place = owner.get("place")
    return place.split(" ")[0] if isinstance(place, str) else None


def _started(pid: int) -> str | None:
    """When a process began, in the clock ticks of this boot; None where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return text.rpartition(")")[2].split()[19]  # the name before it may hold anything, brackets and blanks too
    except (OSError, IndexError):
        return None


def _alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes of this machine from checking and taking at the same time; where that cannot be, go on without."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a disk without such locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _create(file: Path, content: str) -> None:
    """Bring a file into being with its content, or fail because it is there already."""
    temporary = file.with_name(f".lock.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        temporary.write_text(content, encoding="utf-8")
        try:
            os.link(temporary, file)
        except FileExistsError:
            raise
        except OSError:  # a disk without hard links
            with file.open("x", encoding="utf-8") as made:
                made.write(content)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _clock_of(path: Path) -> float:
    """The present time by the clock that stamps the files of a directory; ours where it may not be written."""
    try:
        with tempfile.NamedTemporaryFile(dir=path, prefix=".clock.", suffix=".tmp") as file:
            return os.fstat(file.fileno()).st_mtime
    except OSError:
        return time.time()
