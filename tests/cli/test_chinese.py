"""Nothing English is left for who reads Chinese: not on the terminal, not on a page, not in a figure."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib.text
import numpy as np
import pytest
import typer

from evolaw.automata.evolution import evolve
from evolaw.cli.main import app
from evolaw.report import draw
from evolaw.report.language import label, sentence, speaking
from evolaw.report.styles import chinese_fonts, in_language

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = re.compile(r"(?:\b[A-Za-z]{2,} ){2,}[A-Za-z]{2,}\b")
"""Three English words in a row. Two may be a name: Hensel's letters, Ornstein–Uhlenbeck."""

_NAMES = re.compile(r"`[^`]*`|'[^']*'|\"[^\"]*\"|\([^)]*\)|evolaw [a-z]+[^\n，。；：]*|https?\S+|S?B?\d\S*( [BS]\S*)+")
"""What stays as it is: what is typed, values in quotes, entries one after the other."""


def _left_over(text: str) -> list[str]:
    return [match[0] for match in ENGLISH.finditer(_NAMES.sub(" · ", text))]


def _words_of(page: str) -> str:
    """What a reader sees and hears of a page: its text, and the texts of its attributes."""
    heard = " \n".join(re.findall(r'(?:alt|title|aria-label)="([^"]*)"', page))
    bare = re.sub(r"<(script|style|pre|code|svg)\b.*?</\1>", " · ", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " · ", bare) + heard)


LIGHT = [
    "simulate B3/S23 --size 12 --steps 6 --out runs/b",
    "discover runs/a --space isotropic",
    "discover mixed.npz",
    "ask runs/a",
    "runs list",
    "runs show runs/a",
    "runs verify runs/a",
    "explain",
    "explain B3/S23",
    "explain B2a",
    "explain B8",
    "explain conflict",
    "doctor",
    "report runs/law",
]
HEAVY = [
    'simulate "dX = -X dt + dW" --paths 50 --steps 20',
    "order euler-maruyama geometric-brownian-motion --paths 100 --steps 4,8,16",
    'ito "dX = (m - X) dt + s sqrt(X) dW" --of "log(X)"',
    "junction iv --noise 0.1 --bias 0.5 --paths 8",
    "junction density --damping 1 --noise 0.5 --bias 0.5 --paths 50",
    "junction array --kind series --size 4 --bias 1.5 --load 1,1,1 --duration 10 --paths 2",
    "score sample gaussians --count 5",
    "score league --steps 5",
    "learn B3/S23 --net table --epochs 1 --report learned.html",
    "discover noisy.npz --flip auto --report noisy.html",
    "demo",
    "demo equation",
    "demo junction",
    "demo score",
    "demo learn",
]


@pytest.fixture
def runs(evolaw: Callable[..., Any], elsewhere: None, tmp_path: Path) -> None:
    """A run, a finding, a misread recording, and one of two laws."""
    assert evolaw("simulate", "B3/S23", "--size", 16, "--steps", 10, "--out", "runs/a").returncode == 0
    assert evolaw("discover", "runs/a", "--out", "runs/law").returncode == 0
    start = (np.random.default_rng(0).random((24, 24)) < 0.35).astype(np.uint8)
    run = evolve("B3/S23", start, 20).values
    flips = np.random.default_rng(1).random(run.shape) < 0.01
    np.savez(tmp_path / "noisy.npz", states=(run ^ flips).astype(np.uint8))
    mixed = np.concatenate([run, evolve("B36/S125", run[-1], 20).values[1:]])
    np.savez(tmp_path / "mixed.npz", states=mixed)


def _speaks_chinese(evolaw: Callable[..., Any], command: str) -> None:
    words = re.findall(r'"[^"]*"|\S+', command)
    done = evolaw(*(word.strip('"') for word in words), "--lang", "zh")
    assert done.returncode in (0, 5), done.stderr
    assert _left_over(done.stdout + done.stderr) == []


@pytest.mark.sampled(3)
@pytest.mark.parametrize("command", LIGHT)
def test_a_verb_speaks_chinese(evolaw: Callable[..., Any], runs: None, command: str) -> None:
    _speaks_chinese(evolaw, command)


@pytest.mark.slow
@pytest.mark.parametrize("command", HEAVY)
def test_a_verb_of_seconds_speaks_chinese(evolaw: Callable[..., Any], runs: None, command: str) -> None:
    _speaks_chinese(evolaw, command)
    for page in Path().glob("*.html"):
        assert _left_over(_words_of(page.read_text(encoding="utf-8"))) == [], page


