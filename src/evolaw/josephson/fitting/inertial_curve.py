"""What a capacitance does to a noisy I–V curve that has one voltage a current: the curve by matrix continued fractions, for all currents at once.

    β φ'' + φ' + sin φ = i + √(2 D) ξ,      β = β_c,  time in 1/w_c,  v = ⟨φ'⟩

    P(φ, φ') = g(y) Σ_k e^{jkφ} Σ_n c_{n,k} He_n(y)/√n!,    y = (φ' - i)/θ,   θ² = D/β,   g normal
    Q_k c_k + Q⁻ c_{k-1} + Q⁺ c_{k+1} = 0,      Q_k = -jk [i + θ (L + Lᵀ)] - n/β,   Q± = ∓j/(2βθ) L,   L_{n,n-1} = √n
    S_k = -(Q_k + Q⁺ S_{k+1})⁻¹ Q⁻  downwards,   (Q_0 + 2 Re Q⁺ S_1) c_0 = 0,   v = i + θ c_{1,0}/c_{0,0}

Only neighbouring waves are coupled, so that blocks are as large as the Hermite orders that are needed: the square of the velocities' range in thermal
ones, β/D and some. A fit asks for hundreds of curves, which come from a table over β and D (`InertialCurve`).
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.interpolate import CubicSpline

from evolaw.josephson.fitting.overdamped_curve import overdamped_voltage

__all__ = ["InertialCurve", "inertial_voltage", "is_within_reach"]

_REACH, _MOST_BETA, _LEAST_NOISE = 40.0, 1.2, 0.003
_SPAN, _LEAST_ANCHOR = 0.4, 0.02
_ORDERS, _ORDERS_OF_BETA, _ORDERS_OF_SPREAD = 10, 5.0, 0.5
_WAVES, _WAVES_MORE = 6, 3.6
_FEW, _MANY = (5, 3, 32), (9, 4, 48)


def inertial_voltage(bias: np.ndarray, beta: float, noise: float, orders: int | None = None) -> np.ndarray:
    """Return V/(I_c R) at each bias for β_c = β > 0.

    Args:
        bias: i, shape (biases,).
        beta: β_c.
        noise: D.
        orders: Hermite orders; None for 10 + 5 β + β/2D.

    References:
        risken1996, section 11.5.

    Example:
        >>> round(float(inertial_voltage(np.array([0.5]), 1.0, 0.5)[0]), 6)
        0.135391
    """
    i = np.abs(np.asarray(bias, float))
    count = orders or _orders(beta, noise)
    theta = np.sqrt(noise / beta)
    n = np.arange(count)
    up = np.diag(np.sqrt(n[1:]), -1)
    # The middle of the velocities i - sin φ: off it by s thermal ones, coefficients of e^{s²/2} cancel.
    u = i
    base = np.broadcast_to(-np.diag(n / beta), (i.size, count, count))
    drift = 1j * (u[:, None, None] * np.eye(count) + theta * (up + up.T))
    lift = 1j / (2 * beta * theta)
    ratio = np.zeros((i.size, count, count), complex)
    for k in range(int(_WAVES + _WAVES_MORE / np.sqrt(noise)), 0, -1):
        # Q⁺ S: the rows of S, each moved down by one and scaled.
        ratio = np.linalg.solve(base - k * drift - lift * (up @ ratio), np.broadcast_to(-lift * up, ratio.shape))
    matrix = base + 2 * (-lift * (up @ ratio)).real
    rest = np.linalg.solve(matrix[:, 1:, 1:], -matrix[:, 1:, 0][..., None])[..., 0]
    found: np.ndarray = np.sign(bias) * (u + theta * rest[:, 0])
    return found


def is_within_reach(beta: float, noise: float) -> bool:
    """Return whether `inertial_voltage` has its digits: β_c <= 40 D, and D >= 0.003."""
    return beta <= _REACH * noise and noise >= _LEAST_NOISE


def _orders(beta: float, noise: float) -> int:
    """Return the Hermite orders for a curve right to about 1e-7: velocities spread over √(β/D) thermal ones.

    Beyond β = 40 D coefficients of e^{β/2D} and more cancel, and no number of orders helps.
    """
    return int(_ORDERS + _ORDERS_OF_BETA * beta + _ORDERS_OF_SPREAD * beta / noise)


class InertialCurve:
    """The I–V curve over current, β_c and D, around one D: what β adds to the curve without, from a table.

        v(i, β, D) = v(i, 0, D) + β/(1 + β²i²) Σ_m a_m(i, D) β^m      Lagrange in β and ln D, cubic splines in asinh((i - 1)/w)

    Far above the critical current the supercurrent runs at i through the capacitance: 1/(1 + β²i²) is its share that does not, whose poles at β = ±j/i
    no polynomial follows.

    Attributes:
        noise: D in the middle; the table reaches from D e^{-0.4} to D e^{0.4}, and is held at its ends.
        most_beta: the largest β_c, 1.2 at most and as far as the series reaches.

    Notes:
        Right to about 3e-5 of I_c R, and near where it is `anchored` to 1e-6; made in a second or two when it is first used.
    """

    def __init__(self, noise: float, most_bias: float) -> None:
        self.noise, self._top = noise, max(most_bias, 1.5)
        self.most_beta = float(min(_MOST_BETA, _REACH * noise * np.exp(-_SPAN)))
        self._width = float(np.clip(noise ** (2 / 3), 0.02, 0.5))
        # Towards α = 1.19, β = 0.7, the curve bends with β.
        count, noises, self._points = _FEW if self.most_beta < 0.5 else _MANY
        self._betas = self.most_beta * (1 - np.cos(np.pi * (np.arange(count) + 0.75) / (count + 0.25))) / 2
        self._logs = np.log(noise) + _SPAN * np.cos(np.pi * (np.arange(noises) + 0.5) / noises)
        self._missed: CubicSpline | None = None

    def anchor(self, beta: float, noise: float) -> None:
        """Make the curve exact at one β_c and D: what the table misses there is added, in proportion to β_c."""
        beta = float(np.clip(beta, _LEAST_ANCHOR * self.most_beta, self.most_beta))
        noise = float(np.clip(noise, self.noise * np.exp(-_SPAN), self.noise * np.exp(_SPAN)))
        places, bias = self._places()
        self._missed = None
        self._missed = CubicSpline(places, (inertial_voltage(bias, beta, noise) - self(bias, beta, noise)) / beta)

    def __call__(self, bias: np.ndarray, beta: float, noise: float) -> np.ndarray:
        """Return V/(I_c R) at currents of either sign."""
        curve = overdamped_voltage(bias, noise)
        if beta == 0:
            return curve
        x = float(np.clip(beta, 0.0, self.most_beta))
        log = float(np.clip(np.log(noise), np.log(self.noise) - _SPAN, np.log(self.noise) + _SPAN))
        size = np.minimum(np.abs(bias), self._top)
        at = self._stretched(size)
        added = np.einsum("b,d,bdi->i", _lagrange(self._betas, x), _lagrange(self._logs, log), self._table(at))
        added = added / (1 + (x * size) ** 2)
        if self._missed is not None:
            added = added + self._missed(at)
        found: np.ndarray = curve + np.sign(bias) * x * added
        return found

    def _stretched(self, bias: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.arcsinh((bias - 1) / self._width)
        return found

    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the table stands: stretched currents, and currents."""
        ends = self._stretched(np.array([0.0, self._top]))
        places = np.linspace(float(ends[0]), float(ends[1]), self._points)
        return places, 1 + self._width * np.sinh(places)

    @cached_property
    def _table(self) -> CubicSpline:
        """What β adds over β, times 1 + β²i², shape (betas, noises, …), as a function of the stretched current."""
        places, bias = self._places()
        found = np.empty((self._betas.size, self._logs.size, self._points))
        for d, log in enumerate(self._logs):
            plain = overdamped_voltage(bias, float(np.exp(log)))
            for b, beta in enumerate(self._betas):
                added = (inertial_voltage(bias, float(beta), float(np.exp(log))) - plain) / beta
                found[b, d] = added * (1 + (beta * bias) ** 2)
        return CubicSpline(places, found, axis=2)


def _lagrange(nodes: np.ndarray, x: float) -> np.ndarray:
    """The weights of the polynomial through the nodes at x."""
    gaps = nodes[:, None] - nodes[None, :] + np.eye(nodes.size)
    others = np.where(np.eye(nodes.size, dtype=bool), 1.0, x - nodes[None, :])
    found: np.ndarray = np.prod(others / gaps, axis=1)
    return found
