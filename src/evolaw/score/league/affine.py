"""What a sampler makes of a Gaussian, exactly: on Gaussian data the score is affine, so every step is, and moments follow.

    u_k+1 = A_k u_k + B_k z + b_k        E u' = A E u + b        Cov u' = A Cov u Aᵀ + B Bᵀ

with u the state and the scheme's memory, z the normals of the step. A, B and b are read off the step itself by automatic
differentiation: it is the sampler's own code that is judged, not its formula.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from evolaw import checks
from evolaw.arrays import precise
from evolaw.score.exact.normal import Gaussian
from evolaw.score.noising.linear import Noising
from evolaw.score.noising.time_grids import time_grid
from evolaw.score.samplers.backward import Backward
from evolaw.score.samplers.priors import prior_of
from evolaw.score.samplers.sampler import process_for
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.reversal import Reversal
from evolaw.sde.schemes.scheme import Noise
from evolaw.told import told

__all__ = ["Moments", "affine_output", "gaussian_kl", "gaussian_output"]


class Moments(NamedTuple):
    """Mean, shape (dim,), and covariance, shape (dim, dim)."""

    mean: np.ndarray
    covariance: np.ndarray

    def kl(self, target: Gaussian) -> float:
        """Return KL(this ‖ target) in nats."""
        return gaussian_kl(self.mean, self.covariance, target.mean.reshape(-1), target.covariance)


def gaussian_kl(mean: Any, covariance: Any, other_mean: Any, other_covariance: Any) -> float:
    """Return KL(N(m, C) ‖ N(m', C')) = ½[tr C'⁻¹C - d + (m' - m)ᵀ C'⁻¹ (m' - m) - log det C'⁻¹C] in nats.

    Example:
        >>> gaussian_kl([0.0], [[1.0]], [0.5], [[1.0]])
        0.125
    """
    mean, covariance = np.asarray(mean, float), np.asarray(covariance, float)
    if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
        return float("nan")
    ratio = np.linalg.solve(other_covariance, covariance)
    apart = np.asarray(other_mean, float) - mean
    # The eigenvalues less 1: what is left is of second order, and would be lost in tr - d - log det.
    values = np.linalg.eigvals(ratio).real - 1
    square = float(apart @ np.linalg.solve(other_covariance, apart))
    return float((values - np.log1p(values)).sum() + square) / 2


@told
def gaussian_output(
    target: Gaussian,
    noising: Noising,
    scheme: Any,
    steps: int,
    *,
    spacing: Any = None,
    prior: Any = "corrected",
    last: str = "tweedie",
    eta: float = 1.0,
) -> Moments:
    """Return mean and covariance of what `evolaw.score.sample` draws with these arguments.

    Args:
        target: the data.
        noising, scheme, steps, spacing, prior, last, eta: as of `evolaw.score.sample`.

    Example:
        >>> from evolaw.score.noising.song import VP
        >>> from evolaw.score.samplers.multistep import DPMSolver
        >>> data = Gaussian([1.0, -0.5], [1.0, 0.01])
        >>> gaussian_output(data, VP(), DPMSolver(), 19).kl(data) < 2.7e-4  # some seconds
        True
    """
    checks.require(isinstance(target, Gaussian), "target", "be a Gaussian", target)
    spacing = getattr(scheme, "spacing", "uniform") if spacing is None else spacing
    times = time_grid(noising, steps, spacing, variances=target.variances)
    process = process_for(noising, target, scheme, eta=eta)
    mean, spread = prior_of(target, noising, target.shape, prior, float(times[0]))
    covariance = spread if spread.ndim == 2 else np.diag(np.broadcast_to(spread, mean.shape))
    before = affine_output(process, scheme, times[:-1], np.diff(times), mean, covariance)
    return _finished(process, before, float(times[-1]), last, target)


def affine_output(
    process: SDE, scheme: Any, starts: Any, lengths: Any, mean: Any, covariance: Any, *, silent_last: bool = False
) -> Moments:
    """Return the moments after the given steps of a scheme with an affine step.

    Args:
        process: a reverse-time process of a `Gaussian`.
        scheme: the sampler; schemes that take no negative step are turned.
        starts, lengths: times at which steps begin, and their lengths (negative).
        mean, covariance: of the start.
        silent_last: the last step's own noise is left out; that of correctors stays.
    """
    scheme = scheme if getattr(scheme, "runs_backwards", False) else Reversal(scheme)
    starts, lengths = np.asarray(starts, float), np.asarray(lengths, float)
    loud = np.ones_like(starts)
    loud[-1] = 0.0 if silent_last else 1.0
    with precise("float64"):
        found = _follow(process, scheme, starts, lengths, loud, np.asarray(mean, float), np.asarray(covariance, float))
        return Moments(*(np.asarray(part) for part in found))


@partial(jax.jit, static_argnums=1)
def _follow(process: SDE, scheme: Any, starts: Any, lengths: Any, loud: Any, mean: Any, covariance: Any) -> Any:
    memory = scheme.start(process, starts[0], mean)
    held, unravel = ravel_pytree((mean, memory))
    dim, wide = mean.size, held.size
    noises = process.noises or 0
    both = noises * (2 if scheme.needs == "dW,dZ" else 1)

    def body(carry: Any, step: Any) -> Any:
        u, cov = carry
        t, h, size = step

        def one(u: Any, z: Any) -> Any:
            x, memory = unravel(u)
            x, memory = scheme.step(process, t, x, h, _noise(scheme.needs, noises, jnp.abs(h), z), memory)
            return ravel_pytree((x, memory))[0]

        zero = jnp.zeros(both)
        A = jax.jacfwd(one, 0)(u, zero)
        cov = A @ cov @ A.T
        if both:
            B = jax.jacfwd(one, 1)(u, zero)
            B = B.at[:, :dim].multiply(size)
            cov = cov + B @ B.T
        return (one(u, zero), cov), None

    start = jnp.zeros((wide, wide)).at[:dim, :dim].set(covariance)
    (u, cov), _ = jax.lax.scan(body, (held, start), (starts, lengths, loud))
    return u[:dim], cov[:dim, :dim]


def _noise(needs: str, noises: int, span: Any, z: Any) -> Noise:
    if needs == "none":
        return Noise()
    if needs == "dW,dZ":
        first, second = z[:noises], z[noises:]
        return Noise(jnp.sqrt(span) * first, span**1.5 * (first + second / jnp.sqrt(3.0)) / 2)
    return Noise(jnp.sqrt(span) * z)


def _finished(process: SDE, before: Moments, t: float, last: str, target: Gaussian) -> Moments:
    if last == "none":
        return before
    backward: Backward = process.drift  # type: ignore[assignment]
    with precise("float64"):

        def data(x: Any) -> Any:
            return backward.denoised(t, x, process.params)

        center = jnp.asarray(before.mean)
        slope, mean = np.asarray(jax.jacfwd(data)(center)), np.asarray(data(center))
    covariance = slope @ before.covariance @ slope.T
    if last == "sampled":
        share = float(backward.noising.std(t)) ** 2 / float(backward.noising.scale(t))
        covariance = covariance + share * (slope + slope.T) / 2
    return Moments(mean, covariance)
