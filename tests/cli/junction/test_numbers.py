"""What is typed of a junction."""

import numpy as np
import pytest

from evolaw.cli.junction.numbers import frequency_of, grid, junction_of, sweep_rate
from evolaw.errors import ArgumentError, EvolawError
from evolaw.josephson import Junction


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


def test_a_drive_and_a_ramp_are_given_in_either_units():
    si = Junction.from_si(critical_current=1e-6, resistance=10.0, capacitance=1e-12, temperature=4.2)
    plain = Junction(damping=1.0, noise=0.1)
    assert frequency_of(plain, "0.3") == 0.3
    assert frequency_of(si, "8.7731 GHz") == pytest.approx(1.0, rel=1e-4)
    assert sweep_rate(si, None, "1 uA/s", 1.0) == pytest.approx(si.scales.time_unit)
    assert sweep_rate(plain, None, None, 0.5) == 0.5 and sweep_rate(plain, 0.2, None, 0.5) == 0.2
    for call, word in (
        (lambda: frequency_of(plain, "20 GHz"), "reduced"),
        (lambda: frequency_of(plain, "-1"), "positive"),
        (lambda: frequency_of(si, "20 uA"), "frequency"),
        (lambda: sweep_rate(plain, None, "1 uA/s", 1.0), "--rate"),
        (lambda: sweep_rate(si, 1.0, "1 uA/s", 1.0), "left out"),
    ):
        with pytest.raises(EvolawError, match=word):
            call()
