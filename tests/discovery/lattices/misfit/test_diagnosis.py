"""Each way a recording can contradict itself is named, with the option that handles it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.discovery import discover
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


@pytest.mark.sampled(2)
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


LINE = evolve("W110", (np.random.default_rng(2).random(200) < 0.5).astype(np.uint8), 60).values


def one_by_one(line: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    cells = line.copy()
    for place in chance.permutation(len(cells)):
        around = 4 * cells[place - 1] + 2 * cells[place] + cells[(place + 1) % len(cells)]
        cells[place] = 110 >> around & 1
    return cells


def run_line(step: Callable[[np.ndarray], np.ndarray], steps: int = 50) -> np.ndarray:
    lines = [LINE[0]]
    for _ in range(steps):
        lines.append(step(lines[-1]).astype(np.uint8))
    return np.array(lines)


@pytest.mark.parametrize(
    ("values", "expected", "words"),
    [
        (LINE.T, "axes", "axes exchanged, 61 frames of 200 cells"),
        (np.array([np.roll(line, 2 * time) for time, line in enumerate(LINE)]), "display", "everything moves by 2 right"),
        (np.concatenate([LINE[:30], 1 - LINE[30:]]), "display", "exchanged in frames 30"),
        (run_line(partial(one_by_one, chance=np.random.default_rng(3))), "asynchronous", "one after the other"),
        (
            run_line(lambda line: np.isin(sum(np.roll(line, k) for k in range(-2, 3)), (2, 4))),
            "neighbourhood",
            "larger than three cells",
        ),
        (LINE[::2], "skipped frames", "--every 2"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_line_is_named(values: np.ndarray, expected: str, words: str) -> None:
    """Exchanged axes and cells updated one by one once passed for coins."""
    finding = discover(
        Trajectory(np.ascontiguousarray(values), np.arange(len(values)), ("times", "cells")), "elementary", rng=0
    )
    assert finding.facts["cause"] == expected and words in " ".join(check.says for check in finding.failed)
    assert not finding.of("present") and not finding.of("probabilistic")


def test_a_line_of_coins_stays_one() -> None:
    line = evolve("W110,011=0.7", LINE[0], 60, rng=0)
    finding = discover(replace(line, law=None), "elementary", rng=0)
    assert finding.facts["cause"] == "coins" and finding.of("probabilistic") == ("011",)


def test_boards_that_soon_rest_pass_for_nothing_surer_than_they_are() -> None:
    """Every third generation of a law that soon rests: what moved is too little to tell coins from skipped generations."""
    film = soup("B678/S0135678", size=16, steps=12, seed=6)
    spaced = Trajectory(film.values[::3], np.arange(5), film.axes, boundary="torus")
    found = cause(spaced)
    assert found.cause == "unclear" and "Coins explain it as well" in found.checks[0].says


def test_recordings_of_different_laws_are_told_apart() -> None:
    finding = discover([soup("B3/S23", 24, 8), soup("B36/S125", 24, 8)], rng=0)
    says = " ".join(check.says for check in finding.failed)
    assert "The recordings follow different laws: all contradictions lie between recording 1 and recording 2" in says


def test_chance_that_depends_on_the_orientation_is_no_larger_neighbourhood() -> None:
    """Spins that see four neighbours, all updated at once: far cells seemed to matter, because windows of one entry differ."""
    chance = np.random.default_rng(4)
    frames = [(chance.random((32, 32)) < 0.5).astype(np.uint8)]
    for _ in range(16):
        spins = 2 * frames[-1].astype(int) - 1
        field = sum(np.roll(spins, by, axis) for by in (-1, 1) for axis in (0, 1))
        frames.append((chance.random((32, 32)) < 1 / (1 + np.exp(-0.7 * field))).astype(np.uint8))
    found = cause(Trajectory(np.array(frames), np.arange(17), ("times", "rows", "cols"), boundary="torus"))
    assert found.cause == "symmetry" and "--space isotropic" in found.checks[0].says


def test_contradictions_in_one_step_alone_are_no_coins_however_few() -> None:
    """A board almost at rest of which one frame was half written passed for a coin: too few cells contradict the rest to refute it."""
    start = (np.random.default_rng(4).random((32, 32)) < 0.4).astype(np.uint8)
    film = evolve("B567/S158", start, 12)
    values = film.values.copy()
    values[4, 16:] = values[3, 16:]
    found = cause(replace(film, values=values))
    assert (
        found.cause == "unclear"
        and "step from frame 3 to 4: it is no step of the law, or coins" in found.checks[0].says
    )


def test_cells_that_move_are_told_from_cells_updated_one_by_one() -> None:
    """Cars on a ring: each that finds its place ahead free goes there with probability 0.7, and both cells change by that one coin."""
    chance = np.random.default_rng(6)
    line = [(chance.random(150) < 0.4).astype(np.uint8)]
    for _ in range(60):
        go = (line[-1] == 1) & (np.roll(line[-1], -1) == 0) & (chance.random(150) < 0.7)
        line.append(line[-1] ^ go ^ np.roll(go, 1))
    found = discover(Trajectory(np.array(line), np.arange(61), ("times", "cells")), rng=0)
    assert found.facts["cause"] == "asynchronous" and "number of living cells never changes" in found.failed[0].says
