"""A learned average velocity: data of noise in one step, and a score like any other learned one.

    x = m + σd z_0,   z_r = z_t - (t - r) u(z_t, r, t),   z_1 ~ N(0, I)              r = 0, t = 1: one call of the network

z is the datum with mean m and size σd taken out, on the straight path z_t = (1 - t) z_0 + t e. At r = t, u is the velocity E[e - z_0 | z_t],
so that at σ = s/a of any noising, with t = σ/(σ + σd) and z = (1 - t)(x/a - m)/σd,

    (D - x/a)/σ² = -(z + (1 - t) u(z, t, t))/σ

which makes the same network a score: samplers, likelihoods and the league take it.

References: geng2025, algorithm 2; the velocity as a score, lipman2023.
"""

from __future__ import annotations

from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks, randomness
from evolaw.score.bridges.average_velocity import generated
from evolaw.score.learned.model import ScoreModel
from evolaw.score.losses.mean_flow import average_velocity
from evolaw.score.samplers.priors import addressed_normals

__all__ = ["AverageVelocity"]

_ROWS = 4096


class AverageVelocity(ScoreModel):
    """A network u(z, r, t) as a generator and as a score; what ``fit(…, loss="mean_flow")`` gives.

    Attributes:
        net: called with (z, t, (r, t - r)).

    Notes:
        One call of the network a sample and a step; more steps are more exact where the network is not.

    Example:
        >>> from evolaw.score.learned.fit import fit
        >>> from evolaw.score.networks.mlp import MLP
        >>> from evolaw.score.noising.schedules import Rectified
        >>> data = np.random.default_rng(0).standard_normal((256, 2))
        >>> model = fit(MLP(width=8, depth=1), data, Rectified(), loss="mean_flow", steps=20, rng=0)
        >>> model.generate(3, rng=1).shape  # some seconds
        (3, 2)
    """

    kind: ClassVar[str] = "average velocity"

    def velocity(self, z: Any, r: Any, t: Any) -> np.ndarray:
        """Return u(z, r, t) for standardised states z, shape (count, *shape), and times 0 <= r <= t <= 1."""
        z = checks.finite(checks.shape(z, "z", ("count", *self.shape)), "z")
        r, t = checks.number(r, "r", least=0.0, most=1.0), checks.number(t, "t", least=0.0, most=1.0)
        checks.require(r <= t, "r", f"be at most t = {t}", r)
        with jax.default_matmul_precision("highest"):
            parts = [np.asarray(_velocities(self.net, jnp.asarray(rows, jnp.float32), r, t)) for rows in _cut(z)]
        return np.concatenate(parts)[: len(z)]

    def generate(self, count: int, *, rng: Any, steps: int = 1, first: int = 0) -> np.ndarray:
        """Make data of noise, shape (count, *shape).

        Args:
            count: number of samples.
            rng: seed or source of chance. Sample number i depends on the seed and on i alone.
            steps: calls of the network a sample.
            first: number of the first sample.
        """
        count = checks.integer(count, "count", least=1, most=2**32 - 2)
        first = checks.integer(first, "first", least=0, most=2**32 - 2 - count)
        stream = randomness.source(rng).stream("prior")
        size = int(np.prod(self.shape))
        noise = addressed_normals(stream, first, count, size).reshape(count, *self.shape)
        made = generated(self.velocity, noise, steps=steps)
        return np.asarray(np.asarray(self.frame.mean) + float(self.frame.spread) * made)

    def _pull(self, y: jax.Array, sigma: jax.Array) -> jax.Array:
        frame = self.frame
        level = sigma.reshape(-1) if sigma.ndim else jnp.broadcast_to(sigma, (y.shape[0],))

        def one(y: jax.Array, sigma: jax.Array) -> jax.Array:
            t = sigma / (sigma + frame.spread)
            z = (1 - t) * (y - frame.mean) / frame.spread
            return -(z + (1 - t) * average_velocity(self.net, z, t, t)) / sigma

        return jax.vmap(one)(y, level)


@eqx.filter_jit
def _velocities(net: Any, z: jax.Array, r: Any, t: Any) -> jax.Array:
    r, t = (jnp.asarray(time, z.dtype) for time in (r, t))
    return jax.vmap(lambda one: average_velocity(net, one, r, t))(z)


def _cut(z: np.ndarray) -> list[np.ndarray]:
    """Blocks of rows of one size, the last one filled up, so that all share a compilation and no result hangs on the number."""
    rows = min(_ROWS, 1 << (len(z) - 1).bit_length())
    padded = np.concatenate([z, np.zeros((-len(z) % rows, *z.shape[1:]), z.dtype)])
    return list(padded.reshape(-1, rows, *z.shape[1:]))
