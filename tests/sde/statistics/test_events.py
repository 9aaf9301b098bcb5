"""Events: crossings of smooth paths to second order, exact laws of random walks, hitting of moving boundaries, complaints.

False-alarm rates of the statistical tests are below 1e-4; seeds are fixed.
"""

from math import comb

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from evolaw import storage
from evolaw.errors import ArgumentError, ShapeError
from evolaw.sde import SDE, EulerMaruyama, Event, FirstPassage, Moments, StochasticHeun, increments, solve
from evolaw.sde.statistics.events import EventResult

MOTION = SDE(0.0, 1.0, noise="additive", name="motion")
TURNING = SDE(lambda t, x, p: jnp.array([x[1], -x[0]]), 0.0, dim=2, noise="additive", name="turning")


def events(process, event, start, end, steps, *, paths=1, scheme=None, rng=4, begin=0.0, **kinds):
    found = solve(
        process,
        scheme or EulerMaruyama(),
        start,
        [begin, end],
        steps=steps,
        paths=paths,
        rng=rng,
        statistics=event,
        **kinds,
    )
    return found.results[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("direction", "wanted"),
    [(+1, [3 * np.pi / 2, 7 * np.pi / 2]), (-1, [np.pi / 2, 5 * np.pi / 2]), (0, [np.pi / 2, 3 * np.pi / 2])],
)
def test_crossings_of_a_smooth_path_are_found_to_second_order(direction, wanted):
    """x = cos t: times, states and counts, and the slope of the error of the time."""
    errors = []
    for steps in (400, 800):
        found = events(
            TURNING, Event(lambda t, x, p: x[0], direction, keep=2), [1.0, 0.0], 12.5, steps, scheme=StochasticHeun()
        )
        errors.append(np.abs(found.times[0] - wanted).max())
        assert found.counts.tolist() == [4 if direction == 0 else 2]
        np.testing.assert_allclose(found.states[0, :, 0], 0, atol=1e-3)
        np.testing.assert_allclose(found.states[0, :, 1], -np.sin(wanted), atol=1e-2)
    assert errors[0] < 2e-3
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.3)


def test_a_straight_crossing_is_exact_and_times_count_from_the_clock():
    """The function depends on time and parameters, and the simulation does not begin at 0."""
    found = events(
        SDE(2.0, 0.0, noise="additive", params={"level": 0.7}),
        Event(lambda t, x, p: x[0] - t + p["level"], keep=3),
        1.0,
        5.0,
        3,
        begin=3.0,
    )
    # x - t + 0.7 = 1 + 2 (t - 3) - t + 0.7 = t - 4.3
    assert found.times[0].tolist() == pytest.approx([4.3, np.inf, np.inf])
    assert found.states[0, 0, 0] == pytest.approx(1 + 2 * 1.3)
    assert np.isnan(found.states[0, 1:]).all()


@pytest.mark.slow
def test_coming_to_zero_exactly_is_the_event_up_and_leaving_it_is_none():
    found = events(SDE(1.0, 0.0, noise="additive"), Event(lambda t, x, p: x[0], keep=2), -1.0, 4.0, 4)
    assert found.counts.tolist() == [1] and found.times[0].tolist() == [1.0, np.inf]


@pytest.mark.slow
def test_every_path_has_its_own_events():
    """Starts -k reach 0 at time k; what does not arrive has none."""
    start = -np.arange(1.0, 1401.0)[:, None] / 100
    found = events(
        SDE(1.0, 0.0, noise="additive"), Event(lambda t, x, p: x[0], +1), start, 10.0, 7, paths=1400, chunk=1024
    )
    truth = -start[:, 0]
    np.testing.assert_allclose(found.times[:, 0], np.where(truth <= 10.0 + 1e-9, truth, np.inf), rtol=1e-12)
    np.testing.assert_array_equal(found.counts, truth <= 10.0 + 1e-9)


@pytest.mark.slow
def test_the_walk_stays_positive_with_the_exact_probability():
    """P(S_1 ≥ 0, …, S_n ≥ 0) = C(2n, n)/4^n for every symmetric continuous walk; zero counts as positive, so S_0 does."""
    n, paths = 12, 40_000
    found = events(MOTION, Event(lambda t, x, p: x[0], -1), 0.0, 1.0, n, paths=paths)
    stay = comb(2 * n, n) / 4**n
    assert abs(np.mean(found.counts == 0) - stay) < 4.5 * np.sqrt(stay * (1 - stay) / paths)


@pytest.mark.slow
def test_the_mean_number_of_sign_changes_is_exact():
    """Neighbouring sums have correlation √(k/(k+1)) and differ in sign with probability arccos(√(k/(k+1)))/π."""
    n, paths = 40, 20_000
    found = events(MOTION, Event(lambda t, x, p: x[0]), 0.0, 1.0, n, paths=paths)
    k = np.arange(1, n)
    # From 0, which counts as positive, the first step is a change with probability 1/2.
    mean = 0.5 + np.sum(np.arccos(np.sqrt(k / (k + 1)))) / np.pi
    assert abs(found.counts.mean() - mean) < 4.5 * found.counts.std() / np.sqrt(paths)
    rate, error = found.rate
    assert rate == pytest.approx(found.counts.mean()) and error == pytest.approx(
        found.counts.std(ddof=1) / np.sqrt(paths), rel=1e-9
    )
    # Counts agree with the path itself, step by step.
    w = np.cumsum(increments(4, paths=paths, steps=n, dt=1 / n)[:, :, 0], axis=1)
    above = np.concatenate([np.ones((paths, 1), bool), w >= 0], axis=1)
    np.testing.assert_array_equal(found.counts, (above[:, 1:] != above[:, :-1]).sum(axis=1))


