"""The order tester: orders that are known, found within their band, against both kinds of truth."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.sde import RI6, SDE, EulerMaruyama, Milstein, geometric_brownian_motion
from evolaw.sde.convergence import declared_order, order

GROWTH = geometric_brownian_motion(growth=0.5, volatility=0.8)


@pytest.mark.parametrize(("scheme", "truth"), [(EulerMaruyama(), 0.5), (Milstein(), 1.0)])
def test_strong_orders_against_the_explicit_solution(scheme, truth):
    found = order(scheme, GROWTH, 1.0, 1.0, rng=0, steps=(16, 32, 64), paths=1500)
    assert found.truth == "explicit solution" and abs(found.slope - truth) < 0.15 and found.band < 0.15
    assert found.declared == truth
    assert (found.errors > 5 * found.standard_errors).all()


def test_weak_order_against_finer_steps():
    plain = SDE(lambda t, x, p: 0.5 * x, lambda t, x, p: 0.2 * x, noise="scalar")
    found = order(EulerMaruyama(), plain, 1.0, 1.0, rng=0, kind="weak", steps=(4, 8, 16), paths=2000)
    assert found.truth == "finer steps" and abs(found.slope - 1) < max(0.2, 2 * found.band)
    # The bias of the mean is exp(a) - (1 + a h)^n up to the finer solution's own.
    exact = (1 + 0.5 / 64) ** 64 - (1 + 0.5 / 4) ** 4
    assert abs(found.errors[0] - exact) < 4.5 * found.standard_errors[0]


def test_what_cannot_be_measured_is_said():
    with pytest.raises(ArgumentError, match="follows no Brownian path"):
        order(RI6(), GROWTH, 1.0, 1.0, rng=0)
    with pytest.raises(ArgumentError, match="divide the last one"):
        order(Milstein(), GROWTH, 1.0, 1.0, rng=0, steps=(3, 4, 8))


def test_declared_orders_depend_on_the_noise():
    assert declared_order(EulerMaruyama(), GROWTH, "strong") == 0.5
    assert declared_order(EulerMaruyama(), SDE(0.0, 1.0, noise="additive"), "strong") == 1.0
    assert declared_order(RI6(), GROWTH, "strong") is None
    assert np.isclose(declared_order(RI6(), GROWTH, "weak"), 2.0)
