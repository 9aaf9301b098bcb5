"""How every figure looks: colours nobody confuses, fonts that know Chinese, files that are the same bytes every time.

Latin letters come from the font that Matplotlib brings. Chinese ones come from a font of the machine or, where it has none, from
the package of the extra ``chinese``; a figure with a letter that no font here can draw is refused, never drawn with empty boxes.
"""

from __future__ import annotations

import functools
import importlib.util
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.automata.rules.generations import state_count
from evolaw.automata.rules.reading import MOST_STATES
from evolaw.errors import MissingExtra
from evolaw.report import language
from evolaw.told import told

__all__ = [
    "AGEING",
    "CELLS",
    "CYCLE",
    "DECISION_COLOURS",
    "DECISION_MARKERS",
    "cell_colours",
    "cell_places",
    "chinese_fonts",
    "font_folders",
    "in_language",
    "is_chinese",
    "legend_above",
    "new_figure",
    "placed_in",
    "require_glyphs",
    "save",
    "states_shown",
    "style",
]

CYCLE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555")
"""Line colours, distinguishable under every common colour blindness [okabe2008]."""

CELLS = ("#ffffff", "#1b263b", "#e9c46a")
"""Dead, alive, not seen."""

AGEING = ("#2a78b8", "#d3e4f2")
"""Cells that age, from the youngest to the oldest."""

DECISION_COLOURS = {
    "present": "#0b5cad",
    "absent": "#6b7280",
    "probabilistic": "#8a4fbf",
    "undetermined": "#b07a00",
    "conflict": "#b3400a",
}
DECISION_MARKERS = {"present": "o", "absent": "o", "probabilistic": "D", "undetermined": "", "conflict": "X"}

_FONTS = (
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "WenQuanYi Micro Hei",
)
_PACKAGED_FONT = ("cvttf-notosanscjk-regular", "cvttf_NotoSansCJK_Regular")
"""The package that brings Noto Sans CJK, which knows simplified and traditional letters, and the folder it installs."""

_FORMATS = ("svg", "pdf", "png")
_FORMULA = re.compile(r"\$[^$]*\$")
"""A text that is nothing but mathematics: no words are in it."""


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of the house inside the block; nothing outside changes."""
    settings: Any = {
        "font.family": _installed_fonts(),
        "font.size": 9,
        "axes.titlesize": 9.5,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": "#8a8f99",
        "axes.labelcolor": "#333a45",
        "axes.prop_cycle": cycler(color=CYCLE),
        "xtick.color": "#4a515c",
        "ytick.color": "#4a515c",
        "xtick.direction": "out",
        "legend.frameon": False,
        "lines.linewidth": 1.4,
        "image.interpolation": "nearest",
        "savefig.dpi": 200,
        "pdf.fonttype": 42,
        "svg.hashsalt": "evolaw",
    }
    fonts = logging.getLogger("matplotlib.font_manager")
    heard = functools.partial(_is_news)  # an object of this block: one inside another does not take it away
    fonts.addFilter(heard)
    try:
        with matplotlib.rc_context(settings):
            yield
    finally:
        fonts.removeFilter(heard)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a remark on fonts concerns the reader: that Chinese has no bold face here, beside a bold Latin one, does not."""
    return "font weight" not in str(record.msg)


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of that size in inches, laid out without overlaps; it belongs to no global state.

    Inside `placed_in` it is the place of the user's axes instead.
    """
    if _places:
        return cast(Figure, _Place(_places[-1]))
    return Figure(figsize=(width, height), layout="constrained")


_places: list[Axes] = []


@contextmanager
def placed_in(axes: Axes) -> Iterator[None]:
    """Draw into the user's axes inside the block: a drawing of one panel into the axes themselves, of several in their place."""
    _places.append(axes)
    try:
        yield
    finally:
        _places.pop()


class _Place:
    """Stands for a figure whose one panel is the user's axes; asked for more panels, it takes the axes' place."""

    def __init__(self, axes: Axes) -> None:
        self._axes = axes

    def add_subplot(self, *where: Any, **options: Any) -> Any:
        if where or options:
            return self._inside.add_subplot(*where, **options)
        return self._axes

    def subplots(self, rows: int = 1, cols: int = 1, *, squeeze: bool = True, **options: Any) -> Any:
        if rows * cols > 1:
            return self._inside.subplots(rows, cols, squeeze=squeeze, **options)
        return self._axes if squeeze else np.array([[self._axes]])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inside, name)

    @functools.cached_property
    def _inside(self) -> Any:
        """The part of the user's figure where the axes were."""
        place = self._axes.get_subplotspec()
        figure: Any = self._axes.figure
        checks.require(place is not None, "ax", "be one of a grid, as plt.subplots makes them", "placed freely")
        self._axes.remove()
        return figure.add_subfigure(place)


def in_language(figure: Figure, lang: str) -> Figure:
    """Put the words of a figure into the language ``lang``; where no font knows Chinese they stay English.

    Example:
        >>> with style():
        ...     figure = new_figure(3, 2)
        ...     _ = figure.add_subplot().set_xlabel("generation")
        >>> in_language(figure, "en").axes[0].get_xlabel()
        'generation'
    """
    if not chinese_fonts():
        return figure
    texts: Any = figure.findobj(Text)
    for text in texts:
        words = text.get_text()
        if lang != "en" and words and not _FORMULA.fullmatch(words):
            said = "\n".join(language.label(line, lang) for line in words.split("\n"))
            if said != words:
                text.set_text(said)
        # The font of the package draws commas as in Taipei unless it is told where the text is read; older Matplotlib cannot say.
        if is_chinese(text.get_text()) and hasattr(text, "set_language"):
            text.set_language("zh-Hans")
        # Beside a formula letters are drawn by the first font alone, which must know them.
        if is_chinese(text.get_text()) and _FORMULA.search(text.get_text()):
            text.set_fontfamily([*chinese_fonts(), "DejaVu Sans"])
    return figure


