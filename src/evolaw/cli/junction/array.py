"""``evolaw junction array``: many junctions; one array over time, or a grid of biases and temperatures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolaw.cli import completion, terminal
from evolaw.cli.junction import answers
from evolaw.cli.junction.numbers import grid

if TYPE_CHECKING:
    import numpy as np

    from evolaw.josephson.arrays.grids import Grid
    from evolaw.sde.processes.process import SDE

__all__ = ["run"]

_KINDS = ("series", "ladder", "ring", "pair", "grid")
_MOST_SETS = 4096


def run(
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            autocompletion=completion.among("series", "ladder", "ring", "pair", "grid"),
            help="series, ladder, ring, pair, or grid (two-dimensional).",
        ),
    ] = "series",
    size: Annotated[int, typer.Option("--size", help="Junctions; of a grid, islands along each side.")] = 10,
    bias: Annotated[
        str, typer.Option("--bias", help="I/I_c of each junction: 1.5, or 0.5,1,1.5, or FROM:TO:COUNT.")
    ] = "1.5",
    spread: Annotated[
        float, typer.Option("--spread", help="Standard deviation of the biases from junction to junction.")
    ] = 0.0,
    noise: Annotated[str, typer.Option("--noise", help="D = k_B T/E_J: a number, or several as for --bias.")] = "0",
    damping: Annotated[float, typer.Option("--damping", help="α, of a ladder, a ring or a pair.")] = 0.5,
    coupling: Annotated[float, typer.Option("--coupling", help="1/β_L of a ladder or ring, κ of a pair.")] = 1.0,
    load: Annotated[
        str, typer.Option("--load", help="L,R,C of a series array, in units of r, I_c and 2e/ħ.")
    ] = "1,1,1",
    fluxons: Annotated[int, typer.Option("--fluxons", help="Trapped in a ring.")] = 0,
    flux: Annotated[float, typer.Option("--flux", help="Flux quanta through each plaquette of a grid.")] = 0.0,
    duration: Annotated[float, typer.Option("--duration", help="Time.")] = 100.0,
    paths: Annotated[int, typer.Option("--paths", help="Independent arrays.")] = 1,
    dt: Annotated[float, typer.Option("--dt", help="Longest time step.")] = 0.02,
    seed: Annotated[int, typer.Option("--seed", help="Seed of start, biases and noise.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Run directory to write; kill it, and the same command continues."),
    ] = None,
    figure: Annotated[Path | None, typer.Option("--figure", help="Draw it: .svg, .pdf or .png.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """An array of junctions: does it lock, how fast does it turn; over biases and temperatures, where do vortices unbind."""
    typed = dict(locals())
    import numpy as np

    from evolaw import checks, randomness
    from evolaw.josephson.arrays.results import run_array
    from evolaw.josephson.arrays.sweeps import sweep_array

    checks.one_of(kind, "kind", _KINDS)
    count = 2 if kind == "pair" else checks.integer(size, "size", least=2, most=256 if kind == "grid" else 4096)
    biases, noises = grid(bias, "bias"), grid(noise, "noise")
    checks.require(
        biases.size * noises.size <= _MOST_SETS,
        "bias",
        f"make at most {_MOST_SETS} points with the noises",
        biases.size,
    )
    draw = randomness.source(seed).stream("array").generator()
    offsets = checks.number(spread, "spread", least=0.0) * draw.standard_normal(count)
    make = _maker(kind, count, offsets, damping, coupling, load, fluxons, flux)
    start = _start(kind, count, draw)
    junctions = count * count if kind == "grid" else count
    alone = biases.size * noises.size == 1 and kind != "grid"
    with answers.kept("array", typed) as kept:
        with terminal.bar("arrays") as progress:
            work: dict[str, Any] = {"junctions": junctions, "paths": paths, "dt": dt, "out": kept}
            work["progress"] = progress
            if alone:
                law: Any = make(float(biases[0]), float(noises[0]))
                found: Any = run_array(law, start, duration, seed, **work)
            else:
                found = sweep_array(make, biases, noises, start, duration, seed, **work)
        names = ["order", "order_error", "locked"]
        names += ["times", "velocity", "velocity_error"] if alone else ["bias", "noise", "voltage", "voltage_error"]
        arrays = {name: np.asarray(getattr(found, name)) for name in names} | ({} if alone else dict(found.plane))
        if alone:
            arrays.pop("locked")
        facts = {"kind": kind, "seed": seed} | ({"locked": found.locked} if alone else {})
        answers.say(found, None, arrays, facts, kept, figure, as_json)


def _start(kind: str, count: int, draw: np.random.Generator) -> np.ndarray:
    """Random phases of a series array, where each start locks or not; at rest for all others."""
    import numpy as np

    if kind == "grid":
        return np.zeros(count * count - 1)
    if kind == "series":
        return np.concatenate([draw.uniform(-np.pi, np.pi, count), np.zeros(2)])
    return np.zeros(2 * count)


def _maker(
    kind: str, count: int, offsets: np.ndarray, damping: float, coupling: float, load: str, fluxons: int, flux: float
) -> Callable[[float, float], SDE | Grid]:
    """The array as a function of bias and noise."""
    from evolaw import checks

    parts = [checks.number(part, "load") for part in load.split(",")]
    checks.require(len(parts) == 3, "load", "be three numbers, L,R,C", load)
    checks.require(kind in ("pair", "grid", "series") or coupling > 0, "coupling", "be positive", coupling)
    checks.require(kind != "pair" or coupling >= 0, "coupling", "be zero or positive", coupling)
    checks.require(kind != "ring" or abs(fluxons) <= count, "fluxons", "be at most one a cell", fluxons)
    checks.require(flux == 0 or kind == "grid", "flux", "be 0 but for a grid", flux)

    def make(i: float, d: float) -> SDE | Grid:
        from evolaw.josephson.arrays.grids import grid_array
        from evolaw.josephson.arrays.ladders import ladder
        from evolaw.josephson.arrays.pairs import phase_pair
        from evolaw.josephson.arrays.series import series_array

        if kind == "grid":
            return grid_array(count, count, i, noise=d, frustration=flux, is_periodic=count > 2)
        if kind == "series":
            return series_array(
                count, i + offsets, inductance=parts[0], resistance=parts[1], capacitance=parts[2], noise=d
            )
        if kind == "pair":
            return _quiet(phase_pair(damping, d, coupling, i + offsets), d)
        turns = fluxons if kind == "ring" else None
        return _quiet(ladder(count, i + offsets, damping=damping, noise=d, inductance=1 / coupling, fluxons=turns), d)

    return make


def _quiet(law: SDE, noise: float) -> SDE:
    from dataclasses import replace

    return law if noise > 0 else replace(law, diffusion=None, noise="none", noises=0)
