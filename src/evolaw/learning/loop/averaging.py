"""Averages of weights over a training: power functions of the step, and any width reconstructed afterwards.

    average_g(t) = sum_{tau <= t} p_g(tau; t) weights(tau),      p_g(tau; t) = (g + 1) tau^g / t^(g + 1)
    as a recursion    average_g(t) = b average_g(t - 1) + (1 - b) weights(t),      b = (1 - 1/t)^(g + 1)

A power function forgets the beginning of a training whatever its length, where an exponential average must be told how long to
look back. Its *relative width* is the standard deviation of p_g over t,

    width(g) = sqrt(g + 1) / ((g + 2) sqrt(g + 3))

Two widths, kept now and then during a training, span the averages of other widths and other ends: the weights x of the snapshots
that come closest to a wanted profile q in the square mean solve A x = b with

    A_ij = <p_i, p_j>,  b_i = <p_i, q>,      <p_a, p_b> = (g_a + 1)(g_b + 1)/(g_a + g_b + 1) min(t_a, t_b)^(g_a + g_b + 1) / (t_a^(g_a + 1) t_b^(g_b + 1))

References: karras2024, section 3.1 and appendix C.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax
import numpy as np
from scipy.optimize import brentq

from evolaw import checks
from evolaw.told import told

__all__ = ["exponent", "power_decay", "profile_products", "reconstruct", "reconstruction_weights", "width"]

_WIDEST = 0.28
"""Just below the width of an average of all steps alike, 1/sqrt(12)."""


def width(gamma: float) -> float:
    """Return the relative width of the power function with exponent ``gamma``.

    Example:
        >>> round(width(0.0) ** 2, 6)
        0.083333
    """
    return float(np.sqrt(gamma + 1) / ((gamma + 2) * np.sqrt(gamma + 3)))


def exponent(relative_width: float) -> float:
    """Return the exponent g whose power function has this relative width, from 0.005 to 0.28.

    Example:
        >>> round(exponent(0.1), 3), round(exponent(0.05), 3)
        (6.937, 16.972)
    """
    wanted = checks.number(relative_width, "widths", least=0.005, most=_WIDEST)
    return float(brentq(lambda gamma: width(gamma) - wanted, 0.0, 1e4, xtol=1e-12))


def power_decay(step: Any, gamma: float) -> Any:
    """Return b, what of the average is kept at this step, counted from 1: nothing of it at the first."""
    return (1.0 - 1.0 / step) ** (gamma + 1.0)


def profile_products(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the inner products of power functions, shape (n, m), from rows of (step, exponent)."""
    (t, g), (u, h) = (part[:, None] for part in one.T), (part[None, :] for part in other.T)
    # In logarithms: t^(g + h + 1) overflows for trainings of ordinary length.
    log = (g + h + 1) * np.log(np.minimum(t, u)) - (g + 1) * np.log(t) - (h + 1) * np.log(u)
    return np.asarray((g + 1) * (h + 1) / (g + h + 1) * np.exp(log))


def reconstruction_weights(snapshots: np.ndarray, step: float, relative_width: float) -> np.ndarray:
    """Return how much of each snapshot makes the average of another width at ``step``, shape (n,); they sum to one.

    Args:
        snapshots: rows of (step, exponent).
        step: the end of the wanted average.
        relative_width: its width.
    """
    wanted = np.array([[step, exponent(relative_width)]])
    matrix, right = profile_products(snapshots, snapshots), profile_products(snapshots, wanted)[:, 0]
    # Each profile integrates to one: bordered by that condition, the sum of the weights is one however few the snapshots are.
    bordered = np.block([[matrix, np.ones((len(matrix), 1))], [np.ones((1, len(matrix))), np.zeros((1, 1))]])
    return np.linalg.lstsq(bordered, np.append(right, 1.0), rcond=1e-14)[0][:-1]


@told
def reconstruct(nets: Sequence[Any], snapshots: np.ndarray, step: float, relative_width: float) -> Any:
    """Return the network whose weights are the average of another width.

    Args:
        nets: the averages kept during the training, one a snapshot.
        snapshots: rows of (step, exponent), as many.
        step: the end of the wanted average, at most the last step.
        relative_width: its width.

    Raises:
        ArgumentError: there are not as many networks as snapshots, or the end lies behind the last one.
    """
    rows = checks.shape(snapshots, "snapshots", (len(nets), 2)).astype(float)
    checks.require(len(nets) > 0, "nets", "hold at least one snapshot", "empty")
    checks.require(0 < step <= rows[:, 0].max(), "step", "lie within the training", step)
    shares = reconstruction_weights(rows, step, relative_width)

    def mixed(*leaves: Any) -> Any:
        if not eqx.is_inexact_array(leaves[0]):
            return leaves[0]
        total = sum(share * np.asarray(leaf, np.float64) for share, leaf in zip(shares, leaves, strict=True))
        return jax.numpy.asarray(total, leaves[0].dtype)

    return jax.tree.map(mixed, *nets)
