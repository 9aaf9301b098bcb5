"""The reverse-time processes of a noising and a score; time runs down, dt < 0.

    reverse            dx = [r x - ½(1 + η²) g² score] dt + η g dw̄
    probability flow   dx = [r x - ½ g² score] dt

With τ = T - t rising instead, the drift changes its sign: dx = [-r x + ½(1 + η²) g² score] dτ + η g dw. The loop solves on falling
times, so that nothing here is written twice.

A score that says ``batched = True``, as a learned one does, is called once a step with all states that run together: a network multiplies
matrices then and is never traced number by number. Other scores are written out for one state, which makes exact ones many times faster.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax.numpy as jnp

from evolaw import checks
from evolaw.score.exact.carried import Carried
from evolaw.score.noising.linear import Noising
from evolaw.sde.processes.batches import on_batches
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = ["Backward", "backward_of", "narrowed", "probability_flow", "reverse", "shape_of"]


@dataclass(frozen=True)
class Backward:
    """The drift of a reverse-time process, which also says what schemes ask of it.

    Attributes:
        noising: says a, s, r, g.
        frame: the score without its arrays, which are the process's parameters.
        shape: of a state.
        eta: η, the size of the noise relative to the reverse SDE's.
        silent_below: a step that ends at this time or below adds no noise where a scheme asks `loudness`.
        batched: the score is to see many states at once.
    """

    noising: Noising
    frame: Carried
    shape: tuple[int, ...]
    eta: float
    silent_below: float = 0.0
    batched: bool = False

    def __call__(self, t: Any, x: Any, p: Any) -> Any:
        """Return r x - ½(1 + η²) g² score, at one raveled state or at many."""
        half = (1 + self.eta**2) / 2
        value = self._scores(t, x, p) if x.ndim == 2 else self.score(t, x, p)
        return self.noising.rate(t) * x - half * self.noising.squared_diffusion(t) * value

    def score(self, t: Any, x: Any, p: Any) -> Any:
        """Return the score at one raveled state, shape (dim,)."""
        return on_batches(self._scores, t, x, p) if self.batched else self._scores(t, x[None], p)[0]

    def denoised(self, t: Any, x: Any, p: Any) -> Any:
        """Return D = E[x0 | x(t) = x] = (x + s² score)/a, or what the target itself calls ``denoised``; shape (dim,)."""
        return on_batches(self._data, t, x, p) if self.batched else self._data(t, x[None], p)[0]

    def _scores(self, t: Any, x: Any, p: Any) -> Any:
        """The score at raveled states, shape (count, dim)."""
        value = jnp.asarray(self.frame.join(p).score(x.reshape(-1, *self.shape), t, self.noising))
        if value.size != x.size:
            raise checks.refuse(
                "target",
                f"have a score of the states' shape {self.shape}",
                f"one whose score has shape {value.shape[1:]}",
            )
        return value.reshape(x.shape).astype(x.dtype)

    def _data(self, t: Any, x: Any, p: Any) -> Any:
        target = self.frame.join(p)
        if hasattr(target, "denoised"):
            data = jnp.asarray(target.denoised(x.reshape(-1, *self.shape), t, self.noising))
            return data.reshape(x.shape).astype(x.dtype)
        return (x + self.noising.std(t) ** 2 * self._scores(t, x, p)) / self.noising.scale(t)

    def loudness(self, t: Any, dt: Any) -> Any:
        """Return 0 for a step that is to add no noise, else 1."""
        if not self.silent_below:
            return 1.0
        return jnp.where(t + dt < self.silent_below + jnp.abs(dt) / 2, 0.0, 1.0)


def shape_of(target: Any, shape: Any = None) -> tuple[int, ...]:
    """Return the shape of a state: what is given, or what the target says."""
    found = getattr(target, "shape", None) if shape is None else shape
    if found is None:
        raise checks.refuse("shape", "be given for a target that does not say it", shape, "Pass shape=(2,).")
    return tuple(checks.integer(size, "shape", least=1) for size in ((found,) if isinstance(found, int) else found))


@told
def reverse(
    noising: Noising,
    score: Any,
    eta: float = 1.0,
    *,
    shape: Any = None,
    draws: int = 1,
    silent_below: float = 0.0,
) -> SDE:
    """Return the reverse-time SDE  dx = [r x - ½(1 + η²) g² score] dt + η g dw̄,  for falling times.

    Args:
        noising: the noising.
        score: any object with ``score(x, t, noising)`` for x of shape (count, *shape); see the module for ``batched``.
        eta: η; 1 is Anderson's reverse SDE, 0 the probability-flow ODE (then without noise).
        shape: of a state; None asks the score.
        draws: noises for each component of the state. Only the first moves the process; schemes that make several moves a step
            use the others.
        silent_below: see `Backward`.

    Returns:
        A process of dim = number of numbers in a state, raveled in C order.

    References:
        anderson1982; song2021, equation 6; for η, karras2022, equation 6.

    Example:
        >>> import numpy as np
        >>> from evolaw.score.exact.normal import Gaussian
        >>> from evolaw.score.noising.song import VP
        >>> back = reverse(VP(), Gaussian(np.zeros(2), 1.0))
        >>> back.drift_at(1.0, np.ones(2)).tolist()  # -β/2 + β with β = 20
        [10.0, 10.0]
    """
    eta = checks.number(eta, "eta", least=0.0)
    found = shape_of(score, shape)
    frame, arrays = Carried.of(score)
    batched = bool(getattr(score, "batched", False))
    drift = Backward(noising, frame, found, eta, float(silent_below), batched)
    dim = 1
    for size in found:
        dim *= size
    name = f"reverse of {type(noising).__name__}" if eta else f"probability flow of {type(noising).__name__}"
    if not eta and draws == 0:
        return SDE(drift, None, dim=dim, noise="none", params=arrays, name=name, batched=batched)
    options: dict[str, Any] = {"dim": dim, "noise": "additive", "params": arrays, "name": name, "batched": batched}
    if draws == 1:
        return SDE(drift, _Loudness(drift), **options)
    return SDE(drift, _Spread(drift, draws), noises=draws * dim, **options)


@told
def probability_flow(noising: Noising, score: Any, *, shape: Any = None) -> SDE:
    """Return the probability-flow ODE  dx = [r x - ½ g² score] dt,  whose marginals are those of the noising.

    References:
        song2021, equation 13.

    Example:
        >>> import numpy as np
        >>> from evolaw.score.exact.normal import Gaussian
        >>> from evolaw.score.noising.song import VP
        >>> probability_flow(VP(), Gaussian(np.zeros(2), 1.0)).drift_at(1.0, np.ones(2)).tolist()  # N(0, I) stands still
        [0.0, 0.0]
    """
    return reverse(noising, score, 0.0, shape=shape, draws=0)


def backward_of(process: SDE) -> Backward | None:
    """Return the drift of a reverse-time process, None for any other."""
    return process.drift if isinstance(process.drift, Backward) else None


def narrowed(process: SDE) -> SDE:
    """Return a reverse-time process with one noise for each component, whatever its ``draws``."""
    if process.noises in (0, process.dim):
        return process
    return replace(process, diffusion=_Loudness(process.drift), noises=process.dim, noise="additive")  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Loudness:
    backward: Backward

    def __call__(self, t: Any, x: Any, p: Any) -> Any:
        return self.backward.eta * self.backward.noising.diffusion(t)


@dataclass(frozen=True)
class _Spread:
    """η g (I, 0, 0, …): the noises beyond the first move nothing."""

    backward: Backward
    draws: int

    def __call__(self, t: Any, x: Any, p: Any) -> Any:
        size = self.backward.eta * self.backward.noising.diffusion(t)
        dim = x.shape[0]
        return size * jnp.eye(dim, self.draws * dim, dtype=x.dtype)
