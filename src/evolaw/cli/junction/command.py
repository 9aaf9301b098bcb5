"""``evolaw junction iv|hysteresis|shapiro|diffusion|spectrum|density|averages|escape|switching|array|fit|resume``: one verb a curve."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from evolaw.cli.junction import array, escapes, fit, fluctuations, voltages
from evolaw.cli.junction.options import Figure, Json, Report

__all__ = ["app", "resume"]

app = typer.Typer(
    no_args_is_help=True, help="Josephson junctions: every curve from noise, with error bars beside the exact one."
)

_VERBS: dict[str, Callable[..., None]] = {
    "iv": voltages.iv,
    "hysteresis": voltages.hysteresis_loop,
    "switching": escapes.switching,
    "escape": escapes.escape,
    "shapiro": voltages.shapiro,
    "diffusion": fluctuations.diffusion,
    "spectrum": fluctuations.line,
    "density": fluctuations.density,
    "averages": fluctuations.averages,
    "array": array.run,
    "fit": fit.fit_curve,
}
for _name, _verb in _VERBS.items():
    app.command(_name)(_verb)


@app.command("resume")
def resume(
    run: Annotated[Path, typer.Argument(help="Run directory to continue; all else is in it.")],
    figure: Figure = None,
    report: Report = None,
    as_json: Json = False,
) -> None:
    """Continue a run that was killed, to the bytes it would have had; a finished one is shown and drawn again."""
    from evolaw.errors import StorageError
    from evolaw.storage import Run

    about = Run.open(run).about
    settings, verb = about.get("settings"), _VERBS.get(str(about.get("verb")))
    if verb is None or not isinstance(settings, dict) or not set(settings) <= set(inspect.signature(verb).parameters):
        raise StorageError(
            f"{run} was not written by `evolaw junction … --out`, so there is no measurement to continue."
        )
    verb(**settings, out=run, figure=figure, report=report, as_json=as_json)
