"""Flips on inputs and outputs: told recordings, error rates on random laws, honest silence."""

from pathlib import Path

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.automata.files.recordings import read_recording
from evolaw.discovery.lattices.evidence import denoising
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.observation import Every, Flips
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.spine.decisions import decide
from evolaw.discovery.spine.evidence import Weighing
from evolaw.errors import ArgumentError
from evolaw.randomness import source
from evolaw.trajectory import Trajectory

RECORDINGS = Path(__file__).parents[3] / "data" / "recordings"
OUTER, ISOTROPIC = RuleSpace.named("outer-totalistic"), RuleSpace.named("isotropic")
LIFE_OUTER = np.nan_to_num(OUTER.known("B3,S2,S3"))
LIFE = np.array([LIFE_OUTER[OUTER.entry_of[ISOTROPIC.windows(entry)[0]]] for entry in range(102)])


def weigh(recording: Trajectory, flips: float | str, space: RuleSpace = ISOTROPIC) -> Weighing:
    return denoising.weigh(
        Case([recording], space, np.full(len(space), np.nan), Flips(flips), alpha=0.05, rng=source(0))
    )


def flipped(law: np.ndarray, flips: float, seed: int, size: int, frames: int, density: float) -> Trajectory:
    rng = np.random.default_rng(seed)
    start = (rng.random((size, size)) < density).astype(np.uint8)
    film = evolve(ISOTROPIC.rule(law), start, frames - 1, rng=seed)
    return Trajectory(film.values ^ (rng.random(film.values.shape) < flips), film.times, film.axes, boundary="torus")


def score(weighing: Weighing, truth: np.ndarray) -> tuple[int, int, int]:
    """Numbers of entries decided, decided wrongly, and called probabilistic."""
    decisions = decide(weighing.evidence, 0.05)
    named = [{"present": 1, "absent": 0}.get(decision) for decision in decisions]
    made = [(value, right) for value, right in zip(named, truth, strict=True) if value is not None]
    return len(made), sum(value != right for value, right in made), decisions.count("probabilistic")


@pytest.mark.parametrize("flips", [pytest.param(flips, marks=pytest.mark.slow) for flips in (0.05, "auto")])
def test_the_told_recording_is_recovered(flips: float | str) -> None:
    found = weigh(read_recording(RECORDINGS / "life_flipped.npz"), flips, OUTER)
    assert score(found, LIFE_OUTER) == (18, 0, 0)
    if flips == "auto":
        facts = found.facts
        assert abs(facts["flip_probability"] - 0.05) < 4 * facts["flip_probability_error"] < 0.004


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("flips", [0.05, 0.1])
def test_life_at_the_asked_sizes(flips: float, seed: int) -> None:
    made, wrong, chance = score(weigh(flipped(LIFE, flips, seed, 64, 51, 0.35), flips), LIFE)
    assert made >= 0.9 * 102
    assert wrong <= (1 if flips == 0.05 else 0.02 * made)
    assert chance == 0


@pytest.mark.slow
def test_decisions_hold_their_error_rate_on_random_laws() -> None:
    """Ten thin recordings, many entries barely seen: at most 5 % wrong is promised, 2 % of some 600 would be a fault."""
    made = wrong = chance = 0
    for seed in range(10):
        law = LIFE if seed == 0 else np.random.default_rng(seed).integers(0, 2, 102).astype(float)
        flips, frames = (0.02, 0.05, 0.1)[seed % 3], (4, 8, 12)[seed % 3]
        one = score(weigh(flipped(law, flips, seed, 16, frames, (0.1, 0.35)[seed % 2]), flips), law)
        made, wrong, chance = made + one[0], wrong + one[1], chance + one[2]
    assert made > 300
    assert wrong <= 0.02 * made
    assert chance == 0


def test_coins_are_not_called_present_or_absent() -> None:
    law = np.random.default_rng(3).integers(0, 2, 102).astype(float)
    coins = [20, 50, 70]
    law[coins] = 0.5
    found = weigh(flipped(law, 0.03, 3, 32, 16, 0.4), 0.03)
    decisions = decide(found.evidence, 0.05)
    assert all(decisions[coin] in ("probabilistic", "undetermined") for coin in coins)
    assert sum(decisions[coin] == "probabilistic" for coin in coins) >= 1


@pytest.mark.slow
def test_the_flip_probability_is_estimated_with_its_error() -> None:
    """Four estimates; each further off than 4 s.e. has chance 6e-5."""
    for seed, flips in enumerate((0.02, 0.05, 0.1, 0.1)):
        law = np.random.default_rng(seed + 20).integers(0, 2, 102).astype(float)
        facts = weigh(flipped(law, flips, seed, 24, 10, 0.4), "auto").facts
        assert abs(facts["flip_probability"] - flips) < 4 * facts["flip_probability_error"] < 0.05


def test_pure_noise_decides_nothing() -> None:
    values = np.random.default_rng(0).integers(0, 2, (6, 16, 16), dtype=np.uint8)
    recording = Trajectory(values, np.arange(6), ("times", "rows", "cols"), boundary="torus")
    made, _, _ = score(weigh(recording, 0.05), LIFE)
    assert made == 0


def test_known_entries_are_kept_and_missing_cells_are_borne() -> None:
    recording = flipped(LIFE, 0.05, 0, 24, 12, 0.35)
    values = np.where(np.random.default_rng(1).random(recording.values.shape) < 0.1, 255, recording.values)
    known = np.where(np.arange(102) < 20, LIFE, np.nan)
    holed = Trajectory(values.astype(np.uint8), recording.times, recording.axes, boundary="torus")
    found = denoising.weigh(Case([holed], ISOTROPIC, known, Flips(0.05), alpha=0.05, rng=source(0)))
    assert [item.basis for item in found.evidence].count("known") == 20
    made, wrong, _ = score(found, LIFE)
    assert made > 60
    assert wrong == 0


def test_skipped_generations_are_refused() -> None:
    with pytest.raises(ArgumentError, match="keep every generation where cells are flipped"):
        denoising.weigh(
            Case(
                [flipped(LIFE, 0.05, 0, 8, 3, 0.3)],
                ISOTROPIC,
                np.full(102, np.nan),
                Every(2) & Flips(0.05),
                alpha=0.05,
                rng=source(0),
            )
        )
