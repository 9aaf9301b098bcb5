"""Pictures as arrays: scikit-learn's digits, folders of images, arrays of ``.npz`` files; and arrays as a picture.

Levels 0 … K-1 become values in [-1, 1] by  v = (2 k + 1)/K - 1, the middles of K intervals of length 2/K: uniform noise of that length
fills [-1, 1], and a density p of the noised values gives bits per dimension -log2 p/D + log2(K/2).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import memory_limit, require_memory
from evolaw.automata.files.archives import read_arrays
from evolaw.errors import MissingExtra, ParseError
from evolaw.textfiles import require_plain
from evolaw.told import told

__all__ = ["Pictures", "digits", "from_levels", "read_images", "to_levels"]

_LARGEST_SIDE = 4096
_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")


@dataclass(frozen=True, eq=False)
class Pictures:
    """Images with what is known of them.

    Attributes:
        values: in [-1, 1], shape (items, rows, cols) or (items, channels, rows, cols).
        labels: a class of each, or None.
        levels: number of levels of a value; None where values are continuous.

    Raises:
        ArgumentError: labels are not one for each image.
    """

    values: np.ndarray
    labels: np.ndarray | None = None
    levels: int | None = None

    def __post_init__(self) -> None:
        if self.labels is not None:
            fits = np.shape(self.labels)[:1] == (len(self.values),)
            wanted = f"be one for each of the {len(self.values)} states"
            checks.require(fits, "labels", wanted, f"of shape {np.shape(self.labels)}")

    def __len__(self) -> int:
        return len(self.values)

    def split(self, share: float = 0.8, *, rng: Any) -> tuple[Pictures, Pictures]:
        """Return two disjoint parts, the first with about this share of the items.

        Example:
            >>> one, other = Pictures(np.zeros((10, 2, 2))).split(0.8, rng=0)
            >>> len(one), len(other)
            (8, 2)
        """
        from evolaw.randomness import source

        order = source(rng).stream("split").generator().permutation(len(self))
        cut = round(checks.probability(share, "share") * len(self))
        return self._of(order[:cut]), self._of(order[cut:])

    def _of(self, rows: np.ndarray) -> Pictures:
        labels = None if self.labels is None else self.labels[rows]
        return Pictures(self.values[rows], labels, self.levels)


@told
def to_levels(values: Any, levels: int) -> np.ndarray:
    """Return the level of every value in [-1, 1]; the last interval holds 1.

    Example:
        >>> to_levels(np.array([-1.0, 0.0, 1.0]), 17).tolist()
        [0, 8, 16]
    """
    count = checks.integer(levels, "levels", least=2)
    return np.clip(np.floor((np.asarray(values) + 1) / 2 * count), 0, count - 1).astype(int)


@told
def from_levels(levels: Any, count: int) -> np.ndarray:
    """Return the middle of every level's interval in [-1, 1].

    Example:
        >>> from_levels(np.array([0, 1]), 2).tolist()
        [-0.5, 0.5]
    """
    return (2 * checks.numbers(levels, "levels") + 1) / checks.integer(count, "count", least=2) - 1


@told
def digits() -> Pictures:
    """Return scikit-learn's 1797 handwritten digits: 8 x 8, 17 levels, ten classes. They come with its package.

    Raises:
        MissingExtra: scikit-learn is not installed.
    """
    if importlib.util.find_spec("sklearn") is None:
        raise MissingExtra("scikit-learn", "score")
    from sklearn.datasets import load_digits

    bundle = load_digits()
    return Pictures(from_levels(bundle.images, 17), bundle.target.astype(int), 17)


@told
def read_images(path: str | Path, *, side: int | None = None, grey: bool = False) -> Pictures:
    """Read pictures: a folder of images, or an ``.npz`` file with an array ``images``, and ``labels`` where they are known.

    Args:
        path: the folder or file. In a folder with sub-folders each that holds images is a class, in the order of their names. Names that
            begin with a dot are passed over.
        side: every image is scaled to this many rows and columns; None needs images of one size.
        grey: one channel in place of three. Without it, a folder with one coloured image gives every image three; where none has a
            colour there is one channel, whatever the format of the files.

    Raises:
        ParseError: a file cannot be read, or its images differ in size.
        ArgumentError: there is nothing to read, or it would not fit into memory.

    Notes:
        An array of shape (items, rows, cols, 3), or with 1 in the place of 3, has its channels last; they are moved before the rows.
        Bytes become the 256 levels of the module. Numbers of an ``.npz`` that are no bytes must lie in [-1, 1]. What is transparent is
        white. Images of more than eight bits a number are refused: as bytes they would be cut.
    """
    checks.require(isinstance(path, str | Path), "path", "be a folder of images or an .npz file", path)
    place = require_plain(path)
    if side is not None:
        checks.integer(side, "side", least=1, most=_LARGEST_SIDE)
    if place.is_dir():
        return _folder(place, side, grey)
    checks.require(place.is_file(), "path", "be a folder of images or an .npz file", str(place))
    return _archive(place)


def _archive(place: Path) -> Pictures:
    require_memory("path", 3.0 * place.stat().st_size, memory_limit(), "Split the file.")
    held = read_arrays(place, ["images"], ["labels"])
    images, labels = held["images"], held.get("labels")
    checks.require(
        images.ndim in (3, 4), "images", "have shape (items, rows, cols) or (items, channels, rows, cols)", images.shape
    )
    if images.ndim == 4 and images.shape[3] in (1, 3) and images.shape[1] not in (1, 3):
        images = np.ascontiguousarray(np.moveaxis(images, 3, 1))
    if images.dtype == np.uint8:
        return Pictures(from_levels(images, 256), labels, 256)
    real = images.dtype.kind in "buif"
    checks.require(real, "images", "be bytes, or numbers in [-1, 1]", f"of {images.dtype}")
    values = checks.finite(images, "images").astype(float)
    inside = bool((np.abs(values) <= 1).all())
    checks.require(inside, "images", "be bytes, or numbers in [-1, 1]", f"from {values.min():g} to {values.max():g}")
    return Pictures(values, labels)


def _folder(place: Path, side: int | None, grey: bool) -> Pictures:
    folders = sorted(each for each in place.iterdir() if each.is_dir() and not each.name.startswith("."))
    kinds = [held for held in map(_images, folders) if held]
    loose = _images(place)
    if kinds and loose:
        wanted = "hold images, or sub-folders of images as classes"
        raise checks.refuse("path", wanted, f"both: {loose[0].name} lies beside the folder {kinds[0][0].parent.name}")
    files = [(file, label) for label, kind in enumerate(kinds) for file in kind] or [(file, -1) for file in loose]
    wanted = f"hold images ({', '.join(_SUFFIXES)})"
    checks.require(len(files) > 0, "path", wanted, f"{place}, which holds none")
    mode = "RGB" if not grey and any(_has_colours(file) for file, _ in files) else "L"
    first = _image(files[0][0], side, mode)
    require_memory("path", 16.0 * first.size * len(files), memory_limit(), "Pass a smaller side.")
    stack = np.empty((len(files), *first.shape), np.uint8)
    for number, (file, _) in enumerate(files):
        image = _image(file, side, mode)
        if image.shape != first.shape:
            sizes = f"has shape {image.shape}, and {files[0][0].name} has {first.shape}"
            fix = f"Train with --side {first.shape[-1]}, in Python side={first.shape[-1]}, to scale them all."
            raise ParseError(f"{sizes}. {fix}", source=str(file))
        stack[number] = image
    if mode == "RGB" and bool((stack == stack[:, :1]).all()):
        stack = stack[:, 0]  # grey pictures in a format of colours: three equal channels have no density
    labels = np.array([label for _, label in files]) if kinds and files[0][1] >= 0 else None
    return Pictures(from_levels(stack, 256), labels, 256)


def _images(folder: Path) -> list[Path]:
    named = (file for file in folder.iterdir() if file.suffix.lower() in _SUFFIXES and not file.name.startswith("."))
    return sorted(file for file in named if file.is_file())


def _has_colours(file: Path) -> bool:
    with _opened(file) as picture:
        return picture.mode not in ("1", "L", "LA")


def _image(file: Path, side: int | None, mode: str) -> np.ndarray:
    with _opened(file) as picture:
        image = _opaque(picture).convert(mode)
        array = np.asarray(image if side is None else image.resize((side, side)))
    return array if array.ndim == 2 else np.moveaxis(array, -1, 0)


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    """A picture whose sides and numbers can be held; what goes wrong with it names the file."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file) as picture:
            if max(picture.size) > _LARGEST_SIDE:
                raise ParseError(f"has sides {picture.size}, more than {_LARGEST_SIDE}.", source=str(file))
            if picture.mode[0] in "IF":
                fix = "Save it with eight, or the numbers as the array data of an .npz file."
                raise ParseError(f"has more than eight bits a number (mode {picture.mode}). {fix}", source=str(file))
            yield picture
    except ParseError:
        raise
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError) as error:
        raise ParseError(f"cannot be read as an image: {error}", source=str(file)) from error


def _opaque(picture: Any) -> Any:
    """A picture on white, where parts of it are transparent: what colour stands beneath them is chance."""
    from PIL import Image

    if not picture.has_transparency_data:
        return picture
    whole = picture.convert("RGBA")
    ground = Image.new("RGBA", whole.size, "white")
    ground.alpha_composite(whole)
    return ground
