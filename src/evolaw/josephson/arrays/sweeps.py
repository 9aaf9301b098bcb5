"""An array at every bias and temperature of a grid, as one solution: order, locking, voltage, and in two dimensions energy and vortices.

    sets (i, D), the bias changing fastest;      averages over the second half of the time, errors over the independent arrays

In two dimensions, for bonds along the closed direction of N islands:

    e = ⟨1 - cos θ⟩ a bond,    vortices of either sign a plaquette,    Υ = ⟨Σ cos⟩/N - ⟨(Σ sin)²⟩/(N D)     the helicity modulus

Υ is the stiffness against a twist. Without bias it falls from 1 to a jump from 2D/π to 0 at the temperature of Berezinskii, Kosterlitz and
Thouless, D = 0.893 in an infinite array; in one of a few hundred islands the jump is rounded and lies higher.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw import checks, display, randomness
from evolaw.josephson.arrays.grids import Grid
from evolaw.josephson.arrays.order import is_locked, order_parameter, smooth_mean, vortices
from evolaw.josephson.arrays.results import array_scheme, require_bounded
from evolaw.sde.loop.solver import solve
from evolaw.sde.processes.process import SDE
from evolaw.told import told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ArraySweep", "sweep_array"]

_FRAMES = 41


@dataclass(frozen=True, eq=False, repr=False)
class ArraySweep:
    """An array at many biases and temperatures.

    Attributes:
        bias, noise: of each set, shape (sets,).
        order, order_error: mean order parameter with its standard error, shape (sets,). All errors are not a number where there is one array a
            set: it has no standard error.
        voltage, voltage_error: mean V/(I_c R) of a junction: φ', or αφ' where one damping α fits all (ladders, pairs by their phases). For
            capacitive and resistive arrays it is φ'.
        locked: share of the arrays whose junctions all turned alike.
        plane: of a two-dimensional array "energy", "vortices" and "helicity" with their errors ("energy_error", …); empty for others.
        paths: independent arrays a set.
        seed: of the noise.
    """

    bias: np.ndarray
    noise: np.ndarray
    order: np.ndarray
    order_error: np.ndarray
    voltage: np.ndarray
    voltage_error: np.ndarray
    locked: np.ndarray
    paths: int
    seed: int | None
    plane: Mapping[str, np.ndarray] = field(default_factory=dict)

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure of voltage and order, or of energy, vortices and helicity, over what was varied."""
        return display.plot(self, **options)

    def __repr__(self) -> str:
        names = ["voltage", "order", *(name for name in self.plane if not name.endswith("_error"))]
        heads = ["order parameter" if name == "order" else name for name in names]
        rows = [f"  {'bias':>8}  {'noise':>8}" + "".join(f"  {head:>21}" for head in heads) + "  locked"]
        for k in range(self.bias.size):
            row = f"  {self.bias[k]:>8.4g}  {self.noise[k]:>8.4g}"
            for name in names:
                value, error = self.column(name)
                row += f"  {f'{display.uncertain(value[k], error[k])}':>21}"
            rows.append(f"{row}  {100 * self.locked[k]:>4.0f} %")
        points = "1 point" if self.bias.size == 1 else f"{self.bias.size} points"
        each = "1 array each, and so without standard errors" if self.paths == 1 else f"{self.paths} arrays each"
        return "\n".join([f"Array at {points}, {each}, seed {self.seed}", *rows])

    def column(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return a measured quantity and its standard error, by its name."""
        if name in ("order", "voltage"):
            return getattr(self, name), getattr(self, f"{name}_error")
        checks.one_of(name, "name", ["order", "voltage", *self.plane])
        return self.plane[name], self.plane[f"{name}_error"]


@told
def sweep_array(
    make: Callable[[float, float], SDE | Grid],
    bias: Any,
    noise: Any,
    start: Any,
    duration: float,
    rng: Any,
    *,
    junctions: int,
    paths: int = 1,
    dt: float = 0.02,
    precision: str = "float64",
    progress: Any = None,
    out: Any = None,
) -> ArraySweep:
    """Run an array at every bias and every temperature.

    Args:
        make: (i, D) -> the array; all of the same form.
        bias: i, one or several that rise.
        noise: D, one or several that rise; all zero or all positive.
        start: state of all arrays, shape (dim,).
        duration: time, of which the second half is averaged over.
        rng: seed or source of chance.
        junctions: number of phases.
        paths: independent arrays a set.
        dt: longest step.
        precision: "float64" or "float32".
        progress: called with (arrays done, arrays in all).
        out: run directory that is filled as the work goes on, or an open one; an unfinished one is continued, to the same bytes.

    Example:
        >>> from evolaw.josephson.arrays.grids import grid_array
        >>> def make(i, d):
        ...     return grid_array(4, 4, i, noise=d)
        >>> found = sweep_array(make, 0.0, [0.2, 2.0], np.zeros(15), 20.0, 0, junctions=16, paths=8, dt=0.05)  # some seconds
        >>> bool(found.plane["energy"][0] < found.plane["energy"][1])
        True
    """
    biases = checks.increasing(np.atleast_1d(checks.numbers(bias, "bias")), "bias")
    noises = checks.increasing(np.atleast_1d(checks.numbers(noise, "noise")), "noise")
    checks.require(bool(noises[0] > 0 or noises.size == 1), "noise", "be positive, or 0 alone", noises.tolist())
    points = [(float(i), float(d)) for d in noises for i in biases]
    made = [make(i, d) for i, d in points]
    grid = made[0] if isinstance(made[0], Grid) else None
    laws = [one.law if isinstance(one, Grid) else one for one in made]
    source = randomness.source(rng)
    number = checks.integer(paths, "paths", least=1)
    law, times = laws[0], np.linspace(0, checks.positive(duration, "duration"), _FRAMES)
    entries = _differing([one.params for one in laws]) or _alone(law.params)
    solved = solve(
        law,
        array_scheme(law),
        start,
        times,
        paths=number,
        rng=None if law.noise == "none" else source,
        dt=dt,
        sweep=entries,
        precision=precision,
        progress=progress,
        out=out,
    )
    half = np.asarray(solved.values)[:, :, _FRAMES // 2 :]
    phase = grid.phases(half) if grid else half[..., :junctions]
    flat = phase.reshape(*phase.shape[:3], -1)
    require_bounded(flat, float(times[-1]), dt)
    if grid:
        each = grid.voltage(half[:, :, :-1], half[:, :, 1:], times[1])
    else:
        each = np.diff(flat, axis=2).mean(-1) / times[1]
    order, order_error = _mean(order_parameter(flat).mean(-1))
    voltage, voltage_error = (_volts(law) * x for x in _mean(smooth_mean(each)))
    locked = is_locked(flat[:, :, 0], flat[:, :, -1]).mean(-1)
    plane = _plane(phase, grid, np.array([d for _, d in points])) if grid else {}
    table = np.array(points)
    return ArraySweep(
        table[:, 0], table[:, 1], order, order_error, voltage, voltage_error, locked, number, source.seed, plane
    )


def _volts(law: SDE) -> float:
    """V/(I_c R) per φ': α in plasma units, 1 without capacitance; in 1/w_p, the unit of time, where each junction has its own friction."""
    friction = np.asarray(law.params.get("friction", 1.0))
    return float(friction) if friction.ndim == 0 else 1.0


def _plane(phase: np.ndarray, grid: Grid, noise: np.ndarray) -> dict[str, np.ndarray]:
    """Energy, vortices and helicity of phases (sets, paths, times, rows, columns)."""
    down = phase[..., :-1, :] - phase[..., 1:, :] - grid.gauge
    side = np.diff(phase, axis=-1)
    if grid.is_periodic:
        side = np.concatenate([side, phase[..., :1] - phase[..., -1:]], axis=-1)
    bonds = down.size / phase[..., 0, 0].size + side.size / phase[..., 0, 0].size
    energy = bonds - np.cos(down).sum((-2, -1)) - np.cos(side).sum((-2, -1))
    whirls = np.abs(vortices(phase, grid.frustration)).mean((-2, -1))
    found = {}
    for name, values in (("energy", energy / bonds), ("vortices", whirls)):
        found[name], found[f"{name}_error"] = _mean(values.mean(-1))
    if grid.is_periodic and np.all(noise > 0):
        islands = grid.rows * grid.columns
        stiff = np.cos(side).sum((-2, -1)) - np.sin(side).sum((-2, -1)) ** 2 / noise[:, None, None]
        found["helicity"], found["helicity_error"] = _mean(stiff.mean(-1) / islands)
    return found


def _mean(each: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean over the arrays of a set and its standard error, not a number for a single one."""
    count = each.shape[1]
    return each.mean(1), each.std(1, ddof=1) / np.sqrt(count) if count > 1 else np.full(len(each), np.nan)


def _alone(params: Mapping[str, Any]) -> dict[str, Any]:
    """The bias of a single set, as a sweep of one."""
    if "bias" in params:
        return {"bias": np.asarray(params["bias"], float)[None]}
    return {"force": _alone(params["force"])}


def _differing(params: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The parameters that are not the same in all sets, with a first axis for the sets, nested as they are."""
    found: dict[str, Any] = {}
    for name, first in params[0].items():
        values = [one[name] for one in params]
        if isinstance(first, Mapping):
            inner = _differing(values)
            if inner:
                found[name] = inner
        elif any(not np.array_equal(first, value) for value in values[1:]):
            found[name] = np.stack([np.asarray(value, float) for value in values])
    return found
