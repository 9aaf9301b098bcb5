"""MeanFlow: the average velocity of a flow, from which one step generates.

    z_t = (1 - t) x + t e,   v = e - x                            x a datum, e ~ N(0, I)
    u(z_t, r, t) = v̄ - (t - r)(v̄ · ∂_z + ∂_t) u                    the average of the velocity v̄ = E[v | z] from r to t
    loss = w ‖u_θ - stop(v - (t - r) du_θ/dt)‖²,    w = stop(1/(‖·‖² + c)^p)

du/dt is one Jacobian product along (v, 0, 1). One step then makes data of noise: x = e - u(e, 0, 1). Times are logit-normal; in three
draws of four r = t, where the loss is plain flow matching.

References: geng2025, equations 6 and 9 to 11, section 4.3 for the weight.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

__all__ = ["MeanFlow", "average_velocity", "draw_pairs", "mean_flow"]


def mean_flow(
    velocity: Callable[[Any, Any, Any], Any], x: Any, e: Any, r: Any, t: Any, *, power: float = 1.0, floor: float = 0.01
) -> Any:
    """Return the loss of one state.

    Args:
        velocity: u_θ(z, r, t).
        x: a datum.
        e: standard normal numbers of its shape.
        r, t: times, r <= t.
        power, floor: p and c of the weight; power 0 is the plain square.

    Example:
        >>> float(mean_flow(lambda z, r, t: 0 * z, jnp.zeros(2), jnp.ones(2), 0.2, 0.5, power=0.0))
        2.0
    """
    z, v = (1 - t) * x + t * e, e - x
    ones, zeros = jnp.ones_like(jnp.asarray(t, z.dtype)), jnp.zeros_like(jnp.asarray(r, z.dtype))
    u, slope = jax.jvp(velocity, (z, jnp.asarray(r, z.dtype), jnp.asarray(t, z.dtype)), (v, zeros, ones))
    square = jnp.sum((u - jax.lax.stop_gradient(v - (t - r) * slope)) ** 2)
    return square * jax.lax.stop_gradient((square + floor) ** -power)


def draw_pairs(count: int, key: Any, *, equal: float = 0.75, mean: float = -0.4, spread: float = 1.0) -> Any:
    """Draw (r, t), each of shape (count,), r <= t; in a share ``equal`` of them r = t."""
    keys = jax.random.split(key, 3)
    one, other = (jax.nn.sigmoid(mean + spread * jax.random.normal(each, (count,))) for each in keys[:2])
    low, high = jnp.minimum(one, other), jnp.maximum(one, other)
    return jnp.where(jax.random.bernoulli(keys[2], equal, (count,)), high, low), high


class MeanFlow(eqx.Module):
    """The objective of MeanFlow for a network u_θ = net(z, t, (r, t - r)): the label tells t, the condition both times.

    Attributes:
        data: shape (items, *shape), of mean zero and size one.
        equal, power: see `draw_pairs` and `mean_flow`.
    """

    data: jax.Array
    equal: float = eqx.field(static=True, default=0.75)
    power: float = eqx.field(static=True, default=1.0)

    def __call__(self, net: Any, rows: jax.Array, key: Any) -> jax.Array:
        """Return the mean loss over the named rows."""
        x, keys = self.data[rows], jax.random.split(key)
        e = jax.random.normal(keys[0], x.shape)
        r, t = draw_pairs(rows.shape[0], keys[1], equal=self.equal)

        def one(x: Any, e: Any, r: Any, t: Any) -> Any:
            return mean_flow(lambda z, r, t: average_velocity(net, z, r, t), x, e, r, t, power=self.power)

        return jnp.mean(jax.vmap(one)(x, e, r, t))


def average_velocity(net: Any, z: Any, r: Any, t: Any) -> Any:
    """Return u_θ(z, r, t) of a network that is told t as label and (r, t - r) as condition."""
    return net(z, t, jnp.stack([r, t - r]))
