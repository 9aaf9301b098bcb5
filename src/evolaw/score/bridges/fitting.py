"""Schrödinger bridges learned from samples of their two ends.

**Proportional fitting** (IPF, DSB; debortoli2021). Paths are simulated by the last process; the next one, in the other direction, is their
time reversal, by regression of the mean-matching target

    x_k+1 + F_k(x_k) - F_k(x_k+1),     F_k(x) = x + h b(t_k, x)

and starts from the other marginal. The first process is the reference σ dw.

**Markovian fitting** (IMF, DSBM; shi2023; peluchetti2023). Ends of the last process's paths are joined by Brownian bridges, and the drift is
regressed on them, forward and backward in turn:

    forward  (x1 - x_t)/(1 - t) = x1 - x0 - σ √(t/(1-t)) z          backward  (x_t - x0)/t = x1 - x0 + σ √((1-t)/t) z
    x_t = (1-t) x0 + t x1 + σ √(t(1-t)) z

with z integrated out (`evolaw.score.bridges.moments`).

**[SF]²M** (tong2024). Ends are coupled by the entropic plan of minibatches, ε = 2σ², once; flow u and score s have the targets

    u: (1-2t)/(2t(1-t)) (x_t - μ_t) + x1 - x0          s: -z/(σ √(t(1-t)))          μ_t = (1-t) x0 + t x1

and the drifts are u + ½σ² s and u - ½σ² s, whose targets are those of Markovian fitting.

**The noise of a step.** Given its state at t, a bridge has at t + h the mean x + h b and, for each number of a state, the variance

    σ² h (1 - h/(1-t)) + h² Var((x1 - x)/(1-t) | x)

(backward, 1 - t becomes t). Steps are given this one, its second part averaged over states, and not σ² h: what K of them make of a Gaussian is then exact at
the times of the grid, where plain Euler–Maruyama steps leave a variance that is high by 1/2K. Proportional fitting takes what its regressions leave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.score.bridges.features import Features, affine_features
from evolaw.score.bridges.moments import Moments, bridge_moments, moments
from evolaw.score.bridges.regression import drift_process, folds, regress
from evolaw.score.bridges.sinkhorn import sinkhorn
from evolaw.sde.loop.solver import solve
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.scheme import EulerMaruyama
from evolaw.told import told

__all__ = ["METHODS", "FittedBridge", "fit_bridge"]

METHODS = ("imf", "ipf", "sf2m")
_DRAWS = 4
"""Pairs drawn of a plan, for each of its points."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class FittedBridge:
    """A bridge learned from samples.

    Attributes:
        forward, backward: processes from 0 to 1 and, for falling times, from 1 to 0; the size of their noise is that of the steps below, near σ.
        steps: steps of the grid they were learned on; simulate them with as many.
        sigma: σ.
        method: how it was learned.
    """

    forward: SDE
    backward: SDE
    steps: int
    sigma: float
    method: str

    def push(self, x: Any, *, rng: Any, backward: bool = False) -> np.ndarray:
        """Return where states go: from 0 to 1, or, backward, from 1 to 0; shape (count, d).

        Example:
            >>> draw = np.random.default_rng(0)
            >>> x0, x1 = draw.standard_normal((2, 500, 1)) + np.array([[[0.0]], [[3.0]]])
            >>> bridge = fit_bridge(x0, x1, 1.0, rounds=2, steps=8, rng=0)
            >>> bool(abs(bridge.push(x0, rng=1).mean() - 3) < 0.3)  # some seconds
            True
        """
        x = checks.shape(x, "x", ("count", self.forward.dim))
        return _simulated(self.backward if backward else self.forward, x, self.steps, rng, backward).final


