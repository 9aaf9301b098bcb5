"""States carried along the probability flow: data to latent codes and back, and lines between codes.

The map is one to one: `encode` from ε to T, `decode` from T to ε. Its codes are those of the true score, whatever network learned it
(song2021, section 4.3: identifiability).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evolaw import checks
from evolaw.score.noising.linear import Noising, require_noising
from evolaw.score.samplers.backward import probability_flow, shape_of
from evolaw.sde.loop.flows import solve_flow
from evolaw.told import told

__all__ = ["decode", "encode", "flow", "interpolate", "least_time"]


def least_time(noising: Noising, least: float | None = None) -> float:
    """Return the time that stands for the data: what is given, or 1e-5 of T."""
    require_noising(noising)
    if least is None:
        return min(noising.least, 1e-5 * noising.end)
    return checks.number(least, "least", least=0.0, most=noising.end)


@told
def flow(
    target: Any,
    noising: Noising,
    x: Any,
    begin: float,
    end: float,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-6,
    shape: Any = None,
    precision: str = "float64",
) -> np.ndarray:
    """Return where the probability flow brings states from one time to another, shape (count, *shape).

    Example:
        >>> from evolaw.score.exact.normal import Gaussian
        >>> from evolaw.score.noising.song import VP
        >>> unit = Gaussian(np.zeros(1), 1.0)
        >>> flow(unit, VP(), [[0.7]], 1.0, 0.1).round(6).tolist()  # VP keeps N(0, 1)
        [[0.7]]
    """
    found = shape_of(target, shape)
    x = checks.shape(x, "x", ("count", *found))
    process = probability_flow(noising, target, shape=found)
    ended = solve_flow(process, x.reshape(len(x), -1), [begin, end], rtol=rtol, atol=atol, precision=precision)
    return ended.final.reshape(x.shape)


@told
def encode(target: Any, noising: Noising, x: Any, *, least: float | None = None, **options: Any) -> np.ndarray:
    """Return the latent codes of data: their states at T; options as of `flow`."""
    return flow(target, noising, x, least_time(noising, least), noising.end, **options)


@told
def decode(target: Any, noising: Noising, codes: Any, *, least: float | None = None, **options: Any) -> np.ndarray:
    """Return the data of latent codes: the inverse of `encode`; options as of `flow`."""
    begin = least_time(noising, least)
    return flow(target, noising, codes, noising.end, begin, **options)


@told
def interpolate(
    target: Any, noising: Noising, first: Any, second: Any, *, count: int = 8, **options: Any
) -> np.ndarray:
    """Return data between two data, along the great circle between their codes; shape (count, *shape), the ends among them.

        z(u) = [sin((1-u) θ) z0 + sin(u θ) z1] / sin θ,      cos θ = z0·z1/(‖z0‖ ‖z1‖)

    Example:
        >>> from evolaw.score.exact.normal import Gaussian
        >>> from evolaw.score.noising.song import VP
        >>> interpolate(Gaussian(np.zeros(2), 1.0), VP(), [1.0, 0.0], [0.0, 1.0], count=3).round(3).tolist()  # some seconds
        [[1.0, 0.0], [0.707, 0.707], [0.0, 1.0]]
    """
    count = checks.integer(count, "count", least=2)
    both = [checks.numbers(one, name) for one, name in ((first, "first"), (second, "second"))]
    wanted = f"have the shape of the first, {both[0].shape}"
    checks.require(both[0].shape == both[1].shape, "second", wanted, both[1].shape)
    ends = np.stack(both)
    codes = encode(target, noising, ends, **options).reshape(2, -1)
    cosine = codes[0] @ codes[1] / max(float(np.prod(np.linalg.norm(codes, axis=1))), 1e-300)
    angle, u = np.arccos(np.clip(cosine, -1, 1)), np.linspace(0, 1, count)[:, None]
    if np.sin(angle) < 1e-6:
        between = (1 - u) * codes[0] + u * codes[1]
    else:
        between = (np.sin((1 - u) * angle) * codes[0] + np.sin(u * angle) * codes[1]) / np.sin(angle)
    return decode(target, noising, between.reshape(count, *ends.shape[1:]), **options)
