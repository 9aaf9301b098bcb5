"""Boards as pictures: folders of PNG or TIFF, animated GIFs, multi-page TIFFs.

A picture is made grey. Two grey levels are dead and alive, the brighter one alive unless ``alive`` or the file itself says which, as a
film of ours does; more levels need a ``threshold``. Films of cells that age are read by colour: as our own say what each
colour means, or as the colours follow each other (`stacks.order_of_ages`). Where every cell is a square of k x k equal pixels in all frames, one pixel a cell is kept, and that is said. Sizes are
known before a pixel is decoded.
"""

from __future__ import annotations

import math
import re
import struct
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from evolaw.arrays import MISSING
from evolaw.automata.files.boards import MOST_CELLS
from evolaw.automata.files.stacks import order_of_ages
from evolaw.errors import ParseError
from evolaw.textfiles import missing, require_file

__all__ = ["IMAGE_SUFFIXES", "read_images"]

IMAGE_SUFFIXES = (".png", ".gif", ".tif", ".tiff", ".bmp")
_FORMATS = ("PNG", "GIF", "TIFF", "BMP")
_MOST_PAGES = 100_000
_MOST_ALIVE = 0.6
"""What fills more of the pictures than this may be what is drawn upon, and is asked for instead of guessed."""
_LEGEND = re.compile(rb"evolaw cells: alive (\d{1,3}), dead (\d{1,3}), missing (\d{1,3})")
_STATES = re.compile(rb"evolaw states: missing, then 0, 1, 2, \.\.\.: ((?:[0-9a-f]{6} ?){4,256})")
_TORN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    struct.error,
    RuntimeError,
)
"""What the readers of pictures raise on damaged bytes."""


def read_images(
    files: Sequence[Path], *, alive: float | None = None, threshold: float | None = None
) -> tuple[np.ndarray, list[str]]:
    """Read pictures, each with one frame or many, as states uint8 (time, rows, cols) and sentences on how they were read.

    Args:
        files: the pictures in the order of time.
        alive: grey level (0 black, 255 white) of a living cell.
        threshold: grey levels above it are alive.

    Raises:
        ParseError: no picture, pictures of different sizes, more than 2**28 pixels, or more than two grey levels and no
            ``threshold``.
    """
    grey, legend = _grey(files)
    source = str(files[0])
    notes = []
    bare = _without_lines(grey)
    if bare is not None:
        grey = bare
        notes.append("The lines between the cells were left out.")
    side = _pixels_of_a_cell(grey)
    if side > 1:
        grey = grey[:, ::side, ::side]
        notes.append(f"Each cell is {side} x {side} pixels; one was kept.")
    levels = np.unique(grey)
    if threshold is not None:
        return (grey > threshold).astype(np.uint8), [*notes, f"Grey levels above {threshold:g} were read as alive."]
    if alive is None and legend:
        states = np.where(grey == legend[0], 1, np.where(grey == legend[2], MISSING, 0)).astype(np.uint8)
        return states, [*notes, f"Grey level {legend[0]} was read as alive, as the file says."]
    if alive is None and len(levels) > 2:
        found = _by_colours(files, side)
        if found is not None:
            return found[0], [*notes, found[1]]
        raise ParseError(
            f"The pictures hold {len(levels)} grey levels from {levels[0]} to {levels[-1]}. Say from which on a cell is alive, "
            f"--threshold {(int(levels[0]) + int(levels[-1])) // 2}.",
            source=source,
        )
    if alive is None and len(levels) < 2:
        raise ParseError(
            f"All pixels are of grey level {levels[0]}. Say which level is alive, --alive {levels[0]}.", source=source
        )
    bright = (grey == levels[-1]).mean()
    if alive is None and bright > _MOST_ALIVE:
        raise ParseError(
            f"Grey level {levels[-1]} fills {100 * bright:.0f} % of the pictures and may be the background. Say which level is alive, "
            f"--alive {levels[0]} or --alive {levels[-1]}.",
            source=source,
        )
    chosen = float(levels[-1]) if alive is None else alive
    says = f"Grey level {chosen:g} was read as alive" + (
        "." if alive is not None else f", {levels[0]} as dead; if it is the other way round, --alive {levels[0]}."
    )
    return (grey == chosen).astype(np.uint8), [*notes, says]


