"""Any trajectory to look at: boards with a player, lines of cells as space and time, paths as lines; as a page, or in a notebook.

What is shown is bounded: a page stays below 2 MB and what a notebook keeps below 400 kB, whatever the size of the trajectory.
"""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from evolaw import documents
from evolaw.report import language, shell
from evolaw.report.figures import draw, draw_density
from evolaw.report.moving.playback import Playback, pack, space_time
from evolaw.report.paper.mathematics import mathml
from evolaw.report.styles import style
from evolaw.report.wording import Words
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["boundary_words", "notebook", "render_trajectory", "write_trajectory"]

_NOTEBOOK_BITS = 600_000
"""Bits of the frames in a notebook, 100 kB of base64: enough for 146 generations of 64 x 64 cells."""
_MOST_PANELS = 8
"""A state of more components is not drawn: nobody reads a hundred panels."""
_NOTEBOOK_WIDTH = 40 * 16


@told
def write_trajectory(trajectory: Trajectory, path: str | Path, **options: Any) -> Path:
    """Write the page of `render_trajectory` to a file, whole or not at all, and return its path."""
    return documents.write_document(path, render_trajectory(trajectory, **options))


@told
def render_trajectory(
    trajectory: Trajectory,
    *,
    lang: str = "en",
    command: str | None = None,
    seed: int | None = None,
    frames: int | None = None,
    facts: Sequence[tuple[str, str]] = (),
) -> str:
    """Return a trajectory as an HTML page that needs nothing but itself.

    Args:
        trajectory: what happened; of many boards the first is played.
        lang: "en" or "zh".
        command, seed: how to make the page again; by default the trajectory's own seed.
        frames: how many frames there were, where ``trajectory`` holds only the first.
        facts: what is known beside the law, as (label, words); by default what the trajectory says of itself.

    Raises:
        ArgumentError: ``lang`` is not a language of the report.

    Example:
        >>> blinker = np.zeros((2, 5, 5), np.uint8)
        >>> "player" in render_trajectory(Trajectory(blinker, [0, 1], ("times", "rows", "cols"), law="B3/S23"))
        True
    """
    words = Words(lang)
    law = str(trajectory.law) if trajectory.law is not None else words("trajectory.unknown")
    film, history = pack(trajectory), space_time(trajectory)
    if film is not None and frames is not None:
        film = replace(film, total_frames=frames)
    shape = trajectory.frames.shape
    with language.speaking(words.lang):
        picture = _picture(trajectory, film, history)
    return shell.render_page(
        "trajectory.html.j2",
        words=words,
        title=words("trajectory.title", law=law[:80]),
        about=words("trajectory.about"),
        command=command,
        seed=trajectory.seed if seed is None else seed,
        scripts=("player.js",),
        kind=_kind(trajectory),
        law=[mathml(line) or line if "=" in line else language.label(line, words.lang) for line in law.split("; ")],
        shown=_said(facts, words) if facts else _facts(trajectory, film, words),
        film=film,
        boundary=boundary_words(film.boundary if film else None, words),
        history=history,
        lines=shape[0],
        cells=shape[-1],
        picture=picture,
        caption="density" if film else "drawn",
    )


def notebook(trajectory: Trajectory) -> str:
    """Return what a notebook shows of a trajectory below its facts; "" where there is nothing to see.

    A film stands in a frame of its own, whose script reaches nothing outside it; where frames or scripts are not allowed, its strip of
    pictures is left.
    """
    film = pack(trajectory, _NOTEBOOK_BITS)
    if film is not None:
        page = html.escape(shell.render_film(film, Words("en")), quote=True)
        high = round(min(1.0, film.rows / film.cols) * 480) + 190
        still = f"<img src='{film.strip[-1][1]}' alt='' style='image-rendering:pixelated;width:12em'>"
        frame = f"width:100%;max-width:{_NOTEBOOK_WIDTH}px;height:{high}px;border:0"
        return f"<iframe sandbox='allow-scripts' style='{frame}' srcdoc=\"{page}\">{still}</iframe>"
    history = space_time(trajectory)
    if history:
        kept = f"image-rendering:pixelated;width:100%;max-width:{_NOTEBOOK_WIDTH}px"
        return f"<img src='{history}' alt='space to the right, time downwards' style='{kept}'>"
    if not _can_be_drawn(trajectory):
        return ""
    picture = io.BytesIO()
    with style():
        draw(trajectory).savefig(picture, format="png", dpi=100, metadata={"Software": None})
    uri = f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"
    return f"<img src='{uri}' alt='paths over time' style='width:100%;max-width:{_NOTEBOOK_WIDTH}px'>"


def _said(facts: Sequence[tuple[str, str]], words: Words) -> list[tuple[str, str]]:
    """Given facts in the language of the page; an equation among them is set as mathematics."""
    return [
        (language.label(name, words.lang), (name == "equation" and mathml(text)) or _columns(text, words.lang))
        for name, text in facts
    ]


def _columns(text: str, lang: str) -> str:
    """What stands in columns on a terminal, behind each other."""
    return " · ".join(language.label(part, lang) for part in re.split(r" {2,}", text))


def _facts(trajectory: Trajectory, film: Playback | None, words: Words) -> list[tuple[str, str]]:
    """What is known of a trajectory beside its law, as (label, words)."""
    sizes = zip(trajectory.axes, trajectory.values.shape, strict=True)
    times = trajectory.times
    facts = {
        "scheme": None if trajectory.scheme is None else language.sentence(str(trajectory.scheme), words.lang),
        "boundary": trajectory.boundary and boundary_words(trajectory.boundary, words),
        "seed": trajectory.seed,
        "values": words("trajectory.between").join(words.sized(name, size) for name, size in sizes),
        "times": f"{times[0]:g}" if times.size == 1 else f"{times[0]:g} … {times[-1]:g}",
    }
    return [(words(f"trajectory.{name}"), str(value)) for name, value in facts.items() if value is not None]


def _kind(trajectory: Trajectory) -> str:
    last = trajectory.axes[-1]
    return {"cols": "board", "cells": "line", "dim": "paths"}.get(last, "states")


def boundary_words(boundary: str | None, words: Words) -> str:
    """Say what lies beyond the edge of a board or a line."""
    if boundary is None:
        return words("recording.no_boundary")
    if boundary in ("torus", "plane"):
        return words(f"recording.{boundary}")
    return words("recording.other_boundary", name=language.label(boundary, words.lang))


def _picture(trajectory: Trajectory, film: Playback | None, history: str) -> shell.Picture | None:
    if film is not None:
        return shell.embed(draw_density(trajectory)) if len(trajectory) > 1 else None
    if history or not _can_be_drawn(trajectory):
        return None
    return shell.embed(draw(trajectory, density=True) if _kind(trajectory) == "paths" else draw(trajectory))


def _can_be_drawn(trajectory: Trajectory) -> bool:
    """Whether the states are numbers of few components at more than one time."""
    if trajectory.axes[-2:] == ("rows", "cols") or trajectory.axes[0] == "sets" or len(trajectory) < 2:
        return False
    state = next(trajectory.split()).frames.reshape(len(trajectory), -1)
    return state.shape[1] <= _MOST_PANELS and np.issubdtype(state.dtype, np.number)
