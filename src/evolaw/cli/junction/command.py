"""``evolaw junction iv|hysteresis|switching|escape|shapiro|diffusion|density|array|fit``: one sub-command a curve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from evolaw.cli import terminal
from evolaw.cli.junction import answers, array, fit
from evolaw.cli.junction.numbers import (
    Capacitance,
    Critical,
    Damping,
    Noise,
    Resistance,
    Temperature,
    grid,
    junction_of,
)

__all__ = ["app", "density", "diffusion", "escape", "hysteresis_loop", "iv", "shapiro", "switching"]

app = typer.Typer(
    no_args_is_help=True, help="Josephson junctions: every curve from noise, with error bars beside the exact one."
)

Bias = Annotated[str, typer.Option("--bias", help="I/I_c: 0.5, or 0.1,0.5,1, or FROM:TO:COUNT.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of the noise.")]
Step = Annotated[float | None, typer.Option("--dt", help="Time step; by default a tenth of the shortest time.")]
Paths = Annotated[int | None, typer.Option("--paths", help="Independent junctions.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Run directory to write.")]
Figure = Annotated[Path | None, typer.Option("--figure", help="Draw it: .svg, .pdf or .png.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("iv")
def iv(
    ic: Critical = None,
    r: Resistance = None,
    c: Capacitance = None,
    temperature: Temperature = None,
    damping: Damping = None,
    noise: Noise = None,
    bias: Bias = "0.1:2:20",
    paths: Paths = None,
    duration: Annotated[
        float | None, typer.Option("--duration", help="Time watched, in the unit of the junction.")
    ] = None,
    dt: Step = None,
    precision: Annotated[str, typer.Option("--precision", help="float64 or float32.")] = "float64",
    seed: Seed = 0,
    out: Out = None,
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """The current–voltage curve, with the exact one beside it."""
    from evolaw.josephson.curves.voltage import iv_curve

    answers.check_places(out, figure)
    junction, biases = junction_of(ic, r, c, temperature, damping, noise), grid(bias, "bias")
    with terminal.bar("junctions") as progress:
        found = iv_curve(
            junction, biases, seed, paths=paths, duration=duration, dt=dt, precision=precision, progress=_two(progress)
        )
    _curve(found, "voltage", out, figure, as_json)


@app.command("diffusion")
def diffusion(
    ic: Critical = None,
    r: Resistance = None,
    c: Capacitance = None,
    temperature: Temperature = None,
    damping: Damping = None,
    noise: Noise = None,
    bias: Bias = "0.2:2:10",
    paths: Paths = None,
    dt: Step = None,
    seed: Seed = 0,
    out: Out = None,
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """The effective diffusion of the phase, which is the half-width of the radiated line."""
    from evolaw.josephson.curves.diffusion import phase_diffusion

    answers.check_places(out, figure)
    junction, biases = junction_of(ic, r, c, temperature, damping, noise), grid(bias, "bias")
    with terminal.bar("junctions") as progress:
        found = phase_diffusion(
            junction, biases, seed, paths=8192 if paths is None else paths, dt=dt, progress=_two(progress)
        )
    _curve(found, "diffusion", out, figure, as_json)


@app.command("escape")
def escape(
    ic: Critical = None,
    r: Resistance = None,
    c: Capacitance = None,
    temperature: Temperature = None,
    damping: Damping = None,
    noise: Noise = None,
    bias: Bias = "0.5",
    method: Annotated[str, typer.Option("--method", help="waiting, splitting, or auto.")] = "auto",
    escapes: Annotated[int, typer.Option("--escapes", help="Escapes waited for, or junctions a level.")] = 1000,
    dt: Step = None,
    seed: Seed = 0,
    out: Out = None,
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """Escape rates from the zero-voltage state, beside Kramers' rate with the turnover."""
    from evolaw.josephson.curves.escape import escape_rates

    answers.check_places(out, figure)
    junction, biases = junction_of(ic, r, c, temperature, damping, noise), grid(bias, "bias")
    with terminal.bar("biases") as progress:
        found = escape_rates(junction, biases, seed, method=method, escapes=escapes, dt=dt, progress=_two(progress))
    _curve(found, "rate", out, figure, as_json)


