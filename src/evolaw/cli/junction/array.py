"""``evolaw junction array``: many junctions; one array over time, or a grid of biases and temperatures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from evolaw.cli import completion, terminal
from evolaw.cli.junction import answers
from evolaw.cli.junction.numbers import grid
from evolaw.cli.junction.options import Report

__all__ = ["run"]

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
    report: Report = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """An array of junctions: does it lock, how fast does it turn; over biases and temperatures, where do vortices unbind."""
    typed = dict(locals())
    with answers.kept("array", typed) as place:
        if place.found is not None:
            answers.say(place.found, place, kind=kind)
            return
        answers.say(_measured(typed, place), place, kind=kind)


def _measured(typed: dict[str, Any], place: answers.Place) -> Any:
    """One array over time, or a grid of biases and temperatures."""
    from evolaw import checks
    from evolaw.josephson.arrays.named import NamedArray
    from evolaw.josephson.arrays.results import run_array
    from evolaw.josephson.arrays.sweeps import sweep_array

    named = NamedArray.of_settings(typed)
    biases, noises = grid(typed["bias"], "bias"), grid(typed["noise"], "noise")
    points = biases.size * noises.size
    checks.require(points <= _MOST_SETS, "bias", f"make at most {_MOST_SETS} points with the noises", biases.size)
    with terminal.bar("arrays") as progress:
        work: dict[str, Any] = {"junctions": named.junctions, "paths": typed["paths"], "dt": typed["dt"]}
        work |= {"progress": progress, "out": place.run}
        start, duration, seed = named.start, typed["duration"], typed["seed"]
        if points > 1 or named.kind == "grid":
            return sweep_array(named.law, biases, noises, start, duration, seed, **work)
        law: Any = named.law(float(biases[0]), float(noises[0]))
        return run_array(law, start, duration, seed, **work)
