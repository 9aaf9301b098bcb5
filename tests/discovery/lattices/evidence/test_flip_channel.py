"""The inversion against the forward channel, and its leanings against the truth."""

import numpy as np

from evolaw.automata import evolve
from evolaw.automata.stepping import windows
from evolaw.discovery.lattices.evidence.flip_channel import leanings, through_channel
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.trajectory import Trajectory


def test_the_inverse_undoes_the_kronecker_power() -> None:
    flips = 0.07
    channel = np.array([[1 - flips, flips], [flips, 1 - flips]])
    power = np.ones((1, 1))
    for _ in range(10):
        power = np.kron(power, channel)
    true = np.random.default_rng(0).random((3, 512, 2))
    seen = (true.reshape(3, 1024) @ power.T).reshape(3, 512, 2)
    assert np.allclose(through_channel(true, flips), seen)
    assert np.allclose(through_channel(seen, flips, inverse=True), true, atol=1e-9)


def test_without_flips_nothing_changes() -> None:
    counts = np.arange(1024.0).reshape(512, 2)
    assert np.array_equal(through_channel(counts, 0.0, inverse=True), counts)


def flipped(seed: int, flips: float, frames: int = 26) -> Trajectory:
    rng = np.random.default_rng(seed)
    film = evolve("B3/S23", (rng.random((48, 48)) < 0.35).astype(np.uint8), frames - 1)
    return Trajectory(film.values ^ (rng.random(film.values.shape) < flips), film.times, film.axes, boundary="torus")


def test_leanings_point_to_the_law() -> None:
    """Sixteen z-scores beyond 4: a wrong sign has chance below 1e-3."""
    space = RuleSpace.named("outer-totalistic")
    truth = np.nan_to_num(space.known("B3,S2,S3"))
    z = leanings([flipped(0, 0.05)], space, 0.05)
    strong = np.abs(z) > 4
    assert strong.sum() >= 12
    assert np.array_equal(z[strong] > 0, truth[strong] == 1)


def test_leanings_are_standardised() -> None:
    """For an entry never visited, the de-noised difference has mean 0: over 40 recordings z has variance 1 +- 0.45 (2 s.e.)."""
    space = RuleSpace.named("outer-totalistic")
    place = space.index("S8")
    z = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        still = np.zeros((21, 24, 24), np.uint8)
        values = still ^ (rng.random(still.shape) < 0.2)
        z.append(
            leanings([Trajectory(values, np.arange(21), ("times", "rows", "cols"), boundary="torus")], space, 0.2)[
                place
            ]
        )
    assert abs(np.mean(z)) < 4 / np.sqrt(40)
    assert 0.4 < np.var(z) < 2.2


def test_two_frames_lean_nowhere() -> None:
    assert not leanings([flipped(0, 0.05, 2)], RuleSpace.named("isotropic"), 0.05).any()


def test_leanings_are_the_sum_over_its_standard_error() -> None:
    """Without flips nothing is inverted: z = sum / (s sqrt(pairs)), s the spread of n_u1 - n_u0 over the pairs of frames."""
    space = RuleSpace.named("outer-totalistic")
    film = flipped(3, 0.1, 9)
    differences = np.zeros((8, 18))
    for pair in range(8):
        seen = windows(film.values[pair])
        for entry in range(18):
            outcome = film.values[pair + 1][space.entry_of[seen] == entry].astype(int)
            differences[pair, entry] = (2 * outcome - 1).sum()
    spread = differences.std(0, ddof=1)
    expected = np.divide(differences.sum(0), np.sqrt(8) * spread, out=np.zeros(18), where=spread > 0)
    np.testing.assert_allclose(leanings([film], space, 0.0), expected, atol=1e-12)
    assert (np.abs(expected) > 3).sum() > 5
