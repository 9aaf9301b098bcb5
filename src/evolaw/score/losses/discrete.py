"""The losses of SMLD and DDPM, on a number of noise levels.

    SMLD    ½ σ_i² ‖s_θ(x0 + σ_i z, i) + z/σ_i‖²                        σ_1 < … < σ_N geometric
    DDPM    ‖ẑ_θ(√ᾱ_i x0 + √(1 - ᾱ_i) z, i) - z‖²                        ᾱ_i = Π_{j <= i} (1 - β_j)

Both are `denoising` at the times of the levels: SMLD is VE with λ = s²; DDPM is VP with λ = 2 s² and β_i = 1 - e^-(B_i - B_{i-1}),
for which ᾱ_i = e^-B_i exactly; the customary β_i = β(t_i)/N is its first order.

References: song2019, equation 5; ho2020, equation 14; song2021, equations 1 and 3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.score.losses.denoising import require_function
from evolaw.told import told

__all__ = ["betas_of", "ddpm", "geometric_levels", "smld"]


@told
def geometric_levels(sigma_min: float, sigma_max: float, levels: int) -> np.ndarray:
    """Return σ_1 … σ_N, rising geometrically.

    Example:
        >>> geometric_levels(1.0, 4.0, 3).tolist()
        [1.0, 2.0, 4.0]
    """
    low, high = checks.positive(sigma_min, "sigma_min"), checks.positive(sigma_max, "sigma_max")
    checks.require(high > low, "sigma_max", f"be above sigma_min = {low:g}", high)
    return np.geomspace(low, high, checks.integer(levels, "levels", least=2))


@told
def betas_of(noising: Any, levels: int) -> np.ndarray:
    """Return β_1 … β_N of the chain that is the noising at t_i = i T/N: 1 - β_i = (a_i / a_{i-1})².

    Example:
        >>> from evolaw.score.noising.song import VP
        >>> bool(np.isclose(np.prod(1 - betas_of(VP(), 10)), VP().scale(1.0) ** 2))
        True
    """
    count = checks.integer(levels, "levels", least=1)
    logs = np.array([0.0, *(float(noising.log_scale(noising.end * i / count)) for i in range(1, count + 1))])
    return np.asarray(-np.expm1(2 * np.diff(logs)))


@told
def smld(score: Callable[[Any, Any], Any], x0: Any, z: Any, i: Any, sigmas: Any) -> Any:
    """Return ½ σ_i² ‖s_θ(x0 + σ_i z, i) + z/σ_i‖² for one state; i counts from 0."""
    require_function(score, "score")
    sigma = jnp.asarray(sigmas)[_level(i)]
    return 0.5 * jnp.sum((sigma * score(x0 + sigma * z, i) + z) ** 2)


@told
def ddpm(noise: Callable[[Any, Any], Any], x0: Any, z: Any, i: Any, betas: Any) -> Any:
    """Return ‖ẑ_θ(√ᾱ_i x0 + √(1 - ᾱ_i) z, i) - z‖² for one state; i counts from 0."""
    require_function(noise, "noise")
    log_kept = jnp.cumsum(jnp.log1p(-jnp.asarray(betas)))[_level(i)]
    kept, lost = jnp.exp(log_kept / 2), jnp.sqrt(-jnp.expm1(log_kept))
    return jnp.sum((noise(kept * x0 + lost * z, i) - z) ** 2)


def _level(i: Any) -> Any:
    checks.require(jnp.issubdtype(jnp.asarray(i).dtype, jnp.integer), "i", "be a whole number, or whole numbers", i)
    return i
