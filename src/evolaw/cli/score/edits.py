"""Edits: part of a datum is kept and the rest is drawn; colours for a grey image; the way from one datum to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolaw.cli.score import outputs, sources

if TYPE_CHECKING:
    import numpy as np

__all__ = ["MASKS", "colourise", "inpaint", "interpolate", "mask_of"]

MASKS = ("left", "right", "top", "bottom", "centre", "border")
"""The halves, the middle and the frame of a state, by what is *known* of it."""

_MEASURED_ON = 512
"""States the norm of a score is measured on, at most; fewer than this many are taken several times, each time with other noise."""
_FEWEST = 64

_MODEL = typer.Argument(metavar="MODEL", help="Run directory of score train.")
_DATA = typer.Argument(
    metavar="DATA", help="Where the datum comes from; of the data of the training, the held-out fifth is used."
)
_ITEM = typer.Option(
    "--item", help="Number of the datum: in the order of DATA, or among those held out of the training."
)
_COUNT = typer.Option("--count", help="Samples.")
_STEPS = typer.Option("--steps", help="Steps of the sampler.")
_SEED = typer.Option("--seed", help="Seed of all chance.")
_SAVE = typer.Option("--save", help="Write the states: .npz.")
_FIGURE = typer.Option("--figure", help="Draw the states: .png, .svg or .pdf.")
_JSON = typer.Option("--json", help="Print one JSON document.")


def inpaint(
    model: Annotated[str, _MODEL],
    data: Annotated[str, _DATA],
    keep: Annotated[str, typer.Option("--keep", help=f"What is known: {', '.join(MASKS)}, or an .npy mask.")] = "left",
    item: Annotated[int, _ITEM] = 0,
    count: Annotated[int, _COUNT] = 9,
    steps: Annotated[int, _STEPS] = 200,
    seed: Annotated[int, _SEED] = 0,
    save: Annotated[Path | None, _SAVE] = None,
    figure: Annotated[Path | None, _FIGURE] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Keep part of a datum and draw the rest: the datum first, then what was drawn.

    What is drawn follows the network at the smallest noises, where it is roughest: after a short training it can be off by a tenth
    though samples look right.
    """
    from evolaw.score.control.replacement import inpaint as draw

    outputs.require_places(save, figure)
    known = sources.read_model(model)
    parts = known.parts(data)
    datum = _datum(parts, item)
    mask = mask_of(keep, datum.shape)
    drawn = draw(_measured(known, parts, seed), known.noising, datum, mask, count=count, steps=steps, rng=seed)
    _answer(
        datum,
        drawn.final,
        {"data": parts.says(1), "keep": keep, "known": int(mask.sum()), "item": item, "seed": seed},
        (save, figure),
        known.ends,
        as_json,
    )


