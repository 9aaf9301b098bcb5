"""Schrödinger bridges learned from samples of their two ends.

**Proportional fitting** (IPF, DSB; debortoli2021). Paths are simulated by the last process; the next one, in the other direction, is their
time reversal, by regression of the mean-matching target

    x_k+1 + F_k(x_k) - F_k(x_k+1),     F_k(x) = x + h b(t_k, x)

and starts from the other marginal. The first process is the reference σ dw.

**Markovian fitting** (IMF, DSBM; shi2023; peluchetti2023). Ends of the last process's paths are joined by Brownian bridges, and the drift is
regressed on them, forward and backward in turn:

    forward  (x1 - x_t)/(1 - t)          backward  (x_t - x0)/t

**[SF]²M** (tong2024). Ends are coupled by the entropic plan of minibatches, ε = 2σ², once; flow u and score s are regressed, and the drifts are
u + ½σ² s and u - ½σ² s:

    u: (1-2t)/(2t(1-t)) (x_t - μ_t) + x1 - x0          s: -z/(σ √(t(1-t)))          μ_t = (1-t) x0 + t x1
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.score.bridges.regression import Features, affine_features, drift_process, regress
from evolaw.score.bridges.sinkhorn import sinkhorn
from evolaw.sde.loop.solver import solve
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.scheme import EulerMaruyama
from evolaw.told import told

__all__ = ["METHODS", "FittedBridge", "fit_bridge"]

METHODS = ("imf", "ipf", "sf2m")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class FittedBridge:
    """A bridge learned from samples.

    Attributes:
        forward, backward: processes from 0 to 1 and, for falling times, from 1 to 0.
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
            >>> bool(abs(bridge.push(x0, rng=1).mean() - 3) < 0.3)
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
    ridge: float = 1e-6,
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
        ridge: of the regressions.
        batch: of the plans of "sf2m".
        progress: called with (rounds done, rounds in all).

    Notes:
        Cost a round: two simulations of all samples and K regressions of each drift. The grid's error is of order 1/K.

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
    forward, backward = (
        drift_process(phi, table, sigma, backward=back) for table, back in zip(tables, (False, True), strict=True)
    )
    return FittedBridge(forward, backward, steps, sigma, method)


