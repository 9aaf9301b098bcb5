"""Data that pass are described rightly; each fault of data, conditions and networks is one sentence that names it."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.errors import ArgumentError, ShapeError
from evolaw.randomness import source
from evolaw.score.learned.intake import drawn_network, require_resolved, take_in
from evolaw.score.networks.unet import UNet
from evolaw.score.noising.scaled import Scaled
from evolaw.score.noising.song import VP

GOOD = np.random.default_rng(0).normal(2.0, 3.0, (10, 4))


def test_mean_and_spread_are_those_of_the_data() -> None:
    material = take_in(GOOD)
    np.testing.assert_allclose(material.frame.mean, GOOD.mean(0), rtol=1e-5)
    assert float(material.frame.spread) == pytest.approx(np.sqrt(GOOD.var(0).mean()), rel=1e-5)
    fields = np.random.default_rng(0).normal(size=(6, 3, 4, 4))
    np.testing.assert_allclose(take_in(fields).frame.mean, fields.mean((0, 2, 3))[:, None, None], atol=1e-6)
    assert np.shape(take_in(fields[:, 0]).frame.mean) == ()
    assert take_in(GOOD > 0).data.dtype == np.float32


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (np.where(np.arange(40).reshape(10, 4) == 6, np.nan, GOOD), r"data.*finite.*nan at index \(1, 2\)"),
        (np.where(np.arange(40).reshape(10, 4) == 6, np.inf, GOOD), r"data.*finite.*inf at index \(1, 2\)"),
        (GOOD * 1e60, r"data.*finite"),
        (GOOD[:, 0], r"data.*shape \(items, \*shape\)"),
        (GOOD[:1], r"data.*at least two states"),
        (np.ones((5, 2)), r"data.*vary"),
        (GOOD.astype(complex), r"data.*real numbers"),
        (np.array([["a"], ["b"]]), r"data.*real numbers"),
        (np.empty((5, 0)), r"data.*at least one number"),
    ],
)
def test_bad_data_are_named(data: Any, says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        take_in(data)


def test_values_outside_the_stated_range_are_named_with_their_place() -> None:
    assert take_in(GOOD, bounds=(-20, 20)).shape == (4,)
    with pytest.raises(ArgumentError, match=r"data.*lie in \[-1, 1\].* at index \(0, "):
        take_in(GOOD, bounds=(-1, 1))
    with pytest.raises(ArgumentError, match="bounds"):
        take_in(GOOD, bounds=(1, -1))


@pytest.mark.parametrize(
    "conditions",
    [
        np.arange(9),
        np.arange(10.0),
        np.arange(10) - 1,
        np.full((10, 2), np.nan),
        np.zeros((10, 1, 1)),
        2**40 + np.arange(10),
    ],
)
def test_bad_conditions_are_named(conditions: Any) -> None:
    with pytest.raises(ArgumentError, match="conditions"):
        take_in(GOOD, conditions)


def test_classes_that_no_state_has_are_known() -> None:
    assert take_in(np.eye(3), [4, 1, 4]).unseen == (0, 2, 3)
    assert take_in(np.eye(3), [1, 0, 1]).unseen == take_in(np.eye(3)).unseen == ()


def test_conditions_are_counted() -> None:
    assert (take_in(GOOD, np.arange(10) % 3).classes, take_in(GOOD, np.ones((10, 5))).numbers) == (3, 5)


@pytest.mark.slow
def test_networks_are_tried_before_anything_is_done() -> None:
    material = take_in(GOOD)
    good = eqx.nn.Linear(4, 4, key=jax.random.key(0))
    wrap: Any = lambda x, label: good(x) * label  # noqa: E731
    assert drawn_network(wrap, material, source(0)) is wrap
    with pytest.raises(ShapeError, match=r"net.*shape of a state, \(4,\), but gives \(3,\)"):
        drawn_network(lambda x, label: x[:3], material, source(0))
    with pytest.raises(ShapeError, match="gives None"):
        drawn_network(lambda x, label: (x, x), material, source(0))
    with pytest.raises(ArgumentError, match=r"net.*called with \(x, label\).*raises TypeError"):
        drawn_network(lambda x: x, material, source(0))
    with pytest.raises(ArgumentError, match=r"net.*\(x, label, condition\)"):
        drawn_network(lambda x, label: x, take_in(GOOD, np.arange(10) % 2), source(0))
    with pytest.raises(ArgumentError, match=r"net.*callable"):
        drawn_network(7, material, source(0))
    with pytest.raises(ArgumentError, match=r"data.*UNet"):
        drawn_network(UNet(), material, source(0))
    assert drawn_network(lambda x, label: jnp.zeros_like(x), material, source(0)) is not None


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (1e6 + 0.1 * GOOD, "Subtract their mean"),
        (1e-20 * GOOD, "standard deviation between"),
        (1e20 * GOOD, "another unit"),
    ],
)
def test_what_single_precision_cannot_hold_is_named(data: Any, says: str) -> None:
    """A million and a tenth: in single precision neighbours lie 0.06 apart, and what is learned would be steps."""
    with pytest.raises(ArgumentError, match=rf"`data`.*{says}"):
        take_in(data)


def test_a_noising_of_another_size_is_named() -> None:
    require_resolved(take_in(GOOD), VP())
    with pytest.raises(ArgumentError, match=r"`noising`.*Scaled\(VP"):
        require_resolved(take_in(1e-4 * GOOD), VP())
    require_resolved(take_in(1e-4 * GOOD), Scaled(VP(), 1e-4))
    unlike = GOOD * np.array([1.0, 1e4, 1e4, 1e4])
    with pytest.raises(ArgumentError, match=r"`data` must have numbers of like size.*number 0.*Divide each"):
        require_resolved(take_in(unlike), Scaled(VP(), 1e4))
    still = np.concatenate([GOOD, np.zeros((len(GOOD), 1))], axis=1)
    require_resolved(take_in(still), VP())  # a number that never changes is learned as it is
