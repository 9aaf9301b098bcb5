"""How results show themselves: a few lines of text, a card in a notebook, a figure on demand.

The figure is the one thing a result cannot make of itself: who draws is told from above (`draws_with` and, for what moves in a notebook,
`shows_with`, by ``evolaw/__init__.py``), so that no result knows how it is drawn and Matplotlib is loaded by those who look.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "Progress",
    "card",
    "draws_with",
    "engineering",
    "lines",
    "mathematics",
    "plot",
    "quantity",
    "read",
    "reads_with",
    "sets_with",
    "shown",
    "shows_with",
    "typeset",
    "uncertain",
]

Progress = Callable[[int, int, str], None]
"""What long work calls as it goes on: (done, total, words)."""

_drawers: list[Callable[..., Any]] = []
_readers: list[Callable[[str], Any]] = []
_setters: list[Callable[[Any, str], str]] = []
_showers: list[Callable[[Any], str]] = []


def lines(title: str, facts: Iterable[tuple[str, Any]]) -> str:
    """Return a title and one aligned line a fact; facts that are None are left out.

    Example:
        >>> print(lines("Trajectory", [("law", "B3/S23"), ("seed", None)]))
        Trajectory
          law  B3/S23
    """
    rows = [(name, str(value)) for name, value in facts if value is not None]
    width = max((len(name) for name, _ in rows), default=0)
    return "\n".join([title, *(f"  {name:<{width}}  {value}" for name, value in rows)])


def engineering(largest: float) -> tuple[float, str]:
    """Return a power of a thousand and its prefix, so that the largest of some numbers is between 1 and 1000 in it.

    Example:
        >>> engineering(3.2e-5), engineering(0.0), engineering(4e9)
        ((1e-06, 'µ'), (1.0, ''), (1000000000.0, 'G'))
    """
    power = 3 * math.floor(math.log10(abs(largest)) / 3 + 1e-12) if largest and math.isfinite(largest) else 0
    power = min(max(power, -15), 12)
    return float(f"1e{power}"), _PREFIXES[power]


_PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}


def quantity(value: float, unit: str, digits: int = 4) -> str:
    """Return a number of so many digits with its unit, between 1 and 1000 by a prefix.

    Example:
        >>> quantity(3e-4, "A/s"), quantity(7.2154e-7, "A"), quantity(0.99996, "K"), quantity(0.0, "V")
        ('300 µA/s', '721.5 nA', '1 K', '0 V')
    """
    if not math.isfinite(value):
        return f"{value} {unit}"
    rounded = float(f"{value:.{digits - 1}e}")
    size, prefix = engineering(rounded)
    return f"{rounded / size:.{max(digits, 3)}g} {prefix}{unit}"


def uncertain(value: float, error: float) -> str:
    """Return a number with its error: the error with two digits, the number as far as it is known, powers of ten where zeros would be many.

    An error below the rounding of the number is that of the computer's arithmetic: the number then has the 15 digits that a double holds. One
    that is not a number is none, as where one path was run, and is left out.

    Example:
        >>> uncertain(-0.00964572, 0.0148), uncertain(164.4, 121.3), uncertain(1.48352e-6, 2.6e-9)
        ('-0.010 ± 0.015', '160 ± 120', '(1.4835 ± 0.0026)e-06')
        >>> uncertain(1.4355812, 2.6e-7), uncertain(1.0, 1.2e-16), uncertain(0.25, math.nan)
        ('1.43558120 ± 2.6e-07', '1 ± 1.2e-16', '0.25')
    """
    value, error = float(value), float(error)
    if math.isnan(error):
        return f"{value:.6g}"
    if not (error > 0 and math.isfinite(error) and math.isfinite(value)):
        return f"{value:.6g} ± {error:.2g}"
    size = math.floor(math.log10(float(f"{error:.1e}")))
    largest = math.floor(math.log10(abs(value))) if value else size
    if largest - size > 13:
        return f"{value:.15g} ± {error:.1e}"
    if size < -4 and largest > -4:
        return f"{value:.{1 - size}f} ± {error:.1e}"
    if size < -4 and largest - size > 4:
        return f"{value:.{largest - size + 1}e} ± {error:.1e}"
    if -5 < size < 6:
        digits = 1 - size
        shown = (f"{round(each, digits) + 0.0:.{max(0, digits)}f}" for each in (value, error))
        return " ± ".join(shown)
    scale = max(size, largest)
    digits = max(0, 1 - size + scale)
    shown = (f"{round(each / 10.0**scale, digits) + 0.0:.{digits}f}" for each in (value, error))
    return f"({' ± '.join(shown)})e{scale:+03d}"


def card(title: str, facts: Iterable[tuple[str, Any]], picture: str = "", below: str = "") -> str:
    """Return the same facts as an HTML card; ``picture`` is a data URI or empty. Everything is escaped but ``below``, which is HTML."""
    rows = "".join(
        f"<tr><th style='text-align:left;padding-right:1em'>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>"
        for name, value in facts
        if value is not None
    )
    image = f"<img src='{html.escape(picture)}' style='image-rendering:pixelated;float:right;max-width:12em' alt=''>"
    return f"<div><strong>{html.escape(title)}</strong>{image if picture else ''}<table>{rows}</table>{below}</div>"


def draws_with(drawer: Callable[..., Any]) -> None:
    """Let ``drawer(result, **options)`` draw results from now on."""
    _drawers[:] = [drawer]


def reads_with(reader: Callable[[str], Any]) -> None:
    """Let ``reader(text)`` make a process of an equation from now on."""
    _readers[:] = [reader]


def read(text: str) -> Any:
    """Return the process that an equation as text stands for; who reads symbols stands above who solves."""
    return _readers[0](text)


def sets_with(setter: Callable[[Any, str], str]) -> None:
    """Let ``setter(result, language)`` write results as "latex" or "typst" from now on."""
    _setters[:] = [setter]


def typeset(result: Any, language: str) -> str:
    """Return a result in the language of a typesetter: formulas as formulas, everything else as a table."""
    return _setters[0](result, language)


def mathematics(result: Any) -> str:
    """Return a formula as a notebook shows it: LaTeX between dollars."""
    rows = typeset(result, "latex")
    return (
        rf"$\displaystyle \begin{{gathered}} {rows} \end{{gathered}}$"
        if r" \\ " in rows
        else rf"$\displaystyle {rows}$"
    )


def plot(result: Any, **options: Any) -> Figure:
    """Return a Matplotlib figure of ``result``; the same as ``evolaw.draw``."""
    return _drawers[0](result, **options)


def shows_with(shower: Callable[[Any], str]) -> None:
    """Let ``shower(result)`` make the moving HTML of results in notebooks from now on."""
    _showers[:] = [shower]


def shown(result: Any) -> str:
    """Return what a notebook shows of ``result`` below its facts, as HTML."""
    return _showers[0](result)
