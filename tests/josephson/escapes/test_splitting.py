"""Splitting against the eigenvalue, and where no waiting would do."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Junction
from evolaw.josephson.escapes.known_rates import known_rate
from evolaw.josephson.escapes.splitting import genealogical_variance, split_rate
from evolaw.josephson.formulas import escape_rate, mean_voltage


@pytest.mark.slow
def test_without_capacitance_it_is_the_exact_slip_rate():
    """ΔU/D = 6.85; 800 junctions a level: 0.3 % of other seeds."""
    found, error = split_rate(Junction(noise=0.1), 0.5, 0, 800, 0.05)
    assert found == pytest.approx(mean_voltage(0.5, 0.1) / (2 * np.pi), abs=3 * error)
    assert error < 0.35 * found


def test_the_genealogy_tells_the_variance():
    """A chain of four levels with independent chances: over 400 splittings the mean of V is the relative variance there is, within 25 %."""
    draw, n, chances = np.random.default_rng(0), 100, (0.4, 0.3, 0.5, 0.4)
    rates, told = [], []
    for _ in range(400):
        origin, rate = np.arange(n), 1.0
        for level, p in enumerate(chances):
            up = draw.random(n) < p
            last, rate = origin[up], rate * up.mean()
            origin = draw.choice(last, n) if level < len(chances) - 1 else origin
        rates.append(rate)
        told.append(rate**2 * genealogical_variance(last, n, len(chances) - 1))
    assert np.mean(told) == pytest.approx(np.var(rates), rel=0.25)
    assert genealogical_variance(np.zeros(5, int), 100, 3) == 1


@pytest.mark.slow
@pytest.mark.parametrize("damping", [None, 0.5, 10.0])
def test_its_errors_are_those_of_repeated_splittings(damping):
    """Eight splittings: none beyond 3.2 errors of the exact rate, and their spread no more than twice the errors; 2 % of other seeds."""
    exact = {None: mean_voltage(0.5, 0.1) / (2 * np.pi), 0.5: 1.170683e-4, 10.0: 1.375942e-5}[damping]
    found = np.array([split_rate(Junction(damping=damping, noise=0.1), 0.5, seed, 800, 0.05) for seed in range(8)])
    distance = (found[:, 0] - exact) / found[:, 1]
    assert np.abs(distance).max() < 3.2
    assert np.std(found[:, 0], ddof=1) < 2 * np.mean(found[:, 1])


@pytest.mark.slow
@pytest.mark.parametrize(("damping", "noise"), [(0.3, 0.03), (None, 0.03), (2.0, 0.04)])
def test_rates_that_nobody_could_wait_for(damping, noise):
    """1e-8 and below, 23 and 17 D up: Kramers with the turnover, whose own error is 4 %; 1 % of other seeds."""
    found, error = split_rate(Junction(damping=damping, noise=noise), 0.5, 0, 3200, 0.05)
    assert found == pytest.approx(escape_rate(0.5, damping, noise), abs=3 * error + 0.05 * found)
    assert error < 0.5 * found


def test_a_low_barrier_is_refused():
    with pytest.raises(ArgumentError, match="waiting"):
        split_rate(Junction(noise=0.5), 0.5, 0, 160, 0.05)


@pytest.mark.slow
def test_escapes_of_one_family_are_no_measurement():
    """200 junctions a level at ΔU = 12 D: all that escape descend from one, whose rate was 7 times too low with an error of itself.

    Followed again with four times as many; the exact rate lies within four of its errors, as for 1 of 2000 other seeds.
    """
    junction = Junction(noise=0.1)
    rate, error = split_rate(junction, 0.3, 0, 200, 0.05)
    exact = float(known_rate(junction, 0.3, 0.3).rate(np.array([0.3]))[0])
    assert abs(rate - exact) < 4 * error < 3.2 * rate
