"""What is said of a measured curve: to a person, as one JSON document, as a figure, in a run directory that a kill does not undo."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolaw.cli import terminal

if TYPE_CHECKING:
    from evolaw.storage import Run

__all__ = ["kept", "say", "table"]


@contextmanager
def kept(verb: str, typed: Mapping[str, Any]) -> Iterator[Run | None]:
    """Open the run directory that was asked for, or continue it; refuse places that cannot be written before the work begins, not after.

    Args:
        verb: the sub-command; with what was typed it is kept in the run, so that ``evolaw junction resume`` can go on.
        typed: all of its options by name.
    """
    from evolaw.cli import arguments

    if typed["figure"] is not None:
        arguments.require_place(typed["figure"])
    out: Path | None = typed["out"]
    if out is None:
        yield None
        return
    settings = {
        name: str(value) if isinstance(value, Path) else value
        for name, value in typed.items()
        if name not in ("out", "figure", "as_json")
    }
    with _opened(out, verb, settings) as run:
        try:
            yield run
        except (KeyboardInterrupt, SystemExit):
            terminal.note(f"stopped; what was committed is kept. Continue with: evolaw junction resume {out}")
            raise


def _opened(out: Path, verb: str, settings: dict[str, Any]) -> Run:
    from evolaw.errors import StorageError
    from evolaw.storage import Run

    if not (out / "manifest.json").exists() or _is_free(out):
        header = {"kind": "junction", "verb": verb, "settings": settings, "seed": settings.get("seed")}
        header |= {"resume": "junction resume", "unit": "frames", "command": shlex.join(["evolaw", *sys.argv[1:]])}
        return Run.create(out, about=header)
    known = Run.open(out).about
    there = known.get("settings") or {}
    differing = sorted(name for name, value in settings.items() if there.get(name) != value)
    if known.get("verb") != verb or differing:
        what = ", ".join(differing) or "what was measured"
        raise StorageError(f"{out} holds another run: it differs in {what}. Choose another directory.")
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


def say(
    result: Any,
    junction: Any,
    arrays: Mapping[str, Any],
    facts: Mapping[str, Any],
    run: Run | None,
    figure: Path | None,
    as_json: bool,
) -> None:
    """Print a result, and write it where it was asked for.

    Args:
        result: what prints and draws itself.
        junction: whose it is, or None.
        arrays: name -> array; listed in the document and stored in the run.
        facts: name -> anything JSON knows.
        run: the open run directory, or None.
        figure, as_json: as typed.
    """
    if figure is not None:
        from evolaw.report.styles import save

        save(result.plot(), figure)
    document = {
        "schema": 1,
        "junction": _numbers(junction),
        **{name: _listed(fact) if isinstance(fact, float) else fact for name, fact in facts.items()},
        **{name: _listed(array) for name, array in arrays.items()},
    }
    if run is not None:
        _store(run, document, arrays)
    place = run and str(run.path)
    if as_json:
        terminal.document(document | {"run": place, "figure": figure and str(figure)})
        return
    terminal.result(repr(result))
    for name, where in (("run", place), ("figure", figure)):
        if where is not None:
            terminal.result(f"  {name} written to {where}")


def table(found: Any, name: str) -> str:
    """Return the rows of a curve: reduced units, then, of a junction in SI units, the same in ampere, volt, hertz."""
    marks = [False] * len(found.abscissa) if found.doubtful is None else found.doubtful.tolist()
    heading = ["I/I_c", name, "± 1 SE"] + ([] if found.exact is None else [_EXACT.get(found.name, "exact")])
    rows = [
        [f"{bias:.4g}", *_measured(value, error)] + ([] if found.exact is None else [_known(exact, error)])
        for bias, value, error, exact in found.rows()
    ]
    for column in found.physical():
        shown, unit = _in_units(column)
        heading += [f"{column.name} ({unit})"] + ([] if column.error is None else ["± 1 SE"])
        for row, words in zip(rows, shown, strict=True):
            row += words
    widths = [max(len(row[k]) for row in (heading, *rows)) for k in range(len(heading))]
    texts = [
        "  " + "  ".join(word.rjust(width) for word, width in zip(row, widths, strict=True)) for row in (heading, *rows)
    ]
    return "\n".join([texts[0], *(text + "  (in doubt)" * mark for text, mark in zip(texts[1:], marks, strict=True))])


_EXACT = {"escape rate": "known"}
_ROUNDING, _UNSEEN = 1e-13, 1e-3


def _known(exact: float | None, error: float) -> str:
    """An exact value; below the rounding of the numbers it was made of it is zero, unless the measurement is as small."""
    if exact is None:
        return ""
    return f"{0.0 if abs(exact) < min(_ROUNDING, _UNSEEN * error) else exact:.7g}"


def _in_units(column: Any) -> tuple[list[list[str]], str]:
    """The numbers of a column, with their errors if they have any, in a readable part of their unit."""
    import numpy as np

    from evolaw import display

    scale, prefix = display.engineering(float(np.max(np.abs(column.value))))
    if not column.unit.isalpha():  # a prefix of a square would be read as one squared, and none stands before a one
        scale, prefix = 1.0, ""
    if column.error is None:
        return [[f"{x / scale:.4g}"] for x in column.value], prefix + column.unit
    pairs = zip(column.value / scale, column.error / scale, strict=True)
    return [_measured(x, e) for x, e in pairs], prefix + column.unit


def _measured(value: float, error: float) -> list[str]:
    """A number and its error, no digit that the error does not allow; the document keeps all."""
    from evolaw import display

    both, _, power = display.uncertain(value, error).removeprefix("(").partition(")")
    number, _, spread = both.partition(" ± ")
    return [number + power, f"{error:.1e}" if power else spread]


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
