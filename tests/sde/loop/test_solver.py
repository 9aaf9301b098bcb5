"""The loop: exact discrete moments, independence of chunks and saved times, refinement, precision, faults, continuing.

False-alarm rates of the statistical tests are below 1e-4; seeds are fixed.
"""

from itertools import pairwise

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.errors import ArgumentError, NumericalError, ShapeError
from evolaw.sde import (
    RI6,
    SDE,
    SRI1W1,
    EulerMaruyama,
    FirstPassage,
    Histogram,
    LevyMilstein,
    Milstein,
    Moments,
    increments,
    solve,
)
from evolaw.sde.loop.execution_plan import plan_of
from evolaw.sde.loop.time_grid import grid_of
from evolaw.sde.noise.levy_areas import area_terms

OU = SDE(
    lambda t, x, p: -p["rate"] * x, lambda t, x, p: p["s"], noise="additive", params={"rate": 1.0, "s": 0.5}, name="OU"
)
GROWTH = SDE(lambda t, x, p: 0.5 * x, lambda t, x, p: 0.8 * x, noise="scalar", name="growth")


def general(dim=2):
    return SDE(
        lambda t, x, p: -x,
        lambda t, x, p: jnp.array([[0.3, 0.1 * x[1]], [0.2 * x[0], 0.4]]),
        dim=dim,
        noises=2,
        name="general",
    )


def test_the_discrete_moments_of_euler_maruyama_are_met():
    # Not those of the process: the scheme's own, in closed form.
    n, paths, h = 64, 40_000, 1 / 64
    found = solve(GROWTH, EulerMaruyama(), 1.0, [0, 1], steps=n, paths=paths, rng=1, statistics=Moments())
    mean, second = (1 + 0.5 * h) ** n, ((1 + 0.5 * h) ** 2 + 0.64 * h) ** n
    assert abs(found.mean[-1, 0] - mean) < 4.5 * found.mean_error[-1, 0]
    assert abs(found.variance[-1, 0] - (second - mean**2)) < 4.5 * found.covariance_error[-1, 0, 0]
    assert found.mean_error[-1, 0] == pytest.approx(np.sqrt((second - mean**2) / paths), rel=0.05)


