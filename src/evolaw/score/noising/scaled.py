"""A noising for data of another size: the same equation with its noise in a unit of the data's.

    dx = r(t) x dt + u g(t) dw          x(t) | x(0) ~ N(a(t) x(0), u² s(t)² I)          λ(t) = log(a/s) - log u

It is what the noising does to data divided by u, told in the units of the data. The usual numbers of the equations are for data of size
one: VP begins at s = 0.011, which drowns a signal of 1e-4, and ends with 0.0066 of the data, which for a signal of 1000 is no noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.score.noising.linear import LinearNoising, Noising, require_noising

__all__ = ["Scaled", "fitted", "require_covering", "size_of"]

_EVEN = (0.2, 5.0)
"""Sizes of data that the usual numbers suit as they are."""


@dataclass(frozen=True)
class Scaled(LinearNoising):
    """A noising whose noise is ``unit`` times as large, for data of that size.

    Attributes:
        noising: for data of size one.
        unit: u, such as the standard deviation of the data.

    Example:
        >>> from evolaw.score.noising.song import VP
        >>> volts = Scaled(VP(), 1e-6)
        >>> round(float(volts.std(1.0) * 1e6), 4), float(volts.scale(0.3)) == float(VP().scale(0.3))
        (1.0, True)
    """

    noising: Noising
    unit: float

    def __post_init__(self) -> None:
        require_noising(self.noising)
        checks.require(
            not isinstance(self.noising, Scaled), "noising", "be one that is not scaled already", self.noising
        )
        checks.positive(self.unit, "unit")

    @property
    def end(self) -> float:  # type: ignore[override]
        """T of the noising."""
        return self.noising.end

    @property
    def least(self) -> float:  # type: ignore[override]
        """The time at which sampling stops."""
        return self.noising.least

    def log_scale(self, t: Any) -> Any:
        """Return log a(t)."""
        return self.noising.log_scale(t)

    def scale(self, t: Any) -> Any:
        """Return a(t)."""
        return self.noising.scale(t)

    def std(self, t: Any) -> Any:
        """Return u s(t)."""
        return self.unit * self.noising.std(t)

    def rate(self, t: Any) -> Any:
        """Return r(t)."""
        return self.noising.rate(t)

    def squared_diffusion(self, t: Any) -> Any:
        """Return u² g(t)²."""
        return self.unit**2 * self.noising.squared_diffusion(t)

    def log_snr(self, t: Any) -> Any:
        """Return log(a/s) - log u."""
        return self.noising.log_snr(t) - math.log(self.unit)

    def time_of_log_snr(self, value: Any) -> Any:
        """Return the time at which λ has a value."""
        return self.noising.time_of_log_snr(value + math.log(self.unit))

    def variance_between(self, now: Any, later: Any) -> Any:
        """Return u² times the variance a transition adds."""
        return self.unit**2 * self.noising.transition(now, later).variance

    @property
    def prior_std(self) -> float:
        """u times that of the noising."""
        return self.unit * self.noising.prior_std


def fitted(noising: Noising, data: Any) -> Noising:
    """Return the noising, scaled to the size of the data where that is not within 0.2 to 5.

    Args:
        noising: for data of size one.
        data: states, shape (items, *shape), finite and not all the same.

    Example:
        >>> from evolaw.score.noising.song import VP
        >>> fitted(VP(), np.array([[0.0], [2.0]])) == VP(), fitted(VP(), np.array([[0.0], [2e-3]])).unit
        (True, 0.001)
    """
    spread = size_of(data)
    if not (np.isfinite(spread) and spread > 0) or _EVEN[0] <= spread <= _EVEN[1]:
        return noising
    return Scaled(noising, float(f"{spread:.2g}"))


def size_of(data: Any) -> float:
    """Return the standard deviation of data about the mean of each number, root mean square over numbers."""
    with np.errstate(over="ignore"):  # of numbers near the largest there are, whose spread is then infinite
        return float(np.sqrt(np.mean(np.var(np.asarray(data, float), 0))))


def require_covering(noising: Noising, spread: float) -> None:
    """Refuse a noising that never reaches the size of the data, or begins above it: its samples would be none of the data.

    Args:
        noising: the noising.
        spread: standard deviation of the data.

    Raises:
        ArgumentError: σ = s/a is above the spread at the least time, or below it at T.
    """
    low, high = (float(np.exp(-float(noising.log_snr(t)))) for t in (noising.least, noising.end))
    base = noising.noising if isinstance(noising, Scaled) else noising
    fix = f"Scale the data, or pass Scaled({base}, {spread:.2g})."
    wanted = f"hold the size of the data, {spread:.3g}, between its least and its largest noise"
    checks.require(low < spread < high, "noising", wanted, f"{noising}, from {low:.2g} to {high:.2g}", fix)
