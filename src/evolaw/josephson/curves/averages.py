"""Averages of the stationary state from noise, each beside its exact value: what a junction exchanges with its source and its bath.

⟨φ'⟩ from displacement over time;  ⟨cos φ⟩, ⟨sin φ⟩, ⟨φ'²⟩ from the states at equally spaced times
current      i - V/(I_c R) - ⟨sin φ⟩ = 0
power        i⟨φ'⟩ - α(⟨φ'²⟩ - D) = 0                with capacitance
entropy      σ = i⟨φ'⟩/D                             produced per unit of time
uncertainty  D_eff i/(D ⟨φ'⟩) >= 1                   a theorem without capacitance, a diagnostic with it; D_eff as in `diffusion`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw import checks, display, randomness
from evolaw.errors import NotConverged
from evolaw.josephson.arrays.order import smooth_mean
from evolaw.josephson.curves.diffusion import even_turns, exact_diffusion
from evolaw.josephson.curves.settling import doubt, doubtful, slowest_rates, transient
from evolaw.josephson.curves.starting import starts
from evolaw.josephson.curves.stepping import Progress, bias_grid, run, scheme_for, step_length
from evolaw.josephson.junction import Junction
from evolaw.josephson.stationary_state import AT_HAND, fokker_planck
from evolaw.told import told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Averages", "stationary_averages"]

_LOOKS = 40
_DAMPED_STEP = 0.1


@dataclass(frozen=True, eq=False, repr=False)
class Averages:
    """Averages at each bias.

    Attributes:
        junction: whose.
        bias: i, shape (biases,).
        columns: name -> (value, standard error, exact value or not a number), each of shape (biases,). The names are "voltage", "sine",
            "cosine", "entropy production", "uncertainty ratio", "current balance", and with capacitance "square velocity" and
            "power balance"; both balances are 0. The ratio is not a number where the velocity is not four of its errors from 0.
        seed: of the noise.
        doubtful: where the averages are not stationary ones and their errors do not say so, a mask of shape (biases,).
        doubt: the sentence that says why and what they are instead, or "".
    """

    junction: Junction
    bias: np.ndarray
    columns: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
    seed: int | None
    doubtful: np.ndarray
    doubt: str = ""

    @property
    def gap(self) -> float:
        """The largest distance from an exact value where there is no doubt, in standard errors; 0 where nothing is exact."""
        far = [np.zeros(1)]
        for value, error, exact in self.columns.values():
            known = np.isfinite(exact) & np.isfinite(error) & ~self.doubtful
            far.append(np.abs(value - exact)[known] / error[known])
        return float(np.max(np.concatenate(far)))

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure of each average over its exact curve."""
        return display.plot(self, **options)

    def __repr__(self) -> str:
        rows = [f"Averages: {self.junction.damping_words}, noise {self.junction.noise:g}, seed {self.seed}"]
        for name, (value, error, exact) in self.columns.items():
            rows.append(f"  {name}")
            for i, v, e, x in zip(self.bias, value, error, exact, strict=True):
                known = f"   exact {x:.7g}" if np.isfinite(x) else ""
                rows.append(f"    i = {i:<7.4g} {display.uncertain(v, e)}{known}")
        rows.append(f"  at most {self.gap:.2f} standard errors from what is exact")
        return "\n".join([*rows, *([f"  in doubt: {self.doubt}"] if self.doubt else [])])


