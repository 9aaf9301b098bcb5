"""How every figure looks: colours nobody confuses, fonts that know Chinese, files that are the same bytes every time."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib import font_manager
from matplotlib.figure import Figure

from evolaw import checks

__all__ = ["CELLS", "CYCLE", "DECISION_COLOURS", "DECISION_MARKERS", "new_figure", "save", "style"]

CYCLE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555")
"""Line colours, distinguishable under every common colour blindness [okabe2008]."""

CELLS = ("#ffffff", "#1b263b", "#e9c46a")
"""Dead, alive, not seen."""

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
_FORMATS = ("svg", "pdf", "png")


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
    with matplotlib.rc_context(settings):
        yield


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of that size in inches, laid out without overlaps; it belongs to no global state."""
    return Figure(figsize=(width, height), layout="constrained")


def save(figure: Figure, path: str | Path, **options: Any) -> Path:
    """Write a figure as SVG, PDF or PNG, byte for byte the same every time; the ending of ``path`` chooses.

    Raises:
        ArgumentError: another ending.
    """
    path = Path(path)
    kind = checks.one_of(path.suffix.lstrip(".").lower(), "path", _FORMATS)
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
    with style():
        figure.savefig(path, metadata=undated[kind], **options)
    return path


@functools.cache
def _installed_fonts() -> tuple[str, ...]:
    """The fonts of the list that this machine has; each glyph is taken from the first that knows it."""
    there = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(font for font in _FONTS if font in there) or ("sans-serif",)
