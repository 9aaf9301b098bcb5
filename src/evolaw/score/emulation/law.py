"""The learned law: what it was trained on, one step of it as a scheme, and its drift and diffusion as a process.

    x(t+Δ) = x(t) + m_Δ + s_Δ G(z | c),      c = (x(t) - m)/s,  z ~ N(0, I)

Read out at a noise level σ of the network, per unit of time,

    drift b(x) = (m_Δ + s_Δ E[y | c])/Δ            diffusion G Gᵀ = s_Δ Cov[y | c] s_Δ/Δ

which tend to those of the equation as Δ tends to zero; at a finite Δ they are the mean and covariance of a step over Δ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, overload

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks, display
from evolaw.arrays import namespace
from evolaw.score.emulation.generators import FlowGenerator
from evolaw.sde.loop.solver import solve
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.scheme import Noise
from evolaw.told import told
from evolaw.trajectory import Trajectory

if TYPE_CHECKING:
    from evolaw.sde.statistics.moments import Moments, Statistics

__all__ = ["Emulator", "Leap", "Scales", "facts_of"]

_READ_AT = 2.0
_SAME = 1e-3


@dataclass(frozen=True)
class Scales:
    """The numbers that standardise a step.

    Attributes:
        step: Δ.
        mean, spread: m and s of the states, one number a component.
        drift, scale: m_Δ and s_Δ of the increments.
    """

    step: float
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    drift: tuple[float, ...]
    scale: tuple[float, ...]

    @classmethod
    def of(cls, before: np.ndarray, after: np.ndarray, step: float) -> Scales:
        """Measure them on pairs of states, each of shape (pairs, dim)."""
        moved = after - before
        parts = (before.mean(0), before.std(0), moved.mean(0), moved.std(0))
        return cls(step, *(tuple(float(value) for value in part) for part in parts))

    @property
    def dim(self) -> int:
        """Numbers of a state."""
        return len(self.mean)

    def condition(self, x: Any) -> Any:
        """Return c of a state, or of many."""
        xp = namespace(x)
        return (x - xp.asarray(self.mean, x.dtype)) / xp.asarray(self.spread, x.dtype)

    def moved(self, x: Any, y: Any) -> Any:
        """Return x + m_Δ + s_Δ y."""
        xp = namespace(x, y)
        return x + xp.asarray(self.drift, x.dtype) + xp.asarray(self.scale, x.dtype) * y

    def step_of(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """Return y of pairs of states."""
        return np.asarray((after - before - np.asarray(self.drift)) / np.asarray(self.scale))


@dataclass(frozen=True)
class Leap:
    """One step of the learned law as a scheme of the one loop: the noise of a step makes the vector of normals z.

    Attributes:
        scales: of the law; a step has the length Δ and no other.

    Example:
        >>> Leap(Scales(0.1, (0.0,), (1.0,), (0.0,), (1.0,))).needs
        'dW'
    """

    scales: Scales
    name: ClassVar[str] = "learned step"
    needs: ClassVar[str] = "dW"
    noise_kinds: ClassVar[tuple[str, ...]] = ("additive", "scalar", "diagonal", "commutative", "general")
    calculus: ClassVar[str | None] = None
    runs_backwards: ClassVar[bool] = False
    strong_order: ClassVar[float | Mapping[str, float] | None] = None
    weak_order: ClassVar[float | Mapping[str, float] | None] = None

    def start(self, process: SDE, t: Any, x: Any) -> Any:
        """Return None: the law remembers nothing but the state."""
        return None

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return x + m_Δ + s_Δ G(z | c)."""
        drift: Any = process.drift
        z = noise.dW / jnp.sqrt(jnp.asarray(self.scales.step, x.dtype))
        y = drift.generator(process.params).draw(z, self.scales.condition(x))
        # A step of another length is not known: NaN, which the loop reports with `explain`.
        known = jnp.abs(dt / self.scales.step - 1) < _SAME
        return self.scales.moved(x, jnp.where(known, y, jnp.nan).astype(x.dtype)), memory

    def explain(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise) -> str | None:
        """Return why a step gave no state: it was not of the length the law was learned for."""
        if abs(float(dt) / self.scales.step - 1) < _SAME:
            return None
        return f"The law was learned for steps of {self.scales.step:g}, and was asked for one of {float(dt):g}."

    def refuses(self, process: SDE) -> str | None:
        """Return why the process is none of a learned law; None when it is."""
        known = isinstance(process.drift, _Readout)
        return None if known else "A learned step is for the process of its own law; use Emulator.simulate."


