"""Every exception evolaw raises on purpose.

    EvolawError                    exit code 1   a bug of ours, unless a subclass says otherwise
    ├── ArgumentError(ValueError)  exit code 3   an argument is not what the function needs
    │   ├── ShapeError                           an array has the wrong shape
    │   ├── OutOfRange(IndexError)               a place past the end of what there is
    │   └── Unforeseen             exit code 1   it failed with arguments that fit one by one: a fault of ours
    ├── ParseError(ValueError)     exit code 3   a text or file cannot be read; carries line and column
    ├── StorageError               exit code 3   a run directory is missing, damaged or in use
    ├── BoxError                   exit code 3   a black box did not answer as it must
    ├── MissingExtra               exit code 3   an optional package is not installed
    ├── MissingProgram             exit code 3   a program that does the work is not installed, or failed
    ├── ForkedProcess              exit code 3   a process was forked after JAX had worked
    ├── NumericalError             exit code 4   a computation lost its meaning; carries the partial result
    │   └── NotConverged                         an iteration stopped before its tolerance was met
    └── CheckFailed                exit code 5   a verification the user asked for failed

A message is one to three sentences: what is wrong and where, what was required, what was given, what to do.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "ArgumentError",
    "BoxError",
    "CheckFailed",
    "EvolawError",
    "ForkedProcess",
    "MissingExtra",
    "MissingProgram",
    "NotConverged",
    "NumericalError",
    "OutOfRange",
    "ParseError",
    "ShapeError",
    "StorageError",
    "Unforeseen",
]


class EvolawError(Exception):
    """Root of the tree: catch it to catch everything evolaw raises on purpose."""

    exit_code = 1
    code = "bug"
    """Name under which ``evolaw explain CODE`` describes the error."""


class ArgumentError(EvolawError, ValueError):
    """An argument is not what the function needs."""

    exit_code = 3
    code = "argument"


class ShapeError(ArgumentError):
    """An array argument has the wrong shape."""

    code = "shape"


class OutOfRange(ArgumentError, IndexError):
    """A place past the end of what there is; an IndexError too, by which loops end."""

    code = "range"


class Unforeseen(ArgumentError):
    """A function failed in a way it does not foresee, though each argument is of the kind that it asks for.

    Either it should have said which arguments do not go together, or it is wrong: both are faults of ours, to be reported. The failure
    itself is the cause, ``__cause__``.
    """

    exit_code = 1
    code = "unforeseen"


class ParseError(EvolawError, ValueError):
    """A text or a file cannot be read.

    Attributes:
        source: file name, or a description of the text.
        line: line of the fault, from 1; None when the fault is not at one line.
        column: column of the fault, from 1; None likewise.
    """

    exit_code = 3
    code = "parse"

    def __init__(self, message: str, *, source: str = "", line: int | None = None, column: int | None = None) -> None:
        self.source, self.line, self.column = source, line, column
        name = "".join(letter if letter.isprintable() else "?" for letter in source) or None
        place = ":".join(str(part) for part in (name, line, column) if part is not None)
        super().__init__(f"{place}: {message}" if place else message)


class StorageError(EvolawError):
    """A run directory is missing, damaged or in use."""

    exit_code = 3
    code = "storage"


class BoxError(EvolawError):
    """A black box did not answer as it must: it failed, hung, or printed something else than a board."""

    exit_code = 3
    code = "box"


class MissingExtra(EvolawError):
    """An optional package is not installed; the message names the extra that brings it."""

    exit_code = 3
    code = "extra"

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"This needs the package {package}. Install it with: pip install 'evolaw[{extra}]'")


class MissingProgram(EvolawError):
    """A program that does the work is not installed, or failed; the message says which and what works without it."""

    exit_code = 3
    code = "program"


class ForkedProcess(EvolawError):
    """JAX has threads, which a fork does not copy: in the new process it would wait for them for ever."""

    exit_code = 3
    code = "forked"

    def __init__(self) -> None:
        super().__init__(
            "This process was forked from one in which JAX had already worked, and JAX would wait here for ever. Start workers anew: "
            "multiprocessing.get_context('spawn'), or an executor with mp_context of 'spawn'."
        )


class NumericalError(EvolawError):
    """A computation lost its meaning: it became non-finite or diverged; ``partial`` holds what is left of it."""

    exit_code = 4
    code = "numerical"

    def __init__(self, message: str, partial: Any = None) -> None:
        super().__init__(message)
        self.partial = partial


class NotConverged(NumericalError):
    """An iteration stopped before its tolerance was met; ``partial`` holds what it had."""

    code = "not-converged"


class CheckFailed(EvolawError):
    """A verification the user asked for failed."""

    exit_code = 5
    code = "check-failed"