@pytest.mark.slow
def test_a_moving_boundary_is_hit_late_by_the_known_shift():
    """Brownian motion and the boundary 0.8 + 0.5 t. Seen at the steps only, it acts like one farther by 0.5826 √h; the
    bridge of `FirstPassage` has the exact law on the same paths, and comes first."""
    h, end, paths = 1 / 64, 4.0, 20_000
    gap, slope = 0.8, 0.5

    def distance(t, x, p):
        return gap + slope * t - x[0]

    found = solve(
        MOTION,
        EulerMaruyama(),
        0.0,
        [0, end],
        steps=int(end / h),
        paths=paths,
        rng=2,
        statistics=[Event(distance, -1), FirstPassage(distance)],
    )
    seen, bridged = found.results

    def hit(a, t):
        """P(max of W_s - b s over [0, t] >= a), Bachelier and Lévy."""
        root = np.sqrt(t)
        return stats.norm.sf((a + slope * t) / root) + np.exp(-2 * a * slope) * stats.norm.cdf((slope * t - a) / root)

    for t in (1.0, end):
        late, exact = (np.mean(times <= t) for times in (seen.times[:, 0], bridged.times))
        error = 4.5 * np.sqrt(0.25 / paths)
        assert abs(exact - hit(gap, t)) < error
        assert abs(late - hit(gap + 0.5826 * np.sqrt(h), t)) < error
        assert late < hit(gap, t) - 0.5 * error
    assert (bridged.times <= seen.times[:, 0] + h).all()
    assert seen.share[0] == np.mean(seen.counts > 0)


@pytest.mark.slow
def test_a_stopped_path_stays_and_has_one_event():
    event = Event(lambda t, x, p: x[0] - 1.0, stops=True)
    found = solve(
        SDE(1.0, 0.0, noise="additive"), EulerMaruyama(), [[0.0], [-9.0]], [0, 1, 4], steps=12, paths=2, rng=0,
        statistics=[Moments(), event],
    )  # fmt: skip
    result = found.results[1]
    assert result.counts.tolist() == [1, 0] and result.times[:, 0].tolist() == pytest.approx([1.0, np.inf])
    # The first path rests at 1, the end of its step; the second is at -5.
    np.testing.assert_allclose(found.mean[-1, 0], (1.0 - 5.0) / 2)
    assert result.rate[0] == pytest.approx(1 / (1.0 + 4.0))
    turning = events(TURNING, Event(lambda t, x, p: x[0], stops=True), [1.0, 0.0], 12.5, 400, scheme=StochasticHeun())
    assert turning.counts.tolist() == [1]


@pytest.mark.slow
def test_what_one_watcher_stopped_no_other_one_sees_move():
    """Paths stop at 0.5; crossings of 0.4 and passages of -0.5 are those of the path until then, counted by hand."""
    n, paths, level = 200, 2000, 0.4
    asked = [
        FirstPassage(lambda t, x, p: 0.5 - x[0], bridge=False, stops=True),
        Event(lambda t, x, p: x[0] - level),
        FirstPassage(lambda t, x, p: x[0] + 0.5, bridge=False),
        FirstPassage(lambda t, x, p: 0.6 - x[0]),
    ]
    found = solve(MOTION, EulerMaruyama(), 0.0, [0, 1], steps=n, paths=paths, rng=6, statistics=[Moments(), *asked])
    w = np.cumsum(increments(6, paths=paths, steps=n, dt=1 / n)[:, :, 0], axis=1)
    over = w >= 0.5
    last = np.where(over.any(axis=1), over.argmax(axis=1), n - 1)
    alive = np.arange(n) <= last[:, None]
    above = np.concatenate([np.zeros((paths, 1), bool), w >= level], axis=1)
    wanted = ((above[:, 1:] != above[:, :-1]) & alive).sum(axis=1)
    np.testing.assert_array_equal(found.results[2].counts, wanted)
    np.testing.assert_array_equal(found.results[3].met, ((w <= -0.5) & alive).any(axis=1))
    np.testing.assert_allclose(found.mean[-1, 0], w[np.arange(paths), last].mean(), rtol=1e-9)
    assert wanted.max() > 1
    # A bridge over a step in which nothing moves would cross now and then.
    met = found.results[4]
    assert met.met.any() and (met.times[met.met] <= (last[met.met] + 1) / n + 1e-12).all()


