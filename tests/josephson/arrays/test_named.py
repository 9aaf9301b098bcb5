"""Arrays by name."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson.arrays.grids import Grid
from evolaw.josephson.arrays.named import KINDS, NamedArray


@pytest.mark.parametrize("kind", KINDS)
def test_the_start_fits_the_law(kind):
    named = NamedArray(kind, 4, spread=0.1, fluxons=0)
    law = named.law(0.5, 0.1)
    assert named.start.size == (law.law if isinstance(law, Grid) else law).dim
    assert named.junctions == {"pair": 2, "grid": 16}.get(kind, 4)


def test_biases_and_phases_are_those_of_the_seed():
    one, two, other = (NamedArray(spread=0.1, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.start, two.start)
    assert not np.array_equal(one.start, other.start)


def test_numbers_of_another_kind_are_refused():
    for wrong in ({"kind": "heap"}, {"flux": 0.1}, {"kind": "ring", "fluxons": 99}, {"load": (1.0, 2.0)}):
        with pytest.raises(ArgumentError):
            NamedArray(**wrong)
