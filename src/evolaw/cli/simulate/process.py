"""``evolaw simulate`` for stochastic differential equations: paths, their moments, and how they compare with the exact law.

Paths are simulated in chunks whose size follows from the settings alone; each chunk is committed to the run directory before
the next begins. Noise is addressed by path and step, so that a resumed run ends in the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw.cli import arguments, terminal
from evolaw.cli.simulate.process_arguments import PathSettings
from evolaw.ito import equations
from evolaw.sde import catalogue

if TYPE_CHECKING:
    import numpy as np

    from evolaw.cli.simulate.ensembles import Ensemble
    from evolaw.errors import NumericalError
    from evolaw.storage import Run, Series

__all__ = ["continue_paths", "simulate_paths"]

_MOST_COMPONENTS_DRAWN = 6


def simulate_paths(settings: PathSettings, out: Path | None, figure: Path | None, as_json: bool) -> None:
    """Simulate from the beginning and say what came out."""
    from evolaw.storage import Run

    if figure is not None:
        arguments.require_place(figure)
    if out is None:
        _tell(settings, *_advance(settings, None), None, figure, as_json)
        return
    header = {
        "kind": "trajectory",
        "axes": ["paths", "times", "dim"],
        "law": str(settings.process),
        "scheme": settings.scheme,
        "boundary": None,
        "seed": settings.seed,
        "about": {"start": settings.start, "params": settings.values},
        "settings": asdict(settings),
        "resume": "simulate --resume",
    }
    with Run.create(out, about=header) as run:
        ensemble, fault = _fill(run, settings)
    _tell(settings, ensemble, fault, out, figure, as_json)


def continue_paths(path: Path, figure: Path | None, as_json: bool) -> None:
    """Continue a run of `simulate_paths` at its last committed chunk."""
    from evolaw.errors import StorageError
    from evolaw.storage import Run

    if figure is not None:
        arguments.require_place(figure)
    try:
        settings = PathSettings(**Run.open(path).about["settings"])
    except TypeError as error:
        raise StorageError(f"{path} holds settings that this version does not know: {error}.") from None
    with Run.resume(path) as run:
        ensemble, fault = _fill(run, settings)
    _tell(settings, ensemble, fault, path, figure, as_json)


def _fill(run: Run, settings: PathSettings) -> tuple[Ensemble, NumericalError | None]:
    import numpy as np

    try:
        if "times" not in run.arrays():
            run.write("times", np.array(settings.times), ("times",))
        shape = (settings.paths, len(settings.times), len(settings.start))
        axes = ("paths", "times", "dim")
        series = run.series("values", shape, np.dtype(settings.precision), axes, chunk_frames=settings.chunk)
        ensemble, fault = _advance(settings, series, run)
    except (KeyboardInterrupt, SystemExit):
        terminal.note(f"stopped after {run.cursor} committed paths; continue with: evolaw simulate --resume {run.path}")
        raise
    run.document("summary.json", _facts(settings, ensemble))
    return ensemble, fault


def _advance(
    settings: PathSettings, series: Series | None, run: Run | None = None
) -> tuple[Ensemble, NumericalError | None]:
    """Simulate the paths that are not committed yet; a chunk with lost paths is kept like any other."""
    import numpy as np

    from evolaw.cli.simulate.ensembles import Ensemble
    from evolaw.errors import NumericalError
    from evolaw.sde.loop.solver import solve

    ensemble, fault = Ensemble(np.array(settings.times), len(settings.start)), None
    process, method, size = settings.process, catalogue.scheme(settings.scheme), settings.chunk
    with terminal.bar(f"simulating {settings.law[:32]}") as progress:
        for offset in range(0, settings.paths, size):
            count = min(size, settings.paths - offset)
            if run is not None and series is not None and offset < series.cursor:
                ensemble.add(run.read("values", offset, offset + count))
                continue
            try:
                values = solve(
                    process, method, settings.start, settings.times, paths=count, rng=settings.seed, dt=settings.dt,
                    precision=settings.precision, first_path=offset,
                ).values  # fmt: skip
            except NumericalError as error:
                fault, values = fault or error, error.partial.values
            if series is not None:
                series.append(values)
            ensemble.add(values)
            progress(offset + count, settings.paths, "")
    return ensemble, fault


def _tell(
    settings: PathSettings,
    ensemble: Ensemble,
    fault: NumericalError | None,
    place: Path | None,
    figure: Path | None,
    as_json: bool,
) -> None:
    """Print the result and draw it; lost paths end in an error after that."""
    from evolaw.errors import NumericalError

    if figure is not None and ensemble.finite:
        _draw(settings, ensemble, figure)
    if as_json:
        places = {"run": place and str(place), "figure": figure and str(figure)}
        terminal.document(_facts(settings, ensemble) | places)
    else:
        terminal.result(_text(settings, ensemble, place, figure))
    if ensemble.lost:
        raise NumericalError(_loss(ensemble, fault, place), ensemble)


def _loss(ensemble: Ensemble, fault: NumericalError | None, place: Path | None) -> str:
    """What to say of paths that did not stay finite."""
    count = f"{ensemble.lost} of {ensemble.paths} paths"
    said = str(fault or f"{count} did not stay finite; the first is path {ensemble.first_lost}.")
    said = said.removesuffix(" The result is kept in the error's `partial`.")
    total = "" if said.startswith(count) else f" In all chunks together {count} were lost."
    kept = "" if place is None else f" Every path is kept in {place}."
    return f"{said}{total} The numbers above are those of the other paths.{kept}"


def _facts(settings: PathSettings, ensemble: Ensemble) -> dict[str, Any]:
    """The JSON document."""
    import numpy as np

    from evolaw.cli.simulate.ensembles import exact_moments

    mean, variance = exact_moments(settings.process, ensemble.times, np.array(settings.start))
    known = ensemble.finite > 0
    return {
        "schema": 1,
        **asdict(settings),
        "lost": ensemble.lost,
        "mean": _listed(ensemble.mean) if known else None,
        "mean_error": _listed(ensemble.mean_error) if known else None,
        "variance": _listed(ensemble.variance) if known else None,
        "variance_error": _listed(ensemble.variance_error) if known else None,
        "exact": {"mean": _listed(mean), "variance": _listed(variance)},
        "gap": ensemble.gap(mean),
    }


def _text(settings: PathSettings, ensemble: Ensemble, place: Path | None, figure: Path | None) -> str:
    import numpy as np

    from evolaw import display
    from evolaw.cli.simulate.ensembles import exact_moments

    mean, variance = exact_moments(settings.process, ensemble.times, np.array(settings.start))
    classic = catalogue.classic(settings.law)
    names = equations.component_names(settings.law, len(settings.start))
    stepping = "no error of stepping" if settings.scheme == "exact-step" else f"dt at most {settings.dt:g}"
    facts: list[tuple[str, Any]] = [
        ("equation", classic and classic.equation),
        ("parameters", ", ".join(_flat(settings.process.params or {})) or None),
        ("start", ", ".join(f"{value:g}" for value in settings.start)),
        ("scheme", f"{settings.scheme}, {stepping}"),
        ("paths", f"{ensemble.paths}" + (f", {ensemble.lost} lost" if ensemble.lost else "")),
        ("times", f"0 … {settings.times[-1]:g}, {len(settings.times)} saved"),
    ]
    if ensemble.finite:
        rows = [("mean", ensemble.mean, ensemble.mean_error, mean)]
        rows += [("variance", ensemble.variance, ensemble.variance_error, variance)]
        for name, found, error, exact in rows:
            for k in range(found.shape[1]):
                truth = "" if exact is None else f"   exact {exact[-1, k]:.6g}"
                facts.append((f"{name} of {names[k]} at the end", f"{found[-1, k]:.6g} ± {error[-1, k]:.2g}{truth}"))
        gap = ensemble.gap(mean)
        facts.append(("mean against exact", gap and f"at most {gap:.2f} standard errors apart at all saved times"))
    return display.lines(str(settings.process), [*facts, ("run", place), ("figure", figure)])


def _flat(params: Mapping[str, Any]) -> Iterator[str]:
    """The parameters one by one, those of a force among them."""
    for name, value in params.items():
        if isinstance(value, Mapping):
            yield from _flat(value)
        elif value is not None:
            yield f"{name} {value:g}"


def _draw(settings: PathSettings, ensemble: Ensemble, figure: Path) -> None:
    import numpy as np

    from evolaw.cli.simulate.ensembles import exact_density, exact_moments
    from evolaw.report.path_charts import Curve, Panel, draw_paths
    from evolaw.report.styles import save

    start, time = np.array(settings.start), settings.times[-1]
    mean, variance = exact_moments(settings.process, ensemble.times, start)
    names = equations.component_names(settings.law, len(settings.start))
    panels = []
    for k in range(min(len(settings.start), _MOST_COMPONENTS_DRAWN)):
        edges, density, _ = ensemble.density(k)
        x = np.linspace(edges[0], edges[-1], 400)
        height, words = exact_density(settings.process, x, k, time, start)
        panels.append(
            Panel(
                names[k],
                ensemble.kept[..., k],
                ensemble.mean[:, k],
                np.sqrt(ensemble.variance[:, k]),
                None if mean is None else mean[:, k],
                None if variance is None else np.sqrt(np.maximum(variance[:, k], 0)),
                edges,
                density,
                None if height is None else Curve(x, height, words),
            )
        )
    title = f"{settings.process}: {ensemble.finite} paths, {settings.scheme}"
    save(draw_paths(ensemble.times, panels, title), figure)


def _listed(values: np.ndarray | None) -> list[Any] | None:
    """Nested lists for JSON, which has no infinity: moments of paths that grew beyond all numbers are null."""
    import numpy as np

    if values is None:
        return None
    listed = values.astype(object)
    listed[~np.isfinite(values)] = None
    return list(listed.tolist())
