"""Who has left a well of an inertial motion on a circle for good, and is taken out of the equation of those in it.

At weak damping what leaves a well runs on, up to f̄/γ: tens of thermal velocities away, where a series needs hundreds of orders for
motion that no rate of escape depends on. Beyond a speed c it lies so far above the lowest barrier ΔU that no orbit's loss γ S and its
scatter √(2 γ S D) bring it back:

    c = √(2 [ΔU + γ S + 5 √(2 γ S D)]),    ∂p/∂t = … - W(v) p,    W = (10 F/√D) s³/(1 + s³),  s = (|v| - c)/√D > 0

S is the action of the orbit at the barrier's energy and F the largest force, which carries a motion through √D in √D/F.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from evolaw.errors import NotConverged
from evolaw.sde.processes.inertial.hermite_functions import HermiteFunctions
from evolaw.sde.processes.inertial.sparse_factors import nearest_zero

__all__ = ["Runaways", "larger", "leaving_rate"]

_POINTS = 1024
_SCATTERS, _TAKEN = 5.0, 10.0
_LAYER = 5.0
"""Thermal velocities beyond c in which nothing is left."""
_A_DIGIT, _WAVES = 0.7, 8.2
"""Orders for each digit times the layer over the reach; wave numbers of a thermal density."""
_MORE = 1.3, 1.25
_FACTORS = 133
"""Entries of the factors that an unknown of other solutions is worth."""


class Runaways(NamedTuple):
    """The speed at which a motion has left for good.

    Attributes:
        speed: c; infinite where there is no barrier.
        heat: √D.
        most: the rate 10 F/√D at which they are taken out.
        layer: the width √(γ S D/2 ΔU) of the layer of velocities around the barrier's energy, in which the density falls.
    """

    speed: float
    heat: float
    most: float
    layer: float

    @property
    def reach(self) -> float:
        """The speed beyond which nothing is left."""
        return self.speed + _LAYER * self.heat

    def rate(self, v: np.ndarray) -> np.ndarray:
        """W at velocities of any shape."""
        s = np.maximum(np.abs(v) - self.speed, 0.0) / self.heat
        found: np.ndarray = self.most * s**3 / (1 + s**3)
        return found

    @classmethod
    def of(cls, force: Callable[[np.ndarray], Any], friction: float, temperature: float, period: float) -> Runaways:
        """Return those of dV = (f(X) - γ V) dt + √(2 γ D) dW with a force of this period."""
        step = period / _POINTS
        push = np.broadcast_to(np.asarray(force(np.arange(_POINTS) * step), float), (_POINTS,))
        if push.mean() < 0:
            push = -push[::-1]
        # Two periods downhill: the highest climb within one of them ends on the lowest barrier.
        height = -np.cumsum(np.tile(push, 2)) * step
        wells = np.lib.stride_tricks.sliding_window_view(height, _POINTS + 1)
        climbs = wells[:, -1] - wells.min(1)
        barrier, heat = float(climbs.max()), float(np.sqrt(temperature))
        if barrier <= 0:
            return cls(np.inf, heat, 0.0, heat)
        well = wells[int(climbs.argmax())]
        action = 2 * step * float(np.sqrt(2 * np.maximum(well[-1] - well, 0.0)).sum())
        loss = friction * action
        speed = np.sqrt(2 * (barrier + loss + _SCATTERS * np.sqrt(2 * loss * temperature)))
        layer = np.sqrt(loss * temperature / (2 * barrier))
        return cls(float(speed), heat, _TAKEN * float(np.abs(push).max()) / heat, float(layer))


def leaving_rate(equation: Any, accuracy: float, waves: int) -> float:
    """Return the rate of leaving a well for good: the mean over Bloch waves q of the eigenvalue -λ(q) nearest 0.

    Args:
        equation: the `KineticFokkerPlanck` of the motion.
        accuracy: relative, between two sizes of the series.
        waves: how many, in the middles of equal parts of 0 < q < 1/2.

    Raises:
        NotConverged: so many unknowns do not suffice; its ``partial`` is the last rate.
    """
    away = _who_leaves(equation)
    size, before = _first_size(equation, away, accuracy), (0, 0, np.inf)
    # It takes two answers to see that they agree: none is begun where a second has no room.
    while _fits(equation, away, *(size if before[0] else larger(*size))):
        rate = -_slowest(equation, away, 0.25, *size)
        orders, modes, coarser = before
        if abs(rate - coarser) <= accuracy * abs(rate):
            # What two sizes differ by, all waves do: the others are asked for at the smaller.
            others = [-_slowest(equation, away, (k + 0.5) / (2 * waves), orders, modes) for k in range(waves)]
            return float(np.mean(others)) * rate / coarser
        before, size = (*size, rate), larger(*size)
    raise NotConverged(
        f"The escape rate at friction {equation.friction:g} and temperature {equation.temperature:g} is not found to {accuracy:g} by "
        f"{size[0]} orders and {size[1]} modes. Raise the friction, the temperature, or the error that is allowed.",
        None if np.isinf(before[2]) else before[2],
    )


def larger(orders: int, modes: int) -> tuple[int, int]:
    """Return the size that is tried next."""
    return int(orders * _MORE[0]) + 2, int(modes * _MORE[1]) + 2


def _who_leaves(equation: Any) -> Runaways | None:
    """Those who run away at velocities that a series need not carry; None where friction keeps all velocities below."""
    away = Runaways.of(equation.force, equation.friction, equation.temperature, equation.period)
    middle, reach = equation.velocities
    return away if away.reach < abs(middle) + reach else None


def _first_size(equation: Any, away: Runaways | None, accuracy: float) -> tuple[int, int]:
    """Hermite orders and Fourier modes that may suffice."""
    orders, modes = equation.first_size()
    if away is None:
        return orders, modes
    return int(12 + away.reach * max(_WAVES / (2 * away.heat), -np.log10(accuracy) * _A_DIGIT / away.layer)), modes


def _fits(equation: Any, away: Runaways | None, orders: int, modes: int) -> bool:
    if away is None:
        return bool(equation.fits(orders, modes))
    return bool((orders + 1) ** 2 * (2 * modes + 1) <= _FACTORS * equation.unknowns)


def _slowest(equation: Any, away: Runaways | None, wave: float, orders: int, modes: int) -> float:
    """The real part of the eigenvalue nearest 0 on Bloch waves of those who did not run away."""
    if away is None:
        return float(equation.slowest(wave, orders, modes).real)
    from scipy.sparse import csc_array, eye_array, kron

    functions = HermiteFunctions(orders, 0.0, away.reach / (2 * float(np.sqrt(orders))))
    stay = functions.losses(equation.friction, equation.temperature) - csc_array(functions.product(away.rate))
    slope, push = equation.waves(modes, wave)
    # Wave by wave: W couples all orders, and waves only their neighbours.
    total = kron(eye_array(2 * modes + 1), stay) - kron(push, functions.slope) - kron(slope, functions.velocity)
    return nearest_zero(total.tocsc(), in_order=True).real
