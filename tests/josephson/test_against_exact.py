"""Every curve from noise against its exact values, over a grid of dampings, noises and biases: distances in standard errors.

The wrong are found by their spread: over all points χ² of the distances, and none beyond 4.5. Points of one junction share their noise, and
averages of one path are correlated, so that χ² scatters about twice as much as its law: 5 of its own widths are allowed. One of 300 other
seeds would see a false alarm.
"""

import numpy as np
import pytest

from evolaw.errors import NotConverged
from evolaw.josephson import (
    Junction,
    escape_rates,
    phase_density,
    phase_diffusion,
    spectrum,
    stationary_averages,
    switching_currents,
)
from evolaw.josephson.escapes.known_rates import TURNOVER
from evolaw.josephson.escapes.slow_ramps import integrated_law
from evolaw.sde.processes.tilted_periodic import TiltedPeriodic

BIAS = np.array([0.0, 0.3, 0.8, 0.95, 1.0, 1.1, 1.5])
GRID = [(None, 1.0), (None, 0.1), (None, 0.03), (5.0, 0.1), (1.0, 0.3), (0.3, 1.0)]


def agree(distances):
    z = np.concatenate([np.ravel(d) for d in distances])
    z = z[np.isfinite(z)]
    assert np.abs(z).max() < 4.5
    assert abs(np.sum(z * z) - z.size) < 5 * np.sqrt(2 * z.size)
    return z.size


@pytest.mark.slow
def test_averages():
    far = []
    for seed, (damping, noise) in enumerate(GRID):
        found = stationary_averages(Junction(damping=damping, noise=noise), BIAS, seed, paths=512, duration=100.0)
        names = ["voltage", "cosine", "uncertainty ratio"] + ([] if damping is None else ["square velocity"])
        for value, error, exact in (found.columns[name] for name in names):
            far.append(np.where(found.doubtful, np.nan, (value - exact) / np.where(error > 0, error, np.nan)))
    assert agree(far) > 90


@pytest.mark.slow
def test_diffusion():
    far = []
    for seed, (damping, noise) in enumerate(GRID):
        found = phase_diffusion(Junction(damping=damping, noise=noise), BIAS, 10 + seed, paths=2048)
        far.append(np.where(found.doubtful, np.nan, (found.value - found.exact) / found.error))
    assert agree(far) > 35


@pytest.mark.slow
def test_densities():
    """χ² of each histogram over its bins, in its own widths, and ⟨cos φ⟩."""
    far = []
    for seed, (damping, noise) in enumerate(GRID[:5]):
        for i in (0.3, 0.95, 1.5):
            try:
                found = phase_density(Junction(damping=damping, noise=noise), i, 20 + seed, paths=10_000, bins=24)
            except NotConverged:
                continue
            expected = found.exact * np.diff(found.edges) * 10_000
            counted = found.density * np.diff(found.edges) * 10_000
            full = expected > 5
            free = full.sum() - 1
            square = np.sum((counted - expected)[full] ** 2 / expected[full])
            far.append((square - free) / np.sqrt(2 * free))
            far.append((found.cosine - found.exact_cosine) / found.cosine_error)
    assert agree(far) > 24


LINES = [
    (None, 0.3, 0.5),
    (None, 0.1, 1.2),
    (None, 0.05, 1.0),
    (5.0, 0.1, 0.95),
    (1.0, 0.3, 1.2),
    (0.5, 0.1, 1.5),
    (0.3, 1.0, 1.5),
]


@pytest.mark.slow
def test_spectra():
    """32 bands each of records of 256 junctions, against the mean periodogram of the Fokker–Planck equation; line widths of the running ones."""
    far = []
    for seed, (damping, noise, bias) in enumerate(LINES):
        found = spectrum(Junction(damping=damping, noise=noise), bias, 30 + seed, duration=200.0, paths=256)
        _, power, error, exact = found.bands(32)
        far.append((power - exact) / error)
    assert agree(far) == 32 * len(LINES)


@pytest.mark.slow
@pytest.mark.parametrize("damping", [None, 0.5, 2.0])
def test_the_spectrum_of_a_locked_junction_is_its_plasma_resonance(damping):
    """D = 0.002, i = 0.5, out of reach of the Fokker–Planck equation: the harmonic line within 3 % and 4 errors, 1e-3 of other seeds each."""
    found = spectrum(Junction(damping=damping, noise=0.002), 0.5, 40, duration=300.0, sampling=0.1, paths=512)
    omega, well = found.frequency, np.sqrt(0.75)
    square = (well - omega**2) ** 2 + (damping * omega) ** 2 if damping else well**2 + omega**2
    line = 0.25 * 4 * (damping or 1.0) * 0.002 / square
    middle, power, error, exact = found.bands(120)
    expected = np.array([part.mean() for part in np.array_split(line, 120)])
    low = middle < 3
    assert exact is None or damping is None
    assert low.sum() > 10 and np.all(np.abs(power - expected)[low] < 4 * error[low] + 0.03 * expected[low])


