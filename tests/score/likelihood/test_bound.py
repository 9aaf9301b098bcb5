"""The bound: tight for the true score, strictly below for a wrong one."""

import pytest

from evolaw import score
from evolaw.errors import ArgumentError

DATA = score.GaussianMixture([[-1.0], [1.0]], 0.1)


class Wrong:
    """The score of another distribution."""

    shape = (1,)
    other = score.GaussianMixture([[-0.5], [1.2]], 0.2)

    def score(self, x, t, noising):
        return self.other.score(x, t, noising)


@pytest.mark.slow
@pytest.mark.parametrize(
    "noising",
    [score.VP(), *(pytest.param(one, marks=pytest.mark.slow) for one in (score.SubVP(), score.VE()))],
    ids=repr,
)
def test_on_average_it_is_the_likelihood_for_the_true_score(noising):
    """Equality in the mean over the data: E log p_ε, within 4 standard errors (400 states), false alarm 6e-5 each."""
    x = DATA.sample(400, rng=0)
    found = score.likelihood_bound(DATA, noising, x, rng=0, draws=64)
    apart = found.values - DATA.log_density(x, 1e-5, noising)
    assert abs(apart.mean()) < 4 * apart.std() / 20


@pytest.mark.slow
def test_it_is_below_the_likelihood_and_lower_for_a_wrong_score():
    x = DATA.sample(400, rng=1)
    right, wrong = (score.likelihood_bound(one, score.VP(), x, rng=0, draws=64) for one in (DATA, Wrong()))
    assert (right.values - wrong.values).mean() > 0.05
    assert wrong.bits_per_dim(256).mean() > right.bits_per_dim(256).mean()


def test_too_few_draws_are_refused():
    with pytest.raises(ArgumentError, match="`draws`"):
        score.likelihood_bound(DATA, score.VP(), [[0.0]], rng=0, draws=1)
