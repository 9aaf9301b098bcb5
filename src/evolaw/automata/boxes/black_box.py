"""Black boxes: something that can be asked what a board becomes after a number of steps on a torus.

A box is a Python callable or any external command. The command gets the board as an RLE file whose header carries the torus,
``B3/S23:T64,8``, and writes its answer as a pattern file; it runs without a shell, in a private folder, in a process group that
is killed when the time is up or the output too large.

**Where the answer lies.** Some programs write only the bounding box of the live cells and forget where it was. When the
answer is smaller than the torus and states no position, the same question is asked again with the board shifted, so that the
gap of dead cells shows. This supposes that the box treats all places alike and answers the same question alike; contradicting
answers are an error, never a guess.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from evolaw import checks
from evolaw.arrays import byte_size
from evolaw.automata.boxes.placement import Crop, locate
from evolaw.automata.files.boards import Pattern
from evolaw.automata.files.formats import MOST_BYTES, read_pattern
from evolaw.automata.files.rle import write_rle
from evolaw.automata.rules.generations import state_count
from evolaw.errors import ArgumentError, BoxError, ParseError
from evolaw.told import told

__all__ = ["Box", "CommandBox", "FunctionBox"]

_REQUIRED = ("before", "after", "steps")
_PLACEHOLDERS = (*_REQUIRED, "rows", "cols")
_POLL_SECONDS = 0.05
_TAIL = 400


class Box(Protocol):
    """Anything that answers questions."""

    def answer(self, board: np.ndarray, steps: int) -> np.ndarray:
        """Return what ``board``, 0 and 1 of shape (rows, cols) on a torus, becomes after ``steps`` generations.

        A box whose cells age is asked about boards of more states too, and answers with such.
        """
        ...


@dataclass(frozen=True)
class FunctionBox:
    """A black box that is a Python callable.

    Attributes:
        function: called as function(board, steps) with a board of its own; returns a board of the same shape.
        states: how many states cells may have, in questions and answers.

    Example:
        >>> FunctionBox(lambda board, steps: np.roll(board, steps, axis=1)).answer(np.eye(2), 1).tolist()
        [[0, 1], [1, 0]]
    """

    function: Callable[[np.ndarray, int], Any]
    states: int = 2

    def answer(self, board: np.ndarray, steps: int) -> np.ndarray:
        """Return the answer as uint8 of the board's shape.

        Raises:
            BoxError: the callable raised, or returned something else than a board of 0 and 1 of that shape.
        """
        question, steps = _question(board, steps, self.states)
        try:
            reply = self.function(question.copy(), steps)
        except Exception as error:
            raise BoxError(
                f"The box raised {type(error).__name__}: {error}. Call it by itself to find out why."
            ) from error
        try:
            pattern = Pattern(checks.shape(reply, "answer", question.shape), rule=_of_states(self.states))
        except (ArgumentError, TypeError) as error:
            raise BoxError(f"The box must answer with a board like the one it was asked about. {error}") from error
        return pattern.board


@told
@dataclass(frozen=True)
class CommandBox:
    """A black box that is an external command, run once a question.

    Attributes:
        command: the command with its arguments, split like a shell would, run without one. In every argument ``{before}`` is
            replaced by the question's RLE file, ``{after}`` by the file the command must write, ``{steps}`` by the number of
            generations, and ``{rows}``, ``{cols}`` by the size of the torus. A suffix behind it, as in ``{after}.mc``,
            chooses another pattern format; plain ``{after}`` is an ``.rle`` file.
        timeout: seconds an answer may take.
        rule: the rule named in the header of the question. Programs that take their rule from the file will follow it;
            a true black box ignores it.
        most_bytes: size of the largest output.
        shifts: how often the same question is asked again, shifted, when an answer has lost its place.
        states: how many states cells may have, in questions and answers. Where they are more than two, and than those of ``rule``, the
            header names a rule of as many as the question shows, and at least three.

    Raises:
        ArgumentError: a placeholder is missing or unknown, or a quotation mark is not closed.

    Example:
        >>> box = CommandBox("bgolly -q -q -a QuickLife -m {steps} -i {steps} -o {after} {before}")
        >>> box.timeout
        60.0
    """

    command: str
    timeout: float = 60.0
    rule: str = "B3/S23"
    most_bytes: int = MOST_BYTES
    shifts: int = 4
    states: int = 2
    _words: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        checks.require(isinstance(self.command, str), "command", "be a command as text", self.command)
        checks.positive(self.timeout, "timeout")
        checks.integer(self.most_bytes, "most_bytes", least=1, most=MOST_BYTES)
        checks.integer(self.shifts, "shifts", least=0)
        try:
            words = tuple(shlex.split(self.command))
        except ValueError as error:
            raise checks.refuse(
                "command", f"be split into words ({error})", self.command, "Close the quotation."
            ) from error
        used = set(re.findall(r"\{(\w*)\}", " ".join(words)))
        for name in sorted(used.difference(_PLACEHOLDERS)):
            near = checks.nearest(name, _PLACEHOLDERS)
            raise checks.refuse(
                "command",
                f"use only the placeholders {', '.join(f'{{{known}}}' for known in _PLACEHOLDERS)}",
                f"using {{{name}}}",
                f"Did you mean {{{near}}}?" if near else "Put a command with other braces into a script.",
            )
        for name in _REQUIRED:
            checks.require(
                name in used,
                "command",
                f"contain {{{name}}}",
                self.command,
                "It is a program with its files, as in: bgolly -q -q -a QuickLife -m {steps} -i {steps} -o {after} {before}",
            )
        suffixes = set(re.findall(r"\{after\}(\.\w+)?", self.command))
        checks.require(len(suffixes) == 1, "command", "name one {after} file", self.command)
        object.__setattr__(self, "_words", words)

    def answer(self, board: np.ndarray, steps: int) -> np.ndarray:
        """Return the answer as uint8 of the board's shape.

        Raises:
            BoxError: the command is missing, fails, takes longer than ``timeout``, writes too much or nothing, answers with
                something that is no board on this torus, or has lost the place of its answer beyond finding.
        """
        question, steps = _question(board, steps, self.states)
        first = self._ask(question, steps)
        if not isinstance(first, Crop):
            return first

        def ask_shifted(down: int, right: int) -> Crop:
            reply = self._ask(np.roll(question, (down, right), (0, 1)), steps)
            return reply if isinstance(reply, Crop) else Crop.of(reply)

        return locate(first, question.shape, ask_shifted, self.shifts)

    def _ask(self, question: np.ndarray, steps: int) -> np.ndarray | Crop:
        """Run the command once; a board, or its bounding box where the program did not say where that lies."""
        with tempfile.TemporaryDirectory(prefix="evolaw-box-", ignore_cleanup_errors=True) as folder:
            before = Path(folder) / "before.rle"
            shown = max(3, int(question.max()) + 1)
            rule = self.rule if self.states == 2 or state_count(self.rule) >= shown else _of_states(shown)
            before.write_text(write_rle(question, rule=rule, topology="torus"), encoding="utf-8")
            after = self._run(Path(folder), before, question.shape, steps)
            return self._read(after, question.shape)

    def _run(self, folder: Path, before: Path, size: tuple[int, ...], steps: int) -> Path:
        values = {"before": str(before), "steps": str(steps), "rows": str(size[0]), "cols": str(size[1])}
        after = folder / "after.rle"

        def fill(found: re.Match[str]) -> str:
            nonlocal after
            if found[1] != "after":
                return values[found[1]] + (found[2] or "")
            after = folder / f"after{found[2] or '.rle'}"
            return str(after)

        words = [re.sub(r"\{(\w+)\}(\.\w+)?", fill, word) for word in self._words]
        log = folder / "messages.txt"
        with log.open("wb") as messages:
            try:
                process = subprocess.Popen(
                    words,
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=messages,
                    stderr=messages,
                    start_new_session=True,
                )
            except OSError as error:
                raise BoxError(
                    f"The box {words[0]!r} cannot be started: {error.strerror}. Install the program or correct its path."
                ) from error
            try:
                self._wait(process, folder, log)
            finally:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode:
            how = f"exit code {process.returncode}" if process.returncode > 0 else f"signal {-process.returncode}"
            raise BoxError(f"The box failed with {how}.{_tail(log)} Run it by hand on a small board.")
        return after

    def _wait(self, process: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
        """Wait for the end, watching the clock and the size of what is written."""
        deadline = time.monotonic() + self.timeout
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(min(_POLL_SECONDS, self.timeout))
            written = _folder_bytes(folder)
            if written > 2 * self.most_bytes:
                raise BoxError(
                    f"The box wrote {byte_size(written)}, more than twice the {byte_size(self.most_bytes)} allowed. "
                    "Let it write only the answer, or raise most_bytes."
                )
            if process.returncode is not None:
                return
            if time.monotonic() > deadline:
                raise BoxError(
                    f"The box did not answer within {self.timeout:g} s and was stopped.{_tail(log)} "
                    "Ask for fewer steps or a smaller board, or raise the time-out."
                )

    def _read(self, after: Path, size: tuple[int, ...]) -> np.ndarray | Crop:
        try:
            facts = after.lstat()
        except OSError:
            raise BoxError(
                f"The box ended well but wrote no {after.name}. The command must write its answer to {{after}}."
            ) from None
        if not stat.S_ISREG(facts.st_mode):
            raise BoxError(
                f"The box made {after.name} something else than a plain file. It must write a pattern there."
            )
        if facts.st_size > self.most_bytes:
            raise BoxError(
                f"The answer has {byte_size(facts.st_size)}, more than the {byte_size(self.most_bytes)} allowed. "
                "Ask about a smaller board, or raise most_bytes."
            )
        try:
            pattern = read_pattern(after)
        except ParseError as error:
            raise BoxError(
                f"The answer of the box cannot be read: {str(error).replace(str(after), after.name)} "
                "The command must write an RLE pattern to {after}, which names its rule where cells have more than two states."
            ) from error
        if pattern.board.max(initial=0) >= self.states:
            raise BoxError(
                f"The box answered with a cell in state {pattern.board.max()}, where cells have {self.states} states. "
                "The command must write an RLE pattern of these to {after}."
            )
        return _on_torus(pattern, size)


def _of_states(states: int) -> str | None:
    """A rule of so many states, for what only asks how many there are."""
    return f"B/S/{states}" if states > 2 else None


def _question(board: Any, steps: Any, states: int) -> tuple[np.ndarray, int]:
    question = Pattern(board, rule=_of_states(states)).board
    checks.require(question.size > 0, "board", "hold at least one cell", f"of shape {question.shape}")
    return question, checks.integer(steps, "steps", least=1)


def _on_torus(pattern: Pattern, size: tuple[int, ...]) -> np.ndarray | Crop:
    rows, cols = size
    grid = pattern.grid
    if grid and (grid.rows, grid.cols, grid.boundary) != (rows, cols, "torus"):
        raise BoxError(
            f"The box answered on a {grid.boundary} of {grid.rows} x {grid.cols}, but was asked about a torus of {rows} x {cols}. "
            "A rule on its command line needs the grid too, as in -r RULE:T{cols},{rows}."
        )
    if pattern.board.shape == size and pattern.position is None:
        return pattern.board
    if not pattern.population:
        return np.zeros(size, np.uint8)
    if pattern.position is not None:
        try:
            return pattern.placed(rows, cols)
        except ArgumentError as error:
            raise BoxError(f"The answer lies outside the torus of {rows} x {cols}: {error}") from error
    crop = Crop.of(pattern.board)
    if crop.cells.shape[0] > rows or crop.cells.shape[1] > cols:
        raise BoxError(
            f"The answer is {crop.cells.shape[0]} x {crop.cells.shape[1]}, larger than the torus of {rows} x {cols} it was asked about. "
            "A rule on its command line needs the grid too, as in -r RULE:T{cols},{rows}."
        )
    return crop


def _folder_bytes(folder: Path) -> int:
    total = 0
    for place, _, files in os.walk(folder):
        for file in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(place, file)).st_size
    return total


def _tail(log: Path) -> str:
    """The end of what the box printed, as a sentence; "" when it printed nothing."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL))
        text = file.read(_TAIL).decode("utf-8", "replace")
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return f" It said: {words!r}." if words else ""
