"""Running statistics equal those of the stored values; they do not depend on how they were merged."""

import os
import re
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.errors import ArgumentError
from evolaw.sde.processes.process import SDE
from evolaw.sde.statistics.moments import Histogram, Moments, Statistics

PROCESS = SDE(0.0, 1.0, dim=2, noise="additive", periods=(2.0, None))
RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 96)) * [[2.0], [0.1]] + [[0.0], [1000.0]]
VALID = np.ones(96, bool)
VALID[[3, 40]] = False


def measured(observer, pieces, block=16):
    total = None
    observe = jax.jit(lambda x, valid: observer.observe(PROCESS, 0.0, x, valid, block))
    with precise("float64"):
        for piece in np.split(np.arange(96), pieces):
            summary = observe(jnp.asarray(X[:, piece]), jnp.asarray(VALID[piece]))
            summary = (
                [np.asarray(part)[None] for part in summary]
                if isinstance(summary, tuple)
                else np.asarray(summary)[None]
            )
            total = observer.merge(total, summary)
    return observer.finish(total)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_moments_are_those_of_the_valid_values(pieces):
    found, good = measured(Moments(), pieces), X[:, VALID]
    assert found.paths.tolist() == [94]
    np.testing.assert_allclose(found.mean[0], good.mean(axis=1), rtol=1e-13)
    np.testing.assert_allclose(found.covariance[0], np.cov(good), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.mean_error[0], good.std(axis=1, ddof=1) / np.sqrt(94), rtol=1e-9)
    again = measured(Moments(), 1)
    for one, other in zip(found, again, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
@pytest.mark.parametrize("covariance", [True, False])
def test_more_blocks_than_are_merged_at_once_make_the_same_moments_wherever_chunks_end(covariance):
    observer, good = Moments(covariance=covariance), X[:, VALID]
    whole = measured(observer, 1, block=1)
    assert whole.paths.tolist() == [94]
    np.testing.assert_allclose(whole.mean[0], good.mean(axis=1), rtol=1e-13)
    wanted = np.cov(good) if covariance else good.var(axis=1, ddof=1)
    np.testing.assert_allclose(whole.covariance[0], wanted, rtol=1e-9, atol=1e-12)
    for pieces in (2, 3, 96):
        for one, other in zip(measured(observer, pieces, block=1), whole, strict=True):
            np.testing.assert_array_equal(one, other)


def test_variances_alone_are_the_diagonal():
    full, diagonal = measured(Moments(), 1), measured(Moments(covariance=False), 2)
    np.testing.assert_allclose(diagonal.covariance[0], np.diag(full.covariance[0]), rtol=1e-12)
    np.testing.assert_allclose(diagonal.variance, full.variance, rtol=1e-12)


@pytest.mark.slow
def test_a_float32_variance_keeps_its_digits_far_from_zero():
    # The naive E x² - (E x)² has no correct digit here.
    x = jnp.asarray(np.tile(RNG.normal(size=(1, 4096)) * 0.01 + 1000, 1), jnp.float32)
    observer = Moments()
    summary = observer.observe(SDE(0.0, 1.0), 0.0, x, jnp.ones(4096, bool), 1024)
    found = observer.finish(observer.merge(None, [np.asarray(part)[None] for part in summary]))
    assert found.variance[0, 0] == pytest.approx(np.var(np.asarray(x, float), ddof=1), rel=1e-4)


def test_the_error_of_the_variance_is_the_spread_over_repetitions():
    rng = np.random.default_rng(5)
    observer, found = Moments(), []
    observe = jax.jit(lambda x: observer.observe(SDE(0.0, 1.0), 0.0, x, jnp.ones(512, bool), 512))
    for _ in range(200):
        summary = observe(jnp.asarray(rng.normal(size=(1, 512)), jnp.float32))
        found.append(observer.finish(observer.merge(None, [np.asarray(part)[None] for part in summary])))
    spread = np.std([one.covariance[0, 0, 0] for one in found])
    assert np.mean([one.covariance_error[0, 0, 0] for one in found]) == pytest.approx(spread, rel=0.2)


def test_moments_of_a_function():
    found, good = measured(Moments(of=lambda t, x, p: x[0] * x[1]), 2), X[:, VALID]
    np.testing.assert_allclose(found.mean[0, 0], (good[0] * good[1]).mean(), rtol=1e-12)


@pytest.mark.parametrize("pieces", [1, 3])
def test_histograms_count_every_valid_value(pieces):
    edges = np.linspace(-3, 3, 13)
    found = measured(Histogram(edges), pieces)
    np.testing.assert_array_equal(found.counts[0], np.histogram(X[0, VALID], edges)[0])
    assert found.counts.sum() + found.below.sum() + found.above.sum() == 94
    np.testing.assert_allclose(found.density[0], found.counts[0] / 94 / 0.5)


def test_a_wrapped_histogram_counts_within_the_period():
    found = measured(Histogram(np.linspace(0, 2, 5), wrapped=True), 1)
    np.testing.assert_array_equal(found.counts[0], np.histogram(X[0, VALID] % 2, np.linspace(0, 2, 5))[0])
    with pytest.raises(ArgumentError, match="component 1, which is not periodic"):
        measured(Histogram((0.0, 1.0), component=1, wrapped=True), 1)


def test_a_value_on_an_inner_edge_belongs_above_it_and_densities_have_their_error():
    observer = Histogram((0.0, 1.0, 3.0))
    x = jnp.array([[-0.5, 0.0, 0.5, 1.0, 2.0, 2.5, 3.0, 9.0]], jnp.float32)
    counts = jax.jit(lambda x: observer.observe(SDE(0.0, 1.0), 0.0, x, jnp.ones(8, bool), 8))(x)
    found = observer.finish(observer.merge(None, np.asarray(counts)[None]))
    assert found.counts.tolist() == [[2, 3]] and found.below.tolist() == [1] and found.above.tolist() == [2]
    np.testing.assert_allclose(found.density, [[2 / 8, 3 / 8 / 2]])
    np.testing.assert_allclose(
        found.density_error, [[np.sqrt(2 / 8 * 6 / 8 / 8), np.sqrt(3 / 8 * 5 / 8 / 8) / 2]], rtol=1e-6
    )


def test_errors_of_merged_moments_are_those_of_all_values():
    """Fourth moments stay about each block's mean: exact when the blocks have one mean."""
    rng = np.random.default_rng(8)
    blocks = rng.gamma(0.7, size=(6, 128))
    blocks = (blocks - blocks.mean(axis=1, keepdims=True)) * np.arange(1, 7)[:, None]
    observer = Moments(covariance=False)
    with precise("float64"):
        observe = jax.jit(lambda x: observer.observe(SDE(0.0, 1.0), 0.0, x, jnp.ones(768, bool), 128))
        summary = observe(blocks.reshape(1, -1))
    found = observer.finish(observer.merge(None, [np.asarray(part)[None] for part in summary]))
    square = blocks.ravel() ** 2
    assert found.covariance_error[0, 0] == pytest.approx(square.std() / np.sqrt(768), rel=1e-9)
    assert found.variance[0, 0] == pytest.approx(blocks.ravel().var(ddof=1), rel=1e-12)


def test_edges_must_rise():
    with pytest.raises(ArgumentError, match="`edges` must rise strictly"):
        Histogram((0.0, 0.0, 1.0))


def test_statistics_say_what_was_not_asked_for():
    with pytest.raises(ArgumentError, match=r"hold Moments\(\) for this question"):
        _ = Statistics(np.array([0.0, 1.0]), 1, 0, (), None, None, 0).mean


@pytest.mark.slow
def test_covariances_of_many_components_are_products_of_matrices():
    """Above eight components by another road: equal to NumPy's, errors too."""
    from evolaw.sde import SDE, EulerMaruyama, solve

    process = SDE(lambda t, x, p: -x, 0.5, dim=20, noise="additive")
    asked = {"steps": 4, "paths": 1500, "rng": 1}
    found = solve(process, EulerMaruyama(), np.zeros(20), [0, 1], statistics=Moments(), **asked)
    ends = solve(process, EulerMaruyama(), np.zeros(20), [0, 1], **asked).final
    d = ends - ends.mean(axis=0)
    np.testing.assert_allclose(found.covariance[-1], np.cov(ends.T), atol=1e-14)
    products = d[:, :, None] * d[:, None, :]
    # The fourth sums stay about the means of blocks of 1024 paths: the error bar is right to some parts in a hundred.
    np.testing.assert_allclose(found.covariance_error[-1], products.std(axis=0) / np.sqrt(1500), rtol=0.03)


LARGE = """
import resource, sys
import numpy as np
from evolaw import sde
from evolaw.errors import ArgumentError
resource.setrlimit(resource.RLIMIT_DATA, (2 * 2**30,) * 2)
dim = int(sys.argv[1])
process = sde.SDE(lambda t, x, p: -x, 0.3, dim=dim, noise="additive")
asked = {"steps": 4, "paths": 1100, "rng": 0}
try:
    found = sde.solve(process, sde.EulerMaruyama(), np.zeros(dim), [0, 1], statistics=sde.Moments(), **asked)
except ArgumentError as error:
    raise SystemExit(str(error))
ends = sde.solve(process, sde.EulerMaruyama(), np.zeros(dim), [0, 1], **asked).final
assert abs(found.covariance[-1] - np.cov(ends.T)).max() < 1e-14
print("equal")
"""


@pytest.mark.slow
@pytest.mark.parametrize(("dim", "says"), [(1000, "equal"), (20_000, "needs? (at most .*|more )memory")])
def test_covariances_of_a_thousand_components_fit_into_two_gibibytes_and_of_more_are_refused(dim, says):
    """All pairs of components of all paths at once were 18.7 GB; a machine of less memory was not asked first."""
    words = [sys.executable, "-c", LARGE, str(dim)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=110, env=os.environ | {"JAX_PLATFORMS": "cpu"})
    assert re.search(says, done.stdout + done.stderr), done.stderr[-600:]
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_dataset_holds_the_numbers_and_where_they_are_from():
    from evolaw import sde

    options = {"steps": 4, "paths": 9, "rng": 5, "statistics": sde.Moments()}
    found = sde.solve(sde.brownian_motion(), sde.EulerMaruyama(), 0.0, [0, 1], **options)
    table = found.to_xarray()
    np.testing.assert_array_equal(table["mean"].values, found.mean)
    np.testing.assert_array_equal(table["mean_error"].values, found.mean_error)
    np.testing.assert_array_equal(table["times"].values, found.times)
    assert (table.attrs["paths"], table.attrs["seed"]) == (9, "5")


def test_states_beyond_every_square_end_in_no_warning() -> None:
    """Explosive paths that are still finite: their variance is what it can be, and a warning would hide which path was lost."""
    merged = [np.array(3.0), np.array([1e150]), np.array([[1e300]]), np.array([[np.inf]])]
    found = Moments().finish((merged, [np.empty(0)] * 4))
    assert found.variance[0] == 5e299 and not found.covariance_error[0, 0] < np.inf
