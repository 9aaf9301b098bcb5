"""``evolaw junction escape|switching``: leaving the zero-voltage state."""

from __future__ import annotations

from typing import Annotated

import typer

from evolaw.cli import completion
from evolaw.cli.junction.numbers import grid, sweep_rate
from evolaw.cli.junction.options import Bias, Ramp, Step, SweepRate
from evolaw.cli.junction.verbs import Asked, measured

__all__ = ["escape", "switching"]

_USUAL_RATE = 1e-4


@measured("escape", "biases")
def escape(
    asked: Asked,
    bias: Bias = "0.5",
    method: Annotated[
        str,
        typer.Option(
            "--method",
            autocompletion=completion.among("auto", "waiting", "splitting"),
            help="waiting, splitting, or auto.",
        ),
    ] = "auto",
    escapes: Annotated[int, typer.Option("--escapes", help="Escapes waited for, or junctions a level.")] = 1000,
    dt: Step = None,
) -> None:
    """Escape rates from the zero-voltage state, beside the best that is known of them."""
    from evolaw.josephson.escapes.escape import escape_rates

    biases = grid(bias, "bias")
    with asked.work() as work:
        found = escape_rates(asked.junction, biases, asked.seed, method=method, escapes=escapes, dt=dt, **work)
    asked.say(found)


@measured("switching", "ramps")
def switching(
    asked: Asked,
    rate: SweepRate = None,
    ramp: Ramp = None,
    count: Annotated[int, typer.Option("--count", help="Ramps.")] = 1000,
    method: Annotated[
        str,
        typer.Option(
            "--method",
            autocompletion=completion.among("auto", "simulation", "rate"),
            help="simulation, rate (drawn from the integrated escape rate), or auto.",
        ),
    ] = "auto",
    dt: Step = None,
) -> None:
    """Switching currents of many ramps, and the escape rate that they tell."""
    from evolaw.josephson.escapes.switching import switching_currents

    reduced = sweep_rate(asked.junction, rate, ramp, _USUAL_RATE)
    with asked.work() as work:
        found = switching_currents(asked.junction, reduced, count, asked.seed, method=method, dt=dt, **work)
    asked.say(found)