# α, D, i, how, and the eigenvalue where the table of the reference has it.
WELLS = [
    (None, 0.1, 0.5, "waiting", None),
    (None, 0.3, 0.0, "waiting", None),
    (5.0, 0.13, 0.5, "waiting", None),
    (2.0, 0.15, 0.3, "waiting", None),
    (1.0, 0.1, 0.5, "waiting", None),
    (1.0, 0.4, 0.0, "waiting", None),
    (0.5, 0.1, 0.5, "waiting", 1.170683e-4),
    (None, 0.07, 0.5, "splitting", None),
    (1.0, 0.1, 0.5, "splitting", None),
    (0.5, 0.1, 0.5, "splitting", 1.170683e-4),
]


@pytest.mark.slow
def test_escape_rates():
    """Eigenvalues and, without capacitance, slips of the exact I–V curve; half of the slips at zero current go backwards."""
    far = []
    for seed, (damping, noise, bias, method, eigenvalue) in enumerate(WELLS):
        found = escape_rates(Junction(damping=damping, noise=noise), [bias], 50 + seed, method=method, escapes=1000)
        assert found.source != TURNOVER
        assert eigenvalue is None or found.exact[0] == pytest.approx(eigenvalue, rel=1e-4)
        far.append(np.log(found.value / found.exact) * found.value / found.error)
    assert agree(far) == len(WELLS)


def survival_over_a_ramp(noise, rate, first, currents):
    """P(no switch) at each current without capacitance: ∂p/∂t = ∂[(sin φ - i) p + D ∂p]/∂φ, absorbing at 7π/4, by finite volumes and Crank–Nicolson."""
    from scipy.linalg import solve_banded

    edges = np.linspace(-3 * np.pi, 1.75 * np.pi, 951)
    x, dx = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0]
    law = TiltedPeriodic(lambda y: -np.cos(y), first, noise)
    top = np.pi - np.arcsin(first)
    start = np.where((x > top - 2 * np.pi) & (x <= top), law.density(x % (2 * np.pi)), 0.0)
    p, dt = start / start.sum(), 0.1
    inner = edges[1:-1]

    def bands(i):
        """dp/dt by the fluxes of Scharfetter and Gummel: exact where the force is constant from cell to cell."""
        push = (i - np.sin(np.append(inner, edges[-1]))) * dx / noise
        right = noise / dx**2 * push / -np.expm1(-push)
        left = right * np.exp(-push)
        out = np.append(right[:-1], right[-1])
        main = -out
        main[1:] -= left[:-1]
        return np.array([np.append(0, left[:-1]), main, np.append(right[:-1], 0)])

    alive, when = [1.0], [first]
    for n in range(int((currents[-1] + 0.05 - first) / (rate * dt))):
        a = bands(first + rate * dt * (n + 0.5))
        after = p + dt / 2 * (a[1] * p + np.append(a[0, 1:] * p[1:], 0) + np.append(0, a[2, :-1] * p[:-1]))
        p = solve_banded((1, 1), np.array([0, 1, 0])[:, None] - dt / 2 * a, after)
        alive.append(p.sum())
        when.append(first + rate * dt * (n + 1))
    return np.interp(currents, when, alive), (np.array(when), np.array(alive))


def distances(currents, survival, mean, deviation):
    """Of 20 equally likely bins in the widths of χ², of the mean, and of the width."""
    counts = np.histogram(1 - survival, bins=20, range=(0, 1))[0]
    n = currents.size
    square = np.sum((counts - n / 20) ** 2) / (n / 20)
    spread = currents.std(ddof=1)
    fourth = np.mean((currents - currents.mean()) ** 4) / spread**4
    return [
        (square - 19) / np.sqrt(38),
        (currents.mean() - mean) / (deviation / np.sqrt(n)),
        (spread - deviation) / (deviation * np.sqrt((fourth - 1) / n) / 2),
    ]


@pytest.mark.slow
def test_switching_currents():
    """Ramps followed step by step. Without capacitance the Fokker–Planck equation in time, at fast ramps that no rate describes; with it eigenvalues."""
    far = []
    for seed, (noise, rate) in enumerate([(0.05, 1e-3), (0.02, 3e-4), (0.1, 1e-2)]):
        found = switching_currents(Junction(noise=noise), rate, 2000, 70 + seed, method="simulation")
        ordered = np.sort(found.currents)
        survival, (when, alive) = survival_over_a_ramp(noise, rate, found.first, ordered)
        mean = found.first + np.trapezoid(alive, when)
        second = found.first**2 + 2 * np.trapezoid(when * alive, when)
        far.append(distances(ordered, survival, mean, np.sqrt(second - mean**2)))
    for seed, (damping, noise) in enumerate([(5.0, 0.05), (1.0, 0.1), (2.0, 0.1)]):
        junction = Junction(damping=damping, noise=noise)
        found = switching_currents(junction, 3e-5, 1000, 80 + seed, method="simulation")
        law = integrated_law(junction, 3e-5)
        assert law.source != TURNOVER
        survival = np.interp(found.currents, law.law.bias, law.law.survival)
        far.append(distances(found.currents, survival, law.law.mean, law.law.deviation))
    assert agree(far) == 18
