"""``evolaw simulate`` for cellular automata: what was typed becomes a run of boards, and what became of it is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from evolaw import __version__
from evolaw.cli import terminal
from evolaw.cli.simulate import films

if TYPE_CHECKING:
    import numpy as np

    from evolaw.automata.board_runs import BoardRun, Ending
    from evolaw.automata.rules.generations import Generations
    from evolaw.automata.rules.rule import Rule

__all__ = ["PatternFile", "is_pattern_file", "of_pattern_file", "simulate_board"]

_WIDEST_PICTURE = 100


def simulate_board(
    typed: Mapping[str, Any] | None,
    out: Path | None,
    resume: Path | None,
    rle: Path | None,
    as_json: bool,
    report: Path | None = None,
    figure: Path | None = None,
    lang: str = "en",
) -> None:
    """Run an automaton and say what became of it.

    Args:
        typed: what was typed: law, size, density, start, steps, every, boundary, noise and seed; None with ``resume``.
        out: run directory to write.
        resume: run directory to continue.
        rle: file for the last board.
        as_json: print one JSON document.
        report: file for the page with a player.
        figure: file for a picture or a film.
        lang: language of the page.
    """
    from evolaw.automata.board_runs import BoardRun

    board_run = _settings(**(typed or {})) if resume is None else BoardRun.of(resume)
    shown = films.asked(board_run, report, figure, lang)
    place = resume or out
    if place is None:
        with _bar(board_run) as progress:
            ending = board_run.follow(shown.see, shown.most, progress=progress)
    else:
        ending = _kept(board_run, place, begun=resume is not None)
        shown.read(place, board_run.frames)
    shown.write(board_run)
    if rle is not None:
        _export(board_run, ending.boards, rle)
    if as_json:
        places = {"run": place, "rle": rle, "report": report, "figure": figure}
        facts: dict[str, Any] = {name: None if path is None else str(path) for name, path in places.items()}
        facts |= {f"{name}_last": getattr(ending, name) for name in ("density", "population", "changed")}
        terminal.document({"schema": 1, "version": __version__, **asdict(board_run), **facts})
    else:
        terminal.result(_text(board_run, ending, {"run": place, "report": report, "figure": figure}))


def is_pattern_file(text: str) -> bool:
    """Whether what was typed as the law is a file that holds a pattern."""
    from evolaw.automata.files.compressed import COMPRESSED_SUFFIXES
    from evolaw.automata.files.formats import PATTERN_SUFFIXES

    return Path(text).suffix.lower() in (*PATTERN_SUFFIXES, *COMPRESSED_SUFFIXES)


class PatternFile(NamedTuple):
    """What a pattern file says of a simulation, as it would be typed."""

    rule: str
    start: str
    size: str
    boundary: str


def of_pattern_file(path: Path, *, size_is_typed: bool) -> PatternFile:
    """Return what a pattern file says.

    Without a grid the pattern gets a torus of at least 64 cells a side, or twice its own; that is said.
    """
    from evolaw import checks
    from evolaw.automata.files.patterns import read_pattern

    pattern = read_pattern(path)
    checks.require(
        pattern.rule is not None,
        "law",
        "be a pattern file that names its rule",
        str(path),
        f"Type the rule, with --start {path}.",
    )
    grid = pattern.grid
    sides = (grid.rows, grid.cols) if grid else tuple(max(64, 2 * side) for side in pattern.board.shape)
    size = f"{sides[0]}x{sides[1]}"
    if grid is None and not size_is_typed:
        terminal.note(
            f"{path.name} names no grid; it runs on a torus of {size} cells. --size and --boundary choose another."
        )
    return PatternFile(str(pattern.rule), str(path), size, grid.boundary if grid else "torus")


def _settings(
    law: str,
    size: str,
    density: float,
    start: str | None,
    steps: int,
    every: int,
    boundary: str,
    noise: float,
    seed: int,
) -> BoardRun:
    """Read what was typed, before anything is written."""
    from evolaw import checks
    from evolaw.automata.board_runs import BoardRun
    from evolaw.automata.files.rle import write_rle
    from evolaw.automata.rules.generations import lattice_law
    from evolaw.automata.rules.rule import Rule

    rule = lattice_law(law)
    if noise:
        checks.require(isinstance(rule, Rule), "noise", "be 0 for a rule of more than two states", noise)
        rule = rule.with_noise(checks.probability(noise, "noise"))  # type: ignore[union-attr]
    is_line = rule.neighbourhood == "line"
    rows, cols = (1, _cells(size)) if is_line else _size(size)
    pattern = None
    if start is not None:
        checks.require(
            not (is_line and start.isdecimal()) or set(start) <= {"0", "1"},
            "start",
            "be 0 and 1 for a line of cells",
            start,
        )
        board = _line(start) if is_line and set(start) <= {"0", "1"} else _pattern(start, rule)
        fits = board.shape[0] <= rows and board.shape[1] <= cols
        checks.require(fits, "size", f"hold the start of {board.shape[0]}x{board.shape[1]} cells", f"{rows}x{cols}")
        pattern = write_rle(board, rule=None if rule.states == 2 else str(rule))
    share = density if pattern is None else None
    return BoardRun(str(rule), rows, cols, share, pattern, steps, every, boundary, seed)


def _size(text: str) -> tuple[int, int]:
    from evolaw import checks

    sides = re.split("[x×*,]", checks.halfwidth(text).lower().replace(" ", ""))
    checks.require(
        len(sides) <= 2 and all(side.isdecimal() for side in sides),
        "size",
        "be a side or ROWSxCOLS, as in 64 or 48x64",
        text,
    )
    rows, cols = int(sides[0]), int(sides[-1])
    checks.require(min(rows, cols) >= 1 and rows * cols <= 2**28, "size", "hold 1 to 2**28 cells", text)
    return rows, cols


def _cells(text: str) -> int:
    """The length of a line of cells; pattern files say 1xCELLS."""
    from evolaw import checks

    text = checks.halfwidth(text).removeprefix("1x")
    checks.require(text.isdecimal(), "size", "be a number of cells for a rule of a line, as in 201", text)
    return checks.integer(int(text), "size", least=1, most=2**28)


def _line(text: str) -> np.ndarray:
    """The cells of a line as they are typed, one row of a board."""
    import numpy as np

    return np.array([[int(cell) for cell in text]], np.uint8)


def _pattern(start: str, rule: Rule | Generations) -> np.ndarray:
    """The cells of a pattern file, or of a pattern of the collection; what else a file says is used nowhere, and said."""
    from evolaw.automata.files import patterns
    from evolaw.automata.rules.generations import lattice_law
    from evolaw.errors import ParseError

    if not Path(start).exists() and not any(mark in start for mark in "./\\"):
        return patterns.named(start).board
    pattern = patterns.read_pattern(start)
    if not pattern.population and not pattern.board.size:
        raise ParseError("The file holds no cells, so there is nothing to start from.", source=start)
    if pattern.rule is not None and lattice_law(pattern.rule) != rule:
        terminal.note(f"{Path(start).name} names the rule {pattern.rule}; {rule} runs instead, from its cells.")
    return pattern.board


def _kept(board_run: BoardRun, place: Path, *, begun: bool) -> Ending:
    """Run into a run directory, or continue the one there; say how to go on when stopped."""
    import numpy as np

    from evolaw.cli import arguments
    from evolaw.storage import Run

    if not begun:
        arguments.announce(place, (board_run.frames, *board_run.shape), np.uint8)
    try:
        with _bar(board_run) as progress:
            return board_run.proceed(place, progress=progress) if begun else board_run.keep(place, progress=progress)
    except (KeyboardInterrupt, SystemExit):
        committed = Run.open(place).cursor
        terminal.note(f"stopped after {committed} committed frames; continue with: evolaw simulate --resume {place}")
        raise


def _bar(board_run: BoardRun) -> Any:
    return terminal.bar(f"simulating {board_run.law[:24]}")


def _export(board_run: BoardRun, last: np.ndarray, path: Path) -> None:
    from evolaw import documents
    from evolaw.automata.files.rle import write_rle

    topology = (
        None if board_run.boundary == "reflecting" else board_run.boundary
    )  # which pattern files have no name for
    board = last[-1:] if board_run.is_line else last
    documents.write_document(path, write_rle(board, rule=board_run.law, topology=topology, generation=board_run.steps))


def _text(board_run: BoardRun, ending: Ending, places: Mapping[str, Path | None]) -> str:
    from evolaw import display

    between = "in the last step" if board_run.every == 1 else f"over the last {board_run.every} steps"
    start = "a pattern" if board_run.start is not None else f"a random soup of density {board_run.density:g}"
    size = f"{board_run.cols} in a line" if board_run.is_line else f"{board_run.rows} x {board_run.cols}"
    lines = [
        (
            "cells" if board_run.is_line else "board",
            f"{size}, {board_run.boundary}, from {start}, seed {board_run.seed}",
        ),
        ("steps", f"{board_run.steps}, {board_run.frames} frames"),
        ("alive at the end", f"{ending.population} cells, density {ending.density:.4f}"),
        *([("ageing at the end", f"{ageing} cells")] if (ageing := int((ending.boards > 1).sum())) else []),
        ("changed", f"{ending.changed:.4f} of the cells {between}"),
        *places.items(),
    ]
    picture = _picture(ending.boards) if board_run.cols <= _WIDEST_PICTURE and board_run.rows <= _WIDEST_PICTURE else ""
    return (
        display.lines(board_run.law if len(board_run.law) <= 60 else board_run.law[:57] + "…", lines) + "\n" + picture
    )


def _picture(board: np.ndarray) -> str:
    """Two rows of cells a line of text."""
    import numpy as np

    board = (board == 1).astype(np.uint8)
    rows = np.vstack([board, np.zeros((board.shape[0] % 2, board.shape[1]), board.dtype)])
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(" ▀▄█"[up + 2 * down] for up, down in zip(*pair, strict=True)).rstrip() for pair in pairs)
