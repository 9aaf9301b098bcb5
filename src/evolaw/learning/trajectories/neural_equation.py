r"""An equation whose drift and diffusion are networks: for recordings that no library fits.

    dX = f(X) dt + sqrt(2 D(X)) dW,        f and log D networks of the state, D diagonal

It is a law like any other: `solve` takes it, a run directory holds it, a figure and a page show it. Nothing is decided by it. A network
interpolates: where nothing was recorded it says whatever it likes, and `NeuralEquation.knows` says where that begins. How far it may be
trusted where something was, its `tally` shows: what the recorded steps themselves say in bins, with their errors. Which terms of a
library its drift is made of says `propose_terms` of discovery.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks, display, documents, storage
from evolaw.learning.loop import checkpoints
from evolaw.learning.loop.serialization import load_like
from evolaw.learning.trajectories.frame import Frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from evolaw.sde.processes.process import SDE

__all__ = ["KIND", "Coefficients", "NeuralEquation", "Tally", "coefficients_at"]

KIND = "learned equation"
"""What the manifest of such a run says it holds."""
_WIDTH, _DEPTH = 24, 2
_REACH = 12
"""A state is near a recorded one within this part of the range."""
_FILE = "networks.safetensors"
_ARRAYS = ("places", "drift", "drift_error", "spread", "spread_error", "learned")


class Coefficients(eqx.Module):
    """f and log D in the units of a `Frame`, of what it shows of a state; shapes (width,) to (dim,), (dim,)."""

    drift: eqx.nn.MLP
    spread: eqx.nn.MLP

    def __call__(self, u: jax.Array) -> tuple[jax.Array, jax.Array]:
        return self.drift(u), self.spread(u)

    def __str__(self) -> str:
        # In the manifest: what a network prints of itself has addresses of functions in it.
        return f"f and log D, tanh networks of {self.drift.depth} x {self.drift.width_size}, {self.drift.out_size} components"

    @classmethod
    def random(cls, width: int, dim: int, key: jax.Array) -> Coefficients:
        """Draw both networks."""
        one, other = jax.random.split(key)
        return cls(*(eqx.nn.MLP(width, dim, _WIDTH, _DEPTH, activation=jnp.tanh, key=k) for k in (one, other)))


@dataclass(frozen=True, eq=False)
class Tally:
    """What the recorded steps say of drift and diffusion in bins of each component, the others averaged over.

    Attributes:
        places: mean of the component in each bin, shape (dim, bins); not a number where fewer than ten steps began.
        drift, drift_error: mean of ΔX/Δt and its standard error, likewise.
        spread, spread_error: mean of (ΔX - f Δt)²/(2 Δt) about the networks' drift f, and its standard error.
        learned: the networks' mean drift and D over the same steps, shape (2, dim, bins).
    """

    places: np.ndarray
    drift: np.ndarray
    drift_error: np.ndarray
    spread: np.ndarray
    spread_error: np.ndarray
    learned: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class NeuralEquation:
    """Drift and diffusion learned from a recording.

    Attributes:
        net: the networks, of states in reduced units.
        names: components.
        frame: these units.
        states: a few thousand recorded states, by which `knows` judges.
        losses: mean loss of every epoch.
        held: loss on the last fifth, which was not learned from; that of a constant drift and diffusion beside it.
        tally: what the recorded steps say in bins, beside what the networks say.
        swing: of each component the correlation of what is left of a step with what is left of the next, and its error: about 0 where
            the state says all, below it where readings have an error, above it where something that moves was not recorded.
        duration: how long the recording was.
    """

    net: Coefficients
    names: tuple[str, ...]
    frame: Frame
    states: np.ndarray
    losses: tuple[float, ...]
    held: tuple[float, float]
    tally: Tally
    swing: tuple[tuple[float, float], ...]
    duration: float

    @cached_property
    def sde(self) -> SDE:
        """The law as an `SDE` that `solve` takes; the networks see a whole chunk of paths at once."""
        from evolaw.sde import SDE

        arrays, static = eqx.partition(self.net, eqx.is_array)
        scale, step, inputs = self.frame.scale, self.frame.step, self.frame.inputs

        def both(x: jax.Array, p: Any) -> tuple[jax.Array, jax.Array]:
            return jax.vmap(eqx.combine(p, static))(inputs(x, jnp))

        def drift(t: Any, x: jax.Array, p: Any) -> jax.Array:
            return both(x, p)[0] * scale / step

        def diffusion(t: Any, x: jax.Array, p: Any) -> jax.Array:
            size = jnp.exp(0.5 * both(x, p)[1]) * scale * np.sqrt(2 / step)
            return size if len(scale) == 1 else jax.vmap(jnp.diag)(size)

        kind = "diagonal" if len(scale) == 1 else "general"
        return SDE(
            drift,
            diffusion,
            dim=len(scale),
            noise=kind,
            params=arrays,
            batched=True,
            name=KIND,
            periods=self.frame.periods if any(self.frame.periods) else None,
            components=self.names if all(map(str.isidentifier, self.names)) else None,
        )

    def at(self, states: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return drift and diffusion coefficients at states of shape (rows, dim), each of that shape."""
        return coefficients_at(self.net, self.frame, states)

    def knows(self, states: Any) -> np.ndarray:
        """Return at which states, shape (rows, dim), the law rests on something recorded near by: a twelfth of the range in every component."""
        points = np.asarray(states, float).reshape(-1, self.frame.dim)
        reach = np.ptp(self.states, axis=0) / _REACH
        return np.array([bool((np.abs(self.frame.apart(self.states - x)) <= reach).all(1).any()) for x in points])

    @property
    def gain(self) -> float:
        """How much likelier the law makes a held-out step than constant coefficients do, nats."""
        return self.held[1] - self.held[0]

    def save(self, path: str | Path, *, about: dict[str, Any] | None = None) -> Path:
        """Write a run directory that `load` reads back."""
        with storage.Run.create(path, about={"kind": KIND, **(about or {})}, whole=True) as run:
            self.write(run)
        return Path(path)

    def write(self, run: storage.Run) -> None:
        """Write networks and numbers into an open run; the last thing a training or a `save` does."""
        run.document(
            "equation.json",
            {
                "names": list(self.names),
                "step": self.frame.step,
                "duration": self.duration,
                "losses": list(self.losses),
                "held": list(self.held),
                "swing": [list(pair) for pair in self.swing],
                "centre": self.frame.centre,
                "scale": self.frame.scale,
                "periods": list(self.frame.periods),
            },
        )
        arrays: dict[str, tuple[np.ndarray, tuple[str, ...]]] = {"states": (self.states, ("rows", "dim"))}
        for name in _ARRAYS:
            array = getattr(self.tally, name)
            arrays[name] = (array, ("coefficients", "dim", "bins")[3 - array.ndim :])
        checkpoints.write_result(run, [self.net], arrays)

    @classmethod
    def load(cls, path: str | Path) -> NeuralEquation:
        """Read a run directory that `save` or `fit_equation` wrote.

        Raises:
            StorageError: the training is not finished, or the run is damaged.
        """
        run = storage.Run.open(path)
        kind = run.about.get("kind")
        checks.require(kind == KIND, "path", "be the run of a learned equation", f"a run of {kind}")
        checkpoints.require_finished(run)
        with documents.interpreting(run.path):
            facts = json.loads(run.read_document("equation.json"))
            names = tuple(map(str, facts["names"]))
            centre, scale = (np.array(facts[name], float).reshape(len(names)) for name in ("centre", "scale"))
            periods = tuple(None if period is None else float(period) for period in facts["periods"])
            checks.require(len(periods) == len(names), "path", f"hold {len(names)} periods", len(periods))
            frame = Frame(centre, scale, float(facts["step"]), periods)
            model, constant = map(float, facts["held"])
            run.read_document(_FILE)
            net = load_like(Coefficients.random(frame.width, frame.dim, jax.random.key(0)), run.path / _FILE)
            tally = Tally(*(run.read(name) for name in _ARRAYS))
            losses = tuple(map(float, facts["losses"]))
            swing = tuple((float(value), float(error)) for value, error in facts["swing"])
            checks.require(len(swing) == len(names), "path", f"hold {len(names)} correlations", len(swing))
            duration, states = float(facts["duration"]), run.read("states")
            return cls(net, names, frame, states, losses, (model, constant), tally, swing, duration)

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure of drift and diffusion, beside what the recorded steps say in bins."""
        return display.plot(self, **options)

    def _facts(self) -> list[tuple[str, Any]]:
        span = ", ".join(
            f"{name} from {low:.3g} to {high:.3g}"
            for name, low, high in zip(self.names, self.states.min(0), self.states.max(0), strict=True)
        )
        return [
            ("components", ", ".join(self.names)),
            ("loss held out", f"{self.held[0]:.4f}, of a constant law {self.held[1]:.4f}"),
            ("rests on", f"{span}: between recorded states it interpolates, elsewhere it says nothing"),
        ]

    def __repr__(self) -> str:
        return display.lines("NeuralEquation", self._facts())

    def _repr_html_(self) -> str:
        return display.card("NeuralEquation", self._facts())


def coefficients_at(net: Coefficients, frame: Frame, states: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return f and D of networks in units of their own at states of shape (rows, dim), each of that shape."""
    x = np.asarray(states, float).reshape(-1, frame.dim)
    f, log_d = jax.vmap(net)(jnp.asarray(frame.inputs(x), jnp.float32))
    scale, step = frame.scale, frame.step
    return np.asarray(f, float) * scale / step, np.exp(np.asarray(log_d, float)) * scale**2 / step
