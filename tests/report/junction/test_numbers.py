"""The tables of a result."""

import numpy as np
import pytest

from evolaw.josephson import Junction
from evolaw.josephson.curves.shapiro import ShapiroMap
from evolaw.josephson.junction import Drive
from evolaw.report.junction.numbers import tables


def test_the_zeroth_step_of_a_map_that_begins_at_zero_is_whole():
    """Half of it was swept, and half of that was printed."""
    bias = np.linspace(0, 2, 41)
    turns = np.where(bias < 1.0, 0.0, np.sqrt(np.maximum(bias**2 - 1, 0)) + 0.5)[:, None]
    found = ShapiroMap(Junction(drive=Drive(1.0, 5.0)), bias, np.array([0.0]), turns, 0.01 + 0 * turns, 0)
    assert float(tables(found)[0].rows[0][1]) == pytest.approx(1.0, abs=0.05)
