"""Each way a recording can contradict itself is named, with the option that handles it."""

from dataclasses import replace

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.discovery.lattices.misfit import diagnosis
from evolaw.discovery.lattices.misfit.causes import Diagnosis
from evolaw.discovery.lattices.misfit.diagnosis import diagnose
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.trajectory import Trajectory


@pytest.fixture(autouse=True)
def no_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks take seconds; they have tests of their own."""
    monkeypatch.setattr(diagnosis, "ask_networks", lambda *_: "Not tested: no network was asked.")
    monkeypatch.setattr(diagnosis, "skipped_law", lambda *_: None)


def soup(rule: Rule | str, size: int = 64, steps: int = 20, edge: str = "torus", seed: int = 0) -> Trajectory:
    start = np.random.default_rng(seed).random((size, size)) < 0.4
    return evolve(rule, start.astype(np.uint8), steps, boundary=edge, rng=seed)


def cause(film: Trajectory, space: str = "outer-totalistic") -> Diagnosis:
    rules = RuleSpace.named(space)
    return diagnose(Case([film], rules, np.full(len(rules), np.nan)))


def misread(film: Trajectory, eps: float) -> Trajectory:
    return replace(film, values=film.values ^ (np.random.default_rng(1000).random(film.values.shape) < eps))


def every(film: Trajectory, stride: int) -> Trajectory:
    values = film.values[::stride]
    return replace(film, values=values, times=np.arange(len(values)))


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("film", "space", "expected", "option"),
    [
        (soup("B3/S23"), "outer-totalistic", "sound", None),
        (soup(Rule("B3=0.7/S2=0.9,34=0.2")), "outer-totalistic", "coins", None),
        (replace(soup("B3/S23", edge="plane"), boundary="torus"), "outer-totalistic", "boundary", "--boundary plane"),
        (misread(soup("B3/S23"), 0.002), "outer-totalistic", "flips", "--flip auto"),
        (misread(soup("B3/S23"), 0.1), "isotropic", "flips", "--flip auto"),
        (misread(soup("B3/S2-i34q"), 0.05), "outer-totalistic", "flips", "--space isotropic"),
        (soup(Rule("B3/S23").with_noise(0.01)), "outer-totalistic", "erring", 'on="update"'),
        (every(soup("B3/S23"), 2), "outer-totalistic", "skipped frames", "--every 2"),
        (every(soup("B3/S23", steps=30), 3), "isotropic", "skipped frames", "--every 3"),
        (
            soup(Rule.outer_totalistic(range(7, 12), range(6, 14), radius=2)),
            "outer-totalistic",
            "neighbourhood",
            "larger than 3 x 3",
        ),
        (soup("B3/S2-i34q"), "outer-totalistic", "symmetry", "--space isotropic"),
        (
            soup(Rule.from_table(np.random.default_rng(1).integers(0, 2, 512))),
            "isotropic",
            "symmetry",
            "--space general",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_cause_is_named(film: Trajectory, space: str, expected: str, option: str | None) -> None:
    found = cause(film, space)
    assert found.cause == expected
    assert found.sound == (expected in ("sound", "coins"))
    failed = [check for check in found.checks if not check.passed]
    assert bool(failed) != found.sound
    if option:
        assert any(option in check.says for check in failed)


@pytest.mark.slow
def test_flips_of_small_noisy_recordings_are_never_called_probabilistic() -> None:
    for seed in range(12):
        film = soup("B3/S23", size=(12, 16, 32)[seed % 3], steps=8, seed=seed)
        for space in ("outer-totalistic", "isotropic", "general"):
            assert cause(misread(film, (0.02, 0.1)[seed % 2]), space).cause in ("flips", "unclear")


@pytest.mark.parametrize("seed", range(8))
def test_chance_in_a_small_window_is_neither_skipped_frames_nor_a_larger_neighbourhood(seed: int) -> None:
    """Coins of .3 in 7 x 7 cells of a larger world: other laws were tried on the middle, and laws of one step had to foretell the rim too."""
    cells = (np.random.default_rng(seed).random((5, 7, 7)) < 0.3).astype(np.uint8)
    film = Trajectory(cells, np.arange(5), ("times", "rows", "cols"), boundary="window")
    assert cause(film).cause == "unclear"
    tiny = Trajectory(cells[:, :4, :4], np.arange(5), ("times", "rows", "cols"), boundary="window")
    assert cause(tiny).cause in ("unclear", "sound")


@pytest.mark.parametrize("every", [2, 3])
def test_skipped_generations_are_named_in_a_window_of_a_larger_world(every: int) -> None:
    film = evolve("B36/S23", (np.random.default_rng(1).random((60, 60)) < 0.4).astype(np.uint8), 8 * every, every=every)
    part = Trajectory(film.values[:, 20:40, 20:40], np.arange(9), ("times", "rows", "cols"), boundary="window")
    found = cause(part)
    assert found.cause == "skipped frames" and f"--every {every}" in found.checks[0].says
