"""What is typed about a process, checked before anything is written: its state, its times, its steps, its scheme."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from evolaw.cli import arguments
from evolaw.ito import equations
from evolaw.sde import catalogue

if TYPE_CHECKING:
    from evolaw.sde.processes.process import SDE

__all__ = ["PathSettings", "path_settings", "read_start"]

_STEPS, _MOST_STEPS = 1000, 100_000
_WORK = 2**24
_VALUES = 2**22


@dataclass(frozen=True)
class PathSettings:
    """What fixes a simulation of a process to the last bit.

    Attributes:
        law: name of a classic, or an equation.
        values: its parameters.
        start: state at time 0, one number a component.
        times: saved times, rising from 0.
        dt: longest step.
        scheme: name of the scheme.
        paths: number of paths.
        precision: "float64" or "float32".
        seed: of the noise.
    """

    law: str
    values: dict[str, float]
    start: list[float]
    times: list[float]
    dt: float
    scheme: str
    paths: int
    precision: str
    seed: int

    @cached_property
    def process(self) -> SDE:
        """The equation."""
        return equations.process(self.law, self.values)

    @property
    def chunk(self) -> int:
        """Paths a chunk: at most some seconds of work and 32 MiB of values, so that a kill loses little."""
        steps = self.times[-1] / self.dt
        most = min(_WORK / max(1.0, steps), _VALUES / (len(self.times) * len(self.start)))
        return int(min(self.paths, max(64, 2 ** int(most).bit_length() // 2)))


def path_settings(
    law: str,
    values: dict[str, float],
    start: str | None,
    time: float | None,
    frames: int,
    times: str | None,
    dt: float | None,
    steps: int | None,
    scheme: str,
    paths: int,
    precision: str,
    seed: int,
) -> PathSettings:
    """Check what was typed, before anything is written.

    Raises:
        ArgumentError: an argument is impossible, or the scheme is not for the process; the message says which one is.
        ParseError: the equation cannot be read.
    """
    import numpy as np

    from evolaw import checks, randomness
    from evolaw.arrays import precise
    from evolaw.sde.loop.time_grid import grid_of

    process = equations.process(law, values)
    classic = catalogue.classic(law)
    first = read_start(law, process.dim, start)
    saved = _saved(times, time if time is not None or times is not None else classic.time if classic else 1.0, frames)
    ends = getattr(process.exact, "duration", None)
    checks.require(ends is None or saved[-1] <= ends, "time", f"end with the process, at {ends}", saved[-1])
    chosen = catalogue.fitting_scheme(process) if scheme == "auto" else scheme
    method = catalogue.scheme(chosen)
    if dt is None:
        dt = _longest_step(saved[-1], steps, chosen == "exact-step", classic.time if classic else 1.0)
    else:
        checks.require(steps is None, "steps", "be left out when --dt is given", steps)
    grid_of(saved, dt=dt)
    with precise(checks.one_of(precision, "precision", ("float64", "float32"))):
        process.validate(np.array(first))
    refusal = method.refuses(process)
    checks.require(refusal is None, "scheme", f"be one for the process {process}", chosen, str(refusal))
    randomness.source(seed, "seed")
    count = checks.integer(paths, "paths", least=1, most=2**32 - 2)
    return PathSettings(law, values, first, saved, float(dt), chosen, count, precision, seed)


def _longest_step(time: float, steps: int | None, exact: bool, usual: float) -> float:
    """The step where none is typed: a thousandth of the time or of the usual time of the process, 10^5 steps at most."""
    from evolaw import checks

    if steps is not None:
        return time / checks.integer(steps, "steps", least=1)
    return time if exact else max(min(time, usual) / _STEPS, time / _MOST_STEPS)


def read_start(law: str, dim: int, text: str | None) -> list[float]:
    """Return the state at time 0: what was typed, else the classic's own, else zeros.

    Raises:
        ArgumentError: another number of components than the process has.
    """
    from evolaw import checks

    classic = catalogue.classic(law)
    first = arguments.numbers(text, "start") if text is not None else list(classic.start if classic else (0.0,) * dim)
    checks.require(len(first) == dim, "start", f"hold one number for each of the {dim} components", text or first)
    return first


def _saved(times: str | None, time: float | None, frames: int) -> list[float]:
    """The saved times: those typed, or evenly spaced ones from 0 to ``time``."""
    import numpy as np

    from evolaw import checks

    if times is None:
        end = checks.positive(time, "time")
        return [float(t) for t in np.linspace(0, end, checks.integer(frames, "frames", least=2, most=100_000))]
    checks.require(time is None, "time", "be left out when --times is given", time)
    typed = checks.increasing(np.array(arguments.numbers(times, "times")), "times")
    fits = typed.size > 1 and typed[0] == 0
    checks.require(fits, "times", "hold at least two times, the first 0, the time of the start", times)
    return [float(t) for t in typed]