def test_a_path_is_the_sum_of_its_increments():
    motion = SDE([0.0, 0.0], 1.0, dim=2, noise="additive")
    values = solve(motion, EulerMaruyama(), [0.0, 0.0], np.linspace(0, 2, 9), steps=8, paths=3, rng=5).values
    w = increments(5, paths=3, steps=8, dt=0.25, noises=2)
    np.testing.assert_allclose(values[:, 1:], np.cumsum(w, axis=1), atol=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_chunks_change_no_path(precision):
    kinds = {"steps": 50, "rng": 2, "precision": precision, "paths": 2500}
    one, other = (solve(OU, EulerMaruyama(), 1.0, [0, 0.5, 1], chunk=chunk, **kinds).values for chunk in (1024, "auto"))
    np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_chunks_change_no_statistic():
    asked = [Moments(), Histogram(np.linspace(-1, 2, 7)), FirstPassage(lambda t, x, p: x[0])]
    kinds = {"steps": 50, "rng": 2, "precision": "float32", "paths": 2500, "statistics": asked}
    runs = [solve(OU, EulerMaruyama(), 1.0, [0, 0.5, 1], chunk=chunk, **kinds) for chunk in (1024, "auto")]
    for one, other in zip(runs[0].results[0], runs[1].results[0], strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(runs[0].histogram.counts, runs[1].histogram.counts)
    np.testing.assert_array_equal(runs[0].results[2].times, runs[1].results[2].times)


@pytest.mark.slow
def test_running_statistics_are_those_of_the_stored_paths():
    kinds = {"steps": 40, "rng": 3, "paths": 1500}
    values = solve(OU, EulerMaruyama(), 1.0, [0, 0.5, 1], **kinds).values
    found = solve(OU, EulerMaruyama(), 1.0, [0, 0.5, 1], statistics=Moments(), **kinds)
    np.testing.assert_allclose(found.mean, values.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.variance, values.var(axis=0, ddof=1), rtol=1e-10, atol=1e-15)


@pytest.mark.slow
def test_saved_times_change_nothing():
    # Odd saved times break up pairs and groups of steps; the noise must not care.
    kinds = {"steps": 60, "rng": 2, "paths": 400}
    few = solve(GROWTH, EulerMaruyama(), 1.0, [0, 1], **kinds).final
    many = solve(GROWTH, EulerMaruyama(), 1.0, np.array([0, 7, 13, 14, 60]) / 60, **kinds).final
    np.testing.assert_allclose(few, many, rtol=1e-13)


@pytest.mark.slow
def test_few_paths_and_many_paths_see_the_same_noise():
    kinds = {"steps": 100, "rng": 2}
    many = solve(GROWTH, EulerMaruyama(), 1.0, [0, 1], paths=300, **kinds).values
    few = solve(GROWTH, EulerMaruyama(), 1.0, [0, 1], paths=2, first_path=7, **kinds).values
    np.testing.assert_allclose(many[7:9], few, rtol=1e-13)


@pytest.mark.slow
def test_composed_noise_is_the_path_of_the_finer_steps():
    motion = SDE(0.0, 1.0, noise="additive")
    fine = solve(motion, EulerMaruyama(), 0.0, np.linspace(0, 1, 5), steps=24, paths=3, rng=1).values
    for factor, steps in ((2, 12), (3, 8), (6, 4)):
        coarse = solve(
            motion, EulerMaruyama(), 0.0, np.linspace(0, 1, 5), steps=steps, fine=factor, paths=3, rng=1
        ).values
        np.testing.assert_allclose(coarse, fine, atol=1e-13)


@pytest.mark.slow
def test_schemes_of_every_need_follow_the_same_path():
    # Strong solutions of one equation with one seed are close to each other, whatever iterated integrals they take.
    kinds = {"steps": 2000, "paths": 4, "rng": 8}
    ends = [solve(GROWTH, scheme, 1.0, [0, 1], **kinds).final for scheme in (EulerMaruyama(), Milstein(), SRI1W1())]
    np.testing.assert_allclose(ends[0], ends[2], rtol=0.1)
    np.testing.assert_allclose(ends[1], ends[2], rtol=3e-3)


@pytest.mark.slow
def test_weak_noise_serves_several_components():
    found = solve(general(), RI6(), [1.0, 0.5], [0, 1], steps=16, paths=20_000, rng=1, statistics=Moments())
    assert (np.abs(found.mean[-1] - np.exp(-1) * np.array([1.0, 0.5])) < 4.5 * found.mean_error[-1] + 1e-3).all()
    again = solve(general(), RI6(), [1.0, 0.5], [0, 0.25, 1], steps=16, paths=20_000, rng=1, statistics=Moments())
    np.testing.assert_allclose(found.mean[-1], again.mean[-1], rtol=1e-10)


@pytest.mark.slow
def test_precisions_see_the_same_path():
    wide, narrow = (
        solve(OU, EulerMaruyama(), 1.0, [0, 1], steps=100, paths=50, rng=0, precision=p) for p in ("float64", "float32")
    )
    assert narrow.values.dtype == np.float32 and wide.values.dtype == np.float64
    np.testing.assert_allclose(narrow.values, wide.values, atol=2e-5)


@pytest.mark.slow
def test_periodic_components_are_wrapped_inside_and_unwrapped_outside():
    turning = SDE(
        lambda t, x, p: jnp.array([-7.0 + 0 * x[0], 1.0]), 0.0, dim=2, noise="additive", periods=(2 * np.pi, None)
    )
    seen = solve(turning, EulerMaruyama(), [0.5, 0.5], [0, 10], steps=1000, rng=0)
    np.testing.assert_allclose(seen.final[0], [0.5 - 70, 10.5], rtol=1e-10)
    # In float32 a phase that is not wrapped would lose its digits after many turns.
    quick = SDE(1e5, 0.0, noise="additive", periods=(1.0,))
    far = solve(quick, EulerMaruyama(), 0.0, [0, 10.0], steps=2**17, rng=0, precision="float32")
    assert far.values.dtype == np.float64 and far.final[0, 0] == pytest.approx(1e6, abs=0.5)


def test_each_path_has_its_own_start():
    start = np.arange(1500.0)[:, None]
    values = solve(
        SDE(0.0, 0.0, noise="additive"), EulerMaruyama(), start, [0, 1], steps=2, paths=1500, rng=0, chunk=1024
    ).values
    np.testing.assert_array_equal(values[:, 1], start)


@pytest.mark.slow
def test_faults_name_path_step_and_time_and_keep_the_rest():
    def diffusion(t, x, p):
        return jnp.where((t > 0.5) & (x < -0.2), jnp.nan, 1.0)

    stale = SDE(lambda t, x, p: 0 * x, diffusion, noise="diagonal", name="stale")
    with pytest.raises(NumericalError, match="did not stay finite under Euler–Maruyama") as caught:
        solve(stale, EulerMaruyama(), 0.0, np.linspace(0, 1, 3), steps=10, paths=1200, rng=0)
    values = caught.value.partial.values
    lost = ~np.isfinite(values).all(axis=(1, 2))
    w = np.cumsum(increments(0, paths=1200, steps=10, dt=0.1), axis=1)[:, :, 0]
    # The process leaves the path of Brownian motion where it first lies below -0.2 after t = 0.5.
    faults = (w[:, 5:9] < -0.2).any(axis=1)
    np.testing.assert_array_equal(lost, faults)
    first = int(np.argmax(lost))
    step = 5 + int(np.argmax(w[first, 5:9] < -0.2)) + 2
    assert f"{lost.sum()} of 1200 paths of stale" in str(caught.value)
    assert f"path {first}, after step {step} at time {step / 10:g}" in str(caught.value)
    with pytest.raises(NumericalError) as caught:
        solve(stale, EulerMaruyama(), 0.0, np.linspace(0, 1, 3), steps=10, paths=1200, rng=0, statistics=Moments())
    partial = caught.value.partial
    assert partial.lost == lost.sum() and partial.moments.paths[-1] == 1200 - lost.sum()
    np.testing.assert_allclose(partial.mean[-1], values[~lost, -1].mean(axis=0), rtol=1e-10)


@pytest.mark.slow
def test_a_fault_is_placed_with_its_own_start_and_interval():
    """Only path 3 is lost, because of its start; in the last step of an interval whose steps differ from the next one's."""
    start = np.zeros((5, 1))
    start[3] = 1.0
    quick = SDE(lambda t, x, p: jnp.where((x > 0.5) & (t > 0.7), jnp.inf, 0.0), 0.0, noise="additive", name="quick")
    with pytest.raises(NumericalError, match=r"1 of 5 paths .* path 3, after step 4 at time 1 \(dt = 0\.25\)"):
        solve(quick, EulerMaruyama(), start, [0, 1, 3], dt=0.25, paths=5, rng=0)
    with pytest.raises(NumericalError, match=r"path 3, after step 3 at time 2 \(dt = 1\)"):
        solve(quick, EulerMaruyama(), start, [0, 0.5, 1, 3], steps=None, dt=1.0, paths=5, rng=0)


@pytest.mark.slow
def test_the_clock_of_every_step_is_right_on_uneven_grids():
    """Euler sums of dX = t dt over intervals with steps of their own, and the time that observers are given."""
    clock = SDE(lambda t, x, p: t + 0 * x, 0.0, noise="additive")
    times = np.array([1.0, 2.0, 2.5, 4.0])
    found = solve(clock, EulerMaruyama(), 0.0, times, dt=0.3, rng=0).values[0, :, 0]
    wanted = [0.0]
    for a, b in pairwise(times):
        n = int(np.ceil((b - a) / 0.3 - 1e-9))
        wanted.append(wanted[-1] + sum((a + k * (b - a) / n) * (b - a) / n for k in range(n)))
    np.testing.assert_allclose(found, wanted, rtol=1e-13)
    seen = solve(
        clock, EulerMaruyama(), 0.0, times, dt=0.3, rng=0, statistics=Moments(of=lambda t, x, p: jnp.stack([t, x[0]]))
    )
    np.testing.assert_allclose(seen.mean, np.stack([times, wanted], 1), rtol=1e-13)


@pytest.mark.slow
def test_saved_times_change_nothing_in_long_runs():
    """From 20,000 steps on, steps are written out in groups, which odd saved times break up."""
    kinds = {"steps": 20_010, "rng": 2, "paths": 3}
    few = solve(GROWTH, EulerMaruyama(), 1.0, [0, 1], **kinds).final
    many = solve(GROWTH, EulerMaruyama(), 1.0, np.array([0, 3, 10_001, 10_002, 20_010]) / 20_010, **kinds).final
    np.testing.assert_allclose(few, many, rtol=1e-11)


def test_areas_take_the_terms_that_the_finest_step_asks_for():
    grid, _ = grid_of([0, 1], steps=1000)
    process = SDE(lambda t, x, p: -x, lambda t, x, p: jnp.eye(10), dim=10)
    for fine, terms in ((1, area_terms(10, 1e-3)), (4, area_terms(10, 2.5e-4))):
        plan = plan_of(process, LevyMilstein(), grid, 5, None, np.dtype("float64"), fine)
        assert plan.drawing.terms == terms and terms > area_terms(10, 1.0)


@pytest.mark.slow
def test_an_exploding_process_is_an_error():
    cubic = SDE(lambda t, x, p: -50 * x**3, 5.0, noise="additive", name="cubic")
    with pytest.raises(NumericalError, match="Try a smaller dt, a tamed or implicit scheme") as caught:
        solve(cubic, EulerMaruyama(), 1.0, [0, 1, 2], steps=100, paths=5, rng=0)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ({"rng": None}, "`rng` must be given"),
        ({"dt": -1.0, "steps": None}, "`dt` must be positive"),
        ({"times": [0, 2, 1]}, "`times` must rise strictly"),
        ({"paths": 0}, "`paths` must be a whole number"),
        ({"chunk": "big"}, "`chunk` must be one of auto"),
        ({"precision": "float16"}, "`precision` must be one of float32, float64"),
        ({"start": np.nan}, "`start` must be finite"),
        ({"statistics": "mean"}, "Moments, Histogram, FirstPassage or Event"),
        ({"scheme": Milstein(), "process": general()}, "LevyMilstein"),
        ({"scheme": RI6(), "fine": 2}, "weak noise belongs to no path"),
        ({"paths": 2**31, "times": np.linspace(0, 1, 101)}, "ask for statistics"),
    ],
)
def test_what_cannot_be_solved_is_said(kinds, words):
    given = {"process": OU, "scheme": EulerMaruyama(), "start": 1.0, "times": [0, 1], "steps": 100, "rng": 0} | kinds
    if given["process"] is not OU:
        given["start"] = [1.0, 1.0]
    with pytest.raises(ArgumentError, match=words):
        solve(given.pop("process"), given.pop("scheme"), given.pop("start"), given.pop("times"), **given)


