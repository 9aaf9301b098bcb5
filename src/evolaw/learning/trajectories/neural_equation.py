r"""An equation whose drift and diffusion are networks: for recordings that no library fits.

    dX = f(X) dt + sqrt(2 D(X)) dW,        f and log D networks of the state, D diagonal

fitted to the steps as they are over short times, which is what Euler's scheme does [kloeden1992, section 10.2]:

    loss = mean over steps, sum over components, of (ΔX − f Δt)²/(4 D Δt) + ½ log(2 D Δt)

so that steps must be short against the motion. Nothing is decided by it. A network interpolates: where nothing was recorded it says whatever
it likes, and `NeuralEquation.knows` says where that begins. Which terms of a library its drift is made of says `proposed_terms` of discovery.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks, display
from evolaw.learning.loop.training import Optimisation, State, optimise
from evolaw.randomness import source
from evolaw.trajectory import Trajectory

if TYPE_CHECKING:
    from evolaw.sde.processes.process import SDE

__all__ = ["NeuralEquation", "fit_equation"]

_WIDTH, _DEPTH, _ROWS = 24, 2, 256
_BINS = 12
_HELD = 0.2
_FEWEST = 63


class _Coefficients(eqx.Module):
    """f and log D of a state in units of its spread; shapes (dim,) to (dim,), (dim,)."""

    drift: eqx.nn.MLP
    spread: eqx.nn.MLP

    def __call__(self, u: jax.Array) -> tuple[jax.Array, jax.Array]:
        return self.drift(u), self.spread(u)


class _Loss(eqx.Module):
    """Minus the log-likelihood of short steps; states, steps and their durations in reduced units."""

    states: jax.Array
    steps: jax.Array
    times: jax.Array

    def __call__(self, net: _Coefficients, rows: jax.Array, key: Any) -> jax.Array:
        f, log_d = jax.vmap(net)(self.states[rows])
        dt = self.times[rows, None]
        left = (self.steps[rows] - f * dt) ** 2 / (4 * jnp.exp(log_d) * dt) + 0.5 * log_d
        return jnp.mean(jnp.sum(left, 1))


@dataclass(frozen=True, eq=False, repr=False)
class NeuralEquation:
    """Drift and diffusion learned from a recording.

    Attributes:
        net: the networks, of states in reduced units.
        names: components.
        centre, scale: x = centre + scale u.
        step: the recorded step, which is the unit of time of the networks.
        states: a few thousand recorded states, by which `knows` judges.
        losses: mean loss of every epoch.
        held: loss on the last fifth, which was not learned from; that of a constant drift and diffusion beside it.
    """

    net: Any
    names: tuple[str, ...]
    centre: np.ndarray
    scale: np.ndarray
    step: float
    states: np.ndarray
    losses: tuple[float, ...]
    held: tuple[float, float]

    @cached_property
    def sde(self) -> SDE:
        """The law as an `SDE` that `solve` takes; the networks see a whole chunk of paths at once."""
        from evolaw.sde import SDE

        arrays, static = eqx.partition(self.net, eqx.is_array)
        centre, scale, step = self.centre, self.scale, self.step

        def both(x: jax.Array, p: Any) -> tuple[jax.Array, jax.Array]:
            return jax.vmap(eqx.combine(p, static))((x - centre) / scale)

        def drift(t: Any, x: jax.Array, p: Any) -> jax.Array:
            return both(x, p)[0] * scale / step

        def diffusion(t: Any, x: jax.Array, p: Any) -> jax.Array:
            size = jnp.exp(0.5 * both(x, p)[1]) * scale * np.sqrt(2 / step)
            return size if len(scale) == 1 else jax.vmap(jnp.diag)(size)

        kind = "diagonal" if len(scale) == 1 else "general"
        return SDE(drift, diffusion, dim=len(scale), noise=kind, params=arrays, batched=True, name="learned equation")

    def at(self, states: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return drift and diffusion coefficients at states of shape (rows, dim), each of that shape."""
        u = (np.asarray(states, float).reshape(-1, len(self.scale)) - self.centre) / self.scale
        f, log_d = jax.vmap(self.net)(jnp.asarray(u, jnp.float32))
        return np.asarray(f, float) * self.scale / self.step, np.exp(
            np.asarray(log_d, float)
        ) * self.scale**2 / self.step

    def knows(self, states: Any) -> np.ndarray:
        """Return at which states, shape (rows, dim), the law rests on something recorded near by: a twelfth of the range in every component."""
        points = np.asarray(states, float).reshape(-1, len(self.scale))
        reach = np.ptp(self.states, axis=0) / _BINS
        return np.array([bool((np.abs(self.states - point) <= reach).all(1).any()) for point in points])

    def __repr__(self) -> str:
        span = ", ".join(
            f"{name} from {low:.3g} to {high:.3g}"
            for name, low, high in zip(self.names, self.states.min(0), self.states.max(0), strict=True)
        )
        lines = [
            ("components", ", ".join(self.names)),
            ("loss held out", f"{self.held[0]:.4f}, of a constant law {self.held[1]:.4f}"),
            ("rests on", f"{span}: between recorded states it interpolates, elsewhere it says nothing"),
        ]
        return display.lines("NeuralEquation", lines)


