"""Exact laws of the classic one-component processes: moments, densities, transitions, paths.

A law answers, as far as it can, for a process started at X(0) = x0:

    mean(t, x0)            E X(t), shape t.shape + (dim,)
    covariance(t, x0)      Cov X(t), shape t.shape + (dim, dim)
    density(x, t, x0)      density of X(t) at x, shape of x without its last axis
    sample(normals, t, dt, x)   X(t + dt) given X(t) = x from ``normals`` independent N(0, 1), shape (law.normals,)
    pathwise(t, x0, w)     X(t) as a function of the driving path at t, w of shape (..., noises): the strong solution

t is a number or an array, x0 has shape (dim,). Moments and densities are NumPy in float64; ``sample`` and ``pathwise`` are JAX
and run inside the loop. Where a component is independent of the others the laws work on any number of components at once.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks

__all__ = [
    "BridgeLaw",
    "BrownianLaw",
    "GeometricLaw",
    "OrnsteinUhlenbeckLaw",
    "SquareRootLaw",
]

_CANDIDATES = 8


class _IndependentGaussian(abc.ABC):
    """Moments to density, for independent normal components: subclasses give ``mean`` and ``variance``."""

    @abc.abstractmethod
    def mean(self, t: Any, x0: Any) -> np.ndarray: ...

    @abc.abstractmethod
    def variance(self, t: Any) -> np.ndarray: ...

    def covariance(self, t: Any, x0: Any) -> np.ndarray:
        """Return Cov X(t), a diagonal matrix, shape t.shape + (dim, dim)."""
        dim = self.mean(t, x0).shape[-1]
        return np.broadcast_to(self.variance(t), (*np.shape(t), dim))[..., None] * np.eye(dim)

    def density(self, x: Any, t: Any, x0: Any) -> np.ndarray:
        """Return the normal density of X(t) at x."""
        return np.prod(_normal_density(np.asarray(x, float) - self.mean(t, x0), self.variance(t)), axis=-1)


@dataclass(frozen=True)
class BrownianLaw(_IndependentGaussian):
    """Brownian motion with drift, X(t) = x0 + μ t + s W(t)."""

    drift: Any
    scale: Any
    normals: int

    def mean(self, t: Any, x0: Any) -> np.ndarray:
        """Return x0 + μ t."""
        return np.asarray(x0, float) + np.multiply(self.drift, _column(t))

    def variance(self, t: Any) -> np.ndarray:
        """Return s² t for each component, shape t.shape + (1,) or (dim,)."""
        return np.square(self.scale) * _column(t)

    def sample(self, normals: Any, t: Any, dt: Any, x: Any) -> Any:
        """Return x + μ dt + s √dt Z."""
        return x + self.drift * dt + self.scale * jnp.sqrt(dt) * normals

    def pathwise(self, t: Any, x0: Any, w: Any) -> Any:
        """Return x0 + μ t + s W."""
        return x0 + self.drift * jnp.asarray(t)[..., None] + self.scale * w

    def first_passage_density(self, t: Any, barrier: float, x0: float = 0.0) -> np.ndarray:
        """Return the density of the first time at ``barrier`` = x0 + a:  |a|/√(2π s² t³) exp(-(a - μ t)²/(2 s² t))."""
        t, a = np.asarray(t, float), barrier - x0
        exponent = -((a - self.drift * t) ** 2) / (2 * self.scale**2 * t)
        return abs(a) / np.sqrt(2 * np.pi * self.scale**2 * t**3) * np.exp(exponent)

    def mean_exit_time(self, half_width: float, x: float = 0.0) -> float:
        """Return the mean time of leaving (-a, a) from x without drift, (a² - x²)/s²."""
        checks.require(not np.any(self.drift), "drift", "be 0 for this formula", self.drift)
        checks.require(abs(x) <= half_width, "x", "lie within half_width", x)
        return float((half_width**2 - x**2) / self.scale**2)


@dataclass(frozen=True)
class OrnsteinUhlenbeckLaw(_IndependentGaussian):
    """Ornstein–Uhlenbeck, dX = θ (m - X) dt + s dW."""

    rate: Any
    level: Any
    scale: Any
    normals: int

    def mean(self, t: Any, x0: Any) -> np.ndarray:
        """Return m + (x0 - m) e^{-θt}."""
        return self.level + (np.asarray(x0, float) - self.level) * np.exp(-np.multiply(self.rate, _column(t)))

    def variance(self, t: Any) -> np.ndarray:
        """Return s² (1 - e^{-2θt})/(2θ)."""
        return -np.square(self.scale) * np.expm1(-2 * np.multiply(self.rate, _column(t))) / (2 * np.asarray(self.rate))

    def correlation(self, t: Any, s: Any) -> np.ndarray:
        """Return Cov(X(s), X(t)) = s²/(2θ) (e^{-θ|t-s|} - e^{-θ(t+s)})."""
        t, s = _column(t), _column(s)
        decay = np.exp(-self.rate * np.abs(t - s)) - np.exp(-self.rate * (t + s))
        return np.square(self.scale) / (2 * self.rate) * decay

    def stationary_variance(self) -> Any:
        """Return s²/(2θ)."""
        return np.square(self.scale) / (2 * np.asarray(self.rate))

    def sample(self, normals: Any, t: Any, dt: Any, x: Any) -> Any:
        """Return m + (x - m) e^{-θdt} + s √((1 - e^{-2θdt})/(2θ)) Z."""
        deviation = self.scale * jnp.sqrt(-jnp.expm1(-2.0 * self.rate * dt) / (2.0 * self.rate))
        return self.level + (x - self.level) * jnp.exp(-self.rate * dt) + deviation * normals


@dataclass(frozen=True)
class GeometricLaw:
    """Geometric Brownian motion, X(t) = x0 exp((μ - s²/2) t + s W(t)), independent components."""

    growth: Any
    volatility: Any
    normals: int

    def mean(self, t: Any, x0: Any) -> np.ndarray:
        """Return x0 e^{μt}."""
        return np.asarray(x0, float) * np.exp(np.multiply(self.growth, _column(t)))

    def covariance(self, t: Any, x0: Any) -> np.ndarray:
        """Return the diagonal matrix of x0² e^{2μt} (e^{s²t} - 1)."""
        mean = self.mean(t, x0)
        variance = mean**2 * np.expm1(np.square(self.volatility) * _column(t))
        return variance[..., None] * np.eye(mean.shape[-1])

    def density(self, x: Any, t: Any, x0: Any) -> np.ndarray:
        """Return the log-normal density: ln X(t)/x0 is N((μ - s²/2) t, s² t)."""
        t, x = _column(t), np.asarray(x, float)
        gain = np.log(x / np.asarray(x0, float)) - (self.growth - np.square(self.volatility) / 2) * t
        return np.prod(_normal_density(gain, np.square(self.volatility) * t) / np.abs(x), axis=-1)

    def sample(self, normals: Any, t: Any, dt: Any, x: Any) -> Any:
        """Return x exp((μ - s²/2) dt + s √dt Z)."""
        return x * jnp.exp((self.growth - self.volatility**2 / 2) * dt + self.volatility * jnp.sqrt(dt) * normals)

    def pathwise(self, t: Any, x0: Any, w: Any) -> Any:
        """Return x0 exp((μ - s²/2) t + s W)."""
        return x0 * jnp.exp((self.growth - self.volatility**2 / 2) * jnp.asarray(t)[..., None] + self.volatility * w)


@dataclass(frozen=True)
class BridgeLaw:
    """The Brownian bridge from x0 at time 0 to ``end`` at time T, with scale s."""

    end: Any
    duration: Any
    scale: Any
    normals: int

    def mean(self, t: Any, x0: Any) -> np.ndarray:
        """Return x0 + (end - x0) t/T."""
        x0 = np.asarray(x0, float)
        return x0 + (self.end - x0) * _column(t) / self.duration

    def covariance(self, t: Any, x0: Any) -> np.ndarray:
        """Return s² t (1 - t/T) on the diagonal."""
        t = np.asarray(t, float)[..., None, None]
        return self.scale**2 * t * (1 - t / self.duration) * np.eye(np.size(x0))

    def correlation(self, t: Any, s: Any) -> np.ndarray:
        """Return Cov(X(s), X(t)) = scale² (min(s, t) - s t/T)."""
        return self.scale**2 * (np.minimum(s, t) - np.multiply(s, t) / self.duration)

    def sample(self, normals: Any, t: Any, dt: Any, x: Any) -> Any:
        """Return x + (end - x) dt/(T - t) + s √(dt (T - t - dt)/(T - t)) Z: at t + dt = T it is ``end``."""
        left = self.duration - t
        share = jnp.clip(dt / left, 0.0, 1.0)
        return x + (self.end - x) * share + self.scale * jnp.sqrt(dt * (1.0 - share)) * normals

    def exceedance(self, level: float, x0: float) -> float:
        """Return P(max X > y) = exp(-2 (y - x0)(y - end)/(s² T)) for one component, 1 for y below an end."""
        room = max(level - x0, 0.0) * max(level - float(self.end), 0.0)
        return float(np.exp(-2 * room / (self.scale**2 * self.duration)))


@dataclass(frozen=True)
class SquareRootLaw:
    """Cox–Ingersoll–Ross, dX = a (b - X) dt + s √X dW: X(t)/c is noncentral χ² with 4ab/s² degrees of freedom.

    c = s² (1 - e^{-at})/(4a), noncentrality λ = x0 e^{-at}/c. For more than one degree of freedom the loop draws

        X(t) = c ((Z + √λ)² + 2 Γ),      Z ~ N(0, 1),  Γ ~ gamma of shape (d - 1)/2, independent                    (`sample`)

    with Γ by the method of Marsaglia and Tsang, whose rejection is given eight candidates at once so that every step takes the
    same number of addressed normals. Each is accepted with probability 0.95 or more; where none is (less often than 3e-11, for
    shapes below 1 and just above; the tail cut off the normals is of that size) the last is taken. For other degrees there is
    NumPy's `draw`.

    References:
        cox1985, equation 18; glasserman2003, section 3.4.1; marsaglia2000.
    """

    rate: Any
    level: Any
    scale: Any

    @property
    def degrees(self) -> float:
        """4ab/s²; zero is never reached when this is at least 2."""
        return float(4 * self.rate * self.level / self.scale**2)

    def mean(self, t: Any, x0: Any) -> np.ndarray:
        """Return b + (x0 - b) e^{-at}."""
        return self.level + (np.asarray(x0, float) - self.level) * np.exp(-self.rate * _column(t))

    def covariance(self, t: Any, x0: Any) -> np.ndarray:
        """Return x0 s²/a (e^{-at} - e^{-2at}) + b s²/(2a) (1 - e^{-at})²."""
        decay = np.exp(-self.rate * _column(t))
        start = np.asarray(x0, float) * self.scale**2 / self.rate * decay * (1 - decay)
        return (start + self.level * self.scale**2 / (2 * self.rate) * (1 - decay) ** 2)[..., None]

    def density(self, x: Any, t: Any, x0: Any) -> np.ndarray:
        """Return the noncentral χ² density."""
        from scipy import stats  # half a second that only this density and the stationary one need

        scale, shift = self._transition(t, x0)
        return stats.ncx2.pdf(np.asarray(x, float), self.degrees, shift, scale=scale)[..., 0]

    def stationary_density(self, x: Any) -> np.ndarray:
        """Return the gamma density of shape 2ab/s² and scale s²/(2a)."""
        from scipy import stats

        return stats.gamma.pdf(x, self.degrees / 2, scale=self.scale**2 / (2 * self.rate))

    @property
    def normals(self) -> int:
        """Normals of a transition: one for the square, three a candidate of the gamma variable, two for shapes below 1."""
        return 3 + 3 * _CANDIDATES

    def limits(self) -> str | None:
        """Return why `sample` cannot draw the transition; None when it can."""
        if self.degrees > 1:
            return None
        return (
            f"Its transition has {self.degrees:.3g} degrees of freedom, 4 a b/s², and exact steps in the loop take more than 1; "
            "use process.exact.draw, or EulerMaruyama with small steps."
        )

    def sample(self, normals: Any, t: Any, dt: Any, x: Any) -> Any:
        """Return c ((Z + √λ)² + 2 Γ), a draw of X(t + dt); for more than one degree of freedom."""
        decay = -jnp.expm1(-self.rate * dt)
        scale = self.scale**2 * decay / (4 * self.rate)
        centre = jnp.sqrt(jnp.maximum(x, 0.0) * (1 - decay) / scale)
        shape = 2 * self.rate * self.level / self.scale**2 - 0.5
        return scale * ((normals[:1] + centre) ** 2 + 2 * _gamma(shape, normals[1:]))

    def draw(self, generator: np.random.Generator, t: Any, x0: Any, count: int) -> np.ndarray:
        """Draw X(t) from NumPy's noncentral χ², shape (count, 1)."""
        scale, shift = self._transition(t, x0)
        return scale * generator.noncentral_chisquare(self.degrees, shift, (count, 1))

    def _transition(self, t: Any, x0: Any) -> tuple[Any, Any]:
        scale = -(self.scale**2) * np.expm1(-self.rate * _column(t)) / (4 * self.rate)
        return scale, np.asarray(x0, float) * np.exp(-self.rate * _column(t)) / scale


