"""Learned laws: small networks that learn the step of an automaton, read out as rules and explained.

    datasets      recordings to counts of windows, or pairs of boards
    cnn           CNN-small and its relatives: one small network at every cell
    equivariant   networks that know the symmetry of the grid; the orbit table
    training      one loop, resumable to the same bytes
    surrogate     `fit`, and the learned law that evolves like any rule
    rolling       the learned law beside the truth: cell by cell, and in its statistics
    weights       networks as files
    keeping       a training in a run directory, continued after a kill
    readout       what a network says of all 512 windows, and what its weights are
    simulators    tables with known entries held fixed, for discovery by rollout
    league        how often which architecture finds the law, and how fast

Needs the extra ``learn``. The names load when they are first used.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from evolaw.errors import MissingExtra

_NAMES = {
    "windows.datasets": ("biased_recording", "board_pairs", "random_recordings", "window_pairs"),
    "windows.cnn": ("Cnn", "Quadratic", "on_boards"),
    "windows.equivariant": ("GroupNet", "OrbitTable", "equivariance_error"),
    "loop.training": ("Schedule", "State", "checkpoint", "resume", "train"),
    "windows.learned_law": ("LearnedLaw", "fit"),
    "windows.rollouts": ("Beside", "rollout_error", "rollout_statistics", "rollouts"),
    "windows.interpretation": ("explain_filters", "match_solutions", "read_rule", "response_curve"),
    "windows.orbit_tables": ("orbit_simulator",),
    "windows.architecture_study": ("ARCHITECTURES", "run_league"),
}
_FILES = {name: file for file, names in _NAMES.items() for name in names}

__all__ = sorted(_FILES)

for _package in ("equinox", "optax", "safetensors"):
    if importlib.util.find_spec(_package) is None:
        raise MissingExtra(_package, "learn")


def __getattr__(name: str) -> Any:
    if name not in _FILES:
        raise AttributeError(f"module 'evolaw.learning' has no attribute {name!r}")
    return getattr(importlib.import_module(f"evolaw.learning.{_FILES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