@told
def fit_bridge(
    start: Any,
    end: Any,
    sigma: float,
    *,
    rng: Any,
    method: str = "imf",
    rounds: int = 10,
    steps: int = 40,
    features: Callable[[np.ndarray], Features] = affine_features,
    ridge: float | None = None,
    batch: int = 512,
    progress: Progress | None = None,
) -> FittedBridge:
    """Learn the Schrödinger bridge between two sets of samples.

    Args:
        start, end: samples of the marginals, each of shape (count, d).
        sigma: σ of the reference.
        rng: seed or source of chance.
        method: "imf", "ipf" or "sf2m"; see the module.
        rounds: fits forward and backward; "sf2m" needs none.
        steps: K, steps of the grid of times.
        features: from data to what drifts are regressed on; affine, which is exact for Gaussians, or
            ``lambda x: fourier_features(x, 300, rng=0)``.
        ridge: of the regressions, see `evolaw.score.bridges.regression`; None for the one that states not fitted to prefer.
        batch: of the plans of "sf2m".
        progress: called with (rounds done, rounds in all).

    Notes:
        Cost a round: two simulations of all samples and K regressions of each drift. The error of the grid is of order 1/K, and for
        Gaussians none.

    References:
        debortoli2021; shi2023, algorithm 1; tong2024, algorithm 2.
    """
    x0 = checks.finite(checks.shape(start, "start", ("count", "d")), "start").astype(float)
    x1 = checks.finite(checks.shape(end, "end", ("count", x0.shape[1])), "end").astype(float)
    sigma, method = checks.positive(sigma, "sigma"), checks.one_of(method, "method", METHODS)
    rounds, steps = checks.integer(rounds, "rounds", least=1), checks.integer(steps, "steps", least=2)
    source = randomness.source(rng)
    phi = features(np.concatenate([x0, x1]))
    task = _Task(x0, x1, sigma, steps, phi, ridge, source)
    if method == "sf2m":
        tables = task.simulation_free(checks.integer(batch, "batch", least=2))
    else:
        tables = (task.markovian if method == "imf" else task.proportional)(rounds, progress)
    forward, backward = (task.process(table, backward=back) for table, back in zip(tables, (False, True), strict=True))
    return FittedBridge(forward, backward, steps, sigma, method)


@dataclass(frozen=True, eq=False)
class _Table:
    """Regressed drifts of one direction, step by step, and the size of the noise of each number in each step."""

    weights: np.ndarray
    sizes: np.ndarray


