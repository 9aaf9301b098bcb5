"""What every noising equation has: its kernel, its exact transitions, its log-SNR, its prior, and itself as a process."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from evolaw import checks
from evolaw.arrays import namespace
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = ["LinearNoising", "Noising", "Transition", "forward", "require_noising"]


@runtime_checkable
class Noising(Protocol):
    """dx = r(t) x dt + g(t) dw with kernel N(a x(0), s² I), from t = 0 to t = ``end``; t is a number or an array.

    Attributes:
        end: the time T at which data have become noise.
        least: the time at which sampling stops, where the score is still finite.
    """

    @property
    def end(self) -> float: ...
    @property
    def least(self) -> float: ...

    def log_scale(self, t: Any) -> Any:
        """Return log a(t)."""

    def scale(self, t: Any) -> Any:
        """Return a(t)."""

    def std(self, t: Any) -> Any:
        """Return s(t)."""

    def rate(self, t: Any) -> Any:
        """Return r(t) = ȧ / a; the drift is r x."""

    def diffusion(self, t: Any) -> Any:
        """Return g(t)."""

    def squared_diffusion(self, t: Any) -> Any:
        """Return g(t)²."""

    def log_snr(self, t: Any) -> Any:
        """Return λ(t) = log(a / s)."""

    def time_of_log_snr(self, value: Any) -> Any:
        """Return the time at which λ has a value."""

    def transition(self, now: Any, later: Any) -> Transition:
        """Return the exact chain from one time to a later one."""

    @property
    def prior_std(self) -> float:
        """Standard deviation of the customary prior N(0, σ² I) at ``end``."""


def require_noising(value: Any) -> None:
    """Refuse what is no noising, in words."""
    # Ours are known by their class; to look for every name of a protocol takes longer than a step of a sampler.
    checks.require(isinstance(value, LinearNoising | Noising), "noising", "be a noising, such as VP()", value)


class Transition(NamedTuple):
    """x(t') | x(t) ~ N(ratio · x(t), variance · I) for t' > t; ``lost`` is 1 - ratio, without cancellation."""

    ratio: Any
    variance: Any
    lost: Any


class LinearNoising:
    """What follows from log a, s, r and g², which a subclass writes; see `Noising`."""

    end: float
    least: float

    def log_scale(self, t: Any) -> Any:
        """Return log a(t)."""
        raise checks.refuse("noising", "say log_scale(t)", type(self).__name__)

    def std(self, t: Any) -> Any:
        """Return s(t)."""
        raise checks.refuse("noising", "say std(t)", type(self).__name__)

    def rate(self, t: Any) -> Any:
        """Return r(t)."""
        raise checks.refuse("noising", "say rate(t)", type(self).__name__)

    def squared_diffusion(self, t: Any) -> Any:
        """Return g(t)²."""
        raise checks.refuse("noising", "say squared_diffusion(t)", type(self).__name__)

    def scale(self, t: Any) -> Any:
        """Return a(t)."""
        return namespace(t).exp(self.log_scale(t))

    def diffusion(self, t: Any) -> Any:
        """Return g(t)."""
        return namespace(t).sqrt(self.squared_diffusion(t))

    def log_snr(self, t: Any) -> Any:
        """Return λ(t) = log(a / s), which falls strictly."""
        return self.log_scale(t) - namespace(t).log(self.std(t))

    def time_of_log_snr(self, value: Any) -> Any:
        """Return the time at which λ has a value, by 60 bisections of [0, T]: exact to rounding."""
        xp = namespace(value)
        value = xp.asarray(value, dtype=float) if xp is np else value
        low, high = xp.zeros_like(value), xp.full_like(value, self.end)
        for _ in range(60):
            middle = (low + high) / 2
            is_early = self.log_snr(xp.maximum(middle, 1e-30)) > value
            low, high = xp.where(is_early, middle, low), xp.where(is_early, high, middle)
        return (low + high) / 2

    def variance_between(self, now: Any, later: Any) -> Any:
        """Return s'² - ρ² s², the variance a transition adds."""
        xp = namespace(now, later)
        ratio = xp.exp(self.log_scale(later) - self.log_scale(now))
        return self.std(later) ** 2 - (ratio * self.std(now)) ** 2

    def transition(self, now: Any, later: Any) -> Transition:
        """Return the exact chain from one time to a later one:  x' = ρ x + √(s'² - ρ² s²) z,  ρ = a'/a.

        Notes:
            For the variance-exploding equation this is x' = x + √(σ'² - σ²) z (song2021, equation 8), for the
            variance-preserving one x' = √(1-β) x + √β z (equation 10) with β = 1 - ρ² in place of its first order
            β(t)/N, which exceeds 1 on short grids.
        """
        xp = namespace(now, later)
        log_ratio = self.log_scale(later) - self.log_scale(now)
        return Transition(xp.exp(log_ratio), self.variance_between(now, later), -xp.expm1(log_ratio))

    @property
    def prior_std(self) -> float:
        """Standard deviation of the customary prior N(0, σ² I) at ``end``."""
        return float(self.std(self.end))

    def prior(self, mean: Any = None, covariance: Any = None) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and covariance of the prior at ``end``; corrected for the data's moments where they are given.

        Args:
            mean: mean of the data, any shape; None for the customary prior N(0, σ² I), for which nothing is known.
            covariance: variance of each number, of the shape of the mean, or the whole covariance of the numbers in a row.

        Returns:
            (a m, a² C + s² I), with the covariance shaped as it was given; (0, σ²) without moments.

        Notes:
            The customary prior misses the mean by a m, which is 6.57e-3 m for the standard `VP`.
        """
        if mean is None:
            return np.zeros(()), np.full((), self.prior_std**2)
        a, s = float(self.scale(self.end)), float(self.std(self.end))
        mean, covariance = np.asarray(mean, float), np.asarray(covariance, float)
        noise = np.eye(len(covariance)) if _is_matrix(covariance, mean.size) else np.ones_like(covariance)
        return a * mean, a**2 * covariance + s**2 * noise


def _is_matrix(covariance: np.ndarray, size: int) -> bool:
    return covariance.ndim == 2 and covariance.shape == (size, size)


@told
def forward(noising: Noising, dim: int) -> SDE:
    """Return the noising as a process:  dx = r(t) x dt + g(t) dw,  additive noise on each of ``dim`` components.

    Example:
        >>> from evolaw.score.noising.song import VP
        >>> round(float(forward(VP(), 2).drift_at(0.0, np.ones(2))[0]), 6)
        -0.05
    """
    dim = checks.integer(dim, "dim", least=1)
    return SDE(_Rate(noising), _Diffusion(noising), dim=dim, noise="additive", name=f"{noising}")


class _OfNoising:
    """A coefficient that equals another one of the same noising, so that they share a compilation."""

    def __init__(self, noising: Noising) -> None:
        self.noising = noising

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.noising == other.noising

    def __hash__(self) -> int:
        return hash((type(self), self.noising))


class _Rate(_OfNoising):
    def __call__(self, t: Any, x: Any, p: Any) -> Any:
        return self.noising.rate(t) * x


class _Diffusion(_OfNoising):
    def __call__(self, t: Any, x: Any, p: Any) -> Any:
        return self.noising.diffusion(t)
