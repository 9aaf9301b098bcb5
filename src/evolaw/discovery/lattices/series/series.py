"""Macroscopic recordings: a table of statistics over time, where the boards themselves were never seen.

    # rows=64 cols=64 start_density=0.35 boundary=torus
    run,time,density,activity
    0,1,0.3702,0.4411
    0,2,0.3311,0.3905
    1,1,…

One row a run and time. Every run began from cells that were alive independently with the start density. Known statistics:

    density     share of living cells
    activity    share of cells that differ from one generation before
    clusters    clusters of living cells that touch by an edge or a corner, by cell of the board
    block0 … block15   share of 2 x 2 blocks with that content, read north-west, north-east, south-west, south-east as bits
                       8, 4, 2, 1
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evolaw import checks, display
from evolaw.analysis import label_clusters
from evolaw.arrays import read_only
from evolaw.errors import ParseError
from evolaw.textfiles import read_text
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["STATISTICS", "Series", "measure", "parse_series", "read_series", "series_of", "write_series"]

STATISTICS = ("density", "activity", "clusters", *(f"block{content}" for content in range(16)))
"""The statistics a table may hold."""

_MAX_BYTES, _MAX_CELLS, _MAX_TIME = 64 * 2**20, 2**24, 10**6


@told
@dataclass(frozen=True, eq=False)
class Series:
    """Statistics over time of independent runs.

    Attributes:
        names: the statistics, from `STATISTICS`.
        times: generations, whole numbers above 0, rising.
        values: shape (runs, times, statistics), in [0, 1].
        rows, cols: size of the boards.
        start_density: probability that a cell was alive at generation 0.
        boundary: "torus", "plane" or "reflecting".
    """

    names: tuple[str, ...]
    times: np.ndarray
    values: np.ndarray
    rows: int
    cols: int
    start_density: float
    boundary: str = "torus"

    def __post_init__(self) -> None:
        for name in self.names:
            checks.one_of(name, "names", STATISTICS)
        different = 0 < len(set(self.names)) == len(self.names)
        checks.require(different, "names", "hold statistics, each once", ", ".join(self.names) or "empty")
        checks.integer(self.rows, "rows", least=1, most=_MAX_CELLS)
        checks.integer(self.cols, "cols", least=1, most=_MAX_CELLS // self.rows)
        checks.probability(self.start_density, "start_density")
        checks.one_of(self.boundary, "boundary", ("torus", "plane", "reflecting"))
        times = checks.increasing(self.times, "times")
        whole = bool((times == np.round(times)).all()) and times[0] > 0 and times[-1] <= _MAX_TIME
        checks.require(whole, "times", f"be generations from 1 to {_MAX_TIME}", times)
        wanted = ("runs", int(times.size), len(self.names))
        values = checks.finite(checks.shape(np.asarray(self.values, float), "values", wanted), "values")
        checks.require(len(values) > 0, "values", "hold at least one run", "empty")
        checks.require(bool(((values >= 0) & (values <= 1)).all()), "values", "be shares in [0, 1]", "outside")
        object.__setattr__(self, "times", read_only(times.astype(np.int64)))
        object.__setattr__(self, "values", read_only(values))

    @property
    def runs(self) -> int:
        """Number of independent runs."""
        return len(self.values)

    def __repr__(self) -> str:
        facts = [
            ("statistics", ", ".join(self.names)),
            ("runs", self.runs),
            ("times", f"{self.times.size}, up to {self.times[-1]}"),
            ("boards", f"{self.rows} x {self.cols}, {self.boundary}, start density {self.start_density:g}"),
        ]
        return display.lines("Series", facts)


def measure(boards: np.ndarray, before: np.ndarray | None, names: Sequence[str], boundary: str) -> np.ndarray:
    """Measure boards, uint8 of shape (..., rows, cols), in double precision.

    Args:
        boards: the boards.
        before: the same boards one generation earlier; needed for the activity only.
        names: which statistics.
        boundary: blocks wrap around on a torus; elsewhere only whole blocks count.

    Returns:
        Shape (..., statistics).

    Example:
        >>> measure(np.eye(2, dtype=np.uint8), None, ["density", "block9"], "torus")
        array([0.5, 0.5])
    """
    found = []
    contents = _block_contents(boards, boundary) if any(name.startswith("block") for name in names) else None
    for name in names:
        checks.one_of(name, "names", STATISTICS)
        if name == "density":
            found.append(boards.mean((-2, -1)))
        elif name == "activity":
            found.append((boards != before).mean((-2, -1)))
        elif name == "clusters":
            found.append(_clusters(boards, boundary))
        elif contents is not None:
            found.append((contents == int(name.removeprefix("block"))).mean((-2, -1)))
    return np.stack(found, axis=-1)


@told
def series_of(recording: Trajectory, names: Sequence[str] = ("density",), *, start_density: float) -> Series:
    """Reduce a lattice recording of consecutive generations to its statistics, boards becoming runs.

    Args:
        recording: complete boards, axes (boards, times, rows, cols) or (times, rows, cols), times from 0.
        names: which statistics.
        start_density: the density the starts were drawn with.
    """
    is_list = not isinstance(names, str) and len(names) > 0
    checks.require(is_list, "names", f"be one or several of {', '.join(STATISTICS)}, as a list", names)
    films = [film.values for film in recording.split()]
    consecutive = bool((recording.times == np.arange(len(recording))).all()) and len(recording) > 1
    checks.require(consecutive, "recording", "hold the generations 0, 1, 2, …", recording.times)
    boundary = recording.boundary or "torus"
    values = np.stack([measure(film[1:], film[:-1], names, boundary) for film in films])
    rows, cols = films[0].shape[1:]
    return Series(tuple(names), recording.times[1:], values, rows, cols, start_density, boundary)


@told
def read_series(path: str | Path) -> Series:
    """Read a CSV file as the docstring of this file describes.

    Raises:
        ParseError: with the line of the fault; missing runs or times are named.
    """
    text = read_text(path, _MAX_BYTES)
    return parse_series(text, source=str(path))


def parse_series(text: str, source: str = "table") -> Series:
    """Read a table of statistics from text.

    Example:
        >>> parse_series("# rows=8 cols=8 start_density=0.5\\nrun,time,density\\n0,1,0.25\\n0,2,0.2\\n")
        Series
          statistics  density
          runs        1
          times       2, up to 2
          boards      8 x 8, torus, start density 0.5
    """
    facts = dict(re.findall(r"(\w+)\s*=\s*([\w.+-]+)", " ".join(re.findall(r"^#.*$", text, re.MULTILINE))))
    for name in ("rows", "cols", "start_density"):
        if name not in facts:
            raise ParseError(
                f'The table does not say {name}. Begin it with a line like "# rows=64 cols=64 start_density=0.35".',
                source=source,
                line=1,
            )
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
    if not lines:
        raise ParseError("The table holds no line.", source=source)
    header = [name.strip() for name in lines[0][1].split(",")]
    if header[:2] != ["run", "time"] or len(header) < 3:
        raise ParseError(
            f"The first line must be run,time and statistics, but is {lines[0][1]!r}.", source=source, line=lines[0][0]
        )
    cells = _numbers(lines[1:], len(header), source)
    runs, times = np.unique(cells[:, 0]), np.unique(cells[:, 1])
    order = np.lexsort((cells[:, 1], cells[:, 0]))
    _require_complete(cells[order, :2], runs, times, source)
    values = cells[order, 2:].reshape(runs.size, times.size, -1)
    kept = times > 0
    size = {name: _fact(facts[name], name, source) for name in ("rows", "cols", "start_density")}
    try:
        return Series(tuple(header[2:]), times[kept], values[:, kept], **size, boundary=facts.get("boundary", "torus"))
    except ValueError as error:
        raise ParseError(str(error), source=source) from error


@told
def write_series(series: Series) -> str:
    """Return the CSV text that `parse_series` reads back, digits exact."""
    out = io.StringIO()
    about = f"rows={series.rows} cols={series.cols} start_density={series.start_density!r} boundary={series.boundary}"
    out.write(f"# {about}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["run", "time", *series.names])
    for run, film in enumerate(series.values):
        for time, row in zip(series.times, film, strict=True):
            writer.writerow([run, int(time), *(repr(float(value)) for value in row)])
    return out.getvalue()


def _fact(text: str, name: str, source: str) -> Any:
    try:
        return float(text) if name == "start_density" else int(text)
    except ValueError:
        raise ParseError(f"{name} must be a number, but is {text[:40]!r}.", source=source, line=1) from None


def _require_complete(pairs: np.ndarray, runs: np.ndarray, times: np.ndarray, source: str) -> None:
    """Refuse a table in which a run lacks a time or has one twice; ``pairs`` are (run, time), sorted."""
    twice = np.flatnonzero((pairs[1:] == pairs[:-1]).all(1))
    if twice.size:
        run, time = pairs[twice[0]]
        raise ParseError(f"Run {run:g} has two lines for time {time:g}.", source=source)
    counts = np.bincount(np.searchsorted(runs, pairs[:, 0]))
    short = np.flatnonzero(counts < times.size)
    if short.size:
        run = runs[short[0]]
        time = np.setdiff1d(times, pairs[pairs[:, 0] == run, 1])[0]
        raise ParseError(f"Every run needs a line for every time; run {run:g} lacks time {time:g}.", source=source)


def _numbers(lines: list[tuple[int, str]], width: int, source: str) -> np.ndarray:
    cells = np.empty((len(lines), width))
    for place, (number, line) in enumerate(lines):
        parts = line.split(",")
        if len(parts) != width:
            raise ParseError(f"The line has {len(parts)} cells instead of {width}.", source=source, line=number)
        try:
            cells[place] = [float(part) for part in parts]
        except ValueError:
            raise ParseError(
                f"The line holds something that is no number: {line[:80]!r}.", source=source, line=number
            ) from None
    if not len(cells):
        raise ParseError("The table has a heading and no line below it.", source=source)
    if not np.isfinite(cells).all():
        raise ParseError("The table holds a value that is not finite.", source=source)
    return cells


def _clusters(boards: np.ndarray, boundary: str) -> np.ndarray:
    stack = boards.reshape(-1, *boards.shape[-2:])
    labels, count = label_clusters(stack, wrap=boundary == "torus")
    owner = np.zeros(count + 1, np.int64)
    owner[labels.reshape(len(stack), -1)] = np.arange(len(stack))[:, None]
    numbers = np.bincount(owner[1:], minlength=len(stack)) / stack[0].size
    return numbers.reshape(boards.shape[:-2])


def _block_contents(boards: np.ndarray, boundary: str) -> np.ndarray:
    if boundary == "torus":
        boards = np.concatenate([boards, boards[..., :1, :]], axis=-2)
        boards = np.concatenate([boards, boards[..., :, :1]], axis=-1)
    upper, lower = boards[..., :-1, :], boards[..., 1:, :]
    return 8 * upper[..., :-1] + 4 * upper[..., 1:] + 2 * lower[..., :-1] + lower[..., 1:]
