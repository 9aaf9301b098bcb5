"""What stands around a network so that it sees and gives numbers of size one at every noise level.

With x = a x0 + s z, σ = s/a, y = x/a - m (m the mean of the data) and σd the standard deviation of the data,

    D(x; σ) = m + c_skip y + c_out F(c_in y, ¼ log σ)

    c_skip = σd²/(σ² + σd²)      c_out = σ σd/√(σ² + σd²)      c_in = 1/√(σ² + σd²)

The score of x/a is told without the difference of two near numbers that D - y would be at small noise,

    (D - x/a)/σ² = -y/(σ² + σd²) + σd/(σ √(σ² + σd²)) F

F = 0 is then the best denoiser of Gaussian data with covariance σd² I. The denoiser D = E[x0 | x] depends on x/a and σ alone, so a
network trained on one noising gives the score of any other one: VE, VP and sub-VP are one denoiser seen at different times.

References: karras2022, table 1 and equation 7 (there a = 1 and m = 0).
"""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

__all__ = ["Preconditioning", "call"]


class Preconditioning(eqx.Module):
    """The mean m and the standard deviation σd of the data.

    Attributes:
        mean: m, broadcast to the shape of a state.
        spread: σd, a number.
    """

    mean: jax.Array
    spread: jax.Array

    def denoise(self, net: Any, y: jax.Array, sigma: jax.Array, condition: Any = None) -> jax.Array:
        """Return D for one state.

        Args:
            net: the network F.
            y: x/a, the state as if its scale had not shrunk.
            sigma: s/a.
            condition: of the network; None for none.
        """
        centred, total, out = self._parts(net, y, sigma, condition)
        return self.mean + self.spread**2 / total * centred + sigma * self.spread * jax.lax.rsqrt(total) * out

    def pull(self, net: Any, y: jax.Array, sigma: jax.Array, condition: Any = None) -> jax.Array:
        """Return (D - y)/σ², the score of x/a, for one state; arguments as for `denoise`."""
        centred, total, out = self._parts(net, y, sigma, condition)
        return self.spread / sigma * jax.lax.rsqrt(total) * out - centred / total

    def _parts(
        self, net: Any, y: jax.Array, sigma: jax.Array, condition: Any
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        total = sigma**2 + self.spread**2
        centred = y - self.mean
        return centred, total, call(net, centred * jax.lax.rsqrt(total), jnp.log(sigma) / 4, condition)


def call(net: Any, x: jax.Array, label: Any, condition: Any) -> jax.Array:
    """Call a network, with a condition only where there is one: a user's own network need not know of conditions."""
    return net(x, label) if condition is None else net(x, label, condition)
