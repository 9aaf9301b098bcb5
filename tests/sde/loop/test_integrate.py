"""The compiled loop: groups of steps and noise drawn ahead change nothing."""

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw import randomness
from evolaw.errors import NumericalError
from evolaw.sde.loop.integrate import Plan, march
from evolaw.sde.loop.solver import solve
from evolaw.sde.loop.time_grid import grid_of
from evolaw.sde.noise.brownian import Drawing, increments
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.scheme import EulerMaruyama
from evolaw.sde.schemes.weak_euler import WeakEuler

KEY = np.array(randomness.source(0).stream("noise").key, np.uint32)
PROCESS = SDE(lambda t, x, p: -x * t, 0.5, noise="additive")


@pytest.mark.sampled(9)
@pytest.mark.parametrize(("group", "ahead"), [(4, 0), (8, 0), (4, 16), (2, 64), (8, 8)])
def test_groups_and_drawing_ahead_change_nothing(group, ahead):
    # Saved steps 3, 8, 29 and 40 begin and end inside groups, on their edges and inside blocks.
    grid, _ = grid_of(np.array([0, 3, 8, 29, 40]) / 40, steps=40)

    def run(plan):
        paths = np.arange(5, dtype=np.uint32)
        return np.asarray(march(plan, PROCESS, KEY, paths, np.uint32(5), np.ones((1, 5), np.float32), grid).x)

    drawing = Drawing("dW", 1, "float32")
    plain = run(Plan(EulerMaruyama(), drawing))
    np.testing.assert_allclose(run(Plan(EulerMaruyama(), drawing, group=group, ahead=ahead)), plain, rtol=2e-6)


@pytest.mark.slow  # of Brownian words it is held above, of single weak steps beside `brownian`
@pytest.mark.parametrize(
    ("needs", "group", "words"),
    [("two_point", 8, True), ("two_point", 64, False), ("three_point", 4, True), ("three_point", 16, False)],
)
def test_weak_steps_from_kept_or_used_up_words_change_nothing(needs, group, words):
    # Saved steps 3, 16, 70 and 160 begin and end inside words, on their edges and inside blocks.
    grid, _ = grid_of(np.array([0, 3, 16, 70, 160]) / 160, steps=160)

    def run(plan):
        paths = np.arange(5, dtype=np.uint32)
        return np.asarray(march(plan, PROCESS, KEY, paths, np.uint32(5), np.ones((1, 5), np.float32), grid).x)

    drawing = Drawing(needs, 1, "float32")
    scheme = WeakEuler(2 if needs == "two_point" else 3)
    ahead = 2 * drawing.per_word if words else 0
    plan = Plan(scheme, drawing, group=group, ahead=ahead, words=words)
    np.testing.assert_allclose(run(plan), run(Plan(scheme, drawing)), rtol=2e-6)


@pytest.mark.slow
def test_long_runs_make_every_step():
    """20,010 steps are not a whole number of groups: the end is the sum of all increments, the last two included."""
    motion = SDE(0.0, 1.0, noise="additive")
    end = solve(motion, EulerMaruyama(), 0.0, np.array([0, 3, 20_010]) / 20_010, steps=20_010, paths=3, rng=2).final
    w = increments(2, paths=3, steps=20_010, dt=1 / 20_010)
    np.testing.assert_allclose(end, w.sum(axis=1), atol=1e-11)


@pytest.mark.slow
def test_a_fault_in_the_last_step_of_an_interval_has_that_interval_s_step():
    late = SDE(lambda t, x, p: jnp.where(t > 0.6, jnp.inf, x), 0.0, noise="diagonal", name="late")
    with pytest.raises(NumericalError, match=r"after step 3 at time 1 \(dt = 0\.333333\)"):
        solve(late, EulerMaruyama(), 1.0, [0, 1, 3], dt=0.4, rng=0)
