"""One word for learning a law: of a lattice from its windows, of a trajectory from its steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

from evolaw.learning.trajectories.neural_equation import NeuralEquation, fit_equation
from evolaw.learning.windows.cnn import WindowNet
from evolaw.learning.windows.datasets import BoardPairs, WindowPairs
from evolaw.learning.windows.learned_law import LearnedLaw
from evolaw.learning.windows.learned_law import fit as fit_windows
from evolaw.trajectory import Trajectory

__all__ = ["fit"]


@overload
def fit(what: Trajectory | Sequence[Trajectory], pairs: None = None, **options: Any) -> NeuralEquation: ...
@overload
def fit(what: WindowNet | Sequence[WindowNet], pairs: WindowPairs | BoardPairs, **options: Any) -> LearnedLaw: ...
def fit(what: Any, pairs: Any = None, **options: Any) -> LearnedLaw | NeuralEquation:
    """Learn a law.

    Args:
        what: a trajectory of numbers, or several, for `fit_equation`; or networks of windows, with ``pairs``, for `learned_law.fit`.
        pairs: windows and what followed them.
        options: those of the one or the other.

    Example:
        >>> from evolaw.learning import Cnn, random_recordings, window_pairs
        >>> str(fit(Cnn.random(rng=0), window_pairs(random_recordings("B3/S23", 256, rng=1)), rng=0).rule())
        'B3/S23'
    """
    first = what[0] if isinstance(what, Sequence) and len(what) else what
    if isinstance(first, Trajectory):
        return fit_equation(what, **options)
    return fit_windows(what, pairs, **options)