def test_a_start_of_the_wrong_shape():
    with pytest.raises(ShapeError, match=r"`start` must have shape \(1,\) for all paths or \(5, 1\) for each"):
        solve(OU, EulerMaruyama(), [1.0, 2.0], [0, 1], steps=2, paths=5, rng=0)


@pytest.mark.slow
def test_levy_areas_reach_the_scheme():
    end = solve(general(), LevyMilstein(), [1.0, 0.5], [0, 1], steps=4, paths=2, rng=1).final
    assert np.isfinite(end).all()


def test_progress_counts_paths():
    seen = []
    solve(OU, EulerMaruyama(), 1.0, [0, 1], steps=2, paths=2500, rng=0, chunk=1024, progress=lambda *p: seen.append(p))
    assert seen == [(1024, 2500), (2048, 2500), (2500, 2500)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scheme", "precision"),
    [
        (EulerMaruyama(), "float32"),
        (SRI1W1(), "float64"),
        pytest.param(RI6(), "float32", marks=pytest.mark.slow),
        pytest.param(LevyMilstein(), "float64", marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_equal_steps_given_one_by_one_are_equal_steps(scheme, precision):
    """Same noise, same times: the same paths up to the rounding of the step's length, in one and in many paths."""
    for paths in (1, 300):
        asked = {"paths": paths, "rng": 3, "precision": precision}
        even = solve(GROWTH, scheme, 1.0, [0, 0.5, 1], steps=64, **asked).values
        given = solve(GROWTH, scheme, 1.0, [0, 0.5, 1], grid=np.linspace(0, 1, 65), **asked).values
        np.testing.assert_allclose(given, even, rtol=1e-12 if precision == "float64" else 1e-5)


@pytest.mark.slow
def test_unequal_steps_have_the_law_of_the_process():
    """Brownian motion: increments over unequal steps are independent with variance their length; false alarm below 1e-4."""
    still = SDE(0.0, 1.0, noise="additive")
    edges = np.linspace(0, 1, 9) ** 2
    values = solve(still, EulerMaruyama(), 0.0, edges, grid=edges, paths=20_000, rng=8).values[..., 0]
    steps = np.diff(values, axis=1)
    np.testing.assert_allclose(steps.var(axis=0) / np.diff(edges), 1, atol=4.8 * np.sqrt(2 / 20_000))
    correlations = np.corrcoef(steps.T)[np.triu_indices(8, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(20_000)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("times", "kinds"),
    [([1e8, 1e8 + 1], {"steps": 10}), ([0, 1e9], {"grid": [0, 1e9 - 1, 1e9]})],
)
def test_times_at_which_a_step_does_not_advance_are_refused(times, kinds):
    with pytest.raises(ArgumentError, match="Argument `times` must advance with every step in float32"):
        solve(OU, EulerMaruyama(), 1.0, times, rng=0, precision="float32", **kinds)
    assert solve(OU, EulerMaruyama(), 1.0, times, rng=0, **kinds).values.shape == (1, 2, 1)


def test_complex_numbers_are_refused():
    with pytest.raises(ArgumentError, match="Argument `start` must be real"):
        solve(OU, EulerMaruyama(), 1.0 + 1j, [0, 1], steps=2, rng=0)
    with pytest.raises(ArgumentError, match="Argument `drift` must return real numbers"):
        solve(SDE(lambda t, x, p: 1j * x, 0.1, noise="additive"), EulerMaruyama(), 1.0, [0, 1], steps=2, rng=0)
    with pytest.raises(ArgumentError, match="Argument `diffusion` must return real numbers"):
        solve(SDE(0.0, lambda t, x, p: 1j, noise="additive"), EulerMaruyama(), 1.0, [0, 1], steps=2, rng=0)


def test_what_cannot_fit_is_refused_before_memory_is_taken():
    many = SDE(lambda t, x, p: -x, 1.0, dim=4000, noise="additive")
    with pytest.raises(ArgumentError, match=r"Argument `statistics` must need at most .*covariance=False"):
        solve(
            many, EulerMaruyama(), np.zeros(4000), np.linspace(0, 1, 50), steps=49, paths=4096, rng=0,
            statistics=Moments(),
        )  # fmt: skip
    with pytest.raises(ArgumentError, match="Argument `paths` must need at most"):
        solve(OU, EulerMaruyama(), 0.0, np.arange(100.0), steps=99, paths=2**32 - 2, rng=0)


@pytest.mark.slow
def test_processes_and_schemes_may_be_named() -> None:
    from evolaw.errors import ArgumentError
    from evolaw.sde import ExactStep, Milstein, solve

    options = {"steps": 4, "paths": 3, "rng": 2}
    by_name = solve("geometric-brownian-motion", "milstein", 1.0, [0, 1], **options)
    from evolaw.sde import catalogue

    by_object = solve(catalogue.named("geometric-brownian-motion"), Milstein(), 1.0, [0, 1], **options)
    np.testing.assert_array_equal(by_name.values, by_object.values)
    with pytest.raises(ArgumentError, match=r"ito\.process"):
        solve("dX = -a X dt + dW", ExactStep(), 1.0, [0, 1], **options)
    with pytest.raises(ArgumentError, match="milstein"):
        solve("geometric-brownian-motion", "milstien", 1.0, [0, 1], **options)
    with pytest.raises(ArgumentError, match="ornstein-uhlenbeck"):
        solve("ornstein-uhlenbek", "milstein", 1.0, [0, 1], **options)


@pytest.mark.slow
def test_on_an_accelerator_paths_are_laid_out_there_and_stay_the_same(monkeypatch):
    """Numbers and starts are made on the device; 37 paths in chunks of 16, the last one part empty."""

    def solved():
        return solve(OU, EulerMaruyama(), 1.0, [0, 1, 2], steps=20, paths=37, rng=0, chunk=16, first_path=5)

    here = solved()
    monkeypatch.setattr("evolaw.devices.on_cpu", lambda: False)
    np.testing.assert_allclose(solved().values, here.values, rtol=1e-13)
