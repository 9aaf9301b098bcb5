"""Starts: drawn from what is stationary, so that no estimate is biased by phases that move together."""

import numpy as np
import pytest

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
