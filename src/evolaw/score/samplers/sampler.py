"""Draw samples: the prior, the one loop backwards in time, and the last step."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.arrays import memory_limit, precise, require_memory
from evolaw.score.noising.linear import Noising
from evolaw.score.noising.time_grids import time_grid
from evolaw.score.samplers.adaptive_flow import AdaptiveFlow
from evolaw.score.samplers.backward import Backward, reverse, shape_of
from evolaw.score.samplers.last_step import LAST_STEPS, finished
from evolaw.score.samplers.priors import addressed_normals, prior_of, prior_states
from evolaw.sde.loop.flows import solve_flow
from evolaw.sde.loop.solver import solve
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.scheme import Scheme
from evolaw.storage.runs import AlreadyFinished
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["process_for", "sample"]

_AXES = {1: ("dim",), 2: ("rows", "cols"), 3: ("channels", "rows", "cols")}


def process_for(noising: Noising, target: Any, scheme: Any, *, eta: float = 1.0, shape: Any = None) -> SDE:
    """Return the reverse-time process that a scheme steps: the flow for one without noise, else the SDE with its draws.

    Example:
        >>> from evolaw.score.exact.normal import Gaussian
        >>> from evolaw.score.noising.song import VP
        >>> from evolaw.score.samplers.chains import DDIM
        >>> process_for(VP(), Gaussian(np.zeros(2), 1.0), DDIM()).noise
        'none'
    """
    draws = getattr(scheme, "draws", 0 if scheme.needs == "none" else 1)
    return reverse(noising, target, eta if draws else 0.0, shape=shape, draws=draws)


@told
def sample(
    target: Any,
    noising: Noising,
    scheme: Scheme | AdaptiveFlow,
    *,
    count: int,
    steps: int | None = None,
    rng: Any,
    spacing: Any = None,
    last: str = "tweedie",
    prior: Any = "corrected",
    start: Any = None,
    eta: float = 1.0,
    keep: int = 2,
    shape: Any = None,
    precision: str = "float64",
    chunk: int | str = "auto",
    progress: Callable[[int, int], None] | None = None,
    out: str | Path | None = None,
    first: int = 0,
) -> Trajectory:
    """Sample from a score: noise at T, ``steps`` steps down to the least time, and a last step to the data.

    Args:
        target: any object with ``score(x, t, noising)``: an exact one, or a network's.
        noising: the noising whose score it is.
        scheme: a sampler of `evolaw.score`, or any scheme of `evolaw.sde` for additive noise or none.
        count: number of samples.
        steps: number of steps; the score is called ``scheme.calls`` times in each, and once more by the last step. None for
            `AdaptiveFlow`, which takes as many as it needs.
        rng: seed or source of chance. Sample number i depends on the seed and on i alone.
        spacing: "uniform", "log_snr", "karras", "quadratic", "spectral" (for exact distributions) or falling times, which may begin
            before T; None for what the scheme likes.
        last: "tweedie", "sampled" or "none", see `evolaw.score.samplers.last_step`.
        prior: "corrected" starts with the moments of the noised data where the target says its ``mean`` and ``covariance``;
            "plain" with N(0, σ² I); or (mean, covariance).
        start: states at T instead of the prior's, shape (count, *shape): latent codes.
        eta: η of the reverse SDE for schemes that integrate it, such as `evolaw.sde.EulerMaruyama`; the samplers of this
            package are discretisations of η = 1 or have an η of their own.
        keep: states kept of each sample, the start and the result among them; evenly spread over the steps.
        shape: of a state; None asks the target.
        precision: "float64" or "float32" for states and noise.
        chunk: samples that run together; it does not change results.
        progress: called with (samples done, samples in all).
        out: a run directory in which the loop keeps its chunks, the states before the last step; the same call continues an
            interrupted run, and makes the last step of one that is finished.
        first: number of the first sample.

    Returns:
        A `Trajectory` of falling times with axes ("paths", "times", …); ``final`` is the samples, shape (count, *shape).

    Raises:
        ArgumentError: the scheme does not fit, or an argument is impossible.
        NumericalError: some samples did not stay finite.

    Example:
        >>> from evolaw.score.exact.mixture import GaussianMixture
        >>> from evolaw.score.noising.song import VP
        >>> from evolaw.score.samplers.multistep import DPMSolver
        >>> two = GaussianMixture([[-1.0], [1.0]], 0.01)
        >>> x = sample(two, VP(), DPMSolver(), count=100, steps=20, rng=0)
        >>> x.final.shape, bool((abs(abs(x.final) - 1) < 0.5).all())
        ((100, 1), True)
    """
    count = checks.integer(count, "count", least=1, most=2**32 - 2)
    first = checks.integer(first, "first", least=0, most=2**32 - 2 - count)
    keep = checks.integer(keep, "keep", least=2)
    checks.one_of(last, "last", LAST_STEPS)
    source = randomness.source(rng)
    found = shape_of(target, shape)
    dim = math.prod(found)
    spacing = getattr(scheme, "spacing", "uniform") if spacing is None else spacing
    steps = _steps(scheme, steps, keep)
    # Exact distributions work theirs out when asked.
    variances = getattr(target, "variances", None) if isinstance(spacing, str) and spacing == "spectral" else None
    times = time_grid(noising, steps, spacing, variances=variances)
    require_memory("count", 8.0 * count * keep * dim, memory_limit(), "Draw fewer samples at a time, with first=.")
    process = process_for(noising, target, scheme, eta=eta, shape=found)
    backward: Backward = process.drift  # type: ignore[assignment]
    with precise(precision) as dtype:
        if start is None:
            begin = prior_states(
                prior_of(target, noising, found, prior, float(times[0])), source.stream("prior"), first, count
            )
        else:
            begin = checks.finite(checks.shape(start, "start", (count, *found)), "start").reshape(count, dim)
        kept = _kept(steps, keep if last == "none" else keep - 1)
        mesh = {"steps": steps} if spacing == "uniform" and kept.size == 2 else {"grid": times}
        if isinstance(scheme, AdaptiveFlow):
            path = solve_flow(process, begin, times[kept], rtol=scheme.rtol, atol=scheme.atol, precision=precision)
        else:
            try:
                path = solve(
                    process,
                    scheme,
                    begin,
                    times[kept],
                    paths=count,
                    rng=source,
                    precision=precision,
                    chunk=chunk,
                    progress=progress,
                    out=out,
                    first_path=first,
                    **mesh,
                )
            except AlreadyFinished:
                # The very same call, and all its chunks are kept: what is missing is the last step.
                path = Trajectory.load(str(out))
        values, when = np.asarray(path.values), times[kept]
        if last != "none":
            z = addressed_normals(source.stream("last"), first, count, dim).astype(dtype) if last == "sampled" else None
            final = finished(backward, process.params, values[:, -1], float(times[-1]), last, z)
            whole = np.concatenate([values, final[:, None]], axis=1)
            # The state at the least time is kept only where it was asked for.
            places = np.r_[0:1, len(when)] if keep == 2 else np.arange(len(when) + 1)
            values, when = whole[:, places], np.append(when, 0.0)[places]
    facts = dict(path.about) | {"last": last, "steps": steps, "spacing": spacing if isinstance(spacing, str) else "own"}
    axes = _AXES.get(len(found)) or tuple(f"axis_{k}" for k in range(len(found)))
    return Trajectory(
        values.reshape(count, len(when), *found),
        when,
        ("paths", "times", *axes),
        law=process,
        scheme=scheme,
        seed=source.seed,
        about=facts,
    )


def _kept(steps: int, count: int) -> np.ndarray:
    """The numbers of ``count`` steps, the first and the last among them and at least these, evenly spread."""
    if count <= 2:
        return np.array([0, steps])
    return np.unique(np.linspace(0, steps, count).round().astype(int))


def _steps(scheme: Any, steps: int | None, keep: int) -> int:
    if isinstance(scheme, AdaptiveFlow):
        checks.require(steps is None, "steps", "be left out for AdaptiveFlow, which takes as many as it needs", steps)
        return max(1, keep - 1)
    if steps is None:
        raise checks.refuse("steps", f"be given for {scheme.name}", steps, "Pass steps=100.")
    return checks.integer(steps, "steps", least=1)
