"""Noise of the automaton itself: honest evidence and estimate."""

import numpy as np
import pytest

from evolaw.automata import Rule, evolve
from evolaw.discovery.lattices.evidence import update_noise
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.observation import Flips
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.spine.decisions import decide
from evolaw.discovery.spine.evidence import Weighing
from evolaw.randomness import source
from evolaw.trajectory import Trajectory

SPACE = RuleSpace.named("isotropic")


def weigh(recording: Trajectory, flips: float | str) -> Weighing:
    return update_noise.weigh(
        Case([recording], SPACE, np.full(102, np.nan), Flips(flips, on="update"), alpha=0.05, rng=source(0))
    )


def noisy(law: np.ndarray, flips: float, seed: int, size: int = 32, steps: int = 6) -> Trajectory:
    start = (np.random.default_rng(seed).random((size, size)) < 0.35).astype(np.uint8)
    return evolve(Rule(SPACE.rule(law)).with_noise(flips), start, steps, rng=seed)


@pytest.mark.slow
@pytest.mark.parametrize("flips", [0.05, 0.2])
def test_decisions_hold_their_error_rate(flips: float) -> None:
    """20 random laws: the expected share of wrong decisions is at most 5 %; more than 2 % of 2000 would be a fault."""
    wrong = made = 0
    for seed in range(20):
        law = np.random.default_rng(seed).integers(0, 2, 102).astype(float)
        decisions = decide(weigh(noisy(law, flips, seed), flips).evidence, 0.05)
        for decision, truth in zip(decisions, law, strict=True):
            made += decision in ("present", "absent")
            wrong += decision == ("absent" if truth else "present")
    assert made > 0.75 * 20 * 102
    assert wrong < 0.02 * made


def test_the_flip_probability_is_estimated_with_its_error() -> None:
    """Ten z-scores of the estimate; each beyond 4 has chance 6e-5."""
    for seed in range(10):
        law = np.random.default_rng(seed).integers(0, 2, 102).astype(float)
        facts = weigh(noisy(law, 0.1, seed), "auto").facts
        assert abs(facts["flip_probability"] - 0.1) < 4 * facts["flip_probability_error"] < 0.03


def test_a_coin_is_not_taken_for_a_noisy_bit() -> None:
    law = np.random.default_rng(0).integers(0, 2, 102).astype(float)
    law[SPACE.index("B2a")] = 0.5
    decisions = decide(weigh(noisy(law, 0.05, 0, 48, 12), 0.05).evidence, 0.05)
    assert decisions[SPACE.index("B2a")] == "probabilistic"


def test_an_entry_never_seen_stays_open() -> None:
    still = Trajectory(np.zeros((3, 8, 8), np.uint8), [0, 1, 2], ("times", "rows", "cols"), boundary="torus")
    decisions = decide(weigh(still, 0.1).evidence, 0.05)
    assert decisions[0] == "absent"
    assert set(decisions[1:]) == {"undetermined"}


def test_a_coin_thrown_often_has_its_bias_and_an_interval_around_it() -> None:
    """Some 10^5 visits an entry: on a grid of steps of .02 the coin of .583 was .58, with the interval from .58 to .58."""
    space, law = RuleSpace.named("outer-totalistic"), np.array([0, 0, 0, 0.583] + [1, 0.117, 1, 1, 1] * 2 + [1] * 4)
    start = (np.random.default_rng(0).random((96, 96)) < 0.5).astype(np.uint8)
    film = evolve(Rule(space.rule(law)).with_noise(0.04), start, 150, rng=1)
    case = Case([film], space, np.full(18, np.nan), Flips(0.04, on="update"), alpha=0.05, rng=source(0))
    for entry, theta in zip(update_noise.weigh(case).evidence, law, strict=True):
        if 0 < theta < 1 and entry.visits:
            error = np.sqrt(0.25 / entry.visits) / 0.92
            assert entry.interval[0] <= theta <= entry.interval[1] < entry.interval[0] + 14 * error
            assert abs(entry.probability - theta) < 4 * error
