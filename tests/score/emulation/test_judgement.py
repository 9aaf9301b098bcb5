"""The judge passes the right law and refuses wrong ones; distances and scores have their closed forms."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.score.emulation.judgement import chapman_kolmogorov, energy_distance, judge
from evolaw.score.emulation.law import Emulator, Scales


class Gaussian(eqx.Module):
    """A generator that draws y = shift + spread z."""

    shift: float = 0.0
    spread: float = 1.0

    def draw(self, z: Any, condition: Any) -> Any:
        return self.shift + self.spread * z

    def moments(self, condition: Any, sigma: float) -> tuple[Any, Any]:
        dim = condition.shape[0]
        return jnp.full(dim, self.shift), self.spread**2 * jnp.eye(dim)


def walk(step: float = 1.0, shift: float = 0.0, spread: float = 1.0, dim: int = 2) -> Emulator:
    """A random walk whose steps over Δ are N(shift, Δ spread²)."""
    ones = (1.0,) * dim
    return Emulator(Gaussian(shift, spread), Scales(step, (0.0,) * dim, ones, (0.0,) * dim, (np.sqrt(step),) * dim))


@pytest.mark.slow
def test_the_right_law_passes() -> None:
    """1000 pairs of two components; the CRPS of N(0, 1) is 1/√π; a p-value below 0.001 is a false alarm of one in a thousand."""
    before = np.random.default_rng(0).normal(size=(1000, 2))
    after = before + np.random.default_rng(1).normal(size=(1000, 2))
    found = judge(walk(), before, after, rng=0)
    assert found.p_value > 1e-3
    assert found.crps == pytest.approx(1 / np.sqrt(np.pi), abs=4 * found.crps_error)
    assert found.nominal == 0.9
    assert found.coverage == pytest.approx(0.9, abs=4 * found.coverage_error)
    few = judge(walk(), before, after, members=49, rng=0)
    assert few.nominal == 0.92
    assert few.coverage == pytest.approx(0.92, abs=4 * few.coverage_error)
    assert found.spread_skill == pytest.approx(1, abs=0.1)
    assert found.ranks.sum(1).tolist() == [1000, 1000]
    assert "rank histogram" in repr(found)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("wrong", [{"shift": 0.4}, {"spread": 0.7}, {"spread": 1.4}])
def test_a_wrong_law_is_refused(wrong: dict[str, float]) -> None:
    before = np.random.default_rng(0).normal(size=(1000, 2))
    after = before + np.random.default_rng(1).normal(size=(1000, 2))
    found, right = (judge(law, before, after, rng=0) for law in (walk(**wrong), walk()))
    assert found.p_value < 1e-6
    assert found.crps > right.crps + 3 * right.crps_error / 2
    if "spread" in wrong:
        assert found.spread_skill == pytest.approx(wrong["spread"], rel=0.1)


def test_crps_is_the_mean_over_members_pair_by_pair() -> None:
    """One pair, nine members: against the double sum written out."""
    law = walk(dim=1)
    before, after = np.array([[0.3], [1.0]]), np.array([[0.9], [-1.0]])
    members = law.ensemble(before, 9, rng=4)[:, :, 0]
    found = judge(law, before, after, members=9, rng=4)
    exact = []
    for k in range(2):
        y = members[:, k]
        apart = np.abs(y[:, None] - y[None]).sum() / (9 * 8)
        exact.append(np.abs(y - after[k, 0]).mean() - apart / 2)
    assert found.crps == pytest.approx(np.mean(exact), rel=1e-5)


def test_energy_distance_is_the_double_sum() -> None:
    chance = np.random.default_rng(0)
    one, other = chance.normal(size=(7, 3)), chance.normal(size=(5, 3)) + 1

    def mean(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.linalg.norm(a[:, None] - b[None], axis=-1).sum())

    exact = 2 * mean(one, other) / 35 - mean(one, one) / 42 - mean(other, other) / 20
    assert energy_distance(one, other) == pytest.approx(exact)


@pytest.mark.slow
def test_a_walk_is_consistent_with_itself_and_another_is_not() -> None:
    """Steps of variance Δ: two of Δ are one of 2Δ. With a long step half as wide again they are not."""
    good = chapman_kolmogorov(walk(1.0), walk(2.0), np.zeros(2), count=400, rng=0)
    assert good.p_value > 1e-2
    assert abs(good.residual) < 5 * abs(good.floor) + 0.02
    bad = chapman_kolmogorov(walk(1.0), walk(2.0, spread=1.5), np.zeros(2), count=400, rng=0)
    assert bad.p_value == pytest.approx(1 / 200)
    assert bad.residual > 0.02
    assert "residual" in repr(bad)
    with pytest.raises(ArgumentError, match="step by 2"):
        chapman_kolmogorov(walk(1.0), walk(3.0), np.zeros(2), rng=0)
