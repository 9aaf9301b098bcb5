"""Splitting schemes for underdamped Langevin equations: BAOAB, with or without rescaled steps, and OBABO.

    dx = v dt,   dv = F(t, x) dt - γ v dt + s dW

is cut into parts that are solved exactly over a time τ, named by letters:

    A   x += v τ
    B   v += F(t, x) τ
    O   v  = e^{-γτ} v + s √((1 - e^{-2γτ})/(2γ)) Z,     Z ~ N(0, 1);  for γ = 0 the root is √τ

and the word of the scheme says in which order they follow, repeated letters sharing the step. The force at the end of a step
is that at the start of the next: it is remembered, and costs one evaluation a step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import jax.numpy as jnp

from evolaw.sde.processes.langevin import KineticDrift
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.scheme import Noise

__all__ = ["BAOAB", "OBABO", "RescaledBAOAB"]


@dataclass(frozen=True)
class _Splitting:
    """What BAOAB and OBABO share: what they are for, and the remembered force.

    Attributes:
        remembers_the_state: the memory after a step is what `start` gives there, so that the loop may compute it anew.
    """

    name: ClassVar[str]
    noise_kinds: ClassVar[tuple[str, ...]] = ("additive",)
    calculus: ClassVar[None] = None
    runs_backwards: ClassVar[bool] = False
    strong_order: ClassVar[float | Mapping[str, float] | None] = 1.0
    weak_order: ClassVar[float] = 2.0
    remembers_the_state: ClassVar[bool] = True

    def start(self, process: SDE, t: Any, x: Any) -> Any:
        """Return the force at the start, shape (n,)."""
        return _force(process, t, jnp.split(jnp.asarray(x), 2)[0])

    def refuses(self, process: SDE) -> str | None:
        """Refuse every process that is not an underdamped Langevin process."""
        if isinstance(process.drift, KineticDrift) and process.noise == "additive":
            return None
        return (
            f"{self.name} splits underdamped Langevin processes, as sde.underdamped makes them, and this is another "
            f"process; use {'SRA1' if process.noise == 'additive' else 'DRI1'}."
        )


@dataclass(frozen=True)
class BAOAB(_Splitting):
    """BAOAB: half a kick, half a drift, a full bath, half a drift, half a kick.

        v += F(t, x) h/2;  x += v h/2;  v = e^{-γh} v + s √((1 - e^{-2γh})/(2γ)) ΔW/√h;  x += v h/2;  v += F(t+h, x) h/2

    Notes:
        Strong order 1, weak order 2. For a harmonic force ⟨x²⟩ is exact for every stable step h < 2/ω and ⟨v²⟩ is
        D (1 - h² ω²/4): the scheme of choice for averages over positions.

    References:
        leimkuhler2013, section 2.
    """

    name: ClassVar[str] = "BAOAB"
    needs: ClassVar[NoiseRequest] = NoiseRequest.INCREMENTS

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step; ``memory`` is the force at (t, x)."""
        place, speed = jnp.split(jnp.asarray(x), 2)
        speed = speed + memory * dt / 2
        place = place + speed * dt / 2
        speed = _bath(process, speed, dt, noise.dW / jnp.sqrt(dt))
        place = place + speed * dt / 2
        force = _force(process, t + dt, place)
        return jnp.concatenate([place, speed + force * dt / 2]), force


