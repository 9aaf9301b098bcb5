"""Very many points as groups of few."""

import numpy as np
import pytest

from evolaw.josephson.fitting.groups import Groups
from evolaw.josephson.fitting.voltage_fit import fit_voltage


def sharp(points, error, seed=0):
    """A junction without noise: its corner is as sharp as its points are dense."""
    i = np.random.default_rng(seed).permutation(np.linspace(-3, 3, points))
    v = np.sign(i) * np.sqrt(np.maximum(i * i - 1, 0.0))
    return 1e-6 * i, 8e-6 * (v + error * np.random.default_rng(seed + 1).standard_normal(points))


def test_a_straight_curve_is_left_in_equal_groups():
    groups = Groups.of(*sharp(4000, 0.01), None)
    assert groups.straightened(lambda i: 5 * i) is groups
    assert groups.count.sum() == 4000 and groups.count.size == 400


def test_means_have_the_errors_of_means():
    i, v = sharp(3000, 0.0)
    x, y, s = Groups.of(i, v, np.full(3000, 2e-8)).means
    assert np.all(np.diff(x) > 0) and x.size == 400
    np.testing.assert_allclose(s, 2e-8 / np.sqrt(Groups.of(i, v, None).count))
    np.testing.assert_allclose(np.sum([x, y] * Groups.of(i, v, None).count, axis=1), [i.sum(), v.sum()], atol=1e-15)


def test_groups_are_cut_at_the_corner_and_only_there():
    """Until the curve is straight in each, to a tenth of its error."""
    i, v = sharp(40_000, 0.01)
    groups, curve = Groups.of(i, v, None), lambda x: 8e-6 * np.sign(x) * np.sqrt(np.maximum((x / 1e-6) ** 2 - 1, 0.0))
    while (finer := groups.straightened(curve)) is not groups:
        groups = finer
    x, narrow = groups.means[0], groups.count < 100
    assert narrow.any() and np.all(np.abs(np.abs(x[narrow]) - 1e-6) < 0.1e-6) and groups.count.sum() == 40_000


@pytest.mark.slow
def test_no_noise_is_not_made_of_a_wide_group():
    """No temperature at all: 400 equal groups said 6 mK within 5 %."""
    fit = fit_voltage(*sharp(100_000, 0.0125), capacitance=0)
    assert fit.parameters["temperature"].high < 2e-3
    critical = fit.parameters["critical_current"]
    assert critical.low < 1e-6 < critical.high < 1.001e-6
