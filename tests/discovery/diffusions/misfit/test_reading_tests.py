"""What the instrument or a wall left in the readings: said when it is there, not said when it is not."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery import discover
from evolaw.discovery.diffusions.misfit.reading_tests import common_noise, edge, held_share, spikes
from evolaw.discovery.diffusions.model.recording import Recording, gather
from evolaw.discovery.spine.finding import Finding
from evolaw.trajectory import Trajectory


def recorded(path: np.ndarray) -> Recording:
    return gather(Trajectory(path, 0.02 * np.arange(len(path)), ("times",)))


def relaxing(seed: int, count: int = 4000) -> np.ndarray:
    """x' = 0.97 x + 0.1 ξ."""
    rng = np.random.default_rng(seed)
    x = np.zeros(count)
    for k, kick in enumerate(0.1 * rng.normal(size=count - 1)):
        x[k + 1] = 0.97 * x[k] + kick
    return x


def between_mirrors(seed: int, count: int = 8000) -> np.ndarray:
    """Brownian motion between mirrors at 0 and 1, exact: the folded path of a free one."""
    free = 0.5 + 0.1 * np.cumsum(np.random.default_rng(seed).normal(size=count))
    return np.abs(np.mod(free + 1, 2) - 1)


def told(path: np.ndarray, **options: object) -> Finding:
    return discover(Trajectory(path, 0.02 * np.arange(len(path)), ("times", "dim")[: path.ndim]), rng=0, **options)  # type: ignore[arg-type]


def test_every_spike_is_found_and_nothing_else() -> None:
    """Twelve readings moved by 2, twenty usual steps, are all found; in 40 clean paths no step of 8 deviations is expected (6e-11)."""
    for seed in range(40):
        assert not spikes(recorded(relaxing(seed)), 0).size
    path, rows = relaxing(1), np.arange(150, 4000, 330)
    path[rows] += 2.0
    assert spikes(recorded(path), 0).tolist() == rows.tolist()


def test_a_jump_that_stays_is_no_spike_and_neither_are_both_sides_of_a_gap() -> None:
    jumped = relaxing(2) + 2.0 * (np.arange(4000) > 2000)
    assert not spikes(recorded(jumped), 0).size
    path = relaxing(3)
    path[1000:1100] = np.nan
    path[1100] += 2.0  # the first reading after the gap: where it comes from was not seen
    assert not spikes(recorded(path), 0).size


def test_noise_that_grows_with_the_state_makes_no_spike_and_no_edge() -> None:
    """Geometric Brownian motion of σ = 1 over 80 units of time: its steps grow a thousandfold, its smallest values come close to 0."""
    rng = np.random.default_rng(5)
    path = np.exp(np.cumsum(0.14 * rng.normal(size=4000) - 0.0002))
    assert not spikes(recorded(path), 0).size and edge(recorded(path), 0)[1] == 0


def test_values_written_twice_are_held_and_levels_of_a_digitiser_are_not() -> None:
    assert held_share(recorded(relaxing(4).repeat(2)), 0) == pytest.approx(0.5, abs=0.01)
    assert held_share(recorded(np.round(relaxing(4), 1)), 0) == 0.0
    assert held_share(recorded(relaxing(4)), 0) == 0.0


def test_a_wall_is_found_and_no_force_is_taken_for_one() -> None:
    where, count = edge(recorded(between_mirrors(6)), 0)
    assert min(abs(where), abs(where - 1)) < 0.01
    # Uniform between the mirrors: a strip as wide as the usual step, about 0.1, holds its share of the 8000 rows.
    assert 400 < count < 1200
    for seed in range(20):
        assert edge(recorded(relaxing(seed)), 0)[1] == 0
    turning = np.cos(0.05 * np.arange(8000)) + 0.02 * relaxing(7, 8000)
    assert edge(recorded(turning), 0)[1] == 0


