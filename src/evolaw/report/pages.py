"""A finding as one HTML page that needs nothing but itself: its answer, its recording to play, every entry with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evolaw import checks, documents
from evolaw.automata.files.rle import parse_rle
from evolaw.discovery.spine.decisions import DECISIONS
from evolaw.discovery.spine.evidence import BASES
from evolaw.discovery.spine.finding import held_back
from evolaw.report import shell
from evolaw.report.answer import rule_count, summarise
from evolaw.report.entrymap import SIGNS, EntryView, arrange, family_of, glyph, views
from evolaw.report.equations.page import render_equation
from evolaw.report.moving.playback import pack
from evolaw.report.moving.player import boundary_words, render_trajectory
from evolaw.report.story import Chapter
from evolaw.report.wording import Words, e_value
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["render", "write"]

_GRID_UP_TO = 96
"""A board with more rows or columns is drawn without grid lines."""


@told
def write(
    finding: Any,
    path: str | Path,
    *,
    recording: Trajectory | None = None,
    lang: str = "en",
    command: str | None = None,
    seed: int | None = None,
    chapters: Sequence[Chapter] = (),
) -> Path:
    """Write the page of `render` to a file, whole or not at all, and return its path."""
    page = render(finding, recording=recording, lang=lang, command=command, seed=seed, chapters=chapters)
    return documents.write_document(path, page)


@told
def render(
    finding: Any,
    *,
    recording: Trajectory | None = None,
    lang: str = "en",
    command: str | None = None,
    seed: int | None = None,
    chapters: Sequence[Chapter] = (),
) -> str:
    """Return the HTML report on a finding, or a trajectory to look at.

    Args:
        finding: a Finding, the JSON document of one, or a Trajectory.
        recording: the recording to play; by default the finding's own.
        lang: "en" or "zh".
        command: the command line that makes the page again.
        seed: the seed it was made with.
        chapters: what happened after the finding, told below its answer.

    Returns:
        The page, below 2 MB whatever the size of the recording: frames beyond that are left out, and the page says so.

    Raises:
        ArgumentError: ``lang`` is not a language of the report.
    """
    if isinstance(finding, Trajectory):
        return render_trajectory(finding, lang=lang, command=command, seed=seed)
    words = Words(lang)
    is_finding = isinstance(finding, Mapping) or callable(getattr(finding, "to_json", None))
    checks.require(is_finding, "finding", "be a finding, its JSON document or a trajectory", finding)
    told_after = all(isinstance(chapter, Chapter) for chapter in chapters)
    checks.require(told_after, "chapters", "be chapters of a story, as `demo` tells them", chapters)
    document = finding if isinstance(finding, Mapping) else finding.to_json()
    if document.get("space") == "equation":
        return render_equation(finding, lang=lang, command=command, seed=seed, chapters=chapters)
    film = pack(_first(recording if recording is not None else getattr(finding, "recording", None)))
    entries = views(document)
    question = document.get("next")
    space = document["space"]
    return shell.render_page(
        "finding.html.j2",
        words=words,
        title=words("page.title", source=words.says(document["source"])),
        command=command,
        seed=seed,
        facts=[(words("page.alpha"), str(document["alpha"])), (words("page.space"), words(f"space.{space}"))],
        scripts=("table.js", "player.js"),
        document=document,
        answer=summarise(document, words, getattr(finding, "facts", None)),
        possible=_possible(document, words),
        film=film,
        boundary=boundary_words(film.boundary if film else None, words),
        groups=arrange(space, entries),
        family=family_of(document),
        rows=[_row(entry, view, words) for entry, view in zip(document["entries"], entries, strict=True)],
        question=question,
        board=_board(question),
        chapters=list(chapters),
        signs=SIGNS,
        decisions=DECISIONS,
        bases=BASES,
        glyph=glyph,
    )


def _possible(document: Mapping[str, Any], words: Words) -> str:
    """How many laws fit; none where an entry is in conflict."""
    if any(entry["decision"] == "conflict" for entry in document["entries"]):
        return words("law.none")
    possible, (held, _) = document["law"]["log2_possible"], held_back(document["entries"])
    if held:
        return words("law.held", count=rule_count(possible), fit=rule_count(possible - held))
    return words("law.possible", count=rule_count(possible)) if possible else words("answer.single")


def _first(recording: Any) -> Trajectory | None:
    return recording[0] if isinstance(recording, list | tuple) else recording


def _row(entry: Mapping[str, Any], view: EntryView, words: Words) -> dict[str, Any]:
    """One row of the table of entries, numbers ready to print and to sort."""
    low, high = entry["interval"] or (0.0, 1.0)
    probability, log_e = entry["probability"], entry["log_e_value"]
    return {
        "view": view,
        "rank": DECISIONS.index(entry["decision"]),
        "probability": probability,
        "low": low,
        "high": high,
        "shown": "–" if probability is None else f"{probability:.3f} [{low:.3f}, {high:.3f}]",
        "log_e": -1e9 if log_e is None else log_e,
        "e_value": e_value(log_e),
        "basis": entry["basis"],
        "why": words.says(str(entry["why"])),
    }


def _board(question: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The board of the next experiment as SVG paths, runs of living cells merged row by row, and of cells that age."""
    if not question or not question.get("rle"):
        return None
    board = parse_rle(question["rle"], source="next.rle").board
    rows, cols = board.shape
    lines = [f"M0 {row}h{cols}" for row in range(1, rows)] + [f"M{col} 0v{rows}" for col in range(1, cols)]
    return {
        "rows": rows,
        "cols": cols,
        "alive": int(np.count_nonzero(board == 1)),
        "path": "".join(_runs(row, line == 1) for row, line in enumerate(board)),
        "aged": "".join(_runs(row, line > 1) for row, line in enumerate(board)),
        "grid": "".join(lines) if max(rows, cols) <= _GRID_UP_TO else "",
    }


def _runs(row: int, line: np.ndarray) -> str:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
    return "".join(f"M{a} {row}h{b - a}v1h{a - b}z" for a, b in zip(edges[::2], edges[1::2], strict=True))
