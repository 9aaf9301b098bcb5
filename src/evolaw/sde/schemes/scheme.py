"""One step of a method: what it needs, what it is for, how good it is, and the step itself.

A scheme is stateless. It sees one path; the loop in ``solver.py`` draws the noise, hands it in, and runs the step on many
paths. Memory that a scheme needs from step to step is an argument and a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

import jax
import jax.numpy as jnp

from evolaw.sde.processes.noise_kinds import broken_promise, noise_kind
from evolaw.sde.processes.process import NOISE_KINDS, SDE
from evolaw.sde.schemes.noise_requests import NoiseRequest

__all__ = ["EulerMaruyama", "Noise", "OneStep", "Scheme", "StochasticHeun", "matrices_at", "own_columns"]


class Noise(NamedTuple):
    """The noise of one step of length h; what a scheme did not ask for is None.

    Attributes:
        dW: None without noise; else increments W(t+h) - W(t), shape (noises,); for three-point schemes 0 or ±sqrt(3h) in their place, for
            two-point schemes ±sqrt(h).
        dZ: I10 = ∫ (W(s) - W(t)) ds over the step, shape (noises,).
        area: Lévy areas A_ij = ½ ∫ (W_i dW_j - W_j dW_i), antisymmetric, shape (noises, noises), so that
            I_ij = ∫ W_i dW_j = (dW_i dW_j - δ_ij h)/2 + A_ij.
        pair: two-point variables ±sqrt(h), one for each pair i < j, mirrored with a change of sign; shape
            (noises, noises).
    """

    dW: Any = None
    dZ: Any = None
    area: Any = None
    pair: Any = None


class Scheme(Protocol):
    """What the loop asks of a method.

    Attributes:
        name: name of the method.
        needs: noise of a step, a `NoiseRequest` or its word: "none", "dW", "dW,dZ", "levy", "three_point", "two_point", "exact".
        noise_kinds: the noise kinds it is for.
        calculus: the calculus it solves, or None when it serves both.
        strong_order, weak_order: orders of convergence, one number or one for each noise kind; None where it has none.
        runs_backwards: whether ``step`` is right as it stands for dt < 0, with increments of variance |dt|. Other schemes
            are given the equation in the time -t instead, `evolaw.sde.processes.process.time_reversed`.
    """

    @property
    def name(self) -> str: ...
    @property
    def needs(self) -> str: ...
    @property
    def noise_kinds(self) -> tuple[str, ...]: ...
    @property
    def calculus(self) -> str | None: ...
    @property
    def strong_order(self) -> float | Mapping[str, float] | None: ...
    @property
    def weak_order(self) -> float | Mapping[str, float] | None: ...
    @property
    def runs_backwards(self) -> bool: ...

    def start(self, process: SDE, t: Any, x: Any) -> Any:
        """Return the memory before the first step."""

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return the state at t + dt and the new memory."""

    def refuses(self, process: SDE) -> str | None:
        """Return a sentence that names a fitting scheme when this one is not for ``process``; None when it is."""


class OneStep:
    """What schemes without memory share: an empty memory, and the refusal of processes they are not for.

    Attributes:
        calculus: see `Scheme`; additive noise means the same in both calculi and is never refused for it.
        trusts_kind: whether the step takes a shortcut that is wrong when the declared noise kind is; the promise is then
            tested at probe points before the scheme is accepted.
    """

    name: ClassVar[str]
    noise_kinds: ClassVar[tuple[str, ...]] = NOISE_KINDS
    calculus: ClassVar[str | None] = "ito"
    trusts_kind: ClassVar[bool] = True
    runs_backwards: ClassVar[bool] = False

    def start(self, process: SDE, t: Any, x: Any) -> Any:
        """Return None: the method remembers nothing."""
        return None

    def refuses(self, process: SDE) -> str | None:
        """Return why this scheme is not for ``process`` and which one is; None when it is."""
        kind = noise_kind(process)
        fitting = _FITTING[process.calculus, kind]
        if kind not in self.noise_kinds and "none" in (kind, *self.noise_kinds):
            theirs = "without noise" if self.noise_kinds == ("none",) else "with noise"
            return f"{self.name} solves equations {theirs} and the noise of this one is {kind}; use {fitting}."
        if self.calculus not in (None, process.calculus) and kind not in ("additive", "none"):
            solved, given = _CALCULUS[str(self.calculus)], _CALCULUS[process.calculus]
            return f"{self.name} solves {solved} equations and the calculus of this one is {given}; use {fitting}, or convert it with ito."
        if kind not in self.noise_kinds:
            return f"{self.name} is for {_listed(self.noise_kinds)} noise and this process has {kind} noise; use {fitting}."
        broken = broken_promise(process) if self.trusts_kind else None
        return broken and f"{broken} Declare it general, and use {_FITTING[process.calculus, 'general']}."


def own_columns(process: SDE, t: Any, stages: Any) -> Any:
    """Return g^k(t, stage k) for stages of shape (dim, noises), one a column, as columns of the same shape."""
    at = matrices_at(process, t, stages)
    return jnp.stack([at[k, :, k] for k in range(stages.shape[1])], axis=1)