def colourise(
    model: Annotated[str, _MODEL],
    data: Annotated[str, _DATA],
    item: Annotated[int, _ITEM] = 0,
    count: Annotated[int, _COUNT] = 9,
    steps: Annotated[int, _STEPS] = 200,
    seed: Annotated[int, _SEED] = 0,
    save: Annotated[Path | None, _SAVE] = None,
    figure: Annotated[Path | None, _FIGURE] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Take the colours from an image of several channels and draw new ones."""
    from evolaw import checks
    from evolaw.score.control.replacement import colourise as draw

    outputs.require_places(save, figure)
    known = sources.read_model(model)
    parts = known.parts(data)
    datum = _datum(parts, item)
    wanted = "hold images of several channels (channels, rows, cols)"
    checks.require(datum.ndim == 3 and len(datum) > 1, "data", wanted, f"states of shape {datum.shape}")
    drawn = draw(_measured(known, parts, seed), known.noising, datum.mean(0), count=count, steps=steps, rng=seed)
    _answer(
        datum, drawn.final, {"data": parts.says(1), "item": item, "seed": seed}, (save, figure), known.ends, as_json
    )


def interpolate(
    model: Annotated[str, _MODEL],
    data: Annotated[str, _DATA],
    item: Annotated[int, _ITEM] = 0,
    to: Annotated[int, typer.Option("--to", help="Number of the other datum.")] = 1,
    count: Annotated[int, typer.Option("--count", help="States on the way, the ends among them.")] = 9,
    save: Annotated[Path | None, _SAVE] = None,
    figure: Annotated[Path | None, _FIGURE] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Go from one datum to another along their codes under the probability flow."""
    from evolaw.score.likelihood.flow import interpolate as draw

    outputs.require_places(save, figure)
    known = sources.read_model(model)
    parts = known.parts(data)
    first, second = _datum(parts, item), _datum(parts, to, "to")
    found = draw(known.target, known.noising, first, second, count=count)
    _answer(None, found, {"data": parts.says(2), "from": item, "to": to}, (save, figure), known.ends, as_json)


def mask_of(text: str, shape: tuple[int, ...]) -> np.ndarray:
    """Return the mask of a word, or of an ``.npy`` file: True where a state is known.

    Raises:
        ArgumentError: no such word, a mask of another shape, one that knows all or nothing, or one of other values than 0 and 1.
        ParseError: the file cannot be read.

    Example:
        >>> mask_of("left", (2, 4)).tolist()
        [[True, True, False, False], [True, True, False, False]]
    """

    from evolaw import checks

    if text.endswith(".npy"):
        from evolaw.automata.files.archives import read_array

        checks.require(Path(text).is_file(), "keep", "be a file that exists", text)
        mask = read_array(text)
        checks.require(
            mask.shape == tuple(shape), "keep", f"be a mask of shape {tuple(shape)}", f"of shape {mask.shape}"
        )
        said = mask.dtype.kind in "buif" and bool(((mask == 0) | (mask == 1)).all())
        checks.require(
            said, "keep", "be a mask of 0 and 1, or of False and True", f"one of other values, of {mask.dtype}"
        )
        mask = mask.astype(bool)
    else:
        mask = _drawn_mask(checks.one_of(text, "keep", MASKS), shape)
    some = bool(mask.any() and not mask.all())
    checks.require(
        some, "keep", "know some numbers of a state and leave others open", f"{mask.sum()} of {mask.size} known"
    )
    return mask


def _drawn_mask(word: str, shape: tuple[int, ...]) -> np.ndarray:
    """Halves by the last axes; a vector has a left and a right half only."""
    import numpy as np

    rows = np.arange(shape[-2] if len(shape) > 1 else 1)[:, None] / max(shape[-2] if len(shape) > 1 else 1, 1)
    cols = np.arange(shape[-1])[None] / shape[-1]
    middle = (rows >= 0.25) & (rows < 0.75) & (cols >= 0.25) & (cols < 0.75)
    chosen = {
        "left": cols < 0.5,
        "right": cols >= 0.5,
        "top": rows < 0.5,
        "bottom": rows >= 0.5,
        "centre": middle,
        "border": ~middle,
    }[word]
    return np.broadcast_to(
        chosen[0] if len(shape) == 1 and chosen.ndim == 2 and chosen.shape[0] == 1 else chosen, shape
    ).copy()


def _datum(parts: sources.Parts, item: int, option: str = "item") -> np.ndarray:
    from evolaw import checks

    states = parts.fresh.values
    datum: np.ndarray = states[checks.integer(item, option, least=0, most=len(states) - 1)]
    return datum


def _measured(model: sources.Model, parts: sources.Parts, seed: int) -> Any:
    """The score with its norm measured on data, which the correctors of edits take their step from."""
    import numpy as np

    from evolaw.score.samplers.score_norms import normed

    states = parts.like.values[:_MEASURED_ON]
    states = np.resize(states, (max(len(states), _FEWEST), *states.shape[1:]))
    return normed(model.target, model.noising, states, rng=seed)


def _answer(
    datum: Any, drawn: np.ndarray, facts: dict[str, Any], places: outputs.Places, ends: outputs.Ends, as_json: bool
) -> None:
    import numpy as np

    from evolaw.report.score.charts import draw_edits, draw_states

    states = np.asarray(drawn) if datum is None else np.concatenate([datum[None], drawn])
    said = {**facts, "count": len(drawn), "shape": list(drawn.shape[1:])}
    said |= outputs.write_places(
        places, states, columns=min(len(states), 10), ends=ends, vectors=draw_states if datum is None else draw_edits
    )
    lines = [(name, str(value)) for name, value in said.items() if value is not None]
    if as_json and states.size <= 10_000:
        said["states"] = states.tolist()
    outputs.show(said, lines, as_json)
