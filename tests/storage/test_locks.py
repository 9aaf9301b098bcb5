"""One writer at a time: races, dead writers, processes of other people, other machines and other clocks."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from evolaw.errors import StorageError
from evolaw.storage import locks
from evolaw.storage.locks import Lock, holder

LIFE = "progress.json"

RACER = """
import sys, time
from pathlib import Path
from evolaw.errors import StorageError
from evolaw.storage.locks import Lock

while line := sys.stdin.readline():
    path, at = line.split()
    while time.time() < float(at):
        pass
    try:
        lock = Lock(Path(path), "progress.json")
        print("won", flush=True)
        sys.stdin.readline()  # held until all have had their answer
        assert lock.held()
        lock.release()
    except StorageError:
        print("lost", flush=True)
"""


def race(folder: Path, rounds: int, racers: int, prepare: Any = None) -> list[list[str]]:
    """Let processes that are already warm take the same lock at the same instant, round by round."""
    processes = [
        subprocess.Popen([sys.executable, "-c", RACER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(racers)
    ]
    outcomes = []
    try:
        for number in range(rounds + 1):
            path = folder / f"{number}"
            path.mkdir()
            if prepare is not None:
                prepare(path)
            start = time.time() + (
                2.0 if number == 0 else 0.01
            )  # the first round waits for their imports and is not counted
            for process in processes:
                assert process.stdin is not None
                process.stdin.write(f"{path} {start!r}\n")
                process.stdin.flush()
            said = [process.stdout.readline().strip() for process in processes if process.stdout is not None]
            for process, word in zip(processes, said, strict=True):
                if word == "won" and process.stdin is not None:
                    process.stdin.write("done\n")
                    process.stdin.flush()
            outcomes.append(said)
    finally:
        for process in processes:
            process.communicate(timeout=30)
    return outcomes[1:]


def dead_lock(path: Path, **changes: Any) -> None:
    content = locks._here() | {"pid": 2**22 + 7, "since": 0.0, "nonce": "0"} | changes
    (path / "lock").write_text(json.dumps(content))


@pytest.mark.slow
@pytest.mark.parametrize("prepare", [None, dead_lock])
def test_of_two_at_the_same_instant_one_is_let_in(tmp_path: Path, prepare: Any) -> None:
    outcomes = race(tmp_path, 50, 2, prepare)
    assert all(sorted(said) == ["lost", "won"] for said in outcomes), outcomes


@pytest.mark.slow
def test_of_four_who_find_a_dead_writer_one_is_let_in(tmp_path: Path) -> None:
    assert all(said.count("won") == 1 for said in race(tmp_path, 25, 4, dead_lock))


def test_a_lock_ends_with_its_release_and_not_with_another_writers(tmp_path: Path) -> None:
    first = Lock(tmp_path, LIFE)
    with pytest.raises(StorageError, match=f"process {os.getpid()} on this machine"):
        Lock(tmp_path, LIFE)
    first.release()
    second = Lock(tmp_path, LIFE)
    first.release()
    assert second.held() and not first.held()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock"]


def test_the_process_of_another_user_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, number: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(locks.os, "kill", refuse)
    dead_lock(tmp_path, pid=os.getppid(), started=locks._started(os.getppid()))
    with pytest.raises(StorageError, match="being written by another process"):
        Lock(tmp_path, LIFE)


def test_a_process_number_that_now_belongs_to_another_program_is_no_writer(tmp_path: Path) -> None:
    dead_lock(tmp_path, pid=os.getpid(), started="1")
    assert holder(tmp_path, LIFE) is None
    Lock(tmp_path, LIFE).release()


def test_a_machine_that_was_started_anew_has_no_old_writers(tmp_path: Path) -> None:
    dead_lock(tmp_path, pid=os.getpid(), place="another-boot pid:[1]", started=None)
    assert holder(tmp_path, LIFE) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"host": "elsewhere"}, r"process 5 on elsewhere, which gave its last sign of life \d s ago"),
        ({"place": f"{(locks._place() or 'x y').split()[0]} pid:[77]"}, f"process 5 on {socket.gethostname()}"),
    ],
)
def test_a_writer_that_cannot_be_seen_lives_while_it_gives_signs(
    tmp_path: Path, changes: dict[str, str], words: str
) -> None:
    (tmp_path / LIFE).write_text("{}")
    dead_lock(tmp_path, pid=5, **changes)
    with pytest.raises(StorageError, match=words):
        Lock(tmp_path, LIFE)
    later = time.time() + 3600
    os.utime(tmp_path / LIFE, (later, later))
    with pytest.raises(StorageError, match="in the future, so that the clocks of two machines disagree"):
        Lock(tmp_path, LIFE)
    old = time.time() - 130
    os.utime(tmp_path / LIFE, (old, old))
    Lock(tmp_path, LIFE).release()


def test_our_clock_does_not_judge_another_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / LIFE).write_text("{}")
    dead_lock(tmp_path, host="elsewhere")
    monkeypatch.setattr(locks.time, "time", lambda: 4e9)
    assert holder(tmp_path, LIFE) is not None


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"host": 3}', '{"host": "a", "pid": "x"}', '{"host": "h", "pid": 1e400}']
)
def test_a_lock_that_nobody_of_us_wrote_is_taken_over(tmp_path: Path, content: str) -> None:
    (tmp_path / "lock").write_text(content)
    lock = Lock(tmp_path, LIFE)
    assert lock.held()


def test_a_lock_without_hard_links_is_as_exclusive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*paths: Any) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(locks.os, "link", refuse)
    lock = Lock(tmp_path, LIFE)
    assert lock.held()
    with pytest.raises(FileExistsError):
        locks._create(tmp_path / "lock", "{}")


def test_a_lock_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="lock cannot be written: No such file"):
        Lock(tmp_path / "nowhere", LIFE)


@pytest.mark.skipif(not Path("/proc/uptime").exists(), reason="this system does not tell when a process began")
def test_when_a_process_began_is_told_in_ticks_since_the_start_of_the_machine() -> None:
    up = float(Path("/proc/uptime").read_text().split()[0])
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        began = float(locks._started(child.pid) or 0) / os.sysconf("SC_CLK_TCK")
    assert up - 1 <= began <= up + 20
