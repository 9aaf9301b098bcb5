"""Starts: drawn from what is stationary, so that no estimate is biased by phases that move together."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from evolaw.josephson import CurrentPhaseRelation, Junction, fokker_planck
from evolaw.josephson.curves.starting import starts
from evolaw.josephson.formulas import limit_cycle, mean_cosine


@pytest.mark.parametrize("noise", [1e-4, 0.3])
def test_without_capacitance_they_are_drawn_from_the_exact_density(noise):
    """Stratified draws: the mean cosine of 4000 is right to far less than 1/√4000, at weak noise and for either sign too."""
    bias = np.array([-1.3, 0.2, 1.1])
    found = starts(Junction(noise=noise), bias, 4000, 0)
    np.testing.assert_allclose(np.cos(found[..., 0]).mean(1), mean_cosine(bias, noise), atol=1e-3)


def test_other_relations_have_their_own_density():
    relation = CurrentPhaseRelation.of({1: 1.0, 2: -0.4})
    junction = Junction(noise=0.3, current_phase=relation)
    found = starts(junction, np.array([0.6]), 4000, 0)
    assert np.cos(found[..., 0]).mean() == pytest.approx(fokker_planck(junction, 0.6).mean_cos, abs=1e-3)


def test_velocities_are_thermal():
    """False alarm 1e-6: five standard errors of a variance."""
    thermal = starts(Junction(damping=0.5, noise=0.3), np.array([0.0]), 20_000, 0)
    assert thermal[0, :, 1].var() == pytest.approx(0.3, rel=0.05)
    assert np.ptp(thermal[0, :, 0]) == 0


@pytest.mark.parametrize(("damping", "bias"), [(1.0, 1.1), (0.3, -1.5), (5.0, 1.02)])
def test_running_junctions_are_spread_in_time_over_the_running_state(damping, bias):
    """Means over the starts are means in time over the limit cycle, which is found another way: to 0.3 % of √4000 stratified draws."""
    found = starts(Junction(damping=damping, noise=1e-8), np.array([bias]), 4000, 0, is_spread=True)[0]
    cycle = limit_cycle(abs(bias), damping)
    weight = 1 / cycle.velocity / np.sum(1 / cycle.velocity)
    assert np.cos(found[:, 0]).mean() == pytest.approx(float(np.sum(weight * np.cos(cycle.phase))), abs=2e-3)
    assert abs(found[:, 1].mean()) * damping == pytest.approx(cycle.voltage, rel=2e-3)
    assert np.sign(found[:, 1].mean()) == np.sign(bias)


@pytest.mark.slow
def test_junctions_rest_at_the_bottom_of_their_own_well():
    """A relation shifted by 2 rad is the same junction with shifted phases; it began on a slope, and ran at α = 0.1, i = 0.5.

    Two harmonics: the deepest of two wells, where SciPy finds the least energy. Beyond the current of one sense it runs, of the other it rests.
    """
    bias = np.array([-0.6, 0.0, 0.5, 2.0])
    plain, shifted = (
        starts(Junction(damping=0.1, noise=0.0, current_phase={1: (1.0, shift)}), bias, 2, 0)[..., 0]
        for shift in (0.0, 2.0)
    )
    np.testing.assert_allclose(shifted + 2.0, plain, atol=3e-4)
    relation = CurrentPhaseRelation.of({1: (0.4, 0.5), 2: (1.0, 0.0)})
    found = starts(Junction(damping=0.5, current_phase=relation), np.array([0.1]), 1, 0)[0, 0, 0]
    lowest = minimize_scalar(
        lambda x: relation.potential(x) - 0.1 * x, bounds=(found - 1, found + 1), method="bounded"
    ).x
    assert found == pytest.approx(lowest, abs=1e-4)
    assert relation.potential(found) == pytest.approx(
        relation.potential(np.linspace(-np.pi, np.pi, 4001)).min(), abs=0.01
    )
    # sin φ + 0.4 sin(2φ + 2): largest currents of the two senses differ, as in a diode.
    diode = CurrentPhaseRelation.of({1: 1.0, 2: (0.4, 2.0)})
    current = diode.current(np.linspace(0, 2 * np.pi, 4001))
    between = (current.max() - current.min()) / 2
    assert abs(current.max() + current.min()) > 0.1
    state = starts(
        Junction(damping=0.5, noise=1e-6, current_phase=diode), np.array([-between, between]), 64, 0, is_spread=True
    )
    runs = np.ptp(state[..., 0], axis=1) > 1
    assert runs.tolist() == [between > -current.min(), between > current.max()] and runs.sum() == 1
