"""``evolaw junction array``: many junctions, and their order parameter over time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolaw.cli import terminal
from evolaw.cli.junction import answers

if TYPE_CHECKING:
    import numpy as np

    from evolaw.sde.processes.process import SDE

__all__ = ["run"]

_KINDS = ("series", "ladder", "ring", "pair")


def run(
    kind: Annotated[str, typer.Option("--kind", help="series, ladder, ring or pair.")] = "series",
    size: Annotated[int, typer.Option("--size", help="Junctions.")] = 10,
    bias: Annotated[float, typer.Option("--bias", help="I/I_c of each junction.")] = 1.5,
    spread: Annotated[
        float, typer.Option("--spread", help="Standard deviation of the biases from junction to junction.")
    ] = 0.0,
    noise: Annotated[float, typer.Option("--noise", help="D = k_B T/E_J.")] = 0.0,
    damping: Annotated[float, typer.Option("--damping", help="α, of a ladder, a ring or a pair.")] = 0.5,
    coupling: Annotated[float, typer.Option("--coupling", help="1/β_L of a ladder or ring, κ of a pair.")] = 1.0,
    load: Annotated[
        str, typer.Option("--load", help="L,R,C of a series array, in units of r, I_c and 2e/ħ.")
    ] = "1,1,1",
    fluxons: Annotated[int, typer.Option("--fluxons", help="Trapped in a ring.")] = 0,
    duration: Annotated[float, typer.Option("--duration", help="Time.")] = 100.0,
    paths: Annotated[int, typer.Option("--paths", help="Independent arrays.")] = 1,
    dt: Annotated[float, typer.Option("--dt", help="Longest time step.")] = 0.02,
    seed: Annotated[int, typer.Option("--seed", help="Seed of start, biases and noise.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Run directory to write.")] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", help="Draw the order parameter: .svg, .pdf or .png.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """An array from random phases: does it lock, how fast does it turn."""
    import numpy as np

    from evolaw import checks, randomness
    from evolaw.josephson.arrays.results import run_array

    answers.check_places(out, figure)
    checks.one_of(kind, "kind", _KINDS)
    count = 2 if kind == "pair" else checks.integer(size, "size", least=2, most=4096)
    draw = randomness.source(seed).stream("array").generator()
    biases = bias + checks.number(spread, "spread", least=0.0) * draw.standard_normal(count)
    law, rest = _law(kind, count, biases, noise, damping, coupling, load, fluxons)
    start = np.concatenate(
        [draw.uniform(-np.pi, np.pi, count) if kind == "series" else np.zeros(count), np.zeros(rest)]
    )
    with terminal.bar("arrays") as progress:
        found = run_array(
            law, start, duration, seed, junctions=count, paths=paths, dt=dt, progress=lambda done, total: progress(done, total, "")
        )  # fmt: skip
    names = ("times", "order", "order_error", "velocity", "velocity_error")
    facts: dict[str, Any] = {"kind": kind, "seed": seed, "locked": found.locked}
    answers.say(found, None, {name: getattr(found, name) for name in names}, facts, out, figure, as_json)


def _law(
    kind: str, count: int, biases: np.ndarray, noise: float, damping: float, coupling: float, load: str, fluxons: int
) -> tuple[SDE, int]:
    """The array and how many components it has beside its phases."""
    from dataclasses import replace

    from evolaw import checks
    from evolaw.josephson.arrays.ladders import ladder
    from evolaw.josephson.arrays.pairs import phase_pair
    from evolaw.josephson.arrays.series import series_array

    if kind == "series":
        parts = [checks.number(part, "load") for part in load.split(",")]
        checks.require(len(parts) == 3, "load", "be three numbers, L,R,C", load)
        return series_array(
            count, biases, inductance=parts[0], resistance=parts[1], capacitance=parts[2], noise=noise
        ), 2
    if kind == "pair":
        law = phase_pair(damping, noise, coupling, biases)
    else:
        turns = fluxons if kind == "ring" else None
        checks.require(coupling > 0, "coupling", "be positive", coupling)
        law = ladder(count, biases, damping=damping, noise=noise, inductance=1 / coupling, fluxons=turns)
    return (law if noise > 0 else replace(law, diffusion=None, noise="none", noises=0)), count