def states_shown(trajectory: Any) -> int:
    """Return how many states the cells of a trajectory have, as its law says or as was found of a recording; 2 where neither does."""
    found = trajectory.about.get("states", 2)
    return max(state_count(trajectory.law), found if type(found) is int and 2 <= found <= MOST_STATES else 2)


def cell_places(board: np.ndarray, states: int) -> np.ndarray:
    """Return which of `cell_colours` each cell has: 0 dead, 1 alive, 2 not seen, 3 and more ageing, the youngest first; uint8.

    Where there are two states, all that is not dead is alive.
    """
    ages = np.clip(board, 0, states - 1).astype(np.int16)
    return np.where(board == MISSING, 2, np.where(ages > 1, ages + 1, ages)).astype(np.uint8)


def cell_colours(states: int) -> tuple[str, ...]:
    """Return the colours of the cells of a law of so many states, as #rrggbb, by their `cell_places`.

    Example:
        >>> cell_colours(2), cell_colours(4)[3:]
        (('#ffffff', '#1b263b', '#e9c46a'), ('#2a78b8', '#d3e4f2'))
    """
    young, old = (np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) for colour in AGEING)
    ages = np.linspace(0, 1, states - 2) if states > 3 else np.zeros(states - 2)
    mixed = np.rint(young + ages[:, None] * (old - young)).astype(int)
    return (*CELLS, *("#" + "".join(f"{part:02x}" for part in colour) for colour in mixed.tolist()))


def legend_above(axes: Any, columns: int = 3) -> None:
    """Put the legend of a panel above it, never over its data; a title that is there already moves above the legend."""
    legend = axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.2, ncols=columns)
    if axes.get_title("left"):
        lines = sum(text.get_text().count("\n") + 1 for text in legend.get_texts())
        axes.set_title(axes.get_title("left"), pad=6 + 1.5 * matplotlib.rcParams["font.size"] * -(-lines // columns))


def require_glyphs(figure: Figure) -> Figure:
    """Return the figure if every letter of its texts has a glyph in the fonts of the house.

    Raises:
        MissingExtra: Chinese letters, and neither the machine nor a package has a font for them.
        ArgumentError: other letters that no font here knows.
    """
    family = list(_installed_fonts())
    texts: Any = figure.findobj(Text)
    ours = (text.get_text() for text in texts if list(text.get_fontfamily()) == family)
    strange = sorted({letter for words in ours for letter in words if letter > "\x7f"})
    unknown = "".join(letter for letter in strange if ord(letter) not in _known_letters())
    if unknown and len(family) == 1 and is_chinese(unknown):
        raise MissingExtra(f"{_PACKAGED_FONT[0]}, a font that can draw {unknown[:20]}", "chinese")
    if unknown:
        raise checks.refuse("text", f"use letters that a font of {', '.join(family)} can draw", unknown[:20])
    return figure


@told
def save(figure: Figure, path: str | Path, **options: Any) -> Path:
    """Write a figure as SVG, PDF or PNG, byte for byte the same every time; the ending of ``path`` chooses.

    Words of ours in it are in the language that is spoken: English, unless a command was told otherwise.

    Raises:
        ArgumentError: another ending.
        MissingExtra: Chinese letters where there is no font for them.
        StorageError: the file cannot be written.
    """
    path = Path(path)
    kind = checks.one_of(path.suffix.lstrip(".").lower(), "path", _FORMATS)
    require_glyphs(in_language(figure, language.spoken()))
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
    with style():
        figure.savefig(path, metadata=undated[kind], **options)
    return path


@functools.cache
def _installed_fonts() -> tuple[str, ...]:
    """The fonts of the list that this machine has; each glyph is taken from the first that knows it."""
    there = {font.name for font in font_manager.fontManager.ttflist}
    fonts = tuple(font for font in _FONTS if font in there)
    if len(fonts) > 1:
        return fonts
    packaged = _packaged_font()
    return (*fonts, *([packaged] if packaged else [])) or ("sans-serif",)


def chinese_fonts() -> tuple[str, ...]:
    """Return the fonts of the house that this machine has for Chinese text, the preferred one first; none is possible."""
    return tuple(font for font in _installed_fonts() if font not in ("DejaVu Sans", "sans-serif"))


def font_folders() -> tuple[Path, ...]:
    """Return the folders in which an installed package keeps fonts; a compiler must be told of them."""
    found = importlib.util.find_spec(_PACKAGED_FONT[1])  # asks where it lies, and runs none of its code
    return tuple(Path(folder) for folder in found.submodule_search_locations or []) if found else ()


def is_chinese(text: str) -> bool:
    """Whether a text holds ideographs, or the full-width signs that are written between them.

    Example:
        >>> is_chinese("规律"), is_chinese("law")
        (True, False)
    """
    return any("\u2e80" <= letter <= "\uffef" or letter >= "\U00020000" for letter in text)


def _packaged_font() -> str | None:
    """The name of the font of the package, made known to Matplotlib; None where the package is not installed."""
    for file in (file for folder in font_folders() for file in sorted(folder.glob("*.[ot]tf"))):
        font_manager.fontManager.addfont(file)
        return font_manager.fontManager.ttflist[-1].name
    return None


@functools.cache
def _known_letters() -> frozenset[int]:
    """The code points that the fonts of the house can draw."""
    files = {font.name: font.fname for font in font_manager.fontManager.ttflist}
    return frozenset(
        code for name in _installed_fonts() if name in files for code in FT2Font(files[name]).get_charmap()
    )
