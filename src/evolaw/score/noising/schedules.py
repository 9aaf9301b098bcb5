"""Later equations: EDM, cosine, rectified; and those of a user's own functions of time.

                r                      g²                       a               s
    EDM         0                      2t                       1               t
    cosine      -(π/2T) tan(πt/2T)     -2 r                     cos(πt/2T)      sin(πt/2T)
    rectified   -1/(T - t)             2 t/(T (T - t))          1 - t/T         t/T

`FromKernel` is given a and s and differentiates them; `FromCoefficients` is given r and g and integrates them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.arrays import namespace, precise
from evolaw.score.noising.linear import LinearNoising

__all__ = ["EDM", "Cosine", "FromCoefficients", "FromKernel", "Rectified"]


@dataclass(frozen=True)
class EDM(LinearNoising):
    """Time is the noise's standard deviation:  dx = √(2t) dw,  s = t.

    Attributes:
        sigma_min: where sampling stops before the last step to 0.
        sigma_max: where it begins.

    References:
        karras2022, table 1.

    Example:
        >>> EDM().std(3.0)
        3.0
    """

    sigma_min: float = 0.002
    sigma_max: float = 80.0

    def __post_init__(self) -> None:
        checks.positive(self.sigma_min, "sigma_min")
        checks.require(self.sigma_max > self.sigma_min, "sigma_max", "be above sigma_min", self.sigma_max)

    @property
    def end(self) -> float:  # type: ignore[override]
        """The largest noise."""
        return self.sigma_max

    @property
    def least(self) -> float:  # type: ignore[override]
        """The smallest noise."""
        return self.sigma_min

    def log_scale(self, t: Any) -> Any:
        """Return 0."""
        return t * 0.0

    def std(self, t: Any) -> Any:
        """Return t."""
        return t

    def rate(self, t: Any) -> Any:
        """Return 0."""
        return t * 0.0

    def squared_diffusion(self, t: Any) -> Any:
        """Return 2t."""
        return 2 * t

    def variance_between(self, now: Any, later: Any) -> Any:
        """Return t'² - t², without cancellation."""
        return (later - now) * (later + now)

    def time_of_log_snr(self, value: Any) -> Any:
        """Return e^-λ."""
        return namespace(value).exp(-value)


@dataclass(frozen=True)
class Cosine(LinearNoising):
    """The variance-preserving equation with a = cos(πt/2T), s = sin(πt/2T).

    Attributes:
        whole: the T of the formulas, at which a is 0 and the rate infinite.
        end: where sampling begins, just before.
        least: time at which sampling stops.

    References:
        nichol2021, without its offset.

    Example:
        >>> round(float(Cosine().scale(0.5)), 6)
        0.707107
    """

    whole: float = 1.0
    end: float = 0.995
    least: float = 1e-3

    def __post_init__(self) -> None:
        checks.positive(self.whole, "whole")
        checks.require(0 < self.least < self.end < self.whole, "end", f"lie between least and {self.whole}", self.end)

    def _angle(self, t: Any) -> Any:
        return math.pi / (2 * self.whole) * t

    def log_scale(self, t: Any) -> Any:
        """Return log cos(πt/2T)."""
        xp = namespace(t)
        return xp.log(xp.cos(self._angle(t)))

    def std(self, t: Any) -> Any:
        """Return sin(πt/2T)."""
        return namespace(t).sin(self._angle(t))

    def rate(self, t: Any) -> Any:
        """Return -(π/2T) tan(πt/2T)."""
        return -math.pi / (2 * self.whole) * namespace(t).tan(self._angle(t))

    def squared_diffusion(self, t: Any) -> Any:
        """Return (π/T) tan(πt/2T)."""
        return -2 * self.rate(t)

    def variance_between(self, now: Any, later: Any) -> Any:
        """Return 1 - (a'/a)² = sin(φ' - φ) sin(φ' + φ) / cos² φ, without cancellation."""
        xp, early, late = namespace(now, later), self._angle(now), self._angle(later)
        return xp.sin(late - early) * xp.sin(late + early) / xp.cos(early) ** 2

    def time_of_log_snr(self, value: Any) -> Any:
        """Return (2T/π) atan(e^-λ)."""
        xp = namespace(value)
        return 2 * self.whole / math.pi * xp.arctan(xp.exp(-value))

    @property
    def prior_std(self) -> float:
        """Return 1."""
        return 1.0


