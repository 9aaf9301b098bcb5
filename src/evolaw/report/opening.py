"""What a run directory holds, opened as the object it was saved from; each kind loads its own wing."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from evolaw.errors import StorageError
from evolaw.storage import Run
from evolaw.told import told

__all__ = ["load"]

_KINDS = {
    "trajectory": ("evolaw.trajectory", "Trajectory"),
    "finding": ("evolaw.discovery", "Finding"),
    "learned law": ("evolaw.learning", "LearnedLaw"),
    "learned equation": ("evolaw.learning", "NeuralEquation"),
    "league": ("evolaw.learning.windows.architecture_study", "League"),
    "score model": ("evolaw.score", "ScoreModel"),
    "junction": ("evolaw.josephson.stored_results", ""),
}
"""Kind -> module, and the class in it that loads its runs; "" where the module does."""


@told
def load(path: str | Path) -> Any:
    """Open a run directory as the result that was saved there; `evolaw.load` is this.

    Raises:
        StorageError: there is no run, it is damaged or unfinished, or it holds something that has no one object.
    """
    kind = Run.open(path).about.get("kind")
    if kind not in _KINDS:
        raise StorageError(
            f"{path} holds {kind or 'no kind that it names'}, which is none of: {', '.join(_KINDS)}. "
            "storage.Run.open reads its arrays."
        )
    module, name = _KINDS[kind]
    wing = importlib.import_module(module)
    return (getattr(wing, name) if name else wing).load(path)
