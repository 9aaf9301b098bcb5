"""Forecasts by ensembles: as written down, blind to what was not seen, and exchangeable with the law's own recordings."""

import numpy as np
import pytest
from scipy.stats import kstest

from evolaw.arrays import MISSING
from evolaw.automata import evolve, step
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.rollout.ensemble_forecast import Ensemble, Scene
from evolaw.randomness import source
from evolaw.trajectory import Trajectory

TOTALISTIC, ISOTROPIC = RuleSpace.named("outer-totalistic"), RuleSpace.named("isotropic")
LIFE = np.array([int(name in ("B3", "S2", "S3")) for name in TOTALISTIC.names], np.uint8)


def a_film(frames: int = 5, every: int = 1, side: int = 16, seed: int = 0, boundary: str = "torus") -> Trajectory:
    start = (np.random.default_rng(seed).random((side, side)) < 0.4).astype(np.uint8)
    return evolve("B3/S23", start, every * (frames - 1), every=every, boundary=boundary)


def spoiled(film: Trajectory, *, flips: float = 0.0, missing: float = 0.0, seed: int = 1) -> Trajectory:
    chance = np.random.default_rng(seed)
    values = film.values ^ (chance.random(film.values.shape) < flips)
    values = np.where(chance.random(values.shape) < missing, MISSING, values).astype(np.uint8)
    return Trajectory(values, film.times, film.axes, boundary=film.boundary)


def an_ensemble(film: Trajectory, flips: float = 0.0, boards: int = 8, space: RuleSpace = TOTALISTIC) -> Ensemble:
    return Ensemble(space, (Scene.of(film, 10**6),), flips, boards, source(3).stream("boards"))


@pytest.mark.parametrize("boundary", ["torus", "plane"])
def test_clean_frames_are_forecast_without_doubt(boundary: str) -> None:
    """All boards of the ensemble are the frame itself, so a right cell costs log((B + 1) / (B + 1/2)), a wrong one log(2 (B + 1))."""
    film = a_film(every=2, boundary=boundary)
    other = LIFE.copy()
    other[TOTALISTIC.index("B3")] = 0
    ensemble = an_ensemble(film)
    wrong = 0
    for before, after in zip(film.values[:-1], film.values[1:], strict=True):
        for _ in range(2):
            before = step(TOTALISTIC.rule(other), before, boundary=boundary)
        wrong += int((before != after).sum())
    right = np.log(8.5 / 9)
    assert ensemble.cells == 4 * 256 and wrong > 100
    # A reading called clean may still be wrong with chance 1e-4, so a board can differ from its frame once in a while.
    np.testing.assert_allclose(
        ensemble.score(np.stack([LIFE, other])),
        [1024 * right, (1024 - wrong) * right + wrong * np.log(0.5 / 9)],
        rtol=0.05,
    )


def test_one_frame_to_the_next_by_hand() -> None:
    """Misread and missing cells of one pair of frames, with the boards drawn again here."""
    film = spoiled(a_film(2, side=6), flips=0.1, missing=0.2)
    first, second = film.values
    seen = first != MISSING
    density = (first[seen].mean() - 0.1) / 0.8
    alive = np.where(first == 1, density * 0.9, np.where(first == 0, density * 0.1, density))
    dead = np.where(first == 1, (1 - density) * 0.1, np.where(first == 0, (1 - density) * 0.9, 1 - density))
    chance = source(3).stream("boards").generator()
    boards = (chance.random((8, 6, 6), np.float32) < alive / (alive + dead)).astype(np.uint8)
    forecast = (step("B3/S23", boards).sum(0) + 0.5) / 9
    reading = forecast * 0.9 + (1 - forecast) * 0.1
    wanted = np.where(second == MISSING, 0, np.log(np.where(second == 1, reading, 1 - reading))).sum()
    for memory in (True, False):  # they differ from the second pair on
        np.testing.assert_allclose(an_ensemble(film, 0.1).score(LIFE[None], memory=memory), [wanted], rtol=1e-6)