@app.command("hysteresis")
def hysteresis_loop(
    ic: Critical = None,
    r: Resistance = None,
    c: Capacitance = None,
    temperature: Temperature = None,
    damping: Damping = None,
    noise: Noise = None,
    largest: Annotated[float, typer.Option("--to", help="Largest bias of the sweep.")] = 1.3,
    rate: Annotated[float, typer.Option("--rate", help="di/dt in the unit of the junction.")] = 1e-3,
    points: Annotated[int, typer.Option("--points", help="Points of each branch.")] = 100,
    paths: Paths = None,
    dt: Step = None,
    seed: Seed = 0,
    out: Out = None,
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """A sweep of the bias up and down: the loop, and where each junction switches and retraps."""
    from evolaw.josephson.curves.hysteresis import hysteresis

    answers.check_places(out, figure)
    junction = junction_of(ic, r, c, temperature, damping, noise)
    with terminal.bar("junctions") as progress:
        found = hysteresis(junction, largest, rate, seed, points=points, paths=paths, dt=dt, progress=_two(progress))
    names = ("bias", "up", "down", "up_error", "down_error", "switching", "retrapping")
    facts = {
        "rate": rate,
        "seed": seed,
        "area": found.area,
        "area_error": found.area_error,
        "orientation": found.orientation,
    }
    answers.say(found, junction, {name: getattr(found, name) for name in names}, facts, out, figure, as_json)


@app.command("switching")
def switching(
    ic: Critical = None,
    r: Resistance = None,
    c: Capacitance = None,
    temperature: Temperature = None,
    damping: Damping = None,
    noise: Noise = None,
    rate: Annotated[float | None, typer.Option("--rate", help="di/dt in the unit of the junction.")] = None,
    ramp: Annotated[str | None, typer.Option("--ramp", help='Instead, dI/dt in SI, as "3 uA/s".')] = None,
    count: Annotated[int, typer.Option("--count", help="Ramps.")] = 1000,
    dt: Step = None,
    seed: Seed = 0,
    out: Out = None,
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """Switching currents of many ramps, and the escape rate that they tell."""
    from evolaw import checks
    from evolaw.josephson.curves.switching import switching_currents
    from evolaw.josephson.fitting.tables import quantity_of_text

    answers.check_places(out, figure)
    junction = junction_of(ic, r, c, temperature, damping, noise)
    checks.require(rate is None or ramp is None, "ramp", "be left out beside --rate", ramp)
    if ramp is not None:
        scales = junction.scales
        if scales is None:
            raise checks.refuse("ramp", "be given with a junction in SI units; use --rate", ramp)
        rate = quantity_of_text(ramp, "ramp") / scales.critical_current * scales.time_unit
    with terminal.bar("ramps") as progress:
        found = switching_currents(
            junction, 1e-4 if rate is None else rate, count, seed, dt=dt, progress=_two(progress)
        )
    rates = found.rates()
    arrays = {
        "currents": found.currents,
        "rate_bias": rates.bias,
        "escape_rate": rates.rate,
        "rate_low": rates.low,
        "rate_high": rates.high,
    }
    facts = {"rate": found.rate, "seed": seed, "mean": list(found.mean), "deviation": list(found.deviation)}
    law = {"law": {"mean": found.law.mean, "deviation": found.law.deviation}}
    answers.say(found, junction, arrays, facts | law, out, figure, as_json)


@app.command("shapiro")
def shapiro(
    ic: Critical = None,
    r: Resistance = None,
    c: Capacitance = None,
    temperature: Temperature = None,
    damping: Damping = None,
    noise: Noise = None,
    bias: Bias = "0:3:61",
    amplitude: Annotated[str, typer.Option("--amplitude", help="i1: numbers or FROM:TO:COUNT.")] = "0:4:41",
    frequency: Annotated[float, typer.Option("--frequency", help="W of the drive, in the inverse unit of time.")] = 1.0,
    periods: Annotated[int, typer.Option("--periods", help="Periods over which turns are counted.")] = 60,
    paths: Paths = None,
    seed: Seed = 0,
    out: Out = None,
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """The map of Shapiro steps over bias and drive amplitude."""
    from evolaw.josephson.curves.shapiro import shapiro_map

    answers.check_places(out, figure)
    junction = junction_of(ic, r, c, temperature, damping, noise)
    rows, columns = grid(bias, "bias"), grid(amplitude, "amplitude")
    with terminal.bar("points") as progress:
        found = shapiro_map(
            junction, rows, columns, frequency, seed, periods=periods, paths=paths, progress=_two(progress)
        )
    arrays = {"bias": found.bias, "amplitude": found.amplitude, "turns": found.turns, "error": found.error}
    answers.say(found, junction, arrays, {"frequency": frequency, "seed": seed}, out, figure, as_json)


@app.command("density")
def density(
    ic: Critical = None,
    r: Resistance = None,
    c: Capacitance = None,
    temperature: Temperature = None,
    damping: Damping = None,
    noise: Noise = None,
    bias: Annotated[float, typer.Option("--bias", help="I/I_c.")] = 0.5,
    paths: Paths = None,
    bins: Annotated[int, typer.Option("--bins", help="Bins over one period.")] = 60,
    dt: Step = None,
    seed: Seed = 0,
    out: Out = None,
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """The stationary density of the phase, over that of the Fokker–Planck equation."""
    from evolaw.josephson.curves.density import phase_density

    answers.check_places(out, figure)
    junction = junction_of(ic, r, c, temperature, damping, noise)
    with terminal.bar("junctions") as progress:
        found = phase_density(junction, bias, seed, paths=paths or 100_000, bins=bins, dt=dt, progress=_two(progress))
    arrays = {name: getattr(found, name) for name in ("edges", "density", "error", "exact")}
    facts = {
        "bias": bias,
        "seed": seed,
        "cosine": [found.cosine, found.cosine_error],
        "exact_cosine": found.exact_cosine,
    }
    more = {"distance": found.distance, "expected_distance": found.expected_distance}
    answers.say(found, junction, arrays, facts | more, out, figure, as_json)


app.command("array")(array.run)
app.command("fit")(fit.fit_curve)


def _curve(found: Any, name: str, out: Path | None, figure: Path | None, as_json: bool) -> None:
    """Say a curve: its abscissa, values, errors and exact values."""
    arrays = {"bias": found.abscissa, name: found.value, "error": found.error}
    if found.exact is not None:
        arrays["exact"] = found.exact
    facts = {"seed": found.seed, "source": found.source or None, "gap": found.gap}
    if not as_json:
        terminal.result(_table(found, name))
    answers.say(found, found.junction, arrays, facts, out, figure, as_json)


def _table(found: Any, name: str) -> str:
    rows = [f"  {'I/I_c':>8}  {name:>14}  {'± 1 SE':>9}  exact"]
    for bias, value, error, exact in found.rows():
        rows.append(
            f"  {bias:>8.4g}  {value:>14.7g}  {error:>9.2g}  {'' if exact is None else f'{exact:.7g}'}".rstrip()
        )
    return "\n".join(rows)


def _two(progress: Any) -> Any:
    """The bar as the loop calls it, with two numbers."""
    return lambda done, total: progress(done, total, "")
