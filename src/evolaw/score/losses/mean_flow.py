"""MeanFlow: the average velocity of a flow, from which one step generates.

    z_t = (1 - t) x + t e,   v = e - x                            x a datum, e ~ N(0, I)
    u(z_t, r, t) = v̄ - (t - r)(v̄ · ∂_z + ∂_t) u                    the average of the velocity v̄ = E[v | z] from r to t
    loss = w ‖u_θ - stop(v - (t - r) du_θ/dt)‖²,    w = stop(1/(‖·‖² + c)^p)

du/dt is one Jacobian product along (v, 0, 1). One step then makes data of noise: x = e - u(e, 0, 1). In some of the draws r = t,
where the loss is plain flow matching; the others are two times in order.

    times           density of a time
    logit_normal    log t/(1-t) ~ N(-0.4, 1), the paper's, which leaves out both ends
    uniform         even in (0, 1): r = 0 and t = 1, where one step is taken, are seen as often as any

The weight with p = 1 hangs on the error of the very draw it weighs. Where a state has many numbers, that error is nearly the same for all
draws, and the weight only a learning rate; for a state of two it says that rare large errors count less, and the least loss is then
no longer at the average velocity. So p is 0 unless it is asked for.

The slope du/dt is wanted along E[v | z]. The paper takes it along v, whose mean that is; along u_θ(z, t, t), what is learned of it, the mean
is the same and the chance is gone (geng2025improved).

References: geng2025, equations 6 and 9 to 11, section 4.3 for the weight; geng2025improved for the tangent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from evolaw import checks
from evolaw.score.losses.denoising import require_function
from evolaw.told import told

__all__ = ["PAIR_TIMES", "MeanFlow", "average_velocity", "draw_pairs", "mean_flow"]

_MEAN, _SPREAD = -0.4, 1.0
_LABELS = 16

PAIR_TIMES: dict[str, Callable[[Any, int], Any]] = {
    "logit_normal": lambda key, count: jax.nn.sigmoid(_MEAN + _SPREAD * jax.random.normal(key, (count,))),
    "uniform": lambda key, count: jax.random.uniform(key, (count,)),
}
"""How times are drawn, by name."""


@told
def mean_flow(
    velocity: Callable[[Any, Any, Any], Any],
    x: Any,
    e: Any,
    r: Any,
    t: Any,
    *,
    power: float = 0.0,
    floor: float = 0.01,
    learned_tangent: bool = False,
) -> Any:
    """Return the loss of one state.

    Args:
        velocity: u_θ(z, r, t).
        x: a datum.
        e: standard normal numbers of its shape.
        r, t: times, r <= t.
        learned_tangent: take du/dt along u_θ(z, t, t) in place of v.
        power, floor: p and c of the weight; power 0 is the plain square, power 1 the paper's for images.

    Example:
        >>> float(mean_flow(lambda z, r, t: 0 * z, jnp.zeros(2), jnp.ones(2), 0.2, 0.5, power=0.0))
        2.0
    """
    require_function(velocity, "velocity")
    x, e = (each if jnp.issubdtype(jnp.result_type(each), jnp.inexact) else jnp.asarray(each, float) for each in (x, e))
    z, v = (1 - t) * x + t * e, e - x
    r, t = (jnp.asarray(time, z.dtype) for time in (r, t))
    # The mean of v at z, as far as it is learned: of the same mean as v along ∂_z u, and without its chance.
    along = jax.lax.stop_gradient(velocity(z, t, t)) if learned_tangent else v
    u, slope = jax.jvp(velocity, (z, r, t), (along, jnp.zeros_like(r), jnp.ones_like(t)))
    square = jnp.sum((u - jax.lax.stop_gradient(v - (t - r) * slope)) ** 2)
    return square * jax.lax.stop_gradient((square + floor) ** -power)


def draw_pairs(count: int, key: Any, *, equal: float = 0.75, times: str = "logit_normal") -> Any:
    """Draw (r, t), each of shape (count,), r <= t; in a share ``equal`` of them r = t.

    Args:
        count: how many.
        key: of JAX.
        equal: share of pairs of one time.
        times: one of `PAIR_TIMES`.
    """
    checks.one_of(times, "times", PAIR_TIMES)
    keys = jax.random.split(key, 3)
    one, other = (PAIR_TIMES[times](each, count) for each in keys[:2])
    low, high = jnp.minimum(one, other), jnp.maximum(one, other)
    return jnp.where(jax.random.bernoulli(keys[2], equal, (count,)), high, low), high


class MeanFlow(eqx.Module):
    """The objective of MeanFlow for a network u_θ = net(z, t, (r, t - r)): the label tells t, the condition both times.

    Attributes:
        data: shape (items, *shape), of mean zero and size one.
        equal, times: see `draw_pairs`.
        power, learned_tangent: see `mean_flow`.
        jitter: width of uniform noise added to a datum each time it is seen.
    """

    data: jax.Array
    equal: float = eqx.field(static=True, default=0.5)
    power: float = eqx.field(static=True, default=0.0)
    times: str = eqx.field(static=True, default="uniform")
    jitter: float = eqx.field(static=True, default=0.0)
    learned_tangent: bool = eqx.field(static=True, default=True)

    def __call__(self, net: Any, rows: jax.Array, key: Any) -> jax.Array:
        """Return the mean loss over the named rows, a number of the state each."""
        x, keys = self.data[rows], jax.random.split(key, 3)
        if self.jitter:
            x = x + self.jitter * (jax.random.uniform(keys[2], x.shape) - 0.5)
        e = jax.random.normal(keys[0], x.shape)
        r, t = draw_pairs(rows.shape[0], keys[1], equal=self.equal, times=self.times)

        def velocity(z: Any, r: Any, t: Any) -> Any:
            return average_velocity(net, z, r, t)

        def one(x: Any, e: Any, r: Any, t: Any) -> Any:
            return mean_flow(velocity, x, e, r, t, power=self.power, learned_tangent=self.learned_tangent)

        return jnp.mean(jax.vmap(one)(x, e, r, t)) / x[0].size


def average_velocity(net: Any, z: Any, r: Any, t: Any) -> Any:
    """Return u_θ(z, r, t) of a network that is told t/16 as label and (r, t - r) as condition.

    Notes:
        The loss has ∂_t u in it. Features of a label turn up to eight times in a unit of it; told t itself, a fresh network changes so fast with
        time that what it learns from its own slope is mostly chance (measured in benchmarks/score_training.md).
    """
    return net(z, t / _LABELS, jnp.stack([r, t - r]))
