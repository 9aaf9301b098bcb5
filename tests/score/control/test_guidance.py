"""Guidance against Bayes' rule on mixtures."""

import jax
import numpy as np
import pytest

from evolaw import score
from evolaw.arrays import precise
from evolaw.errors import ArgumentError
from evolaw.score.control.guidance import in_jax

THREE = score.GaussianMixture([[-1.0, 0.0], [1.0, 0.5], [0.0, 2.0]], [[0.3, 0.1], [0.2, 0.2], [0.1, 0.4]], [1, 2, 3])
X = np.random.Generator(np.random.Philox(key=2)).standard_normal((5, 2))


@pytest.mark.slow
@pytest.mark.parametrize(
    "noising", [score.VP(), pytest.param(score.SubVP(), marks=pytest.mark.slow), score.VE()], ids=repr
)
@pytest.mark.parametrize("t", [0.6, pytest.param(0.1, marks=pytest.mark.slow)])
def test_the_exact_classifier_gives_the_class(noising, t):
    one = score.Gaussian([1.0, 0.5], [0.2, 0.2])
    guided = score.ClassifierGuided(THREE, score.component_classifier(THREE, 1))
    np.testing.assert_allclose(guided.score(X, t, noising), one.score(X, t, noising), rtol=1e-9, atol=1e-9)


@pytest.mark.slow
def test_weights_interpolate_and_extrapolate():
    """classifier weight 1 + w is classifier-free weight w, for exact ones."""
    one, vp = score.Gaussian([1.0, 0.5], [0.2, 0.2]), score.VP()
    for w in (-1.0, 0.0, 2.5):
        free = score.ClassifierFree(one, THREE, w).score(X, 0.3, vp)
        guided = score.ClassifierGuided(THREE, score.component_classifier(THREE, 1), 1 + w).score(X, 0.3, vp)
        np.testing.assert_allclose(free, guided, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(score.ClassifierFree(one, THREE, -1.0).score(X, 0.3, vp), THREE.score(X, 0.3, vp))


@pytest.mark.slow
def test_a_guided_score_is_sampled_like_any_other():
    """Component 1 alone: mean and variance within 4.5 standard errors, false alarm 3e-5."""
    guided = score.ClassifierGuided(THREE, score.component_classifier(THREE, 1))
    found = score.sample(guided, score.VP(), score.DPMSolver(), count=4000, steps=40, rng=0).final
    assert (np.abs(found.mean(0) - [1.0, 0.5]) < 4.5 * np.sqrt(0.2 / 4000) + 1e-3).all()
    assert (np.abs(found.var(0) / 0.2 - 1) < 4.5 * np.sqrt(2 / 4000) + 2e-3).all()


def test_the_classifier_guides_from_where_its_share_underflows():
    """At -1 the share of the component at 1 is e^-1800, below what double precision holds: its slope is not nothing."""
    two, one, vp = score.GaussianMixture([[-1.0], [1.0]], 0.001), score.Gaussian([1.0], 0.001), score.VP()
    classifier, x, h = score.component_classifier(two, 1), np.array([[-1.0], [-0.6], [0.2]]), 1e-6
    slope = (classifier.log_probability(x + h, 0.001, vp) - classifier.log_probability(x - h, 0.001, vp)) / (2 * h)
    np.testing.assert_allclose(slope, (one.score(x, 0.001, vp) - two.score(x, 0.001, vp))[:, 0], rtol=1e-5, atol=1e-4)
    assert slope[0] > 1500


def test_precision_follows_the_argument():
    assert in_jax(lambda x: x, np.ones(2, np.float32)).dtype == np.float32
    assert in_jax(lambda x: x, np.ones(2)).dtype == np.float64
    assert in_jax(lambda x: x, np.ones(2, int)).dtype == np.float64
    with precise("float32"):
        assert isinstance(in_jax(lambda x: x, jax.numpy.ones(2)), jax.Array)
    with pytest.raises(ArgumentError, match="`number`"):
        score.component_classifier(THREE, 3)
