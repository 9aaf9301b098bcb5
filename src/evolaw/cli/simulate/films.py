"""What is shown of a run of boards: a page with a player (``--report``), and a picture or a film (``--figure``).

A run keeps nothing unless it is told to; of what is shown only so many frames are held as the page or the film has room for.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from evolaw.storage import Run

__all__ = ["Shown", "asked", "nothing"]

_MOST_BYTES = 2**28
"""Cells of the frames that a picture is made of."""


@dataclass
class Shown:
    """Where pictures go, and the first frames of the run, of which they are made.

    Attributes:
        report, figure: files to write, or None.
        lang: language of the page.
        most: how many frames are held.
        frames: the frames so far.
    """

    report: Path | None
    figure: Path | None
    lang: str
    most: int
    frames: list[np.ndarray] = field(default_factory=list)

    def see(self, board: np.ndarray) -> None:
        """Hold a frame, while there is room."""
        if len(self.frames) < self.most:
            self.frames.append(board.copy())

    def read(self, run: Run, saved: int) -> None:
        """Take the frames from a run directory instead."""
        self.frames = list(run.read("values", 0, min(saved, self.most)))

    def write(self, settings: Any) -> None:
        """Write the page and the picture."""
        import numpy as np

        from evolaw.trajectory import Trajectory

        if self.report is None and self.figure is None:
            return
        times = np.arange(len(self.frames)) * settings.every
        seed = settings.seed if settings.start is None else None
        axes = ("times", *settings.axes)
        run = Trajectory(np.stack(self.frames), times, axes, law=settings.law, boundary=settings.boundary, seed=seed)
        if self.report is not None:
            from evolaw.report.moving.player import write_trajectory

            command = shlex.join(["evolaw", *sys.argv[1:]])
            write_trajectory(run, self.report, lang=self.lang, command=command, frames=settings.frames)
        if self.figure is not None:
            from evolaw.report.moving.animation import write_figure

            write_figure(run, self.figure)


def asked(settings: Any, report: Path | None, figure: Path | None, lang: str) -> Shown:
    """Return what is to be shown of a run; a picture that would need too many frames is refused before the run.

    Raises:
        ArgumentError: a file cannot be written, or the picture would hold more than 2^28 cells.
    """
    from evolaw import checks
    from evolaw.cli import arguments

    cells, most = settings.rows * settings.cols, 0
    if report is not None:
        from evolaw.report.moving.playback import MOST_BITS

        arguments.require_page(report)
        most = max(1, MOST_BITS // cells)
    if figure is not None:
        arguments.require_place(figure, moves=True)
        checks.require(
            settings.frames * cells <= _MOST_BYTES,
            "every",
            f"leave at most {_MOST_BYTES // cells} frames to draw",
            f"{settings.every}, which leaves {settings.frames}",
            "Save fewer generations with --every.",
        )
        most = settings.frames
    return Shown(report, figure, lang, min(most, settings.frames))


def nothing() -> Shown:
    """Return what shows nothing."""
    return Shown(None, None, "en", 0)
