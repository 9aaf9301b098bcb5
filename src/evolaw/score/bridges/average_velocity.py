"""MeanFlow's average velocity, exactly, for any denoiser in closed form.

    z_t = (1-t) x + t e,      v(z, t) = E[e - x | z_t = z] = (z - D)/t
    u(z, r, t) = (z - z_r)/(t - r),     z_r the flow dz/dt = v from (z, t) back to r
    u = v - (t - r)(v·∂_z + ∂_t) u                                                     the identity that MeanFlow trains on

One step generates: x = e - u(e, 0, 1). The flow is followed by quadrature with error control, so u is what a network should learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.arrays import precise
from evolaw.score.exact.carried import Carried
from evolaw.score.noising.schedules import Rectified
from evolaw.sde.loop.flows import solve_flow
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = ["average_velocity_of", "generated", "identity_residual", "velocity_process"]

_PATH = Rectified()


@dataclass(frozen=True)
class _Velocity:
    frame: Carried
    shape: tuple[int, ...]

    def __call__(self, t: Any, z: Any, p: Any) -> Any:
        data = self.frame.join(p).denoised(z.reshape(1, *self.shape), t, _PATH)
        return (z - data.reshape(-1)) / t


def velocity_process(target: Any) -> SDE:
    """Return the rectified flow dz/dt = v(z, t) of a target with ``denoised``, as an equation without noise.

    Notes:
        Its derivative at t = 0 is finite, and its value there 0/0: begin at 1e-6.

    Example:
        >>> from evolaw.score.exact.mixture import GaussianMixture
        >>> velocity_process(GaussianMixture([[0.0]], 1.0)).drift_at(0.5, np.ones(1)).tolist()  # of N(0, 1): a turning point
        [0.0]
    """
    checks.require(
        hasattr(target, "denoised"), "target", "have a method denoised(x, t, noising)", type(target).__name__
    )
    frame, arrays = Carried.of(target)
    dim = int(np.prod(target.shape))
    return SDE(_Velocity(frame, tuple(target.shape)), None, dim=dim, noise="none", params=arrays, name="rectified flow")


@told
def average_velocity_of(target: Any, z: Any, r: float, t: float, *, tolerance: float = 1e-9) -> np.ndarray:
    """Return u(z, r, t), of the shape of z, (count, *shape).

    Args:
        target: a distribution with ``denoised``.
        z: states at t.
        r, t: times, 0 <= r < t <= 1.
        tolerance: of the flow.
    """
    r, t = checks.number(r, "r", least=0.0, most=1.0), checks.number(t, "t", least=0.0, most=1.0)
    checks.require(r < t, "r", f"be before t = {t}", r)
    z = checks.finite(checks.shape(z, "z", ("count", *target.shape)), "z").astype(float)
    flat, least = z.reshape(len(z), -1), max(r, 1e-6)
    ended = solve_flow(velocity_process(target), flat, [t, least], rtol=tolerance, atol=tolerance)
    there = ended.final
    if r < least:
        # The last 1e-6 by the Tweedie step, whose error is of its square.
        with precise("float64"):
            there = np.asarray(target.denoised(there.reshape(z.shape), least, _PATH)).reshape(flat.shape)
    return np.asarray((flat - there) / (t - r)).reshape(z.shape)


def identity_residual(target: Any, z: Any, r: float, t: float, *, h: float = 1e-4) -> np.ndarray:
    """Return v - (t - r)(v·∂_z + ∂_t) u - u at states, of their shape: zero for the exact field, by differences along (v, 1).

    Example:
        >>> from evolaw.score.exact.mixture import GaussianMixture
        >>> two = GaussianMixture([[-1.0], [1.0]], 0.1)
        >>> bool(abs(identity_residual(two, [[0.3]], 0.2, 0.7)[0, 0]) < 1e-5)  # some seconds
        True
    """
    z = checks.shape(z, "z", ("count", *target.shape)).astype(float)
    process = velocity_process(target)
    with precise("float64"):
        v = np.asarray(jax.vmap(lambda one: process.drift_at(t, one))(jnp.asarray(z.reshape(len(z), -1)))).reshape(
            z.shape
        )
    ahead, behind = (average_velocity_of(target, z + sign * h * v, r, t + sign * h) for sign in (1, -1))
    return np.asarray(v - (t - r) * (ahead - behind) / (2 * h) - average_velocity_of(target, z, r, t))


@told
def generated(velocity: Any, noise: Any, *, steps: int = 1) -> np.ndarray:
    """Return data made of noise by an average velocity u(z, r, t), in ``steps`` equal steps:  z_r = z_t - (t - r) u.

    Args:
        velocity: u of (z, r, t) for z of shape (count, *shape): a network's, or ``partial(average_velocity_of, target)``.
        noise: standard normal states, shape (count, *shape).

    Example:
        >>> from functools import partial
        >>> from evolaw.score.exact.mixture import GaussianMixture
        >>> two = GaussianMixture([[-1.0], [1.0]], 1e-4)
        >>> generated(partial(average_velocity_of, two), [[1.0], [-0.5]]).round(1).tolist()  # some seconds
        [[1.0], [-1.0]]
    """
    steps = checks.integer(steps, "steps", least=1)
    checks.require(callable(velocity), "velocity", "be a function u(z, r, t)", velocity)
    z = checks.numbers(noise, "noise")
    for t, r in zip(np.linspace(1, 0, steps + 1)[:-1], np.linspace(1, 0, steps + 1)[1:], strict=True):
        z = z - (t - r) * np.asarray(velocity(z, float(r), float(t)))
    return z
