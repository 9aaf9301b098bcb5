"""Learned laws: small networks that learn the step of an automaton, read out as rules and explained.

    loop/      any network on any batches: one loop, resumable to the same bytes; averages, checkpoints, networks as files
    windows/   the lattice's networks: recordings to counts of windows, the networks and their objective, the learned law that
               evolves like any rule, what it says of all 512 windows, and how often which architecture finds the law

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
    "loop.training": ("Optimisation", "State", "checkpoint", "optimise"),
    "loop.averaging": ("reconstruct",),
    "windows.objective": ("Schedule", "resume", "train"),
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
