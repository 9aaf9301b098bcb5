"""Overdamped junctions on any graph: Kirchhoff's law at every island, one linear solve a step.

    Σ_bonds at n  ± [c_b sin(θ_b) + g_b θ_b' + √(2 D g_b) ξ_b] = I_n,       θ_b = φ_a - φ_c - A_b,     island 0 is ground
    G φ' = I - Bᵀ [c sin θ + √(2 D g) ξ],    G = Bᵀ g B                      (one noise a bond, not an island)

The noise of φ' is G⁻¹ Bᵀ √(2 D g), a matrix that never changes; in equilibrium P ∝ exp(Σ c_b cos θ_b/D).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.sde.loop.trigonometry import sine
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = ["network"]

_MOST_ISLANDS = 2048


@told
def network(
    bonds: Any, currents: Any, *, noise: float = 0.0, critical: Any = 1.0, conductance: Any = 1.0, gauge: Any = 0.0
) -> SDE:
    """Return a network of overdamped junctions; the state is the phases of islands 1 … n - 1, island 0 being ground.

    Args:
        bonds: pairs (a, c) of islands, shape (bonds, 2).
        currents: I_n fed into each island, island 0 included; they must add up to 0.
        noise: D >= 0 of a bond with c = g = 1.
        critical: c_b; 0 makes a bond a mere resistor.
        conductance: g_b >= 0; 0 makes it a junction without a shunt, which is allowed where others carry the current.
        gauge: A_b.

    Raises:
        ArgumentError: currents that do not add up, or an island without a path of conductance to ground; names it.

    Example:
        >>> network([(1, 0), (2, 1)], [-0.5, 0.0, 0.5], noise=0.1).dim
        2
    """
    pairs = np.asarray(bonds)
    checks.require(
        pairs.ndim == 2 and pairs.shape[1] == 2 and pairs.dtype.kind in "iu",
        "bonds",
        "be pairs of islands",
        pairs.shape,
    )
    feed = checks.numbers(currents, "currents")
    n, m = feed.size, len(pairs)
    checks.require(2 <= n <= _MOST_ISLANDS, "currents", f"speak of 2 to {_MOST_ISLANDS} islands", n)
    checks.require(
        bool(pairs.min() >= 0 and pairs.max() < n), "bonds", f"name islands from 0 to {n - 1}", int(pairs.max())
    )
    checks.require(
        abs(feed.sum()) < 1e-9 * max(1.0, np.abs(feed).max()),
        "currents",
        "add up to 0: what goes in comes out",
        feed.sum(),
    )
    c, g, a = (np.broadcast_to(np.asarray(x, float), (m,)).copy() for x in (critical, conductance, gauge))
    checks.require(bool(np.all(g >= 0)), "conductance", "be zero or positive", float(g.min()))
    incidence = np.zeros((m, n))
    incidence[np.arange(m), pairs[:, 0]] += 1
    incidence[np.arange(m), pairs[:, 1]] -= 1
    lonely = _unreached(pairs[g > 0], n)
    checks.require(
        lonely is None, "bonds", "leave every island a path of conductance to ground", f"singular: node {lonely} has none",
        f"Give node {lonely} a bond with conductance.",
    )  # fmt: skip
    inner = incidence[:, 1:]
    solve = np.linalg.inv(inner.T @ (g[:, None] * inner))
    params: dict[str, Any] = {"feed": feed[1:], "critical": c, "gauge": a, "incidence": inner, "solve": solve}
    d = checks.number(noise, "noise", least=0.0)
    if d == 0:
        return SDE(_NetworkDrift(), None, dim=n - 1, noise="none", params=params, name="network")
    params["matrix"] = solve @ (inner.T * np.sqrt(2 * d * g))
    return SDE(_NetworkDrift(), _fixed_noise, dim=n - 1, noises=m, noise="additive", params=params, name="network")


@dataclass(frozen=True)
class _NetworkDrift:
    def __call__(self, t: Any, phase: Any, p: Any) -> Any:
        super_current = p["critical"] * sine(p["incidence"] @ phase - p["gauge"])
        return p["solve"] @ (p["feed"] - p["incidence"].T @ super_current)


def _fixed_noise(t: Any, z: Any, p: Any) -> Any:
    return jnp.asarray(p["matrix"])


def _unreached(pairs: np.ndarray, n: int) -> int | None:
    """The first island that no path of bonds leads to from ground; None when all are reached."""
    near: list[list[int]] = [[] for _ in range(n)]
    for a, c in pairs.tolist():
        near[a].append(c)
        near[c].append(a)
    seen, waiting = {0}, [0]
    while waiting:
        for other in near[waiting.pop()]:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    missing = sorted(set(range(n)) - seen)
    return missing[0] if missing else None
