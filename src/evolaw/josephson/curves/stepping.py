"""How a junction is stepped: its scheme, a step that is short enough, and the door to the loop.

    no noise                Runge–Kutta of order 4
    no capacitance          Euler–Maruyama for displacements, whose voltage is right to O(h²) although its density is to O(h);
                            stochastic Heun for densities, right to O(h²)
    capacitance             BAOAB with rescaled steps, one force a step: right to O(h²) in both, mobility and diffusion exact at any damping;
                            Heun where the resistor is not linear

The longest step is a tenth of the shortest time: 1/w_c or 1/w_p, the damping time 1/α, a period of the drive. Far above the critical current
it is what the phase, which runs at i (at i/α with capacitance), needs for a radian or two: a phase that turns once a step locks to the
steps, as to a drive, and tells a voltage that is 2 % wrong with an error of 1e-6.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.errors import StorageError
from evolaw.josephson.junction import Junction
from evolaw.sde.loop.solver import solve
from evolaw.sde.schemes.runge_kutta import RungeKutta4
from evolaw.sde.schemes.scheme import EulerMaruyama, StochasticHeun
from evolaw.sde.schemes.splitting import RescaledBAOAB
from evolaw.storage import Run

__all__ = [
    "Progress",
    "bias_grid",
    "chunk_size",
    "longest_step",
    "opened",
    "run",
    "scheme_for",
    "step_length",
]

Progress = Callable[[int, int], None]

_WIDEST = 0.5
_RADIANS_A_STEP = {True: 1.0, False: 2.0}
"""How far a phase may run in a step, without and with capacitance. Without, at 3 radians and i = 40 the voltage was off by 8e-3, at 2 by 2e-3, at 1 by
nothing seen; with it, at 5.5 by nothing seen, and at 2π it locks."""
_PERIOD_SHARE = 40
_STEPS_A_COMMIT, _USUAL_CHUNK = 4e9, 4096


def scheme_for(junction: Junction, *, density: bool = False) -> Any:
    """Return the scheme for a junction; ``density`` asks for averages of the phase rather than of its displacement."""
    if junction.noise == 0:
        return RungeKutta4()
    if junction.damping is None:
        return StochasticHeun() if density else EulerMaruyama()
    return StochasticHeun() if junction.subgap is not None else RescaledBAOAB()


def longest_step(junction: Junction, bias: Any = 0.0) -> float:
    """Return the longest step that is allowed: half of the shortest time in the equation, and of a turn of the phase at the largest bias."""
    limits = [_WIDEST / max(n * abs(a) for n, a, _ in junction.current_phase.terms)]
    if junction.damping is not None:
        stiff = junction.damping * (junction.subgap.ratio if junction.subgap else 1.0)
        limits.append(_WIDEST * 4 / stiff)
    if junction.drive is not None:
        limits.append(2 * np.pi / junction.drive.frequency / 12)
    speed = _speed(junction, bias)
    return float(min(*limits, np.pi / speed) if speed else min(limits))


def _speed(junction: Junction, bias: Any) -> float:
    """How fast the phase runs at the largest bias, if nothing but the resistor holds it."""
    return float(np.abs(bias).max()) / (junction.damping or 1.0)


def step_length(junction: Junction, dt: float | None, bias: Any = 0.0) -> float:
    """Return the step: the one asked for, if it is short enough, else a tenth of the longest allowed.

    Args:
        junction: whose.
        dt: what was asked for.
        bias: the biases at which it is to run.

    Raises:
        ArgumentError: the step is too long for the damping, the supercurrent, the drive or the bias; says which would do.
    """
    if dt is None:
        fine = longest_step(junction) / (10 if junction.damping is None or junction.subgap else 5)
        if junction.drive is not None:
            fine = min(fine, 2 * np.pi / junction.drive.frequency / _PERIOD_SHARE)
        speed = _speed(junction, bias)
        return float(min(fine, _RADIANS_A_STEP[junction.damping is None] / speed) if speed else fine)
    most = longest_step(junction, bias)
    asked = checks.positive(dt, "dt")
    because = "" if junction.damping is None else f" for a damping of {junction.damping:g}"
    checks.require(
        asked <= most, "dt", f"be at most {most:.3g}{because}", asked, f"Use dt={most / 5:.2g}, or leave it out."
    )
    return asked


def bias_grid(bias: Any) -> np.ndarray:
    """Return the biases of a curve: one number, or several that rise."""
    grid = np.atleast_1d(checks.numbers(bias, "bias"))
    checks.require(grid.ndim == 1, "bias", "be one number, or several in a row", f"of shape {grid.shape}")
    return checks.increasing(grid, "bias")


def run(
    junction: Junction,
    bias: np.ndarray,
    times: Any,
    *,
    paths: int,
    rng: Any,
    dt: float,
    start: np.ndarray,
    scheme: Any = None,
    statistics: Any = None,
    precision: str = "float64",
    progress: Progress | None = None,
    first_path: int = 0,
    out: Any = None,
) -> Any:
    """Solve a junction at every bias of a grid, as one solution; results have a first axis for the biases.

    Path p of bias s has the noise of path ``first_path`` + s·paths + p.
    """
    return solve(
        junction.process(float(bias[0])),
        scheme or scheme_for(junction),
        start,
        times,
        paths=paths,
        rng=rng if junction.noise else None,
        dt=dt,
        sweep={"force": {"bias": bias}},
        statistics=statistics,
        precision=precision,
        progress=progress,
        first_path=first_path,
        out=out,
        chunk=chunk_size(paths * bias.size, (times[-1] - times[0]) / dt),
    )


def chunk_size(paths: int, steps: float) -> int | str:
    """Return how many paths run together: so few that a chunk is done, and committed, within half a minute, but at least 64."""
    if steps * min(paths, _USUAL_CHUNK) < _STEPS_A_COMMIT:
        return "auto"
    return max(64, int(_STEPS_A_COMMIT // steps))


def opened(out: Any, about: dict[str, Any]) -> AbstractContextManager[Run | None]:
    """Return a run for what is not one solution: an open one as it is, a directory begun or, with the same facts, continued."""
    if out is None or isinstance(out, Run):
        return nullcontext(out)
    path, header = Path(out), {"kind": "junction", **about}
    if not (path / "manifest.json").exists():
        return Run.create(path, about=header)
    known = Run.open(path).about
    differing = sorted(name for name, value in header.items() if known.get(name) != value)
    if differing:
        raise StorageError(f"{path} holds another run: it differs in {', '.join(differing)}. Choose another directory.")
    return Run.resume(path)