def fit_equation(
    recording: Trajectory | Sequence[Trajectory],
    *,
    names: Sequence[str] | None = None,
    schedule: Optimisation | None = None,
    rng: Any,
    progress: Any = None,
) -> NeuralEquation:
    """Learn drift and diffusion of a recording as networks.

    Args:
        recording: axes ("times", "dim"), with paths before them maybe; or several recordings of one system.
        names: names of the components.
        schedule: how; the default is 24 epochs of 64 batches of 256 steps.
        rng: draws the networks and deals the batches.
        progress: called with (epochs done, epochs, words).

    Raises:
        ArgumentError: too few steps, nothing that moves.

    References:
        kloeden1992.

    Example:
        >>> walk = np.cumsum(np.random.default_rng(0).normal(size=400)) * 0.1
        >>> law = fit_equation(Trajectory(walk, 0.01 * np.arange(400), ("times",)), schedule=Optimisation(epochs=2, batches=8), rng=0)
        >>> law.sde.dim, law.knows([[0.0], [99.0]]).tolist()
        (1, [True, False])
    """
    seeded, plan = source(rng), schedule or Optimisation(epochs=24, batches=64, learning_rate=3e-3, average=0.99)
    items = [recording] if isinstance(recording, Trajectory) else list(recording)
    x, step, durations = _steps(items)
    known = tuple(names or items[0].about.get("names") or [f"x{i + 1}" for i in range(x.shape[1])])
    checks.require(len(known) == x.shape[1], "names", f"name each of the {x.shape[1]} components", ", ".join(known))
    usual = float(np.median(durations))
    times = durations / usual
    centre, scale = x.mean(0), x.std(0)
    loss = _Loss(*(jnp.asarray(part, jnp.float32) for part in ((x - centre) / scale, step / scale, times)))
    learned = int(len(x) * (1 - _HELD))
    begun = State.begin(_drawn(len(scale), step / scale, seeded), plan)
    losses: list[float] = []

    def deal(epoch: int) -> jax.Array:
        chance = seeded.stream(f"batches {epoch}").generator()
        return jnp.asarray(chance.integers(0, learned, (plan.batches, _ROWS)))

    for state, mean in optimise(begun, loss, deal):
        losses.append(mean)
        if progress is not None:
            progress(state.epoch, plan.epochs, f"loss {mean:.4f}")
    net = state.average if plan.average else state.net
    rest = jnp.arange(learned, len(x))
    kept = x[:: max(1, len(x) // 3000)]
    constant = _constant(step / scale, times, learned, np.asarray(rest))
    return NeuralEquation(
        net, known, centre, scale, usual, kept, tuple(losses), (float(loss(net, rest, None)), constant)
    )


def _steps(items: Sequence[Trajectory]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every step of the recordings: state before it, change, duration."""
    before, change, durations = [], [], []
    for item in items:
        fits = item.axes in (("times",), ("times", "dim"), ("paths", "times"), ("paths", "times", "dim"))
        checks.require(fits, "recording", "be a state over time, axes (times, dim)", item.axes)
        values = np.asarray(item.values, float)
        values = values if "dim" in item.axes else values[..., None]
        for path in values if "paths" in item.axes else values[None]:
            change.append(np.diff(path, axis=0))
            before.append(path[:-1])
            durations.append(np.diff(np.asarray(item.times, float)))
    checks.require(
        len({part.shape[1] for part in before}) == 1, "recording", "have the same components throughout", "other"
    )
    x, step, times = (np.concatenate(parts) for parts in (before, change, durations))
    whole = np.isfinite(x).all(1) & np.isfinite(step).all(1)
    checks.require(
        whole.sum() >= _FEWEST, "recording", f"hold at least {_FEWEST} steps", int(whole.sum()), "Record longer."
    )
    checks.require(
        bool((np.ptp(x[whole], axis=0) > 0).all()), "recording", "move in every component", "one that stands still"
    )
    return x[whole], step[whole], times[whole]


def _drawn(dim: int, step: np.ndarray, seeded: Any) -> _Coefficients:
    """Networks that begin as a law without drift and with the diffusion of the mean square step."""
    key = jax.random.wrap_key_data(jnp.asarray(seeded.stream("networks").key, jnp.uint32), impl="threefry2x32")
    one, other = jax.random.split(key)
    nets = [eqx.nn.MLP(dim, dim, _WIDTH, _DEPTH, activation=jnp.tanh, key=k) for k in (one, other)]
    level = jnp.asarray(np.log(np.maximum(np.mean(step**2, 0) / 2, 1e-12)), jnp.float32)
    last = [(lambda net: net.layers[-1].weight), (lambda net: net.layers[-1].bias)]
    drift = eqx.tree_at(last[0], nets[0], 0.01 * nets[0].layers[-1].weight)
    spread = eqx.tree_at(last[0], nets[1], 0.1 * nets[1].layers[-1].weight)
    return _Coefficients(eqx.tree_at(last[1], drift, jnp.zeros(dim)), eqx.tree_at(last[1], spread, level))


def _constant(step: np.ndarray, times: np.ndarray, learned: int, rest: np.ndarray) -> float:
    """Loss on the held-out steps of constant coefficients fitted to the others."""
    drift = step[:learned].sum(0) / times[:learned].sum()
    level = np.mean((step[:learned] - drift * times[:learned, None]) ** 2 / (2 * times[:learned, None]), 0)
    left = (step[rest] - drift * times[rest, None]) ** 2 / (4 * level * times[rest, None]) + 0.5 * np.log(level)
    return float(np.mean(np.sum(left, 1)))
