"""Missing cells: told recordings recovered, every decision true, more decided than complete windows alone."""

from pathlib import Path

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.automata.files.recordings import read_recording
from evolaw.discovery.lattices.evidence import missing_cells
from evolaw.discovery.lattices.evidence.constraints import OPEN, propagate
from evolaw.discovery.lattices.evidence.proofs import beginning
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.observation import Missing
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.spine.evidence import Weighing
from evolaw.errors import ArgumentError
from evolaw.randomness import source
from evolaw.trajectory import Trajectory

RECORDINGS = Path(__file__).parents[3] / "data" / "recordings"
LIFE = RuleSpace.named("outer-totalistic").known("B3,S2,S3")
LIFE_TABLE = RuleSpace.named("outer-totalistic").spread(np.nan_to_num(LIFE))


def weigh(recording: Trajectory, space: RuleSpace, known: np.ndarray | None = None) -> Weighing:
    given = np.full(len(space), np.nan) if known is None else known
    return missing_cells.weigh(Case([recording], space, given, Missing(), alpha=0.05, rng=source(0)))


def decided(weighing: Weighing) -> np.ndarray:
    """0 or 1 where the other value is refuted, NaN elsewhere."""
    return np.array(
        [
            1.0 if item.log_e_present == np.inf else 0.0 if item.log_e_absent == np.inf else np.nan
            for item in weighing.evidence
        ]
    )


def hidden(table: np.ndarray, share: float, seed: int, size: int, frames: int, density: float) -> Trajectory:
    rng = np.random.default_rng(seed)
    law = RuleSpace.named("general").rule(table)
    film = evolve(law, (rng.random((size, size)) < density).astype(np.uint8), frames - 1)
    values = np.where(rng.random(film.values.shape) < share, 255, film.values).astype(np.uint8)
    return Trajectory(values, film.times, film.axes, boundary="torus")


def random_table(space: RuleSpace, seed: int) -> np.ndarray:
    return space.spread(np.random.default_rng(seed).integers(0, 2, len(space)))


@pytest.mark.parametrize("space", ["outer-totalistic", "isotropic", "general"])
def test_the_told_recording_is_recovered(space: str) -> None:
    named = RuleSpace.named(space)
    found = weigh(read_recording(RECORDINGS / "life_missing.npz"), named)
    assert np.array_equal(named.spread(decided(found)), LIFE_TABLE)
    assert found.facts["missing_cells_recovered"] > 0.99 * found.facts["missing_cells"]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("share", [0.05, 0.2, 0.35, 0.5])
def test_no_decision_is_wrong_and_more_is_decided_than_seen_whole(share: float) -> None:
    """Proofs: the false-alarm rate is 0."""
    named = RuleSpace.named("isotropic")
    for seed in range(1 if share == 0.5 else 3):
        table = random_table(named, seed)
        recording = hidden(table, share, seed, 24, 8, 0.35)
        found = weigh(recording, named)
        value, truth = decided(found), np.array([table[named.windows(entry)[0]] for entry in range(102)])
        assert np.array_equal(value[~np.isnan(value)], truth[~np.isnan(value)])
        whole = sum(
            item.basis == "counted" and not np.isnan(one) for item, one in zip(found.evidence, value, strict=True)
        )
        assert (~np.isnan(value)).sum() >= whole


def test_conclusions_spread_from_few_complete_windows() -> None:
    """At 50 % missing one window in a thousand is complete; from these few the rest follows."""
    named = RuleSpace.named("isotropic")
    recording = hidden(random_table(named, 1), 0.5, 1, 64, 16, 0.35)
    found = weigh(recording, named)
    whole = sum(item.basis == "counted" for item in found.evidence)
    assert not np.isnan(decided(found)).any()
    assert whole < 80


def test_little_data_leaves_entries_open() -> None:
    recording = hidden(LIFE_TABLE, 0.3, 0, 10, 3, 0.1)
    found = weigh(recording, RuleSpace.named("isotropic"))
    value = decided(found)
    assert np.isnan(value).any()
    open_ = [item for item, one in zip(found.evidence, value, strict=True) if np.isnan(one)]
    assert all(item.log_e_present == item.log_e_absent == 0 and item.probability == 0.5 for item in open_)


def test_known_entries_help() -> None:
    named = RuleSpace.named("isotropic")
    table = random_table(named, 3)
    truth = np.array([table[named.windows(entry)[0]] for entry in range(102)], float)
    recording = hidden(table, 0.45, 1, 14, 4, 0.4)
    known = np.where(np.arange(102) % 2 == 0, truth, np.nan)
    alone, helped = decided(weigh(recording, named)), decided(weigh(recording, named, known))
    fresh = np.isnan(known)
    assert np.isnan(helped[fresh]).sum() < np.isnan(alone[fresh]).sum()
    told = ~np.isnan(helped)
    assert np.array_equal(helped[told & fresh], truth[told & fresh])


def test_a_law_outside_the_space_is_a_contradiction() -> None:
    recording = hidden(random_table(RuleSpace.named("isotropic"), 0), 0.2, 0, 24, 6, 0.4)
    found = weigh(recording, RuleSpace.named("outer-totalistic"))
    assert np.isnan(decided(found)).all()
    assert "outside the space" in found.facts["contradiction"]


def test_a_probability_among_the_known_is_refused() -> None:
    named = RuleSpace.named("outer-totalistic")
    with pytest.raises(ArgumentError, match=r"known\[B3\]` must be 0 or 1 where cells"):
        weigh(hidden(LIFE_TABLE, 0.2, 0, 8, 3, 0.3), named, named.known({"B3": 0.5}))


@pytest.mark.parametrize("seed", [1, 4, 6, 8])
def test_no_open_entry_could_be_settled_by_trying_it(seed: int) -> None:
    """Two cells in five hidden. Entries of either value were settled by trying; none that is open could be."""
    space = RuleSpace.named("outer-totalistic")
    film = hidden(random_table(space, seed), 0.4, seed, 10, 4, 0.4)
    found = decided(weigh(film, space))
    films, untried = beginning([film], space, np.full(18, np.nan))
    assert propagate(space, films, untried)
    assert {0.0, 1.0} <= set(found[untried.theta == OPEN].tolist()) and np.isnan(found).any()
    for entry in np.flatnonzero(np.isnan(found)):
        for value in (0, 1):
            films, knowledge = beginning([film], space, found)
            knowledge.theta[entry] = value
            assert propagate(space, films, knowledge)
