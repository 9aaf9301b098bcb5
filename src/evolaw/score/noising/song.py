"""The equations of Song et al.: variance exploding, variance preserving, sub-variance-preserving; and the linear VE.

               r          g²                          a          s
    VE         0          2 σ² log(σM/σm) / T         1          σ(t) = σm (σM/σm)^(t/T)
    linear VE  0          2 t σM² / T²                1          t σM / T
    VP         -β/2       β                           e^(-B/2)   √(1 - e^-B)
    sub-VP     -β/2       β (1 - e^-2B)               e^(-B/2)   1 - e^-B

with β(t) = β0 + (β1 - β0) t/T and B(t) = ∫β = β0 t + (β1 - β0) t²/2T. Standard deviations are computed with `expm1`, so that
in single precision no digit is lost at small times, where 1 - e^-B is one of two equal numbers less the other.

**Why the names.** Let Σ(t) be the covariance of x(t) and Σ0 that of the data. VE: Σ = Σ0 + s² I grows with σ. VP:
Σ = I + e^-B (Σ0 - I), which stays I if Σ0 = I and is bounded always. sub-VP: Σ = I + e^-2B I + e^-B (Σ0 - 2I), below that of VP by
e^-B (1 - e^-B) I, with the same mean and the same limit.

**Shape of time.** All functions take a number or an array, of NumPy or JAX, and give the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import namespace
from evolaw.score.noising.linear import LinearNoising

__all__ = ["VE", "VP", "LinearVE", "SubVP"]


@dataclass(frozen=True)
class VE(LinearNoising):
    """The variance-exploding equation  dx = σ(t) √(2 log(σM/σm) / T) dw,  σ(t) = σm (σM/σm)^(t/T).

    Attributes:
        sigma_min, sigma_max: σm and σM.
        end: T.
        least: time at which sampling stops.

    Notes:
        The kernel has s = σ(t), as the field uses it. That is exact for data blurred by N(0, σm² I) beforehand; the kernel
        of the equation started from the data themselves is √(σ² - σm²). At t = 0.01 with the values below the variances are
        1.19e-4 and 1.86e-5.

    References:
        song2021, equation 9 and appendix C.

    Example:
        >>> round(float(VE(0.01, 50.0).std(0.5)), 6)
        0.707107
    """

    sigma_min: float = 0.01
    sigma_max: float = 50.0
    end: float = 1.0
    least: float = 1e-5

    def __post_init__(self) -> None:
        checks.positive(self.sigma_min, "sigma_min")
        checks.positive(self.sigma_max, "sigma_max")
        checks.require(
            self.sigma_max > self.sigma_min, "sigma_max", f"be above sigma_min = {self.sigma_min}", self.sigma_max
        )
        _check_times(self.end, self.least)

    @property
    def _log(self) -> float:
        return math.log(self.sigma_max / self.sigma_min)

    def log_scale(self, t: Any) -> Any:
        """Return 0."""
        return _zeros(t)

    def std(self, t: Any) -> Any:
        """Return σ(t)."""
        return self.sigma_min * namespace(t).exp(self._log / self.end * t)

    def rate(self, t: Any) -> Any:
        """Return 0."""
        return _zeros(t)

    def squared_diffusion(self, t: Any) -> Any:
        """Return 2 σ(t)² log(σM/σm) / T."""
        return 2 * self._log / self.end * self.std(t) ** 2

    def variance_between(self, now: Any, later: Any) -> Any:
        """Return σ'² - σ², without cancellation."""
        return self.std(now) ** 2 * namespace(now, later).expm1(2 * self._log / self.end * (later - now))

    def time_of_log_snr(self, value: Any) -> Any:
        """Return the time at which -log σ has a value."""
        return -(value + math.log(self.sigma_min)) * self.end / self._log


@dataclass(frozen=True)
class LinearVE(LinearNoising):
    """The variance-exploding equation with σ(t) = σM t/T:  dx = σM √(2t) / T dw.

    Attributes:
        sigma_max: σM.
        end: T.
        least: time at which sampling stops.

    References:
        song2021ml, appendix.

    Example:
        >>> LinearVE(50.0).std(0.5)
        25.0
    """

    sigma_max: float = 50.0
    end: float = 1.0
    least: float = 1e-4

    def __post_init__(self) -> None:
        checks.positive(self.sigma_max, "sigma_max")
        _check_times(self.end, self.least)

    def log_scale(self, t: Any) -> Any:
        """Return 0."""
        return _zeros(t)

    def std(self, t: Any) -> Any:
        """Return t σM / T."""
        return self.sigma_max / self.end * t

    def rate(self, t: Any) -> Any:
        """Return 0."""
        return _zeros(t)

    def squared_diffusion(self, t: Any) -> Any:
        """Return 2 t σM² / T²."""
        return 2 * (self.sigma_max / self.end) ** 2 * t

    def variance_between(self, now: Any, later: Any) -> Any:
        """Return σ'² - σ², without cancellation."""
        return (self.sigma_max / self.end) ** 2 * (later - now) * (later + now)

    def time_of_log_snr(self, value: Any) -> Any:
        """Return the time at which -log σ has a value."""
        return namespace(value).exp(-value) * self.end / self.sigma_max


