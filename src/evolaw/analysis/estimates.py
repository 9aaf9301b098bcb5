"""Numbers with their error.

The unit of replication is an independent board or path, never a cell: cells of one board are correlated. For n values x_i,

    mean        m = sum x_i / n,    se = sqrt(sum (x_i - m)**2 / (n (n - 1)))
    jackknife   theta_i = f(all but i),   b = (n - 1) (mean theta - f(all)),   value = f(all) - b
                se = sqrt((n - 1) / n  sum (theta_i - mean theta)**2 + 2 b**2)

The jackknife removes the bias b of order 1/n. Where f is flat, its first term may vanish although f(all) still scatters by about
sqrt(2) |b| (a square of a mean around 0, a mutual information of independent cells); hence the second term.

One value alone says nothing about its error: its standard error is infinite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from evolaw import checks, display
from evolaw.arrays import read_only
from evolaw.told import told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Estimate", "jackknife", "mean", "wilson"]


@told
@dataclass(frozen=True, eq=False)
class Estimate:
    """A value with its standard error.

    Attributes:
        value: the estimate, a scalar array or one element a time, bin, …
        standard_error: of the same shape; infinite where n is 1.
        n: number of independent repetitions it rests on.
        what: what is estimated, with its unit, in words.
        samples: one value a repetition, shape (n, *value.shape), when the estimate is their mean; None when it is computed
            from all repetitions together.

    Example:
        >>> mean(np.array([1.0, 2.0, 3.0]), "length")
        Estimate
          what   length
          value  2.00 ± 0.58
          n      3
    """

    value: np.ndarray
    standard_error: np.ndarray
    n: int
    what: str = ""
    samples: np.ndarray | None = None

    def __post_init__(self) -> None:
        try:
            value, error = (np.asarray(each, np.float64) for each in (self.value, self.standard_error))
        except (TypeError, ValueError) as wrong:
            raise checks.refuse(
                "value", "be numbers, as the standard error is", f"{self.value!r}, {self.standard_error!r}"
            ) from wrong
        checks.shape(error, "standard_error", value.shape)
        checks.require(bool((error >= 0).all()), "standard_error", "be zero or more", error)
        object.__setattr__(self, "n", checks.integer(self.n, "n", least=1))
        object.__setattr__(self, "value", read_only(value))
        object.__setattr__(self, "standard_error", read_only(error))

    def interval(self, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Return the lower and upper end of the Student interval, value ± t(n - 1) standard_error.

        Exact for normal samples, else good for large n.

        Example:
            >>> low, high = mean(np.array([1.0, 2.0, 3.0]), "length").interval()
            >>> round(float(high - low), 3)
            4.968
        """
        level = checks.number(confidence, "confidence", least=0.0, most=1.0)
        checks.require(0 < level < 1, "confidence", "lie between 0 and 1", level)
        if self.n == 1:
            infinite = np.full(self.value.shape, np.inf)
            return -infinite, infinite
        half = special.stdtrit(self.n - 1, (1 + level) / 2) * self.standard_error
        return self.value - half, self.value + half

    def _facts(self) -> list[tuple[str, Any]]:
        if self.value.ndim == 0:
            shown = _pair(self.value, self.standard_error)
        elif self.value.size == 0:
            shown = "empty"
        else:
            first, last = (_pair(self.value.flat[k], self.standard_error.flat[k]) for k in (0, -1))
            shown = f"{first} … {last}, shape {self.value.shape}"
        return [("what", self.what or None), ("value", shown), ("n", self.n)]

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure; ``x`` is the abscissa."""
        return display.plot(self, **options)

    def __repr__(self) -> str:
        return display.lines("Estimate", self._facts())

    def _repr_html_(self) -> str:
        return display.card("Estimate", self._facts())


@told
def mean(samples: Any, what: str = "") -> Estimate:
    """Estimate a mean from independent repetitions along the first axis.

    Args:
        samples: shape (n, ...), finite.
        what: what is estimated.

    Example:
        >>> float(mean(np.array([0.0, 1.0])).standard_error)
        0.5
    """
    values = checks.numbers(samples, "samples")
    checks.require(values.ndim >= 1 and len(values) > 0, "samples", "hold at least one repetition", "empty")
    n = len(values)
    error = np.std(values, axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(values.shape[1:], np.inf)
    return Estimate(values.mean(axis=0), error, n, what, values)


@told
def jackknife(function: Callable[[np.ndarray], Any], samples: Any, what: str = "") -> Estimate:
    """Estimate a smooth function of the mean of independent repetitions, with its bias of order 1/n removed.

    Args:
        function: maps the mean of ``samples`` over the first axis to a value; must be smooth there.
        samples: shape (n, ...), finite.
        what: what is estimated.

    Returns:
        Estimate of function(E[sample]); for n = 1 the plain value, biased, with an infinite standard error.

    Notes:
        n + 1 calls of ``function``. The standard error is consistent for smooth functions, not for medians and maxima, and
        errs on the large side for few repetitions.

    References:
        efron1993, chapters 10 and 11.

    Example:
        >>> round(float(jackknife(np.square, [1.0, 2.0, 4.0]).value), 6)  # 7/3 squared, less the variance 7/9 of the mean
        4.666667
    """
    values = checks.numbers(samples, "samples")
    checks.require(values.ndim >= 1 and len(values) > 0, "samples", "hold at least one repetition", "empty")
    n = len(values)
    whole = np.asarray(function(values.mean(axis=0)), np.float64)
    if n == 1:
        return Estimate(whole, np.full(whole.shape, np.inf), 1, what)
    total = values.sum(axis=0)
    left_out = np.stack([np.asarray(function((total - value) / (n - 1)), np.float64) for value in values])
    centre = left_out.mean(axis=0)
    bias = (n - 1) * (centre - whole)
    error = np.sqrt((n - 1) / n * ((left_out - centre) ** 2).sum(axis=0) + 2 * bias**2)
    return Estimate(whole - bias, error, n, what)


@told
def wilson(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a proportion.

    (p + z**2 / 2n ± z sqrt(p (1 - p) / n + z**2 / 4n**2)) / (1 + z**2 / n),  p = successes / trials.

    Args:
        successes: 0 to ``trials``.
        trials: independent trials, at least 1.
        confidence: nominal coverage.

    References:
        wilson1927.

    Example:
        >>> [round(end, 4) for end in wilson(0, 10)]
        [0.0, 0.2775]
    """
    n = checks.integer(trials, "trials", least=1)
    k = checks.integer(successes, "successes", least=0, most=n)
    level = checks.number(confidence, "confidence", least=0.0, most=1.0)
    checks.require(0 < level < 1, "confidence", "lie between 0 and 1", level)
    z = float(special.ndtri((1 + level) / 2))
    p, extra = k / n, z * z / n
    half = z * np.sqrt(p * (1 - p) / n + extra / (4 * n))
    low, high = (p + extra / 2 - half) / (1 + extra), (p + extra / 2 + half) / (1 + extra)
    return (0.0 if k == 0 else float(low)), (1.0 if k == n else float(high))


def _pair(value: Any, error: Any) -> str:
    return display.uncertain(float(value), float(error))
