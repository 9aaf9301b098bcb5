"""What surrounds a command: its streams, its directory, and the variables that JAX reads; each fault is a sentence.

A terminal without block characters gets plain signs, a closed or full output ends with exit code 3, and platforms or flags that
JAX does not have are named before or after it stumbles over them.
"""

from __future__ import annotations

import codecs
import os
import re
import subprocess
import sys
import traceback
from typing import Any

from evolaw.errors import EvolawError

__all__ = ["Surroundings", "calm_linear_algebra", "explained", "flag_fault", "prepare", "silence", "without_chinese"]

_PLAIN = {
    "▀": "'", "▄": ".", "■": "#", "·": ".",
    "█": ":", "…": "...", "–": "-", "—": "-", "−": "-", "±": "+-", "×": "x", "²": "^2", "³": "^3", "∞": "inf", "√": "sqrt",
    "∘": "o", "→": "->", "≥": ">=", "≤": "<=", "ä": "ae", "ö": "oe", "ü": "ue", "ô": "o", "é": "e", "è": "e",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "θ": "theta", "λ": "lambda", "μ": "mu", "σ": "sigma",
    "ω": "omega", "Ω": "Omega",
}  # fmt: skip
_WITH_JAX = ("demo", "simulate", "junction", "order", "learn", "discover", "ask")
_HARMLESS = re.compile(r"--xla_force_host_platform_device_count=\d+")


class Surroundings(EvolawError):
    """What surrounds the command does not let it work: a full disk, a closed output, a platform that is absent."""

    exit_code = 3
    code = "argument"


def prepare(verb: str) -> None:
    """Make the streams fit for writing and the libraries fit for the verb, before any of them is loaded.

    Raises:
        Surroundings: the output is closed, or flags would end the process where JAX is first used.
    """
    closed = _make_writable()
    if verb == "discover":
        calm_linear_algebra()
    said = closed or (flag_fault() if verb in _WITH_JAX else None)
    if said is not None:
        raise Surroundings(said)


def _make_writable() -> str | None:
    """Make the streams fit for writing; return what is wrong with them, or None."""
    codecs.register_error("evolaw-plain", _in_plain_signs)
    while (free := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass  # a closed stream's number would be given to the next file that is opened
    os.close(free)
    closed = sys.stdout is None
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure") and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(errors="evolaw-plain")
    return (
        "The standard output is closed, and the result could not be told. Leave it open, or name a file."
        if closed
        else None
    )


def without_chinese() -> str | None:
    """Return the encoding of an output that has no Chinese characters; None where both outputs have them."""
    for stream in (sys.stdout, sys.stderr):
        encoding = getattr(stream, "encoding", None) or "utf-8"
        try:
            "中文".encode(encoding)
        except UnicodeEncodeError:
            return encoding
    return None


def calm_linear_algebra() -> None:
    """Let linear algebra use one thread, unless somebody said otherwise; to be called before NumPy is loaded.

    Discovery solves thousands of small systems. On several threads OpenBLAS waits for itself: ten times the processor time, and
    longer, on a busy machine.
    """
    if "OMP_NUM_THREADS" not in os.environ:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def silence(stream: Any, number: int) -> None:
    """Lead a stream that cannot be written into nothing, so that no later flush of it fails again."""
    if stream in (sys.__stdout__, sys.__stderr__):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, number)
        os.close(nothing)


def explained(error: BaseException) -> str | None:
    """Return the sentence for a fault of the surroundings, or None when it is none."""
    platform = os.environ.get("JAX_PLATFORMS", "")
    if platform and _began_in_jax(error):
        return (
            f"The environment variable JAX_PLATFORMS is {platform!r}, which this machine does not have or JAX cannot start. "
            "Unset it, or set it to cpu."
        )
    if isinstance(error, ValueError):
        return _unaccepted(str(error))
    if not isinstance(error, OSError):
        return None
    if not _has_directory():
        return "The working directory no longer exists. Change to one that does."
    place = f"{error.filename} " if error.filename else "The output "
    return f"{place}cannot be read or written: {error.strerror or error}."


def flag_fault() -> str | None:
    """Return what is wrong with XLA_FLAGS, which would end the process without a word of ours; None when nothing is.

    Flags that everybody has pass; for others JAX is started once in a process of its own.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    if all(_HARMLESS.fullmatch(flag) for flag in flags.split()):
        return None
    words = [sys.executable, "-c", "import jax; jax.numpy.zeros(1).block_until_ready()"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode == 0 or ("XLA_FLAGS" not in done.stderr and "flag" not in done.stderr.lower()):
        return None
    return _not_accepted("XLA_FLAGS", "XLA")


def _unaccepted(said: str) -> str | None:
    """The sentence for a setting of JAX or Matplotlib that these refuse; they quote the variable or its value."""
    for name, value in os.environ.items():
        whose = {"JAX_": "JAX", "MPL": "Matplotlib"}.get(name[:4] if name.startswith("JAX_") else name[:3])
        if whose is not None and value and f"{value!r}" in said and (name in said or whose == "Matplotlib"):
            return _not_accepted(name, whose)
    return None


def _not_accepted(name: str, whose: str) -> str:
    value = os.environ[name]
    return f"The environment variable {name} is {value!r}, which {whose} does not accept. Unset it, or correct it."


def _in_plain_signs(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign, "?") for sign in text), error.end


def _began_in_jax(error: BaseException) -> bool:
    """Whether JAX was starting a platform; it takes its own frames out of some tracebacks, so its words count too."""
    if isinstance(error, RuntimeError) and "initialize backend" in str(error):
        return True
    frames = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    return any(name.endswith("xla_bridge") for name in frames)


def _has_directory() -> bool:
    try:
        os.getcwd()
    except OSError:
        return False
    return True
