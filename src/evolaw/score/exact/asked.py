"""States and times as people give them to an exact score: lists and whole numbers become arrays, and times that are none are refused.

Arrays of NumPy and JAX, traced ones too, go through as they are: only numbers that are there are looked at.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from numbers import Real
from typing import Any, TypeVar, cast

import numpy as np

from evolaw import checks

__all__ = ["asked"]

Method = TypeVar("Method", bound=Callable[..., Any])


def asked(method: Method) -> Method:
    """Let a method (self, x, t, noising) take lists of states and of times, and refuse times that have no density.

    Raises:
        ArgumentError: a time is below zero or not finite, or zero where the data have no density and the noising no noise; times are
            neither one nor one for each state.

    Example:
        >>> class Ramp:
        ...     @asked
        ...     def score(self, x, t, noising=None):
        ...         return x * t
        >>> Ramp().score([[1, 2]], [0.5]).tolist()
        [[0.5, 1.0]]
    """

    @functools.wraps(method)
    def taken(self: Any, x: Any, t: Any = 0.0, *more: Any, **named: Any) -> Any:
        if isinstance(x, list | tuple | Real):
            x = checks.numbers(x, "x")
        elif getattr(getattr(x, "dtype", None), "kind", "f") in "biu":
            x = x.astype(float)  # the answer is of the kind of the states, and is no whole number
        if isinstance(t, list | tuple):
            t = checks.numbers(t, "t")
        if isinstance(t, np.ndarray | Real):
            times = np.asarray(t)
            _require_times(times, x)
            noising = more[0] if more else named.get("noising")
            if noising is not None and not times.all():
                _require_density(self, noising)
        return method(self, x, t, *more, **named)

    return cast(Method, taken)


def _require_times(times: np.ndarray, x: Any) -> None:
    count = np.shape(x)[:1]
    fits = times.ndim == 0 or times.shape in {(1,), count}
    checks.require(
        fits, "t", f"be one time, or one for each of the {count[0] if count else 0} states", f"of shape {times.shape}"
    )
    good = bool((times >= 0).all() and np.isfinite(times).all())
    shown = float(times) if times.ndim == 0 else float(times.min())
    checks.require(good, "t", "be a time from zero on", shown)


def _require_density(target: Any, noising: Any) -> None:
    """Refuse time zero of points, and of Gaussians that are flat in some direction, where the noising begins without noise."""
    variances = getattr(target, "eigenvalues", getattr(target, "spectrum", 0.0))
    smooth = bool(np.all(np.asarray(variances) > 0)) or float(noising.std(0.0)) > 0
    checks.require(
        smooth, "t", "be above zero: data whose variance is zero in some direction have no density without noise", 0
    )
