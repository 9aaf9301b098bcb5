"""``evolaw junction iv|hysteresis|switching|escape|shapiro|diffusion|density|averages|array|fit|resume``: one sub-command a curve."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolaw.cli import completion, terminal
from evolaw.cli.junction import answers, array, fit
from evolaw.cli.junction.numbers import (
    Bias,
    Capacitance,
    Critical,
    Damping,
    Duration,
    Figure,
    Json,
    Noise,
    Out,
    Paths,
    Resistance,
    Seed,
    Step,
    Temperature,
    grid,
    junction_of,
)

if TYPE_CHECKING:
    from evolaw.storage import Run

__all__ = [
    "app",
    "averages",
    "density",
    "diffusion",
    "escape",
    "hysteresis_loop",
    "iv",
    "resume",
    "shapiro",
    "switching",
]

app = typer.Typer(
    no_args_is_help=True, help="Josephson junctions: every curve from noise, with error bars beside the exact one."
)


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
    duration: Duration = None,
    dt: Step = None,
    precision: Annotated[
        str,
        typer.Option("--precision", autocompletion=completion.among("float64", "float32"), help="float64 or float32."),
    ] = "float64",
    seed: Seed = 0,
    out: Out = None,
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """The current–voltage curve, with the exact one beside it."""
    typed = dict(locals())
    from evolaw.josephson.curves.voltage import iv_curve

    with answers.kept("iv", typed) as run:
        junction, biases = junction_of(ic, r, c, temperature, damping, noise), grid(bias, "bias")
        with terminal.bar("junctions") as progress:
            found = iv_curve(
                junction,
                biases,
                seed,
                paths=paths,
                duration=duration,
                dt=dt,
                precision=precision,
                progress=progress,
                out=run,
            )
        _curve(found, "voltage", run, figure, as_json)


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
    typed = dict(locals())
    from evolaw.josephson.curves.diffusion import phase_diffusion

    with answers.kept("diffusion", typed) as run:
        junction, biases = junction_of(ic, r, c, temperature, damping, noise), grid(bias, "bias")
        with terminal.bar("junctions") as progress:
            found = phase_diffusion(
                junction, biases, seed, paths=8192 if paths is None else paths, dt=dt, progress=progress, out=run
            )
        _curve(found, "diffusion", run, figure, as_json)


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
    typed = dict(locals())
    from evolaw.josephson.curves.escape import escape_rates

    with answers.kept("escape", typed) as run:
        junction, biases = junction_of(ic, r, c, temperature, damping, noise), grid(bias, "bias")
        with terminal.bar("biases") as progress:
            found = escape_rates(
                junction, biases, seed, method=method, escapes=escapes, dt=dt, progress=progress, out=run
            )
        _curve(found, "rate", run, figure, as_json)


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
    typed = dict(locals())
    from evolaw.josephson.curves.hysteresis import hysteresis

    with answers.kept("hysteresis", typed) as run:
        junction = junction_of(ic, r, c, temperature, damping, noise)
        with terminal.bar("junctions") as progress:
            found = hysteresis(
                junction, largest, rate, seed, points=points, paths=paths, dt=dt, progress=progress, out=run
            )
        names = ("bias", "up", "down", "up_error", "down_error", "switching", "retrapping")
        facts = {"rate": rate, "seed": seed}
        facts |= {name: getattr(found, name) for name in ("area", "area_error", "orientation")}
        answers.say(found, junction, {name: getattr(found, name) for name in names}, facts, run, figure, as_json)


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
    method: Annotated[
        str, typer.Option("--method", help="simulation, rate (drawn from the integrated escape rate), or auto.")
    ] = "auto",
    dt: Step = None,
    seed: Seed = 0,
    out: Out = None,
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """Switching currents of many ramps, and the escape rate that they tell."""
    typed = dict(locals())
    from evolaw import checks
    from evolaw.josephson.curves.switching import switching_currents
    from evolaw.josephson.fitting.tables import quantity_of_text

    with answers.kept("switching", typed) as run:
        junction = junction_of(ic, r, c, temperature, damping, noise)
        checks.require(rate is None or ramp is None, "ramp", "be left out beside --rate", ramp)
        if ramp is not None:
            scales = junction.scales
            if scales is None:
                raise checks.refuse("ramp", "be given with a junction in SI units; use --rate", ramp)
            rate = quantity_of_text(ramp, "ramp") / scales.critical_current * scales.time_unit
        with terminal.bar("ramps") as progress:
            found = switching_currents(
                junction,
                1e-4 if rate is None else rate,
                count,
                seed,
                method=method,
                dt=dt,
                progress=progress,
                out=run,
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
        facts |= {name: getattr(found, name) for name in ("method", "source", "rate_error", "current_error")}
        law = {"law": {"mean": found.law.mean, "deviation": found.law.deviation}}
        answers.say(found, junction, arrays, facts | law, run, figure, as_json)


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
    typed = dict(locals())
    from evolaw.josephson.curves.shapiro import shapiro_map

    with answers.kept("shapiro", typed) as run:
        junction = junction_of(ic, r, c, temperature, damping, noise)
        rows, columns = grid(bias, "bias"), grid(amplitude, "amplitude")
        with terminal.bar("points") as progress:
            found = shapiro_map(
                junction, rows, columns, frequency, seed, periods=periods, paths=paths, progress=progress, out=run
            )
        arrays = {"bias": found.bias, "amplitude": found.amplitude, "turns": found.turns, "error": found.error}
        answers.say(found, junction, arrays, {"frequency": frequency, "seed": seed}, run, figure, as_json)


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
    typed = dict(locals())
    from evolaw.josephson.curves.density import phase_density

    with answers.kept("density", typed) as run:
        junction = junction_of(ic, r, c, temperature, damping, noise)
        with terminal.bar("junctions") as progress:
            found = phase_density(
                junction,
                bias,
                seed,
                paths=100_000 if paths is None else paths,
                bins=bins,
                dt=dt,
                progress=progress,
                out=run,
            )
        arrays = {name: getattr(found, name) for name in ("edges", "density", "error", "exact")}
        facts = {
            "bias": bias,
            "seed": seed,
            "cosine": [found.cosine, found.cosine_error],
            "exact_cosine": found.exact_cosine,
            "doubt": found.doubt or None,
        }
        more = {"distance": found.distance, "expected_distance": found.expected_distance}
        answers.say(found, junction, arrays, facts | more, run, figure, as_json)


@app.command("averages")
def averages(
    ic: Critical = None,
    r: Resistance = None,
    c: Capacitance = None,
    temperature: Temperature = None,
    damping: Damping = None,
    noise: Noise = None,
    bias: Bias = "0.2:1.6:8",
    paths: Paths = None,
    duration: Duration = None,
    dt: Step = None,
    seed: Seed = 0,
    out: Out = None,
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """Voltage, supercurrent, energy and entropy of the stationary state, with the balances of current and power."""
    typed = dict(locals())
    from evolaw.josephson.curves.averages import stationary_averages

    with answers.kept("averages", typed) as run:
        junction, biases = junction_of(ic, r, c, temperature, damping, noise), grid(bias, "bias")
        with terminal.bar("junctions") as progress:
            found = stationary_averages(
                junction,
                biases,
                seed,
                paths=2048 if paths is None else paths,
                duration=400.0 if duration is None else duration,
                dt=dt,
                progress=progress,
                out=run,
            )
        arrays = {"bias": found.bias}
        for name, (value, error, exact) in found.columns.items():
            key = name.replace(" ", "_")
            arrays |= {key: value, f"{key}_error": error, f"{key}_exact": exact}
        answers.say(
            found,
            junction,
            arrays,
            {"seed": seed, "gap": found.gap, "doubt": found.doubt or None},
            run,
            figure,
            as_json,
        )


app.command("array")(array.run)
app.command("fit")(fit.fit_curve)

_VERBS: dict[str, Callable[..., None]] = {
    "iv": iv, "diffusion": diffusion, "escape": escape, "hysteresis": hysteresis_loop, "switching": switching, "shapiro": shapiro,
    "density": density, "averages": averages, "array": array.run, "fit": fit.fit_curve,
}  # fmt: skip


@app.command("resume")
def resume(
    run: Annotated[Path, typer.Argument(help="Run directory to continue; all else is in it.")],
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """Continue a run that was killed, to the bytes it would have had."""
    from evolaw.errors import StorageError
    from evolaw.storage import Run

    about = Run.open(run).about
    settings, verb = about.get("settings"), _VERBS.get(str(about.get("verb")))
    if verb is None or not isinstance(settings, dict) or not set(settings) <= set(inspect.signature(verb).parameters):
        raise StorageError(
            f"{run} was not written by `evolaw junction … --out`, so there is no measurement to continue."
        )
    verb(**settings, out=run, figure=figure, as_json=as_json)


def _curve(found: Any, name: str, run: Run | None, figure: Path | None, as_json: bool) -> None:
    """Say a curve: its abscissa, values, errors and exact values."""
    arrays = {"bias": found.abscissa, name: found.value, "error": found.error}
    if found.exact is not None:
        arrays["exact"] = found.exact
    facts = {"seed": found.seed, "source": found.source or None, "gap": found.gap, "doubt": found.doubt or None}
    if found.doubtful is not None:
        arrays["doubtful"] = found.doubtful
    if not as_json:
        terminal.result(_table(found, name))
    answers.say(found, found.junction, arrays, facts, run, figure, as_json)


def _table(found: Any, name: str) -> str:
    rows = [f"  {'I/I_c':>8}  {name:>14}  {'± 1 SE':>9}  exact"]
    marks = [False] * len(found.abscissa) if found.doubtful is None else found.doubtful.tolist()
    for (bias, value, error, exact), is_doubtful in zip(found.rows(), marks, strict=True):
        known = "" if exact is None else f"{exact:.7g}"
        row = f"  {bias:>8.4g}  {value:>14.7g}  {error:>9.2g}  {known:<12}{'  (in doubt)' if is_doubtful else ''}"
        rows.append(row.rstrip())
    return "\n".join(rows)
