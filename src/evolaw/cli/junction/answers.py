"""What is said of a measured curve: to a person, as one JSON document, as a run directory, as a figure."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evolaw.cli import terminal

__all__ = ["check_places", "say"]


def check_places(out: Path | None, figure: Path | None) -> None:
    """Refuse places that cannot be written before the work begins, not after it."""
    from evolaw import checks
    from evolaw.cli import arguments

    if figure is not None:
        arguments.require_place(figure)
    if out is not None:
        checks.require(not out.exists(), "out", "be a directory that does not exist yet", str(out))


def say(
    result: Any,
    junction: Any,
    arrays: Mapping[str, Any],
    facts: Mapping[str, Any],
    out: Path | None,
    figure: Path | None,
    as_json: bool,
) -> None:
    """Print a result, and write it where it was asked for.

    Args:
        result: what prints and draws itself.
        junction: whose it is, or None.
        arrays: name -> array; listed in the document and stored in the run.
        facts: name -> anything JSON knows.
        out, figure, as_json: as typed.
    """
    if figure is not None:
        from evolaw.report.styles import save

        save(result.plot(), figure)
    document = {
        "schema": 1,
        "junction": _numbers(junction),
        **facts,
        **{name: _listed(array) for name, array in arrays.items()},
    }
    if out is not None:
        _store(out, document, arrays)
    if as_json:
        terminal.document(document | {"run": out and str(out), "figure": figure and str(figure)})
        return
    terminal.result(repr(result))
    for name, place in (("run", out), ("figure", figure)):
        if place is not None:
            terminal.result(f"  {name} written to {place}")


def _numbers(junction: Any) -> dict[str, Any] | None:
    """The numbers of a junction for the document."""
    if junction is None:
        return None
    found: dict[str, Any] = {"damping": junction.damping, "noise": junction.noise}
    if junction.scales is not None:
        s = junction.scales
        found["si"] = {
            "critical_current": s.critical_current,
            "resistance": s.resistance,
            "capacitance": s.capacitance,
            "temperature": s.temperature,
            "time_unit": s.time_unit,
            "voltage_unit": s.voltage_unit,
        }
    return found


def _listed(array: Any) -> Any:
    """Nested lists for JSON, which has neither infinity nor what is not a number."""
    import numpy as np

    values = np.asarray(array)
    if values.dtype.kind != "f":
        return values.tolist()
    listed = values.astype(object)
    listed[~np.isfinite(values)] = None
    return listed.tolist()


def _store(out: Path, document: dict[str, Any], arrays: Mapping[str, Any]) -> None:
    import numpy as np

    from evolaw.storage import Run

    header = {"kind": "junction", "command": shlex.join(["evolaw", *sys.argv[1:]]), "junction": document["junction"]}
    with Run.create(out, about=header) as run:
        for name, array in arrays.items():
            values = np.asarray(array)
            run.write(name, values, [f"axis_{k}" for k in range(values.ndim)])
        run.document("result.json", document)