def matrices_at(process: SDE, t: Any, stages: Any) -> Any:
    """Return G(t, stage l) for stages of shape (dim, noises), one a column: shape (noises, dim, noises)."""
    if stages.shape[1] <= _FEW_NOISES:
        # Written out: on many paths each matrix is one pass, and columns that nobody asks for are not computed.
        return jnp.stack([process.matrix(t, stages[:, l]) for l in range(stages.shape[1])])
    return jax.vmap(lambda stage: process.matrix(t, stage))(stages.T)


_FEW_NOISES = 4
_CALCULUS = {"ito": "Itô", "stratonovich": "Stratonovich"}
_FITTING = {
    ("ito", "none"): "RungeKutta4",
    ("stratonovich", "none"): "RungeKutta4",
    ("ito", "additive"): "SRA1",
    ("ito", "scalar"): "SRI1W1",
    ("ito", "diagonal"): "SRI1W1",
    ("ito", "commutative"): "Milstein",
    ("ito", "general"): "LevyMilstein for paths or DRI1 for averages",
    ("stratonovich", "additive"): "SRA1",
    ("stratonovich", "scalar"): "StochasticHeun",
    ("stratonovich", "diagonal"): "StochasticHeun",
    ("stratonovich", "commutative"): "StochasticHeun",
    ("stratonovich", "general"): "LevyMilstein for paths or RS2 for averages",
}


def _listed(words: tuple[str, ...]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


@dataclass(frozen=True)
class EulerMaruyama(OneStep):
    """Euler–Maruyama:  x(t+h) = x + f(t, x) h + G(t, x) dW.

    Notes:
        Itô. Strong order 0.5, 1.0 for additive noise; weak order 1. Takes dt < 0 as it stands. One drift and one diffusion
        call a step. Moments may
        explode when the drift grows faster than linearly; use `TamedEuler` or `DriftImplicitEuler` then.

    References:
        maruyama1955; kloeden1992, section 10.2.

    Example:
        >>> import numpy as np
        >>> growth = SDE(lambda t, x, p: x, lambda t, x, p: 2.0 * x, noise="scalar")
        >>> EulerMaruyama().step(growth, 0.0, np.ones(1), 0.5, Noise(np.array([0.25])), None)[0].tolist()
        [2.0]
    """

    name: ClassVar[str] = "Euler–Maruyama"
    runs_backwards: ClassVar[bool] = True
    needs: ClassVar[NoiseRequest] = NoiseRequest.INCREMENTS
    trusts_kind: ClassVar[bool] = False
    strong_order: ClassVar[Mapping[str, float]] = {kind: 1.0 if kind == "additive" else 0.5 for kind in NOISE_KINDS}
    weak_order: ClassVar[float] = 1.0

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return x + f h + G dW."""
        # The noise comes first: what a step waits for from the one before is then the drift alone, and one sum less.
        return x + process.diffuse(t, x, noise.dW) + process.drift_at(t, x) * dt, memory


@dataclass(frozen=True)
class StochasticHeun(OneStep):
    """Heun's method for Stratonovich equations, the trapezoidal rule in drift and diffusion.

        y      = x + f(t, x) h + G(t, x) dW
        x(t+h) = x + (f(t, x) + f(t+h, y)) h/2 + (G(t, x) + G(t+h, y)) dW/2

    Notes:
        Stratonovich: for state-dependent noise the limit is the Stratonovich solution, whatever the equation was meant
        to be, so an Itô process is refused. Strong order 1 for additive, scalar, diagonal and commutative noise, 0.5 for
        general noise; weak order 1, 2 for additive noise. Two drift and two diffusion calls a step.

    References:
        ruemelin1982; kloeden1992, section 11.1.

    Example:
        >>> import numpy as np
        >>> growth = SDE(0.0, lambda t, x, p: x, noise="scalar", calculus="stratonovich")
        >>> StochasticHeun().step(growth, 0.0, np.ones(1), 0.5, Noise(np.array([0.25])), None)[0].tolist()
        [1.28125]
    """

    name: ClassVar[str] = "stochastic Heun"
    runs_backwards: ClassVar[bool] = True
    needs: ClassVar[NoiseRequest] = NoiseRequest.INCREMENTS
    calculus: ClassVar[str] = "stratonovich"
    trusts_kind: ClassVar[bool] = False
    strong_order: ClassVar[Mapping[str, float]] = {kind: 0.5 if kind == "general" else 1.0 for kind in NOISE_KINDS}
    weak_order: ClassVar[Mapping[str, float]] = {kind: 2.0 if kind == "additive" else 1.0 for kind in NOISE_KINDS}

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return the trapezoidal step."""
        drift, push = process.drift_at(t, x), process.diffuse(t, x, noise.dW)
        y = x + drift * dt + push
        drift_there, push_there = process.drift_at(t + dt, y), process.diffuse(t + dt, y, noise.dW)
        return x + (drift + drift_there) * dt / 2 + (push + push_there) / 2, memory
