r"""Black boxes that move: a simulator or an instrument that is started somewhere, touched in a known way, and recorded.

A box is a Python callable or an external command. The command is split into words as a shell would and run without one, in a folder
of its own, once for every start; in its words are replaced

    {start}      the state to start from, numbers with commas, "0.5,-1"; empty where any start will do
    {controls}   what is added on purpose, as JSON: {"force": {"x": 0.3}} adds 0.3 to the drift of x, {"noise": 4} raises D fourfold
    {times}      a CSV file with the times to record at, one column called t

and it prints a CSV table of what it recorded: t and the components (`files.tables`).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from evolaw import checks
from evolaw.arrays import byte_size
from evolaw.discovery.diffusions.experiment.proposals import Experiment
from evolaw.discovery.diffusions.files.tables import parse_table
from evolaw.errors import BoxError, ParseError
from evolaw.trajectory import Trajectory

__all__ = ["CommandTrackBox", "FunctionTrackBox", "TrackBox", "perform"]

_PLACEHOLDERS = ("start", "controls", "times")
_MOST_BYTES = 2**28
_TAIL = 400


class TrackBox(Protocol):
    """Anything that moves when asked."""

    def record(self, start: np.ndarray | None, controls: Mapping[str, Any], times: np.ndarray) -> np.ndarray:
        """Return the states at the times, shape (times, dim), from a start (None: any) under some controls."""
        ...


@dataclass(frozen=True)
class FunctionTrackBox:
    """A box that is a Python callable function(start, controls, times) -> states of shape (times, dim)."""

    function: Callable[[np.ndarray | None, Mapping[str, Any], np.ndarray], Any]

    def record(self, start: np.ndarray | None, controls: Mapping[str, Any], times: np.ndarray) -> np.ndarray:
        """Return the states at the times; whatever the callable raises becomes a BoxError."""
        try:
            reply = np.asarray(self.function(start, controls, times), float)
        except Exception as error:
            raise BoxError(
                f"The box raised {type(error).__name__}: {error}. Call it by itself to find out why."
            ) from error
        return _states(reply, times)


@dataclass(frozen=True)
class CommandTrackBox:
    """A box that is an external command, run once a start.

    Attributes:
        command: as the docstring of this file says; all three placeholders must stand in it.
        timeout: seconds one start may take.
    """

    command: str
    timeout: float = 60.0
    _words: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        checks.positive(self.timeout, "timeout")
        try:
            words = tuple(shlex.split(self.command))
        except ValueError as error:
            raise checks.refuse(
                "box", f"be split into words ({error})", self.command, "Close the quotation."
            ) from error
        for name in _PLACEHOLDERS:
            checks.require(f"{{{name}}}" in self.command, "box", f"contain {{{name}}}", self.command)
        object.__setattr__(self, "_words", words)

    def record(self, start: np.ndarray | None, controls: Mapping[str, Any], times: np.ndarray) -> np.ndarray:
        """Return the states at the times.

        Raises:
            BoxError: the command is missing, fails, hangs, prints too much, or prints something else than the table asked for.
        """
        with tempfile.TemporaryDirectory(prefix="evolaw-box-", ignore_cleanup_errors=True) as folder:
            asked = Path(folder) / "times.csv"
            asked.write_text("t\n" + "\n".join(repr(float(t)) for t in times) + "\n", encoding="utf-8")
            values = {
                "start": "" if start is None else ",".join(repr(float(x)) for x in start),
                "controls": json.dumps(dict(controls)),
                "times": str(asked),
            }
            # One pass over each word: what was filled in is not looked at again.
            words = [
                re.sub(r"\{(start|controls|times)\}", lambda found: values[found[1]], word) for word in self._words
            ]
            text = self._run(words, Path(folder))
        try:
            table = parse_table(text, source="the answer of the box")
        except ParseError as error:
            raise BoxError(f"The box must print a table of t and the components. {error}") from error
        if table.times.shape != times.shape or not np.allclose(
            table.times, times, rtol=1e-6, atol=1e-9 + 1e-6 * abs(times[-1])
        ):
            raise BoxError(
                f"The box was asked for {times.size} times up to {times[-1]:g} and printed others. Let it print those asked for."
            )
        return _states(table.values, times)

    def _run(self, words: list[str], folder: Path) -> str:
        answer, log = folder / "answer.csv", folder / "messages.txt"
        with answer.open("wb") as out, log.open("wb") as messages:
            try:
                process = subprocess.Popen(
                    words, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=messages, start_new_session=True
                )
            except OSError as error:
                raise BoxError(
                    f"The box {words[0]!r} cannot be started: {error.strerror}. Install it or correct its path."
                ) from error
            try:
                process.wait(self.timeout)
            except subprocess.TimeoutExpired:
                raise BoxError(
                    f"The box did not answer within {self.timeout:g} s and was stopped.{_tail(log)} Raise --box-timeout, or run it by hand."
                ) from None
            finally:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode:
            raise BoxError(f"The box failed with exit code {process.returncode}.{_tail(log)} Run it by hand.")
        if answer.stat().st_size > _MOST_BYTES:
            raise BoxError(
                f"The box printed {byte_size(answer.stat().st_size)}, more than the {byte_size(_MOST_BYTES)} allowed."
            )
        return answer.read_text(encoding="utf-8", errors="replace")


def perform(box: TrackBox, experiment: Experiment, names: tuple[str, ...]) -> Trajectory:
    """Do an experiment with a box; returns its trajectories with the controls written beside them."""
    times = experiment.step * np.arange(experiment.count + 1)
    starts: list[np.ndarray | None] = [np.array(start) for start in experiment.starts] or [None]
    values = np.stack([box.record(start, experiment.controls, times) for start in starts])
    if values.shape[-1] != len(names):
        raise BoxError(
            f"The box recorded {values.shape[-1]} components; the recording has {len(names)}: {', '.join(names)}."
        )
    about = {"names": list(names), "controls": experiment.controls}
    return Trajectory(values, times, ("paths", "times", "dim"), about=about)


def _states(reply: np.ndarray, times: np.ndarray) -> np.ndarray:
    reply = reply[:, None] if reply.ndim == 1 else reply
    if reply.ndim != 2 or len(reply) != times.size or np.isinf(reply).any():
        raise BoxError(
            f"The box must answer with finite states of shape ({times.size}, dim), not of shape {reply.shape}."
        )
    return reply


def _tail(log: Path) -> str:
    """The end of what the box said, as a sentence; "" when it said nothing."""
    text = log.read_bytes()[-_TAIL:].decode("utf-8", "replace")
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return f" It said: {words!r}." if words else ""
