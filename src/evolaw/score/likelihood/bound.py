"""The bound on the log-likelihood of the reverse SDE's samples, which denoising score matching with the weight g² maximises.

    -log p(x0) <= -E log π(x_T) + ½ ∫ E[g² (‖score - ∇log p_0t‖² - ‖∇log p_0t‖²)] dt - d ∫ r dt

With x_t = a x0 + s z the bracket is (g²/s²)(‖s score + z‖² - ‖z‖²), and g²/s² dt = -2 dλ: times drawn evenly over the log-SNR λ make its
weight the same for all. The integral begins at ε, so that a term for the step from x_ε to x0 is added: (song2021ml, appendix)

    E[-log N(x0; (x_ε + s² score)/a, (s/a)² I)] - H(N(·, s² I))
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks, randomness
from evolaw.arrays import precise
from evolaw.score.exact.carried import Carried
from evolaw.score.likelihood.bits import bits_per_dim
from evolaw.score.likelihood.flow import least_time
from evolaw.score.noising.linear import Noising
from evolaw.score.samplers.backward import Backward, shape_of
from evolaw.score.samplers.priors import addressed_normals, prior_of
from evolaw.told import told

__all__ = ["LikelihoodBound", "likelihood_bound"]


@dataclass(frozen=True, eq=False)
class LikelihoodBound:
    """A lower bound on log p(x) for each state, estimated; ``error`` is the estimate's standard error.

    Attributes:
        values, error: in nats, shape (count,).
        dim: numbers in a state.
    """

    values: np.ndarray
    error: np.ndarray
    dim: int

    def bits_per_dim(self, levels: int, *, low: float = -1.0, high: float = 1.0) -> np.ndarray:
        """Return an upper bound on the bits per dimension."""
        return bits_per_dim(self.values, self.dim, levels, low=low, high=high)


@told
def likelihood_bound(
    target: Any,
    noising: Noising,
    x: Any,
    *,
    rng: Any,
    draws: int = 512,
    least: float | None = None,
    prior: Any = "corrected",
    shape: Any = None,
) -> LikelihoodBound:
    """Return the bound of the module for each state, from ``draws`` times and noises each.

    References:
        song2021ml, theorem 3 and its appendix on the offset.

    Example:
        >>> from evolaw.score.exact.normal import Gaussian
        >>> from evolaw.score.noising.song import VP
        >>> unit = Gaussian(np.zeros(1), 1.0)
        >>> found = likelihood_bound(unit, VP(), [[0.5]], rng=0)
        >>> bool(abs(found.values[0] - unit.log_density(np.array([[0.5]]))[0]) < 5 * found.error[0])
        True
    """
    found = shape_of(target, shape)
    x = checks.finite(checks.shape(x, "x", ("count", *found)), "x")
    draws = checks.integer(draws, "draws", least=2)
    dim, begin = math.prod(found), least_time(noising, least)
    stream = randomness.source(rng).stream("bound")
    frame, arrays = Carried.of(target)
    backward = Backward(noising, frame, found, 1.0)
    mean, spread = prior_of(target, noising, found, prior)
    a, s = float(noising.scale(noising.end)), float(noising.std(noising.end))
    first, last = float(noising.log_snr(begin)), float(noising.log_snr(noising.end))
    flat = x.reshape(len(x), dim).astype(float)
    terms = np.empty((len(x), draws))
    with precise("float64"):
        for i, one in enumerate(flat):
            z = addressed_normals(stream, i, 1, (draws + 1) * dim).reshape(draws + 1, dim)
            # One shift for each state: times evenly spread, and unbiased.
            shift = 0.5 * math.erfc(float(z[-1, 0]) / math.sqrt(2))
            times = noising.time_of_log_snr(first + (last - first) * ((np.arange(draws) + shift) / draws))
            terms[i] = np.asarray(_terms(backward, arrays, one, z[:-1], np.asarray(times), begin, 2 * (first - last)))
    # E log N(a x0 + s z; m, C) in closed form.
    matrix = spread if spread.ndim == 2 else np.diag(np.broadcast_to(spread, (dim,)))
    inverse = np.linalg.inv(matrix)
    apart = a * flat - mean
    logs = np.linalg.slogdet(2 * math.pi * matrix)[1]
    ends = -(np.einsum("ni,ij,nj->n", apart, inverse, apart) + s**2 * np.trace(inverse) + logs) / 2
    growth = dim * float(noising.log_scale(noising.end) - noising.log_scale(begin))
    values = ends - terms.mean(1) + growth
    return LikelihoodBound(values, terms.std(1, ddof=1) / math.sqrt(draws), dim)


@partial(jax.jit, static_argnums=0)
def _terms(backward: Backward, arrays: Any, x0: Any, z: Any, times: Any, begin: Any, length: Any) -> Any:
    noising, dim = backward.noising, x0.size

    def one(t: Any, z: Any) -> Any:
        a, s = noising.scale(t), noising.std(t)
        value = backward.score(t, a * x0 + s * z, arrays)
        integral = length / 2 * (((s * value + z) ** 2).sum() - (z**2).sum())
        a, s = noising.scale(begin), noising.std(begin)
        start = a * x0 + s * z
        back = (start + s**2 * backward.score(begin, start, arrays)) / a
        step = ((x0 - back) ** 2).sum() / (2 * (s / a) ** 2) + dim * jnp.log(s / a) - dim * (0.5 + jnp.log(s))
        return integral + step

    return jax.vmap(one)(times, z)
