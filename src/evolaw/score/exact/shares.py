"""Shares of components, and means by them: what an exact score spends its time on.

    r_k = exp(l_k - max l) / Σ_j exp(l_j - max l)        mean = Σ_k r_k v_k

A mean of a few numbers over shares that follow from the state is one pass in the loop (`sde.loop.scalarization`), where XLA's exponential would be
a third of the work: it serves arguments of any size and sign. In single precision 2^z = 2^n 2^f, with n the whole number nearest to z <= 0 and a polynomial
that meets 2^f within 7.5e-8 of it for |f| <= 1/2, takes half of that.
"""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw.arrays import namespace
from evolaw.sde.loop.scalarization import in_one_pass

__all__ = ["logs_of_one_covariance", "mean_by_distance", "mean_of_one_covariance", "softmax"]

_BITS = 1 / math.log(2)
_POWERS = (
    1.0000000716552193,
    0.6931469670632622,
    0.24022119721166468,
    0.05550713274650387,
    0.009675541479842842,
    0.0013276472028258546,
)
"""2^f = Σ c_k f^k: least largest relative error for |f| <= 1/2."""
_FEW = 4
"""Numbers of a mean up to which it is made in one pass, all shares anew for every two."""
_LEAST = -126.0
"""The least power of two that single precision holds in full."""


def softmax(logs: Any) -> Any:
    """Return shares from logarithms that stand on the last axis.

    Example:
        >>> softmax(np.log([[1.0, 3.0]])).tolist()
        [[0.25, 0.75]]
    """
    xp = namespace(logs)
    # A quotient XLA computes once; the largest of K numbers alone it would find anew for each of them, which is K² work. That the
    # divisor is one, it cannot know: it was three times as slow.
    top = logs.max(-1)
    top = top / (1 + 0 * top)
    shares = xp.exp(logs - top[..., None])
    return shares * (1 / shares.sum(-1))[..., None]


def logs_of_one_covariance(flat: Any, a: Any, variances: Any, centre: Any, apart: Any, log_weights: Any) -> Any:
    """Return l_k = log w_k + (a/v) n_k · (x - a c - a n_k/2), shape (count, components).

    Args:
        flat: x, shape (count, d).
        a: a number, or shape (count, 1).
        variances: v, shape (1 or count, 1 or d).
        centre: c, shape (d,).
        apart: n, shape (components, d).
        log_weights: shape (components,).
    """
    # All that is not of a state is multiplied together first: with one time for all, it is a few numbers a step.
    slopes = (a / variances)[:, None, :] * apart
    levels = log_weights - (a * (slopes * apart).sum(-1)) / 2
    apart_from_centre = flat - a * centre
    if slopes.shape[0] == 1:  # one time for all: products of matrices, which many components want
        return _product(apart_from_centre, slopes[0].T) + levels
    return (apart_from_centre[:, None, :] * slopes).sum(-1) + levels


def mean_of_one_covariance(flat: Any, a: Any, variances: Any, centre: Any, apart: Any, log_weights: Any) -> Any:
    """Return Σ_k r_k n_k, shape (count, d), from the same."""
    if flat.shape[-1] <= _FEW:
        # l_k of v in other units and of log2 w_k is l_k in bits.
        return _few_of_one_covariance(flat, a, variances / _BITS, centre, apart, log_weights * _BITS)
    shares = softmax(logs_of_one_covariance(flat, a, variances, centre, apart, log_weights))
    return _product(shares, apart)


def mean_by_distance(flat: Any, centres: Any, precisions: Any, levels: Any) -> Any:
    """Return Σ_k r_k P_k (c_k - x) with l_k = levels_k - (x - c_k)ᵀ P_k (x - c_k)/2.

    Args:
        flat: x, shape (count, d).
        centres: c, shape (1 or count, components, d).
        precisions: the diagonals of P, shape (1 or count, 1 or components, 1 or d).
        levels: shape (1 or count, components).
    """
    if flat.shape[-1] <= _FEW:
        return _few_by_distance(flat, centres, precisions, levels)
    apart = flat[:, None, :] - centres
    shares = softmax(levels - (apart**2 * precisions).sum(-1) / 2)
    return (shares[..., None] * (-apart * precisions)).sum(1)


@in_one_pass
def _few_of_one_covariance(flat: Any, a: Any, variances: Any, centre: Any, apart: Any, log_weights: Any) -> Any:
    powers = _powers(logs_of_one_covariance(flat, a, variances, centre, apart, log_weights))
    return _product(powers, apart) * (1 / powers.sum(-1))[..., None]


@in_one_pass
def _few_by_distance(flat: Any, centres: Any, precisions: Any, levels: Any) -> Any:
    apart = flat[:, None, :] - centres
    powers = _powers(levels * _BITS - (apart**2 * (precisions * (_BITS / 2))).sum(-1))
    return (powers[..., None] * (-apart * precisions)).sum(1) * (1 / powers.sum(-1))[..., None]


def _product(left: Any, right: Any) -> Any:
    """The product of two matrices with all its digits, on accelerators too."""
    if namespace(left, right) is np:
        return left @ right
    return jnp.matmul(left, right, precision=jax.lax.Precision.HIGHEST)


def _powers(bits: Any) -> Any:
    """2^(l_k - max l)."""
    xp = namespace(bits)
    below = bits - _largest(bits)[..., None]
    return _power_of_two(below) if xp is not np and bits.dtype == np.float32 else xp.exp2(below)


def _largest(values: Any) -> Any:
    """The largest on the last axis, by halves; what is not a number is passed over, and shows where it is read again."""
    xp = namespace(values)
    while values.shape[-1] > 1:
        half = (values.shape[-1] + 1) // 2
        left, right = values[..., :half], values[..., -half:]
        values = xp.where(left > right, left, right)
    return values[..., 0]


@jax.custom_jvp
def _power_of_two(z: Any) -> Any:
    """2^z for z <= 0 in single precision, at least 2^-126."""
    kind = np.float32
    z = jnp.where(z > _LEAST, z, kind(_LEAST))
    f = z - jax.lax.round(z, jax.lax.RoundingMethod.TO_NEAREST_EVEN)
    series = kind(_POWERS[-1])
    for coefficient in _POWERS[-2::-1]:
        series = series * f + kind(coefficient)
    # The last bits of so large a sum are the nearest whole number, and are moved to where the exponent stands.
    exponent = jax.lax.bitcast_convert_type(z + kind(1.5 * 2**23), np.int32) << 23
    return jax.lax.bitcast_convert_type(jax.lax.bitcast_convert_type(series, np.int32) + exponent, kind)


@_power_of_two.defjvp
def _slope_of_power(primals: Any, tangents: Any) -> Any:
    """Bits have no derivative: that of the power itself."""
    power = _power_of_two(*primals)
    return power, power * tangents[0] * np.float32(math.log(2))
