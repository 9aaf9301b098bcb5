"""What is said of a measured curve: to a person, as one JSON document, as a figure, in a run directory that a kill does not undo."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw.cli import terminal

if TYPE_CHECKING:
    from evolaw.storage import Run

__all__ = ["Place", "kept", "say", "table"]


@dataclass(frozen=True)
class Place:
    """Where a result goes.

    Attributes:
        verb: the sub-command.
        settings: what was typed, but for where the result goes.
        run: the open run directory, or None.
        figure, report, as_json: as typed.
        found: the result, where the run directory holds it already; it is open for reading then.
    """

    verb: str
    settings: dict[str, Any]
    run: Run | None
    figure: Path | None
    report: Path | None
    as_json: bool
    found: Any = None


@contextmanager
def kept(verb: str, typed: Mapping[str, Any]) -> Iterator[Place]:
    """Open the run directory that was asked for, or continue it; refuse places that cannot be written before the work begins, not after.

    Args:
        verb: the sub-command; with what was typed it is kept in the run, so that ``evolaw junction resume`` can go on.
        typed: all of its options by name.
    """
    from evolaw import checks
    from evolaw.cli import arguments

    if typed["figure"] is not None:
        arguments.require_place(typed["figure"])
    page: Path | None = typed.get("report")
    checks.require(page is None or page.parent.is_dir(), "report", "lie in a directory that exists", str(page))
    out: Path | None = typed["out"]
    settings = {
        name: str(value) if isinstance(value, Path) else value for name, value in typed.items() if name not in _NOWHERE
    }
    goes = {"figure": typed["figure"], "report": page, "as_json": typed["as_json"]}
    if out is None:
        yield Place(verb, settings, None, **goes)
        return
    if _is_finished(out):
        from evolaw.josephson import stored_results

        _require_same(out, verb, settings)
        found = stored_results.load(out)
        terminal.note(f"{out} is finished: what it holds is shown again.")
        yield Place(verb, settings, _reading(out), **goes, found=found)
        return
    with _opened(out, verb, settings) as run:
        try:
            yield Place(verb, settings, run, **goes)
        except (KeyboardInterrupt, SystemExit):
            terminal.note(f"stopped; what was committed is kept. Continue with: evolaw junction resume {out}")
            raise


_NOWHERE = ("out", "figure", "report", "as_json")
"""Options that say where a result goes, not what is measured."""


def _is_finished(out: Path) -> bool:
    return (out / "manifest.json").exists() and not _is_free(out) and _reading(out).state == "done"


def _reading(out: Path) -> Run:
    from evolaw.storage import Run

    return Run.open(out)


def _require_same(out: Path, verb: str, settings: dict[str, Any]) -> None:
    from evolaw.errors import StorageError

    known = _reading(out).about
    there = known.get("settings") or {}
    differing = sorted(name for name, value in settings.items() if there.get(name) != value)
    if known.get("verb") != verb or differing:
        what = ", ".join(differing) or "what was measured"
        raise StorageError(f"{out} holds another run: it differs in {what}. Choose another directory.")


def _opened(out: Path, verb: str, settings: dict[str, Any]) -> Run:
    from evolaw.storage import Run

    if not (out / "manifest.json").exists() or _is_free(out):
        header = {"kind": "junction", "verb": verb, "settings": settings, "seed": settings.get("seed")}
        header |= {"resume": "junction resume", "unit": "frames", "command": shlex.join(["evolaw", *sys.argv[1:]])}
        return Run.create(out, about=header)
    _require_same(out, verb, settings)
    run = Run.resume(out)
    terminal.note(f"{out}: going on after {run.cursor} committed frames")
    return run


def _is_free(out: Path) -> bool:
    """Whether a run ended before it kept anything, as after a refused argument; one that began a solution goes on."""
    from evolaw.errors import StorageError
    from evolaw.storage.leftovers import require_free

    try:
        require_free(out)
    except StorageError:
        return False
    return True


def say(found: Any, place: Place, **facts: Any) -> None:
    """Print a result, a curve as a table, and write it where it was asked for.

    Args:
        found: what prints and draws itself.
        place: where it goes.
        **facts: further entries of the document.
    """
    import numpy as np

    from evolaw.josephson import stored_results
    from evolaw.josephson.curves.results import Curve

    if place.figure is not None:
        from evolaw.report.styles import save

        save(found.plot(), place.figure)
    stored = stored_results.packed(found)
    document = {"schema": 1, "junction": _numbers(getattr(found, "junction", None))} | facts
    for name, fact in (stored.facts | stored.arrays).items():
        document[name] = _listed(fact) if isinstance(fact, np.ndarray | float) else fact
    if place.run is not None and place.found is None:
        _store(place.run, document, stored.arrays | stored.kept)
    if place.report is not None:
        _write_page(found, place, place.report)
    where = {"run": place.run and str(place.run.path), "figure": place.figure and str(place.figure)}
    where |= {} if place.report is None else {"report": str(place.report)}
    if place.as_json:
        terminal.document(document | where)
        return
    if isinstance(found, Curve):
        terminal.result(table(found))
    terminal.result(repr(found))
    for name, path in where.items():
        if path is not None:
            terminal.result(f"  {name} written to {path}")


def _write_page(found: Any, place: Place, path: Path) -> None:
    from evolaw.report import language
    from evolaw.report.junction.page import write_junction

    typed = shlex.join(["evolaw", *sys.argv[1:]])
    command = str(place.run.about.get("command") or typed) if place.run is not None else typed
    made = {"settings": place.settings, "seed": place.settings.get("seed"), "command": command}
    write_junction(path, found, place.verb, **made, lang=language.spoken())


def table(found: Any) -> str:
    """Return the rows of a curve: reduced units, then, of a junction in SI units, the same in ampere, volt, hertz."""
    from evolaw.report.junction.numbers import curve_table

    made = curve_table(found)
    marks = made.doubtful or (False,) * len(made.rows)
    lines = (made.heading, *made.rows)
    widths = [max(len(row[k]) for row in lines) for k in range(len(made.heading))]
    texts = ["  " + "  ".join(word.rjust(width) for word, width in zip(row, widths, strict=True)) for row in lines]
    return "\n".join([texts[0], *(text + "  (in doubt)" * mark for text, mark in zip(texts[1:], marks, strict=True))])


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


def _store(run: Run, document: dict[str, Any], arrays: Mapping[str, Any]) -> None:
    import numpy as np

    for name, array in arrays.items():
        values = np.asarray(array)
        run.write(name, values, [f"axis_{k}" for k in range(values.ndim)])
    run.document("result.json", document)
