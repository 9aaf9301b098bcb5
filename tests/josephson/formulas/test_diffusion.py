"""Phase diffusion, passage times, the uncertainty ratio."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson.formulas import (
    differential_resistance,
    effective_diffusion,
    linewidth_weak_noise,
    mean_voltage,
    passage_time,
    uncertainty_ratio,
)

TABLE = [
    (0.5, 0.2, 0.0738478152),
    (0.9, 0.1, 0.3674375394),
    (1.0, 0.1, 0.4111299353),
    (1.0, 0.05, 0.3188943092),
    (1.2, 0.05, 0.1908013319),
    (1.5, 0.1, 0.2097524246),
    (1.5, 0.02, 0.0438950651),
    (2.0, 0.05, 0.0748750865),
    (2.0, 0.5, 0.6801149857),
]


@pytest.mark.parametrize(("i", "d", "value"), TABLE)
def test_the_known_digits(i, d, value):
    assert effective_diffusion(i, d) == pytest.approx(value, abs=1e-10)


def test_at_zero_bias_fluctuation_and_dissipation_agree():
    for d in (0.2, 1.0):
        assert effective_diffusion(0.0, d) == pytest.approx(d * differential_resistance(0.0, d), rel=1e-12)


def test_rare_slips_are_a_poisson_process():
    """Far below the critical current D_eff = v (2π) coth(π i/D)/2."""
    i, d = 0.4, 0.05
    expected = mean_voltage(i, d) * np.pi / np.tanh(np.pi * i / d)
    assert effective_diffusion(i, d) == pytest.approx(expected, rel=1e-6)


def test_the_linewidth_at_weak_noise():
    assert linewidth_weak_noise(1.5, 0.02) == pytest.approx(0.044)
    assert effective_diffusion(1.5, 0.0005) == pytest.approx(linewidth_weak_noise(1.5, 0.0005), rel=2e-3)
    with pytest.raises(ArgumentError, match="bias"):
        linewidth_weak_noise(0.9, 0.1)


@pytest.mark.parametrize(("end", "value"), [("top", 134.463490), ("top + π", 251.389814), ("next", 253.008503)])
def test_passage_times(end, value):
    well = np.arcsin(0.5)
    place = {"top": np.pi - well, "top + π": 2 * np.pi - well, "next": well + 2 * np.pi}[end]
    assert passage_time(well, place, 0.5, 0.2) == pytest.approx(value, abs=6e-7)


def test_the_uncertainty_ratio():
    np.testing.assert_allclose(uncertainty_ratio([0.5, 1.5, 2.0], [0.2, 0.1, 0.5]), [7.434, 2.798, 1.548], atol=5e-4)
    assert uncertainty_ratio(0.0, 0.3) == 1
    assert uncertainty_ratio(1e-4, 0.3) == pytest.approx(1, abs=1e-5)


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="noise"):
        effective_diffusion(0.5, -0.1)


def test_without_noise_nothing_diffuses_and_noise_too_weak_is_named():
    assert effective_diffusion([0.5, 1.5], 0.0).tolist() == [0.0, 0.0]
    with pytest.raises(ArgumentError, match=r"`noise` must be at least 3e-06 at a bias of 0\.5"):
        effective_diffusion(0.5, 1e-7)