@pytest.mark.slow
def test_windings_are_unwound_for_the_function():
    """A phase that has turned 2.5 times passes 4π once and never comes back to it."""
    turning = SDE(1.0, 0.0, noise="additive", periods=(2 * np.pi,))
    found = events(turning, Event(lambda t, x, p: x[0] - 4 * np.pi), 0.0, 5 * np.pi, 100)
    assert found.counts.tolist() == [1] and found.times[0, 0] == pytest.approx(4 * np.pi)


@pytest.mark.slow
def test_a_late_event_in_single_precision_keeps_the_digits_of_its_step():
    found = events(
        SDE(1.0, 0.0, noise="additive", periods=(1.0,)),
        Event(lambda t, x, p: jnp.sin(2 * jnp.pi * x[0] + 1.0), +1),
        0.0,
        64.0,
        2**12,
        precision="float32",
    )
    assert found.counts.tolist() == [64]
    assert found.times[0, 0] == pytest.approx(1 - 1 / (2 * np.pi), abs=1e-5)


@pytest.mark.slow
def test_events_are_kept_in_the_run_directory_and_do_not_depend_on_chunks(tmp_path):
    kinds = {"paths": 2500, "scheme": EulerMaruyama()}
    event = Event(lambda t, x, p: x[0] - 0.3, keep=3)
    one = events(MOTION, event, 0.0, 1.0, 20, chunk=1024, out=tmp_path / "run", **kinds)
    other = events(MOTION, event, 0.0, 1.0, 20, **kinds)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)
    run = storage.Run.open(tmp_path / "run")
    np.testing.assert_array_equal(run.read("EventResult_0_counts"), one.counts)
    np.testing.assert_array_equal(run.read("EventResult_0_times"), one.times)


@pytest.mark.slow
def test_a_function_that_is_not_a_number_somewhere_is_said():
    found = events(SDE(1.0, 0.0, noise="additive"), Event(lambda t, x, p: jnp.log(0.5 - x[0])), 0.0, 1.0, 10, paths=3)
    assert not found.defined.any() and found.counts.tolist() == [0, 0, 0]
    with pytest.raises(
        ArgumentError, match=r"finite number at every step.*not one on 3 of 3 paths, the first of which is path 0"
    ):
        _ = found.share
    with pytest.raises(ArgumentError, match="Look at the result's `defined`"):
        _ = found.rate


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (lambda t, x, p: x, ShapeError, r"must return one number for one path, but returns shape \(2,\)"),
        (lambda t, x, p: jnp.outer(x, x), ShapeError, r"returns shape \(2, 2\)\. It sees one state of shape \(2,\)"),
        (lambda t, x, p: x[0] > 0.0, ArgumentError, r"one that returns bool\. Return x\[0\] - 1\.0 rather than"),
        (lambda t, x: x[0], ArgumentError, "one that raises TypeError: .*2 positional arguments"),
        (lambda t, x, p: p["missing"], ArgumentError, "one that raises KeyError: 'missing'"),
    ],
)
def test_functions_that_will_not_do_are_refused(function, error, words):
    process = SDE([0.0, 0.0], 1.0, dim=2, noise="additive", params={"level": 1.0})
    with pytest.raises(error, match=words):
        events(process, Event(function), [0.0, 0.0], 1.0, 4)


@pytest.mark.parametrize(
    ("arguments", "name"), [({"function": 3}, "function"), ({"direction": 2}, "direction"), ({"keep": 0}, "keep")]
)
def test_settings_are_checked(arguments, name):
    with pytest.raises(ArgumentError, match=f"Argument `{name}`"):
        Event(**({"function": lambda t, x, p: x[0]} | arguments))


@pytest.mark.parametrize("stopped", [False, True])
def test_a_rate_is_events_over_time_at_risk_with_its_error(stopped):
    """Four paths of length 10: the ratio estimator and its linearised error, written out."""
    times = np.array([[2.0], [5.0], [np.inf], [9.0]])
    counts = np.array([1, 1, 0, 1]) if stopped else np.array([3, 1, 0, 2])
    found = EventResult(times + 1, times[..., None], counts, np.ones(4, bool), np.array([1.0, 11.0]), stopped)
    risk = np.array([2.0, 5.0, 10.0, 9.0]) if stopped else np.full(4, 10.0)
    rate = counts.sum() / risk.sum()
    error = np.sqrt(((counts - rate * risk) ** 2).sum() / 3 / 4) / risk.mean()
    assert found.rate == pytest.approx((rate, error), rel=1e-12)
    assert all(isinstance(number, float) for number in (*found.rate, *found.share))
    assert found.share == pytest.approx((0.75, np.sqrt(0.75 * 0.25 / 4)))
    both = EventResult(*(np.concatenate([part, part]) for part in found[:4]), found.span, stopped).in_sets(2)
    np.testing.assert_allclose(both.rate[0], [rate, rate])
    np.testing.assert_allclose(both.rate[1], [error, error])


def test_one_path_alone_has_a_rate_of_unknown_error():
    one = EventResult(
        np.array([[1.0]]), np.ones((1, 1, 1)), np.array([1]), np.ones(1, bool), np.array([0.0, 4.0]), False
    )
    assert one.rate == (0.25, np.inf)