def _gamma(shape: Any, normals: Any) -> Any:
    """Return a gamma variable from 2 + 3 · candidates normals [marsaglia2000]; for shapes below 1 from that of shape + 1.

    The uniforms it takes come as logarithms: -log U is (Z_1² + Z_2²)/2.
    """
    small = shape < 1
    d = jnp.where(small, shape + 1, shape) - 1 / 3
    slope = 1 / jnp.sqrt(9 * d)
    found = jnp.ones_like(normals[0])
    for i in reversed(range(_CANDIDATES)):
        z, first, second = (normals[2 + 3 * i + k] for k in range(3))
        root = jnp.maximum(1 + slope * z, 0.0)
        v = root**3
        # At root 0 the logarithm is -∞ and nothing is accepted.
        accepted = -(first**2 + second**2) / 2 < z**2 / 2 + d * (1 - v + 3 * jnp.log(root))
        # Of the candidates accepted the first stays; where none is, the last.
        found = jnp.where(accepted | (i == _CANDIDATES - 1), v, found)
    lift = jnp.where(small, -(normals[0] ** 2 + normals[1] ** 2) / 2 / jnp.where(small, shape, 1.0), 0.0)
    return d * found * jnp.exp(lift)


def _normal_density(deviation: Any, variance: Any) -> np.ndarray:
    return np.exp(-(deviation**2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


def _column(t: Any) -> np.ndarray:
    """Return t with one more axis at the end, to multiply components."""
    return np.asarray(t, float)[..., None]
