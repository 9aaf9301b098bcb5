"""The cheapest evidence that suffices, and rollouts for what a search with proofs leaves open."""

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.discovery import Every, Flips, Missing
from evolaw.discovery.lattices import selection
from evolaw.discovery.lattices.evidence import skipped_frames
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.observation import CLEAN, Channel
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.randomness import source
from evolaw.trajectory import Trajectory

ISOTROPIC = RuleSpace.named("isotropic")


def weigh(recording, channel: Channel, known: np.ndarray, evidence: str = "auto"):
    return selection.weigh(Case([recording], ISOTROPIC, known, channel, evidence=evidence, rng=source(0)))


def a_case(every: int, known: int):
    chance = np.random.default_rng(3)
    law = chance.integers(0, 2, len(ISOTROPIC)).astype(float)
    start = (chance.random((32, 32)) < 0.4).astype(np.uint8)
    given = law.copy()
    given[chance.permutation(len(law))[known:]] = np.nan
    return law, evolve(ISOTROPIC.rule(law), start, 5 * every, every=every), given


@pytest.mark.parametrize(("channel", "basis"), [(CLEAN, "counted"), (Missing(), "counted")])
def test_counts_where_counting_is_possible(channel: Channel, basis: str) -> None:
    _, recording, known = a_case(1, 85)
    assert basis in {item.basis for item in weigh(recording, channel, known).evidence}
    assert "rollout" in {item.basis for item in weigh(recording, channel, known, "rollout").evidence}


@pytest.mark.slow
def test_rollouts_take_over_where_proofs_give_up(monkeypatch) -> None:
    """With no branches to spend the search proves nothing; rollouts then decide, and right."""
    law, recording, known = a_case(3, 60)
    monkeypatch.setattr(skipped_frames, "BRANCHES", 1)
    weighing = weigh(recording, Every(3), known)
    bases = [item.basis for item in weighing.evidence]
    assert bases.count("rollout") > 30 and weighing.facts["search_finished"] is False
    for item, value in zip(weighing.evidence, law, strict=True):
        if item.basis == "rollout":
            assert (item.log_e_present > 0) == (value == 1)
    monkeypatch.setattr(selection, "_MOST_ROLLED", 5)
    assert "rollout" not in {item.basis for item in weigh(recording, Every(3), known).evidence}


@pytest.mark.slow
def test_flips_over_skipped_generations_are_rolled_out() -> None:
    law, recording, known = a_case(2, 99)
    values = recording.values ^ (np.random.default_rng(0).random(recording.values.shape) < 0.02)
    misread = Trajectory(values.astype(np.uint8), recording.times, recording.axes, boundary="torus")
    weighing = weigh(misread, Every(2) & Flips(0.02), known)
    found = [item for item in weighing.evidence if item.basis == "rollout"]
    assert len(found) == 3
    assert all((item.log_e_present > 0) == (law[ISOTROPIC.index(item.entry)] == 1) for item in found)


def test_proofs_are_kept_where_they_suffice() -> None:
    _, recording, known = a_case(2, 80)
    assert {item.basis for item in weigh(recording, Every(2), known).evidence} <= {"known", "joint"}
