"""Power-function averages against the sums and integrals they stand for."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from evolaw.errors import ArgumentError
from evolaw.learning.loop.averaging import (
    exponent,
    power_decay,
    profile_products,
    reconstruct,
    reconstruction_weights,
    width,
)


@pytest.mark.parametrize("gamma", [0.5, 3.0, 16.97])
def test_the_width_is_the_spread_of_the_profile(gamma: float) -> None:
    def moment(power: int) -> float:
        return quad(lambda u: u**power * (gamma + 1) * u**gamma, 0, 1)[0]

    assert moment(0) == pytest.approx(1)
    assert width(gamma) == pytest.approx(np.sqrt(moment(2) - moment(1) ** 2), rel=1e-8)
    assert exponent(width(gamma)) == pytest.approx(gamma, rel=1e-8)


def test_the_recursion_is_the_weighted_sum() -> None:
    """b_t of all steps multiplied out are the shares of a power function: tau^g up to what a sum differs from an integral."""
    steps, gamma = 4000, 6.94
    shares = np.zeros(steps)
    for t in range(1, steps + 1):
        keep = power_decay(t, gamma)
        shares[: t - 1] *= keep
        shares[t - 1] = 1 - keep
    assert shares.sum() == pytest.approx(1)
    tau = np.arange(1, steps + 1) / steps
    assert np.abs(shares * steps - (gamma + 1) * tau**gamma).max() < 0.03


def test_inner_products_are_integrals() -> None:
    def profile(tau: float, t: float, g: float) -> float:
        return (g + 1) * tau**g / t ** (g + 1) if tau <= t else 0.0

    rows = np.array([[3.0, 1.0], [5.0, 6.9], [4.0, 2.5]])
    found = profile_products(rows, rows)
    for i, one in enumerate(rows):
        for j, other in enumerate(rows):
            end = min(one[0], other[0])
            exact = quad(lambda tau, a=one, b=other: profile(tau, *a) * profile(tau, *b), 0, end)[0]
            assert found[i, j] == pytest.approx(exact, rel=1e-6)


def averages(track: np.ndarray, gamma: float) -> np.ndarray:
    """The average after every step."""
    value, found = 0.0, []
    for t, weight in enumerate(track, start=1):
        value = power_decay(t, gamma) * value + (1 - power_decay(t, gamma)) * weight
        found.append(value)
    return np.array(found)


@pytest.mark.parametrize("wanted", [0.07, 0.15])
@pytest.mark.parametrize("end", [1.0, 0.75])
def test_another_width_comes_back_from_two(wanted: float, end: float) -> None:
    """Two widths kept 16 times over a training give a third one ten times nearer than the nearest kept one."""
    steps, kept = 3200, 200
    track = np.sin(np.linspace(0, 5, steps)) + np.linspace(0, 1, steps) ** 2
    gammas = [exponent(0.05), exponent(0.1)]
    rows = [(t, g) for t in range(kept, steps + 1, kept) for g in gammas]
    nets = [(jnp.float32(averages(track, g)[t - 1]), "silu") for t, g in rows]
    found = reconstruct(nets, np.array(rows), end * steps, wanted)
    exact = averages(track, exponent(wanted))[int(end * steps) - 1]
    assert found[1] == "silu"
    nearest = min(abs(averages(track, gamma)[int(end * steps) - 1] - exact) for gamma in gammas)
    assert abs(float(found[0]) - exact) < nearest / 10
    assert reconstruction_weights(np.array(rows, float), end * steps, wanted).sum() == pytest.approx(1, abs=1e-6)


def test_what_was_kept_comes_back_as_it_is() -> None:
    rows = np.array([(t, exponent(w)) for t in (50, 100) for w in (0.05, 0.1)])
    assert reconstruction_weights(rows, 100, 0.1) == pytest.approx([0, 0, 0, 1], abs=1e-6)


def test_bad_requests_are_named() -> None:
    with pytest.raises(ArgumentError, match="widths"):
        exponent(0.4)
    with pytest.raises(ArgumentError, match="step"):
        reconstruct([jnp.ones(1)], np.array([[10, 6.9]]), 11, 0.1)
    with pytest.raises(ArgumentError, match="snapshots"):
        reconstruct([jnp.ones(1)], np.ones((2, 2)), 1, 0.1)
    with pytest.raises(ArgumentError, match="nets"):
        reconstruct([], np.ones((0, 2)), 1, 0.1)
