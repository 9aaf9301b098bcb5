"""Films of trajectories as files: GIF by Pillow, MP4 where the program ffmpeg is, and any other result as a still drawing.

Boards are drawn a cell a square, in the colours of the report, so that a GIF is exact and small. A drawing of lines or of a line
automaton is made once and then uncovered along its time.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evolaw import checks, documents
from evolaw.arrays import MISSING
from evolaw.errors import MissingProgram
from evolaw.report.figures import draw
from evolaw.report.styles import cell_colours, cell_places, save, states_shown, style
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["FORMATS", "MOVING", "animate", "write_figure"]

MOVING = ("gif", "mp4")
"""Endings of films."""
FORMATS = ("png", "svg", "pdf", *MOVING)
"""Endings of everything that `write_figure` writes."""

_SIDE = 512
"""A board's longer side in the film is at most so many pixels, or its own cells."""
_MOST_PIXELS = 2**31
"""Pixels of all frames together: about half a minute of work."""
_UNCOVERED = 60
_SECONDS = 600


@told
def write_figure(result: Any, path: str | Path, **options: Any) -> Path:
    """Write any result as a picture; the ending of ``path`` chooses: svg, pdf and png stand still, gif and mp4 move.

    Args:
        result: what `evolaw.draw` draws; for a film a Trajectory.
        path: the file.
        **options: of `evolaw.draw`, or of `animate`.

    Raises:
        ArgumentError: another ending, or a film of something that does not move.
    """
    kind = checks.one_of(Path(path).suffix.lstrip(".").lower(), "path", FORMATS)
    if kind in MOVING:
        return animate(result, path, **options)
    return save(draw(result, **options), path)


@told
def animate(trajectory: Trajectory, path: str | Path, *, rate: float = 10.0) -> Path:
    """Write a film of a trajectory, whole or not at all, and return its path.

    Args:
        trajectory: of many boards the first is shown; lines and paths are uncovered along their time.
        path: a file that ends in .gif or .mp4.
        rate: frames a second, at most 50.

    Raises:
        ArgumentError: no trajectory, another ending, or more than 2^31 pixels in all; the message says what to do.
        MissingProgram: an MP4 without the program ffmpeg.

    Example:
        >>> import tempfile
        >>> blinker = np.zeros((2, 5, 5), np.uint8)
        >>> blinker[0, 2, 1:4] = blinker[1, 1:4, 2] = 1
        >>> film = animate(Trajectory(blinker, [0, 1], ("times", "rows", "cols")), Path(tempfile.mkdtemp()) / "film.gif")
        >>> film.stat().st_size < 20_000
        True
    """
    path = Path(path)
    kind = checks.one_of(path.suffix.lstrip(".").lower(), "path", MOVING)
    checks.require(
        isinstance(trajectory, Trajectory),
        "trajectory",
        "be a trajectory: nothing else moves",
        type(trajectory).__name__,
    )
    rate = checks.positive(rate, "rate")
    checks.require(rate <= 50, "rate", "be at most 50 frames a second", rate)
    ffmpeg = _ffmpeg() if kind == "mp4" else ""
    frames = _boards(trajectory) if trajectory.axes[-2:] == ("rows", "cols") else _uncovered(trajectory)
    colours = cell_colours(states_shown(trajectory))
    palette = [int(colour[k : k + 2], 16) for colour in colours for k in (1, 3, 5)]
    film = (
        _gif(frames, rate, palette, _legend(trajectory, colours))
        if kind == "gif"
        else _mp4(frames, rate, ffmpeg, palette)
    )
    return documents.write_document(path, film)


