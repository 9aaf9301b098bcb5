"""Periodic components: values within a period, turns counted exactly, and the solution of an equation that does not know them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.arrays import precise
from evolaw.sde import BAOAB, SDE, EulerMaruyama, Event, FirstPassage, Histogram, Moments, solve, underdamped
from evolaw.sde.loop.winding import Circles

TURN = 2 * np.pi


def junction(periods):
    return SDE(
        lambda t, x, p: p["i"] - jnp.sin(x), lambda t, x, p: 0.4, noise="additive", params={"i": 1.4}, periods=periods
    )


def test_a_phase_just_below_zero_is_zero_of_the_next_turn():
    """-1e-12 + 1 rounds to the period itself in float32; the value within the period must stay below it."""
    x = jnp.array([-1e-12, -0.25, 0.0, 0.999, 1.0, 2.5, -3.0], jnp.float32)
    within, turns = Circles([1.0], np.float32).wrapped(x, 0)
    assert np.asarray(within).tolist() == pytest.approx([0.0, 0.75, 0.0, 0.999, 0.0, 0.5, 0.0])
    assert np.asarray(turns).tolist() == [0, -1, 0, 0, 1, 2, -3]


@settings(deadline=None)
@given(st.floats(1e-3, 1e3), st.floats(-1e4, 1e4), st.sampled_from(["float32", "float64"]))
def test_nothing_is_lost_by_wrapping(period, turns, precision):
    """Within [0, period), and the whole comes back to rounding, wherever x lies: edges of turns are among the examples."""
    with precise(precision) as dtype:
        circles = Circles([period, None], dtype)
        for base in (turns, round(turns)):
            x = np.asarray([base * period, base * period], dtype)
            x[np.abs(x) < np.finfo(dtype).tiny] = 0  # processors may take them for zero
            within, taken = (np.asarray(part) for part in circles.wrapped(jnp.asarray(x)))
            length = dtype.type(period)
            assert 0 <= within[0] < length and taken[0] == round(float(taken[0]))
            assert within[1] == x[1] and taken[1] == 0
            error = abs(float(within[0]) + float(taken[0]) * float(length) - float(x[0]))
            assert error <= 4 * np.spacing(np.abs(x[0])) + 4 * np.spacing(length)


@pytest.mark.parametrize("is_apart", [True, False])
def test_turns_are_counted_when_it_is_time_and_what_cannot_be_counted_is_no_number(is_apart):
    circles = Circles([1.0, None], np.float32)
    x, turns = jnp.array([[3.5, 2.0**24 + 2], [7.5, -1.0]], jnp.float32), jnp.array([[5, 5], [0, 0]], jnp.int32)
    held = (tuple(x), tuple(turns)) if is_apart else (x, turns)
    count = jax.jit(circles.counted)
    kept = count(*held, jnp.asarray(False))
    assert jnp.stack(kept[0]).tolist() == x.tolist() and jnp.stack(kept[1]).tolist() == turns.tolist()
    within, counted = (np.asarray(jnp.stack(part)) for part in count(*held, jnp.asarray(True)))
    assert within[0, 0] == 0.5 and np.isnan(within[0, 1]) and within[1].tolist() == [7.5, -1.0]
    assert counted.tolist() == [[8, 5], [0, 0]]


@pytest.mark.sampled(9)
@pytest.mark.parametrize("paths", [3, 1200])
@pytest.mark.parametrize(("precision", "close"), [("float32", 2e-3), ("float64", 1e-9)])
def test_turns_change_no_path(paths, precision, close):
    """The drift is periodic, so wrapping changes nothing but rounding; noise inside the body and drawn ahead, uneven ends."""
    asked = {"paths": paths, "rng": 4, "precision": precision, "steps": 200}
    times = [0, 3.3, 20]
    wound = solve(junction((TURN,)), EulerMaruyama(), 1.0, times, **asked).values
    plain = solve(junction(None), EulerMaruyama(), 1.0, times, **asked).values
    np.testing.assert_allclose(wound, plain, atol=close)
    assert wound.max() > 3 * TURN


@pytest.mark.slow
@pytest.mark.parametrize("sweep", [None, pytest.param({"force": {"i": [0.5, 1.5]}}, marks=pytest.mark.slow)])
def test_turns_with_inertia_statistics_and_sweeps(sweep):
    """Taken apart, with memory; statistics see the unwrapped phase at every step and save."""
    from dataclasses import replace

    plain = underdamped(lambda t, x, p: p["i"] - jnp.sin(x), friction=0.5, temperature=0.1, params={"i": 1.4})
    wound = replace(plain, periods=(TURN, None))
    looks = [
        Moments(),
        Histogram(np.linspace(-5, 40, 10)),
        FirstPassage(lambda t, x, p: 8 - x[0], stops=True),
        Event(lambda t, x, p: x[0] - 7.0),
    ]
    asked = {"paths": 40, "rng": 2, "steps": 200, "statistics": looks, "sweep": sweep}
    one, other = (solve(process, BAOAB(), [1.0, 0.0], [0, 5, 20], **asked) for process in (wound, plain))
    np.testing.assert_allclose(one.mean, other.mean, atol=1e-10)
    np.testing.assert_array_equal(one.histogram.counts, other.histogram.counts)
    np.testing.assert_allclose(one.results[2].times, other.results[2].times, atol=1e-9)
    np.testing.assert_allclose(one.results[3].times, other.results[3].times, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("times", [[0, 20], [0, 0.7, 1.3, 12.1, 20]])
@pytest.mark.parametrize("paths", [2, 300])
def test_no_path_depends_on_where_it_is_looked_at(times, paths):
    """To the last bit: turns are taken off by the number of the step."""
    asked = {"paths": paths, "rng": 4, "precision": "float32", "steps": 200}
    wanted = solve(junction((TURN,)), EulerMaruyama(), 1.0, [0, 10, 20], **asked).values
    found = solve(junction((TURN,)), EulerMaruyama(), 1.0, times, **asked).values
    np.testing.assert_array_equal(found[:, -1], wanted[:, -1])


@pytest.mark.parametrize("form", ["apart", "whole"])
def test_a_coefficient_sees_values_within_the_period_in_both_forms(form):
    """The same saw-tooth, beside a component it drives: under Euler–Maruyama it is never called outside [0, 1)."""
    from evolaw.sde.loop.state_layout import form_of
    from evolaw.sde.schemes.scheme import Noise

    def step(t, dt, x, noise, memory):
        return jnp.stack([x[0] + 1.0, x[0] + x[1]]), memory

    x = jnp.array([[0.25, 3.25, -0.25], [0.0, 0.0, 0.0]])
    held = form_of(step, form == "apart", jnp.zeros(()), jnp.ones(()), x, Noise(), None, periods=(1.0, None))

    @jax.jit
    def moved(x):
        there, _, memory = held.split(x, jnp.zeros((2, 3), jnp.int32), None)
        return jnp.stack(held.advance(jnp.zeros(()), jnp.ones(()), there, Noise(), memory)[0])

    assert moved(x).tolist() == [[1.25, 4.25, 0.75], [0.25, 0.25, 0.75]]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("is_apart", [True, False])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_step_is_made_from_within_the_period_at_the_edges_of_turns(precision, is_apart):
    """Four numbers on each side of every edge of 200 turns, for periods that are no floating-point number; turns are put on again."""
    with precise(precision) as dtype:
        for period in (1.0, 2 * np.pi, 0.3, 360.0):
            edges = (np.arange(-100, 101) * period).astype(dtype)
            near = [edges]
            for _ in range(4):
                near = [np.nextafter(near[0], dtype.type(-np.inf)), *near, np.nextafter(near[-1], dtype.type(np.inf))]
            line = np.concatenate(near)
            # Processors may take smaller numbers for zero.
            line = jnp.asarray(np.where(np.abs(line) < np.finfo(dtype).tiny, 0, line))
            x = (line, line) if is_apart else jnp.stack([line, line])
            seen = []

            def stand(within, seen=seen):
                seen.append(within)
                return within, None

            there, _ = Circles([period, None], dtype).moved(stand, x)
            within = np.asarray(seen[0][0])
            assert within.min() >= 0 and within.max() < dtype.type(period)
            assert np.array_equal(seen[0][1], line) and np.array_equal(there[1], line)
            assert np.abs(np.asarray(there[0]) - np.asarray(line)).max() <= 300 * period * np.finfo(dtype).eps


@pytest.mark.slow
def test_a_coefficient_sees_values_within_the_period():
    """A saw-tooth, which is periodic only as a function on [0, 1)."""
    tooth = SDE(lambda t, x, p: 1.0 + (x - 0.5) / 10, None, noise="none", periods=(1.0,))
    from evolaw.sde import RungeKutta4

    end = solve(tooth, RungeKutta4(), 0.0, [0, 10], steps=10_000, rng=None).final[0, 0]
    lap = 10 * np.log(1.05 / 0.95)
    assert end == pytest.approx(10 // lap + (np.exp((10 % lap) / 10) - 1) * 9.5, abs=5e-3)
