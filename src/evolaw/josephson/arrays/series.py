"""A series array of overdamped junctions with a common load of resistance, inductance and capacitance.

    φ_j' + sin φ_j + q = i_j + √(2 D) ξ_j,     Q' = q,     L q' + R q + Q/C = Σ_k φ_k' + √(2 D R) η        state (φ_1 … φ_N, Q, q)

Time in 1/w_c of one junction. The load's resistor is as warm as the junctions. Identical junctions without noise have N - 3 constants of motion
whatever the load does: the sharpest test that the coupling is right. Weakly coupled ones follow the phase model of
`evolaw.josephson.formulas.load_coupling`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.josephson.arrays.pairs import bias_of_each
from evolaw.sde.loop.trigonometry import sine
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = ["series_array"]


@told
def series_array(
    junctions: int, bias: Any, *, inductance: float, resistance: float, capacitance: float, noise: float = 0.0
) -> SDE:
    """Return a series array with a common load.

    Args:
        junctions: N.
        bias: i, one for all or one for each.
        inductance, resistance, capacitance: of the load, in units where r = 1, I_c = 1, 2e/ħ = 1.
        noise: D of one junction.

    References:
        wiesenfeld1996; watanabe1994.

    Example:
        >>> series_array(4, 1.5, inductance=1.0, resistance=1.0, capacitance=1.0).dim
        6
    """
    n = checks.integer(junctions, "junctions", least=1)
    load = {
        "inductance": checks.positive(inductance, "inductance"),
        "resistance": checks.number(resistance, "resistance", least=0.0),
        "capacitance": checks.positive(capacitance, "capacitance"),
    }
    d = checks.number(noise, "noise", least=0.0)
    i = bias_of_each(bias, n)
    params: dict[str, Any] = {"bias": i, **load}
    if d == 0:
        return SDE(_SeriesDrift(n), None, dim=n + 2, noise="none", params=params, name="series array")
    # The sum of the junctions' noise voltages drives the load, that of its resistor too.
    matrix = np.zeros((n + 2, n + 1))
    matrix[:n, :n] = np.sqrt(2 * d) * np.eye(n)
    matrix[n + 1, :n] = np.sqrt(2 * d) / load["inductance"]
    matrix[n + 1, n] = np.sqrt(2 * d * load["resistance"]) / load["inductance"]
    return SDE(
        _SeriesDrift(n),
        _fixed_noise,
        dim=n + 2,
        noises=n + 1,
        noise="additive",
        params=params | {"matrix": matrix},
        name="series array",
    )


@dataclass(frozen=True)
class _SeriesDrift:
    n: int

    def __call__(self, t: Any, z: Any, p: Any) -> Any:
        phase, charge, current = z[: self.n], z[self.n], z[self.n + 1]
        speed = p["bias"] - sine(phase) - current
        fall = p["resistance"] * current + charge / p["capacitance"]
        return jnp.concatenate([speed, jnp.stack([current, (jnp.sum(speed) - fall) / p["inductance"]])])


def _fixed_noise(t: Any, z: Any, p: Any) -> Any:
    return jnp.asarray(p["matrix"])