@told
class Emulator:
    """A law of motion that was learned from recordings.

    Attributes:
        generator: makes steps in standardised form.
        scales: what standardises them.
        about: where it comes from, JSON values.

    Notes:
        `process` and `scheme` go wherever an equation and a method go: ``solve(law.process, law.scheme, …, dt=law.scales.step)``.
    """

    def __init__(self, generator: Any, scales: Scales, about: dict[str, Any] | None = None) -> None:
        self.generator, self.scales, self.about = generator, scales, dict(about or {})

    @property
    def scheme(self) -> Leap:
        """One step of the law."""
        return Leap(self.scales)

    @property
    def process(self) -> SDE:
        """The equation read out of the law: drift and diffusion of one step over Δ."""
        return self.read_out()

    def read_out(self, sigma: float = _READ_AT) -> SDE:
        """Return drift and diffusion as a process.

        Args:
            sigma: noise level of the standardised step at which the network is asked; see `FlowGenerator.moments`.
        """
        leaves, frame = jax.tree.flatten(eqx.filter(self.generator, eqx.is_array))
        static = eqx.filter(self.generator, eqx.is_array, inverse=True)
        drift = _Readout(frame, _Static(static), self.scales, checks.positive(sigma, "sigma"))
        dim = self.scales.dim
        kind = "diagonal" if dim == 1 else "general"
        return SDE(
            drift,
            _Diffusion(drift),
            dim=dim,
            noises=dim,
            noise=kind,
            params=tuple(map(np.asarray, leaves)),
            name="learned law",
        )

    @overload
    def simulate(
        self,
        start: Any,
        steps: int,
        *,
        paths: int = ...,
        rng: Any,
        every: int = ...,
        statistics: None = ...,
        **options: Any,
    ) -> Trajectory: ...

    @overload
    def simulate(
        self,
        start: Any,
        steps: int,
        *,
        paths: int = ...,
        rng: Any,
        every: int = ...,
        statistics: Moments | Sequence[Any],
        **options: Any,
    ) -> Statistics: ...

    def simulate(
        self,
        start: Any,
        steps: int,
        *,
        paths: int = 1,
        rng: Any,
        every: int = 1,
        statistics: Any = None,
        **options: Any,
    ) -> Trajectory | Statistics:
        """Roll the law out.

        Args:
            start: state of shape (dim,), or one a path.
            steps: number of steps of length Δ.
            paths: number of paths.
            rng: seed.
            every: steps between saved states.
            statistics: as for `evolaw.sde.solve`; None stores the paths.
            **options: of `evolaw.sde.solve`, such as ``out`` or ``progress``.

        Returns:
            A `Trajectory` with axes ("paths", "times", "dim"), or what the statistics give.
        """
        steps, every = checks.integer(steps, "steps", least=1), checks.integer(every, "every", least=1, most=steps)
        saved = np.unique(np.append(np.arange(0, steps + 1, every), steps)) * self.scales.step
        options = {"precision": "float32", **options}
        return solve(
            self.process, self.scheme, start, saved, steps=steps, paths=paths, rng=rng, statistics=statistics, **options
        )

    def ensemble(self, states: Any, members: int, *, rng: Any) -> np.ndarray:
        """Draw the next state of each state so often: shape (members, count, dim)."""
        given = checks.finite(checks.shape(states, "states", ("count", self.scales.dim)), "states")
        members = checks.integer(members, "members", least=1)
        starts = np.repeat(given[None], members, 0).reshape(-1, self.scales.dim)
        path = self.simulate(starts, 1, paths=len(starts), rng=rng)
        return np.asarray(path.final.reshape(members, *given.shape))

    def log_likelihood(self, before: Any, after: Any) -> np.ndarray:
        """Return log p(x(t+Δ) | x(t)) of pairs of states, shape (pairs,), by the flow with the exact divergence.

        Raises:
            ArgumentError: the law is an ensemble, which has no density.
        """
        generator = self.generator
        flows = isinstance(generator, FlowGenerator)
        checks.require(flows, "law", "be a flow: an ensemble has no density", type(generator).__name__)
        pairs = [
            checks.shape(part, name, ("pairs", self.scales.dim))
            for part, name in ((before, "before"), (after, "after"))
        ]
        y = jnp.asarray(self.scales.step_of(*pairs), jnp.float32)
        c = self.scales.condition(jnp.asarray(pairs[0], jnp.float32))
        found = eqx.filter_jit(eqx.filter_vmap(FlowGenerator.log_density, in_axes=(None, 0, 0)))(generator, y, c)
        return np.asarray(found, float) - float(np.log(self.scales.scale).sum())

    def save(self, path: str | Path) -> Path:
        """Write a run directory that `load` reads back; only a law by flow is kept, see `evolaw.score.emulation.training`."""
        checks.require(isinstance(self.generator, FlowGenerator), "law", "be a flow", type(self.generator).__name__)
        return Path(self.generator.model.save(path, about={"emulator": facts_of(self.scales, self.generator.levels)}))

    @classmethod
    def load(cls, path: str | Path) -> Emulator:
        """Read a run directory that `save` or a training wrote.

        Raises:
            StorageError: the run holds no law.
        """
        from evolaw.errors import StorageError
        from evolaw.score.learned.model import ScoreModel
        from evolaw.storage import Run

        facts = Run.open(path).about.get("emulator")
        try:
            scales = Scales(float(facts["step"]), *(tuple(map(float, facts[name])) for name in _PARTS))  # type: ignore[index]
            levels = int(facts["levels"])  # type: ignore[index]
        except (TypeError, KeyError, ValueError) as error:
            raise StorageError(
                f"{path} holds no law of motion: it does not say how steps are scaled ({error!r})."
            ) from error
        return cls(FlowGenerator(ScoreModel.load(path), levels), scales, {"run": str(path)})

    def __repr__(self) -> str:
        return display.lines("Emulator", self._facts())

    def _repr_html_(self) -> str:
        return display.card("Emulator", self._facts())

    def _facts(self) -> list[tuple[str, Any]]:
        return [
            ("law", f"x(t + {self.scales.step:g}) given x(t)"),
            ("dim", self.scales.dim),
            ("by", _kind(self.generator)),
        ]


