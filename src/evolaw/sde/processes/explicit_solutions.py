"""Nonlinear processes whose solution is a formula of the driving path: what schemes are measured on.

    hyperbolic_sine    dX = (X/2 + √(X²+1)) dt + √(X²+1) dW            X = sinh(arsinh x0 + t + W)
    hyperbolic_tangent dX = -(a + b² X)(1 - X²) dt + b (1 - X²) dW     X = tanh(artanh x0 - a t + b W)
    iterated_integral  dX_1 = dW_1, dX_2 = X_1 dW_2                    X_2 = x0_2 + x0_1 W_2 + ∫ W_1 dW_2
    modulated_noise    dX = -θ X dt + s (1 + c cos Ωt) dW              Gaussian, variance in closed form

The third does not commute: no method without Lévy areas has a strong order above 1/2 on it. The last has additive noise
whose strength depends on time, which separates schemes that only look right for constant noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = [
    "HyperbolicSineLaw",
    "HyperbolicTangentLaw",
    "IteratedIntegralLaw",
    "ModulatedNoiseLaw",
    "hyperbolic_sine",
    "hyperbolic_tangent",
    "iterated_integral",
    "modulated_noise",
]


@told
def hyperbolic_sine() -> SDE:
    """Return dX = (X/2 + √(X²+1)) dt + √(X²+1) dW, whose solution is sinh(arsinh x0 + t + W).

    References:
        kloeden1992, section 4.4.

    Example:
        >>> round(float(hyperbolic_sine().exact.pathwise(1.0, jnp.zeros(1), jnp.zeros(1))[0]), 4)
        1.1752
    """
    return SDE(_sinh_drift, _sinh_noise, noise="scalar", name="hyperbolic sine", law=_sinh_law)


@told
def hyperbolic_tangent(*, pull: float = 0.2, scale: float = 0.8) -> SDE:
    """Return dX = -(a + b² X)(1 - X²) dt + b (1 - X²) dW on (-1, 1), whose solution is tanh(artanh x0 - a t + b W).

    Args:
        pull: a.
        scale: b.

    Notes:
        Outside (-1, 1), where a coarse step may land, the drift grows cubically: moments of Euler–Maruyama explode.

    References:
        kloeden1992, section 4.4.

    Example:
        >>> round(float(hyperbolic_tangent().exact.pathwise(1.0, jnp.zeros(1), jnp.ones(1))[0]), 4)
        0.537
    """
    params = {"pull": checks.number(pull, "pull"), "scale": checks.number(scale, "scale")}
    return SDE(
        _tanh_drift, _tanh_noise, noise="scalar", params=params, name="hyperbolic tangent", law=HyperbolicTangentLaw
    )


@told
def iterated_integral() -> SDE:
    """Return dX_1 = dW_1, dX_2 = X_1 dW_2: a pure iterated integral, the simplest noise that does not commute.

    From x0 = 0:  X_2(t) = ∫ W_1 dW_2 = W_1 W_2/2 + A_12,  E X_2² = t²/2,  E e^{iλA_12} = 1/cosh(λt/2).

    Example:
        >>> float(iterated_integral().exact.covariance(3.0, np.zeros(2))[1, 1])
        4.5
    """
    return SDE(_no_drift, _area_noise, dim=2, noise="general", name="iterated integral", law=_area_law)


@told
def modulated_noise(*, rate: float = 1.0, scale: float = 0.7, depth: float = 0.5, frequency: float = 3.0) -> SDE:
    """Return dX = -θ X dt + s (1 + c cos Ωt) dW, linear with additive noise that depends on time.

    Args:
        rate: θ, positive.
        scale: s.
        depth: c.
        frequency: Ω.

    Example:
        >>> round(float(modulated_noise(depth=0.0, scale=1.0).exact.covariance(50.0, [0.0])[0, 0]), 12)
        0.5
    """
    given = {"scale": scale, "depth": depth, "frequency": frequency}
    params = {"rate": checks.positive(rate, "rate")} | {name: checks.number(v, name) for name, v in given.items()}
    return SDE(_decay, _modulation, noise="additive", params=params, name="modulated noise", law=ModulatedNoiseLaw)


@dataclass(frozen=True)
class HyperbolicSineLaw:
    """The strong solution of `hyperbolic_sine`."""

    def pathwise(self, t: Any, x0: Any, w: Any) -> Any:
        """Return sinh(arsinh x0 + t + W)."""
        return jnp.sinh(jnp.arcsinh(x0) + jnp.asarray(t)[..., None] + w)

    def mean(self, t: Any, x0: Any) -> np.ndarray:
        """Return e^{t/2} sinh(arsinh x0 + t)."""
        t = np.asarray(t, float)[..., None]
        return np.exp(t / 2) * np.sinh(np.arcsinh(x0) + t)


@dataclass(frozen=True)
class HyperbolicTangentLaw:
    """The strong solution of `hyperbolic_tangent`."""

    params: Any

    def pathwise(self, t: Any, x0: Any, w: Any) -> Any:
        """Return tanh(artanh x0 - a t + b W)."""
        time = jnp.asarray(t)[..., None]
        return jnp.tanh(jnp.arctanh(x0) - self.params["pull"] * time + self.params["scale"] * w)


@dataclass(frozen=True)
class IteratedIntegralLaw:
    """Moments of `iterated_integral`."""

    def mean(self, t: Any, x0: Any) -> np.ndarray:
        """Return x0: the process is a martingale."""
        return np.broadcast_to(np.asarray(x0, float), (*np.shape(t), 2))

    def covariance(self, t: Any, x0: Any) -> np.ndarray:
        """Return diag(t, t²/2 + x0_1² t)."""
        t = np.asarray(t, float)
        zero = np.zeros_like(t)
        return np.stack(
            [np.stack([t, zero], -1), np.stack([zero, t**2 / 2 + float(np.asarray(x0)[0]) ** 2 * t], -1)], -2
        )


@dataclass(frozen=True)
class ModulatedNoiseLaw:
    """Mean and variance of `modulated_noise`; the process is Gaussian.

    Var X(t) = s² ∫_0^t e^{-2θ(t-u)} (1 + c cos Ωu)² du, where (1 + c cos Ωu)² = 1 + c²/2 + 2 c cos Ωu + c²/2 cos 2Ωu and
    ∫_0^t e^{-2θ(t-u)} cos(wu) du = (2θ cos wt + w sin wt - 2θ e^{-2θt})/(4θ² + w²).
    """

    params: Any

    def mean(self, t: Any, x0: Any) -> np.ndarray:
        """Return x0 e^{-θt}."""
        return np.asarray(x0, float) * np.exp(-self.params["rate"] * np.asarray(t, float)[..., None])

    def covariance(self, t: Any, x0: Any) -> np.ndarray:
        """Return the variance, shape t.shape + (1, 1)."""
        double, scale, depth, turn = 2 * self.params["rate"], *(self.params[n] for n in ("scale", "depth", "frequency"))
        t = np.asarray(t, float)

        def response(w: float) -> np.ndarray:
            return (double * np.cos(w * t) + w * np.sin(w * t) - double * np.exp(-double * t)) / (double**2 + w**2)

        constant = (1 + depth**2 / 2) * response(0.0)
        variance = scale**2 * (constant + 2 * depth * response(turn) + depth**2 / 2 * response(2 * turn))
        return variance[..., None, None]


def _sinh_drift(t: Any, x: Any, p: Any) -> Any:
    return x / 2 + jnp.sqrt(x**2 + 1)


def _sinh_noise(t: Any, x: Any, p: Any) -> Any:
    return jnp.sqrt(x**2 + 1)


def _sinh_law(p: Any) -> HyperbolicSineLaw:
    return HyperbolicSineLaw()


def _tanh_drift(t: Any, x: Any, p: Any) -> Any:
    return -(p["pull"] + p["scale"] ** 2 * x) * (1 - x**2)


def _tanh_noise(t: Any, x: Any, p: Any) -> Any:
    return p["scale"] * (1 - x**2)


def _no_drift(t: Any, x: Any, p: Any) -> Any:
    return jnp.zeros_like(x)


def _area_noise(t: Any, x: Any, p: Any) -> Any:
    return jnp.stack([jnp.stack([jnp.ones_like(x[0]), jnp.zeros_like(x[0])]), jnp.stack([jnp.zeros_like(x[0]), x[0]])])


def _area_law(p: Any) -> IteratedIntegralLaw:
    return IteratedIntegralLaw()


def _decay(t: Any, x: Any, p: Any) -> Any:
    return -p["rate"] * x


def _modulation(t: Any, x: Any, p: Any) -> Any:
    return p["scale"] * (1 + p["depth"] * jnp.cos(p["frequency"] * t))
