"""Score, data, noise and velocities are one thing told in five ways; this is the table between them.

    noise ẑ      data D             score s         v                 flow u
    ẑ = -s·score D = (x - s ẑ)/a    score = -ẑ/s    v = a ẑ - s D     u = r x - ½ g² score = ȧ D + ṡ ẑ

D = E[x0 | x] is Tweedie's formula, v the parametrisation of salimans2022, u the velocity of the probability flow, which for the
rectified path is ẑ - D.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evolaw import checks
from evolaw.arrays import namespace
from evolaw.score.noising.linear import Noising
from evolaw.told import told

__all__ = ["FORMS", "convert", "like_states"]

FORMS = ("score", "data", "noise", "v", "flow")


def like_states(value: Any, x: Any) -> Any:
    """Return a number for all states, or one for each, shaped so that it multiplies states x of shape (count, ...).

    Example:
        >>> import numpy as np
        >>> like_states(np.ones(3), np.ones((3, 2, 2))).shape
        (3, 1, 1)
    """
    return value if getattr(value, "ndim", 0) == 0 else value.reshape(value.shape + (1,) * (x.ndim - 1))


@told
def convert(value: Any, x: Any, t: Any, noising: Noising, *, given: str, wanted: str) -> Any:
    """Return what a value says of x(t) = a x0 + s z, in another of the five forms.

    Args:
        value: shape (count, ...), in the form ``given``.
        x: the states it speaks of, of the same shape.
        t: a time, or one for each state.
        noising: says a, s, r and g.
        given, wanted: "score", "data", "noise", "v" or "flow".

    Example:
        >>> import numpy as np
        >>> from evolaw.score.noising.song import VP
        >>> x = np.ones((1, 2))
        >>> convert(-x, x, 1.0, VP(), given="score", wanted="noise").round(4).tolist()
        [[1.0, 1.0]]
    """
    checks.one_of(given, "given", FORMS)
    checks.one_of(wanted, "wanted", FORMS)
    if given == wanted:
        return value

    def at(function: Callable[[Any], Any]) -> Any:
        return like_states(namespace(x).asarray(function(t), dtype=x.dtype), x)

    a, s = at(noising.scale), at(noising.std)
    if given == "score":
        noise = -s * value
    elif given == "noise":
        noise = value
    elif given == "data":
        noise = (x - a * value) / s
    elif given == "v":
        noise = (a * value + s * x) / (a**2 + s**2)
    else:
        noise = 2 * s * (value - at(noising.rate) * x) / at(noising.squared_diffusion)
    if wanted == "noise":
        return noise
    if wanted == "score":
        return -noise / s
    if wanted == "data":
        return (x - s * noise) / a
    if wanted == "v":
        return a * noise - s / a * (x - s * noise)
    return at(noising.rate) * x + at(noising.squared_diffusion) / (2 * s) * noise
