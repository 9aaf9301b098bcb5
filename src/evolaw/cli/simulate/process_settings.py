"""What is typed about a process, checked before anything is written: its state, its times, its steps, its scheme."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from evolaw.cli import arguments
from evolaw.ito import equations
from evolaw.sde import catalogue

if TYPE_CHECKING:
    from evolaw.learning.trajectories.neural_equation import NeuralEquation
    from evolaw.sde.catalogue import Classic
    from evolaw.sde.processes.process import SDE

__all__ = ["PathSettings", "Typed", "component_names", "first_state", "is_learned", "settle"]

_STEPS, _MOST_STEPS = 1000, 100_000
_WORK = 2**24
_VALUES = 2**22


@dataclass(frozen=True)
class Typed:
    """What was typed of a process; None where nothing was.

    Attributes:
        law: name of a classic, an equation, or the run of a learned one.
        values: its parameters.
        start, times: numbers separated by commas.
        time: last time.
        frames: number of saved times.
        dt, steps: longest step, or number of steps.
        scheme: name of the scheme, or "auto".
        paths, precision, seed: as in `PathSettings`.
    """

    law: str
    values: dict[str, float]
    start: str | None = None
    time: float | None = None
    frames: int = 101
    times: str | None = None
    dt: float | None = None
    steps: int | None = None
    scheme: str = "auto"
    paths: int = 1000
    precision: str = "float64"
    seed: int = 0


@dataclass(frozen=True)
class PathSettings:
    """What fixes a simulation of a process to the last bit.

    Attributes:
        law: name of a classic, an equation, or the run of a learned one.
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
        learned = is_learned(self.law)
        return _learned(self.law, self.values).sde if learned else equations.process(self.law, self.values)

    @property
    def names(self) -> list[str]:
        """The components."""
        return component_names(self.process)

    @property
    def chunk(self) -> int:
        """Paths a chunk: at most some seconds of work and 32 MiB of values, so that a kill loses little."""
        steps = self.times[-1] / self.dt
        most = min(_WORK / max(1.0, steps), _VALUES / (len(self.times) * len(self.start)))
        return int(min(self.paths, max(64, 2 ** int(most).bit_length() // 2)))


def settle(typed: Typed) -> PathSettings:
    """Check what was typed, before anything is written, and choose what was not.

    Raises:
        ArgumentError: an argument is impossible, or the scheme is not for the process; the message says which one is.
        ParseError: the equation cannot be read.
    """
    import numpy as np

    from evolaw import checks, randomness
    from evolaw.arrays import precise
    from evolaw.sde.loop.time_grid import grid_of

    learned = _learned(typed.law, typed.values) if is_learned(typed.law) else None
    process = learned.sde if learned else equations.process(typed.law, typed.values)
    classic = catalogue.classic(typed.law)
    if learned is not None:
        # Its loss is that of Euler's step over a recorded one; it goes on from where the recording ended.
        last = ",".join(f"{value:.6g}" for value in learned.states[-1])
        scheme = "euler-maruyama" if typed.scheme == "auto" else typed.scheme
        dt = learned.frame.step if typed.dt is None and typed.steps is None else typed.dt
        typed = replace(typed, start=typed.start or last, scheme=scheme, dt=dt)
    chosen = catalogue.fitting_scheme(process) if typed.scheme == "auto" else typed.scheme
    refusal = catalogue.scheme(chosen).refuses(process)
    checks.require(refusal is None, "scheme", f"be one for the process {process}", chosen, str(refusal))
    first = first_state(process, classic, typed.start)
    usual = 1000 * learned.frame.step if learned else classic.time if classic else 1.0
    saved = _saved(typed, usual)
    ends = getattr(process.exact, "duration", None)
    checks.require(ends is None or saved[-1] <= ends, "time", f"end with the process, at {ends}", saved[-1])
    if typed.dt is None:
        dt = _longest_step(saved[-1], typed.steps, chosen == "exact-step", usual)
    else:
        checks.require(typed.steps is None, "steps", "be left out when --dt is given", typed.steps)
        dt = typed.dt
    grid_of(saved, dt=dt)
    with precise(checks.one_of(typed.precision, "precision", ("float64", "float32"))):
        process.validate(np.array(first))
    randomness.source(typed.seed, "seed")
    count = checks.integer(typed.paths, "paths", least=1, most=2**32 - 2)
    settings = PathSettings(
        typed.law, typed.values, first, saved, float(dt), chosen, count, typed.precision, typed.seed
    )
    settings.__dict__["process"] = process  # the equation is read once
    return settings


def is_learned(law: str) -> bool:
    """Whether a law is the run of a learned equation."""
    if not arguments.is_run(law):
        return False
    from evolaw.storage import Run

    return Run.open(law).about.get("kind") == "learned equation"


def _learned(law: str, values: dict[str, float]) -> NeuralEquation:
    from evolaw import checks
    from evolaw.learning.trajectories.neural_equation import NeuralEquation

    checks.require(not values, "set", "be left out: a learned equation has no letters", ", ".join(values))
    return NeuralEquation.load(law)


def component_names(process: SDE) -> list[str]:
    """Return the names of the components; those of a learned equation may have none."""
    return list(process.components or (f"X{k + 1}" for k in range(process.dim)))


def first_state(process: SDE, classic: Classic | None, text: str | None) -> list[float]:
    """Return the state at time 0: what was typed, else the classic's own, else zeros.

    Raises:
        ArgumentError: another number of components than the process has, or zeros that neither drift nor noise would ever move.
    """
    from evolaw import checks

    dim = process.dim
    first = arguments.numbers(text, "start") if text is not None else list(classic.start if classic else (0.0,) * dim)
    checks.require(len(first) == dim, "start", f"hold one number for each of the {dim} components", text or first)
    checks.require(
        text is not None or classic is not None or not _stands_still(process, first),
        "start",
        "be given where neither drift nor noise moves the default state",
        f"left out, and {', '.join(component_names(process))} would stay 0 for ever",
        "Write, for example: --start " + ",".join("1" for _ in first),
    )
    return first


def _stands_still(process: SDE, first: list[float]) -> bool:
    """Whether drift and noise vanish at a state, at the start and at two later times."""
    import numpy as np

    from evolaw.arrays import precise

    state = np.array(first)
    with precise("float64"):
        parts = [part for t in (0.0, 0.37, 1.9) for part in (process.drift_at(t, state), process.matrix(t, state))]
        return all(not np.asarray(part).any() for part in parts)


def _longest_step(time: float, steps: int | None, exact: bool, usual: float) -> float:
    """The step where none is typed: a thousandth of the time or of the usual time of the process, 10^5 steps at most."""
    from evolaw import checks

    if steps is not None:
        return time / checks.integer(steps, "steps", least=1)
    return time if exact else max(min(time, usual) / _STEPS, time / _MOST_STEPS)


def _saved(typed: Typed, usual: float) -> list[float]:
    """The saved times: those typed, or evenly spaced ones from 0 to the end."""
    import numpy as np

    from evolaw import checks

    if typed.times is None:
        end = checks.positive(usual if typed.time is None else typed.time, "time")
        count = checks.integer(typed.frames, "frames", least=2, most=100_000)
        return [float(t) for t in np.linspace(0, end, count)]
    checks.require(typed.time is None, "time", "be left out when --times is given", typed.time)
    times = checks.increasing(np.array(arguments.numbers(typed.times, "times")), "times")
    fits = times.size > 1 and times[0] == 0
    checks.require(fits, "times", "hold at least two times, the first 0, the time of the start", typed.times)
    return [float(t) for t in times]