@dataclass(frozen=True, eq=False)
class _Task:
    x0: np.ndarray
    x1: np.ndarray
    sigma: float
    steps: int
    features: Features
    ridge: float | None
    source: randomness.Source

    def process(self, table: _Table, backward: bool) -> SDE:
        return drift_process(self.features, table.weights, table.sizes, backward=backward)

    # -- iterative Markovian fitting --------------------------------------------------------------------------------------

    def markovian(self, rounds: int, progress: Progress | None) -> tuple[_Table, _Table]:
        draw = self.source.stream("bridges").generator()
        count = min(len(self.x0), len(self.x1))
        ends = self.x0[draw.permutation(len(self.x0))[:count]], self.x1[draw.permutation(len(self.x1))[:count]]
        for number in range(rounds):
            backward = self.on_bridges(*ends, backward=True)
            x = _simulated(self.process(backward, True), self.x1, self.steps, draw, True).final
            forward = self.on_bridges(x, self.x1, backward=False)
            x = _simulated(self.process(forward, False), self.x0, self.steps, draw, False).final
            ends = self.x0, x
            if progress is not None:
                progress(number + 1, rounds)
        return forward, backward

    def on_bridges(self, x0: np.ndarray, x1: np.ndarray, *, backward: bool, groups: np.ndarray | None = None) -> _Table:
        """The drifts of Brownian bridges between pairs; pairs of one group are left out together."""
        weights, variances, h = [], [], 1 / self.steps
        apart = x1 - x0
        for k in range(self.steps):
            t = (k + 1) * h if backward else k * h
            left = t if backward else 1 - t
            spread = self.sigma * np.sqrt(t * (1 - t))
            pull = (spread if backward else -spread) / left
            middle = x0 + t * apart

            def of(
                rows: np.ndarray, middle: np.ndarray = middle, spread: float = spread, pull: float = pull
            ) -> Moments:
                return bridge_moments(self.features, middle[rows], spread, apart[rows], pull)

            found, missed = regress(folds(of, len(x0), groups), self.ridge)
            weights.append(found)
            variances.append(self.sigma**2 * max(1 - h / left, 0.0) + h * missed)
        return _Table(np.stack(weights), np.sqrt(variances))

    # -- iterative proportional fitting -----------------------------------------------------------------------------------

    def proportional(self, rounds: int, progress: Progress | None) -> tuple[_Table, _Table]:
        draw = self.source.stream("paths").generator()
        size, dim = self.features(self.x0[:1]).shape[1], self.x0.shape[1]
        forward = _Table(np.zeros((self.steps, size, dim)), np.full((self.steps, dim), self.sigma))
        for number in range(rounds):
            backward = self.reversal(forward, self.x0, draw, backward=False)
            forward = self.reversal(backward, self.x1, draw, backward=True)
            if progress is not None:
                progress(number + 1, rounds)
        return forward, backward

    def reversal(self, table: _Table, x: np.ndarray, draw: np.random.Generator, *, backward: bool) -> _Table:
        """The time reversal of the process that starts from x, by mean matching."""
        paths = _simulated(self.process(table, backward), x, self.steps, draw, backward, keep=True).values
        h, sign = 1 / self.steps, -1.0 if backward else 1.0
        weights, sizes = [np.empty(0)] * self.steps, [np.empty(0)] * self.steps
        for k in range(self.steps):
            # Step k of the simulation; it goes from paths[:, k] to paths[:, k + 1].
            number = self.steps - 1 - k if backward else k
            before, after = paths[:, k], paths[:, k + 1]
            phi = np.asarray(self.features(after))
            shift = sign * h * (np.asarray(self.features(before)) - phi) @ table.weights[number]
            # F(before) - F(after) + after = before + shift; the reversal moves there from `after`.
            target = (before + shift - after) / (-sign * h)

            def of(rows: np.ndarray, after: np.ndarray = after, target: np.ndarray = target) -> Moments:
                return moments(self.features, after[rows], target[rows])

            weights[number], _ = regress(folds(of, len(x)), self.ridge)
            missed = before - after + sign * h * phi @ weights[number]
            sizes[number] = np.sqrt((missed**2).mean(0) / h)
        return _Table(np.stack(weights), np.stack(sizes))

    # -- simulation-free ------------------------------------------------------------------------------------------------------

    def simulation_free(self, batch: int) -> tuple[_Table, _Table]:
        draw = self.source.stream("plans").generator()
        count = min(len(self.x0), len(self.x1))
        orders = draw.permutation(len(self.x0))[:count], draw.permutation(len(self.x1))[:count]
        pairs: list[tuple[np.ndarray, np.ndarray]] = []
        for place in range(0, count - count % batch or count, batch):
            first, second = (
                x[order[place : place + batch]] for x, order in zip((self.x0, self.x1), orders, strict=True)
            )
            plan = sinkhorn(first, second, self.sigma, tolerance=1e-6, most=20_000)
            pairs += [plan.pairs(len(first), rng=draw) for _ in range(_DRAWS)]
        x0, x1 = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
        groups = np.repeat(np.arange(len(pairs)) // _DRAWS, [len(pair[0]) for pair in pairs])
        forward, backward = (self.on_bridges(x0, x1, backward=back, groups=groups) for back in (False, True))
        return forward, backward


def _simulated(process: SDE, x: np.ndarray, steps: int, rng: Any, backward: bool, *, keep: bool = False) -> Any:
    times = np.linspace(1, 0, steps + 1) if backward else np.linspace(0, 1, steps + 1)
    saved = times if keep else times[[0, -1]]
    return solve(process, EulerMaruyama(), x, saved, steps=steps, paths=len(x), rng=rng)
