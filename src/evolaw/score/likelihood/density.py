"""Log-likelihoods by the probability flow, with what their error is made of.

    log p_ε(x) = log π(x_T) + ∫_ε^T (r d - ½ g² ∇·score) dt

The divergence is exact (the target's own, or d Jacobian products) or Hutchinson and Skilling's, ∇·score ≈ vᵀ (∂score) v for probes v with
E v vᵀ = I, and several of them: their spread is the standard error. Every step of a path has probes of its own. What lies beside the diagonal of ∂score agrees in
sign for long stretches of the path: a probe kept all along adds it up, one that is new in each step averages over it. On images the variance is a fifth, at
seven calls a step for six. So that no step is chosen by the luck of its probes, which would bias the mean, steps are held to the error of the state and
of what that does to log p alone; the error of the integral is reported.

Error budget, in nats, each for every state:

    probes      standard error of the mean over probes, widened to the t-distribution so that 2 errors mean 95 %
    tolerance   the integrator's own: sum over its steps of |δ_ℓ + score·δ_x|, δ the local errors of integral and state
    offset      |(1 - a)(d + x·score) + ½ s² (∇·score + ‖score‖²)| at ε, what lies between log p_ε and log p_0, to first order
    prior       log π(x_T) - log p_T(x_T) where the target knows p_T; else not known, and not counted
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.stats import t as student

from evolaw import checks, display, randomness
from evolaw.arrays import WIDE, precise
from evolaw.errors import NotConverged
from evolaw.randomness import threefry2x32
from evolaw.score.likelihood.bits import bits_per_dim
from evolaw.score.likelihood.flow import least_time
from evolaw.score.noising.linear import Noising
from evolaw.score.samplers.backward import Backward, probability_flow, shape_of
from evolaw.score.samplers.priors import addressed_normals, prior_of
from evolaw.sde.loop.adaptive import adaptive
from evolaw.sde.loop.flows import in_blocks
from evolaw.sde.noise.variates import normal_pair
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["LogLikelihood", "log_likelihood"]

_EXACT_UP_TO = 64
_NUMBERS = 65_536


@dataclass(frozen=True, eq=False, repr=False)
class LogLikelihood:
    """Log-likelihoods in nats, with their error.

    Attributes:
        values: log p_ε of each state, shape (count,).
        error: its standard error, all parts of the budget together.
        probes, tolerance, offset, prior: the parts, each of shape (count,); ``prior`` None where it is not known.
        latents: where the flow brought the states, shape (count, *shape).
        steps: steps of each state; seven calls of the score and its divergence in each.
        dim: numbers in a state.
        method: "exact" or "hutchinson".
    """

    values: np.ndarray
    error: np.ndarray
    probes: np.ndarray
    tolerance: np.ndarray
    offset: np.ndarray
    prior: np.ndarray | None
    latents: np.ndarray
    steps: np.ndarray
    dim: int
    method: str

    def bits_per_dim(self, levels: int, *, low: float = -1.0, high: float = 1.0) -> np.ndarray:
        """Return bits per dimension of levels that fill [low, high], shape (count,); see `evolaw.score.likelihood.bits`."""
        return bits_per_dim(self.values, self.dim, levels, low=low, high=high)

    def __repr__(self) -> str:
        count = len(self.values)
        spread = f" ± {self.values.std(ddof=1) / math.sqrt(count):.3g}" if count > 1 else ""
        budget = {"probes": self.probes, "tolerance": self.tolerance, "offset": self.offset, "prior": self.prior}
        said = [f"{name} {np.abs(part).mean():.1e}" for name, part in budget.items() if part is not None]
        facts = [
            ("mean", f"{self.values.mean():.6g}{spread} nats over {count} states"),
            ("error", f"{self.error.mean():.1e} each: {', '.join(said)}"),
            ("divergence", self.method),
        ]
        return display.lines("LogLikelihood", facts)


@told
def log_likelihood(
    target: Any,
    noising: Noising,
    x: Any,
    *,
    rng: Any = None,
    divergence: str = "auto",
    probes: int = 8,
    directions: str = "rademacher",
    rtol: float = 1e-5,
    atol: float = 1e-5,
    least: float | None = None,
    prior: Any = "corrected",
    shape: Any = None,
    precision: str = "float64",
) -> LogLikelihood:
    """Return log p(x) of states under the probability flow of a score.

    Args:
        target: any object with ``score(x, t, noising)``.
        noising: the noising.
        x: states, shape (count, *shape), or a `Trajectory` whose final states are meant.
        rng: seed or source of the probes; needed for "hutchinson" alone.
        divergence: "exact", "hutchinson", or "auto": exact where the target knows its divergence or has up to 64 numbers.
        probes: probes a state.
        directions: "rademacher" or "gaussian" probes.
        rtol, atol: tolerances of a step.
        least: ε, the time that stands for the data; 1e-5 T by default.
        prior: as of `evolaw.score.sample`.
        shape: of a state; None asks the target.
        precision: "float64" or "float32".

    Raises:
        NotConverged: the integrator did not arrive for some states.

    Notes:
        Each state has steps of its own and probes addressed by its number: results do not depend on the batch.

    References:
        song2021, section 4.3 and appendix D.2; hutchinson1990; skilling1989.

    Example:
        >>> from evolaw.score.exact.mixture import GaussianMixture
        >>> from evolaw.score.noising.song import VP
        >>> two = GaussianMixture([[-1.0], [1.0]], 0.04)
        >>> found = log_likelihood(two, VP(), [[0.9], [0.0]])
        >>> bool((abs(found.values - two.log_density([[0.9], [0.0]])) < 2 * found.error).all())  # some seconds
        True
    """
    found = shape_of(target, shape)
    x = checks.finite(checks.shape(x.final if isinstance(x, Trajectory) else x, "x", ("count", *found)), "x")
    checks.require(len(x) > 0, "x", "hold at least one state", "empty")
    dim, count = math.prod(found), len(x)
    begin = least_time(noising, least)
    checks.one_of(divergence, "divergence", ("auto", "exact", "hutchinson"))
    checks.one_of(directions, "directions", ("rademacher", "gaussian"))
    if divergence == "auto":
        divergence = "exact" if hasattr(target, "divergence") or dim <= _EXACT_UP_TO else "hutchinson"
    process = probability_flow(noising, target, shape=found)
    backward: Backward = process.drift  # type: ignore[assignment]
    with precise(precision) as dtype:
        flat = x.reshape(count, dim).astype(dtype)
        directed, key = np.zeros((count, 0, dim), dtype), np.zeros(2, np.uint32)
        if divergence == "hutchinson":
            probes, seeded = checks.integer(probes, "probes", least=2), randomness.source(rng)
            directed = _probes(seeded, directions, count, probes, dim).astype(dtype)
            key = np.array(seeded.stream("probes of a step").key, np.uint32)
        numbers = (np.asarray(number, dtype) for number in (begin, noising.end, rtol, atol))
        lanes = max(16, _NUMBERS // (dim * max(1, directed.shape[1])))
        work = partial(_carry, backward, lanes, directions == "gaussian", process.params, *numbers, key)
        places = np.arange(count, dtype=np.uint32)
        latent, total, error, offset, steps, arrived = in_blocks(work, precision, flat, directed, places, lanes=lanes)
    if not arrived.all():
        first = int(np.argmin(arrived))
        raise NotConverged(
            f"The flow did not arrive for {int((~arrived).sum())} of {count} states; the first is number {first}, after "
            f"{steps[first]} steps. Try larger tolerances or a larger `least`.",
            None,
        )
    mean, spread = prior_of(target, noising, found, prior)
    logs = _normal(latent.astype(float), mean, spread)
    values = logs + total.mean(1)
    scatter = np.zeros(count)
    if divergence == "hutchinson":
        widened = float(student.ppf(0.97725, probes - 1)) / 2
        scatter = widened * total.std(1, ddof=1) / math.sqrt(probes)
    mismatch = None
    if hasattr(target, "log_density"):
        there = latent.reshape(x.shape).astype(float)
        mismatch = logs - np.asarray(target.log_density(there, noising.end, noising))
    parts = [scatter, error.mean(1), offset, np.zeros(count) if mismatch is None else mismatch]
    return LogLikelihood(
        values=values,
        error=np.sqrt(sum(part**2 for part in parts)),
        probes=scatter,
        tolerance=parts[1],
        offset=parts[2],
        prior=mismatch,
        latents=latent.reshape(x.shape),
        steps=steps,
        dim=dim,
        method=divergence,
    )


@partial(jax.jit, static_argnums=(0, 1, 2), compiler_options=WIDE)
def _carry(
    backward: Backward,
    lanes: int,
    is_normal: bool,
    arrays: Any,
    begin: Any,
    end: Any,
    rtol: Any,
    atol: Any,
    key: Any,
    count: Any,
    x: Any,
    directed: Any,
    places: Any,
) -> Any:
    """Follow states and the integral along each probe; the divergence is exact where there are no probes."""
    dim, noising, probes = x.shape[1], backward.noising, directed.shape[1]
    own = (directed, places)

    def slope(t: Any, y: Any, own: Any) -> Any:
        value, traces = _score_and_traces(backward, arrays, t, y[:dim], own[0])
        half = noising.squared_diffusion(t) / 2
        return jnp.concatenate([noising.rate(t) * y[:dim] - half * value, noising.rate(t) * dim - half * traces])

    def nats(t: Any, y: Any, rate: Any, delta: Any) -> Any:
        """What an error δ of state and integral does to the outcome: δ_ℓ + score·δ_x, as the flow past it is exact; then its last part alone."""
        value = 2 * (noising.rate(t) * y[:dim] - rate[:dim]) / noising.squared_diffusion(t)
        moved = value @ delta[:dim]
        return jnp.concatenate([delta[dim:] + moved, moved[None]])

    def missed(x: Any, own: Any) -> Any:
        """The data are noised to ε: x0 -> a x0 + s z changes log p by this, to first order."""
        value, traces = _score_and_traces(backward, arrays, begin, x, own[0])
        lost, blur = -jnp.expm1(noising.log_scale(begin)), noising.std(begin) ** 2 / 2
        return jnp.abs(lost * (dim + x @ value) + blur * (traces.mean() + value @ value))

    start = jnp.concatenate([x, jnp.zeros((len(x), max(1, directed.shape[1])), x.dtype)], axis=1)
    chosen: dict[str, Any] = {"held": slice(1)}
    if probes:
        chosen = {"held": slice(probes, None), "led": dim, "renew": partial(_renewed, key, is_normal)}
    ended = adaptive(
        slope, start, begin, end, rtol=rtol, atol=atol, own=own, measure=nats, lanes=lanes, count=count, **chosen
    )
    offset = jax.lax.map(lambda one: missed(*one), (x, own), batch_size=min(lanes, len(x)))
    return ended.y[:, :dim], ended.y[:, dim:], ended.error[:, :-1], offset, ended.steps, ended.arrived


def _score_and_traces(backward: Backward, arrays: Any, t: Any, x: Any, directed: Any) -> tuple[Any, Any]:
    """The score, and vᵀ(∂score)v for each probe, or the divergence itself, shape (1,)."""

    def score(x: Any) -> Any:
        return backward.score(t, x, arrays)

    if directed.shape[0]:
        value, push = jax.linearize(score, x)
        # Probes of a network one after the other, each for all states at once: with both mapped XLA (0.10, CPU) reads memory that nobody
        # wrote (8 probes of 8 digits, a network with classes), and no step is ever kept.
        every = jax.lax.map if backward.batched else _mapped
        return value, every(lambda v: v @ push(v), directed)
    target = backward.frame.join(arrays)
    if hasattr(target, "divergence"):
        exact = jnp.asarray(target.divergence(x.reshape(1, *backward.shape), t, backward.noising))
        return score(x), exact.reshape(1).astype(x.dtype)
    value, push = jax.linearize(score, x)
    return value, jnp.trace(jax.vmap(push)(jnp.eye(x.shape[0], dtype=x.dtype))).reshape(1)


def _mapped(function: Callable[[Any], Any], rows: Any) -> Any:
    return jax.vmap(function)(rows)


def _probes(source: randomness.Source, directions: str, count: int, probes: int, dim: int) -> np.ndarray:
    stream = source.stream("probes")
    z = addressed_normals(stream, 0, count, probes * dim).reshape(count, probes, dim)
    return z if directions == "gaussian" else np.where(z < 0, -1.0, 1.0)


def _renewed(key: Any, is_normal: bool, own: Any, kept: Any) -> Any:
    """Probes of the next step, addressed by the number of the path and of its step; arrays with the paths last."""
    directed, places = own
    size, kind = directed.shape[0] * directed.shape[1], directed.dtype
    pairs = -(-size // (2 if is_normal else 64))
    counters = kept.astype(jnp.uint32) * jnp.uint32(pairs) + jnp.arange(pairs, dtype=jnp.uint32)[:, None]
    words = threefry2x32(key[0], key[1], places[None], counters)
    if is_normal:
        drawn = jnp.concatenate(normal_pair(*words, kind))
    else:
        bits = (jnp.concatenate(words)[:, None] >> jnp.arange(32, dtype=jnp.uint32)[:, None]) & jnp.uint32(1)
        drawn = 1 - 2 * bits.reshape(64 * pairs, -1).astype(kind)
    return drawn[:size].reshape(directed.shape), places


def _normal(x: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """log N(x; mean, spread) of rows."""
    apart = x - mean
    if spread.ndim == 2:
        root = np.linalg.cholesky(spread)
        z = np.linalg.solve(root, apart.T).T
        logs = 2 * np.log(np.diag(root)).sum()
    else:
        variances = np.broadcast_to(spread, mean.shape)
        z, logs = apart / np.sqrt(variances), np.log(variances).sum()
    return np.asarray(-(z**2).sum(1) / 2 - logs / 2 - x.shape[1] / 2 * math.log(2 * math.pi))