@dataclass(frozen=True)
class RescaledBAOAB(BAOAB):
    """BAOAB whose kicks and drifts last b h: what drifts and diffuses does so at the exact rate, however strong the friction.

        v += F b h/2;  x += v b h/2;  v = e^{-γh} v + s √((1 - e^{-2γh})/(2γ)) ΔW/√h;  x += v b h/2;  v += F b h/2
        b² = tanh(γh/2)/(γh/2)

    Notes:
        Strong order 1, weak order 2. A free particle diffuses with D/γ and a constant force moves it with F/γ exactly, where BAOAB is
        too fast by the factor (γh/2) coth(γh/2): 1.3 % at γh = 0.4. For a harmonic force ⟨x²⟩ is exact, ⟨v²⟩ is D (1 - b² h² ω²/4).
        For γh -> ∞ it steps the equation without inertia by h' = h/γ, with the noise of both ends of the step.

    References:
        sivak2014; leimkuhler2013, section 2.

    Example:
        >>> from evolaw.sde import solve, underdamped
        >>> pushed = underdamped(lambda t, x, p: 1.0 + 0 * x, friction=4.0, temperature=0.0)
        >>> end = solve(pushed, RescaledBAOAB(), [0.0, 0.25], [0, 10], steps=200, rng=0).values[0, -1]  # some seconds
        >>> round(float(end[0]), 2)
        2.5
    """

    name: ClassVar[str] = "BAOAB, rescaled"

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step; ``memory`` is the force at (t, x)."""
        half = _shrunk(process, dt) / 2
        place, speed = jnp.split(jnp.asarray(x), 2)
        place, speed = place + (speed + memory * half) * half, speed + memory * half
        speed = _bath(process, speed, dt, noise.dW / jnp.sqrt(dt))
        place = place + speed * half
        force = _force(process, t + dt, place)
        return jnp.concatenate([place, speed + force * half]), force


@dataclass(frozen=True)
class OBABO(_Splitting):
    """OBABO: half a bath, velocity Verlet, half a bath.

        O over h/2 with Z_1;  v += F(t, x) h/2;  x += v h;  v += F(t+h, x) h/2;  O over h/2 with Z_2

    The two normals of a step come from its increment and its time integral: Z_1,2 = (Z ± Z')/√2 with Z = ΔW/√h and
    Z' = √12 (I_10 - h ΔW/2)/√(h³), so that Z_1 leans to the first half of the step.

    Notes:
        Strong order 1, weak order 2. For a harmonic force ⟨v²⟩ is exact and ⟨x²⟩ is D/(ω² (1 - h² ω²/4)). The bath is
        split, and each half keeps the equilibrium of the velocities: the energy errors are those of velocity Verlet.

    References:
        bussi2007; leimkuhler2013, section 2.
    """

    name: ClassVar[str] = "OBABO"
    needs: ClassVar[NoiseRequest] = NoiseRequest.INTEGRALS

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step; ``memory`` is the force at (t, x)."""
        even = noise.dW / jnp.sqrt(dt)
        odd = jnp.sqrt(12.0) * (noise.dZ / dt - noise.dW / 2) / jnp.sqrt(dt)
        place, speed = jnp.split(jnp.asarray(x), 2)
        speed = _bath(process, speed, dt / 2, (even + odd) / jnp.sqrt(2.0))
        speed = speed + memory * dt / 2
        place = place + speed * dt
        force = _force(process, t + dt, place)
        speed = _bath(process, speed + force * dt / 2, dt / 2, (even - odd) / jnp.sqrt(2.0))
        return jnp.concatenate([place, speed]), force


def _force(process: SDE, t: Any, place: Any) -> Any:
    # `refuses` lets no process in whose drift is not a KineticDrift.
    return cast(KineticDrift, process.drift).push(t, place, process.params)


def _shrunk(process: SDE, dt: Any) -> Any:
    """Return h √(tanh(γh/2)/(γh/2)); h for γ = 0."""
    half = process.params["friction"] * dt / 2
    safe = jnp.where(half > 0, half, 1.0)
    return dt * jnp.where(half > 0, jnp.sqrt(jnp.tanh(safe) / safe), 1.0)


def _bath(process: SDE, speed: Any, time: Any, normal: Any) -> Any:
    """Return e^{-γτ} v + s √((1 - e^{-2γτ})/(2γ)) Z; the root is √τ for γ = 0."""
    friction, amplitude = process.params["friction"], process.params["amplitude"]
    turn = 2.0 * friction * time
    safe = jnp.where(turn > 0, turn, 1.0)
    variance = time * jnp.where(turn > 0, -jnp.expm1(-safe) / safe, 1.0)
    return jnp.exp(-friction * time) * speed + amplitude * jnp.sqrt(variance) * normal
