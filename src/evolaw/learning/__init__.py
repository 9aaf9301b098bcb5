"""Learned laws: small networks that learn the step of an automaton, read out as rules and explained; drift and diffusion of a trajectory.

    loop/      any network on any batches: one loop, resumable to the same bytes; averages, checkpoints, networks as files
    windows/   the lattice's networks: recordings to counts of windows, the networks and their objective, the learned law that
               evolves like any rule, what it says of all 512 windows, and how often which architecture finds the law
    trajectories/  drift and diffusion as networks, where no library of terms fits

Needs the extra ``learn``. The names load when they are first used.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING

from evolaw.errors import MissingExtra
from evolaw.facade import facade

if TYPE_CHECKING:  # the same names for type checkers and editors, which load nothing
    from evolaw.learning.fitting import fit as fit
    from evolaw.learning.loop.averaging import reconstruct as reconstruct
    from evolaw.learning.loop.optimisation import Optimisation as Optimisation
    from evolaw.learning.loop.training import State as State
    from evolaw.learning.loop.training import checkpoint as checkpoint
    from evolaw.learning.loop.training import optimise as optimise
    from evolaw.learning.trajectories.neural_equation import NeuralEquation as NeuralEquation
    from evolaw.learning.windows.architecture_study import ARCHITECTURES as ARCHITECTURES
    from evolaw.learning.windows.architecture_study import run_league as run_league
    from evolaw.learning.windows.cnn import Cnn as Cnn
    from evolaw.learning.windows.cnn import Quadratic as Quadratic
    from evolaw.learning.windows.cnn import on_boards as on_boards
    from evolaw.learning.windows.datasets import biased_recording as biased_recording
    from evolaw.learning.windows.datasets import board_pairs as board_pairs
    from evolaw.learning.windows.datasets import random_recordings as random_recordings
    from evolaw.learning.windows.datasets import window_pairs as window_pairs
    from evolaw.learning.windows.equivariant import GroupNet as GroupNet
    from evolaw.learning.windows.equivariant import OrbitTable as OrbitTable
    from evolaw.learning.windows.equivariant import equivariance_error as equivariance_error
    from evolaw.learning.windows.interpretation import explain_filters as explain_filters
    from evolaw.learning.windows.interpretation import match_solutions as match_solutions
    from evolaw.learning.windows.interpretation import read_rule as read_rule
    from evolaw.learning.windows.interpretation import response_curve as response_curve
    from evolaw.learning.windows.learned_law import LearnedLaw as LearnedLaw
    from evolaw.learning.windows.objective import Schedule as Schedule
    from evolaw.learning.windows.objective import resume as resume
    from evolaw.learning.windows.objective import train as train
    from evolaw.learning.windows.orbit_tables import orbit_simulator as orbit_simulator
    from evolaw.learning.windows.rollouts import Beside as Beside
    from evolaw.learning.windows.rollouts import rollout_error as rollout_error
    from evolaw.learning.windows.rollouts import rollout_statistics as rollout_statistics
    from evolaw.learning.windows.rollouts import rollouts as rollouts

_NAMES = {
    "windows.datasets": ("biased_recording", "board_pairs", "random_recordings", "window_pairs"),
    "windows.cnn": ("Cnn", "Quadratic", "on_boards"),
    "windows.equivariant": ("GroupNet", "OrbitTable", "equivariance_error"),
    "loop.optimisation": ("Optimisation",),
    "loop.training": ("State", "checkpoint", "optimise"),
    "loop.averaging": ("reconstruct",),
    "windows.objective": ("Schedule", "resume", "train"),
    "windows.learned_law": ("LearnedLaw",),
    "fitting": ("fit",),
    "trajectories.neural_equation": ("NeuralEquation",),
    "windows.rollouts": ("Beside", "rollout_error", "rollout_statistics", "rollouts"),
    "windows.interpretation": ("explain_filters", "match_solutions", "read_rule", "response_curve"),
    "windows.orbit_tables": ("orbit_simulator",),
    "windows.architecture_study": ("ARCHITECTURES", "run_league"),
}

for _package in ("equinox", "optax", "safetensors"):
    if importlib.util.find_spec(_package) is None:
        raise MissingExtra(_package, "learn")

__all__, _load, __dir__ = facade("evolaw.learning", _NAMES)

if not TYPE_CHECKING:  # a name that is not above is an error
    __getattr__ = _load
