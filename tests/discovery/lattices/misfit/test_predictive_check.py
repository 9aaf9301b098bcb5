"""Posterior prediction: exact for exact laws, a p-value for the others, power against wrong laws."""

from dataclasses import replace

import numpy as np
import pytest

from evolaw.automata import stepping
from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.discovery.lattices.misfit import predictive_check
from evolaw.discovery.lattices.misfit.predictive_check import LEVEL, STATISTICS, check_law, sample_start
from evolaw.discovery.lattices.model.observation import CLEAN, Every, Flips, Missing
from evolaw.randomness import source
from evolaw.trajectory import Trajectory


def soup(rule: Rule | str = "B3/S23", size: int = 32, steps: int = 10, seed: int = 0) -> Trajectory:
    start = np.random.default_rng(seed).random((size, size)) < 0.35
    return evolve(rule, start.astype(np.uint8), steps, rng=seed)


def degrade(film: Trajectory, *, eps: float = 0.0, hidden: float = 0.0, seed: int = 0) -> Trajectory:
    rng = np.random.default_rng(1000 + seed)
    values = film.values ^ (rng.random(film.values.shape) < eps)
    return replace(film, values=np.where(rng.random(values.shape) < hidden, 255, values).astype(np.uint8))


def test_three_statistics_against_their_definitions() -> None:
    frames = np.random.default_rng(0).integers(0, 2, (3, 4, 5)).astype(np.uint8)
    seen = np.ones_like(frames)
    np.testing.assert_allclose(STATISTICS["density"](frames, seen), frames.mean((1, 2)))
    np.testing.assert_allclose(STATISTICS["activity"](frames, seen), (frames[1:] != frames[:-1]).mean((1, 2)))
    blocks = STATISTICS["blocks"](frames, seen).reshape(16, 3)
    np.testing.assert_allclose(blocks.sum(0), 1)
    assert blocks[15, 0] == pytest.approx(
        np.mean([frames[0, r : r + 2, c : c + 2].all() for r in range(3) for c in range(4)])
    )


def test_an_exact_law_gives_the_frames_exactly_and_a_wrong_one_does_not() -> None:
    assert all(check.p_value == 1 for check in check_law(Rule("B3/S23"), [soup()], CLEAN, source(0)))
    assert not any(check.passed for check in check_law(Rule("B36/S23"), [soup(steps=20)], CLEAN, source(0)))
    third = Trajectory(soup().values[::3], [0, 3, 6, 9], ("times", "rows", "cols"), boundary="torus")
    assert all(check.passed for check in check_law(Rule("B3/S23"), [third], Every(3), source(0)))


