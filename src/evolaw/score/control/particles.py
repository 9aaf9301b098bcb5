"""Sequential Monte Carlo for measured data: an approximate guidance made right by weights (twisted diffusion).

A particle moves by the ancestral chain guided by ∇ log p̃_t(y | x), the approximation of `evolaw.score.control.inverse`, and is weighed by

    w = p(x_s | x_t) p̃_s(y | x_s) / [q(x_s | x_t) p̃_t(y | x_t)]

with p the unguided step N(m, v I) and q the guided one N(m + ν∇/ρ, v I), the p̃ of the data being p(y | x0) itself. Where half of
the effective particles are lost they are drawn anew, systematically. As their number grows the result is p(x | y) of the chain,
whatever the approximation. Particles meet when they are drawn anew, so they are no paths of the SDE loop.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks, randomness
from evolaw.arrays import precise
from evolaw.score.control.inverse import Measured
from evolaw.score.exact.carried import Carried
from evolaw.score.noising.linear import Noising
from evolaw.score.noising.time_grids import time_grid
from evolaw.score.samplers.priors import prior_of, prior_states
from evolaw.told import told

__all__ = ["Particles", "twisted"]


class Particles(NamedTuple):
    """Weighted states.

    Attributes:
        values: shape (count, *shape).
        weights: their weights, shape (count,), of sum 1.
        effective: 1/Σw², at the end.
        least_effective: the smallest there was before drawing anew.
    """

    values: np.ndarray
    weights: np.ndarray
    effective: float
    least_effective: float

    @property
    def mean(self) -> np.ndarray:
        """The weighted mean, of the shape of a state."""
        return np.asarray(np.tensordot(self.weights, self.values, 1))

    @property
    def covariance(self) -> np.ndarray:
        """The weighted covariance of raveled states."""
        apart = (self.values - self.mean).reshape(len(self.values), -1)
        return np.asarray((self.weights[:, None] * apart).T @ apart)


@told
def twisted(
    measured: Measured, noising: Noising, *, count: int, steps: int, rng: Any, spacing: Any = "log_snr"
) -> Particles:
    """Draw weighted states of p(x | y) by twisted diffusion sampling.

    Args:
        measured: the score with its measurement; up to 64 measurements of positive variance.
        noising: the noising.
        count: particles.
        steps: steps of the chain.
        rng: seed or source of chance.
        spacing: of the steps.

    Notes:
        Cost a step: that of ``measured.score`` and one of its target. Error of averages: O(1/√effective).

    References:
        wu2023.

    Example:
        >>> from evolaw.score.exact.mixture import GaussianMixture
        >>> from evolaw.score.noising.song import VP
        >>> two = GaussianMixture([[-1.0], [1.0]], 0.1)
        >>> found = twisted(Measured(two, [[1.0]], [0.2], 0.5), VP(), count=2000, steps=60, rng=0)  # some seconds
        >>> truth = two.given([[1.0]], [0.2], 0.5)
        >>> bool(abs(found.mean - truth.mean)[0] < 0.1)
        True
    """
    checks.require(isinstance(measured, Measured), "measured", "be a Measured", measured)
    checks.require(
        len(measured.observed) <= 64 and bool((measured.variances > 0).all()),
        "measured",
        "have up to 64 measurements of positive variance",
        f"{len(measured.observed)} measurements",
    )
    count, shape = checks.integer(count, "count", least=2), measured.shape
    dim = math.prod(shape)
    source = randomness.source(rng)
    times = time_grid(noising, steps, spacing)
    frame, arrays = Carried.of(measured)
    with precise("float64"):
        prior = prior_of(measured.target, noising, shape, "corrected")
        start = prior_states(prior, source.stream("prior"), 0, count)
        key = np.array(source.stream("particles").key, np.uint32)
        x, logs, least = _run(frame, noising, shape, arrays, start, times, key, dim)
        x, logs = np.asarray(x), np.asarray(logs, float)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    effective = float(1 / (weights**2).sum())
    return Particles(x.reshape(count, *shape), weights, effective, min(float(least), effective))


@partial(jax.jit, static_argnums=(0, 1, 2, 7))
def _run(
    frame: Carried, noising: Noising, shape: tuple[int, ...], arrays: Any, x: Any, times: Any, key: Any, dim: int
) -> Any:
    measured: Measured = frame.join(arrays)
    count = x.shape[0]

    def target_score(x: Any, t: Any) -> Any:
        return measured.target.score(x.reshape(count, *shape), t, noising).reshape(count, dim)

    def guided(x: Any, t: Any) -> tuple[Any, Any]:
        states = x.reshape(count, *shape)
        return measured.pull(states, t, noising).reshape(count, dim), measured.log_measured(states, t, noising)

    def exact(x0: Any) -> Any:
        left = jnp.asarray(measured.observed) - x0 @ jnp.asarray(measured.matrix).T
        R = jnp.asarray(measured.variances)
        return -(left**2 / R + jnp.log(2 * jnp.pi * R)).sum(1) / 2

    def step(carry: Any, entry: Any) -> Any:
        x, logs, pull, said, least = carry
        t, then, number = entry
        chain = noising.transition(then, t)
        std, std_then = noising.std(t), noising.std(then)
        variance = chain.variance * (std_then / std) ** 2
        mean = (x + chain.variance * target_score(x, t)) / chain.ratio
        push = chain.variance / chain.ratio * pull
        draw = jax.random.fold_in(jax.random.wrap_key_data(key, impl="threefry2x32"), number)
        z = jax.random.normal(draw, x.shape, x.dtype)
        there = mean + push + jnp.sqrt(variance) * z
        pull, said_then = guided(there, then)
        plain = -((there - mean) ** 2).sum(1) / (2 * variance) + (z**2).sum(1) / 2
        logs = logs + said_then - said + plain
        return _drawn_anew(there, logs, pull, said_then, least, jax.random.fold_in(draw, 1)), None

    pull, said = guided(x, times[0])
    logs = said
    carry = (x, logs, pull, said, jnp.asarray(float(count), x.dtype))
    numbers = jnp.arange(len(times) - 1)
    (x, logs, _, said, least), _ = jax.lax.scan(step, carry, (times[:-1], times[1:], numbers))
    t = times[-1]
    data = (x + noising.std(t) ** 2 * target_score(x, t)) / noising.scale(t)
    return data, logs - said + exact(data), least


def _drawn_anew(x: Any, logs: Any, pull: Any, said: Any, least: Any, key: Any) -> Any:
    """Systematic drawing where fewer than half of the particles are effective."""
    count = x.shape[0]
    weights = jax.nn.softmax(logs)
    effective = 1 / (weights**2).sum()
    places = (jnp.arange(count) + jax.random.uniform(key, (), x.dtype)) / count
    chosen = jnp.clip(jnp.searchsorted(jnp.cumsum(weights), places), 0, count - 1)
    is_poor = effective < count / 2
    chosen = jnp.where(is_poor, chosen, jnp.arange(count))
    kept = jnp.where(is_poor, 0.0, logs - jax.nn.logsumexp(logs))
    return x[chosen], kept, pull[chosen], said[chosen], jnp.minimum(least, effective)
