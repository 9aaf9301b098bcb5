"""Command lines of plausible, wrong and nonsensical options and files; run in a process of its own by `test_fuzz`.

    python nonsense_commands.py COMMAND EXAMPLES SEED

Each option draws a word that fits its kind, or one that nearly does; sources are files of every kind, damaged ones, folders and
devices. The exit code must be a documented one other than 1, which is a fault of ours, nothing may be a traceback, and no command may
outlast its limit. Failures are written as JSON, one a line.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import typer
from hypothesis import strategies as st
from probing import Hang, begin, done, limited, probe

from evolaw.cli.main import app, run

LIMIT = 25.0
"""Seconds a command may take; the small inputs here take one or two where all is well."""
MEMORY = 4 * 2**30
CODES = {0, 2, 3, 4, 5}
"""What may be answered: 1 is a fault of ours; 130 and 143 are for signals."""

NUMBERS = [
    "1",
    "2",
    "3",
    "0",
    "-1",
    "0.5",
    "-0.5",
    "1e-9",
    "nan",
    "inf",
    "1e999",
    "4294967296",
    "0x10",
    "１",
    "1,2",
    "½",
    "",
]
WORDS = [
    "B3/S23", "W30", "torus", "plane", "window", "torus+1,0", "isotropic", "elementary", "auto", "B3,S2=0", "B3=", "en", "zh",
    "dX = -X dt + dW", "dX = -a*X dt + b dW", "ornstein-uhlenbeck", "a=1", "a", "=", "x" * 3000, "\x1b[31m", "\u202e", "#eval(1)",
    "$x$", "\\input{/etc/passwd}", "../..", "~", "--", "-", "%s", "{}", "update:auto", "0:1:5", "1 uA", "10 Ohm", "4.2 K", "ve", "vp",
    "digits", "density", "x: 1; y: *",
]  # fmt: skip


SHORT = ["--steps", "3", "--size", "8"]
WHOLE: dict[str, list[list[str]]] = {
    "discover": [["states.npz"], ["line.npy"], ["series.csv"], ["track.csv"], ["states.npz", "glider.rle"]],
    "ask": [["states.npz"], ["line.npy"], ["track.csv"]],
    "simulate": [
        ["B3/S23", *SHORT],
        ["W30", *SHORT],
        ["dX = -X dt + dW", "--paths", "4"],
        ["glider.rle", "--steps", "3"],
    ],
    "ito": [["dX = -a*X dt + b dW"], ["dX = a*X dt + b*X dW"], ["dX = V dt; dV = -X dt + dW"]],
    "order": [["euler-maruyama", "ornstein-uhlenbeck", "--paths", "20", "--steps", "2,4"]],
    "report": [["run"], ["states.npz"]],
    "learn": [["states.npz", "--out", "learned"]],
    "explain": [["isotropic"], ["B3"], ["storage"]],
    "runs list": [["."], ["folder"]],
    "runs show": [["run"]],
    "runs verify": [["run"]],
    "junction iv": [["--damping", "0.5", "--noise", "0.1", "--bias", "0.5", "--paths", "4"]],
}
"""Lines that are answered, for one option or other to be added."""


LONG = {"demo", "explore", "junction", "score"}
"""Commands that are meant to work for long, with progress: these are stopped without blame."""


def files(folder: Path) -> list[str]:
    """Files of every kind, whole and damaged, in a folder."""
    rng = np.random.default_rng(0)
    states = (rng.random((5, 8, 8)) < 0.4).astype(np.uint8)
    np.savez(folder / "states.npz", states=states)
    np.save(folder / "line.npy", states[0])
    np.savez(folder / "other.npz", values=np.linspace(0, 1, 20))
    whole = (folder / "states.npz").read_bytes()
    (folder / "torn.npz").write_bytes(whole[: len(whole) // 2])
    (folder / "glider.rle").write_text("x = 3, y = 3, rule = B3/S23\nbob$2bo$3o!\n")
    (folder / "half.rle").write_text("x = 3, y = 3\nbob$2b")
    (folder / "track.csv").write_text("t,x\n" + "".join(f"{i / 10},{np.sin(i)}\n" for i in range(40)))
    (folder / "series.csv").write_text("time,density\n0,0.4\n1,0.3\n2,0.2\n")
    (folder / "empty.csv").touch()
    (folder / "noise.bin").write_bytes(bytes(rng.integers(0, 256, 300, np.uint8)))
    (folder / "noise.gif").write_bytes(b"GIF89a" + bytes(rng.integers(0, 256, 100, np.uint8)))
    (folder / "words.txt").write_text("\x00\u202e nothing\n")
    (folder / "nested.json").write_text("[" * 2000)
    (folder / "folder").mkdir()
    (folder / "run").mkdir()
    (folder / "run" / "manifest.json").write_text('{"schema": 2, "about": {}}')
    names = [str(path.relative_to(folder)) for path in sorted(folder.iterdir())]
    return [*names, "missing.npz", "/dev/null", "/dev/zero", "/proc/self/mem", "/nonexistent/x"]


def command_of(path: str) -> tuple[list[str], Any]:
    """The click command behind words such as "score train"."""
    found: Any = typer.main.get_command(app)
    words = path.split()
    for word in words:
        found = found.commands[word]
    return words, found


def paths() -> list[str]:
    """All commands, in words."""
    found = []
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        found += [f"{name} {sub}" for sub in command.commands] if hasattr(command, "commands") else [name]
    return found


def drawn(data: st.DataObject, words: list[str], command: Any, sources: list[str], number: int) -> list[str]:
    def one_of(values: Any) -> Any:
        return values[data.draw(st.integers(0, len(values) - 1))]

    line = [*words, *one_of(WHOLE[" ".join(words)])] if " ".join(words) in WHOLE else list(words)
    whole = len(line) > len(words)
    often = data.draw(st.integers(2, 12))
    for parameter in command.params:
        kind = type(getattr(parameter, "type", None)).__name__
        if parameter.param_type_name == "argument":
            if whole:
                continue
            for _ in range(data.draw(st.integers(0, 2)) if parameter.nargs == -1 else 1):
                line.append(one_of(sources if data.draw(st.integers(0, 2)) else WORDS))
            continue
        if parameter.name in ("help", "resume") or data.draw(st.integers(0, often)) != 1:
            continue
        flag = parameter.opts[-1]
        if getattr(parameter, "is_flag", False):
            line.append(flag)
            continue
        if parameter.name in ("out", "report"):
            value = one_of(
                [f"out{number}-{data.draw(st.integers(0, 10**6))}", "folder", "/proc/x", "states.npz", "", "\x00"]
            )
        elif parameter.name in ("box",):
            value = one_of(["true", "false", "cat {before}", "{", ""])
        elif "int" in kind.lower() or "float" in kind.lower():
            value = one_of(NUMBERS)
        else:
            pool = (NUMBERS, WORDS, WORDS, sources)[data.draw(st.integers(0, 3))]
            value = one_of(pool)
        line += [flag, value]
    return line


def answer(line: list[str]) -> str | None:
    """What is wrong with how a command ended; None when nothing is."""
    out, err = io.StringIO(), io.StringIO()
    try:
        with limited(LIMIT), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(line)
    except Hang:
        return None if line[0] in LONG else f"no answer in {LIMIT:.0f} s"
    except BaseException as error:
        return f"escaped: {type(error).__name__}: {error}"[:300]
    said = err.getvalue()
    if code not in CODES:
        return f"exit code {code}: {' '.join(said.split())[:250]}"
    if "Traceback" in said:
        return "a traceback"
    if "\x1b[31m" in out.getvalue():
        return "a control sequence of the input in the output"
    return "no sentence" if code and not said.strip() and not out.getvalue().strip() else None


def main(path: str, examples: int, number: int) -> None:
    begin(MEMORY)
    words, command = command_of(path)
    sources = files(Path.cwd())

    def draw(data: st.DataObject) -> tuple[str | None, dict[str, Any]]:
        line = drawn(data, words, command, sources, number)
        return answer(line), {"line": [word[:60] for word in line]}

    probe(draw, examples, number)
    done(path)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        print(json.dumps(paths()))
    else:
        main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
