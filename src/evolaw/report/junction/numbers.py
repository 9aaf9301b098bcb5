"""A result of a junction as tables: each number with its standard error, and what is known of it beside.

The same tables stand on the page and, of a curve, in the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw import display
from evolaw.josephson.arrays.results import ArrayRun
from evolaw.josephson.arrays.sweeps import ArraySweep
from evolaw.josephson.curves.averages import Averages
from evolaw.josephson.curves.density import PhaseDensity
from evolaw.josephson.curves.hysteresis import HysteresisLoop
from evolaw.josephson.curves.results import Curve, IVCurve
from evolaw.josephson.curves.shapiro import ShapiroMap
from evolaw.josephson.curves.spectra import Spectrum
from evolaw.josephson.escapes.switching import SwitchingCurrents
from evolaw.josephson.fitting.results import JunctionFit
from evolaw.josephson.formulas import bessel_half_width, retrapping_current

__all__ = ["NumberTable", "curve_table", "measured", "tables"]

_KNOWN = {"escape rate": "known"}
_SHORT = {"I–V curve": "voltage", "escape rate": "rate", "phase diffusion": "diffusion", "passage time": "time"}
_ROUNDING, _UNSEEN = 1e-13, 1e-3
_MOST = 200
"""Rows of a table on a page; a longer one is thinned, and says so."""


@dataclass(frozen=True)
class NumberTable:
    """A table of words.

    Attributes:
        title: what it holds.
        heading, rows: cells.
        doubtful: which rows are in doubt; empty for none.
        of: how many rows there are in all, where only some are shown.
    """

    title: str
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    doubtful: tuple[bool, ...] = ()
    of: int = 0


def tables(found: Any) -> list[NumberTable]:
    """Return the tables of a result, what says most first."""
    return [_thinned(table) for table in _TABLES[type(found)](found) if table.rows]


def measured(value: float, error: float) -> list[str]:
    """A number and its error, no digit that the error does not allow; the run keeps all.

    Example:
        >>> measured(0.3690644, 0.001), measured(7.1152e-4, 7.9e-5)
        (['0.3691', '0.0010'], ['7.12e-04', '7.9e-05'])
    """
    if not np.isfinite(value):
        return ["–", "–"]
    both, _, power = display.uncertain(value, error).removeprefix("(").partition(")")
    number, _, spread = both.partition(" ± ")
    return [number + power, f"{error:.1e}" if power else spread or "–"]


def curve_table(found: Curve, *, far: bool = False) -> NumberTable:
    """Return the rows of a curve: reduced units, then, of a junction in SI units, the same in ampere, volt, hertz.

    Args:
        found: the curve.
        far: put the distance from what is known beside it, in standard errors.
    """
    name, has_exact = _SHORT.get(found.name, found.name), found.exact is not None
    heading = ["I/I_c", name, "± 1 SE"] + ([_KNOWN.get(found.name, "exact")] if has_exact else [])
    heading += ["distance / SE"] if far and has_exact else []
    rows = [
        [f"{bias:.4g}", *measured(value, error)]
        + ([_known(exact, error)] if has_exact else [])
        + ([_distance(value, error, exact)] if far and has_exact else [])
        for bias, value, error, exact in found.rows()
    ]
    for column in found.physical():
        shown, unit = _in_units(column)
        heading += [f"{column.name} ({unit})"] + ([] if column.error is None else ["± 1 SE"])
        for row, words in zip(rows, shown, strict=True):
            row += words
    doubtful = () if found.doubtful is None else tuple(found.doubtful.tolist())
    return NumberTable(found.name, tuple(heading), tuple(map(tuple, rows)), doubtful)


def _known(exact: float | None, error: float) -> str:
    """An exact value; below the rounding of the numbers it was made of it is zero, unless the measurement is as small."""
    if exact is None or not np.isfinite(exact):
        return ""
    return f"{0.0 if abs(exact) < min(_ROUNDING, _UNSEEN * error) else exact:.7g}"


def _distance(value: float, error: float, exact: float | None) -> str:
    if exact is None or not np.isfinite(exact) or not np.isfinite(value) or not error > 0:
        return ""
    return f"{(value - exact) / error:+.2f}"


def _in_units(column: Any) -> tuple[list[list[str]], str]:
    """The numbers of a column, with their errors if they have any, in a readable part of their unit."""
    scale, prefix = display.engineering(float(np.max(np.abs(column.value))))
    if not column.unit.isalpha():  # a prefix of a square would be read as one squared, and none stands before a one
        scale, prefix = 1.0, ""
    if column.error is None:
        return [[f"{x / scale:.4g}"] for x in column.value], prefix + column.unit
    pairs = zip(column.value / scale, column.error / scale, strict=True)
    return [measured(x, e) for x, e in pairs], prefix + column.unit


# -- the tables of each kind ----------------------------------------------------------------------------------------------

_HEAD = ("", "measured", "± 1 SE", "exact", "distance / SE")


def _row(name: str, value: float, error: float, known: float | None = None) -> tuple[str, ...]:
    """A number on a line of its own."""
    return name, *measured(value, error), _known(known, error), _distance(value, error, known)


def _of_curve(found: Curve) -> list[NumberTable]:
    return [curve_table(found, far=True)]


def _of_loop(found: HysteresisLoop) -> list[NumberTable]:
    rows = [_row("area", found.area, found.area_error)]
    has_two = not found.is_single_valued
    known = {"switching": 1.0, "retrapping": None}
    if has_two and found.junction.has_closed_form:
        known["retrapping"] = float(retrapping_current(found.junction.damping))
    for name in ("switching", "retrapping") if has_two else ():
        each = getattr(found, name)[np.isfinite(getattr(found, name))]
        if each.size:
            error = float(each.std(ddof=1) / np.sqrt(each.size)) if each.size > 1 else np.nan
            rows.append((*_row(name, float(each.mean()), error)[:3], _known(known[name], 1.0), ""))
    heads = ("", "measured", "± 1 SE", "without noise", "")
    columns = (found.bias, found.up, found.up_error, found.down, found.down_error)
    branches = tuple((f"{i:.4g}", *measured(u, e), *measured(d, f)) for i, u, e, d, f in zip(*columns, strict=True))
    title = ("I/I_c", "voltage, bias up", "± 1 SE", "voltage, bias down", "± 1 SE")
    return [
        NumberTable("the loop", heads[:4], tuple(row[:4] for row in rows)),
        NumberTable("both branches", title, branches),
    ]


def _of_map(found: ShapiroMap) -> list[NumberTable]:
    made = []
    if found.bias.size > 1 and np.allclose(np.diff(found.bias), found.bias[1] - found.bias[0], rtol=1e-6):
        made.append(_half_widths(found))
    if 1 in found.turns.shape:
        is_cut = found.amplitude.size == 1
        x = found.bias if is_cut else found.amplitude
        triples = zip(x, found.turns.ravel(), found.error.ravel(), strict=True)
        rows = tuple((f"{place:.4g}", *measured(turns, error)) for place, turns, error in triples)
        bar = "± 1 SE" if found.junction.noise else "± one turn"
        made.append(NumberTable("turns a period", ("I/I_c" if is_cut else "i1", "turns a period", bar), rows))
    return made


def _half_widths(found: ShapiroMap) -> NumberTable:
    """Half-widths of the first steps, right to half the spacing of the biases, beside those of a drive of high frequency."""
    frequency = 1.0 if found.junction.drive is None else found.junction.drive.frequency
    gap = float(found.bias[1] - found.bias[0])
    steps = [step for step in range(4) if step * frequency <= found.bias[-1]]
    columns: list[Any] = []
    for step in steps:
        half = found.half_width(step)
        if step == 0 and found.bias[0] == 0:  # one half of it was swept
            half = np.maximum(2 * half - gap / 2, 0.0)
        columns += [half, bessel_half_width(step, found.amplitude, frequency, found.junction.damping)]
    heading = ("i1", *(name for step in steps for name in (f"half-width, n = {step}", "|J_n|, W ≫ 1")))
    rows = tuple((f"{i1:.4g}", *(f"{column[k]:.3g}" for column in columns)) for k, i1 in enumerate(found.amplitude))
    return NumberTable("half-widths of the steps, to half the spacing of the biases", heading, rows)


def _of_switching(found: SwitchingCurrents) -> list[NumberTable]:
    rows: tuple[tuple[str, ...], ...]
    rows = (_row("mean", *found.mean, found.law.mean), _row("deviation", *found.deviation, found.law.deviation))
    if not found.is_slow or found.method == "rate":  # no test of the law, or of the draws
        rows = tuple((*row[:-1], "") for row in rows)
    rates = found.rates(16)
    some = found.law.survival > 1e-6
    known = found.rate * found.law.density[some] / found.law.survival[some]
    law = np.interp(rates.bias, found.law.bias[some], known, left=np.nan, right=np.nan)
    heading = ("I/I_c", "escape rate", "95 % from", "to", "rate of law", "switched")
    table = tuple(
        (
            f"{i:.5g}",
            f"{r:.4g}",
            f"{low:.3g}",
            f"{high:.3g}" if np.isfinite(high) else "–",
            f"{known:.4g}" if np.isfinite(known) else "–",
            str(int(n)),
        )
        for i, r, low, high, known, n in zip(
            rates.bias, rates.rate, rates.low, rates.high, law, rates.switched, strict=True
        )
        if n and np.isfinite(r)
    )
    title = ("I/I_c", *_HEAD[1:3], "law", _HEAD[4])
    return [
        NumberTable("switching currents", title, rows),
        NumberTable("escape rate from the histogram", heading, table),
    ]


def _of_density(found: PhaseDensity) -> list[NumberTable]:
    rows = (
        _row("⟨cos φ⟩", found.cosine, found.cosine_error, found.exact_cosine),
        ("total variation", f"{found.distance:.4g}", "–", f"{found.expected_distance:.4g}", ""),
    )
    middle = (found.edges[1:] + found.edges[:-1]) / 2
    table = tuple(
        _row(f"{x:.4f}", v, e, k) for x, v, e, k in zip(middle, found.density, found.error, found.exact, strict=True)
    )
    return [NumberTable("averages", _HEAD, rows), NumberTable("density of the phase", ("phase φ", *_HEAD[1:]), table)]


def _of_spectrum(found: Spectrum) -> list[NumberTable]:
    unit = "ω_c" if found.junction.damping is None else "ω_p"
    width = _row(f"half-width ({unit})", found.half_width, found.half_width_error, found.exact_half_width)
    rows = [
        width,
        (f"centre ({unit})", f"{found.centre:.5g}", "–", "", ""),
        ("variance", f"{found.variance:.5g}", "–", "", ""),
    ]
    middle, power, error, exact = found.bands()
    known = np.full(middle.size, np.nan) if exact is None else exact
    bands = tuple(_row(f"{x:.4g}", v, e, k) for x, v, e, k in zip(middle, power, error, known, strict=True))
    heading = (f"frequency ω ({unit})", "power", *_HEAD[2:])
    return [NumberTable("the line", _HEAD, tuple(rows)), NumberTable("power of cos φ in 16 bands", heading, bands)]


def _of_averages(found: Averages) -> list[NumberTable]:
    heading = ("I/I_c", *_HEAD[1:])
    doubtful = tuple(np.asarray(found.doubtful).tolist())
    return [
        NumberTable(
            name,
            heading,
            tuple(_row(f"{i:.4g}", v, e, k) for i, v, e, k in zip(found.bias, value, error, exact, strict=True)),
            doubtful,
        )
        for name, (value, error, exact) in found.columns.items()
    ]


def _of_array(found: ArrayRun) -> list[NumberTable]:
    pairs = zip(found.velocity, found.velocity_error, strict=True)
    rows = tuple((str(k + 1), *measured(v, e)) for k, (v, e) in enumerate(pairs))
    order = (
        ("order at the end", *measured(found.order[-1], found.order_error[-1])),
        ("locked", f"{100 * found.locked:.0f} %", "–"),
    )
    return [
        NumberTable("order", ("", "measured", "± 1 SE"), order),
        NumberTable("mean velocity of each junction over the second half", ("junction", "φ'", "± 1 SE"), rows),
    ]


def _of_sweep(found: ArraySweep) -> list[NumberTable]:
    names = ["voltage", "order", *(name for name in found.plane if not name.endswith("_error"))]
    shown = ("order parameter" if name == "order" else name for name in names)
    heading = ("bias", "noise", *(part for name in shown for part in (name, "± 1 SE")), "locked")
    columns = [found.column(name) for name in names]
    rows = tuple(
        (
            f"{found.bias[k]:.4g}",
            f"{found.noise[k]:.4g}",
            *(part for value, error in columns for part in measured(value[k], error[k])),
            f"{100 * found.locked[k]:.0f} %",
        )
        for k in range(found.bias.size)
    )
    return [NumberTable("the array", heading, rows)]


_UNITS = {"critical_current": "A", "resistance": "Ohm", "capacitance": "F", "temperature": "K"}


def _of_fit(found: JunctionFit) -> list[NumberTable]:
    words = {"temperature": "effective temperature"}
    rows = tuple(
        (words.get(name, name.replace("_", " ")), number.words(_UNITS[name]))
        for name, number in found.parameters.items()
    )
    return [NumberTable("the four numbers", ("", "fitted"), rows)]


_TABLES: dict[type, Callable[[Any], Iterable[NumberTable]]] = {
    Curve: _of_curve,
    IVCurve: _of_curve,
    HysteresisLoop: _of_loop,
    ShapiroMap: _of_map,
    SwitchingCurrents: _of_switching,
    PhaseDensity: _of_density,
    Spectrum: _of_spectrum,
    Averages: _of_averages,
    ArrayRun: _of_array,
    ArraySweep: _of_sweep,
    JunctionFit: _of_fit,
}


def _thinned(table: NumberTable) -> NumberTable:
    """Every so many-th row of a table too long for a page."""
    count = len(table.rows)
    if count <= _MOST:
        return table
    chosen = np.unique(np.linspace(0, count - 1, _MOST).round().astype(int))
    doubtful: Sequence[bool] = table.doubtful and tuple(table.doubtful[k] for k in chosen)
    return NumberTable(table.title, table.heading, tuple(table.rows[k] for k in chosen), tuple(doubtful), count)