@pytest.mark.sampled(3)
@pytest.mark.parametrize("words", [("runs/a",), ("runs/a", "--space", "general"), ("noisy.npz",), ("mixed.npz",)])
def test_the_page_of_a_finding_is_chinese(
    evolaw: Callable[..., Any], runs: None, words: tuple[str, ...], tmp_path: Path
) -> None:
    done = evolaw("discover", *words, "--report", "page.html", "--lang", "zh")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert '<html lang="zh' in page
    assert _left_over(_words_of(page)) == []


def test_no_help_is_left_in_english() -> None:
    """The help of every verb and of every option."""

    def helps(command: Any) -> Iterator[str]:
        yield from filter(None, (command.help, command.epilog))
        for parameter in command.params:
            yield from filter(None, (getattr(parameter, "help", None), getattr(parameter, "rich_help_panel", None)))
        for inner in getattr(command, "commands", {}).values():
            yield from helps(inner)

    said = {text: sentence(" ".join(text.split()), "zh") for text in helps(typer.main.get_command(app))}
    assert len(said) > 150
    assert {text: chinese for text, chinese in said.items() if _left_over(chinese)} == {}
    assert [text for text, chinese in said.items() if not re.search("[\u4e00-\u9fff]", chinese)] == []


def test_the_usage_line_is_chinese(evolaw: Callable[..., Any]) -> None:
    assert "用法：evolaw [选项] 命令 [参数]..." in evolaw("--help", "--lang", "zh").stdout
    said = evolaw("runs", "show", "--help", "--lang", "zh").stdout
    assert "用法：evolaw runs show [选项] " in said and "Usage" not in said and "OPTIONS" not in said
    assert "Usage: evolaw runs show [OPTIONS] " in evolaw("runs", "show", "--help", "--lang", "en").stdout


def test_the_words_of_a_figure_are_chinese() -> None:
    assert chinese_fonts(), "the tests bring a Chinese font"
    board = (np.random.default_rng(0).random((8, 8)) < 0.4).astype(np.uint8)
    figure = in_language(draw(evolve("B3/S23", board, 4)), "zh")
    said = {text.get_text() for text in figure.findobj(matplotlib.text.Text)}
    assert {"世代", "元胞的比例", "密度"} <= said
    assert "generation" not in said


def test_no_label_of_a_figure_is_left_in_english() -> None:
    """Every text of two words or more in the code that draws; names of people and of functions stay."""
    left, seen = {}, 0
    for path in sorted((ROOT / "src" / "evolaw" / "report").rglob("*charts.py")):
        for text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
            if not re.search(r"[a-z]{3,}[^.]* ", text) or text[0] in "#%<" or text.startswith("outside "):
                continue
            seen += 1
            lines = [label(line, "zh") for line in text.split("\n")]
            names = r"\$[^$]*\$|Wilson|log10|cos|sin|Mel'nikov–Meshkov"
            if re.search(r"[A-Za-z]{3,}", re.sub(names, "", " ".join(lines))):
                left[text] = lines
    assert seen > 25 and left == {}


def _texts(tree: ast.AST) -> Iterator[str]:
    """What a file shows: its texts, a strange word in each gap; no documentation, no options, no reasons of errors."""
    quiet: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            quiet |= {id(part) for part in ast.walk(node) if isinstance(node.value, ast.Constant)}
        elif isinstance(node, ast.JoinedStr):
            quiet |= {id(part) for part in ast.walk(node)} - {id(node)}
        elif isinstance(node, ast.Call):
            named = {id(word.value) for word in node.keywords if word.arg in ("loc", "layout", "height_ratios")}
            checked = ast.unparse(node.func).endswith((".stream", ".require", ".refuse"))
            quiet |= named | ({id(part) for part in ast.walk(node)} if checked else set())
    for node in ast.walk(tree):
        if id(node) in quiet:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "ξ7" for part in node.values)


def test_the_locale_chooses(evolaw: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "没有这个文件" in evolaw("discover", "nothing.npz").stderr
    assert "no such file" in evolaw("discover", "nothing.npz", "--lang", "en").stderr
    with speaking("zh"):
        assert evolaw("explain", "torus", "--lang", "en").stdout.startswith("torus (term): ")
