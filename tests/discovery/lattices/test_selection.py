"""The cheapest evidence that suffices, and rollouts for what a search with proofs leaves open."""

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.discovery import Every, Flips, Missing, discover
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


def holed(seed: int, share: float, every: int, size: int = 24):
    """An outer-totalistic law, seven frames of every so many generations, a share of the cells missing."""
    chance, space = np.random.default_rng([seed, 3]), RuleSpace.named("outer-totalistic")
    law = chance.integers(0, 2, 18).astype(float)
    film = evolve(space.rule(law), (chance.random((size, size)) < 0.35).astype(np.uint8), 6 * every, every=every)
    values = np.where(chance.random(film.values.shape) < share, 255, film.values).astype(np.uint8)
    return law, Trajectory(values, film.times, film.axes, boundary="torus")


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "share", "every"), [(12, 0.35, 2), (3, 0.2, 3)])
def test_rollouts_take_over_where_too_many_laws_are_left_to_be_tried(seed: int, share: float, every: int) -> None:
    """Some 90,000 of 262,144 laws are not refuted, and nothing was decided unless rollouts were asked for."""
    law, recording = holed(seed, share, every)
    finding = discover(recording, observed=Every(every), rng=0)
    said = {"present": 1.0, "absent": 0.0}
    decided = [(said[e.decision], value) for e, value in zip(finding.entries, law, strict=True) if e.decision in said]
    assert len(decided) >= 16 and all(one == other for one, other in decided)
    assert {entry.basis for entry in finding.entries if entry.decision in said} == {"rollout"}
    assert finding.facts["search_finished"] is False and finding.facts["possible_laws"] is None


@pytest.mark.slow
@pytest.mark.parametrize("space", ["isotropic", "outer-totalistic"])
def test_a_window_with_holes_over_skipped_generations_stays_open(space: str) -> None:
    """Rollouts need to know what lies beyond the edge; taking over unasked they refused the recording."""
    _, recording = holed(5, 0.35, 2, 30)
    values = recording.values[:, 5:21, 5:21]
    finding = discover(
        Trajectory(values, recording.times, recording.axes, boundary="window"), space, observed=Every(2), rng=0
    )
    assert len(finding.of("undetermined")) == len(finding.entries) and not finding.failed
