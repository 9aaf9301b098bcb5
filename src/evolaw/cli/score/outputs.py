"""Where results go: arrays and pictures as files, the page of a run, numbers as words."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw.cli import terminal

if TYPE_CHECKING:
    import numpy as np

    from evolaw.cli.score.sources import Material, Model
    from evolaw.score.quality import Likeness

__all__ = [
    "Ends",
    "Places",
    "require_place",
    "require_places",
    "show",
    "show_with",
    "write_drawing",
    "write_page",
    "write_places",
    "write_states",
]

Places = tuple[Path | None, Path | None]
"""Where states go: an ``.npz`` file, a picture."""

Ends = tuple[float, float] | None
"""The values of black and white, where they are known."""

_SAMPLES, _FILM_STEPS, _LINES = 1000, 40, 60
_IMAGES = 200
_DATA = 20_000
"""Points of the plane that a density is drawn of."""
_FEWEST = 40
"""Samples a page shows of few data too."""


def require_place(path: Path | None, name: str, suffixes: tuple[str, ...]) -> None:
    """Refuse, before the work begins, a file that cannot be written or has another suffix."""
    from evolaw import checks

    if path is None:
        return
    checks.require(path.suffix.lower() in suffixes, name, f"end in {' or '.join(suffixes)}", str(path))
    checks.require(path.parent.is_dir(), name, "lie in a directory that exists", str(path))
    checks.require(not path.is_dir(), name, "be a file", str(path))


def require_places(save: Path | None, figure: Path | None) -> None:
    """Refuse, before the work begins, places of states and of their picture that cannot be written."""
    require_place(save, "save", (".npz",))
    require_place(figure, "figure", (".png", ".svg", ".pdf"))


def write_places(places: Places, states: np.ndarray, **how: Any) -> dict[str, str | None]:
    """Write states as an array and as a picture, where that was asked for; returns the places by their option."""
    for place in places:
        if place is not None:
            write_states(place, states, **how)
    return {name: None if place is None else str(place) for name, place in zip(("save", "figure"), places, strict=True)}


def write_states(
    path: Path,
    states: np.ndarray,
    *,
    columns: int = 10,
    beside: np.ndarray | None = None,
    ends: Ends = None,
    vectors: Callable[[np.ndarray], Any] | None = None,
) -> None:
    """Write states as an ``.npz`` array named ``samples`` or as a picture: a sheet of images, or samples beside data.

    ``vectors`` draws states that are no images and no samples, such as a way from one to another.
    """
    import io

    import numpy as np

    from evolaw.documents import write_document

    if path.suffix.lower() == ".npz":
        buffer = io.BytesIO()
        np.savez_compressed(buffer, samples=states)
        write_document(path, buffer.getvalue())
        return
    from evolaw.report.score.charts import draw_grid, draw_samples
    from evolaw.report.styles import save, style

    with style():
        if states.ndim >= 3 and beside is None:
            figure = draw_grid(states, columns, ends=ends)
        else:
            figure = draw_samples(states, beside) if vectors is None else vectors(states)
        save(figure, path)


def write_drawing(path: Path, draw: Callable[..., Any], *given: Any) -> None:
    """Draw in the style of the house, and write the picture."""
    from evolaw.report.styles import save, style

    with style():
        save(draw(*given), path)


def show_with(figure: Path | None, facts: dict[str, Any], lines: list[tuple[str, str]], as_json: bool) -> None:
    """`show`, and where the picture is, if one was asked for."""
    if figure is not None:
        facts, lines = facts | {"figure": str(figure)}, [*lines, ("figure", str(figure))]
    show(facts, lines, as_json)


def show(facts: dict[str, Any], lines: list[tuple[str, str]], as_json: bool) -> None:
    """Print one JSON document, or names and words under each other."""
    if as_json:
        terminal.document({"schema": 1, **facts})
        return
    width = max(len(name) for name, _ in lines)
    terminal.result("\n".join(f"{name:{width}}  {text}" for name, text in lines))


def write_page(path: Path, model: Model, train: Material, held: Material, *, seed: int, lang: str) -> dict[str, Any]:
    """Draw samples, compare them with held-out data, and write the page of a model; returns what was measured."""
    import numpy as np

    from evolaw.report.score.page import write_score
    from evolaw.score.noising.conversions import like_states
    from evolaw.score.quality import likeness
    from evolaw.score.samplers.multistep import DPMSolver
    from evolaw.score.samplers.sampler import sample

    is_image, flat = train.values.ndim >= 3, train.values.shape[1:] == (2,)
    count = min(_IMAGES if is_image else _SAMPLES, max(len(held.values), _FEWEST))
    drawn = sample(
        model.target, model.noising, DPMSolver(), count=count, steps=_FILM_STEPS, rng=seed, keep=9, precision="float32"
    )
    # What was trained to generate in one step is judged by that; the film is of its flow.
    made = model.target.generate(count, rng=seed) if hasattr(model.target, "generate") else drawn.final
    film = (np.asarray(drawn.values), np.asarray(drawn.times))
    flow = None
    if flat:
        times = np.asarray(drawn.times)
        size = np.sqrt(model.noising.scale(times) ** 2 + model.noising.std(times) ** 2)
        flow = np.asarray(drawn.values)[:_LINES] / like_states(size, np.zeros((len(times), 1)))
    # Of less than two held-out data there is no distance to say.
    found = likeness(made, train.values, held.values, rng=seed) if len(held.values) > 1 else None
    facts = [(name, str(value)) for name, value in model.target._facts() if value is not None]
    write_score(
        path,
        source=train.name,
        model=model.target,
        samples=made,
        data=train.values[: max(count, _DATA if flat else 2000)],
        film=film,
        flow=flow,
        facts=facts,
        numbers={} if found is None else _numbers(found),
        lang=lang,
        command=str(model.about.get("command", "")),
        seed=seed,
    )
    return {} if found is None else found.to_json()


def _numbers(found: Likeness) -> dict[str, str]:
    numbers = {
        "energy": f"{found.energy:.3g} ({found.energy_floor:.3g})",
        "sliced": f"{found.sliced:.3g} ({found.sliced_floor:.3g})",
    }
    if found.memory is not None and math.isfinite(found.memory[0]):
        numbers["memory"] = "{:.2f} [{:.2f}, {:.2f}]".format(*found.memory)
    return numbers
