"""How figures look: nothing leaks out, Chinese has glyphs, files are the same bytes."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont

from evolaw.errors import ArgumentError, MissingExtra
from evolaw.report import draw, styles
from evolaw.trajectory import Trajectory


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


def test_a_missing_bold_face_is_no_news_in_the_style_of_the_house(caplog: pytest.LogCaptureFixture) -> None:
    with styles.style():
        with styles.style():
            pass
        findfont(FontProperties(family=["DejaVu Sans"], weight=331))
    assert not caplog.records
    findfont(FontProperties(family=["DejaVu Sans"], weight=332))
    assert "font weight" in caplog.text


def test_the_style_ends_with_the_block() -> None:
    before = dict(matplotlib.rcParams)
    figure("law")
    assert dict(matplotlib.rcParams) == before


@pytest.fixture
def fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Make the machine one that has none but the fonts that Matplotlib brings, with or without the package."""

    def have(*, package: bool) -> None:
        bundled = [font for font in styles.font_manager.fontManager.ttflist if font.name not in styles._FONTS[1:]]
        monkeypatch.setattr(styles.font_manager.fontManager, "ttflist", bundled)
        if not package:
            monkeypatch.setattr(styles.importlib.util, "find_spec", lambda name: None)
        forget()

    def forget() -> None:
        styles._installed_fonts.cache_clear()
        styles._known_letters.cache_clear()

    yield have
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_chinese_has_glyphs_on_a_machine_without_a_chinese_font(
    fonts: Callable[..., None], tmp_path: Path, kind: str
) -> None:
    """Matplotlib warns of every glyph it cannot find; warnings are errors here."""
    fonts(package=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert styles.save(figure("演化规律，−1 约瑟夫森结"), tmp_path / f"a.{kind}").stat().st_size > 1000


def test_without_a_font_chinese_is_refused_with_the_package_to_install(
    fonts: Callable[..., None], tmp_path: Path
) -> None:
    fonts(package=False)
    styles.save(figure("law −1 σ"), tmp_path / "a.png")
    with pytest.raises(MissingExtra, match=r"can draw 化演.*evolaw\[chinese\]"):
        styles.save(figure("演化 law"), tmp_path / "b.png")
    with pytest.raises(MissingExtra):
        draw(Trajectory(np.zeros((1, 4, 4), np.uint8), [0], ("times", "rows", "cols")), title="生命")
    assert not (tmp_path / "b.png").exists()


def test_a_letter_of_no_font_is_named(fonts: Callable[..., None], tmp_path: Path) -> None:
    fonts(package=True)
    with pytest.raises(ArgumentError, match="\U0001f9ec"):
        styles.save(figure("law \U0001f9ec"), tmp_path / "a.png")


def contrast_of_lightness(colour: str) -> float:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_the_three_cells_differ_in_grey_print() -> None:
    levels = sorted(contrast_of_lightness(colour) for colour in styles.CELLS)
    assert min(b - a for a, b in pairwise(levels)) > 40


@pytest.mark.slow
def test_the_facade_names_what_it_has_and_loads_nothing() -> None:
    """`import evolaw.report` is free; Matplotlib is loaded by those who draw."""
    program = (
        "import sys, evolaw.report as report\n"
        "assert 'matplotlib' not in sys.modules and 'jinja2' not in sys.modules\n"
        "assert all(callable(getattr(report, name)) for name in report.__all__)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_chinese_beside_a_formula_has_its_glyphs(tmp_path, caplog):
    """Matplotlib draws what stands beside a formula with the first font alone: "谱线半宽 ($x$)" was a row of boxes."""
    with styles.style():
        figure = styles.new_figure(3, 2)
        figure.add_subplot().set_ylabel(r"escape rate ($\omega_c$)")
    said = styles.in_language(figure, "zh").axes[0].get_ylabel()
    assert said.startswith("逃逸率") or not styles.chinese_fonts()
    with caplog.at_level("WARNING"):
        styles.save(figure, tmp_path / "rate.png")
    assert "glyph" not in caplog.text