_PARTS = ("mean", "spread", "drift", "scale")


def facts_of(scales: Scales, levels: int) -> dict[str, Any]:
    """Return what a run says of a law beside its network."""
    return {"step": scales.step, "levels": levels, **{name: list(getattr(scales, name)) for name in _PARTS}}


def _kind(generator: Any) -> str:
    flows = isinstance(generator, FlowGenerator)
    return f"probability flow, {generator.levels} calls a step" if flows else "an ensemble of one call a step"


@dataclass(frozen=True, eq=False)
class _Static:
    """The parts of a generator that are no arrays; equal when they are equal, so that equal laws share a compilation."""

    tree: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Static) and bool(eqx.tree_equal(self.tree, other.tree))

    def __hash__(self) -> int:
        return hash(str(jax.tree.structure(self.tree)))


@dataclass(frozen=True)
class _Readout:
    """The drift read out of a law; carries what makes the generator whole again."""

    frame: Any
    static: _Static
    scales: Scales
    sigma: float

    def generator(self, params: tuple[Any, ...]) -> Any:
        return eqx.combine(jax.tree.unflatten(self.frame, params), self.static.tree)

    def __call__(self, t: Any, x: Any, p: Any) -> Any:
        mean, _ = self.generator(p).moments(self.scales.condition(x).astype(jnp.float32), self.sigma)
        moved = self.scales.moved(jnp.zeros_like(x), mean.astype(x.dtype))
        return moved / self.scales.step


@dataclass(frozen=True)
class _Diffusion:
    """The diffusion read out: s_Δ L/√Δ with L Lᵀ = Cov[y | c]; a number for one component."""

    drift: _Readout

    def __call__(self, t: Any, x: Any, p: Any) -> Any:
        scales = self.drift.scales
        _, covariance = self.drift.generator(p).moments(scales.condition(x).astype(jnp.float32), self.drift.sigma)
        root = jnp.linalg.cholesky(covariance) if scales.dim > 1 else jnp.sqrt(jnp.maximum(covariance, 0.0))
        found = jnp.asarray(scales.scale, x.dtype)[:, None] * root.astype(x.dtype) / np.sqrt(scales.step)
        return found[0] if scales.dim == 1 else found