def test_a_clipped_recording_stops_at_an_edge() -> None:
    clipped = np.minimum(relaxing(8), 0.5)
    assert edge(recorded(clipped), 0)[0] == edge(recorded(clipped), 0, short=False)[0] == 0.5
    assert edge(recorded(between_mirrors(6)), 0, short=False)[1] == 0
    hard = np.clip(relaxing(8), -0.2, 0.3)  # half of all rows: clipped, and yet read every time
    assert held_share(recorded(hard), 0) == 0.0 and edge(recorded(hard), 0)[1] > 500


def test_a_common_noise_is_measured_with_its_chance() -> None:
    """Correlation 0.6 of 10⁴ pairs, ± 0.0064; independent pairs are refused at their level: 100 tests at 0.05, more than 13 once in 700."""
    rng = np.random.default_rng(9)
    one, own = rng.normal(size=(2, 10_000))
    assert common_noise(one, 0.6 * one + 0.8 * own)[0] == pytest.approx(0.6, abs=0.026)
    assert sum(common_noise(*rng.normal(size=(2, 500)))[1] < 0.05 for _ in range(100)) <= 13


def test_outliers_decide_nothing_and_say_what_to_do() -> None:
    """Four readings in a thousand moved by about 3: fitted, they made terms of fifth degree present."""
    rng = np.random.default_rng(10)
    path = relaxing(10, 5000)
    path = path + (rng.random(5000) < 0.004) * rng.normal(size=5000) * 3.0
    finding = told(path, library="poly:5")
    assert {entry.decision for entry in finding.entries} == {"undetermined"}
    assert finding.next is not None and finding.next.kind == "spikes" and not finding.law.combinations
    assert "outliers" in finding.failed[0].says


def test_a_particle_between_walls_gets_no_polynomial() -> None:
    finding = told(between_mirrors(11), library="poly:5")
    assert {entry.decision for entry in finding.entries} == {"undetermined"}
    assert [check.name for check in finding.failed][:1] == ["edge of x"]


def test_noises_that_are_one_are_said_and_open_nothing() -> None:
    """dx = −x dt + dW₁, dy = −y dt + 0.8 dW₁ + 0.6 dW₂ at Δt = 0.02, Euler's own steps."""
    rng = np.random.default_rng(12)
    kicks = np.sqrt(0.02) * rng.normal(size=(6000, 2)) @ np.array([[1.0, 0.8], [0.0, 0.6]])
    path = np.zeros((6001, 2))
    for k, kick in enumerate(kicks):
        path[k + 1] = 0.98 * path[k] + kick
    finding = told(path, library="1, x, y", noise=0.0)
    failed = {check.name: check.says for check in finding.failed}
    assert set(failed) == {"noises of x and y"}
    shown = float(failed["noises of x and y"].split("correlate ")[1].split()[0])
    assert shown == pytest.approx(0.8, abs=0.03)  # (1 − 0.8²)/√6000 = 0.005, two digits shown
    assert finding["x: x"].decision == finding["y: y"].decision == "present"


def test_a_steep_force_and_long_steps_make_no_wall() -> None:
    """dx = (−x + 1.25 x³ − 0.25 x⁵) dt + sqrt(0.9) dW every 0.4, two relaxations of the outer wells: twenty recordings, and no edge."""
    rng, h = np.random.default_rng(33), 0.02
    x, seen = np.zeros(20), np.empty((20, 4000))
    for row in range(4000):
        for kick in np.sqrt(0.9 * h) * rng.standard_normal((20, 20)):
            x = x + h * (-x + 1.25 * x**3 - 0.25 * x**5) + kick
        seen[:, row] = x
    assert [edge(recorded(path), 0)[1] for path in seen] == [0] * 20


def test_tails_of_a_noise_that_is_most_of_every_step_are_noise_and_no_outliers() -> None:
    """Student's t with three degrees of freedom, ten times a step: readings stand out far, and measurement noise is what is said first."""
    noise = 0.02 * np.random.default_rng(13).standard_t(3, (4000, 2))
    path = 0.02 * np.stack([relaxing(13), relaxing(14)], 1) + noise
    assert spikes(gather(Trajectory(path, np.arange(4000.0), ("times", "dim"))), 0).size
    failed = [check.name for check in told(path, library="1, x, y").failed]
    assert "noise of x" in failed and not any(name.startswith("spikes") for name in failed)
