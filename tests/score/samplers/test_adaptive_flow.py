"""The probability flow with steps of its own: against the exact map, and independent of the neighbours."""

import numpy as np
import pytest

from evolaw import score
from evolaw.errors import ArgumentError

DATA = score.Gaussian([1.0, -0.5], [[1.0, 0.3], [0.3, 0.4]])


@pytest.mark.slow
def test_samples_are_where_the_exact_map_leads():
    found = score.sample(DATA, score.VP(), score.AdaptiveFlow(1e-8, 1e-8), count=6, rng=0, last="none", keep=3)
    exact = DATA.flow_map(found.values[:, 0], 1.0, 1e-3, score.VP())
    np.testing.assert_allclose(found.final, exact, atol=1e-6)
    assert found.values.shape == (6, 3, 2)


@pytest.mark.slow
def test_a_sample_does_not_depend_on_its_neighbours():
    """Pitfall 10; and the codes may be given."""
    whole = score.sample(DATA, score.VE(0.05, 5.0), score.AdaptiveFlow(), count=20, rng=0)
    alone = score.sample(DATA, score.VE(0.05, 5.0), score.AdaptiveFlow(), count=1, first=7, rng=0)
    np.testing.assert_allclose(alone.final[0], whole.final[7], rtol=1e-10)


def test_steps_are_its_own():
    with pytest.raises(ArgumentError, match="`steps`"):
        score.sample(DATA, score.VP(), score.AdaptiveFlow(), count=1, steps=10, rng=0)
    with pytest.raises(ArgumentError, match="Pass steps=100"):
        score.sample(DATA, score.VP(), score.DPMSolver(), count=1, rng=0)
    with pytest.raises(ArgumentError, match="`rtol`"):
        score.AdaptiveFlow(rtol=0.0)
