"""Training of equations: what steps say by themselves, runs that go on after a kill, angles, refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from evolaw.errors import ArgumentError, StorageError
from evolaw.learning.loop.optimisation import Optimisation
from evolaw.learning.trajectories.equation_training import fit_equation
from evolaw.learning.trajectories.neural_equation import NeuralEquation
from evolaw.trajectory import Trajectory

SHORT = Optimisation(epochs=3, batches=8, learning_rate=3e-3, average=0.9)


def _walk(count: int = 4000, drift: float = 0.5, spread: float = 0.2) -> Trajectory:
    """dx = drift dt + sqrt(2 spread) dW beside an independent Ornstein–Uhlenbeck process, at unequal times."""
    rng = np.random.default_rng(5)
    dt = rng.uniform(0.005, 0.015, count)
    x = np.concatenate([[0.0], np.cumsum(drift * dt + np.sqrt(2 * spread * dt) * rng.normal(size=count))])
    y = np.zeros(count + 1)
    for k, h in enumerate(dt):
        y[k + 1] = y[k] * (1 - h) + np.sqrt(2 * 0.7 * h) * rng.normal()
    times = np.concatenate([[0.0], np.cumsum(dt)])
    return Trajectory(np.stack([x, y], 1), times, ("times", "dim"), about={"names": ["x", "y"]})


@pytest.mark.slow
def test_what_the_steps_say_lies_within_its_errors() -> None:
    """Drift 0.5 and D 0.2 in every bin of x, -y and 0.7 in every bin of y: 64 numbers, |z| < 4.2 (false alarm 2e-3 at most)."""
    told = fit_equation(_walk(20_000), schedule=SHORT, rng=0).tally
    x, y = told.places
    for found, error, truth in (
        (told.drift[0], told.drift_error[0], 0.5 + 0 * x),
        (told.drift[1], told.drift_error[1], -y),
        (told.spread[0], told.spread_error[0], 0.2 + 0 * x),
        (told.spread[1], told.spread_error[1], 0.7 + 0 * y),
    ):
        z = (found - truth) / error
        assert np.nanmax(np.abs(z)) < 4.2 and np.nanstd(z) > 0.4
    assert told.learned.shape == (2, 2, 16)


@pytest.mark.slow
def test_losses_and_coefficients_are_one_normal_law() -> None:
    """The held loss of a constant law is minus the log-density of its steps; D is half the square of the process's noise."""
    track, learned = _walk(), 3200
    law = fit_equation(track, schedule=SHORT, rng=0)
    dt, dx = np.diff(track.times)[:, None], np.diff(np.asarray(track.values), axis=0)
    drift = dx[:learned].sum(0) / dt[:learned].sum()
    level = ((dx - drift * dt) ** 2 / (2 * dt))[:learned].mean(0)
    density = norm.logpdf(dx, drift * dt, np.sqrt(2 * level * dt))[learned:].sum(1).mean()
    units = np.log(4 * np.pi * dt[learned:] / law.frame.step).mean() + np.log(law.frame.scale).sum()
    assert law.held[1] == pytest.approx(-density - units, abs=1e-9)
    at = np.asarray(track.values)[learned:-1]
    f, spread = law.at(at)
    density = norm.logpdf(dx[learned:], f * dt[learned:], np.sqrt(2 * spread * dt[learned:])).sum(1).mean()
    assert law.held[0] == pytest.approx(-density - units, abs=1e-5)
    few = at[:5]
    noise = np.stack([law.sde.diffusion_at(0.0, x) for x in few])
    np.testing.assert_allclose(np.stack([law.sde.drift_at(0.0, x) for x in few]), law.at(few)[0], rtol=1e-5)
    np.testing.assert_allclose(np.stack([np.diag(g) for g in noise]) ** 2 / 2, law.at(few)[1], rtol=1e-5)
    assert np.abs(noise - np.stack([np.diag(np.diag(g)) for g in noise])).max() == 0


