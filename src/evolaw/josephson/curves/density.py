"""The stationary density of the phase, sampled, over the Fokker–Planck density."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw import checks, display, randomness
from evolaw.josephson.curves.settling import doubt, doubtful, slowest_rates, transient
from evolaw.josephson.curves.starting import starts
from evolaw.josephson.curves.stepping import Progress, run, scheme_for, step_length
from evolaw.josephson.junction import Junction
from evolaw.josephson.stationary_state import fokker_planck
from evolaw.sde.statistics.moments import Histogram, Moments
from evolaw.told import told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PhaseDensity", "phase_density"]


@dataclass(frozen=True, eq=False, repr=False)
class PhaseDensity:
    """A histogram of the phase on its period, beside the exact density.

    Attributes:
        junction, bias: whose.
        edges: of the bins.
        density, error: sampled, with standard errors.
        exact: mean of the exact density over each bin.
        cosine, cosine_error, exact_cosine: ⟨cos φ⟩ sampled and exact.
        distance, expected_distance: half the integral of |sampled - exact|, and what sampling alone would give on average.
        seed: of the noise.
        doubt: the sentence that says why it is not the stationary density, or "".
    """

    junction: Junction
    bias: float
    edges: np.ndarray
    density: np.ndarray
    error: np.ndarray
    exact: np.ndarray
    cosine: float
    cosine_error: float
    exact_cosine: float
    distance: float
    expected_distance: float
    seed: int | None
    doubt: str = ""

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure of the histogram over the exact density."""
        return display.plot(self, **options)

    def __repr__(self) -> str:
        facts = [
            ("bias", f"{self.bias:g}"),
            ("⟨cos φ⟩", f"{display.uncertain(self.cosine, self.cosine_error)}   exact {self.exact_cosine:.6g}"),
            ("total variation", f"{self.distance:.4g}, sampling alone {self.expected_distance:.4g}"),
            ("in doubt", self.doubt or None),
            ("seed", self.seed),
        ]
        return display.lines("Density of the phase", facts)


@told
def phase_density(
    junction: Junction,
    bias: float,
    rng: Any,
    *,
    paths: int = 100_000,
    duration: float | None = None,
    bins: int = 60,
    dt: float | None = None,
    progress: Progress | None = None,
    out: Any = None,
) -> PhaseDensity:
    """Sample the phase of many junctions after a time long enough to forget their start.

    Args:
        junction: with noise, without a drive, one resistor.
        bias: i.
        rng: seed or source of chance.
        paths: independent junctions.
        duration: time before they are looked at; None for twenty relaxations, and ten passages between resting and running up to 2000.
        bins: of the histogram over one period.
        dt: step.
        progress: called with (paths done, paths in all).
        out: run directory that is filled as the work goes on, or an open one; an unfinished one is continued, to the same bytes.

    Example:
        >>> found = phase_density(Junction(noise=0.5), 0.5, 0, paths=4000)  # some seconds
        >>> found.distance < 3 * found.expected_distance
        True
    """
    state = fokker_planck(junction, bias)
    source = randomness.source(rng)
    count, number = checks.integer(paths, "paths", least=16), checks.integer(bins, "bins", least=4)
    a, grid = junction.damping, np.array([float(bias)])
    rates = slowest_rates(junction, grid)
    usual = max(transient(junction, grid, rates), 20 * max(1.0, 1 / (a or 1.0), a or 1.0))
    span = checks.positive(duration if duration is not None else usual, "duration")
    period = junction.current_phase.period
    edges = np.linspace(0, period, number + 1)
    edges[-1] = np.nextafter(period, 7 * period)
    asked = (Histogram(tuple(edges), wrapped=True), Moments(of=_cosine))
    start = starts(junction, grid, count, source, is_spread=True)
    solved = run(
        junction,
        grid,
        [0.0, span],
        paths=count,
        rng=source,
        dt=step_length(junction, dt, grid),
        start=start,
        scheme=scheme_for(junction, density=True),
        statistics=asked,
        progress=progress,
        out=out,
    )
    counted = solved.histogram.density[0, -1], solved.histogram.density_error[0, -1]
    places, weights = np.polynomial.legendre.leggauss(8)
    within = edges[:-1, None] + np.diff(edges)[:, None] * (1 + places) / 2
    exact = state.density(within) @ weights / 2
    width = period / number
    # Where next to nothing is, the series rounds to just below 0.
    share = np.clip(exact * width, 0.0, 1.0)
    expected = float(np.sum(np.sqrt(share * (1 - share) * 2 / (np.pi * count)))) / 2
    moments = solved.moments
    return PhaseDensity(
        junction,
        float(bias),
        edges,
        *counted,
        exact,
        float(moments.mean[0, -1, 0]),
        float(moments.mean_error[0, -1, 0]),
        state.mean_cos,
        float(np.abs(counted[0] - exact).sum() * width / 2),
        expected,
        source.seed,
        doubt(grid, doubtful(rates, span), rates, span),
    )


def _cosine(t: Any, x: Any, p: Any) -> Any:
    import jax.numpy as jnp

    return jnp.cos(x[0])