@told
def stationary_averages(
    junction: Junction,
    bias: Any,
    rng: Any,
    *,
    paths: int = 2048,
    duration: float = 400.0,
    dt: float | None = None,
    progress: Progress | None = None,
    out: Any = None,
) -> Averages:
    """Measure what a junction exchanges with its source and its bath, at each bias.

    Args:
        junction: with noise, without a drive, one resistor.
        bias: i, one or several that rise.
        rng: seed or source of chance.
        paths: independent junctions a bias.
        duration: time watched after the transient, looked at 40 times.
        dt: step; None for the usual one, and at most 0.1/α: velocities that a constant force drives by kicks are (αh)²/24 too large.
        progress: called with (paths done, paths in all).
        out: run directory that is filled as the work goes on, or an open one; an unfinished one is continued, to the same bytes.

    Notes:
        Stepped for densities: O(h²) in all averages. The exact values are those of the Fokker–Planck equation where it converges.

    References:
        seifert2012; barato2015; yuan2025.

    Example:
        >>> found = stationary_averages(Junction(damping=1.0, noise=0.5), [0.5], 0, paths=256, duration=40.0)  # some seconds
        >>> found.gap < 4
        True
    """
    grid = bias_grid(bias)
    checks.require(junction.noise > 0, "junction", "have noise, for a density to exist", "one without")
    checks.require(junction.drive is None, "junction", "have no drive for a stationary state", junction.drive)
    checks.require(junction.subgap is None, "junction", "have one resistor", junction.subgap)
    source = randomness.source(rng)
    count, span = checks.integer(paths, "paths", least=2), checks.positive(duration, "duration")
    # Starts in the well, or drawn from the density: for the relations that have none, and for errors of scheme, a wait in any case.
    rates = slowest_rates(junction, grid)
    wait = max(transient(junction, grid, rates), 5.0)
    h = step_length(junction, dt, grid)
    if dt is None and junction.damping is not None:
        h = min(h, _DAMPED_STEP / junction.damping)
    solved = run(
        junction,
        grid,
        np.concatenate([[0.0], wait + np.linspace(0, span, _LOOKS + 1)]),
        paths=count,
        rng=source,
        dt=h,
        start=starts(junction, grid, count, source, is_spread=True),
        scheme=scheme_for(junction, density=True),
        progress=progress,
        out=out,
    )
    seen = np.asarray(solved.values)[:, :, 1:]
    phase = seen[..., 0]
    # A smooth window with capacitance, where phases may still rotate together.
    mean = np.mean if junction.damping is None else smooth_mean
    speed = mean(np.diff(phase, axis=-1), axis=-1) * (_LOOKS / span)
    each = {
        "voltage": speed * junction.voltage_per_velocity,
        "sine": mean(np.sin(phase), axis=-1),
        "cosine": mean(np.cos(phase), axis=-1),
    }
    each["entropy production"] = grid[:, None] * speed / junction.noise
    each["current balance"] = grid[:, None] - each["voltage"] - mean(junction.current_phase.current(phase), axis=-1)
    if junction.damping is not None:
        each["square velocity"] = mean(seen[..., 1] ** 2, axis=-1)
        given = grid[:, None] * speed
        each["power balance"] = given - junction.damping * (each["square velocity"] - junction.noise)
    exact = _exact(junction, grid, list(each))
    columns = {
        name: (values.mean(1), values.std(1, ddof=1) / np.sqrt(count), exact[name]) for name, values in each.items()
    }
    columns["uncertainty ratio"] = _uncertainty(junction, grid, phase, span, exact["voltage"])
    unsettled = doubtful(rates, wait)
    return Averages(junction, grid, columns, source.seed, unsettled, doubt(grid, unsettled, rates, wait))


def _uncertainty(
    junction: Junction, grid: np.ndarray, phase: np.ndarray, span: float, voltage: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """D_eff i/(D ⟨φ'⟩) from four blocks, with the error of both of its factors from sixteen groups of two paths or more; not a number without bias."""
    groups = min(16, phase.shape[1] // 2)
    if groups < 2:
        return (np.full(grid.size, np.nan),) * 3
    steps = np.diff(even_turns(junction, grid, phase[..., :: _LOOKS // 4]), axis=-1)
    parts = []
    for group in np.array_split(steps, groups, axis=1):
        parts.append(_ratio(junction, grid, group, span))
    table = np.array(parts)
    value, error = _ratio(junction, grid, steps, span), table.std(0, ddof=1) / np.sqrt(len(table))
    # A ratio over a velocity that may be 0 has neither a mean nor an error.
    way = steps.sum(-1)
    unseen = np.abs(way.mean(1)) < 4 * way.std(1, ddof=1) / np.sqrt(way.shape[1])
    known, _ = exact_diffusion(junction, grid)
    exact = np.full(grid.size, np.nan)
    if known is not None:
        there = np.isfinite(known) & np.isfinite(voltage) & (grid != 0) & ~unseen
        speed = voltage[there] / junction.voltage_per_velocity
        exact[there] = known[there] * grid[there] / (junction.noise * speed)
    return np.where(unseen, np.nan, value), np.where(unseen, np.nan, error), exact


def _ratio(junction: Junction, grid: np.ndarray, steps: np.ndarray, span: float) -> np.ndarray:
    mean = steps.mean(1, keepdims=True)
    far = steps - mean
    freedom = steps.shape[1] - 1
    # The covariance of neighbouring blocks takes off what a displacement carries of its two ends.
    spread = (far.sum(-1) ** 2).sum(1) + 2 * (far[..., 1:] * far[..., :-1]).mean(-1).sum(1)
    diffusion = spread / freedom / (2 * span)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(grid != 0, diffusion * grid / (junction.noise * mean.sum((1, 2)) / span), np.nan))


def _exact(junction: Junction, grid: np.ndarray, names: list[str]) -> dict[str, np.ndarray]:
    """The exact averages by name; not a number where the Fokker–Planck equation is out of reach. Balances are 0."""
    found = {name: np.full(grid.size, np.nan) for name in names}
    for name in ("current balance", "power balance"):
        if name in found:
            found[name][:] = 0.0
    for place, i in enumerate(grid):
        try:
            state = fokker_planck(junction, float(i), unknowns=AT_HAND)
            found["voltage"][place] = state.voltage
        except NotConverged:
            continue
        found["sine"][place], found["cosine"][place] = state.mean_sin, state.mean_cos
        found["entropy production"][place] = state.entropy_production
        if "square velocity" in found:
            found["square velocity"][place] = state.mean_square_velocity
    return found
