"""Laws to start from: blind, or a simulator's; and nothing it refuses is hidden."""

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.rollout.proposals import Proposals, propose_by_network
from evolaw.errors import EvolawError
from evolaw.randomness import source

SPACE = RuleSpace.named("outer-totalistic")
KNOWN = np.where(np.arange(18) < 6, np.arange(18) % 2, np.nan)


def proposals(simulator=None) -> Proposals:
    return Proposals(Case([], SPACE, KNOWN, rng=source(0), simulator=simulator))


def test_blind_laws_keep_what_is_known_and_differ() -> None:
    laws = proposals().draw(0, 200)
    assert (laws[:, :6] == KNOWN[:6]).all()
    assert abs(laws[:, 6:].mean() - 0.5) < 4 * 0.5 / np.sqrt(200 * 12)
    assert np.array_equal(laws, proposals().draw(0, 200)) and not np.array_equal(laws, proposals().draw(1, 200))


def test_the_first_round_asks_nobody() -> None:
    asked = proposals(lambda *_: pytest.fail("asked"))
    asked.draw(0, 4)
    assert asked.facts == {"simulator_asked": 0}


def test_half_the_laws_are_the_simulators_own() -> None:
    likely = np.linspace(0, 1, 18)
    asked = proposals(lambda *_: SPACE.spread(likely)[None])
    laws = asked.draw(1, 400)
    assert np.array_equal(laws[0, 6:], (likely > 0.5)[6:]) and (laws[:, :6] == KNOWN[:6]).all()
    assert np.abs(laws[1:, 6:].mean(0) - likely[6:]).max() < 5 * 0.5 / np.sqrt(399)
    assert asked.facts == {"simulator_asked": 1}


@pytest.mark.parametrize("answer", [None, "The recording never changes."])
def test_a_refusal_is_told(answer: str | None) -> None:
    asked = proposals(lambda *_: answer)
    assert asked.draw(1, 3).shape == (3, 18)
    told = asked.facts["simulator_refused"]
    assert told == answer if answer else "blindly" in told


def test_a_table_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(EvolawError, match="simulator"):
        proposals(lambda *_: np.zeros((2, 5))).draw(1, 3)


def test_a_network_that_cannot_learn_says_so() -> None:
    """Boards on a plane cannot be learned through skipped generations: the reason is a sentence for the finding."""
    start = np.random.default_rng(0).integers(0, 2, (8, 8), dtype=np.uint8)
    film = evolve("B3/S23", start, 4, every=2, boundary="plane")
    answer = propose_by_network([film], "outer-totalistic", np.full(18, np.nan), source(0))
    assert isinstance(answer, str)
    assert answer.startswith("No network proposed laws, so they were drawn blindly:") and "torus" in answer
