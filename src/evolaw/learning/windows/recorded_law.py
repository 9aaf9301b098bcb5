"""A law learned from a recording of a lattice: which network, how many of them, and for how long.

What takes one step is trained on windows and what followed them, `window_pairs`; where generations are skipped, on whole boards,
`board_pairs`, from several draws a network, because such a training can stall: the lowest loss is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evolaw import checks
from evolaw.automata.rules.rule import Rule
from evolaw.display import Progress
from evolaw.learning.windows.architecture_study import ARCHITECTURES
from evolaw.learning.windows.datasets import board_pairs, window_pairs
from evolaw.learning.windows.learned_law import LearnedLaw, fit
from evolaw.learning.windows.objective import Schedule
from evolaw.randomness import source
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["NETS", "fit_recording"]

NETS = {"cnn": "cnn2-x8", "cnn3": "cnn3-x8", "quadratic": "quadratic-x4", "d4": "d4-x8", "table": "orbit-table"}
"""Networks by a short name, as `ARCHITECTURES` of the study."""

_SLOWER = 0.6
"""Share of the learning rate that a training through skipped generations bears."""


@told
def fit_recording(
    recording: Trajectory | Sequence[Trajectory],
    *,
    net: str = "cnn",
    nets: int = 1,
    steps: int = 1,
    epochs: int | None = None,
    restarts: int | None = None,
    chance: bool = False,
    truth: Rule | str | None = None,
    rng: Any,
    progress: Progress | None = None,
    out: str | Path | None = None,
    about: dict[str, Any] | None = None,
) -> LearnedLaw:
    """Learn the law of a recorded lattice with small networks.

    Args:
        recording: 0, 1 and 255 for missing, axes (times, rows, cols); or several recordings of one law.
        net: "cnn", "cnn3", "quadratic", "d4" or "table".
        nets: how many of them vote.
        steps: generations between the frames to learn from.
        epochs: passes over the data; by default 8, or 16 through skipped generations.
        restarts: draws a network, of which the lowest loss is kept; by default 1, or 4 through skipped generations.
        chance: learn probabilities where one window was followed by both states, instead of refusing.
        truth: the rule, if known, to count errors by; it never enters the training.
        rng: draws the networks and deals the batches.
        progress: called with (epochs done, epochs, words).
        out: run directory; the same call continues a training that was killed, to the same bytes.
        about: further facts for the manifest of ``out``.

    Raises:
        ArgumentError: nothing can be learned from the recording, or it contradicts itself and ``chance`` is False.

    Example:
        >>> from evolaw.learning.windows.datasets import random_recordings
        >>> print(fit_recording(random_recordings("B36/S23", 256, rng=1), net="table", rng=0))  # some seconds
        learned B36/S23
    """
    steps, nets = checks.integer(steps, "steps", least=1), checks.integer(nets, "nets", least=1)
    skips, seeded = steps > 1, source(rng)
    architecture = ARCHITECTURES[NETS[checks.one_of(net, "net", NETS)]]
    draws = nets * (restarts or (4 if skips else 1))
    schedule = Schedule(
        epochs=epochs or (16 if skips else 8),
        learning_rate=architecture.learning_rate * (_SLOWER if skips else 1),
        # What is certain may count alike however rarely it was seen; frequencies must count as often as they were.
        balance=0.0 if chance or skips else 1.0,
    )
    drawn = [architecture.draw(seeded.stream(f"draw {number}").key[0]) for number in range(draws)]
    pairs: Any = board_pairs(recording, steps) if skips else window_pairs(recording)
    options: dict[str, Any] = {"schedule": schedule, "keep": nets, "chance": chance, "truth": truth, "about": about}
    return fit(drawn, pairs, **options, rng=seeded, progress=progress, out=out)
