"""Denoising score matching in continuous time: its weights, its times, and the objective that trains a network.

    L = E_t E_x0 E_z  ½ λ(t) ‖s_θ(x_t, t) + z/s‖²          x_t = a x0 + s z,   z ~ N(0, I)

For every t this is ½ λ E‖s_θ - ∇log p_t‖² and a number that does not depend on θ. With s_θ = (a D_θ - x)/s² it is told by the
denoiser without a division by small numbers:  s_θ + z/s = a (D_θ - x0)/s².

    weight        λ                            in words
    variance      s²                           the error of the predicted noise
    likelihood    g²                           bounds the Kullback-Leibler divergence (song2021ml, theorem 1)
    score         1                            the error of the score itself
    edm           (σ² + σd²)/(σ σd)² · s⁴/a²   the error of the network itself (karras2022)

    times         density                      drawn how
    uniform       1/(T - ε)                    evenly, one random shift for the whole batch
    importance    ∝ g²/s² = -2 dλ/dt           evenly in log-SNR λ: with the weight `likelihood`, its variance is least
    lognormal     ln σ ~ N(-1.2, 1.2²)         EDM's; cut to the noising's range

Times are stratified: the j-th of n lies in the j-th n-th of the range. A loss is divided by the density of its time where the weight asks
for an integral over t (``unbiased``), so that the choice of times changes the noise of the loss and not what it is.

References: vincent2011, equation 11; song2021, equation 7; song2021ml, theorem 1 and section 5; karras2022, table 1;
kingma2021, section 4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from evolaw import checks
from evolaw.score.networks.preconditioning import Preconditioning
from evolaw.score.noising.linear import Noising, require_noising
from evolaw.told import told

__all__ = ["TIMES", "WEIGHTS", "Denoising", "denoising", "draw_times", "edm", "require_function", "weight_of"]

WEIGHTS = ("variance", "likelihood", "score", "edm")
TIMES = ("uniform", "importance", "lognormal")

_MEAN, _SPREAD = -1.2, 1.2


@told
def denoising(score: Callable[[Any, Any], Any], x0: Any, z: Any, t: Any, noising: Noising, weight: Any = 1.0) -> Any:
    """Return ½ λ ‖s_θ(x_t, t) + z/s‖² for one state.

    Args:
        score: s_θ(x, t).
        x0: a datum.
        z: standard normal numbers of its shape.
        t: a time.
        noising: says a and s.
        weight: λ(t).

    Example:
        >>> from evolaw.score.noising.song import VE
        >>> float(denoising(lambda x, t: -x, jnp.zeros(2), jnp.ones(2), 0.5, VE(1.0, 4.0)))  # s = 2: ½ · 2 · (-2 + ½)²
        2.25
    """
    require_noising(noising)
    require_function(score, "score")
    a, s = noising.scale(t), noising.std(t)
    return 0.5 * weight * jnp.sum((score(a * x0 + s * z, t) + z / s) ** 2)


def require_function(value: Any, name: str) -> None:
    """Refuse what cannot be called."""
    checks.require(callable(value), name, "be a function of states", value)


@told
def edm(denoise: Callable[[Any, Any], Any], x0: Any, z: Any, sigma: Any, spread: Any) -> Any:
    """Return (σ² + σd²)/(σ σd)² ‖D(x0 + σ z, σ) - x0‖² for one state.

    References:
        karras2022, equation 2 with the weight of table 1.
    """
    require_function(denoise, "denoise")
    weight = (sigma**2 + spread**2) / (sigma * spread) ** 2
    return weight * jnp.sum((denoise(x0 + sigma * z, sigma) - x0) ** 2)


@told
def weight_of(name: str, t: Any, noising: Noising, spread: Any = 1.0) -> Any:
    """Return λ(t) of a named weight.

    Example:
        >>> from evolaw.score.noising.song import VE
        >>> float(weight_of("variance", 0.5, VE(1.0, 4.0)))
        4.0
    """
    checks.one_of(name, "weight", WEIGHTS)
    if name == "variance":
        return noising.std(t) ** 2
    if name == "likelihood":
        return noising.squared_diffusion(t)
    if name == "score":
        return jnp.ones_like(t)
    a, s = noising.scale(t), noising.std(t)
    sigma = s / a
    return (sigma**2 + spread**2) / (sigma * spread) ** 2 * s**4 / a**2


@told
def draw_times(name: str, noising: Noising, count: int, key: Any, least: float | None = None) -> tuple[Any, Any]:
    """Draw times, stratified; (times, their density over that of uniform times), each of shape (count,).

    Args:
        name: "uniform", "importance" or "lognormal".
        noising: says the range and the log-SNR.
        count: how many.
        key: one number is drawn with it: all times share one shift.
        least: smallest time; None for that of the noising.
    """
    checks.one_of(name, "times", TIMES)
    low, high = noising.least if least is None else least, noising.end
    u = (jax.random.uniform(key) + jnp.arange(count)) / count
    u = jnp.clip(u, 1e-6, 1 - 1e-6)
    if name == "uniform":
        return low + (high - low) * u, jnp.ones(count)
    # Python floats at the two ends: in float32 the log-SNR of the smallest time may have lost its digits.
    most, fewest = float(noising.log_snr(low)), float(noising.log_snr(high))
    if name == "importance":
        t = noising.time_of_log_snr(most + (fewest - most) * u)
        slope = noising.squared_diffusion(t) / noising.std(t) ** 2
        return jnp.clip(t, low, high), slope * (high - low) / (2 * (most - fewest))
    ends = jax.scipy.stats.norm.cdf((jnp.array([-most, -fewest]) - _MEAN) / _SPREAD)
    share = ends[0] + (ends[1] - ends[0]) * u
    log_sigma = jnp.clip(_MEAN + _SPREAD * jax.scipy.special.ndtri(share), -most, -fewest)
    t = jnp.clip(noising.time_of_log_snr(-log_sigma), low, high)
    slope = noising.squared_diffusion(t) / (2 * noising.std(t) ** 2)
    density = jax.scipy.stats.norm.pdf(log_sigma, _MEAN, _SPREAD) / (ends[1] - ends[0])
    return t, density * slope * (high - low)


class Denoising(eqx.Module):
    """The objective of denoising score matching for a preconditioned network.

    Attributes:
        data: shape (items, *shape).
        conditions: a condition of each datum, or None.
        frame: mean and spread of the data.
        noising, weight, times: see the module.
        drop: probability with which a class is replaced by "no class is told".
        jitter: width of uniform noise added to a datum each time it is seen, which makes levels continuous.
        unbiased: whether a loss is divided by the density of its time.
    """

    data: jax.Array
    conditions: jax.Array | None
    frame: Preconditioning
    noising: Any = eqx.field(static=True)
    weight: str = eqx.field(static=True, default="edm")
    times: str = eqx.field(static=True, default="importance")
    drop: float = eqx.field(static=True, default=0.0)
    jitter: float = eqx.field(static=True, default=0.0)
    unbiased: bool = eqx.field(static=True, default=False)

    def __call__(self, net: Any, rows: jax.Array, key: Any) -> jax.Array:
        """Return the mean loss over the named rows, a number of the state each."""
        count = rows.shape[0]
        keys = jax.random.split(key, 4)
        x0 = self.data[rows]
        if self.jitter:
            x0 = x0 + self.jitter * (jax.random.uniform(keys[3], x0.shape) - 0.5)
        t, density = draw_times(self.times, self.noising, count, keys[0])
        z = jax.random.normal(keys[1], x0.shape)
        a, s = self.noising.scale(t), self.noising.std(t)
        sigma = (s / a).astype(x0.dtype)
        conditions = _told(self.conditions, rows, self.drop, keys[2], net)
        found = jax.vmap(self.frame.denoise, (None, 0, 0, None if conditions is None else 0))(
            net, x0 + _like(sigma, x0) * z, sigma, conditions
        )
        weight = weight_of(self.weight, t, self.noising, self.frame.spread) * a**2 / s**4
        if self.unbiased:
            weight = weight / density
        missed = jnp.mean((found - x0).reshape(count, -1) ** 2, 1)
        return 0.5 * jnp.mean(weight * missed)


def _like(value: jax.Array, x: jax.Array) -> jax.Array:
    return value.reshape(value.shape + (1,) * (x.ndim - 1))


def _told(conditions: jax.Array | None, rows: jax.Array, drop: float, key: Any, net: Any) -> jax.Array | None:
    """The conditions of rows; some classes replaced by the one that says nothing."""
    if conditions is None:
        return None
    told = conditions[rows]
    if not drop:
        return told
    silent = jax.random.bernoulli(key, drop, rows.shape)
    return jnp.where(silent, net.embedding.classes, told)
