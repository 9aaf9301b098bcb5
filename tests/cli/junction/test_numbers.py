"""What is typed of a junction."""

import numpy as np
import pytest

from evolaw.cli.junction.numbers import grid, junction_of
from evolaw.errors import ArgumentError


def test_grids():
    np.testing.assert_allclose(grid("0.1:0.3:3", "bias"), [0.1, 0.2, 0.3])
    for text in ("1:2", "0:1:x", "a,b", "2,1"):
        with pytest.raises(ArgumentError, match="bias"):
            grid(text, "bias")


def test_a_junction_in_either_kind_of_units():
    physical = junction_of("1 uA", "10 Ohm", "1 pF", "4.2 K", None, None)
    assert (physical.damping, physical.noise) == pytest.approx((1.8141278, 0.1761963), rel=1e-6)
    assert junction_of(None, None, None, None, 0.5, 0.1).damping == 0.5
    with pytest.raises(ArgumentError, match="`r`"):
        junction_of("1 uA", None, None, "4.2 K", None, None)
