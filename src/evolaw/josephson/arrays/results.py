"""A run of an array: its phases at the saved times, its order parameter with an error, its voltages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw import checks, display, randomness
from evolaw.josephson.arrays.order import is_locked, order_parameter, smooth_mean
from evolaw.sde.loop.solver import solve
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.runge_kutta import RungeKutta4
from evolaw.sde.schemes.scheme import StochasticHeun
from evolaw.sde.schemes.splitting import RescaledBAOAB
from evolaw.told import told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ArrayRun", "array_scheme", "require_bounded", "run_array"]

_FASTEST = 1e5


@dataclass(frozen=True, eq=False, repr=False)
class ArrayRun:
    """An array in time.

    Attributes:
        law: the array.
        times: saved times.
        phase: shape (paths, times, junctions), unwrapped.
        rest: the other components of the state, shape (paths, times, …).
        order, order_error: mean order parameter over the paths with its standard error, shape (times,).
        velocity, velocity_error: mean φ' of each junction over the second half, shape (junctions,).
            Both errors are not a number where there is one path: it has no standard error.
        seed: of the noise.
    """

    law: SDE
    times: np.ndarray
    phase: np.ndarray
    rest: np.ndarray
    order: np.ndarray
    order_error: np.ndarray
    velocity: np.ndarray
    velocity_error: np.ndarray
    seed: int | None

    @property
    def locked(self) -> float:
        """The share of paths whose junctions all turned alike over the second half."""
        middle = self.times.size // 2
        return float(np.mean(is_locked(self.phase[:, middle], self.phase[:, -1])))

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure of the order parameter over time."""
        return display.plot(self, **options)

    def __repr__(self) -> str:
        v, paths = self.velocity, self.phase.shape[0]
        order = display.uncertain(self.order[-1], self.order_error[-1])
        one = "yes" if self.locked else "no"
        facts = [
            ("law", str(self.law)),
            ("phases", self.phase.shape[-1]),
            ("paths", paths),
            ("times", f"{self.times[0]:g} … {self.times[-1]:g}"),
            ("order at the end", f"{order}, of one path and so without standard error" if paths == 1 else order),
            ("φ'", f"{v.mean():.6g}, from {v.min():.6g} to {v.max():.6g} over the junctions"),
            ("locked", one if paths == 1 else f"{100 * self.locked:.0f} % of the paths"),
            ("seed", self.seed),
        ]
        return display.lines("Array of junctions", facts)


def array_scheme(law: SDE) -> Any:
    """Return the scheme that steps an array: Runge–Kutta without noise, BAOAB where one friction fits all, stochastic Heun."""
    if law.noise == "none":
        return RungeKutta4()
    return StochasticHeun() if RescaledBAOAB().refuses(law) else RescaledBAOAB()


def require_bounded(phase: np.ndarray, time: float, dt: float) -> None:
    """Refuse phases that grew as no junction turns: the step was too long for the array, or its couplings push apart."""
    fastest = float(np.abs(phase).max()) / max(time, 1e-300)
    checks.require(
        fastest < _FASTEST,
        "dt",
        "be so short that the phases stay within bounds",
        f"{dt:g}, with which they turn at {fastest:.2g}",
        f"Use dt={dt / 10:.2g}; if that does not help, the couplings push the phases apart.",
    )


@told
def run_array(
    law: SDE,
    start: Any,
    duration: float,
    rng: Any,
    *,
    junctions: int,
    paths: int = 1,
    frames: int = 201,
    dt: float = 0.02,
    progress: Any = None,
    out: Any = None,
) -> ArrayRun:
    """Run an array on the loop.

    Args:
        law: a process whose first ``junctions`` components are phases.
        start: state, shape (dim,) or (paths, dim).
        duration: time.
        rng: seed or source of chance; not used without noise.
        junctions: number of phases.
        paths: independent arrays.
        frames: saved times, the start included.
        dt: longest step.
        progress: called with (paths done, paths in all).
        out: run directory that is filled as the work goes on, or an open one; an unfinished one is continued, to the same bytes.

    Raises:
        ArgumentError: the step is too long for the array, whose phases then grow without bound.
    """
    scheme = array_scheme(law)
    source = randomness.source(rng)
    times = np.linspace(0, checks.positive(duration, "duration"), checks.integer(frames, "frames", least=3))
    solved = solve(
        law,
        scheme,
        start,
        times,
        paths=paths,
        rng=None if law.noise == "none" else source,
        dt=dt,
        progress=progress,
        out=out,
    )
    phase, rest = solved.values[..., :junctions], solved.values[..., junctions:]
    require_bounded(phase, times[-1], dt)
    r = order_parameter(phase)
    root = np.sqrt(paths)
    middle = frames // 2
    speed = smooth_mean(np.diff(phase[:, middle:], axis=1), axis=1) / times[1]
    errors = [x.std(0, ddof=1) / root if paths > 1 else np.full(x.shape[1:], np.nan) for x in (r, speed)]
    return ArrayRun(law, times, phase, rest, r.mean(0), errors[0], speed.mean(0), errors[1], source.seed)
