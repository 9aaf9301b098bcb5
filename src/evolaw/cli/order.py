"""``evolaw order``: the strong and weak order of a scheme on a process, measured, beside what the scheme declares."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evolaw.cli import completion, terminal

if TYPE_CHECKING:
    from evolaw.sde.studies.convergence import OrderEstimate

__all__ = ["measure_order"]


def measure_order(
    scheme: Annotated[str, typer.Argument(autocompletion=completion.schemes, help="Name of a scheme, as milstein.")],
    law: Annotated[
        str,
        typer.Argument(
            autocompletion=completion.processes,
            metavar="PROCESS",
            help='A process, or an equation as "dX = -X dt + X dW".',
        ),
    ],
    values: Annotated[list[str] | None, typer.Option("--set", help="A parameter, as theta=2; once for each.")] = None,
    start: Annotated[str | None, typer.Option("--start", help="State at time 0, as 1 or 1,0.")] = None,
    time: Annotated[float, typer.Option("--time", help="Time at which the error is measured.")] = 1.0,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            autocompletion=completion.among("strong", "weak", "both"),
            help="strong, weak, or both where the scheme has both.",
        ),
    ] = "both",
    steps: Annotated[
        str, typer.Option("--steps", help="Numbers of steps, rising, dividing the last.")
    ] = "8,16,32,64,128",
    paths: Annotated[int, typer.Option("--paths", help="Paths; more make the band narrower.")] = 4000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the noise.")] = 0,
    figure: Annotated[
        Path | None, typer.Option("--figure", help="Draw errors against steps: .svg, .pdf or .png.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure the order of convergence of a scheme on a process, with its confidence band."""
    import numpy as np

    from evolaw import checks
    from evolaw.cli import arguments
    from evolaw.cli.simulate.process_settings import first_state
    from evolaw.ito import equations
    from evolaw.sde import catalogue

    checks.one_of(kind, "kind", ("both", "strong", "weak"))
    if figure is not None:
        arguments.require_place(figure)
    process, method = equations.process(law, arguments.settings(values or ())), catalogue.scheme(scheme)
    refusal = method.refuses(process)
    checks.require(refusal is None, "scheme", f"be one for the process {process}", scheme, str(refusal))
    checks.require(method.needs != "exact", "scheme", "make an error", scheme, "Exact steps have no order.")
    counts = tuple(checks.integer(_whole(part), "steps", least=1) for part in steps.split(","))
    begin = np.array(first_state(process, catalogue.classic(law), start))
    kinds = ("strong", "weak") if kind == "both" else (kind,)
    from evolaw.sde.schemes.noise_requests import NoiseRequest

    if kind == "both" and not NoiseRequest.of(method).has_path:
        terminal.note(f"{method.name} follows no Brownian path, so it has no strong order.")
        kinds = ("weak",)
    asked = {"steps": counts, "paths": paths, "rng": seed}
    found = _measured(method, process, begin, checks.positive(time, "time"), kinds, asked)
    if figure is not None:
        from evolaw.report.order_charts import draw_orders
        from evolaw.report.styles import save

        save(draw_orders(found, f"{method.name} on {process}"), figure)
    if as_json:
        facts = {"schema": 1, "scheme": method.name, "process": str(process), "noise": process.noise, "time": time}
        terminal.document(facts | {"start": begin.tolist(), "seed": seed, "orders": [_facts(one) for one in found]})
    else:
        terminal.result(_text(method, process, found, figure))


def _measured(
    method: Any, process: Any, start: Any, time: float, kinds: tuple[str, ...], asked: dict[str, Any]
) -> list[OrderEstimate]:
    from evolaw.sde.studies.convergence import order

    with terminal.bar("measuring") as progress:
        found = []
        for done, kind in enumerate(kinds, start=1):
            found.append(order(method, process, start, time, kind=kind, **asked))
            progress(done, len(kinds), kind)
    return found


def _facts(estimate: OrderEstimate) -> dict[str, Any]:
    return {
        "kind": estimate.kind,
        "order": estimate.slope,
        "band": estimate.band,
        "declared": estimate.declared,
        "truth": estimate.truth,
        "steps": estimate.steps.tolist(),
        "dt": estimate.dt.tolist(),
        "errors": estimate.errors.tolist(),
        "standard_errors": estimate.standard_errors.tolist(),
    }


def _text(method: Any, process: Any, found: list[OrderEstimate], figure: Path | None) -> str:
    from evolaw import display

    facts: list[tuple[str, Any]] = [("noise", f"{process.noise}, {process.calculus}")]
    rows = []
    for one in found:
        declared = "nothing declared" if one.declared is None else f"declared {one.declared:g}"
        facts.append((f"{one.kind} order", f"{one.slope:.2f} ± {one.band:.2f} (95 %), {declared}; against {one.truth}"))
        rows += ["", f"  {'step':>10}  {one.kind + ' error':>14}  standard error"]
        rows += [
            f"  {h:>10.4g}  {e:>14.4g}  {s:>14.2g}"
            for h, e, s in zip(one.dt, one.errors, one.standard_errors, strict=True)
        ]
        if (one.errors < 3 * one.standard_errors).any():
            rows.append("  Some errors are below three standard errors: take more --paths or fewer steps.")
    return "\n".join([display.lines(f"{method.name} on {process}", [*facts, ("figure", figure)]), *rows])


def _whole(text: str) -> Any:
    """A whole number, or the text itself for the error to show."""
    return int(text) if text.strip().isdecimal() else text
