"""A component that is a function of another one: nothing could tell their terms apart, and so the recording is refused by name.

Looked for are straight lines in x, polynomials up to degree 5 and straight lines in exp, log, sqrt, sin and other functions of x that fit every
recorded point to ten digits, or, where fewer were written, to the last one that was.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evolaw import checks
from evolaw.discovery.diffusions.model.expressions import FUNCTIONS, Term
from evolaw.discovery.diffusions.model.recording import Recording

__all__ = ["require_apart", "told_apart"]

_ALIKE = 1e-8
"""Smallest singular value of terms scaled to one size, beside their largest, before they count as alike."""

_EXACT = 1e-10
_WRITTEN = range(4, 13)
"""Digits that a file may have been written with; with fewer, a polynomial could meet what it has nothing to do with."""
_COARSEST = 1e-4
"""Share of a component's range up to which what is left may be rounding."""
_DEGREE = 5
_MOST_ROWS = 5000


def require_apart(recording: Recording) -> None:
    """Refuse a recording in which one component is an exact function of another.

    Raises:
        ArgumentError: names both and the function.
    """
    every = slice(None, None, max(1, len(recording) // _MOST_ROWS))
    later = [(i, j) for i in range(recording.dim) for j in range(i)]
    for i, j in later + [(j, i) for i, j in later]:
        found = _function(recording.columns[j][every], recording.columns[i][every])
        if found is not None:
            one, other = recording.names[i], recording.names[j]
            raise checks.refuse(
                "recording",
                "have components of their own",
                f"one where {one} = {found.replace('?', other)} exactly",
                f"Leave {one} out.",
            )


def told_apart(drift: Mapping[str, tuple[Term, ...]], recording: Recording) -> dict[str, tuple[Term, ...]]:
    """Return the libraries of all components without the last terms that the recording cannot tell from those before.

    Example:
        >>> from evolaw import Trajectory
        >>> from evolaw.discovery.diffusions.model.expressions import read_term
        >>> from evolaw.discovery.diffusions.model.recording import gather
        >>> terms = tuple(read_term(name, ["x"]) for name in ("1", "x", "x^2", "x^3", "x^4", "x^5"))
        >>> price = gather(Trajectory(4.6 + 0.02 * np.sin(np.arange(400.0)), np.arange(400.0), ("times",)))
        >>> [term.name for term in told_apart({"x": terms}, price)["x"]]
        ['1', 'x', 'x^2']
    """
    state = [column[:: max(1, len(recording) // _MOST_ROWS)] for column in recording.columns]
    return {name: _leading(terms, state) for name, terms in drift.items()}


def _leading(terms: tuple[Term, ...], state: list[np.ndarray]) -> tuple[Term, ...]:
    columns = np.stack([np.broadcast_to(term.values(state), state[0].shape) for term in terms], 1)
    sizes = np.linalg.norm(columns, axis=0)
    if not np.isfinite(sizes).all() or not sizes.all():
        return terms
    for count in range(len(terms), 2, -1):
        values = np.linalg.svd(columns[:, :count] / sizes[:count], compute_uv=False)
        if values[-1] > _ALIKE * values[0]:
            return terms[:count]
    return terms[: min(2, len(terms))]


def _function(x: np.ndarray, y: np.ndarray) -> str | None:
    """y in terms of x, written ?; None where it is no such function."""
    # What rounding x does to y is taken from the steepest place between neighbours, twice: a line between them is not the slope.
    order = np.argsort(x)
    apart = np.diff(x[order]) > 0
    slopes = np.abs(np.diff(y[order])[apart] / np.diff(x[order])[apart])
    slack = _rounding(y) + 2 * _rounding(x) * float(slopes.max(initial=0.0))
    for degree in range(1, _DEGREE + 1):
        values = _fitted(np.vander(x, degree + 1, increasing=True), y, slack)
        if values is not None:
            return _written(values, ["1", "?", *(f"?^{power}" for power in range(2, degree + 1))])
    with np.errstate(all="ignore"):
        for name, function in FUNCTIONS.items():
            at = np.real(function(x))
            if not np.isfinite(at).all() or np.ptp(at) == 0:
                continue
            values = _fitted(np.stack([np.ones(len(x)), at], 1), y, slack)
            if values is not None:
                return _written(values, ["1", f"{name}(?)"])
    return None


def _rounding(values: np.ndarray) -> float:
    """Half a unit of the last digit that the largest value was written with; 0 for full precision."""
    top = float(np.abs(values).max(initial=0.0))
    if not top:
        return 0.0
    size = int(np.floor(np.log10(top)))
    for digits in _WRITTEN:
        if all(float(f"{value:.{digits}g}") == value for value in values[:: max(1, len(values) // 200)].tolist()):
            return 0.5 * 10.0 ** (size + 1 - digits)
    return 0.0


def _fitted(columns: np.ndarray, y: np.ndarray, slack: float) -> np.ndarray | None:
    """Coefficients of an exact fit, to the rounding of what was written; None where more is left."""
    if len(y) <= 2 * columns.shape[1]:
        return None
    scale = np.linalg.norm(columns, axis=0)
    values = np.linalg.lstsq(columns / scale, y, rcond=None)[0] / scale
    left = np.max(np.abs(y - columns @ values))
    # A term that is no larger than the rounding is one of the rounding.
    values = np.where(np.abs(values) * np.abs(columns).max(0) <= 2 * slack, 0.0, values)
    return values if left <= max(_EXACT * np.ptp(y), min(slack, _COARSEST * np.ptp(y))) else None


def _written(values: np.ndarray, names: list[str]) -> str:
    parts = []
    for value, name in zip(values, names, strict=True):
        shown = f"{value:.6g}"
        if float(shown) and abs(value) > 1e-9 * np.max(np.abs(values)):
            parts.append(shown if name == "1" else name if shown == "1" else f"{shown} {name}")
    return " + ".join(parts).replace("+ -", "- ")
