"""``evolaw junction iv|hysteresis|shapiro``: voltages over the bias."""

from __future__ import annotations

from typing import Annotated

import typer

from evolaw.cli.junction.numbers import frequency_of, grid, sweep_rate
from evolaw.cli.junction.options import Bias, Duration, Paths, Precision, Ramp, Step, SweepRate
from evolaw.cli.junction.verbs import Asked, measured

__all__ = ["hysteresis_loop", "iv", "shapiro"]

_USUAL_RATE = 1e-3


@measured("iv", "junctions")
def iv(
    asked: Asked,
    bias: Bias = "0.1:2:20",
    paths: Paths = None,
    duration: Duration = None,
    dt: Step = None,
    precision: Precision = "float64",
) -> None:
    """The current–voltage curve, with the exact one beside it."""
    from evolaw.josephson.curves.voltage import iv_curve

    biases = grid(bias, "bias")
    with asked.work() as work:
        found = iv_curve(
            asked.junction, biases, asked.seed, paths=paths, duration=duration, dt=dt, precision=precision, **work
        )
    asked.say(found)


@measured("hysteresis", "junctions")
def hysteresis_loop(
    asked: Asked,
    largest: Annotated[float, typer.Option("--to", help="Largest bias of the sweep.")] = 1.3,
    rate: SweepRate = None,
    ramp: Ramp = None,
    points: Annotated[int, typer.Option("--points", help="Points of each branch.")] = 100,
    paths: Paths = None,
    dt: Step = None,
) -> None:
    """A sweep of the bias up and down: the loop, and where each junction switches and retraps."""
    from evolaw.josephson.curves.hysteresis import hysteresis

    slope = sweep_rate(asked.junction, rate, ramp, _USUAL_RATE / max(1.0, asked.junction.damping or 1.0))
    with asked.work() as work:
        found = hysteresis(asked.junction, largest, slope, asked.seed, points=points, paths=paths, dt=dt, **work)
    asked.say(found)


@measured("shapiro", "points")
def shapiro(
    asked: Asked,
    bias: Bias = "0:3:61",
    amplitude: Annotated[str, typer.Option("--amplitude", help="i1: numbers or FROM:TO:COUNT.")] = "0:4:41",
    frequency: Annotated[
        str, typer.Option("--frequency", help='Of the drive: W in the inverse unit of time, or in SI as "20 GHz".')
    ] = "1.0",
    periods: Annotated[int, typer.Option("--periods", help="Periods over which turns are counted.")] = 60,
    paths: Paths = None,
) -> None:
    """The map of Shapiro steps over bias and drive amplitude."""
    from evolaw.josephson.curves.shapiro import shapiro_map

    rows, columns, w = grid(bias, "bias"), grid(amplitude, "amplitude"), frequency_of(asked.junction, frequency)
    with asked.work() as work:
        found = shapiro_map(asked.junction, rows, columns, w, asked.seed, periods=periods, paths=paths, **work)
    asked.say(found)
