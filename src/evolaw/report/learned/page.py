"""A learned law as one HTML page that needs nothing but itself: the law, the windows, the weights, the training, the league."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evolaw import documents
from evolaw.report import language, shell
from evolaw.report.answer import Tile
from evolaw.report.learned.charts import draw_beside, draw_filters, draw_law, draw_league, draw_readout
from evolaw.report.styles import style
from evolaw.report.wording import Words

if TYPE_CHECKING:
    from evolaw.learning.windows.architecture_study import League
    from evolaw.learning.windows.interpretation import Filter, Readout
    from evolaw.learning.windows.learned_law import LearnedLaw
    from evolaw.learning.windows.rollouts import Beside

__all__ = ["render_learned", "write_learned"]


def write_learned(path: str | Path, **parts: object) -> Path:
    """Write the page of `render_learned` to a file, whole or not at all, and return its path."""
    return documents.write_document(path, render_learned(**parts))  # type: ignore[arg-type]


def render_learned(
    *,
    source: str,
    law: LearnedLaw | None = None,
    readout: Readout | None = None,
    filters: list[Filter] | None = None,
    beside: Beside | None = None,
    league: League | None = None,
    remark: str = "",
    lang: str = "en",
    command: str = "",
    seed: int | None = None,
) -> str:
    """Return the HTML page of a training or of a league.

    Args:
        source: the recording or rule that was learned.
        law, readout, filters: the learned law, what its networks say together, and the filters of the first.
        beside: law and truth rolled out, where the truth is known.
        league: the standings, in the place of a law or beside it.
        remark: what the reader must know before trusting it.
        lang: "en" or "zh".
        command, seed: how to make the page again.
    """
    words = Words(lang)
    pictures = {}
    with style(), language.speaking(words.lang):
        if readout is not None:
            pictures["readout"] = shell.embed(draw_readout(readout))
        if law is not None and any(law.history):
            pictures["training"] = shell.embed(draw_law(law))
        if filters:
            pictures["filters"] = shell.embed(draw_filters(filters))
        if beside is not None:
            pictures["beside"] = shell.embed(draw_beside(beside))
        if league is not None:
            pictures["league"] = shell.embed(draw_league(league))
    return shell.render_page(
        "learned.html.j2",
        words=words,
        title=words("learned.title", source=words.says(source)),
        about=words("learned.brand_about"),
        command=command,
        seed=seed,
        source=source,
        law=law,
        readout=readout,
        heads=_heads(law, readout, words) if law and readout else (),
        filters=filters or [],
        beside=beside,
        tests=_tests(beside),
        solutions=_solutions(filters or []),
        league=league,
        remark=words.says(remark),
        pictures=pictures,
    )


_FEW = 8


def _heads(law: LearnedLaw, readout: Readout, words: Words) -> tuple[Tile, Tile, Tile]:
    """How sure, what is guessed, how right: the three short answers below the law."""
    settled = int((law.disagreement == 0).sum())
    margin = words("learned.sure_margin", margin=f"{readout.margin:.3g}")
    sure = words("learned.sure_agree", count=len(law), settled=settled) if len(law) > 1 else margin
    return (
        Tile(words("learned.sure"), sure, (words("learned.sure_says"),), "windows"),
        _guessed(readout, words),
        _truth(readout, words),
    )


def _guessed(readout: Readout, words: Words) -> Tile:
    title = words("learned.guessed")
    if readout.visited is None:
        return Tile(title, words("learned.guessed_unknown"), (), "windows")
    unseen, entries = int((readout.visited == 0).sum()), readout.unseen_entries or []
    if not unseen:
        return Tile(title, words("learned.guessed_none"), (), "windows")
    names = ", ".join(entries[:_FEW]) + (" …" if len(entries) > _FEW else "")
    says = [words("learned.guessed_rest"), *([words("learned.guessed_says", names=names)] if entries else [])]
    return Tile(title, words("learned.guessed_some", count=unseen), tuple(says), "windows")


def _truth(readout: Readout, words: Words) -> Tile:
    title = words("learned.truth")
    if readout.window_errors is None:
        return Tile(title, words("learned.truth_unknown"), (), "windows")
    seen, unseen = readout.window_errors
    if not readout.errors:
        return Tile(title, words("learned.truth_right"), (), "windows")
    split = words("learned.truth_split", seen=seen, unseen=unseen)
    return Tile(title, words("learned.truth_wrong", count=seen + unseen), (split,), "windows")


def _tests(beside: Beside | None) -> str:
    """The adjusted p-value of each statistic, in words."""
    found = {} if beside is None else beside.comparison.differences
    return ", ".join(f"{name} p = {difference.adjusted:.3g}" for name, difference in found.items())


def _solutions(filters: list[Filter]) -> str:
    """How like the canonical solutions the filters are, in words."""
    from evolaw.learning.windows.interpretation import match_solutions

    return ", ".join(f"{name} {share:.3f}" for name, share in match_solutions(filters).items())
