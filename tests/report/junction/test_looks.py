"""What the figures of junctions share."""

import numpy as np

from evolaw.josephson import Junction
from evolaw.report.junction.looks import CURRENT, bias_axis


def test_a_bias_of_a_junction_in_si_units_is_in_a_readable_part_of_an_ampere():
    junction = Junction.from_si(critical_current=2e-6, resistance=10.0, temperature=4.2)
    assert bias_axis(junction, np.array([0.1, 1.5])) == (2.0, "current (µA)")
    assert bias_axis(Junction(noise=0.1), np.array([0.0])) == (1.0, CURRENT)