@pytest.mark.parametrize("several", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_p_values_of_a_probabilistic_law_are_valid(several: int) -> None:
    """40 findings x 3 statistics: P(p <= 0.1) is at most 0.1, so 26 of 120 or more has probability below 1e-3."""
    law = Rule("B3=0.8/S23=0.9")
    p_values = [
        check.p_value
        for seed in range(40)
        for check in check_law(
            law, [soup(law, size=12, steps=4, seed=40 * k + seed) for k in range(several)], CLEAN, source(seed)
        )
    ]
    assert np.mean(np.array(p_values) <= 0.1) < 26 / 120
    assert np.mean(p_values) == pytest.approx(0.5, abs=0.15)


def test_a_wrong_law_with_chance_fails_on_several_recordings_as_on_one() -> None:
    """The right one fails by chance in at most 6 of 1000 choices of seeds: two findings, three statistics each."""
    films = [soup("B3=0.5/S23", size=24, steps=8, seed=seed) for seed in range(3)]
    for some in (films[:1], films):
        assert all(check.passed for check in check_law(Rule("B3=0.5/S23"), some, CLEAN, source(0)))
        assert not any(check.passed for check in check_law(Rule("B3=0.9/S23"), some, CLEAN, source(0)))


@pytest.mark.slow
def test_one_recording_of_another_law_among_several_is_seen() -> None:
    films = [soup("B3=0.5/S23", size=24, steps=8, seed=seed) for seed in range(2)]
    odd = soup("B3=0.9/S23", size=24, steps=8, seed=2)
    assert not any(check.passed for check in check_law(Rule("B3=0.5/S23"), [*films, odd], CLEAN, source(0)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("channel", "damage"),
    [
        pytest.param(Flips(0.05), {"eps": 0.05}, marks=pytest.mark.slow),
        pytest.param(Missing(), {"hidden": 0.2}, marks=pytest.mark.slow),
        (Flips(0.05) & Missing(), {"eps": 0.05, "hidden": 0.1}),
    ],
)
def test_noisy_and_hidden_recordings_accept_the_truth(channel: object, damage: dict[str, float]) -> None:
    film = degrade(soup(size=48), **damage)
    assert all(check.passed for check in check_law(Rule("B3/S23"), [film], channel, source(0)))  # type: ignore[arg-type]
    wrong = check_law(Rule("B34/S23"), [film], channel, source(0))  # type: ignore[arg-type]
    assert any(check.p_value <= LEVEL for check in wrong)


@pytest.mark.slow
def test_large_boards_are_checked_on_a_patch_that_the_outside_cannot_reach() -> None:
    law = Rule("B3=0.8/S23=0.9")
    film = soup(law, size=150, steps=12)
    assert all(check.passed for check in check_law(law, [film], CLEAN, source(0)))
    assert not all(check.passed for check in check_law(Rule("B3=0.9/S23=0.9"), [film], CLEAN, source(0)))


def test_an_erring_law_runs_with_its_noise() -> None:
    film = soup(Rule("B3/S23").with_noise(0.05))
    assert all(check.passed for check in check_law(Rule("B3/S23"), [film], Flips(0.05, on="update"), source(0)))


def test_sampled_starts_are_nearer_to_the_truth_than_what_was_seen() -> None:
    film = soup(size=48, steps=1)
    noisy = degrade(film, eps=0.05)
    chance = np.random.default_rng(0)
    starts = sample_start(Rule("B3/S23"), noisy.values[0], noisy.values[1], "torus", 0.05, 25, chance)
    observed = (noisy.values[0] != film.values[0]).mean()
    assert ((starts.mean(0) > 0.5) != film.values[0]).mean() < 0.85 * observed
    clear = sample_start(Rule("B3/S23"), film.values[0], film.values[1], "torus", 0.0, 2, chance)
    assert (clear == film.values[0]).all()


@pytest.mark.parametrize(
    "edge",
    [
        "torus",
        "plane",
        pytest.param("reflecting", marks=pytest.mark.slow),
        pytest.param("torus+1,0", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("few", [16, pytest.param(0, id="by chains", marks=pytest.mark.slow)])
def test_sampled_starts_have_the_exact_law(edge: str, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """All 65,536 boards of 4 x 4 weighed: the chance of life of every cell, within four standard errors, and .01 for chains.

    Cells next to each other across the edge of a torus were drawn together, and every edge was taken for a torus: off by .28. Chains of six
    sweeps were off by .04 to .22.
    """
    monkeypatch.setattr(predictive_check, "_FEW", few)
    rule, chance, eps = Rule("B3/S23"), np.random.default_rng(4), 0.2
    true = (chance.random((4, 4)) < 0.5).astype(np.uint8)
    first, second = (
        (board ^ (chance.random((4, 4)) < eps)).astype(np.uint8)
        for board in (true, stepping.step(rule, true, boundary=edge))
    )
    density = (first.mean() - eps) / (1 - 2 * eps)
    boards = (np.arange(65536)[:, None] >> np.arange(16) & 1).astype(np.uint8).reshape(-1, 4, 4)
    after = rule.table[stepping.windows(boards, edge)]
    wrong = (boards != first).sum((1, 2)) + (after != second).sum((1, 2))
    alive = boards.sum((1, 2))
    weight = eps**wrong * (1 - eps) ** (32 - wrong) * density**alive * (1 - density) ** (16 - alive)
    exact = np.tensordot(weight / weight.sum(), boards, 1)
    found = sample_start(rule, first, second, edge, eps, 1500, np.random.default_rng(1)).mean(0)
    assert np.abs(found - exact).max() < 4 * np.sqrt(0.25 / 1500) + (0 if few else 0.01)
