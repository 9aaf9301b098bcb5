"""Overdamped motion in a tilted periodic potential: current, diffusion, density and passage times by quadrature.

    dX = (F - V'(X)) dt + √(2 D) dW,     V(x + L) = V(x),     U(x) = V(x) - F x

    I+(x) = (1/D) ∫_0^L exp([U(x) - U(x - y)]/D) dy,    I-(x) = (1/D) ∫_0^L exp([U(x + y) - U(x)]/D) dy
    v     = L (1 - e^{-F L/D}) / ∫_0^L I+ dx,           p(x) = I-(x) / ∫_0^L I- dx
    D_eff = D ⟨I+² I-⟩/⟨I+⟩³                            ⟨·⟩ the mean over a period                        [reimann2001]

Every integrand is positive and sums are kept as logarithms, so that rates as small as e^{-1000} keep their digits. A period is
cut into panels of 16 Gauss–Legendre nodes; running integrals within a panel are those of the polynomial through its nodes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from evolaw import checks

__all__ = ["TiltedPeriodic"]

_NODES = 16
_STEEPEST = 8.0
_MOST_PANELS = 400_000


@dataclass(frozen=True, eq=False)
class TiltedPeriodic:
    """What is known exactly of dX = (F - V'(X)) dt + √(2 D) dW on a line with a potential of period L.

    Attributes:
        potential: V(x), NumPy in and out.
        force: F, the tilt.
        temperature: D > 0.
        period: L.

    Raises:
        ArgumentError: the temperature is not positive, or so small that a period would need more than 400 000 panels.

    References:
        stratonovich1967, volume II, chapter 9; reimann2001, equations 12 to 18.

    Example:
        >>> flat = TiltedPeriodic(lambda x: 0.0 * x, force=2.0, temperature=0.3)
        >>> round(flat.velocity, 12), round(flat.diffusion, 12)
        (2.0, 0.3)
    """

    potential: Callable[[Any], Any]
    force: float
    temperature: float
    period: float = 2 * np.pi

    def __post_init__(self) -> None:
        checks.positive(self.temperature, "temperature")
        checks.positive(self.period, "period")
        checks.number(self.force, "force")

    # -- results --------------------------------------------------------------------------------------------------------

    @property
    def velocity(self) -> float:
        """The mean velocity ⟨X'⟩; right to about 1e-13 of itself times 1 + (U_max - U_min)/D."""
        tilt = self.force * self.period / self.temperature
        if tilt == 0:
            return 0.0
        if tilt < 0:
            return -self._mirrored.velocity
        return float(self.period * -np.expm1(-tilt) * np.exp(-_total(self._forward, self._weights)))

    @property
    def diffusion(self) -> float:
        """The effective diffusion coefficient, lim Var X(t) / 2 t."""
        if self.force < 0:
            return self._mirrored.diffusion
        mean = _total(self._forward, self._weights) - np.log(self.period)
        third = _total(2 * self._forward + self._backward, self._weights) - np.log(self.period)
        return float(self.temperature * np.exp(third - 3 * mean))

    def density(self, x: Any) -> np.ndarray:
        """Return the stationary density of X modulo the period, I-(x)/∫ I-, for places x of any shape."""
        if self.force < 0:
            return self._mirrored.density(-np.asarray(x, float))
        places = np.asarray(x, float) % self.period
        total = _total(self._backward, self._weights)
        flat = np.array([_total(self._rise(place), self._weights) for place in places.ravel()])
        return np.exp(flat - np.log(self.temperature) - total).reshape(places.shape)

    def quantiles(self, shares: Any) -> np.ndarray:
        """Return the places of one period below which the given shares of the stationary probability lie, 0 to 1.

        Notes:
            Exact at the nodes of the quadrature, a monotone cubic between them.
        """
        if self.force < 0:
            return self.period - self._mirrored.quantiles(1 - np.asarray(shares, float))
        from scipy.interpolate import PchipInterpolator

        mass = np.exp(self._backward - _total(self._backward, self._weights))
        within = mass @ _RUNNING.T * (self.period / self._panels / 2)
        whole = np.sum(mass * self._weights, axis=1)
        below = (within + np.concatenate([[0.0], np.cumsum(whole)[:-1]])[:, None]).ravel()
        places = np.concatenate([[0.0], self._places.ravel(), [self.period]])
        share = np.maximum.accumulate(np.concatenate([[0.0], below, [1.0]]))
        fine = np.interp(np.arange(8 * (len(places) - 1) + 1) / 8, np.arange(len(places)), places)
        with np.errstate(over="ignore"):  # where no probability is, the harmonic mean of two slopes of 0
            found = PchipInterpolator(places, share)(fine)
        return np.interp(np.asarray(shares, float), found, fine)

    def average(self, function: Callable[[np.ndarray], Any]) -> float:
        """Return the stationary mean of a periodic function of the place."""
        if self.force < 0:
            return self._mirrored.average(lambda x: function(-x))
        share = np.exp(self._backward - _total(self._backward, self._weights))
        return float(np.sum(np.asarray(function(self._places)) * share * self._weights))

    def passage_time(self, start: float, end: float) -> float:
        """Return the mean time of first reaching ``end`` > ``start``, without a wall on the left; infinite for F <= 0.

        T = (1/D) ∫_a^b dy e^{U(y)/D} ∫_{-∞}^y e^{-U(z)/D} dz = ∫_a^b I+(y) dy / (1 - e^{-F L/D}).
        """
        a, b = checks.number(start, "start"), checks.number(end, "end")
        checks.require(b > a, "end", "lie above the start", b)
        if self.force <= 0:
            return float("inf")
        whole, rest = divmod((b - a) / self.period, 1.0)
        inside = 0.0
        if rest > 1e-15:
            shifted = TiltedPeriodic(lambda x: self.potential(x + a), self.force, self.temperature, self.period)
            inside = shifted._up_to(rest * self.period)
        tilt = self.force * self.period / self.temperature
        return float((whole * np.exp(_total(self._forward, self._weights)) + inside) / -np.expm1(-tilt))

    def forward_share(self) -> float:
        """Return P(one period up before one period down) = 1/(1 + e^{-F L/D}), from any start and for any V."""
        return float(1 / (1 + np.exp(-self.force * self.period / self.temperature)))

    # -- quadrature -----------------------------------------------------------------------------------------------------

    @cached_property
    def _mirrored(self) -> TiltedPeriodic:
        """The process of -X."""
        return TiltedPeriodic(lambda x: self.potential(-x), -self.force, self.temperature, self.period)

    @cached_property
    def _panels(self) -> int:
        """Panels within which U changes by a few D only."""
        coarse = np.linspace(0, self.period, 2049)
        steepest = np.abs(np.diff(self._energy(coarse))).max() / (coarse[1] * self.temperature)
        count = int(max(12, np.ceil(self.period * steepest / _STEEPEST)))
        checks.require(
            count <= _MOST_PANELS,
            "temperature",
            f"leave a period with at most {_MOST_PANELS} panels",
            self.temperature,
            "Use the limits of weak noise instead.",
        )
        return count

    def _energy(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self.potential(x), float) - self.force * x

    @cached_property
    def _places(self) -> np.ndarray:
        return _nodes(0.0, self.period, self._panels)

    @cached_property
    def _weights(self) -> np.ndarray:
        return np.tile(_WEIGHTS * (self.period / self._panels / 2), (self._panels, 1))

    @cached_property
    def _forward(self) -> np.ndarray:
        """ln I+ at the nodes, shape (panels, nodes)."""
        return _windows(
            -self._energy(self._places) / self.temperature, self._tilt, self.period / self._panels
        ) - np.log(self.temperature)

    @cached_property
    def _backward(self) -> np.ndarray:
        """ln I- at the nodes: the window that ends at x of the mirrored potential, read backwards."""
        mirrored = self._energy(self._places)[::-1, ::-1] / self.temperature
        found = _windows(mirrored, self._tilt, self.period / self._panels)
        return found[::-1, ::-1] - np.log(self.temperature)

    @property
    def _tilt(self) -> float:
        return self.force * self.period / self.temperature

    def _up_to(self, end: float) -> float:
        """∫_0^end I+(y) dy, for ends within the period."""
        values = np.exp(self._forward)
        half = self.period / self._panels / 2
        panel = min(int(end / (2 * half)), self._panels - 1)
        before = float(np.sum(values[:panel] * self._weights[:panel]))
        # Within the last panel: the polynomial through the nodes, integrated up to the end.
        place = (end - 2 * half * panel) / half - 1
        series = np.polynomial.legendre.Legendre.fit(_POINTS, values[panel], _NODES - 1, domain=[-1, 1])
        return before + float(half * (series.integ()(place) - series.integ()(-1.0)))

    def _rise(self, x: float) -> np.ndarray:
        """[U(y) - U(x)]/D at the nodes y of [x, x + L]."""
        rise: np.ndarray = (self._energy(x + self._places) - self._energy(np.array(x))) / self.temperature
        return rise


_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(_NODES)


def _running() -> np.ndarray:
    """R with ∫_{-1}^{x_i} f = Σ_j R_ij f(x_j) for polynomials of degree below the number of nodes."""
    vandermonde = np.polynomial.legendre.legvander(_POINTS, _NODES - 1)
    integrals = np.column_stack(
        [
            np.polynomial.legendre.legval(_POINTS, np.polynomial.legendre.legint(np.eye(_NODES)[k], lbnd=-1))
            for k in range(_NODES)
        ]
    )
    return integrals @ np.linalg.inv(vandermonde)


_RUNNING = _running()


def _nodes(start: float, end: float, panels: int) -> np.ndarray:
    """Gauss–Legendre nodes, shape (panels, nodes)."""
    width = (end - start) / panels
    return start + width * (np.arange(panels)[:, None] + (1 + _POINTS) / 2)


def _windows(exponent: np.ndarray, tilt: float, width: float) -> np.ndarray:
    """ln ∫_{x-L}^x exp(h(z) - h(x)) dz at the nodes x, for an exponent h with h(z - L) = h(z) - tilt.

    The window is what lies below x in this period and, a tilt lower, what lies above x.
    """
    reference = exponent.max(axis=1, keepdims=True)
    scaled = np.exp(exponent - reference)
    below_here = np.log(np.maximum(scaled @ _RUNNING.T, 1e-300)) + reference + np.log(width / 2)
    # From x to the end of the panel: the nodes lie symmetrically, so that it is the same rule read backwards.
    above_here = np.log(np.maximum(scaled[:, ::-1] @ _RUNNING.T, 1e-300))[:, ::-1] + reference + np.log(width / 2)
    whole = np.log(scaled @ _WEIGHTS) + reference[:, 0] + np.log(width / 2)
    nothing = np.array([-np.inf])
    before = np.concatenate([nothing, np.logaddexp.accumulate(whole)[:-1]])[:, None]
    after = np.concatenate([np.logaddexp.accumulate(whole[::-1])[:-1][::-1], nothing])[:, None]
    low = np.logaddexp(before, below_here)
    high = np.logaddexp(after, above_here) - tilt
    return np.logaddexp(low, high) - exponent


def _total(exponent: np.ndarray, weights: np.ndarray) -> float:
    """ln Σ w e^exponent."""
    top = float(exponent.max())
    return top + float(np.log(np.sum(weights * np.exp(exponent - top))))
