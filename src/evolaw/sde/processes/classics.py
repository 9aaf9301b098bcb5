"""The classic processes, each with what is known about it exactly.

    process                      equation                                   exact
    brownian_motion              dX = μ dt + s dW                           law, transition, path, first passage
    geometric_brownian_motion    dX = μ X dt + s X dW                       law, transition, path
    brownian_bridge              dX = (b - X)/(T - t) dt + s dW             law, transition, maximum
    ornstein_uhlenbeck           dX = θ (m - X) dt + s dW                   law, transition
    integrated_ornstein_uhlenbeck  dY = V dt, dV = -β V dt + s dW           law, transition
    harmonic_oscillator          x'' + γ x' + ω² x = A cos(Ω t) + s ξ       law, transition, equilibrium
    square_root                  dX = a (b - X) dt + s √X dW                law, transition, draw

"Langevin equation" names the equation of the velocity in part of the literature, and "Ornstein–Uhlenbeck process" its
position; here, as in most libraries, `ornstein_uhlenbeck` is the velocity and `integrated_ornstein_uhlenbeck` the position.
Langevin equations in other forces are in `langevin`, linear systems in `linear_systems`, and processes with an explicit
solution, for tests of schemes, in `explicit_solutions`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.sde.processes.exact_laws import BridgeLaw, BrownianLaw, GeometricLaw, OrnsteinUhlenbeckLaw, SquareRootLaw
from evolaw.sde.processes.langevin import underdamped
from evolaw.sde.processes.linear_systems import GaussianLinearLaw
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = [
    "OscillatorLaw",
    "brownian_bridge",
    "brownian_motion",
    "geometric_brownian_motion",
    "harmonic_oscillator",
    "integrated_ornstein_uhlenbeck",
    "ornstein_uhlenbeck",
    "square_root",
]


@told
def brownian_motion(*, drift: Any = 0.0, scale: Any = 1.0, dim: int = 1) -> SDE:
    """Return Brownian motion with drift, dX = μ dt + s dW.

    Args:
        drift: μ, a number or shape (dim,).
        scale: s, likewise; positive.
        dim: number of independent components.

    Example:
        >>> brownian_motion(scale=2.0).exact.covariance(3.0, [0.0]).tolist()
        [[12.0]]
    """
    params = {"drift": _each(drift, "drift", dim), "scale": _each(scale, "scale", dim, positive=True)}
    return _independent("Brownian motion", _constant_drift, _scale, "additive", dim, params, BrownianLaw)


@told
def geometric_brownian_motion(*, growth: Any, volatility: Any, dim: int = 1) -> SDE:
    """Return geometric Brownian motion, the stock market model dX = μ X dt + s X dW (Itô).

    Args:
        growth: μ, a number or shape (dim,).
        volatility: s, likewise; positive.
        dim: number of independent components.

    Example:
        >>> stock = geometric_brownian_motion(growth=0.5, volatility=0.8)
        >>> stock.exact.mean(1.0, [1.0]).round(10).tolist()
        [1.6487212707]
    """
    params = {
        "growth": _each(growth, "growth", dim),
        "volatility": _each(volatility, "volatility", dim, positive=True),
    }
    name = "geometric Brownian motion"
    return _independent(name, _proportional_drift, _proportional_noise, "diagonal", dim, params, GeometricLaw)


@told
def brownian_bridge(*, end: Any = 0.0, duration: float = 1.0, scale: float = 1.0, dim: int = 1) -> SDE:
    """Return the Brownian bridge to ``end`` at time T = ``duration``, dX = (end - X)/(T - t) dt + s dW, for 0 <= t < T.

    Args:
        end: where it ends, a number or shape (dim,).
        duration: T, positive.
        scale: s, positive.
        dim: number of independent components.

    Notes:
        The drift is singular at T. `ExactStep` arrives at T exactly; no scheme that evaluates the drift at the end of the
        last step can.

    Example:
        >>> bridge = brownian_bridge(end=1.0, duration=2.0)
        >>> bridge.exact.covariance(1.0, [0.0]).tolist()
        [[0.5]]
    """
    params = {
        "end": _each(end, "end", dim),
        "duration": checks.positive(duration, "duration"),
        "scale": checks.positive(scale, "scale"),
    }
    return _independent("Brownian bridge", _bridge_drift, _scale, "additive", dim, params, BridgeLaw)


@told
def ornstein_uhlenbeck(*, rate: Any, scale: Any, level: Any = 0.0, dim: int = 1) -> SDE:
    """Return the Ornstein–Uhlenbeck process dX = θ (m - X) dt + s dW, the velocity of a Brownian particle.

    Args:
        rate: θ, positive, a number or shape (dim,).
        scale: s, positive, likewise.
        level: m, likewise.
        dim: number of independent components.

    Example:
        >>> float(ornstein_uhlenbeck(rate=2.0, scale=1.0).exact.stationary_variance())
        0.25
    """
    params = {
        "rate": _each(rate, "rate", dim, positive=True),
        "level": _each(level, "level", dim),
        "scale": _each(scale, "scale", dim, positive=True),
    }
    return _independent("Ornstein–Uhlenbeck", _reverting_drift, _scale, "additive", dim, params, OrnsteinUhlenbeckLaw)


@told
def integrated_ornstein_uhlenbeck(*, friction: float, amplitude: float) -> SDE:
    """Return the position Y of a free Brownian particle, Y'' = -β Y' + s ξ; the state is (Y, V).

    E Y = y0 + v0 (1 - e^{-βt})/β,  Var Y = s² t/β² + s² (-3 + 4 e^{-βt} - e^{-2βt})/(2 β³).

    Args:
        friction: β, positive.
        amplitude: s, at least 0.

    Example:
        >>> particle = integrated_ornstein_uhlenbeck(friction=0.8, amplitude=1.3)
        >>> round(float(particle.exact.covariance(2.0, [0.0, 0.0])[0, 0]), 10)
        1.5956370478
    """
    friction = checks.positive(friction, "friction")
    process = underdamped(_free, friction=friction, amplitude=amplitude, name="integrated Ornstein–Uhlenbeck")
    return replace(process, law=_free_law)


@told
def harmonic_oscillator(
    *, frequency: float, damping: float, amplitude: float, drive: float = 0.0, drive_frequency: float = 1.0
) -> SDE:
    """Return the stochastic harmonic oscillator x'' + γ x' + ω² x = A cos(Ω t) + s ξ; the state is (x, v).

    Args:
        frequency: ω, positive.
        damping: γ, at least 0: 0 is the undamped oscillator, whose mean energy grows by s²/2 a unit of time.
        amplitude: s, at least 0.
        drive: A; 0 is the free oscillator.
        drive_frequency: Ω, positive.

    Notes:
        ``exact`` is an `OscillatorLaw`. In equilibrium without drive ⟨x²⟩ = s²/(2 γ ω²), ⟨v²⟩ = s²/(2 γ), ⟨x v⟩ = 0.

    Example:
        >>> spring = harmonic_oscillator(frequency=1.0, damping=0.5, amplitude=1.0)
        >>> spring.exact.covariance(2.0, [0.0, 0.0]).round(7).tolist()
        [[0.6527841, 0.1711126], [0.1711126, 0.5259007]]
    """
    params = {
        "frequency": checks.positive(frequency, "frequency"),
        "drive": checks.number(drive, "drive"),
        "drive_frequency": checks.positive(drive_frequency, "drive_frequency"),
    }
    process = underdamped(
        _spring, friction=damping, amplitude=amplitude, params=params, name="stochastic harmonic oscillator"
    )
    return replace(process, law=OscillatorLaw)


@told
def square_root(*, rate: float, level: float, scale: float) -> SDE:
    """Return the square-root process of Cox, Ingersoll and Ross, dX = a (b - X) dt + s √X dW.

    Args:
        rate: a, positive.
        level: b, positive.
        scale: s, positive.

    Notes:
        Zero is never reached when 2 a b >= s². The coefficients read max(X, 0) for X (full truncation), so that a scheme
        that steps below zero finds its way back without a NaN. `ExactStep` draws the transition itself and stays above zero;
        it needs 4 a b > s².

    References:
        cox1985, equation 17; lord2010 for the truncation.

    Example:
        >>> square_root(rate=1.0, level=2.0, scale=0.5).exact.mean(0.0, [3.0]).tolist()
        [3.0]
    """
    given = {"rate": rate, "level": level, "scale": scale}
    params = {name: checks.positive(value, name) for name, value in given.items()}
    return SDE(_truncated_drift, _root_noise, noise="scalar", params=params, name="square root", law=_square_root_law)


@dataclass(frozen=True)
class OscillatorLaw:
    """Exact law of the stochastic harmonic oscillator: linear, with a drive that is one more pair of linear equations.

    With c = cos Ωt and k = sin Ωt as components, c' = -Ω k and k' = Ω c, the driven oscillator is autonomous and linear.
    """

    params: Any

    @property
    def normals(self) -> int:
        """Two normals a transition: position and velocity."""
        return 2

    def mean(self, t: Any, x0: Any) -> np.ndarray:
        """Return E (x, v), shape t.shape + (2,), for a start at time 0."""
        return self._driven().mean(t, [*np.asarray(x0, float).reshape(-1), 1.0, 0.0])[..., :2]

    def covariance(self, t: Any, x0: Any) -> np.ndarray:
        """Return Cov (x, v), shape t.shape + (2, 2); the drive does not matter."""
        return self._free().covariance(t, x0)

    def density(self, x: Any, t: float, x0: Any) -> np.ndarray:
        """Return the normal density of (x, v) at t."""
        centred = np.asarray(x, float) - self.mean(t, x0)
        return self._free().density(centred, t, [0.0, 0.0])

    def stationary_covariance(self) -> np.ndarray:
        """Return diag(s²/(2 γ ω²), s²/(2 γ))."""
        return self._free().stationary_covariance()

    def correlation(self, t: Any) -> np.ndarray:
        """Return the equilibrium correlation C_x(t) = ⟨x²⟩ e^{-γt/2} (cos ω₁t + γ/(2ω₁) sin ω₁t), ω₁² = ω² - γ²/4.

        For an overdamped oscillator (γ > 2 ω) ω₁ is imaginary and the same formula holds; at γ = 2 ω it is its limit.
        """
        gamma, t = float(self.params["friction"]), np.asarray(t, float)
        omega = np.sqrt(complex(self.params["force"]["frequency"] ** 2 - gamma**2 / 4))
        sine = t if omega == 0 else (np.sin(omega * t) / omega)
        value = np.exp(-gamma * t / 2) * (np.cos(omega * t) + gamma / 2 * sine)
        return self.stationary_covariance()[0, 0] * np.real(value)

    def sample(self, normals: Any, t: Any, dt: Any, x: Any) -> Any:
        """Return a draw of (x, v) at t + dt; the drive moves the mean by its exact response."""
        force = self.params["force"]
        phase = force["drive_frequency"] * t
        wave = jnp.stack([jnp.cos(phase), jnp.sin(phase)])
        quiet = jnp.zeros_like(wave)
        return self._driven().sample(jnp.concatenate([normals, quiet]), t, dt, jnp.concatenate([x, wave]))[:2]

    def _free(self) -> GaussianLinearLaw:
        force, gamma, s = self.params["force"], self.params["friction"], self.params["amplitude"]
        A = _stack([[0.0, 1.0], [-(force["frequency"] ** 2), -gamma]])
        return GaussianLinearLaw(A, np.zeros((1, 2, 2)), np.zeros(2), _stack([[0.0, s]]))

    def _driven(self) -> GaussianLinearLaw:
        force, gamma, s = self.params["force"], self.params["friction"], self.params["amplitude"]
        turn = force["drive_frequency"]
        A = _stack(
            [
                [0.0, 1.0, 0.0, 0.0],
                [-(force["frequency"] ** 2), -gamma, force["drive"], 0.0],
                [0.0, 0.0, 0.0, -turn],
                [0.0, 0.0, turn, 0.0],
            ]
        )
        return GaussianLinearLaw(A, np.zeros((1, 4, 4)), np.zeros(4), _stack([[0.0, s, 0.0, 0.0]]))


def _stack(rows: list[list[Any]]) -> Any:
    """Return a matrix of numbers, in NumPy's float64 unless an entry is being traced."""
    if all(isinstance(entry, int | float | np.number) for row in rows for entry in row):
        return np.array(rows, float)
    return jnp.stack([jnp.stack([jnp.asarray(entry, jnp.result_type(float)) for entry in row]) for row in rows])


