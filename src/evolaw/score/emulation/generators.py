"""From normal numbers and the present to the next step, in standardised form: y = G(z | c).

    by flow        y = the end of the probability-flow ODE from σ_max z, DPM-Solver++(2M) on levels even in log σ
    by ensemble    y = net(z | c) at one call, trained on the CRPS

The inverse of the flow gives the density,  log p(y | c) = log N(z; 0, I) - log |∂y/∂z|,  by Heun's method in log σ on

    dy/dlog σ = -σ² score(y, σ),      d log p/dlog σ = σ² ∇·score

References: lu2022, algorithm 2; song2021, equation 39; for the ensemble, gneiting2007.
"""

from __future__ import annotations

from typing import Any, Protocol

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evolaw.score.learned.model import ScoreModel

__all__ = ["EnsembleGenerator", "FlowGenerator", "Generator"]


class Generator(Protocol):
    """What makes steps of a law."""

    def draw(self, z: Any, condition: Any) -> Any:
        """Return y for one vector of normal numbers and one condition."""

    def moments(self, condition: Any, sigma: float) -> tuple[Any, Any]:
        """Return mean and covariance of y given c."""


class FlowGenerator(eqx.Module):
    """Steps along the probability flow of a score model under EDM's noising.

    Attributes:
        model: the score of y given c.
        levels: calls of the network a step.
    """

    model: ScoreModel
    levels: int = eqx.field(static=True, default=20)

    def draw(self, z: Any, condition: Any) -> Any:
        """Return the end of the flow from σ_max z."""
        sigmas = _levels(self.model, self.levels)
        lengths = np.diff(-np.log(sigmas))

        def step(carry: Any, level: Any) -> Any:
            (y, before), (sigma, ratio, grown, weight) = carry, level
            data = y + sigma**2 * self._score(y, sigma, condition)
            line = data + weight * (data - before)
            return (ratio * y - grown * line, data), None

        # The second-order line through two data predictions; the first step has one.
        weights = np.concatenate([[0.0], lengths[1:] / (2 * lengths[:-1])])
        table = (sigmas[:-1], sigmas[1:] / sigmas[:-1], np.expm1(-lengths), weights)
        first = (sigmas[0] * z, jnp.zeros_like(z))
        (y, _), _ = jax.lax.scan(step, first, tuple(jnp.asarray(part, z.dtype) for part in table))
        return y + sigmas[-1] ** 2 * self._score(y, sigmas[-1], condition)

    def moments(self, condition: Any, sigma: float) -> tuple[Any, Any]:
        """Return mean and covariance of y given c, read from the denoiser at one noise level.

            J = ∂D/∂y at y = 0:     Cov = σ² (I - J)⁻¹ J,      mean = (I - J)⁻¹ D

        Exact at every σ where y given c is Gaussian, and in the limit of large σ whatever it is (Tweedie's second order).
        """
        dim = self.model.shape[0]
        zero = jnp.zeros(dim, jnp.float32)

        def denoised(y: Any) -> Any:
            return y + sigma**2 * self._score(y, sigma, condition)

        jacobian = jax.jacfwd(denoised)(zero)
        left = jnp.eye(dim) - jacobian
        covariance = sigma**2 * jnp.linalg.solve(left, jacobian)
        return jnp.linalg.solve(left, denoised(zero)), (covariance + covariance.T) / 2

    def log_density(self, y: Any, condition: Any, steps: int = 60) -> Any:
        """Return log p(y | c) at the smallest noise level."""
        sigmas = _levels(self.model, steps)[::-1]

        def slope(y: Any, log_sigma: Any) -> Any:
            sigma = jnp.exp(log_sigma)
            jacobian = jax.jacfwd(lambda y: self._score(y, sigma, condition))(y)
            return -(sigma**2) * self._score(y, sigma, condition), sigma**2 * jnp.trace(jacobian)

        def step(carry: Any, ends: Any) -> Any:
            (y, total), (now, then) = carry, ends
            first, gained = slope(y, now)
            second, more = slope(y + (then - now) * first, then)
            half = (then - now) / 2
            return (y + half * (first + second), total + half * (gained + more)), None

        logs = jnp.asarray(np.log(sigmas), y.dtype)
        (noise, total), _ = jax.lax.scan(step, (y, jnp.zeros((), y.dtype)), (logs[:-1], logs[1:]))
        # At the largest level y is N(mean, σ² + 1) up to what the data are; their mean and size are those of the frame.
        spread = sigmas[-1] ** 2 + self.model.frame.spread**2
        apart = noise - self.model.frame.mean
        dim = y.shape[0]
        return -0.5 * (jnp.sum(apart**2) / spread + dim * jnp.log(2 * jnp.pi * spread)) - total

    def _score(self, y: Any, sigma: Any, condition: Any) -> Any:
        frame, net = self.model.frame, self.model.net
        return frame.pull(net, y.astype(jnp.float32), jnp.asarray(sigma, jnp.float32), condition).astype(y.dtype)


class EnsembleGenerator(eqx.Module):
    """Steps of one call: a network whose condition is (c, z), trained so that its ensemble has the least CRPS.

    Attributes:
        net: called with (0, 0, (c, z)).
        dim: numbers of y.
    """

    net: Any
    dim: int = eqx.field(static=True)

    def draw(self, z: Any, condition: Any) -> Any:
        """Return net(z | c)."""
        told = jnp.concatenate([condition, z]).astype(jnp.float32)
        return self.net(jnp.zeros(self.dim, jnp.float32), jnp.float32(0.0), told).astype(z.dtype)

    def moments(self, condition: Any, sigma: float) -> tuple[Any, Any]:
        """Return mean and covariance of y given c over 512 fixed draws, in pairs z and -z; ``sigma`` has no meaning here."""
        half = np.random.default_rng(0).standard_normal((256, self.dim)).astype(np.float32)
        z = jnp.asarray(np.concatenate([half, -half]))
        y = jax.vmap(lambda one: self.draw(one, condition))(z)
        apart = y - y.mean(0)
        return y.mean(0), apart.T @ apart / (len(z) - 1)


def _levels(model: ScoreModel, count: int) -> np.ndarray:
    """Falling noise levels, even in log σ, over the range of the training."""
    return np.geomspace(model.noising.sigma_max, model.noising.sigma_min, count)
