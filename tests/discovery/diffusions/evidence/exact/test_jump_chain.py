"""Chances of a jump chain: against the matrix exponential and a closed form; their slopes against differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from evolaw.discovery.diffusions.evidence.exact.jump_chain import JumpChain


def _chain(cells: int, steep: float, *, circle: bool = False) -> JumpChain:
    rng = np.random.default_rng(3)
    count = cells if circle else cells - 1
    up, down = rng.uniform(1, 2, count) * np.exp(steep), rng.uniform(1, 2, count) * np.exp(-steep)
    here = np.arange(cells)
    return JumpChain(up, down, 0.7, np.stack([np.maximum(here - 4, 0), np.minimum(here + 4, cells - 1)]))


def _dense(chain: JumpChain) -> np.ndarray:
    rates = np.zeros((chain.cells, chain.cells))
    for i, (u, d) in enumerate(zip(chain.up, chain.down, strict=True)):
        rates[i, (i + 1) % chain.cells] += u
        rates[(i + 1) % chain.cells, i] += d
    return rates - np.diag(rates.sum(1))


@pytest.mark.parametrize(("steep", "circle"), [(0.0, False), (0.2, False), (7.0, False), (0.2, True)])
def test_chances_are_the_matrix_exponential(steep: float, circle: bool) -> None:
    """Four neighbours apart a step joins; steep = 7 leaves no room for the roots there, so that squaring is taken."""
    chain = _chain(30, steep, circle=circle)
    assert chain.is_symmetric == (steep < 1 and not circle)
    assert np.allclose(chain.chances, expm(0.7 * _dense(chain)), atol=1e-11)
    assert np.allclose(chain.chances.sum(1), 1, atol=1e-10)


@pytest.mark.parametrize(("steep", "circle"), [(0.1, False), (7.0, False), (0.1, True)])
def test_slopes_are_those_of_differences(steep: float, circle: bool) -> None:
    chain = _chain(12, steep, circle=circle)
    rng = np.random.default_rng(5)
    change = (chain.up * rng.normal(size=chain.up.size), chain.down * rng.normal(size=chain.up.size))
    small = 1e-5
    sides = [
        expm(0.7 * _dense(JumpChain(chain.up + s * change[0], chain.down + s * change[1], 0.7, chain.joined)))
        for s in (small, -small)
    ]
    (slope,) = chain.slopes([change], [small])
    assert np.allclose(slope, (sides[0] - sides[1]) / (2 * small), atol=1e-7)


def test_equal_rates_have_equal_values_and_lose_nothing() -> None:
    """Two cells: P_01 = (1 - e^{-2kt})/2, its slope by k is t e^{-2kt}."""
    chain = JumpChain(np.array([1.5]), np.array([1.5]), 0.4, np.array([[0, 0], [1, 1]]))
    (slope,) = chain.slopes([(np.ones(1), np.ones(1))], [1e-4])
    assert chain.chances[0, 1] == pytest.approx((1 - np.exp(-1.2)) / 2, rel=1e-12)
    assert slope[0, 1] == pytest.approx(0.4 * np.exp(-1.2), rel=1e-10)
