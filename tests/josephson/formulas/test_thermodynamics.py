"""Balances, entropy, the small SQUID."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson.formulas import (
    balance_residuals,
    entropy_production,
    mean_voltage,
    squid_critical_current,
    squid_voltage,
)
from evolaw.sde.processes.fokker_planck import CircleFokkerPlanck
from evolaw.sde.processes.fourier_hermite import KineticFokkerPlanck


def test_the_balances_hold_for_the_exact_stationary_state():
    law = KineticFokkerPlanck(lambda x: 0.6 - np.sin(x), 0.8, 0.5)
    found = balance_residuals(
        0.6, 0.8, 0.5, velocity=law.mean_velocity, square_velocity=law.mean_square_velocity, sine=law.moment(1).imag
    )
    assert found == pytest.approx((0, 0), abs=1e-9)
    assert entropy_production(0.6, law.mean_velocity, 0.5) == pytest.approx(
        0.8 * (law.mean_square_velocity - 0.5) / 0.5, rel=1e-8
    )


def test_the_squid_is_one_junction_that_the_field_weakens():
    assert squid_critical_current(0.25) == pytest.approx(np.sqrt(0.5))
    assert squid_voltage(1.0, 0.25) == pytest.approx(np.sqrt(0.5))
    # Two junctions with I_0 and R each, in phase, are one with 2 I_0 and R/2: V/(I_0 R) is V/((2I_0)(R/2)), the noise halved.
    assert squid_voltage(0.9, 0.0, noise=0.3) == pytest.approx(mean_voltage(0.9, 0.15))
    assert squid_voltage(0.4, 0.5, noise=0.3) == pytest.approx(0.4)


@pytest.mark.parametrize(("flux", "bias", "noise"), [(0.3, 0.5, 0.3), (0.8, 1.2, 0.1)])
def test_a_warm_squid_in_a_field_is_its_common_phase(flux, bias, noise):
    """Two noises of D on a phase of twice the friction are one of D/2: φ' = i - |cos πΦ/Φ0| sin φ + √D ξ, by its Fokker–Planck equation."""
    common = CircleFokkerPlanck(lambda x: bias - abs(np.cos(np.pi * flux)) * np.sin(x), noise / 2)
    assert squid_voltage(bias, flux, noise=noise) == pytest.approx(common.mean_velocity, rel=1e-9)


def test_the_squid_follows_its_two_phases():
    """Two overdamped junctions on one superconducting ring, solved as two equations with a stiff ring."""
    from scipy.integrate import solve_ivp

    flux, bias, stiff = 0.2, 1.1, 400.0

    def motion(t, x):
        ring = stiff * (x[0] - x[1] - 2 * np.pi * flux)
        return [bias - np.sin(x[0]) - ring, bias - np.sin(x[1]) + ring]

    found = solve_ivp(motion, (0, 60), [2 * np.pi * flux, 0.0], "Radau", rtol=1e-8, atol=1e-8, dense_output=True)
    period = 2 * np.pi / squid_voltage(bias, flux)
    assert found.sol(60)[0] - found.sol(60 - 4 * period)[0] == pytest.approx(8 * np.pi, rel=2e-3)


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="noise"):
        entropy_production(1.0, 1.0, 0.0)