@pytest.mark.slow
def test_a_run_goes_on_after_a_kill_to_the_same_bytes(tmp_path: Path) -> None:
    whole = fit_equation(_walk(), schedule=SHORT, rng=1, out=tmp_path / "whole")

    def stop(done: int, total: int, words: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_equation(_walk(), schedule=SHORT, rng=1, out=tmp_path / "cut", progress=stop)
    again = fit_equation(_walk(), schedule=SHORT, rng=1, out=tmp_path / "cut")
    assert again.losses == whole.losses and len(again.losses) == 3
    for file in ("networks.safetensors", "equation.json"):
        assert (tmp_path / "cut" / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()
    with pytest.raises(
        StorageError,
        match="another training: networks is 1 x f and log D, tanh networks of 2 x 24, 2 components, weights",
    ):
        fit_equation(_walk(), schedule=SHORT, rng=2, out=tmp_path / "cut")


def test_the_run_holds_the_law(tmp_path: Path) -> None:
    law = fit_equation(_walk(), schedule=SHORT, rng=1)
    law.save(tmp_path / "law")
    read = NeuralEquation.load(tmp_path / "law")
    at = np.array([[0.1, -0.3], [1.0, 0.5]])
    np.testing.assert_array_equal(np.stack(read.at(at)), np.stack(law.at(at)))
    for name in ("names", "losses", "held", "duration"):
        assert getattr(read, name) == getattr(law, name)
    assert (read.frame.step, read.frame.periods) == (law.frame.step, (None, None))
    np.testing.assert_array_equal(read.tally.drift, law.tally.drift)
    assert repr(read) == repr(law) and read.gain == law.held[1] - law.held[0]


@pytest.mark.slow
def test_what_is_left_of_steps_shows_errors_of_readings() -> None:
    """σ = 0.05 beside 2 D Δt = 0.02 Δt/0.01: -σ²/(2 D Δt + 2 σ²) at the usual step; without it none; five errors. Two paths share no pair."""
    track = _walk(8000)
    noisy = np.asarray(track.values) + 0.05 * np.random.default_rng(1).normal(size=(8001, 2))
    one = fit_equation(track, schedule=SHORT, rng=0)
    other = fit_equation(Trajectory(noisy, track.times, track.axes), schedule=SHORT, rng=0)
    spread = np.array([0.2, 0.7])
    dt = np.diff(track.times)
    expected = -np.mean(0.0025 / np.sqrt(dt[:-1] * dt[1:])) / (2 * spread + np.mean(0.005 / dt))
    for clean, swing, truth in zip(one.swing, other.swing, expected, strict=True):
        assert abs(clean[0]) < 5 * clean[1] and abs(swing[0] - truth) < 5 * swing[1]
    assert one.swing[0][1] == pytest.approx(7999**-0.5)
    halves = [
        Trajectory(np.asarray(track.values)[a:b], track.times[a:b], track.axes) for a, b in ((0, 4000), (4000, 8001))
    ]
    assert fit_equation(halves, schedule=SHORT, rng=0).swing[0][1] == pytest.approx((3998 + 3999) ** -0.5)


@pytest.mark.slow
def test_angles_are_points_of_a_circle(tmp_path: Path) -> None:
    """A phase that turns at rate 0.5, written within its turn or beyond it, is one law, the same at x and x + period."""
    track = _walk()
    free = Trajectory(np.asarray(track.values)[:, :1], track.times, ("times", "dim"), about={"periods": [0.7]})
    turn = Trajectory(np.asarray(free.values) % 0.7, track.times, ("times", "dim"), about={"periods": [0.7]})
    one, other = (fit_equation(each, schedule=SHORT, rng=0) for each in (free, turn))
    at = np.array([[0.05], [0.3], [0.69]])
    np.testing.assert_allclose(np.stack(one.at(at)), np.stack(other.at(at)), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(np.stack(one.at(at + 0.7)), np.stack(one.at(at)), rtol=1e-4, atol=1e-5)
    assert one.sde.periods == (0.7,) and np.nanmax(one.tally.spread) < 0.3
    assert one.knows([[0.01], [0.71 - 1.4]]).all() and one.states.min() >= 0 and one.states.max() < 0.7
    one.save(tmp_path / "angle")
    np.testing.assert_array_equal(np.stack(NeuralEquation.load(tmp_path / "angle").at(at)), np.stack(one.at(at)))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros(400), "move in every component"),
        (np.arange(20.0), "hold at least 63 steps"),
    ],
)
def test_what_cannot_be_learned_from_is_named(values: np.ndarray, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        fit_equation(Trajectory(values, np.arange(len(values)), ("times",)), schedule=SHORT, rng=0)
