"""``evolaw simulate`` for cellular automata: run a rule from a stated start, into a run directory that survives a kill at any moment.

Everything a run needs is in its manifest before the first step is taken: the law, the start, the seed, the times to save.
A resumed run reads it from there, continues at the last committed frame and ends in the same bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from evolaw import __version__
from evolaw.cli import terminal
from evolaw.cli.simulate import films

if TYPE_CHECKING:
    import numpy as np

    from evolaw.automata.rules.rule import Rule
    from evolaw.storage import Run, Series

__all__ = ["PatternFile", "Settings", "is_pattern_file", "of_pattern_file", "simulate_board"]

_WIDEST_PICTURE = 100
_PROGRESS = 50
_GENERATIONS = 48
"""Generations of a line of cells that are drawn in the terminal."""


@dataclass(frozen=True)
class Settings:
    """What fixes a simulation of an automaton to the last bit.

    Attributes:
        law: rule in its canonical notation.
        rows, cols: size of the board; a line of cells is one row.
        density: share of living cells in a random start; None with ``start``.
        start: RLE of the start; None with ``density``.
        steps: generations to run.
        every: generations between saved frames; divides ``steps``.
        boundary: what lies beyond the edge.
        seed: of the random start and of a rule with chance in it.
    """

    law: str
    rows: int
    cols: int
    density: float | None
    start: str | None
    steps: int
    every: int
    boundary: str
    seed: int

    @property
    def frames(self) -> int:
        """Number of saved frames, the start included."""
        return self.steps // self.every + 1

    @property
    def is_line(self) -> bool:
        """Whether the cells stand in a line: the rule is an elementary one."""
        from evolaw.automata.rules.rule import Rule

        return Rule(self.law).neighbourhood == "line"

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the axes of the states."""
        return ("cells",) if self.is_line else ("rows", "cols")

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes of the states."""
        return (self.cols,) if self.is_line else (self.rows, self.cols)

    def first_board(self) -> np.ndarray:
        """Return the start, uint8 (rows, cols) or (cells,): the pattern in the middle of the board, or a random soup."""
        import numpy as np

        from evolaw.automata.files.rle import parse_rle
        from evolaw.randomness import source

        if self.start is None:
            soup = source(self.seed).stream("start").chance(0, self.shape, self.density or 0.0)
            return soup.astype(np.uint8)
        pattern = parse_rle(self.start).board
        board = np.zeros((self.rows, self.cols), np.uint8)
        top, left = (self.rows - pattern.shape[0]) // 2, (self.cols - pattern.shape[1]) // 2
        board[top : top + pattern.shape[0], left : left + pattern.shape[1]] = pattern
        return board.reshape(self.shape)


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
    settings = _settings(**(typed or {})) if resume is None else _settings_of(resume)
    shown = films.asked(settings, report, figure, lang)
    last, statistics = _begin(settings, out, shown) if resume is None else _continue(resume, settings, shown)
    shown.write(settings)
    if rle is not None:
        _export(settings, last, rle)
    place = resume or out
    if as_json:
        places = {"run": place, "rle": rle, "report": report, "figure": figure}
        facts = {name: None if path is None else str(path) for name, path in places.items()}
        terminal.document({"schema": 1, "version": __version__, **asdict(settings), **statistics, **facts})
    else:
        terminal.result(_text(settings, last, statistics, {"run": place, "report": report, "figure": figure}))


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
) -> Settings:
    """Check what was typed, before anything is written."""
    from evolaw import checks
    from evolaw.automata.files.rle import write_rle
    from evolaw.automata.grid.boundaries import parse_boundary
    from evolaw.automata.rules.rule import Rule
    from evolaw.randomness import source

    rule = Rule(law)
    if noise:
        rule = rule.with_noise(checks.probability(noise, "noise"))
    is_line = rule.neighbourhood == "line"
    rows, cols = (1, _cells(size)) if is_line else _size(size)
    steps = checks.integer(steps, "steps", least=0)
    every = checks.integer(every, "every", least=1)
    checks.require(steps % every == 0, "every", f"divide the {steps} steps", every)
    source(seed, "seed")
    pattern = None
    if start is not None:
        board = _line(start) if is_line and set(start) <= {"0", "1"} else _pattern(start, rule)
        fits = board.shape[0] <= rows and board.shape[1] <= cols
        checks.require(fits, "size", f"hold the start of {board.shape[0]}x{board.shape[1]} cells", f"{rows}x{cols}")
        pattern = write_rle(board)
    share = None if start is not None else checks.probability(density, "density")
    edge = parse_boundary(boundary)
    checks.require(not (is_line and (edge.dx or edge.dy)), "boundary", "have no shift for a line of cells", boundary)
    return Settings(str(rule), rows, cols, share, pattern, steps, every, boundary, seed)


def _size(text: str) -> tuple[int, int]:
    from evolaw import checks

    sides = text.lower().split("x")
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

    text = text.removeprefix("1x")
    checks.require(text.isdecimal(), "size", "be a number of cells for a rule of a line, as in 201", text)
    return checks.integer(int(text), "size", least=1, most=2**28)


def _line(text: str) -> np.ndarray:
    """The cells of a line as they are typed, one row of a board."""
    import numpy as np

    return np.array([[int(cell) for cell in text]], np.uint8)


def _pattern(start: str, rule: Rule) -> np.ndarray:
    """The cells of a pattern file, or of a pattern of the collection; what else a file says is used nowhere, and said."""
    from evolaw.automata.files import patterns
    from evolaw.automata.rules.rule import Rule
    from evolaw.errors import ParseError

    if not Path(start).exists() and not any(mark in start for mark in "./\\"):
        return patterns.named(start).board
    pattern = patterns.read_pattern(start)
    if not pattern.population and not pattern.board.size:
        raise ParseError("The file holds no cells, so there is nothing to start from.", source=start)
    if pattern.rule is not None and Rule(pattern.rule) != rule:
        terminal.note(f"{Path(start).name} names the rule {pattern.rule}; {rule} runs instead, from its cells.")
    return pattern.board


def _begin(settings: Settings, out: Path | None, shown: films.Shown) -> tuple[np.ndarray, dict[str, Any]]:
    import numpy as np

    from evolaw.cli import arguments
    from evolaw.storage import Run

    first = settings.first_board()
    if out is None:
        return _advance(settings, first, 0, None, shown)
    header = {
        "kind": "trajectory",
        "axes": ["times", *settings.axes],
        "law": settings.law,
        "boundary": settings.boundary,
        "seed": settings.seed,
        "about": {},
        "settings": asdict(settings),
        "resume": "simulate --resume",
    }
    arguments.announce(out, (settings.frames, *settings.shape), np.uint8)
    with Run.create(out, about=header) as run:
        return _fill(run, settings, out, shown)


def _settings_of(path: Path) -> Settings:
    """What a run directory says of its simulation."""
    from evolaw import documents
    from evolaw.errors import StorageError
    from evolaw.storage import Run

    given = Run.open(path).about.get("settings")
    if not given:
        raise StorageError(f"{path} was not written by `evolaw simulate`, so there is nothing to continue.")
    with documents.interpreting(path):
        return Settings(**given)


def _continue(path: Path, settings: Settings, shown: films.Shown) -> tuple[np.ndarray, dict[str, Any]]:
    from evolaw.storage import Run

    with Run.resume(path) as run:
        return _fill(run, settings, path, shown)


def _fill(run: Run, settings: Settings, path: Path, shown: films.Shown) -> tuple[np.ndarray, dict[str, Any]]:
    """Append the frames that are not committed yet; say how to go on when stopped."""
    import numpy as np

    shape = (settings.frames, *settings.shape)
    try:
        if not run.cursor:
            run.write("times", np.arange(settings.frames, dtype=np.int64) * settings.every, ("times",))
        series = run.series("values", shape, np.uint8, ("times", *settings.axes))
        done = series.cursor
        last = run.read("values", done - 1, done)[0] if done else settings.first_board()
        found = _advance(settings, last, done, series, films.nothing())
        shown.read(run, settings.frames)
        return found
    except (KeyboardInterrupt, SystemExit):
        terminal.note(f"stopped after {run.cursor} committed frames; continue with: evolaw simulate --resume {path}")
        raise


def _advance(
    settings: Settings, board: np.ndarray, done: int, series: Series | None, shown: films.Shown
) -> tuple[np.ndarray, dict[str, Any]]:
    """Run from ``board``, frame ``done - 1`` or the start, to the last frame; return it and what to say about it.

    Of a line of cells the last generations are returned, the newest last: one alone shows nothing.
    """
    import numpy as np

    from evolaw.automata.evolution import unroll

    every, frames = settings.every, settings.frames
    if done == 0 and series is not None:
        series.append(board[None])
    shown.see(board)
    begun = max(done - 1, 0)
    before, last = board, board
    history = deque([board], maxlen=_GENERATIONS)
    times = _stops(settings, begun, settings.frames if series is not None else shown.most)
    chance = {"rng": settings.seed, "first_time": begun * every}
    boards = unroll(settings.law, board, times, boundary=settings.boundary, **chance) if times else ()
    with terminal.bar(f"simulating {settings.law[:24]}") as progress:
        for time, state in zip(times, boards, strict=True):
            before, last = last, state
            history.append(state)
            if series is not None:
                series.append(state[None])
            if (time // every) < shown.most:
                shown.see(state)
            progress(time // every + 1, frames, "")
    changed = float(np.mean(before != last)) if settings.steps else 0.0
    facts = {"density_last": float(np.mean(last)), "population_last": int(np.sum(last)), "changed_last": changed}
    return np.stack(history) if settings.is_line else last, facts


def _stops(settings: Settings, begun: int, kept: int) -> list[int]:
    """Generations at which the run stops: the first ``kept`` frames, a few for the progress, and the last few frames."""
    every, frames = settings.every, settings.frames
    marks = {
        *range(max(0, frames - (_GENERATIONS if settings.is_line else 2)), frames),
        *range(min(kept, frames)),
        *(frames * part // _PROGRESS for part in range(1, _PROGRESS)),
    }
    return [frame * every for frame in sorted(marks) if frame > begun]


def _export(settings: Settings, last: np.ndarray, path: Path) -> None:
    from evolaw import documents
    from evolaw.automata.files.rle import write_rle

    topology = None if settings.boundary == "reflecting" else settings.boundary  # which pattern files have no name for
    board = last[-1:] if settings.is_line else last
    documents.write_document(path, write_rle(board, rule=settings.law, topology=topology, generation=settings.steps))


def _text(settings: Settings, last: np.ndarray, statistics: dict[str, Any], places: Mapping[str, Path | None]) -> str:
    from evolaw import display

    between = "in the last step" if settings.every == 1 else f"over the last {settings.every} steps"
    start = "a pattern" if settings.start is not None else f"a random soup of density {settings.density:g}"
    size = f"{settings.cols} in a line" if settings.is_line else f"{settings.rows} x {settings.cols}"
    lines = [
        ("cells" if settings.is_line else "board", f"{size}, {settings.boundary}, from {start}, seed {settings.seed}"),
        ("steps", f"{settings.steps}, {settings.frames} frames"),
        ("alive at the end", f"{statistics['population_last']} cells, density {statistics['density_last']:.4f}"),
        ("changed", f"{statistics['changed_last']:.4f} of the cells {between}"),
        *places.items(),
    ]
    picture = _picture(last) if settings.cols <= _WIDEST_PICTURE and settings.rows <= _WIDEST_PICTURE else ""
    return display.lines(settings.law if len(settings.law) <= 60 else settings.law[:57] + "…", lines) + "\n" + picture


def _picture(board: np.ndarray) -> str:
    """Two rows of cells a line of text."""
    import numpy as np

    rows = np.vstack([board, np.zeros((board.shape[0] % 2, board.shape[1]), board.dtype)])
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(" ▀▄█"[up + 2 * down] for up, down in zip(*pair, strict=True)).rstrip() for pair in pairs)
