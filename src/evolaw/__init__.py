"""evolaw, the laws of evolution: from a recording of something that moves to its law.

    simulate : law, scheme          -> trajectory
    discover : trajectories, known  -> laws still possible, with the evidence for and against each entry
    ask      : what is undecided    -> the next experiment

The parts load when they are first named, so that ``import evolaw`` costs milliseconds.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw import display

if TYPE_CHECKING:  # the same names for type checkers and editors, which load nothing
    from evolaw import analysis as analysis
    from evolaw import automata as automata
    from evolaw import discovery as discovery
    from evolaw import ito as ito
    from evolaw import josephson as josephson
    from evolaw import learning as learning
    from evolaw import markov as markov
    from evolaw import report as report
    from evolaw import score as score
    from evolaw import sde as sde
    from evolaw import storage as storage
    from evolaw.automata.rules.rule import Rule as Rule
    from evolaw.discovery.discover import discover as discover
    from evolaw.trajectory import Trajectory as Trajectory

if TYPE_CHECKING:  # what is no name of ours
    from matplotlib.figure import Figure

__version__ = "0.1.0"

_PARTS = (
    "analysis",
    "automata",
    "discovery",
    "ito",
    "josephson",
    "learning",
    "markov",
    "report",
    "score",
    "sde",
    "storage",
)
_NAMES = {"Rule": "evolaw.automata.rules.rule", "Trajectory": "evolaw.trajectory", "discover": "evolaw.discovery"}

__all__ = [
    "Rule",
    "Trajectory",
    "analysis",
    "automata",
    "discover",
    "discovery",
    "draw",
    "ito",
    "josephson",
    "learning",
    "load",
    "markov",
    "report",
    "score",
    "sde",
    "storage",
]


def load(path: str | Path) -> Any:
    """Open a run directory as what it holds: a trajectory, a finding, a learned law with its networks, a league, a score model.

    Raises:
        StorageError: there is no run, it is damaged or unfinished, or it holds something that has no one object.

    Example:
        >>> import tempfile
        >>> place = Path(tempfile.mkdtemp()) / "run"
        >>> board = [[[0, 1], [1, 0]]]
        >>> saved = importlib.import_module("evolaw.trajectory").Trajectory(board, [0], ("times", "rows", "cols")).save(place)
        >>> load(saved).axes
        ('times', 'rows', 'cols')
    """
    return importlib.import_module("evolaw.report.opening").load(path)


def draw(result: Any, **options: Any) -> Figure:
    """Return a Matplotlib figure of any result; what it shows and its options are told by ``evolaw.report.figures``.

    Raises:
        ArgumentError: nothing draws such a result, or an option is not one of it.

    Example:
        >>> from evolaw.trajectory import Trajectory
        >>> len(draw(Trajectory([[[0, 1], [1, 0]]], [0], ("times", "rows", "cols"))).axes)
        1
    """
    return importlib.import_module("evolaw.report.figures").draw(result, **options)


def _shown(trajectory: Any) -> str:
    return str(importlib.import_module("evolaw.report.moving.player").notebook(trajectory))


def _set(result: Any, language: str) -> str:
    """A result for a typesetter: symbols as formulas, everything else as a table."""
    if type(result).__module__.startswith(("evolaw.ito.", "sympy.")):
        return str(importlib.import_module("evolaw.ito.typesetting").typeset(result, language))
    markup = importlib.import_module("evolaw.report.paper.markup")
    return str(getattr(markup, f"to_{language}")(result))


def _read(text: str) -> Any:
    """An equation as text, as a process."""
    return importlib.import_module("evolaw.ito.equations").process(text)


display.draws_with(draw)
display.sets_with(_set)
display.reads_with(_read)
display.shows_with(_shown)


if not TYPE_CHECKING:  # a name that is not above is an error

    def __getattr__(name: str) -> Any:
        if name in _PARTS:
            return importlib.import_module(f"evolaw.{name}")
        if name in _NAMES:
            return getattr(importlib.import_module(_NAMES[name]), name)
        raise AttributeError(f"module 'evolaw' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
