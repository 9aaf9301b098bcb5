"""Transitions: the same counts as windows, split by place and time; a valid e-value of a split."""

import itertools

import numpy as np
import pytest
from scipy.special import comb

from evolaw.automata import Rule, evolve
from evolaw.discovery.lattices.misfit.transitions import Transitions, log_e_beside
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import count_windows
from evolaw.trajectory import Trajectory

SPACE = RuleSpace.named("outer-totalistic")


def film(rule: Rule | str = "B3/S23", seed: int = 0, edge: str = "torus") -> Trajectory:
    start = (np.random.default_rng(seed).random((12, 14)) < 0.4).astype(np.uint8)
    made = evolve(rule, start, 6, rng=seed)
    return Trajectory(made.values, made.times, made.axes, boundary=edge)


def test_parts_add_up_to_the_windows_counted() -> None:
    for edge in ("torus", "window"):
        recordings = [film(edge=edge), film(seed=1, edge=edge)]
        seen, whole = Transitions.of(recordings), count_windows(recordings)
        tallies = seen.counts(seen.step, len(seen.origin), np.arange(512))
        assert np.array_equal(tallies.sum(0), [whole.visits, whole.alive])
        assert seen.origin[:2] == ((0, 0), (0, 1)) and seen.origin[-1] == (1, 5)
        assert seen.frame.max() == 5 and seen.row.max() == (10 if edge == "window" else 11)


def test_surprises_are_the_minority() -> None:
    assert not Transitions.of([film()]).surprises(SPACE).any()
    seen = Transitions.of([film(Rule("B3=0.8/S23"), seed=2)])
    three = SPACE.entry_of[seen.window] == SPACE.index("B3")
    assert np.array_equal(seen.surprises(SPACE), three & ~seen.alive)
    assert not seen.is_consistent(three, SPACE) and seen.is_consistent(~three, SPACE)


def test_a_split_by_chance_is_an_e_value() -> None:
    """Mean of e over 300 random splits of one coin law is below 1 by three standard errors."""
    seen = Transitions.of([film(Rule("B3=0.6/S2=0.8,3"), seed=3)])
    chance = np.random.default_rng(0)
    e = np.exp([seen.log_e(chance.integers(0, 2, seen.window.size), 2, SPACE) for _ in range(300)])
    assert e.mean() < 1 + 3 * e.std() / np.sqrt(e.size)


@pytest.mark.parametrize("looks", [(4, 3), (1, 5), (0, 4), (6, 1), (3, 0), (3, 2, 2)])
def test_a_bet_beside_a_law_without_chance_is_an_e_value(looks: tuple[int, ...]) -> None:
    """Its mean over all outcomes of one entry, looked at so often in each part, is at most 1 for every coin."""
    outcomes = list(itertools.product(*(range(number + 1) for number in looks)))
    e = np.array(
        [np.exp(log_e_beside(np.array([[[n], [k]] for n, k in zip(looks, each, strict=True)]))) for each in outcomes]
    )
    for theta in np.linspace(0, 1, 41):
        each = [
            comb(looks, alive) * theta ** np.array(alive) * (1 - theta) ** np.subtract(looks, alive)
            for alive in outcomes
        ]
        assert (np.prod(each, axis=1) * e).sum() <= 1 + 1e-12


def test_entries_that_agree_or_are_not_looked_at_cost_a_bet_beside_a_law_nothing_but_the_share() -> None:
    """One entry of ten: nine looks outside, all dead, one inside alive. The others agree, or are seen in one part alone."""
    outside = np.array([[9] * 6 + [0], [0] + [9] * 5 + [0]])
    inside = np.array([[1, 2, 2, 0, 0, 0, 0], [1, 2, 2, 0, 0, 0, 0]])
    shares = np.array([0.02, 0.1, 0.3, 0.6, 0.9])
    # m = 1/4 + B(2, 1)/2 = 1/2 for the one that differs, 1/4 + B(3, 1)/2 = 5/12 for two equal looks.
    bet = np.mean(shares * 1 / 2 * (1 - shares + shares * 5 / 12) ** 2)
    best = 1 / 9 * (8 / 9) ** 8
    np.testing.assert_allclose(log_e_beside(np.stack([outside, inside])), np.log(bet / best), rtol=1e-12)
    mixed = np.stack([outside, inside])
    mixed[0, 1, 3] = 4
    assert log_e_beside(mixed) == -np.inf


def test_an_entry_that_was_seen_once_elsewhere_is_surprised_by_the_other_outcome() -> None:
    film_of_one = np.zeros((3, 5, 5), np.uint8)
    film_of_one[1, 2, 2] = 1
    seen = Transitions.of([Trajectory(film_of_one, np.arange(3), ("times", "rows", "cols"), boundary="torus")])
    once = (seen.step == 0) & (seen.row == 2) & (seen.col == 2)
    assert once.sum() == 1 and seen.alive[once].all()
    surprised = seen.surprises(SPACE, once)
    assert np.array_equal(surprised, (seen.window == 0) & ~once)
