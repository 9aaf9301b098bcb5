"""A law learned from an Ornstein–Uhlenbeck process against the exact one; it simulates, reads out, and comes back from its run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evolaw.errors import ArgumentError, NumericalError, StorageError
from evolaw.score.emulation.law import Emulator, Leap, Scales
from evolaw.score.emulation.training import emulator
from evolaw.score.networks.mlp import MLP
from evolaw.sde import EulerMaruyama, ExactStep, Moments, ornstein_uhlenbeck, solve
from evolaw.trajectory import Trajectory

RATE, LEVEL, SCALE, STEP = 1.0, 0.5, 1.0, 0.3
KEPT = np.exp(-RATE * STEP)
DEVIATION = np.sqrt(SCALE**2 * (1 - KEPT**2) / (2 * RATE))


@pytest.fixture(scope="module")
def recording() -> Trajectory:
    process = ornstein_uhlenbeck(rate=RATE, level=LEVEL, scale=SCALE)
    times = [STEP * k for k in range(101)]
    return solve(process, ExactStep(), LEVEL, times, steps=100, paths=200, rng=0)


@pytest.fixture(scope="module")
def run(recording: Trajectory, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("law") / "run"
    emulator(recording, net=MLP(width=64, depth=2), steps=1500, rng=0, out=path)
    return path


@pytest.fixture(scope="module")
def law(run: Path) -> Emulator:
    return Emulator.load(run)


@pytest.mark.slow
def test_a_step_has_the_exact_mean_and_spread(law: Emulator) -> None:
    """Over ±1.4 stationary deviations, 4000 draws each: sampling errors are 0.0075; what a training of seconds misses is allowed 0.03."""
    x = np.linspace(-0.5, 1.5, 5)[:, None]
    drawn = law.ensemble(x, 4000, rng=1)
    assert drawn.mean(0) == pytest.approx(LEVEL + (x - LEVEL) * KEPT, abs=0.06)
    assert drawn.std(0) == pytest.approx(np.full((5, 1), DEVIATION), abs=0.04)


@pytest.mark.slow
def test_the_likelihood_of_a_step_is_the_exact_one(law: Emulator) -> None:
    """In nats a step, over 2000 pairs: the mean differs by less than 0.02, and no wrong width or factor passes."""
    chance = np.random.default_rng(3)
    before = LEVEL + chance.standard_normal((2000, 1)) / np.sqrt(2)
    after = LEVEL + (before - LEVEL) * KEPT + DEVIATION * chance.standard_normal((2000, 1))
    exact = -0.5 * ((after - LEVEL - (before - LEVEL) * KEPT) / DEVIATION) ** 2 - np.log(DEVIATION * np.sqrt(2 * np.pi))
    found = law.log_likelihood(before, after)
    assert found.mean() == pytest.approx(exact.mean(), abs=0.02)
    assert np.std(found - exact[:, 0]) < 0.15


@pytest.mark.slow
def test_drift_and_diffusion_are_read_out(law: Emulator) -> None:
    """Over a finite step they are mean and deviation of the step; 0.1 is what 20,000 pairs and seconds of training leave."""
    process = law.process
    for x in (-0.2, 0.5, 1.2):
        assert float(process.drift_at(0.0, x)[0]) == pytest.approx((LEVEL - x) * (1 - KEPT) / STEP, abs=0.15)
        assert float(process.diffusion_at(0.0, x)[0]) == pytest.approx(DEVIATION / np.sqrt(STEP), abs=0.08)
    moments = solve(process, EulerMaruyama(), 0.5, [0.0, 6.0], steps=20, paths=2000, rng=0, statistics=Moments())
    assert moments.mean[-1, 0] == pytest.approx(LEVEL, abs=0.15)


@pytest.mark.slow
def test_a_roll_out_keeps_the_stationary_law(law: Emulator) -> None:
    """200 steps, 1000 paths: the standard errors of mean and deviation are 0.022 and 0.016."""
    path = law.simulate(3.0, 200, paths=1000, rng=2, every=50)
    assert path.values.shape == (1000, 5, 1)
    assert path.times == pytest.approx(STEP * np.array([0, 50, 100, 150, 200]))
    assert path.final.mean() == pytest.approx(LEVEL, abs=0.15)
    assert path.final.std() == pytest.approx(np.sqrt(0.5), abs=0.08)
    # Products of matrices of another height are summed in another order on some processors: a rounding, which the law forgets.
    assert law.simulate(3.0, 200, paths=10, rng=2, every=50).values == pytest.approx(path.values[:10], abs=1e-5)


@pytest.mark.slow
def test_a_step_of_another_length_is_refused_in_words(law: Emulator) -> None:
    with pytest.raises(NumericalError, match=r"learned for steps of 0\.3, and was asked for one of 0\.15"):
        solve(law.process, law.scheme, 0.0, [0.0, STEP], steps=2, paths=2, rng=0)
    with pytest.raises(ArgumentError, match="process of its own law"):
        solve(ornstein_uhlenbeck(rate=1.0, scale=1.0), law.scheme, 0.0, [0.0, STEP], steps=1, paths=2, rng=0)


@pytest.mark.slow
def test_it_comes_back_from_its_run(law: Emulator, run: Path, tmp_path: Path) -> None:
    again = Emulator.load(law.save(tmp_path / "copy"))
    assert again.scales == law.scales
    assert np.array_equal(again.simulate(0.0, 2, paths=3, rng=0).values, law.simulate(0.0, 2, paths=3, rng=0).values)
    assert "20 calls a step" in repr(again)
    assert law.scales.step == pytest.approx(STEP)
    Trajectory(np.zeros((2, 1)), [0, 1], ("times", "dim")).save(tmp_path / "other")
    with pytest.raises(StorageError, match="holds no law of motion"):
        Emulator.load(tmp_path / "other")


def test_scales_standardise_steps() -> None:
    chance = np.random.default_rng(0)
    before = chance.normal(2, 3, (500, 2))
    after = before + chance.normal(-1, 0.5, (500, 2))
    scales = Scales.of(before, after, 0.1)
    y = scales.step_of(before, after)
    assert y.mean(0) == pytest.approx([0, 0], abs=1e-9)
    assert y.std(0) == pytest.approx([1, 1])
    assert np.asarray(scales.moved(before, y)) == pytest.approx(after, abs=1e-5)
    assert Leap(scales).refuses(ornstein_uhlenbeck(rate=1.0, scale=1.0)) is not None
