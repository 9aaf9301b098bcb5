"""Log-likelihoods of mixtures within their own error; probes, batches and budgets."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import binom

from evolaw import score
from evolaw.arrays import precise
from evolaw.errors import ArgumentError, NotConverged
from evolaw.score.likelihood.density import _score_and_traces
from evolaw.score.networks.preconditioning import Preconditioning
from evolaw.score.samplers.backward import probability_flow

DRAW = np.random.Generator(np.random.Philox(key=8))


def mixture(d, components):
    roots = DRAW.standard_normal((components, d, d))
    covariances = 0.2 * roots @ roots.transpose(0, 2, 1) / d + 0.05 * np.eye(d)
    means = 3 / np.sqrt(d) * DRAW.standard_normal((components, d))
    return score.GaussianMixture(means, covariances, np.arange(1, components + 1))


SMALL, LARGE = mixture(2, 4), mixture(64, 3)


class Bare:
    """A score that knows its first moments, and nothing else."""

    def __init__(self, target):
        self.target, self.shape, self.mean, self.covariance = target, target.shape, target.mean, target.covariance

    def score(self, x, t, noising):
        return self.target.score(x, t, noising)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("target", "count"), [(SMALL, 100), (LARGE, 40)], ids=["2", "64"])
@pytest.mark.parametrize(
    "noising", [score.VP(), pytest.param(score.SubVP(), marks=pytest.mark.slow), score.VE()], ids=repr
)
def test_exact_divergence_within_two_errors(target, count, noising):
    """The error is a guess of a deterministic one, nearly always high: 90 % within two of it, and all within 1e-3 nats."""
    x = target.sample(count, rng=1)
    found = score.log_likelihood(target, noising, x)
    wrong = np.abs(found.values - target.log_density(x))
    assert (wrong < 2 * found.error).mean() >= 0.9
    there = np.abs(found.values - target.log_density(x, 1e-5, noising))
    assert there.max() < 1e-3
    assert found.prior is not None
    assert np.abs(found.prior).max() < 1e-2


@pytest.mark.slow
@pytest.mark.parametrize("directions", ["rademacher", pytest.param("gaussian", marks=pytest.mark.slow)])
def test_probes_within_two_errors_as_often_as_said(directions):
    """Of 100 states at most 14 are outside two errors, where 5 are expected: false alarm 2e-4 (binomial; t-widened errors)."""
    x = SMALL.sample(100, rng=2)
    found = score.log_likelihood(SMALL, score.VP(), x, divergence="hutchinson", directions=directions, rng=0)
    outside = (np.abs(found.values - SMALL.log_density(x)) > 2 * found.error).sum()
    assert outside <= 14
    assert binom.sf(14, 100, 0.0455) < 3e-4
    assert (found.probes > 0).mean() > 0.9
    # More probes, a smaller error: 1/√4, and less widening.
    more = score.log_likelihood(SMALL, score.VP(), x, divergence="hutchinson", directions=directions, probes=32, rng=0)
    assert 0.25 < more.probes.mean() / found.probes.mean() < 0.65


@pytest.mark.slow
def test_a_bare_score_gets_its_divergence_from_products():
    x = SMALL.sample(5, rng=3)
    own, bare = (score.log_likelihood(one, score.VP(), x) for one in (SMALL, Bare(SMALL)))
    np.testing.assert_allclose(bare.values, own.values, atol=3e-5)
    assert bare.prior is None
    assert (bare.method, own.method) == ("exact", "exact")


@pytest.mark.slow
def test_probes_that_turn_each_step_are_unbiased_and_spread_less():
    """A correlated Gaussian of 8 numbers, 300 states. One probe kept all along has the variance 2 Σ_{i≠j} (∫ ½g² S⁻¹ dt)_ij²."""
    target, noising = score.Gaussian(np.zeros(8), 0.2 * np.eye(8) + 0.8), score.VP()
    x = target.sample(300, rng=3)
    found = score.log_likelihood(
        Bare(target), noising, x, rng=4, divergence="hutchinson", probes=2, rtol=1e-3, atol=1e-3
    )
    wrong = found.values - target.log_density(x)
    assert abs(wrong.mean()) < 4 * wrong.std(ddof=1) / np.sqrt(300)  # false alarm 6e-5
    edges = np.geomspace(1e-5, 1, 4001)
    t, dt = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    a2, s2 = noising.scale(t) ** 2, noising.std(t) ** 2
    share = noising.squared_diffusion(t) / 2 * dt
    beside = (share * (1 / (a2 * 6.6 + s2) - 1 / (a2 * 0.2 + s2))).sum() / 8  # eigenvalues 0.2 + 0.8 · 8 and 0.2
    kept = np.sqrt(2 * 56 * beside**2 / 2)  # of two probes
    assert wrong.std() < 0.75 * kept
    alone = score.log_likelihood(
        Bare(target), noising, x[:2], rng=4, divergence="hutchinson", probes=2, rtol=1e-3, atol=1e-3
    )
    np.testing.assert_allclose(alone.values, found.values[:2], rtol=1e-9)


@pytest.mark.slow
def test_values_do_not_depend_on_the_batch():
    x = SMALL.sample(30, rng=4)
    together = score.log_likelihood(SMALL, score.VP(), x).values
    alone = score.log_likelihood(SMALL, score.VP(), x[:3]).values
    np.testing.assert_allclose(together[:3], alone, rtol=1e-10)


@pytest.mark.slow
def test_probes_of_a_network_are_those_of_each_state_alone():
    """Eight probes of eight states of 64 numbers, a network with classes; mapped over both, XLA gave NaN or 1e36."""
    net = score.MLP(192, 3).draw((8, 8), classes=10, rng=0)
    weights = jax.tree.map(lambda leaf: jnp.asarray(DRAW.normal(0, 0.05, leaf.shape), jnp.float32), net)
    model = score.ScoreModel(weights, Preconditioning(jnp.zeros(()), jnp.float32(1.0)), score.VP(), (8, 8), 10)
    process = probability_flow(score.VP(), model)
    x, probes = (DRAW.standard_normal(shape).astype(np.float32) for shape in ((8, 64), (8, 8, 64)))
    with precise("float32"):
        one = partial(_score_and_traces, process.drift, process.params)
        times = np.full(8, 0.01, np.float32)
        found = jax.jit(jax.vmap(one))(times, x, probes)[1]
        alone = [jax.jit(one)(times[i], x[i], probes[i])[1] for i in range(8)]
    np.testing.assert_allclose(found, alone, rtol=1e-4)


@pytest.mark.slow
def test_latents_are_where_the_flow_leads():
    data = score.Gaussian([1.0, -0.5], [[1.0, 0.3], [0.3, 0.4]])
    x = data.sample(4, rng=0)
    found = score.log_likelihood(data, score.VP(), x, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(found.latents, data.flow_map(x, 1e-5, 1.0, score.VP()), atol=1e-6)
    assert "nats over 4 states" in repr(found)


@pytest.mark.slow
def test_the_plain_prior_shows_in_the_budget():
    """2.3e-3 nats for N(0.7, 0.2²) at x = 0.6 (score.md, section 5)."""
    one = score.Gaussian([0.7], 0.04)
    found = score.log_likelihood(one, score.VP(), [[0.6]], prior="plain")
    assert abs(found.prior[0]) == pytest.approx(2.3e-3, abs=0.05e-3)
    assert abs(found.values[0] - one.log_density(np.array([[0.6]]))[0]) < 2 * found.error[0]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"x": np.zeros((2, 3))}, "x"),
        ({"x": np.full((2, 2), np.nan)}, "x"),
        ({"x": np.zeros((0, 2))}, "x"),
        ({"divergence": "trace"}, "divergence"),
        ({"divergence": "hutchinson"}, "rng"),
        ({"divergence": "hutchinson", "rng": 0, "probes": 1}, "probes"),
        ({"least": -1.0}, "least"),
    ],
)
def test_impossible_requests_are_refused(change, name):
    asked = {"x": np.zeros((2, 2))} | change
    with pytest.raises(ArgumentError, match=f"`{name}`"):
        score.log_likelihood(SMALL, score.VP(), asked.pop("x"), **asked)


@pytest.mark.slow
def test_a_flow_that_breaks_is_said():
    class Broken:
        shape = (1,)

        def score(self, x, t, noising):
            return x / (t < 0.5)

    with pytest.raises(NotConverged, match="2 of 2 states"):
        score.log_likelihood(Broken(), score.VP(), [[0.0], [1.0]])
