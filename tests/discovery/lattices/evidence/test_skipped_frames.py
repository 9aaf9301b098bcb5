"""Skipped generations: exact answers where the search ends, silence where it does not."""

from pathlib import Path

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.automata.engine.bitpacked import run
from evolaw.automata.files.recordings import read_recording
from evolaw.discovery import discover
from evolaw.discovery.lattices.evidence import skipped_frames
from evolaw.discovery.lattices.evidence.exhaustive import surviving
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.observation import Every, Flips
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.spine.evidence import Weighing
from evolaw.errors import ArgumentError
from evolaw.randomness import source
from evolaw.trajectory import Trajectory

RECORDINGS = Path(__file__).parents[3] / "data" / "recordings"
OUTER, ISOTROPIC = RuleSpace.named("outer-totalistic"), RuleSpace.named("isotropic")
LIFE = np.nan_to_num(OUTER.known("B3,S2,S3"))


def weigh(
    recordings: list[Trajectory], space: RuleSpace, known: np.ndarray | None = None, every: int = 1, **options: int
) -> Weighing:
    given = np.full(len(space), np.nan) if known is None else known
    return skipped_frames.weigh(Case(recordings, space, given, Every(every), alpha=0.05, rng=source(0)), **options)


def decided(weighing: Weighing) -> np.ndarray:
    """0 or 1 where the other value is refuted, NaN elsewhere."""
    return np.array(
        [
            1.0 if item.log_e_present == np.inf else 0.0 if item.log_e_absent == np.inf else np.nan
            for item in weighing.evidence
        ]
    )


def skipped(
    space: RuleSpace, law: np.ndarray, seed: int, gap: int, size: int, density: float, frames: int = 2
) -> Trajectory:
    start = (np.random.default_rng(seed).random((size, size)) < density).astype(np.uint8)
    return evolve(space.rule(law), start, gap * (frames - 1), every=gap)


def right(value: np.ndarray, law: np.ndarray, known: np.ndarray | None = None) -> bool:
    told = ~np.isnan(value)
    return bool(np.array_equal(value[told], law[told]))


def test_the_told_recording_is_the_answer_of_all_laws() -> None:
    recording = read_recording(RECORDINGS / "life_every_second.npz")
    found = weigh([recording], OUTER, every=2)
    laws = surviving([recording], OUTER, np.full(18, np.nan))
    agreed = (laws == laws[0]).all(0)
    assert np.array_equal(~np.isnan(decided(found)), agreed)
    assert right(decided(found), LIFE)
    assert found.log2_possible == np.log2(len(laws)) == 3


@pytest.mark.slow
def test_the_isotropic_answer_is_exact_with_nothing_known() -> None:
    found = weigh([read_recording(RECORDINGS / "life_every_second.npz")], ISOTROPIC, every=2)
    life = np.array([LIFE[OUTER.entry_of[ISOTROPIC.windows(entry)[0]]] for entry in range(102)])
    assert found.facts["search_finished"]
    assert right(decided(found), life)
    assert found.log2_possible == 6 == np.isnan(decided(found)).sum()


