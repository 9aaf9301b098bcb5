"""Escape rates by waiting, against eigenvalues of the Fokker–Planck equation."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Junction, escape_rates


@pytest.mark.parametrize(
    ("damping", "eigenvalue"), [(0.5, 1.170683e-4), pytest.param(2.0, 5.928035e-5, marks=pytest.mark.slow)]
)
def test_waiting_gives_the_eigenvalue(damping, eigenvalue):
    """600 escapes, ΔU/D = 6.85; 0.3 % of other seeds each. The first escape of several at once counts once, as in λ's mean over q."""
    found = escape_rates(Junction(damping=damping, noise=0.1), [0.5], 1, method="waiting", escapes=600)
    assert found.value[0] == pytest.approx(eigenvalue, abs=3 * found.error[0])
    assert found.error[0] < 0.06 * eigenvalue


@pytest.mark.slow
def test_without_capacitance_it_is_the_slip_rate_of_the_exact_voltage():
    """v/2π, as backward slips are e^{-31} of the forward ones; 0.3 % of other seeds."""
    from evolaw.josephson.formulas import mean_voltage

    found = escape_rates(Junction(noise=0.1), [0.5], 0, method="waiting", escapes=600)
    assert found.value[0] == pytest.approx(mean_voltage(0.5, 0.1) / (2 * np.pi), abs=3 * found.error[0])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damping", "rate"), [(0.01, 4.58515e-5), (0.1, 1.32779e-4), (10.0, 1.375942e-5), (100.0, 1.379e-6)]
)
def test_rates_over_four_decades_of_damping(damping, rate):
    """Measured against Mel'nikov–Meshkov (8 %, its own order) at low damping, the eigenvalue at high: 3 standard errors more."""
    found = escape_rates(Junction(damping=damping, noise=0.1), [0.5], 2, method="waiting", escapes=400)
    assert found.value[0] == pytest.approx(rate, abs=3.3 * found.error[0] + 0.08 * rate)


def test_faults_are_named():
    noisy = Junction(damping=0.5, noise=0.1)
    for arguments, name in (
        ((Junction(damping=0.5), [0.5]), "noise"),
        ((noisy, [1.0]), "bias"),
        ((noisy, [0.5, 0.4]), "bias"),
    ):
        with pytest.raises(ArgumentError, match=name):
            escape_rates(*arguments, 0)
    with pytest.raises(ArgumentError, match="method"):
        escape_rates(noisy, [0.5], 0, method="guessing")