@dataclass(frozen=True)
class _LawOf:
    """Makes a law of independent components from the parameters; equal ones are equal, so they share a compilation."""

    law: Callable[..., Any]
    dim: int

    def __call__(self, params: Any) -> Any:
        return self.law(**params, normals=self.dim)


def _independent(name: str, drift: Any, diffusion: Any, noise: str, dim: int, params: Any, law: Any) -> SDE:
    return SDE(drift, diffusion, dim=dim, noise=noise, params=params, name=name, law=_LawOf(law, dim))


def _each(value: Any, name: str, dim: int, *, positive: bool = False) -> Any:
    """Return a finite number, or an array of shape (dim,)."""
    array = checks.finite(np.asarray(value, float), name)
    if array.ndim:
        checks.shape(array, name, (dim,))
    if positive:
        checks.require(bool(np.all(array > 0)), name, "be positive", value)
    return array if array.ndim else float(array)


def _constant_drift(t: Any, x: Any, p: Any) -> Any:
    return jnp.broadcast_to(p["drift"], x.shape)


def _scale(t: Any, x: Any, p: Any) -> Any:
    return p["scale"]


def _proportional_drift(t: Any, x: Any, p: Any) -> Any:
    return p["growth"] * x


def _proportional_noise(t: Any, x: Any, p: Any) -> Any:
    return p["volatility"] * x


