"""How figures look: nothing leaks out, Chinese has glyphs, files are the same bytes."""

from __future__ import annotations

import subprocess
import sys
import warnings
from itertools import pairwise
from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure

from evolaw.errors import ArgumentError
from evolaw.report import styles


def figure(title: str) -> Figure:
    with styles.style():
        drawn = styles.new_figure(3, 2)
        axes = drawn.add_subplot()
        axes.plot([0, 1], [0, -1])
        axes.set_title(title)
    return drawn


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_files_are_the_same_every_time(tmp_path: Path, kind: str) -> None:
    first, second = (styles.save(figure("law"), tmp_path / f"{name}.{kind}").read_bytes() for name in "ab")
    assert first == second
    assert b"2026" not in first


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="svg, pdf, png"):
        styles.save(figure("law"), tmp_path / "a.gif")
    assert list(tmp_path.iterdir()) == []


def test_the_style_ends_with_the_block() -> None:
    before = dict(matplotlib.rcParams)
    figure("law")
    assert dict(matplotlib.rcParams) == before


def test_chinese_has_glyphs_where_a_font_has_them(tmp_path: Path) -> None:
    """Matplotlib warns of every glyph it cannot find; warnings are errors here."""
    if len(styles._installed_fonts()) == 1:
        pytest.skip("no Chinese font is installed")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        styles.save(figure("演化规律 −1"), tmp_path / "a.png")


def contrast_of_lightness(colour: str) -> float:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_the_three_cells_differ_in_grey_print() -> None:
    levels = sorted(contrast_of_lightness(colour) for colour in styles.CELLS)
    assert min(b - a for a, b in pairwise(levels)) > 40


def test_the_facade_names_what_it_has_and_loads_nothing() -> None:
    """`import evolaw.report` is free; Matplotlib is loaded by those who draw."""
    program = (
        "import sys, evolaw.report as report\n"
        "assert 'matplotlib' not in sys.modules and 'jinja2' not in sys.modules\n"
        "assert all(callable(getattr(report, name)) for name in report.__all__)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
