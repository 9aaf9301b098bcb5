"""Coupled pairs: noise that belongs to the friction, equilibrium, faults."""

import numpy as np
import pytest

from evolaw import sde
from evolaw.errors import ArgumentError
from evolaw.josephson.arrays.pairs import capacitive_array, phase_pair, resistive_array, symmetric_coupling


def test_the_noise_of_a_shared_resistor_is_correlated_as_the_friction_is():
    law = resistive_array(0.2, 0.3, 0.5, [0.1, 0.0])
    noise = law.matrix(0.0, np.zeros(4))[2:]
    np.testing.assert_allclose(noise @ noise.T, 2 * 0.3 * np.array([[0.7, -0.5], [-0.5, 0.7]]), rtol=1e-5)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", ["resistive", "capacitive", "phase"])
def test_equipartition_of_a_pair(kind):
    """⟨M φ'φ'ᵀ⟩ = D 1 for every coupling, from 4000 pairs: within 4 standard errors, 1 of 2000 other seeds."""
    made = {"resistive": resistive_array, "capacitive": capacitive_array, "phase": phase_pair}[kind]
    law = made(0.6, 0.4, 0.5, 0.0)
    scheme = sde.BAOAB() if kind == "phase" else sde.StochasticHeun()
    found = sde.solve(law, scheme, np.zeros(4), [0.0, 12.0], paths=4000, dt=0.04, rng=2).values[:, -1, 2:]
    mass = np.eye(2) + (symmetric_coupling(0.5) if kind == "capacitive" else 0)
    covariance = mass @ np.cov(found.T)
    np.testing.assert_allclose(covariance, 0.4 * np.eye(2), atol=4 * 0.4 * np.sqrt(2 / 4000) * 1.6)


def test_a_strong_phase_coupling_makes_one_junction_of_two():
    law = phase_pair(0.5, 0.0, 400.0, [0.7, 0.1])
    flow = sde.SDE(law.drift, None, dim=4, noise="none", params=law.params)
    end = sde.solve(flow, sde.RungeKutta4(), np.zeros(4), [0.0, 60.0], dt=0.02, rng=None).values[0, -1]
    np.testing.assert_allclose(end[:2], np.arcsin(0.4), atol=2e-3)


def test_a_coupling_that_leaves_no_mass_names_the_node():
    with pytest.raises(ArgumentError, match=r"`strength`.*mass matrix.*node"):
        capacitive_array(0.5, 0.1, -0.5, 0.0)
    k = np.zeros((3, 3))
    k[1, 2] = k[2, 1] = -0.3
    with pytest.raises(ArgumentError, match=r"friction matrix.*node [12]"):
        resistive_array(0.2, 0.1, k, 0.0)
    with pytest.raises(ArgumentError, match="symmetric"):
        symmetric_coupling([[0, 1], [2, 0]])
