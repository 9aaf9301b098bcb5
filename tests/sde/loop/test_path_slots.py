"""Where paths stand: every path once, in its order, and no block with two sets; whatever the sizes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.sde.loop.path_slots import NOBODY, slots_of


@settings(deadline=None)  # one slot a chunk is hundreds of chunks
@given(st.integers(1, 9), st.integers(1, 50), st.integers(1, 16), st.integers(1, 300), st.integers(0, 5))
def test_every_path_has_one_slot(sets, paths, most, wanted, first_path):
    block = min(most, paths)
    slots = slots_of(sets=sets, paths=paths, first_path=first_path, block=block, wanted=wanted)
    assert slots.size % block == 0 and slots.per_set % block == 0
    assert slots.size % slots.per_set == 0 or slots.per_set % slots.size == 0
    numbers = [slots.numbers(chunk) for chunk in range(slots.chunks)]
    places = [slots.places(chunk) for chunk in range(slots.chunks)]
    held = np.concatenate([one[one != NOBODY] for one in numbers])
    np.testing.assert_array_equal(held, first_path + np.arange(sets * paths))
    before = 0
    for chunk, (number, (of_set, path, here)) in enumerate(zip(numbers, places, strict=True)):
        assert len(number) == slots.size and (here == (number != NOBODY)).all()
        assert (of_set < sets).all() and (path < paths).all()
        np.testing.assert_array_equal(number[here], first_path + (of_set * paths + path)[here])
        assert slots.first_row(chunk) == before
        before += int(here.sum())
        real = np.where(here, of_set, -1).reshape(-1, block)
        assert all(len(set(row[row >= 0].tolist())) <= 1 for row in real)
    assert slots.first_row(slots.chunks) == sets * paths


def test_one_set_is_laid_out_as_it_always_was():
    assert slots_of(sets=1, paths=10_000, first_path=0, block=1024, wanted=1500).size == 2048
    few = slots_of(sets=1, paths=700, first_path=0, block=700, wanted=4096)
    assert (few.size, few.chunks) == (700, 1)


@pytest.mark.parametrize("paths", [7, 64, 100, 1000])
def test_full_chunks_are_numbered_as_their_places_say(paths: int) -> None:
    slots = slots_of(sets=1, paths=paths, first_path=9, block=8, wanted=64)
    for chunk in range(slots.chunks):
        number, path, held = slots.places(chunk)
        expected = np.where(held, 9 + number * paths + path, int(NOBODY))
        assert slots.numbers(chunk).dtype == np.uint32
        assert slots.numbers(chunk).tolist() == expected.tolist()
