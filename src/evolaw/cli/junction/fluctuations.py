"""``evolaw junction diffusion|spectrum|density|averages``: the noise of a junction and its stationary state."""

from __future__ import annotations

from typing import Annotated

import typer

from evolaw.cli.junction.numbers import grid
from evolaw.cli.junction.options import Bias, Duration, Paths, Step
from evolaw.cli.junction.verbs import Asked, measured

__all__ = ["averages", "density", "diffusion", "line"]

_OneBias = Annotated[float, typer.Option("--bias", help="I/I_c.")]


@measured("diffusion", "junctions")
def diffusion(asked: Asked, bias: Bias = "0.2:2:10", paths: Paths = None, dt: Step = None) -> None:
    """The effective diffusion of the phase: the half-width of the radiated line, and the voltage noise at zero frequency."""
    from evolaw.josephson.curves.diffusion import phase_diffusion

    biases = grid(bias, "bias")
    with asked.work() as work:
        found = phase_diffusion(
            asked.junction, biases, asked.seed, paths=8192 if paths is None else paths, dt=dt, **work
        )
    asked.say(found)


@measured("spectrum", "junctions")
def line(
    asked: Asked,
    bias: _OneBias = 1.5,
    paths: Paths = None,
    duration: Duration = None,
    sampling: Annotated[float, typer.Option("--sampling", help="Time between two samples.")] = 0.25,
    dt: Step = None,
) -> None:
    """The power spectrum of cos φ and the width of the radiated line, over those of the Fokker–Planck equation."""
    from evolaw.josephson.curves.spectra import spectrum

    with asked.work() as work:
        found = spectrum(
            asked.junction,
            bias,
            asked.seed,
            duration=800.0 if duration is None else duration,
            sampling=sampling,
            paths=256 if paths is None else paths,
            dt=dt,
            **work,
        )
    asked.say(found)


@measured("density", "junctions")
def density(
    asked: Asked,
    bias: _OneBias = 0.5,
    paths: Paths = None,
    bins: Annotated[int, typer.Option("--bins", help="Bins over one period.")] = 60,
    dt: Step = None,
) -> None:
    """The stationary density of the phase, over that of the Fokker–Planck equation."""
    from evolaw.josephson.curves.density import phase_density

    with asked.work() as work:
        found = phase_density(
            asked.junction, bias, asked.seed, paths=100_000 if paths is None else paths, bins=bins, dt=dt, **work
        )
    asked.say(found)


@measured("averages", "junctions")
def averages(
    asked: Asked, bias: Bias = "0.2:1.6:8", paths: Paths = None, duration: Duration = None, dt: Step = None
) -> None:
    """Voltage, supercurrent, energy and entropy of the stationary state, with the balances of current and power."""
    from evolaw.josephson.curves.averages import stationary_averages

    biases = grid(bias, "bias")
    with asked.work() as work:
        found = stationary_averages(
            asked.junction,
            biases,
            asked.seed,
            paths=2048 if paths is None else paths,
            duration=400.0 if duration is None else duration,
            dt=dt,
            **work,
        )
    asked.say(found)
