"""Phase diffusion."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Junction, phase_diffusion
from evolaw.josephson.formulas import effective_diffusion


@pytest.mark.slow
def test_diffusion_is_the_exact_one():
    """Three biases, 3 % each; within 3 standard errors, 1 % of other seeds."""
    found = phase_diffusion(Junction(noise=0.2), [0.5, 1.0, 2.0], 0, paths=8192, block=12.0)
    assert found.gap < 3
    assert np.all(found.error < 0.03 * found.exact)


@pytest.mark.slow
def test_diffusion_over_the_table_is_within_two_percent():
    """80 000 junctions: 0.5 % each."""
    for i, d in ((0.5, 0.2), (1.0, 0.05), (1.2, 0.05), (1.5, 0.02), (2.0, 0.5)):
        found = phase_diffusion(Junction(noise=d), [i], 1, paths=80_000, block=30.0)
        assert found.value[0] == pytest.approx(effective_diffusion(i, d), rel=0.02)


@pytest.mark.slow
def test_in_equilibrium_inertia_diffuses_as_einstein_says():
    """A nearly free phase (D = 50): D_eff = D/α for φ' with friction α; 0.3 % of other seeds."""
    found = phase_diffusion(Junction(damping=1.0, noise=50.0), [0.0], 0, paths=4096, block=30.0)
    assert found.value[0] == pytest.approx(50.0, abs=3 * found.error[0] + 0.2)


@pytest.mark.slow
def test_what_turns_unevenly_is_not_taken_for_diffusion():
    """Weak noise, three biases above the critical current: within 4 errors of 4.4 %; it was 30 errors off. False alarm: 2e-4."""
    found = phase_diffusion(Junction(noise=3e-4), [1.05, 1.4, 2.0], 0, paths=1024)
    assert found.gap < 4 and np.all(found.error < 0.06 * found.exact)


@pytest.mark.slow
def test_at_ten_microampere_and_one_ohm_the_line_has_its_width():
    """1 pF, 4.2 K: 2.3 % each, within 3.5 errors; a block lasts less than two turns there, and 1.4 I_c was 13 errors off. False alarm: 2e-3."""
    junction = Junction.from_si(critical_current=1e-5, resistance=1.0, capacitance=1e-12, temperature=4.2)
    assert phase_diffusion(junction, [1.2, 1.4, 1.6, 2.0], 0, paths=4096).gap < 3.5


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="noise"):
        phase_diffusion(Junction(), [0.5], 0)
