"""What is measured of an array: synchrony, locking, constants of motion, vortices.

order          r = |N⁻¹ Σ e^{jφ_j}|
cross ratios   λ_j = (z_1 - z_3)(z_2 - z_j)/[(z_1 - z_j)(z_2 - z_3)],  z = e^{jφ}: real numbers, constant for identical overdamped
               junctions under any common load: N - 3 of them
vortices       the sum around a plaquette of the phase differences, each brought to (-π, π], over 2π
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evolaw import checks
from evolaw.told import told

__all__ = ["cross_ratios", "is_locked", "order_parameter", "smooth_mean", "vortices"]


@told
def order_parameter(phase: Any) -> np.ndarray:
    """Return r over the last axis, the junctions.

    Example:
        >>> order_parameter([0.0, 2 * np.pi]).round(12).tolist(), order_parameter([0.0, np.pi]).round(12).tolist()
        (1.0, 0.0)
    """
    x = checks.numbers(phase, "phase")
    checks.require(x.ndim > 0 and x.size > 0, "phase", "hold the phases of several junctions", phase)
    found: np.ndarray = np.abs(np.mean(np.exp(1j * x), axis=-1))
    return found


@told
def cross_ratios(phase: Any) -> np.ndarray:
    """Return the N - 3 cross ratios of phases (..., N), in terms of half angles, where they are real.

    (z_a - z_b) is 2j e^{j(φ_a + φ_b)/2} sin((φ_a - φ_b)/2), and the exponentials cancel.

    Args:
        phase: at least four junctions, the first three apart from one another.

    References:
        watanabe1994; marvel2009.
    """
    x = checks.numbers(phase, "phase")
    checks.require(x.ndim > 0 and x.shape[-1] >= 4, "phase", "hold at least four junctions", x.shape)
    first, second, third, rest = x[..., :1], x[..., 1:2], x[..., 2:3], x[..., 3:]
    up = np.sin((first - third) / 2) * np.sin((second - rest) / 2)
    down = np.sin((first - rest) / 2) * np.sin((second - third) / 2)
    found: np.ndarray = up / down
    return found


def smooth_mean(each: Any, axis: int = -1) -> np.ndarray:
    """Return the mean over equal stretches of time, with the weights of a Hann window, w_k = sin²(π (k + 1/2)/n)·2/n.

    Junctions that rotate together under weak noise all begin and end at one place of a turn. A plain mean of their velocity over a time T is
    off by O(1/ΩT) whatever the number of paths; this one by O(1/(ΩT)³), for a variance half as large again.
    """
    values = np.moveaxis(np.asarray(each, float), axis, -1)
    weights = np.sin(np.pi * (np.arange(values.shape[-1]) + 0.5) / values.shape[-1]) ** 2
    found: np.ndarray = values @ (weights / weights.sum())
    return found


def is_locked(first: Any, last: Any, tolerance: float = np.pi) -> np.ndarray:
    """Return whether all junctions turned alike between two times: their displacements differ by less than ``tolerance``.

    Args:
        first, last: phases at the two times, shape (..., N), unwrapped.
    """
    moved = checks.numbers(last, "last") - checks.numbers(first, "first")
    locked: np.ndarray = np.ptp(moved, axis=-1) < tolerance
    return locked


@told
def vortices(phase: Any, flux: float = 0.0) -> np.ndarray:
    """Return the vortex number of each plaquette of a grid of phases (..., rows, columns).

        n = f + Σ θ/2π around the plaquette, down the rows first, then along the columns,
        θ = φ' - φ + A within (-π, π] of a bond down a column, θ = φ' - φ along a row

    Args:
        phase: phases of the islands.
        flux: frustration f in each plaquette, with the gauge A = 2πf·column of `Grid`; the mean of n is f where fields are not screened.

    References:
        newrock2000.

    Example:
        >>> angle = np.array([[0.0, np.pi / 2], [-np.pi / 2, np.pi]])
        >>> vortices(angle).tolist()
        [[-1]]
    """
    x = checks.numbers(phase, "phase")
    checks.require(x.ndim >= 2, "phase", "hold a grid of phases, (..., rows, columns)", x.shape)

    def near(difference: np.ndarray) -> np.ndarray:
        wrapped: np.ndarray = difference - 2 * np.pi * np.round(difference / (2 * np.pi))
        return wrapped

    along = near(np.diff(x, axis=-1))
    down = near(np.diff(x, axis=-2) + 2 * np.pi * flux * np.arange(x.shape[-1]))
    around = down[..., :-1] + along[..., 1:, :] - down[..., 1:] - along[..., :-1, :]
    found: np.ndarray = np.round(flux + around / (2 * np.pi)).astype(int)
    return found
