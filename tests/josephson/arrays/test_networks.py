"""Arrays on any graph."""

import numpy as np
import pytest

from evolaw import sde
from evolaw.errors import ArgumentError
from evolaw.josephson.arrays.networks import network
from evolaw.josephson.formulas import equilibrium_cosine, phase


def test_one_bond_is_one_junction():
    flow = network([(1, 0)], [-1.5, 1.5])
    found = sde.solve(flow, sde.RungeKutta4(), 0.0, [0.0, 5.0], dt=0.01, rng=None).values[0, -1, 0]
    assert found == pytest.approx(phase(5.0, 1.5), abs=1e-7)


def test_what_goes_in_comes_out():
    """Kirchhoff's law: the divergence of super- and normal current is what is fed, at a random state of a random graph."""
    draw = np.random.default_rng(0)
    bonds = np.array([(1, 0), (2, 1), (3, 2), (0, 3), (1, 3), (4, 2), (4, 0)])
    feed = np.array([-0.7, 0.2, 0.1, 0.3, 0.1])
    g = draw.uniform(0.5, 2, 7)
    law = network(bonds, feed, critical=draw.uniform(0.5, 1.5, 7), conductance=g, gauge=draw.normal(size=7))
    x = draw.normal(size=4)
    speed = np.concatenate([[0.0], np.asarray(law.drift_at(0.0, x), float)])
    whole = np.concatenate([[0.0], x])
    current = law.params["critical"] * np.sin(whole[bonds[:, 0]] - whole[bonds[:, 1]] - law.params["gauge"])
    current += g * (speed[bonds[:, 0]] - speed[bonds[:, 1]])
    out = np.zeros(5)
    np.add.at(out, bonds[:, 0], current)
    np.add.at(out, bonds[:, 1], -current)
    np.testing.assert_allclose(out, feed, atol=2e-6)


def test_the_noise_of_the_bonds_gives_the_covariance_of_the_solve():
    law = network([(1, 0), (2, 1), (2, 0)], [0.0, 0.0, 0.0], noise=0.3)
    b = law.matrix(0.0, np.zeros(2))
    np.testing.assert_allclose(b @ b.T, 2 * 0.3 * law.params["solve"], rtol=1e-5)


@pytest.mark.slow
def test_in_equilibrium_a_tree_is_independent_junctions():
    """Three bonds in a row: each ⟨cos θ⟩ = I_1(1/D)/I_0(1/D); 8000 networks, 4 errors: 1 of 5000 other seeds."""
    law = network([(1, 0), (2, 1), (3, 2)], [0.0] * 4, noise=0.5)
    found = sde.solve(law, sde.StochasticHeun(), np.zeros(3), [0.0, 12.0], paths=8000, dt=0.05, rng=1).values[:, -1]
    angles = np.diff(found, axis=1, prepend=0.0)
    np.testing.assert_allclose(np.cos(angles).mean(0), equilibrium_cosine(0.5), atol=4 * 0.35 / np.sqrt(8000))


def test_an_island_without_a_way_to_ground_is_named():
    with pytest.raises(ArgumentError, match=r"singular: node 3 has none"):
        network([(1, 0), (2, 1), (3, 2)], [0.0] * 4, conductance=[1.0, 1.0, 0.0])
    with pytest.raises(ArgumentError, match="add up"):
        network([(1, 0)], [0.0, 1.0])
    with pytest.raises(ArgumentError, match="islands from 0 to 1"):
        network([(1, 5)], [0.0, 0.0])