@dataclass(frozen=True, eq=False)
class _Task:
    x0: np.ndarray
    x1: np.ndarray
    sigma: float
    steps: int
    features: Features
    ridge: float
    source: randomness.Source

    def process(self, table: np.ndarray, backward: bool) -> SDE:
        return drift_process(self.features, table, self.sigma, backward=backward)

    def fitted(self, x: np.ndarray, target: np.ndarray) -> np.ndarray:
        return regress(self.features, x, target, ridge=self.ridge)

    # -- iterative Markovian fitting --------------------------------------------------------------------------------------

    def markovian(self, rounds: int, progress: Progress | None) -> tuple[np.ndarray, np.ndarray]:
        draw = self.source.stream("bridges").generator()
        count = min(len(self.x0), len(self.x1))
        ends = self.x0[draw.permutation(len(self.x0))[:count]], self.x1[draw.permutation(len(self.x1))[:count]]
        forward = backward = np.empty(0)
        for number in range(rounds):
            backward = self.on_bridges(*ends, draw, backward=True)
            x = _simulated(self.process(backward, True), self.x1, self.steps, draw, True).final
            forward = self.on_bridges(x, self.x1, draw, backward=False)
            x = _simulated(self.process(forward, False), self.x0, self.steps, draw, False).final
            ends = self.x0, x
            if progress is not None:
                progress(number + 1, rounds)
        return forward, backward

    def on_bridges(self, x0: np.ndarray, x1: np.ndarray, draw: np.random.Generator, *, backward: bool) -> np.ndarray:
        tables = []
        for k in range(self.steps):
            t = (k + 1) / self.steps if backward else k / self.steps
            z = draw.standard_normal(x0.shape)
            x = (1 - t) * x0 + t * x1 + self.sigma * np.sqrt(t * (1 - t)) * z
            tables.append(self.fitted(x, (x - x0) / t if backward else (x1 - x) / (1 - t)))
        return np.stack(tables)

    # -- iterative proportional fitting -----------------------------------------------------------------------------------

    def proportional(self, rounds: int, progress: Progress | None) -> tuple[np.ndarray, np.ndarray]:
        draw = self.source.stream("paths").generator()
        size = self.features(self.x0[:1]).shape[1]
        forward = np.zeros((self.steps, size, self.x0.shape[1]))
        backward = forward
        for number in range(rounds):
            backward = self.reversal(forward, self.x0, draw, backward=False)
            forward = self.reversal(backward, self.x1, draw, backward=True)
            if progress is not None:
                progress(number + 1, rounds)
        return forward, backward

    def reversal(self, table: np.ndarray, x: np.ndarray, draw: np.random.Generator, *, backward: bool) -> np.ndarray:
        """The drifts of the time reversal of the process that starts from x, by mean matching."""
        paths = _simulated(self.process(table, backward), x, self.steps, draw, backward, keep=True).values
        h = 1 / self.steps
        found = [np.empty(0)] * self.steps
        for k in range(self.steps):
            # Step k of the simulation; it goes from paths[:, k] to paths[:, k + 1].
            number = self.steps - 1 - k if backward else k
            before, after = paths[:, k], paths[:, k + 1]
            sign = -1.0 if backward else 1.0
            shift = sign * h * (np.asarray(self.features(before)) - np.asarray(self.features(after))) @ table[number]
            # F(before) - F(after) + after = before + shift; the reversal moves there from `after`.
            target = (before + shift - after) / (-sign * h)
            found[number] = self.fitted(after, target)
        return np.stack(found)

    # -- simulation-free ------------------------------------------------------------------------------------------------------

    def simulation_free(self, batch: int) -> tuple[np.ndarray, np.ndarray]:
        draw = self.source.stream("plans").generator()
        count = min(len(self.x0), len(self.x1))
        orders = draw.permutation(len(self.x0))[:count], draw.permutation(len(self.x1))[:count]
        starts, ends = [], []
        for place in range(0, count - count % batch or count, batch):
            first, second = (
                x[order[place : place + batch]] for x, order in zip((self.x0, self.x1), orders, strict=True)
            )
            plan = sinkhorn(first, second, self.sigma, tolerance=1e-6, most=20_000)
            for _ in range(4):
                pair = plan.pairs(len(first), rng=draw)
                starts.append(pair[0])
                ends.append(pair[1])
        x0, x1 = np.concatenate(starts), np.concatenate(ends)
        forward: list[np.ndarray] = []
        backward: list[np.ndarray] = []
        for k in range(self.steps):
            for table, t, sign in ((forward, k / self.steps, 1.0), (backward, (k + 1) / self.steps, -1.0)):
                # At the ends themselves the bridge has no width: the fields are taken a quarter of a step inside.
                t = min(max(t, 0.25 / self.steps), 1 - 0.25 / self.steps)
                z, width = draw.standard_normal(x0.shape), self.sigma * np.sqrt(t * (1 - t))
                x = (1 - t) * x0 + t * x1 + width * z
                flow = (1 - 2 * t) / (2 * t * (1 - t)) * width * z + x1 - x0
                table.append(self.fitted(x, flow - sign * self.sigma**2 / 2 * z / width))
        return np.stack(forward), np.stack(backward)


def _simulated(process: SDE, x: np.ndarray, steps: int, rng: Any, backward: bool, *, keep: bool = False) -> Any:
    times = np.linspace(1, 0, steps + 1) if backward else np.linspace(0, 1, steps + 1)
    saved = times if keep else times[[0, -1]]
    return solve(process, EulerMaruyama(), x, saved, steps=steps, paths=len(x), rng=rng)
