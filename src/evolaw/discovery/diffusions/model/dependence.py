"""A component that is a function of another one: nothing could tell their terms apart, and so the recording is refused by name.

Looked for are straight lines in x, polynomials up to degree 5 and straight lines in exp, log, sqrt, sin and other functions of x that fit every
recorded point to ten digits.
"""

from __future__ import annotations

import numpy as np

from evolaw import checks
from evolaw.discovery.diffusions.model.expressions import FUNCTIONS
from evolaw.discovery.diffusions.model.recording import Recording

__all__ = ["require_apart"]

_EXACT = 1e-10
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


def _function(x: np.ndarray, y: np.ndarray) -> str | None:
    """y in terms of x, written ?; None where it is no such function."""
    for degree in range(1, _DEGREE + 1):
        values = _fitted(np.vander(x, degree + 1, increasing=True), y)
        if values is not None:
            return _written(values, ["1", "?", *(f"?^{power}" for power in range(2, degree + 1))])
    with np.errstate(all="ignore"):
        for name, function in FUNCTIONS.items():
            at = np.real(function(x))
            if not np.isfinite(at).all() or np.ptp(at) == 0:
                continue
            values = _fitted(np.stack([np.ones(len(x)), at], 1), y)
            if values is not None:
                return _written(values, ["1", f"{name}(?)"])
    return None


def _fitted(columns: np.ndarray, y: np.ndarray) -> np.ndarray | None:
    """Coefficients of an exact fit; None where something is left."""
    if len(y) <= 2 * columns.shape[1]:
        return None
    scale = np.linalg.norm(columns, axis=0)
    values = np.linalg.lstsq(columns / scale, y, rcond=None)[0] / scale
    left = np.max(np.abs(y - columns @ values))
    return values if left <= _EXACT * np.ptp(y) else None


def _written(values: np.ndarray, names: list[str]) -> str:
    parts = []
    for value, name in zip(values, names, strict=True):
        shown = f"{value:.6g}"
        if float(shown) and abs(value) > 1e-9 * np.max(np.abs(values)):
            parts.append(shown if name == "1" else name if shown == "1" else f"{shown} {name}")
    return " + ".join(parts).replace("+ -", "- ")
