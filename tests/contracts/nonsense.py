"""Calls of public functions with values that are plausible, wrong, or nonsense; run in a process of its own by `test_fuzz`.

    python nonsense.py WING EXAMPLES SEED         (`probing` draws, watches and tells)

Every parameter draws either a value that fits what its name and annotation ask for, or one that nearly does: negative, huge, NaN,
of the wrong shape or type, empty, with control characters. What comes back must be a result or a sentence of ours; anything else is
written to the standard output as JSON, one line a failure, and so is a call that lasts longer than its limit.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from probing import Hang, begin, done, limited, probe

LIMIT = 20.0
"""Seconds a call may take."""

PATIENCE = 4.0
"""Seconds for one of `LONG`, most of whose wrong arguments are refused before the work."""

MEMORY = 3 * 2**30

LONG = {
    "discover_series", "escape_rates", "fokker_planck", "hysteresis", "interrogate", "iv_curve", "phase_density", "phase_diffusion",
    "run_array", "run_league", "shapiro_map", "spectrum", "switching_currents",
}  # fmt: skip
"""Functions that are meant to work for long, with progress: these are stopped without blame."""

HUGE = {2**31, 10**9, 2**63, 10**30}


def board(*shape: int, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).random(shape) < 0.4).astype(np.uint8)


def lattice() -> Any:
    from evolaw.automata import evolve

    return evolve("B3/S23", board(8, 8), 4)


def track() -> Any:
    from evolaw import sde

    process = sde.ornstein_uhlenbeck(rate=1.0, scale=0.5)
    return sde.solve(process, sde.EulerMaruyama(), 1.0, np.linspace(0, 1, 6), steps=5, paths=4, rng=0)


def finding() -> Any:
    from evolaw.discovery import discover

    return discover(lattice(), rng=0)


def series() -> Any:
    from evolaw.automata import evolve
    from evolaw.discovery import series_of

    return series_of(evolve("B3/S23", board(4, 8, 8), 4), start_density=0.4)


def run_directory() -> str:
    path = tempfile.mkdtemp() + "/run"
    lattice().save(path)
    return path


def text_file(suffix: str, text: str) -> str:
    path = Path(tempfile.mkdtemp()) / f"file{suffix}"
    path.write_text(text)
    return str(path)


def array_file() -> str:
    path = Path(tempfile.mkdtemp()) / "states.npz"
    np.savez(path, states=lattice().values)
    return str(path)


def system() -> Any:
    from evolaw import ito

    return ito.system("dX = -a*X dt + b*X dW")


def process() -> Any:
    from evolaw import sde

    return sde.double_well()


def scheme() -> Any:
    from evolaw import sde

    return sde.EulerMaruyama()


def symbol() -> Any:
    return system().states[0] ** 2


def pairs() -> Any:
    from evolaw.learning import window_pairs

    return window_pairs([lattice()])


def network() -> Any:
    from evolaw.learning import OrbitTable

    return OrbitTable.flat()


def junction() -> Any:
    from evolaw import josephson

    return josephson.Junction(0.5, 0.1)


def noising() -> Any:
    from evolaw import score

    return score.VP()


def gaussian() -> Any:
    from evolaw import score

    return score.Gaussian(np.zeros(2), np.eye(2))


def chain() -> np.ndarray:
    return np.array([[0.5, 0.5, 0.0], [0.25, 0.5, 0.25], [0.0, 0.5, 0.5]])


FITTING: dict[str, list[Callable[[], Any]]] = {
    "rule rules law": [lambda: "B3/S23", lambda: "B36/S23~0.01", lambda: "W30", lambda: "R2,C2,S2..4,B3..3"],
    "board boards start states values": [lambda: board(8, 8), lambda: board(2, 6, 7), lambda: 1.0, lambda: [0.5, 1.0]],
    "trajectory recording first second trajectories recordings": [lattice, track],
    "finding": [finding],
    "series": [series],
    "path folder source": [run_directory, array_file, lambda: text_file(".rle", "x = 3, y = 1\n3o!")],
    "text": [lambda: "x = 3, y = 1\n3o!", lambda: "dX = -X dt + dW", lambda: "a*x**2"],
    "system": [system],
    "process": [process],
    "scheme": [scheme],
    "expression u p new inverse thing": [symbol],
    "matrix transition rates generator_matrix chain probabilities": [chain],
    "pairs data": [pairs, lambda: np.zeros((8, 2))],
    "net network model": [network],
    "junction": [junction],
    "noising": [noising],
    "target": [gaussian],
    "rng": [lambda: 0, lambda: 12345],
    "times": [lambda: [0, 1, 2], lambda: [0.0, 0.5, 1.0]],
    "steps paths count runs": [lambda: 1, lambda: 4],
    "space": [lambda: "outer-totalistic", lambda: "isotropic"],
    "boundary": [lambda: "torus", lambda: "plane"],
    "known": [
        lambda: dict.fromkeys(["B0", *["B4", "B5", "B6", "B7", "B8", "S0", "S1", "S4", "S5", "S6", "S7", "S8"]], 0),
        lambda: "B3,S2=0",
        lambda: {"B3": 1},
    ],
    "function step of payoff potential statistic score velocity": [lambda: lambda *given: given[-1]],
}
BY_KIND: dict[str, list[Callable[[], Any]]] = {
    "int": [lambda: 1, lambda: 3, lambda: 8],
    "float": [lambda: 0.5, lambda: 1.0, lambda: 2.0],
    "str": [lambda: "torus", lambda: "density", lambda: "auto"],
    "bool": [lambda: True],
    "tuple": [lambda: (2, 2), lambda: (0.0, 1.0)],
    "Sequence": [lambda: [1, 2]],
    "Mapping": [lambda: {"a": 1.0}],
    "np.ndarray": [lambda: np.linspace(0, 1, 6), lambda: np.zeros((3, 2))],
    "Any": [lambda: 1.0, lambda: np.linspace(0, 1, 6), lambda: board(8, 8)],
}
WRONG: list[Callable[[], Any]] = [
    lambda: None,
    lambda: object(),
    lambda: -1,
    lambda: 0,
    lambda: 2**31,
    lambda: 10**30,
    lambda: -0.5,
    lambda: 1e308,
    lambda: float("nan"),
    lambda: float("inf"),
    lambda: 1j,
    lambda: True,
    lambda: "",
    lambda: "\x00\x1b[31m\n\u202e",
    lambda: "x" * 5000,
    lambda: b"\xff\xfe",
    list,
    lambda: [[1, 2], [3]],
    dict,
    lambda: {"": None},
    lambda: (1, "a"),
    lambda: np.zeros(0),
    lambda: np.zeros((0, 3)),
    lambda: np.full((4, 4), np.nan),
    lambda: np.array(["a", "b"]),
    lambda: np.array([object()]),
    lambda: np.zeros((2, 2, 2, 2, 2)),
    lambda: np.array([1 + 2j]),
    lambda: np.array(7),
    lambda: np.full((4, 4), 255, np.uint8),
    lambda: np.datetime64("2020-01-01"),
    lambda: lambda *given: None,
    lambda: int,
    lambda: "/nonexistent/\x00",
    lambda: Path("/dev/zero"),
]


def fitting(parameter: inspect.Parameter) -> list[Callable[[], Any]]:
    """Values that a parameter may well take, by its name, else by its annotation."""
    for names, values in FITTING.items():
        if parameter.name in names.split():
            return values
    annotation = str(parameter.annotation)
    found = [value for kind, values in BY_KIND.items() if kind in annotation for value in values]
    return found or BY_KIND["Any"]


def public(wing: str) -> dict[str, Any]:
    module = importlib.import_module(f"evolaw.{wing}" if wing else "evolaw")
    things = {name: getattr(module, name) for name in module.__all__}
    return {
        name: thing for name, thing in things.items() if callable(thing) and not getattr(thing, "_is_protocol", False)
    }


def call(thing: Any, listed: list[Any], named: dict[str, Any]) -> None:
    result = thing(*listed, **named)
    if hasattr(result, "__next__"):
        next(result, None)
    if not isinstance(thing, type):  # a record that a user fills with nonsense by hand need not print itself
        repr(result)


def drawn(data: st.DataObject, thing: Any) -> tuple[list[Any], dict[str, Any], bool]:
    """Arguments of a call, and whether a size among them is huge: then it may take its time."""
    listed: list[Any] = []
    named: dict[str, Any] = {}
    huge, by_name = False, False
    for parameter in inspect.signature(thing).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        by_name |= parameter.kind == parameter.KEYWORD_ONLY
        needed = parameter.default is parameter.empty
        if not needed and data.draw(st.integers(0, 3)):
            by_name = True
            continue
        values = fitting(parameter) if data.draw(st.integers(0, 3)) else WRONG
        value = values[data.draw(st.integers(0, len(values) - 1))]()
        huge |= type(value) is int and value in HUGE
        if by_name:
            named[parameter.name] = value
        else:
            listed.append(value)
    return listed, named, huge


def failure(thing: Any, listed: list[Any], named: dict[str, Any], huge: bool) -> str | None:
    """What is wrong with the answer of a call; None where it is a result or a sentence of ours."""
    from evolaw.errors import EvolawError, Unforeseen

    try:
        with limited(min(LIMIT, PATIENCE) if thing.__name__ in LONG else LIMIT), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call(thing, listed, named)
    except Unforeseen as error:
        return f"unforeseen: {error.__cause__!r}"[:300]
    except EvolawError as error:
        said = str(error)
        return None if said.strip() and "\x1b" not in said else f"an empty or unclean sentence: {said!r}"
    except Hang:
        return None if huge or thing.__name__ in LONG else f"no answer in {LIMIT:.0f} s"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]
    return None


def shown(value: Any) -> str:
    return f"{type(value).__name__}{value.shape}" if isinstance(value, np.ndarray) else repr(value)[:60]


def probed(name: str, thing: Any, examples: int, number: int) -> None:
    """Call one function with so many draws of arguments."""

    def draw(data: st.DataObject) -> tuple[str | None, dict[str, Any]]:
        listed, named, huge = drawn(data, thing)
        words = ", ".join([*map(shown, listed), *(f"{key}={shown(value)}" for key, value in named.items())])
        return failure(thing, listed, named, huge), {"call": f"{name}({words})"}

    probe(draw, examples, number)


def main(wing: str, examples: int, number: int) -> None:
    begin(MEMORY)
    for name, thing in public(wing).items():
        probed(f"{wing}.{name}", thing, examples, number)
    done(len(public(wing)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
