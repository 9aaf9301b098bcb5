"""One word for learning a law: of a lattice from its windows, of a trajectory from its steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

from evolaw.learning.trajectories.equation_training import fit_equation
from evolaw.learning.trajectories.neural_equation import NeuralEquation
from evolaw.learning.windows.cnn import WindowNet
from evolaw.learning.windows.datasets import BoardPairs, WindowPairs
from evolaw.learning.windows.learned_law import LearnedLaw
from evolaw.learning.windows.learned_law import fit as fit_windows
from evolaw.learning.windows.recorded_law import fit_recording
from evolaw.trajectory import Trajectory

__all__ = ["fit"]


_LATTICE = {"rows", "cols", "cells"}


@overload
def fit(what: Trajectory | Sequence[Trajectory], pairs: None = None, **options: Any) -> LearnedLaw | NeuralEquation: ...
@overload
def fit(what: WindowNet | Sequence[WindowNet], pairs: WindowPairs | BoardPairs, **options: Any) -> LearnedLaw: ...
def fit(what: Any, pairs: Any = None, **options: Any) -> LearnedLaw | NeuralEquation:
    """Learn a law.

    Args:
        what: a recording, or several of one law: of a lattice, for `fit_recording`, or of numbers, for `fit_equation`; or networks of
            windows as they were drawn, with ``pairs``, for `learned_law.fit`.
        pairs: windows and what followed them.
        options: those of the function that is named.

    Example:
        >>> from evolaw.learning import random_recordings
        >>> fit(random_recordings("B3/S23", 256, rng=1), rng=0).rule()  # some seconds
        Rule('B3/S23')
    """
    first = what[0] if isinstance(what, Sequence) and len(what) else what
    if not isinstance(first, Trajectory):
        return fit_windows(what, pairs, **options)
    return fit_recording(what, **options) if _LATTICE & set(first.axes) else fit_equation(what, **options)
