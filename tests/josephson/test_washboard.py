"""Current–phase relations and the force."""

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.errors import ArgumentError
from evolaw.josephson.washboard import CurrentPhaseRelation, SubgapDrift, Washboard


def test_the_force_is_minus_the_slope_of_the_potential():
    relation = CurrentPhaseRelation(((1, 1.0, 0.1), (2, -0.3, 0.0), (0.5, 0.2, 0.0)))
    x, h = np.linspace(-9, 9, 31), 1e-5
    slope = (relation.potential(x + h) - relation.potential(x - h)) / (2 * h)
    np.testing.assert_allclose(relation.current(x), slope, atol=1e-9)
    with precise("float64"):
        force = Washboard(relation)(0.0, jnp.asarray(x), {"bias": 0.4})
    np.testing.assert_allclose(np.asarray(force), 0.4 - relation.current(x), atol=1e-12)


def test_the_period_knows_the_model():
    assert CurrentPhaseRelation.of({1: 1.0}).period == pytest.approx(2 * np.pi)
    assert CurrentPhaseRelation.of({1: 1.0, 0.5: 0.2}).period == pytest.approx(4 * np.pi)
    assert CurrentPhaseRelation.of({1: 1.0}).is_sinusoidal and not CurrentPhaseRelation.of({2: 1.0}).is_sinusoidal
    assert CurrentPhaseRelation.of({1: (1.0, np.pi / 2)}).critical == pytest.approx(1)


def test_drive_and_ramp_add_up():
    p = {"bias": 0.1, "ramp": 0.01, "turn": 50.0, "amplitude": 0.5, "frequency": 2.0, "offset": 0.3}
    whole = Washboard(CurrentPhaseRelation(), is_driven=True, is_ramped=True)
    with precise("float64"):
        for t, ramped in ((20.0, 0.3), (50.0, 0.6), (90.0, 0.2)):
            found = float(whole(jnp.float64(t), jnp.float64(0.0), p))
            assert found == pytest.approx(ramped + 0.5 * np.sin(2 * t + 0.3), abs=1e-9)


def test_a_gap_adds_conductance_above_it_only():
    drift = SubgapDrift(Washboard(CurrentPhaseRelation()))
    p = {"friction": 0.5, "gap": 2.0, "ratio": 10.0, "force": {"bias": 0.0}}
    with precise("float64"):
        low, high, negative = (float(drift(0.0, jnp.array([0.0, v]), p)[1]) for v in (1.0, 3.0, -3.0))
    assert (low, high, negative) == pytest.approx((-0.5, -1.5 - 4.5, 6.0))


@pytest.mark.parametrize("relation", [{}, {1.5: 1.0}, {1: 0.0}, 3.0, {1: np.inf}])
def test_what_is_no_relation_is_refused(relation):
    with pytest.raises(ArgumentError, match="current_phase"):
        CurrentPhaseRelation.of(relation)