def _by_colours(files: Sequence[Path], side: int) -> tuple[np.ndarray, str] | None:
    """The states of cells that age, told by their colours, and a sentence on how; None where the colours do not say."""
    from PIL import Image

    named: re.Match[bytes] | None = None
    frames: list[np.ndarray] = []
    for file in files:
        with Image.open(file, formats=_FORMATS) as picture:
            comment = picture.info.get("comment", b"")
            named = named or (_STATES.fullmatch(comment) if isinstance(comment, bytes) and not frames else None)
            for page in range(int(getattr(picture, "n_frames", 1))):
                picture.seek(page)
                pixels = np.asarray(picture.convert("RGB"))[::side, ::side].astype(np.int32)
                frames.append(pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2])
    colours, labels = np.unique(np.stack(frames), return_inverse=True)
    if colours.size > MISSING:
        return None
    labels = labels.reshape(len(frames), *frames[0].shape)
    if named:
        told = [int(word, 16) for word in named[1].split()]  # that of cells not seen comes first
        if set(colours.tolist()) <= set(told):
            table = np.array([told.index(colour) - 1 for colour in colours.tolist()])
            return np.where(table < 0, MISSING, table).astype(np.uint8)[
                labels
            ], "Colours were read as states, as the file says."
    order = order_of_ages(labels, colours.size)
    if order is None:
        return None
    words = ", ".join(f"#{colours[label]:06x}" for label in order[:4]) + (", …" if len(order) > 4 else "")
    says = f"Colours were read as states 0, 1, 2, … in the order in which they follow each other: {words}."
    return np.argsort(order).astype(np.uint8)[labels], says


def _grey(files: Sequence[Path]) -> tuple[np.ndarray, tuple[int, ...]]:
    """All frames in grey, uint8 (time, rows, cols), and the levels that the first file names; sizes are added up before any decoding."""
    from PIL import Image, UnidentifiedImageError

    frames: list[np.ndarray] = []
    legend: tuple[int, ...] = ()
    size: tuple[int, int] | None = None
    for file in files:
        require_file(file)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # torn notes of a camera do not matter where the pixels are whole
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                with Image.open(file, formats=_FORMATS) as picture:
                    legend = legend if frames else _legend(picture.info.get("comment", b""))
                    pages = int(getattr(picture, "n_frames", 1))
                    if (len(frames) + pages) * math.prod(picture.size) > MOST_CELLS or pages > _MOST_PAGES:
                        raise ParseError(
                            f"The pictures up to this one hold more than {MOST_CELLS} pixels.", source=str(file)
                        )
                    for page in range(pages):
                        picture.seek(page)
                        if size not in (None, picture.size):
                            raise ParseError(
                                f"It is {picture.size[0]} x {picture.size[1]} pixels, the first is {size[0]} x {size[1]}."
                                if size
                                else "",
                                source=str(file),
                            )
                        size = picture.size
                        frames.append(np.asarray(picture.convert("L"), np.uint8))
        except ParseError:
            raise
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise ParseError("The picture is too large to be read. Cut or shrink it.", source=str(file)) from None
        except FileNotFoundError:
            raise missing(file) from None
        except (*_TORN, UnidentifiedImageError) as error:
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise ParseError(f"It cannot be read as PNG, GIF, TIFF or BMP: {reason}.", source=str(file)) from error
    return np.stack(frames), legend


def _legend(comment: object) -> tuple[int, ...]:
    """Grey levels of the living, the dead and missing cells, where a film of ours names them."""
    found = _LEGEND.fullmatch(comment) if isinstance(comment, bytes) else None
    return tuple(map(int, found.groups())) if found else ()


def _without_lines(grey: np.ndarray) -> np.ndarray | None:
    """The pictures without lines of one level between cells of two pixels and more; None where there are none."""
    same = [grey.max(axes) == grey.min(axes) for axes in ((0, 2), (0, 1))]
    if all(each.all() for each in same):
        return None
    for step in range(3, min(grey.shape[1:]) // 2 + 1):
        for first in (0, step - 1):
            rows, cols = (np.arange(first, size, step) for size in grey.shape[1:])
            if not (same[0][rows].all() and same[1][cols].all()):
                continue
            levels = np.concatenate([grey[0, rows, 0], grey[0, 0, cols]])
            rest = np.delete(np.delete(grey, rows, 1), cols, 2)
            whole = all(size % (step - 1) == 0 for size in rest.shape[1:])
            if (levels == levels[0]).all() and whole and _is_constant(rest, step - 1):
                return rest
    return None


def _pixels_of_a_cell(grey: np.ndarray) -> int:
    """The largest k for which all frames consist of k x k equal pixels; 1 where there is nothing to see."""
    if (grey == grey.flat[0]).all():
        return 1
    rows, cols = grey.shape[1:]
    for side in range(min(rows, cols), 1, -1):
        if rows % side == cols % side == 0 and _is_constant(grey, side):
            return side
    return 1


def _is_constant(grey: np.ndarray, side: int) -> bool:
    blocks = grey.reshape(len(grey), grey.shape[1] // side, side, grey.shape[2] // side, side)
    return bool((blocks == blocks[:, :, :1, :, :1]).all())