@pytest.mark.parametrize("gap", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_half_known_isotropic_laws_are_found(gap: int) -> None:
    """Proofs: the false-alarm rate is 0."""
    for seed in range(2):
        rng = np.random.default_rng(seed)
        law = rng.integers(0, 2, 102).astype(float)
        known = np.where(np.arange(102) % 2 == seed, law, np.nan)
        found = weigh([skipped(ISOTROPIC, law, seed, gap, 32, 0.4)], ISOTROPIC, known, every=gap, branches=1500)
        value = decided(found)
        assert right(value, law)
        if gap == 2:
            assert np.isnan(value[np.isnan(known)]).sum() <= 3


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_random_isotropic_laws_with_nothing_known(seed: int) -> None:
    law = np.random.default_rng(seed).integers(0, 2, 102).astype(float)
    found = weigh([skipped(ISOTROPIC, law, seed, 2, 32, 0.4)], ISOTROPIC, every=2)
    value = decided(found)
    assert found.facts["search_finished"]
    assert right(value, law)
    assert np.isnan(value).sum() <= 4


def test_more_pairs_leave_fewer_laws() -> None:
    law = np.random.default_rng(1).integers(0, 2, 18).astype(float)
    recording = skipped(OUTER, law, 1, 2, 6, 0.3, frames=4)
    pair = Trajectory(recording.values[:2], recording.times[:2], recording.axes, boundary="torus")
    one, all_ = weigh([pair], OUTER, every=2), weigh([recording], OUTER, every=2)
    assert all_.log2_possible is not None
    assert one.log2_possible is not None
    assert all_.log2_possible <= one.log2_possible
    assert right(decided(all_), law)


def test_a_stopped_search_decides_only_what_it_proved() -> None:
    law = np.random.default_rng(3).integers(0, 2, 102).astype(float)
    found = weigh([skipped(ISOTROPIC, law, 3, 3, 16, 0.4)], ISOTROPIC, every=3, branches=20)
    assert not found.facts["search_finished"]
    assert found.log2_possible is None
    assert right(decided(found), law)
    assert "budget" in found.evidence[40].why


def test_frames_that_count_themselves_are_spaced_by_the_channel() -> None:
    recording = skipped(OUTER, LIFE, 0, 2, 12, 0.35)
    counted = Trajectory(recording.values, [0, 1], recording.axes, boundary="torus")
    assert weigh([counted], OUTER, every=2).log2_possible == weigh([recording], OUTER, every=2).log2_possible


def test_no_law_is_a_contradiction() -> None:
    noise = np.random.default_rng(0).integers(0, 2, (2, 16, 16), dtype=np.uint8)
    recording = Trajectory(noise, [0, 2], ("times", "rows", "cols"), boundary="torus")
    found = weigh([recording], OUTER, every=2)
    assert "contradiction" in found.facts
    assert np.isnan(decided(found)).all()


def test_discover_names_a_contradiction() -> None:
    noise = np.random.default_rng(0).integers(0, 2, (2, 16, 16), dtype=np.uint8)
    finding = discover(Trajectory(noise, [0, 2], ("times", "rows", "cols"), boundary="torus"), rng=0)
    assert {entry.decision for entry in finding.entries} == {"conflict"}
    assert not finding.checks[0].passed
    assert "outside the space" in finding.checks[0].says


def test_few_possible_laws_are_named() -> None:
    """Over two generations a law and its twin with 0 and 1 exchanged can agree, and other pairs hang together."""
    linear = np.array([0.0, 1] * 4 + [0] + [0.0, 1] * 4 + [0])
    found = weigh([skipped(OUTER, linear, 0, 2, 24, 0.4)], OUTER, every=2)
    assert len(found.facts["laws"]) == found.facts["possible_laws"] > 1
    assert "B1357/S1357" in found.facts["laws"]


@pytest.mark.slow
def test_missing_cells_over_skipped_generations() -> None:
    whole = skipped(OUTER, LIFE, 4, 2, 24, 0.35)
    values = np.where(np.random.default_rng(0).random(whole.values.shape) < 0.03, 255, whole.values).astype(np.uint8)
    for space in (OUTER, ISOTROPIC):
        found = weigh([Trajectory(values, whole.times, whole.axes, boundary="torus")], space, every=2, branches=300)
        truth = (
            LIFE if space is OUTER else np.array([LIFE[OUTER.entry_of[ISOTROPIC.windows(u)[0]]] for u in range(102)])
        )
        assert right(decided(found), truth)
    assert (~np.isnan(decided(weigh([Trajectory(values, whole.times, whole.axes)], OUTER, every=2)))).sum() > 10


def test_flips_over_skipped_generations_are_refused() -> None:
    with pytest.raises(ArgumentError, match="Flipped cells over skipped generations are not supported"):
        skipped_frames.weigh(
            Case(
                [skipped(OUTER, LIFE, 0, 2, 8, 0.3)],
                OUTER,
                np.full(18, np.nan),
                Every(2) & Flips(0.05),
                alpha=0.05,
                rng=source(0),
            )
        )


@pytest.mark.parametrize("seed", [4, 9, 45, 111])
def test_the_most_probable_law_is_one_that_fits(seed: int) -> None:
    """Coupled entries: on these starts what each does most often alone is no law that fits. Checked by running the law."""
    draw = np.random.default_rng(seed)
    side, values = int(draw.integers(3, 7)), draw.integers(0, 2, 18)
    values[0] = 0
    start = (draw.random((side, side)) < draw.choice([0.15, 0.3, 0.5])).astype(np.uint8)
    end = run(RuleSpace.named("outer-totalistic").rule(values), start, 2)
    recording = Trajectory(np.stack([start, end]), [0, 2], ("times", "rows", "cols"), boundary="torus")
    finding = discover(recording, rng=0)
    assert finding.law.log2_possible > 0
    assert (run(finding.rule, start, 2) == end).all()


def test_few_possible_laws_are_listed_in_every_space() -> None:
    """Coupled laws cannot be read off entry by entry; both spaces name the same ones."""
    start = (np.random.default_rng(3).random((10, 10)) < 0.4).astype(np.uint8)
    recording = Trajectory(
        np.stack([start, run("B3/S23", start, 2)]), [0, 2], ("times", "rows", "cols"), boundary="torus"
    )
    finding = discover(recording, rng=0)
    count = round(2**finding.law.log2_possible)
    assert len(finding.facts["laws"]) == count <= 16
    assert all((run(rule, start, 2) == recording.values[1]).all() for rule in finding.facts["laws"])
    if count > 1:
        assert finding.facts["laws"][0] in repr(finding)