@dataclass(frozen=True)
class _Preserving(LinearNoising):
    beta_min: float = 0.1
    beta_max: float = 20.0
    end: float = 1.0
    least: float = 1e-3

    def __post_init__(self) -> None:
        checks.positive(self.beta_min, "beta_min")
        checks.require(
            checks.positive(self.beta_max, "beta_max") >= self.beta_min,
            "beta_max",
            f"be at least beta_min = {self.beta_min}",
            self.beta_max,
        )
        _check_times(self.end, self.least)

    def beta(self, t: Any) -> Any:
        """Return β(t) = β0 + (β1 - β0) t/T."""
        return self.beta_min + (self.beta_max - self.beta_min) / self.end * t

    def integral(self, t: Any) -> Any:
        """Return B(t) = ∫β from 0 to t."""
        return t * (self.beta_min + (self.beta_max - self.beta_min) / (2 * self.end) * t)

    def log_scale(self, t: Any) -> Any:
        """Return -B/2."""
        return -self.integral(t) / 2

    def rate(self, t: Any) -> Any:
        """Return -β/2."""
        return -self.beta(t) / 2

    @property
    def prior_std(self) -> float:
        """Return 1: the limit, not s(T)."""
        return 1.0

    def _grown(self, now: Any, later: Any) -> Any:
        """Return B' - B without cancellation."""
        return (later - now) * (self.beta_min + (self.beta_max - self.beta_min) / (2 * self.end) * (later + now))

    def _time_of_integral(self, grown: Any) -> Any:
        """The t with B(t) = ``grown``; the form of the root that does not cancel."""
        bend = 2 * (self.beta_max - self.beta_min) / self.end
        root = namespace(grown).sqrt(self.beta_min**2 + bend * grown)
        return 2 * grown / (self.beta_min + root)


@dataclass(frozen=True)
class VP(_Preserving):
    """The variance-preserving equation  dx = -½ β x dt + √β dw,  β(t) = β0 + (β1 - β0) t/T.

    Attributes:
        beta_min, beta_max: β0 and β1.
        end: T.
        least: time at which sampling stops.

    References:
        song2021, equation 11 and appendix C.

    Example:
        >>> round(float(VP().scale(1.0)), 5)
        0.00657
    """

    def std(self, t: Any) -> Any:
        """Return √(1 - e^-B)."""
        xp = namespace(t)
        return xp.sqrt(-xp.expm1(-self.integral(t)))

    def squared_diffusion(self, t: Any) -> Any:
        """Return β."""
        return self.beta(t)

    def variance_between(self, now: Any, later: Any) -> Any:
        """Return 1 - e^-(B' - B), the β_i of a chain."""
        return -namespace(now, later).expm1(-self._grown(now, later))

    def time_of_log_snr(self, value: Any) -> Any:
        """Return the time at which -½ log(e^B - 1) has a value:  B = log(1 + e^-2λ)."""
        return self._time_of_integral(namespace(value).logaddexp(0.0, -2 * value))


@dataclass(frozen=True)
class SubVP(_Preserving):
    """The sub-VP equation  dx = -½ β x dt + √(β (1 - e^-2B)) dw,  its variance below that of `VP` at every time.

    Attributes:
        beta_min, beta_max: β0 and β1.
        end: T.
        least: time at which sampling stops.

    References:
        song2021, equation 12 and appendix B.

    Example:
        >>> bool(SubVP().std(0.3) < VP().std(0.3))
        True
    """

    def std(self, t: Any) -> Any:
        """Return 1 - e^-B."""
        return -namespace(t).expm1(-self.integral(t))

    def squared_diffusion(self, t: Any) -> Any:
        """Return β (1 - e^-2B)."""
        return -self.beta(t) * namespace(t).expm1(-2 * self.integral(t))

    def variance_between(self, now: Any, later: Any) -> Any:
        """Return (1 - e^-Δ)(1 - e^-(B + B')) with Δ = B' - B, without cancellation."""
        xp = namespace(now, later)
        return xp.expm1(-self._grown(now, later)) * xp.expm1(-(self.integral(now) + self.integral(later)))

    def time_of_log_snr(self, value: Any) -> Any:
        """Return the time at which -log(2 sinh(B/2)) has a value:  B = 2 asinh(e^-λ / 2)."""
        xp = namespace(value)
        return self._time_of_integral(2 * xp.arcsinh(xp.exp(-value) / 2))


def _zeros(t: Any) -> Any:
    return namespace(t).zeros_like(t) if np.ndim(t) or namespace(t) is not np else 0.0


def _check_times(end: float, least: float) -> None:
    checks.positive(end, "end")
    checks.require(0 < checks.number(least, "least") < end, "least", f"lie between 0 and end = {end}", least)