def test_nothing_hidden_is_looked_at() -> None:
    film = spoiled(a_film(), missing=0.3)
    hidden = film.values == MISSING
    ensemble = an_ensemble(film)
    assert ensemble.cells == int((~hidden[1:]).sum())
    nothing = Trajectory(np.where(np.arange(5)[:, None, None] > 0, MISSING, film.values), film.times, film.axes)
    assert an_ensemble(nothing).score(LIFE[None]).tolist() == [0.0]


@pytest.mark.parametrize(("flips", "missing"), [(0.0, 0.3), (0.03, 0.0), (0.02, 0.2)])
def test_the_law_forecasts_better_than_its_neighbours(flips: float, missing: float) -> None:
    film = spoiled(a_film(8, 2, 32), flips=flips, missing=missing)
    laws = np.tile(LIFE, (19, 1))
    laws[np.arange(18), np.arange(18)] ^= 1
    scores = an_ensemble(film, flips, 32).score(laws)
    visited = an_ensemble(film, flips).visits(LIFE) > 30
    assert visited.sum() >= 12
    assert (scores[:18][visited] < scores[18] - 5).all()


def test_replicas_are_the_recording_made_again() -> None:
    """First frame and hidden cells are the recording's; clean complete frames leave no chance; flips occur as often as stated."""
    film = a_film(4, 3)
    again = an_ensemble(film).replicas(LIFE[None], 5, np.random.default_rng(0))[0]
    assert again.shape == (1, 5, 4, 16, 16)
    assert (again[0] == film.values).mean() > 0.999  # 1e-4 of the first cells may be wrong
    bad = spoiled(film, flips=0.1, missing=0.2)
    copies = an_ensemble(bad, 0.1).replicas(np.stack([LIFE, 1 - LIFE]), 40, np.random.default_rng(0))[0]
    assert (copies[:, :, 0] == bad.values[0]).all()
    assert ((copies == MISSING) == (bad.values == MISSING)).all()
    dead = np.zeros_like(LIFE)
    still = an_ensemble(bad, 0.1).replicas(dead[None], 400, np.random.default_rng(0))[0][0, :, 1:]
    share = still[still != MISSING].mean()
    assert abs(share - 0.1) < 4 * np.sqrt(0.09 / (still != MISSING).sum())


@pytest.mark.slow
def test_a_recording_ranks_anywhere_among_its_law_s_replicas() -> None:
    """Under the law itself the rank of a statistic is uniform; Kolmogorov-Smirnov at 1e-4 over 150 recordings."""
    other = LIFE.copy()
    other[[2, 12]] ^= 1
    ranks = []
    for seed in range(150):
        film = spoiled(a_film(4, 2, 12, seed), flips=0.05, missing=0.2, seed=seed + 999)
        ensemble = an_ensemble(film, 0.05)
        copies = ensemble.replicas(LIFE[None], 19, np.random.default_rng(seed))
        lead = ensemble.score_copies(other[None], copies)[0] - ensemble.score_copies(LIFE[None], copies)[0]
        mine = float(np.subtract(*ensemble.score(np.stack([other, LIFE]))))
        ranks.append(((lead < mine).sum() + np.random.default_rng(seed).random()) / 20)
    assert kstest(ranks, "uniform").pvalue > 1e-4


def test_copies_and_batches_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    film = spoiled(a_film(), flips=0.05)
    ensemble = an_ensemble(film, 0.05)
    laws = np.random.default_rng(0).integers(0, 2, (7, 18), dtype=np.uint8)
    together = ensemble.score(laws)
    frames = [np.broadcast_to(film.values, (7, 2, *film.values.shape))]
    assert np.array_equal(ensemble.score_copies(laws, frames), np.stack([together, together], 1))
    monkeypatch.setattr("evolaw.discovery.lattices.rollout.ensemble_forecast._CELLS_AT_ONCE", 1)
    assert np.array_equal(ensemble.score(laws), together)


def test_long_recordings_are_cut() -> None:
    assert Scene.of(a_film(9), 3 * 256).frames.shape == (3, 16, 16)
    assert Scene.of(a_film(9), 1).gaps == (1,)
