"""What a measured curve says of itself."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Junction
from evolaw.josephson.curves.results import Curve, IVCurve


def curve(**more):
    return Curve(Junction(noise=0.1), "thing", np.array([0.1, 0.2]), np.array([1.0, 2.0]), np.array([0.1, 0.2]), **more)


def test_the_distance_is_in_standard_errors():
    assert curve(exact=np.array([1.2, 2.2])).gap == pytest.approx(2)
    assert curve(exact=np.array([np.nan, 2.2])).gap == pytest.approx(1)
    assert curve().gap is None


def test_it_is_a_table():
    assert curve(exact=np.array([np.nan, 2.2])).rows() == [(0.1, 1.0, 0.1, None), (0.2, 2.0, 0.2, 2.2)]
    assert "at most 1.00 standard errors" in repr(curve(exact=np.array([np.nan, 2.2]), source="x"))


def test_a_curve_in_ampere_and_volt():
    junction = Junction.from_si(critical_current=2e-6, resistance=5.0, temperature=1.0)
    found = IVCurve(junction, "I–V", np.array([0.5]), np.array([0.1]), np.array([0.01]))
    assert [float(part[0]) for part in found.in_si()] == pytest.approx([1e-6, 1e-6, 1e-7])
    with pytest.raises(ArgumentError, match="from_si"):
        IVCurve(Junction(), "I–V", np.array([0.5]), np.array([0.1]), np.array([0.01])).in_si()


def test_columns_in_si():
    """Far above the critical current the voltage is I R, and its noise at zero frequency Nyquist's 4 k_B T R."""
    junction = Junction.from_si(critical_current=1e-6, resistance=10.0, capacitance=1e-12, temperature=4.2)
    one = np.ones(1)
    current, voltage = Curve(junction, "I–V curve", 30 * one, 30 * one, 0.1 * one).physical()
    assert (current.value[0], voltage.value[0], voltage.error[0]) == pytest.approx((30e-6, 300e-6, 1e-6))
    free = junction.noise / junction.damping
    _, width, noise = Curve(junction, "phase diffusion", 30 * one, free * one, 0.1 * one, free * one).physical()
    assert noise.value[0] == pytest.approx(4 * 1.380649e-23 * 4.2 * 10.0, rel=1e-9)
    assert width.value[0] == pytest.approx(4 * np.pi * 1.380649e-23 * 4.2 * 10.0 / 2.067833848e-15**2, rel=1e-9)
    assert noise.document()["exact"] == noise.value.tolist()
    assert Curve(Junction(noise=0.1), "I–V curve", one, one, one).physical() == ()
