"""Random words: the published vectors, our golden vectors, and independence of how the work is cut."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import stats

from evolaw import randomness
from evolaw.errors import ArgumentError


def words(*values: int) -> list[np.ndarray]:
    return [np.full(1, value, np.uint32) for value in values]


# Known answers for Threefry-2x32 with 20 rounds, from the Random123 distribution (kat_vectors): counter, key, result.
@pytest.mark.parametrize(
    ("counter", "key", "result"),
    [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
        ((0x243F6A88, 0x85A308D3), (0x13198A2E, 0x03707344), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_known_answers(counter: tuple[int, int], key: tuple[int, int], result: tuple[int, int]) -> None:
    found = randomness.threefry2x32(*words(*key), *words(*counter))
    assert [int(word[0]) for word in found] == list(result)


def test_jax_traces_the_same_words() -> None:
    import jax

    counters = np.arange(1000, dtype=np.uint32)
    key = np.uint32(7), np.uint32(11)
    plain = randomness.threefry2x32(*words(*(int(k) for k in key)), counters, counters[::-1].copy())
    traced = jax.jit(randomness.threefry2x32)(*key, counters, counters[::-1].copy())
    for a, b in zip(plain, traced, strict=True):
        np.testing.assert_array_equal(a, np.asarray(b))


def test_golden_words_of_stream_v1() -> None:
    """These may never change under the name v1: recordings name it."""
    assert randomness.STREAM_VERSION == "v1"
    stream = randomness.source(7).stream("noise")
    assert stream.key == (2573053346, 3392805379)
    first, second = stream.words(3, np.arange(3))
    assert first.tolist() == [75870134, 739316976, 2889124564]
    assert second.tolist() == [3374850607, 258685543, 3969928741]


def test_chance_does_not_depend_on_the_batch() -> None:
    stream = randomness.source(1).stream("flips")
    whole = stream.chance(5, (6, 7), 0.3)
    word, _ = stream.words(5, np.arange(21, 42))
    np.testing.assert_array_equal(whole.ravel()[21:], word < round(0.3 * 2**32))


def test_chance_is_exact_at_its_ends() -> None:
    stream = randomness.source(1).stream("flips")
    assert not stream.chance(0, (1000,), 0.0).any()
    assert stream.chance(0, (1000,), 1.0).all()


def test_words_are_uniform_and_uncorrelated() -> None:
    """Five tests, each at level 1e-6 under the null."""
    stream = randomness.source(3).stream("check")
    first, second = stream.words(np.arange(100)[:, None], np.arange(2000)[None, :])
    for word in (first, second):
        counts = np.bincount((word >> 24).ravel(), minlength=256)
        assert stats.chisquare(counts).pvalue > 1e-6
    uniform = first / 2**32 - 0.5
    for a, b in ((uniform[:, 1:], uniform[:, :-1]), (uniform[1:], uniform[:-1]), (uniform, second / 2**32 - 0.5)):
        z = (a * b).mean() * 12 * np.sqrt(a.size)
        assert abs(z) < 4.9


def test_streams_differ_by_name_and_seed() -> None:
    keys = {randomness.source(seed).stream(name).key for seed in range(50) for name in ("start", "noise")}
    assert len(keys) == 100


@pytest.mark.parametrize(
    "rng", [0, 2**128 - 1, np.int64(3), np.random.SeedSequence(1), np.random.default_rng(1), np.random.PCG64(1)]
)
def test_every_kind_of_rng_is_recorded_as_a_seed(rng: object) -> None:
    found = randomness.source(rng)
    assert randomness.source(found.seed) == found


def test_a_jax_key_is_an_rng() -> None:
    import jax

    new, old = jax.random.key(5), jax.random.PRNGKey(5)
    assert randomness.source(new) == randomness.source(old)
    assert randomness.source(jax.random.key(6)) != randomness.source(new)


@pytest.mark.parametrize("rng", [None, -1, 2**128, 0.5, "seed", True])
def test_other_rngs_are_refused_with_advice(rng: object) -> None:
    with pytest.raises(ArgumentError, match="Pass rng=0"):
        randomness.source(rng)


def test_numpy_generator_is_keyed_by_the_stream() -> None:
    stream = randomness.source(1).stream("bootstrap")
    assert stream.generator().integers(2**32, size=4).tolist() == stream.generator().integers(2**32, size=4).tolist()


def test_no_overflow_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        randomness.source(1).stream("x").words(2**32 - 1, 2**32 - 1)
