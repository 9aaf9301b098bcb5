"""Steps of their own: order, tolerance, direction, independence of the neighbours, and what does not arrive."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from evolaw.errors import ArgumentError, NotConverged
from evolaw.sde import SDE
from evolaw.sde.loop.flows import solve_flow

PENDULUM = SDE(lambda t, x, p: jnp.stack([x[1], -jnp.sin(x[0]) + 0.3 * jnp.cos(t)]), None, dim=2, noise="none")
STARTS = np.array([[0.1, 0.0], [2.9, 0.5], [0.0, 3.0]])


def by_scipy(start, times):
    def flow(t, y):
        return [y[1], -np.sin(y[0]) + 0.3 * np.cos(t)]

    return solve_ivp(flow, (times[0], times[-1]), start, t_eval=times, rtol=1e-12, atol=1e-13, method="DOP853").y.T


@pytest.mark.parametrize("times", [[0.0, 3.0, 8.0], [8.0, 3.0, 0.0]], ids=["rising", "falling"])
def test_paths_are_scipys(times):
    found = solve_flow(PENDULUM, STARTS, times, rtol=1e-9, atol=1e-9)
    for k, start in enumerate(STARTS):
        np.testing.assert_allclose(found.values[k], by_scipy(start, times), atol=3e-7)


@pytest.mark.slow
def test_a_tolerance_a_thousand_times_smaller_is_as_much_more_exact():
    exact = by_scipy(STARTS[0], [0.0, 8.0])[-1]
    wrong = []
    for tolerance in (1e-4, 1e-7):
        found = solve_flow(PENDULUM, STARTS[:1], [0.0, 8.0], rtol=tolerance, atol=tolerance)
        wrong.append(np.abs(found.final[0] - exact).max())
        assert wrong[-1] < found.about["largest_error"] * 3
    assert 100 < wrong[0] / wrong[1] < 30_000


@pytest.mark.slow
def test_a_path_does_not_depend_on_its_neighbours():
    """One step for a whole batch couples them: pitfall 10 of the peers."""
    together = solve_flow(PENDULUM, STARTS, [0.0, 5.0]).final
    alone = np.concatenate([solve_flow(PENDULUM, STARTS[[k]], [0.0, 5.0]).final for k in range(3)])
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    many = solve_flow(PENDULUM, np.repeat(STARTS, 700, axis=0), [0.0, 5.0]).final
    np.testing.assert_allclose(many[::700], alone, rtol=1e-12)


def test_what_does_not_arrive_is_said():
    explosion = SDE(lambda t, x, p: x**2, None, noise="none")
    with pytest.raises(NotConverged, match="1 of 2 paths"):
        solve_flow(explosion, [[0.5], [1.0]], [0.0, 1.5])
    with pytest.raises(ArgumentError, match="`process`"):
        solve_flow(SDE(0.0, 1.0), [[0.0]], [0.0, 1.0])
    with pytest.raises(ArgumentError, match="`rtol`"):
        solve_flow(explosion, [[0.0]], [0.0, 1.0], rtol=0.0)
