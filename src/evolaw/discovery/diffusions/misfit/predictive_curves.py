r"""What the law, run again, shows beside the recording: curves with the band that holds 95 % of the runs.

    density           share of time a length, in 24 cells of the recorded range and a tenth beyond (of an angle: of its turn)
    autocorrelation   1 − ⟨(X_{t+τ} − X_t)²⟩/(2 Var X); of angles ⟨cos 2π(X_{t+τ} − X_t)/period⟩
    first passages    share of the passages from below the lower quartile to above the upper one that take longer than t
    turn              ⟨X_t − X_0⟩ of an angle, whose slope is its mean velocity

Each is had of the recording and of every run in the same way, over the same times, so that what is short or coarse about it is so in both.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

__all__ = ["Curve", "curves_of"]

_CELLS, _BEYOND = 24, 0.1
_LAGS, _TIMES = 16, 16
_LEAST_PASSAGES = 3
_BAND = (0.025, 0.5, 0.975)
_DIGITS = 5


@dataclass(frozen=True)
class Curve:
    """One quantity of the recording and of the runs.

    Attributes:
        kind: "density", "autocorrelation", "first passages" or "turn".
        component: the component's name.
        at: values, lags or times.
        recorded: what the recording shows there.
        low, middle, high: what 2.5, 50 and 97.5 % of the runs stay below.
    """

    kind: str
    component: str
    at: tuple[float, ...]
    recorded: tuple[float, ...]
    low: tuple[float, ...]
    middle: tuple[float, ...]
    high: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def curves_of(name: str, x: np.ndarray, times: np.ndarray, period: float | None) -> list[Curve]:
    """Return the curves of one component.

    Args:
        name: the component's name.
        x: its values, shape (records, paths, times), the recording first; records that are not finite are left out.
        times: the times after the start, shape (times,).
        period: its period, None where it is no angle.

    Example:
        >>> walk = np.cumsum(np.random.default_rng(0).normal(size=(40, 1, 500)), -1)
        >>> [curve.kind for curve in curves_of("x", walk, np.arange(500.0), 50.0)]
        ['density', 'autocorrelation', 'turn']
    """
    x = x[np.isfinite(x).all((1, 2))]
    found = [
        _curve("density", name, *_density(x, period)),
        _curve("autocorrelation", name, *_correlation(x, times, period)),
    ]
    if period is not None:
        kept = np.unique(np.linspace(0, len(times) - 1, _TIMES).astype(int))
        found.append(_curve("turn", name, times[kept], (x - x[..., :1]).mean(1)[:, kept]))
        return found
    waits = [_passage_times(record, times, *np.quantile(x[0], [0.25, 0.75])) for record in x]
    if len(waits[0]) >= _LEAST_PASSAGES:
        at = np.linspace(0, 1.5 * float(waits[0].max()), _TIMES)
        enough = [wait for wait in waits if len(wait)]
        found.append(_curve("first passages", name, at, np.array([(wait > at[:, None]).mean(1) for wait in enough])))
    return found


def _curve(kind: str, name: str, at: np.ndarray, values: np.ndarray) -> Curve:
    low, middle, high = np.quantile(values[1:], _BAND, axis=0)
    rows = (at, values[0], low, middle, high)
    return Curve(kind, name, *(tuple(float(f"{value:.{_DIGITS}g}") for value in row) for row in rows))


def _density(x: np.ndarray, period: float | None) -> tuple[np.ndarray, np.ndarray]:
    if period is None:
        margin = _BEYOND * float(np.ptp(x[0]))
        edges = np.linspace(x[0].min() - margin, x[0].max() + margin, _CELLS + 1)
    else:
        x, edges = np.mod(x, period), np.linspace(0.0, period, _CELLS + 1)
    counts = np.array([np.histogram(record, edges)[0] for record in x])
    return (edges[1:] + edges[:-1]) / 2, counts / (x[0].size * np.diff(edges))


def _correlation(x: np.ndarray, times: np.ndarray, period: float | None) -> tuple[np.ndarray, np.ndarray]:
    longest = max(2, (len(times) - 1) // 4)
    lags = np.unique(np.round(np.geomspace(1, longest, _LAGS)).astype(int))
    found = []
    for lag in lags:
        step = x[..., lag:] - x[..., :-lag]
        if period is None:
            found.append(1 - np.mean(step**2, (1, 2)) / (2 * np.maximum(np.var(x, axis=(1, 2)), 1e-300)))
        else:
            found.append(np.mean(np.cos(2 * np.pi * step / period), (1, 2)))
    # Where steps are uneven a lag is so long in the mean.
    return np.array([float(np.mean(times[lag:] - times[:-lag])) for lag in lags]), np.stack(found, 1)


def _passage_times(paths: np.ndarray, times: np.ndarray, low: float, high: float) -> np.ndarray:
    """How long each passage took of some paths, shape (paths, times), from when it first was below ``low`` after it was above ``high``."""
    waits: list[float] = []
    for path in paths:
        side = np.where(path < low, -1, np.where(path > high, 1, 0))
        met = np.flatnonzero(side)
        turns = met[np.append(True, np.diff(side[met]) != 0)] if met.size else met
        ends = turns[1:][side[turns[1:]] > 0]
        begins = turns[:-1][side[turns[1:]] > 0]
        waits += list(times[ends] - times[begins])
    return np.array(waits)