@dataclass(frozen=True)
class Rectified(LinearNoising):
    """The straight path of flow matching:  x = (1 - t/T) x0 + (t/T) z.

    Attributes:
        whole: the T of the formulas, at which the rate is infinite.
        end: where sampling begins, just before.
        least: time at which sampling stops.

    References:
        liu2023; lipman2023.

    Example:
        >>> Rectified().std(0.25), Rectified().scale(0.25)
        (0.25, 0.75)
    """

    whole: float = 1.0
    end: float = 0.999
    least: float = 1e-3

    def __post_init__(self) -> None:
        checks.positive(self.whole, "whole")
        checks.require(0 < self.least < self.end < self.whole, "end", f"lie between least and {self.whole}", self.end)

    def scale(self, t: Any) -> Any:
        """Return 1 - t/T."""
        return 1 - t / self.whole

    def log_scale(self, t: Any) -> Any:
        """Return log(1 - t/T)."""
        return namespace(t).log1p(-t / self.whole)

    def std(self, t: Any) -> Any:
        """Return t/T."""
        return t / self.whole

    def rate(self, t: Any) -> Any:
        """Return -1/(T - t)."""
        return -1 / (self.whole - t)

    def squared_diffusion(self, t: Any) -> Any:
        """Return 2t/(T (T - t))."""
        return 2 * t / (self.whole * (self.whole - t))

    def time_of_log_snr(self, value: Any) -> Any:
        """Return T / (1 + e^λ)."""
        return self.whole / (1 + namespace(value).exp(value))

    @property
    def prior_std(self) -> float:
        """Return s(end)."""
        return self.end / self.whole


@dataclass(frozen=True)
class FromKernel(LinearNoising):
    """The equation whose kernel is N(a x0, s² I):  r = ȧ/a and g² = a² d(s²/a²)/dt, by automatic differentiation.

    Attributes:
        scale_of, std_of: a and s as functions of a time, written with jax.numpy.
        end, least: T, and where sampling stops.

    Example:
        >>> slow = FromKernel(lambda t: jnp.exp(-t), lambda t: jnp.sqrt(-jnp.expm1(-2 * t)), end=4.0)  # some seconds
        >>> round(float(slow.rate(0.7)), 5), round(float(slow.squared_diffusion(0.7)), 5)
        (-1.0, 2.0)
    """

    scale_of: Callable[[Any], Any]
    std_of: Callable[[Any], Any]
    end: float = 1.0
    least: float = 1e-3

    def __post_init__(self) -> None:
        for name in ("scale_of", "std_of"):
            checks.require(callable(getattr(self, name)), name, "be a function of time", getattr(self, name))
        _increasing_noise(self)

    def log_scale(self, t: Any) -> Any:
        """Return log a(t)."""
        return _of(lambda t: jnp.log(self.scale_of(t)), t)

    def std(self, t: Any) -> Any:
        """Return s(t)."""
        return _of(self.std_of, t)

    def rate(self, t: Any) -> Any:
        """Return d log a / dt."""
        return _of(_derivative(lambda t: jnp.log(self.scale_of(t))), t)

    def squared_diffusion(self, t: Any) -> Any:
        """Return a² d(s²/a²)/dt."""
        slope = _derivative(lambda t: (self.std_of(t) / self.scale_of(t)) ** 2)
        return _of(lambda t: self.scale_of(t) ** 2 * slope(t), t)


_PANELS = 4096


