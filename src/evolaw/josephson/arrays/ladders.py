"""Parallel junctions on a ladder or a ring, and the long junction they become.

    φ_j'' + α φ_j' + sin φ_j = i + (φ_{j+1} - 2 φ_j + φ_{j-1})/β_L + √(2 α D) ξ_j                       plasma units
    ring with M fluxons: φ_{N+1} = φ_1 + 2πM;   open ends with a field h: φ_1 - φ_0 = φ_{N+1} - φ_N = h

The long junction φ_tt - φ_xx + sin φ = -a φ_t + i + noise is the ladder with β_L = dx²; its noise per point is √(2 a D/dx), so that D is the
temperature in units of the energy of a Josephson length. In equilibrium each point has ⟨φ'²⟩ = D (D/dx for the long junction), each mode too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.josephson.arrays.pairs import bias_of_each
from evolaw.josephson.formulas.coupled import fluxon
from evolaw.sde.loop.trigonometry import sine
from evolaw.sde.processes.langevin import underdamped
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = ["ladder", "long_junction", "ring_of_fluxons"]


@told
def ladder(
    junctions: int,
    bias: Any,
    *,
    damping: float,
    noise: float,
    inductance: float,
    fluxons: int | None = None,
    field: float = 0.0,
) -> SDE:
    """Return parallel junctions coupled by loops of inductance β_L; state (φ, φ').

    Args:
        junctions: N >= 2.
        bias: i, one for all or one for each.
        damping: α > 0.
        noise: D >= 0.
        inductance: β_L > 0 of one loop.
        fluxons: trapped in a ring; None for a ladder with open ends.
        field: phase difference h that an external field forces on the ends of an open ladder.

    Example:
        >>> ladder(8, 0.1, damping=0.1, noise=0.01, inductance=1.0, fluxons=1).dim
        16
    """
    n = checks.integer(junctions, "junctions", least=2)
    i = bias_of_each(bias, n)
    checks.require(fluxons is None or field == 0, "field", "be 0 for a ring", field)
    shift = 2 * np.pi * checks.integer(fluxons, "fluxons") if fluxons is not None else checks.number(field, "field")
    params = {"bias": i, "stiffness": 1 / checks.positive(inductance, "inductance"), "shift": shift}
    force = _LadderForce(fluxons is not None)
    d = checks.number(noise, "noise", least=0.0)
    return underdamped(
        force, friction=checks.positive(damping, "damping"), temperature=d, dim=n, params=params, name="ladder"
    )


@told
def long_junction(
    length: float,
    points: int,
    bias: float,
    *,
    damping: float,
    noise: float,
    fluxons: int | None = None,
    field: float = 0.0,
) -> SDE:
    """Return a long junction on equally spaced points; lengths in Josephson lengths, time in 1/w_p.

    Args:
        length: of the junction, or of the ring.
        points: N; a fluxon is a Josephson length wide, so dx should be below 0.3.
        bias: i, that drives a fluxon to the left for positive φ_x, as in a Lorentz force.
        damping: a.
        noise: k_B T over the energy of a Josephson length.
        fluxons: as for `ladder`.
        field: φ_x that an external field forces on the ends of an open junction.

    Notes:
        Point j lies at x = (j + 1/2) L/N, so that bias, losses and modes are those of the length L; right to O(dx²).
        Noise per point is √(2 a D/dx): the limit of white noise in space.
        The loop takes a step apart number by number: compiling takes tens of seconds from about 100 points on.
    """
    count = checks.integer(points, "points", least=8)
    # Each point stands for a piece of length dx around it, at the ends of an open junction too.
    dx = checks.positive(length, "length") / count
    return ladder(
        count, bias, damping=damping, noise=checks.number(noise, "noise", least=0.0) / dx, inductance=dx * dx, fluxons=fluxons,
        field=field * dx,
    )  # fmt: skip


@told
def ring_of_fluxons(length: float, points: int, fluxons: int = 1, velocity: float = 0.0) -> np.ndarray:
    """Return the state (φ, φ') of a ring with equally spaced fluxons that move at a velocity.

    Example:
        >>> state = ring_of_fluxons(20.0, 200)
        >>> round(float(state[199] - state[0]) / (2 * np.pi), 2)
        1.0
    """
    m = checks.integer(fluxons, "fluxons", least=0)
    x = np.arange(checks.integer(points, "points", least=8)) * (length / points)
    places = (np.arange(m) + 0.5) * length / max(m, 1)
    phase = sum((fluxon(x - place, 0.0, velocity) for place in places), np.zeros(x.size))
    h = 1e-5
    later = sum((fluxon(x - place, h, velocity) for place in places), np.zeros(x.size))
    return np.concatenate([phase, (later - phase) / h])


@dataclass(frozen=True)
class _LadderForce:
    """The force on each phase, of its bias, its supercurrent and its two loops."""

    is_ring: bool

    def __call__(self, t: Any, phase: Any, p: Any) -> Any:
        gap = phase[1:] - phase[:-1]
        if self.is_ring:
            end = (phase[0] - phase[-1] + p["shift"])[None]
            around = jnp.concatenate([end, gap, end])
        else:
            end = jnp.asarray(p["shift"], phase.dtype)[None]
            around = jnp.concatenate([end, gap, end])
        return p["bias"] - sine(phase) + p["stiffness"] * (around[1:] - around[:-1])
