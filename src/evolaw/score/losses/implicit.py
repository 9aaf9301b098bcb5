"""Implicit and sliced score matching: the score of samples whose noising has no known kernel.

    implicit    ∇·s_θ(x) + ½ ‖s_θ(x)‖²
    sliced      vᵀ ∂s_θ(x) v + ½ ‖s_θ(x)‖²           E vvᵀ = I

The mean of either over samples of p is ½ E‖s_θ - ∇log p‖² - ½ E‖∇log p‖²: least at the true score, below zero there. The first costs
as many Jacobian products a state as it has numbers, the second one a slice.

References: hyvarinen2005, theorem 1; song2019ssm, equation 8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from evolaw import checks
from evolaw.score.losses.denoising import draw_times, require_function
from evolaw.score.networks.preconditioning import Preconditioning
from evolaw.score.noising.linear import Noising
from evolaw.told import told

__all__ = ["SlicedScoreMatching", "implicit", "sliced"]


@told
def implicit(score: Callable[[Any], Any], x: Any) -> Any:
    """Return ∇·s + ½ ‖s‖² at one state, of any shape.

    Example:
        >>> float(implicit(lambda x: -x, jnp.array([1.0, 2.0])))  # -2 + ½ · 5
        0.5
    """
    require_function(score, "score")
    x = _real(x)
    slopes = jax.jacfwd(score)(x).reshape(x.size, x.size)
    return jnp.trace(slopes) + 0.5 * jnp.sum(score(x) ** 2)


@told
def sliced(score: Callable[[Any], Any], x: Any, v: Any) -> Any:
    """Return vᵀ ∂s v + ½ ‖s‖² at one state, for a slice v of its shape.

    Example:
        >>> float(sliced(lambda x: -x, jnp.array([1.0, 2.0]), jnp.array([1.0, -1.0])))
        0.5
    """
    require_function(score, "score")
    x = _real(x)
    v = jnp.asarray(v, x.dtype)
    checks.require(v.shape == x.shape, "v", f"have the shape {x.shape} of `x`", v.shape)
    value, slope = jax.jvp(score, (x,), (v,))
    return jnp.sum(v * slope) + 0.5 * jnp.sum(value**2)


def _real(x: Any) -> jax.Array:
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype(float)


class SlicedScoreMatching(eqx.Module):
    """The objective of sliced score matching, at noise levels of a noising, weighted by s².

    Attributes:
        data: shape (items, *shape).
        frame: mean and spread of the data.
        noising: how the data are disturbed; only its samples are used, not its kernel's score.
        slices: slices a state.
    """

    data: jax.Array
    frame: Preconditioning
    noising: Noising = eqx.field(static=True)
    slices: int = eqx.field(static=True, default=1)

    def __call__(self, net: Any, rows: jax.Array, key: Any) -> jax.Array:
        """Return the mean loss over the named rows, a number of the state each."""
        x0, keys = self.data[rows], jax.random.split(key, 3)
        t, _ = draw_times("importance", self.noising, rows.shape[0], keys[0])
        a, s = (part.astype(x0.dtype) for part in (self.noising.scale(t), self.noising.std(t)))
        z = jax.random.normal(keys[1], x0.shape)
        signs = jax.random.rademacher(keys[2], (self.slices, *x0.shape), x0.dtype)

        def one(x0: Any, z: Any, a: Any, s: Any, signs: Any) -> Any:
            def score(y: Any) -> Any:  # of x, told by y = x/a
                return self.frame.pull(net, y, s / a) / a

            def loss(v: Any) -> Any:
                value, slope = jax.jvp(score, (x0 + s / a * z,), (v / a,))
                return jnp.sum(v * slope) + 0.5 * jnp.sum(value**2)

            return s**2 * jnp.mean(jax.vmap(loss)(signs))

        return jnp.mean(jax.vmap(one, (0, 0, 0, 0, 1))(x0, z, a, s, signs)) / x0[0].size