@dataclass(frozen=True)
class FromCoefficients(LinearNoising):
    """The equation dx = r(t) x dt + g(t) dw of two functions of time; its kernel by quadrature.

        log a = ∫ r          s²/a² = ∫ g²/a²

    Attributes:
        rate_of, diffusion_of: r and g as functions of a time, written with jax.numpy.
        end, least: T, and where sampling stops.

    Notes:
        Integrated once, on 4096 panels that grow as the cube of their number, with four Gauss points each, and read by cubic
        Hermite interpolation, which meets the derivatives too. For `SubVP` exact to 1e-9 of the value from t = 1e-4 on.

    Example:
        >>> usual = FromCoefficients(lambda t: -0.5 * (0.1 + 19.9 * t), lambda t: jnp.sqrt(0.1 + 19.9 * t))
        >>> round(float(usual.std(0.01)), 8)  # some seconds
        0.04464316
    """

    rate_of: Callable[[Any], Any]
    diffusion_of: Callable[[Any], Any]
    end: float = 1.0
    least: float = 1e-3
    _tables: tuple[np.ndarray, np.ndarray] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        checks.positive(self.end, "end")
        for name in ("rate_of", "diffusion_of"):
            checks.require(callable(getattr(self, name)), name, "be a function of time", getattr(self, name))
        edges = self._edge(np.arange(_PANELS + 1.0))
        nodes, weights = np.polynomial.legendre.leggauss(4)
        widths = np.diff(edges)
        inside = edges[:-1, None] + (nodes + 1) / 2 * widths[:, None]
        log_scale = np.concatenate([[0.0], np.cumsum(_of(self.rate_of, inside) @ weights / 2 * widths)])
        object.__setattr__(self, "_tables", (log_scale, np.zeros_like(log_scale)))
        growth = _of(self.diffusion_of, inside) ** 2 * np.exp(-2 * self.log_scale(inside)) @ weights / 2 * widths
        object.__setattr__(self, "_tables", (log_scale, np.concatenate([[0.0], np.cumsum(growth)])))
        _increasing_noise(self)

    def log_scale(self, t: Any) -> Any:
        """Return ∫ r."""
        return self._read(0, t, self.rate_of)

    def std(self, t: Any) -> Any:
        """Return a √∫ g²/a²."""
        xp = namespace(t)
        ratio = self._read(1, t, lambda t: self.diffusion_of(t) ** 2 * jnp.exp(-2 * self.log_scale(t)))
        return xp.exp(self.log_scale(t)) * xp.sqrt(xp.maximum(ratio, 0.0))

    def rate(self, t: Any) -> Any:
        """Return r(t)."""
        return _of(self.rate_of, t)

    def squared_diffusion(self, t: Any) -> Any:
        """Return g(t)²."""
        return _of(self.diffusion_of, t) ** 2

    def _edge(self, number: Any) -> Any:
        return self.end * (number / _PANELS) ** 3

    def _read(self, which: int, t: Any, slope: Callable[[Any], Any]) -> Any:
        """Cubic Hermite interpolation of a table whose derivative is known."""
        xp = namespace(t)
        t = xp.asarray(t)
        number = xp.clip(xp.floor(_PANELS * xp.cbrt(xp.maximum(t, 0.0) / self.end)), 0, _PANELS - 1)
        start, panel = self._edge(number), number.astype(int)
        width = self._edge(number + 1) - start
        u = (t - start) / width
        # A copy: JAX would remember the form, single or double, that it first gave to the array itself.
        table = xp.asarray(self._tables[which].copy())
        low, high = table[panel], table[panel + 1]
        left, right = _of(slope, start) * width, _of(slope, self._edge(number + 1)) * width
        rise = high - low
        return low + u * (left + u * (3 * rise - 2 * left - right + u * (left + right - 2 * rise)))


def _of(function: Callable[[Any], Any], t: Any) -> Any:
    """A function written with jax.numpy, of JAX's or NumPy's times; of NumPy's in double precision."""
    if namespace(t) is jnp:
        return function(t) + jnp.zeros_like(t)
    with precise("float64"):
        return np.asarray(function(jnp.asarray(t, float)) + jnp.zeros(np.shape(t)))


def _derivative(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def slope(t: Any) -> Any:
        t = jnp.asarray(t)
        return jax.jvp(function, (t,), (jnp.ones_like(t),))[1]

    return slope


def _increasing_noise(noising: LinearNoising) -> None:
    checks.require(
        0 < checks.number(noising.least, "least") < checks.positive(noising.end, "end"),
        "least",
        f"lie between 0 and end = {noising.end}",
        noising.least,
    )
    times = np.linspace(noising.least, noising.end, 65)
    ratio = np.asarray(noising.log_snr(times))
    checks.require(
        bool(np.isfinite(ratio).all() and (np.diff(ratio) < 0).all()),
        "noising",
        "have a finite log-SNR log(a/s) that falls strictly from least to end",
        f"{ratio[0]:g} at {times[0]:g}, {ratio[32]:g} at {times[32]:g}, {ratio[-1]:g} at {times[-1]:g}",
    )
