"""What is shown of a run of boards: a page with a player (``--report``), and a picture or a film (``--figure``).

A run keeps nothing unless it is told to; of what is shown only so many frames are held as the page or the film has room for.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from evolaw.automata.board_runs import BoardRun

__all__ = ["Shown", "asked"]

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

    def read(self, path: Path, saved: int) -> None:
        """Take the frames from a run directory instead."""
        from evolaw.storage import Run

        if self.most:
            self.frames = list(Run.open(path).read("values", 0, min(saved, self.most)))

    def write(self, board_run: BoardRun) -> None:
        """Write the page and the picture."""
        import numpy as np

        from evolaw.trajectory import Trajectory

        if self.report is None and self.figure is None:
            return
        times = np.arange(len(self.frames)) * board_run.every
        seed = board_run.seed if board_run.start is None else None
        axes = ("times", *board_run.axes)
        run = Trajectory(np.stack(self.frames), times, axes, law=board_run.law, boundary=board_run.boundary, seed=seed)
        if self.report is not None:
            from evolaw.report.moving.player import write_trajectory

            command = shlex.join(["evolaw", *sys.argv[1:]])
            write_trajectory(run, self.report, lang=self.lang, command=command, frames=board_run.frames)
        if self.figure is not None:
            from evolaw.report.moving.animation import write_figure

            write_figure(run, self.figure)


def asked(board_run: BoardRun, report: Path | None, figure: Path | None, lang: str) -> Shown:
    """Return what is to be shown of a run; a picture that would need too many frames is refused before the run.

    Raises:
        ArgumentError: a file cannot be written, or the picture would hold more than 2^28 cells.
    """
    from evolaw import checks
    from evolaw.cli import arguments

    cells, most = board_run.rows * board_run.cols, 0
    if report is not None:
        from evolaw.report.moving.playback import MOST_BITS

        arguments.require_page(report)
        most = max(1, MOST_BITS // cells)
    if figure is not None:
        arguments.require_place(figure, moves=True)
        checks.require(
            board_run.frames * cells <= _MOST_BYTES,
            "every",
            f"leave at most {_MOST_BYTES // cells} frames to draw",
            f"{board_run.every}, which leaves {board_run.frames}",
            "Save fewer generations with --every.",
        )
        most = board_run.frames
    return Shown(report, figure, lang, min(most, board_run.frames))
