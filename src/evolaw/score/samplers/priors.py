"""Where sampling starts: Gaussian states addressed by (sample, number), with the moments of the noised data where they are known."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks, randomness
from evolaw.arrays import WIDE
from evolaw.randomness import threefry2x32
from evolaw.score.noising.linear import Noising
from evolaw.sde.noise.variates import normal_pair

__all__ = ["addressed_normals", "prior_of", "prior_states"]


_SHORTEST = 1024


@partial(jax.jit, static_argnums=(3, 4), compiler_options=WIDE)
def _pairs(key: Any, first: Any, pairs: Any, length: int, dtype: Any) -> jax.Array:
    """Two normals, as the parts of a complex number, at each of the counters (first + n // pairs, n % pairs), n < length."""
    number = jnp.arange(length, dtype=jnp.uint32)
    words = threefry2x32(key[0], key[1], first + number // pairs, number % pairs)
    # One result, not two laid side by side afterwards, which took ten times as long.
    return jax.lax.complex(*normal_pair(*words, dtype))


def addressed_normals(stream: randomness.Stream, first: int, count: int, size: int) -> np.ndarray:
    """Return standard normals, shape (count, size); row i is a function of the stream and first + i alone.

    Example:
        >>> from evolaw.arrays import precise
        >>> stream = randomness.source(0).stream("prior")
        >>> with precise("float64"):
        ...     bool((addressed_normals(stream, 0, 5, 3)[2] == addressed_normals(stream, 2, 1, 3)[0]).all())
        True
    """
    pairs = -(-size // 2)
    dtype = jax.dtypes.canonicalize_dtype(float)
    # Of few lengths, eight to a doubling, so that few programs are compiled.
    unit = max(_SHORTEST, 1 << max(0, (count * pairs - 1).bit_length() - 4))
    length = -(-count * pairs // unit) * unit
    both = _pairs(np.array(stream.key, np.uint32), np.uint32(first), np.uint32(pairs), length, dtype)
    return np.asarray(both)[: count * pairs].view(dtype).reshape(count, 2 * pairs)[:, :size]


def prior_of(
    target: Any, noising: Noising, shape: tuple[int, ...], prior: Any, t: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean, shape (dim,), and variance (), (dim,) or covariance (dim, dim), of the states at T, or at a time before.

    Args:
        target: may say ``mean`` and ``covariance``, or ``variance``, of the data.
        noising: the noising.
        shape: of a state.
        prior: "corrected" for the moments of the noised data where the target says them; "plain" for N(0, σ² I); or a pair (mean,
            covariance) at that time.
        t: where sampling begins; None for T. Only a corrected prior can begin before.
    """
    dim = math.prod(shape)
    if not isinstance(prior, str):
        return _shaped(np.asarray(prior[0], float), np.asarray(prior[1], float), dim)
    checks.one_of(prior, "prior", ("corrected", "plain"))
    mean: Any = getattr(target, "mean", None)
    spread: Any = getattr(target, "covariance", None)
    spread = getattr(target, "variance", None) if spread is None else spread
    begin = noising.end if t is None else t
    if prior == "plain" or mean is None or spread is None or callable(mean):
        wanted = f"begin at T = {noising.end:g} where the prior is not corrected by the data's moments"
        checks.require(begin == noising.end, "spacing", wanted, f"beginning at {begin:g}")
        return np.zeros(dim), np.full((), noising.prior_std**2)
    a, s = float(noising.scale(begin)), float(noising.std(begin))
    mean, spread = _shaped(np.asarray(mean, float), np.asarray(spread, float), dim)
    noise = np.eye(dim) if spread.ndim == 2 else np.ones_like(spread)
    return a * mean, a**2 * spread + s**2 * noise


def prior_states(
    moments: tuple[np.ndarray, np.ndarray], stream: randomness.Stream, first: int, count: int
) -> np.ndarray:
    """Return ``count`` states of N(mean, covariance), shape (count, dim), from sample number ``first`` on."""
    mean, spread = moments
    z = addressed_normals(stream, first, count, mean.size)
    if spread.ndim < 2:
        return np.asarray(mean + np.sqrt(spread) * z)
    # Numbers of one kind lie together, as the loop wants them: adding the mean row by row took three times as long as the product.
    columns = np.ascontiguousarray((z @ np.linalg.cholesky(spread).T.astype(z.dtype)).T)
    columns += mean.astype(z.dtype)[:, None]
    return columns.T


def _shaped(mean: Any, spread: Any, dim: int) -> tuple[np.ndarray, np.ndarray]:
    mean = np.broadcast_to(mean, (dim,)) if mean.ndim == 0 else checks.finite(mean, "prior").reshape(-1)
    spread = checks.finite(spread, "prior")
    spread = spread if spread.shape in ((), (dim, dim)) else spread.reshape(-1)
    checks.require(
        mean.size == dim and spread.shape in ((), (dim,), (dim, dim)),
        "prior",
        f"have a mean of {dim} numbers and a variance for each, or a covariance ({dim}, {dim})",
        f"of shapes {mean.shape} and {spread.shape}",
    )
    return mean, spread