def _boards(trajectory: Trajectory) -> Iterator[np.ndarray]:
    """The frames as numbers of the palette, every cell a square of the same size."""
    boards = next(trajectory.split()).frames
    checks.require(boards.ndim == 3, "trajectory", "be of one board, or of several boards alike", trajectory.axes)
    scale = max(1, _SIDE // max(boards.shape[1:]))
    pixels = boards.size * scale * scale
    checks.require(
        pixels <= _MOST_PIXELS,
        "trajectory",
        f"have at most {_MOST_PIXELS / 1e9:.1f} billion pixels in all its frames",
        f"{len(boards)} frames of {boards.shape[1]} rows × {boards.shape[2]} columns",
        "Save fewer generations (every=, --every), or cut the board.",
    )
    for board in boards:
        yield cell_places(board, states_shown(trajectory)).repeat(scale, 0).repeat(scale, 1)


def _legend(trajectory: Trajectory, colours: Sequence[str]) -> str:
    """What the grey levels of a film of cells are, for who reads it back: our living cells are the dark ones."""
    if trajectory.axes[-2:] != ("rows", "cols"):
        return ""
    states = states_shown(trajectory)
    if states > 2:
        shown = cell_places(np.array([MISSING, *range(states)]), states)
        told = [colours[place].removeprefix("#") for place in shown]
        return f"evolaw states: missing, then 0, 1, 2, ...: {' '.join(told)}" if len(set(told)) == len(told) else ""
    from PIL import ImageColor

    dead, alive, missing = (
        ImageColor.getcolor(colours[place], "L") for place in cell_places(np.array([0, 1, MISSING]), 2)
    )
    return f"evolaw cells: alive {alive}, dead {dead}, missing {missing}"


def _uncovered(trajectory: Trajectory) -> Iterator[np.ndarray]:
    """One drawing, shape (height, width, 3), uncovered along its time: to the right, downwards for a line of cells."""
    figure, raw = draw(trajectory), io.BytesIO()
    with style():
        figure.savefig(raw, format="rgba", dpi=110)
    width, height = (int(side) for side in figure.get_size_inches() * 110)
    whole = np.frombuffer(raw.getvalue(), np.uint8).reshape(height, width, 4)[..., :3]
    down = trajectory.axes[-1] == "cells"
    boxes = [axes.get_window_extent().transformed(_pixels(figure)) for axes in figure.axes]
    count = min(len(trajectory), _UNCOVERED)
    for shown in range(1, count + 1):
        frame = whole.copy()
        for box in boxes:
            left, right, top, bottom = round(box.x0), round(box.x1), height - round(box.y1), height - round(box.y0)
            if down:
                frame[top + (bottom - top) * shown // count : bottom, left:right] = 255
            else:
                frame[top:bottom, left + (right - left) * shown // count : right] = 255
        yield frame


def _pixels(figure: Any) -> Any:
    """From the figure's own dots to those of the drawing."""
    from matplotlib.transforms import Affine2D

    return Affine2D().scale(110 / figure.dpi)


def _gif(frames: Iterator[np.ndarray], rate: float, palette: list[int], legend: str) -> bytes:
    from PIL import Image

    pictures = []
    for frame in frames:
        picture = Image.fromarray(frame) if frame.ndim == 3 else Image.fromarray(frame, "P")
        if frame.ndim == 2:
            picture.putpalette(palette)
        pictures.append(picture if frame.ndim == 2 else picture.convert("P", palette=Image.Palette.ADAPTIVE))
    file = io.BytesIO()
    told: dict[str, Any] = {"comment": legend.encode()} if legend else {}
    pictures[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=round(1000 / rate),
        loop=0,
        optimize=False,
        **told,
    )
    return file.getvalue()


def _ffmpeg() -> str:
    """Where ffmpeg is."""
    found = shutil.which("ffmpeg")
    if found is None:
        raise MissingProgram("An MP4 needs the program ffmpeg, which is not on the PATH. Install it, or write a .gif.")
    return found


def _mp4(frames: Iterator[np.ndarray], rate: float, ffmpeg: str, palette: list[int]) -> bytes:
    """The frames as H.264: raw pixels go into ffmpeg, which is called without a shell and with no name that a user typed."""
    import tempfile

    colours = np.array(palette, np.uint8).reshape(-1, 3)
    coloured = (colours[frame] if frame.ndim == 2 else frame for frame in frames)
    first = _even(next(coloured))
    words = [ffmpeg, "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    words += ["-s", f"{first.shape[1]}x{first.shape[0]}", "-r", f"{rate:g}", "-i", "pipe:0"]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "film.mp4"
        words += ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart", str(place)]
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)
            try:
                with process.stdin:  # type: ignore[union-attr]
                    for frame in (first, *map(_even, coloured)):
                        process.stdin.write(frame.tobytes())  # type: ignore[union-attr]
            except BrokenPipeError:
                pass  # its exit code and words tell why it stopped reading
            code = process.wait(_SECONDS)
            if code or not place.is_file():
                said.seek(0)
                last = said.read().decode(errors="replace").strip().splitlines()[-1:] or ["nothing"]
                raise MissingProgram(
                    f"ffmpeg ended with code {code} and said: {last[0][:200]}. A .gif needs no ffmpeg."
                )
        return place.read_bytes()


def _even(frame: np.ndarray) -> np.ndarray:
    """The frame with even sides, as the format asks: a row or column of white is added."""
    return np.pad(frame, [(0, frame.shape[0] % 2), (0, frame.shape[1] % 2), (0, 0)], constant_values=255)
