"""A learned score as one HTML page that needs nothing but itself: samples beside the data, the film, the flow, the training, the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw import documents
from evolaw.report import language, shell
from evolaw.report.score.charts import draw_film, draw_flow, draw_samples, draw_training, ends_of, stand_beside
from evolaw.report.styles import style
from evolaw.report.wording import Words

if TYPE_CHECKING:
    from evolaw.score.learned.model import ScoreModel

__all__ = ["render_score", "write_score"]


def write_score(path: str | Path, **parts: Any) -> Path:
    """Write the page of `render_score` to a file, whole or not at all, and return its path."""
    return documents.write_document(path, render_score(**parts))


def render_score(
    *,
    source: str,
    model: ScoreModel,
    samples: np.ndarray,
    data: np.ndarray,
    film: tuple[np.ndarray, np.ndarray] | None = None,
    flow: np.ndarray | None = None,
    facts: Sequence[tuple[str, str]] = (),
    numbers: Mapping[str, str] | None = None,
    lang: str = "en",
    command: str = "",
    seed: int | None = None,
) -> str:
    """Return the HTML page of a learned score.

    Args:
        source: what it was trained on.
        model: the score.
        samples, data: states, shown beside each other first.
        film: states from noise to data, shape (count, times, *shape), and their times.
        flow: paths of the probability flow in the plane, shape (count, times, 2).
        facts: (name, words) of the model.
        numbers: what was measured, name -> words.
        lang: "en" or "zh".
        command, seed: how to make the page again.
    """
    words = Words(lang)
    with style(), language.speaking(words.lang):
        pictures = {"samples": shell.embed(draw_samples(samples, data)), "training": shell.embed(draw_training(model))}
        if film is not None:
            pictures["film"] = shell.embed(draw_film(*film, ends=ends_of(data)))
        if flow is not None:
            pictures["flow"] = shell.embed(draw_flow(flow, data))
    return shell.render_page(
        "score.html.j2",
        words=words,
        title=words("score.title", source=source),
        about=words("score.brand_about"),
        command=command,
        seed=seed,
        source=source,
        model_facts=[(name, language.label(text, words.lang)) for name, text in facts],
        numbers=dict(numbers or {}),
        pictures=pictures,
        photo=np.ndim(samples) >= 3,
        beside=stand_beside(np.shape(samples)[1:]),
    )