def _bridge_drift(t: Any, x: Any, p: Any) -> Any:
    return (p["end"] - x) / (p["duration"] - t)


def _reverting_drift(t: Any, x: Any, p: Any) -> Any:
    # Multiplied out, the constant part is made once, and a step is one operation shorter.
    return p["rate"] * p["level"] - p["rate"] * x


def _free(t: Any, x: Any, p: Any) -> Any:
    return jnp.zeros_like(x)


def _free_law(p: Any) -> GaussianLinearLaw:
    A = _stack([[0.0, 1.0], [0.0, -p["friction"]]])
    return GaussianLinearLaw(A, np.zeros((1, 2, 2)), np.zeros(2), _stack([[0.0, p["amplitude"]]]))


def _spring(t: Any, x: Any, p: Any) -> Any:
    return p["drive"] * jnp.cos(p["drive_frequency"] * t) - p["frequency"] ** 2 * x


def _truncated_drift(t: Any, x: Any, p: Any) -> Any:
    return p["rate"] * (p["level"] - jnp.maximum(x, 0.0))


def _root_noise(t: Any, x: Any, p: Any) -> Any:
    # The inner choice keeps the derivative finite at and below 0, where √max(x, 0) alone would give a NaN to Milstein.
    return p["scale"] * jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), 0.0)


def _square_root_law(p: Any) -> SquareRootLaw:
    return SquareRootLaw(p["rate"], p["level"], p["scale"])
