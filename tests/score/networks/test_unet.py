"""Convolutions against NumPy; shifts, turns and signs that the network must commute with; files; bad plans."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.ndimage import correlate

from evolaw.errors import ArgumentError
from evolaw.learning.loop.serialization import pack_networks, read_networks
from evolaw.randomness import Source
from evolaw.score.networks.unet import Convolution, UNet, _normed, averaged


def lively(net: Any) -> Any:
    chance = np.random.default_rng(5)
    return jax.tree.map(lambda leaf: jnp.asarray(chance.normal(0, 0.4, leaf.shape), jnp.float32), net)


def field(*shape: int) -> jax.Array:
    return jnp.asarray(np.random.default_rng(1).normal(size=shape), jnp.float32)


@pytest.mark.parametrize(("padding", "mode"), [("zeros", "constant"), ("circular", "wrap")])
def test_a_convolution_is_scipys(padding: str, mode: str) -> None:
    layer = lively(Convolution.draw(3, 2, 3, padding, Source(0), "c"))
    x = np.asarray(field(5, 4, 2), float)
    kernel = np.asarray(layer.kernel, float)
    for k in range(3):
        exact = sum(correlate(x[..., c], kernel[:, :, c, k], mode=mode) for c in range(2)) + float(layer.bias[k])
        np.testing.assert_allclose(layer(jnp.asarray(x, jnp.float32))[..., k], exact, atol=1e-5)


def test_a_convolution_of_one_cell_mixes_channels() -> None:
    layer, x = lively(Convolution.draw(1, 2, 3, "circular", Source(0), "c")), field(5, 4, 2)
    np.testing.assert_allclose(layer(x), np.einsum("rci,io->rco", x, layer.kernel[0, 0]) + layer.bias, atol=1e-6)


def test_the_slope_of_the_norm_is_that_of_its_formula() -> None:
    """Forwards and backwards, also where all channels vanish."""
    x, along = field(3, 4, 5).at[0, 0].set(0.0), field(4, 3, 5).reshape(3, 4, 5)
    plain = lambda x: x / jnp.sqrt(jnp.mean(x**2, -1, keepdims=True) + 1e-6)  # noqa: E731

    def slopes(norm):
        return jax.jit(lambda x, along: (*jax.jvp(norm, (x,), (along,)), jax.vjp(norm, x)[1](along)[0]))(x, along)

    for found, exact in zip(slopes(_normed), slopes(plain), strict=True):
        np.testing.assert_allclose(found, exact, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_a_fresh_network_is_silent() -> None:
    assert not np.asarray(UNet((3, 4)).draw((2, 4, 4), rng=0)(field(2, 4, 4), 0.1)).any()


@pytest.mark.slow
def test_periodic_networks_commute_with_shifts() -> None:
    """By any cell at one resolution, by the coarsest cell at three; with zeros at the border they do not."""
    one = lively(UNet((3,), blocks=2, padding="circular").draw((8, 8), rng=0))
    three = lively(UNet((3, 4, 2), padding="circular").draw((8, 8), rng=0))
    walled = lively(UNet((3,)).draw((8, 8), rng=0))
    x = field(8, 8)

    def gap(net: Any, shift: tuple[int, int]) -> float:
        moved = net(jnp.roll(x, shift, (0, 1)), 0.1) - jnp.roll(net(x, 0.1), shift, (0, 1))
        return float(jnp.abs(moved).max() / jnp.abs(net(x, 0.1)).max())

    assert gap(one, (1, 3)) < 1e-5
    assert gap(three, (4, 0)) < 1e-5
    assert gap(three, (1, 0)) > 1e-3
    assert gap(walled, (1, 3)) > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("padding", ["zeros", "circular"])
def test_turns_and_reflections_commute_exactly(padding: str) -> None:
    net = lively(UNet((3, 4), padding=padding, symmetry="D4").draw((4, 4), rng=0))
    plain = lively(UNet((3, 4), padding=padding).draw((4, 4), rng=0))
    x = field(4, 4)
    for turned in (jnp.rot90, jnp.fliplr, jnp.transpose):
        np.testing.assert_allclose(net(turned(x), 0.1), turned(net(x, 0.1)), atol=1e-4)
        assert np.abs(np.asarray(plain(turned(x), 0.1) - turned(plain(x, 0.1)))).max() > 1e-2
    assert np.abs(np.asarray(net(x, 0.1))).max() > 1e-2


@pytest.mark.slow
def test_odd_networks_are_odd() -> None:
    net = lively(UNet((3,), symmetry="odd").draw((4, 4), rng=0))
    np.testing.assert_allclose(net(-field(4, 4), 0.1), -net(field(4, 4), 0.1), atol=1e-6)


def test_averaging_counts_every_element_once() -> None:
    """A function that reads one corner: over the eight elements of D4 each corner is read twice."""

    def corner(x: jax.Array) -> jax.Array:
        return jnp.zeros_like(x).at[0, 0].set(x[0, 0])

    np.testing.assert_allclose(
        averaged(corner, jnp.ones((3, 3, 1)), "D4")[..., 0], np.array([[1, 0, 1], [0, 0, 0], [1, 0, 1]]) / 4
    )


@pytest.mark.slow
def test_level_and_condition_are_heard() -> None:
    net = lively(UNet((3, 4)).draw((4, 4), classes=3, rng=0))
    outs = [np.asarray(net(field(4, 4), label, told)) for label, told in ((0.1, 0), (0.5, 0), (0.1, 1), (0.1, None))]
    assert len({out.tobytes() for out in outs}) == 4


@pytest.mark.slow
def test_it_comes_back_from_a_file(tmp_path: Path) -> None:
    net = lively(UNet((3, 4), blocks=2, padding="circular", symmetry="D4").draw((3, 4, 4), classes=2, rng=1))
    (tmp_path / "nets").write_bytes(pack_networks([net]))
    (again,) = read_networks(tmp_path / "nets")
    assert eqx.tree_equal(net, again)
    assert str(again) == "UNet(3, 4; circular, D4)"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plan", "shape", "says"),
    [
        ({}, (8,), "data"),
        ({"widths": (2, 2, 2)}, (6, 8), "widths.*multiples of 4"),
        ({"symmetry": "D4"}, (4, 8), "symmetry"),
        ({"widths": ()}, (4, 4), "widths"),
        ({"padding": "mirror"}, (4, 4), "padding"),
        ({"blocks": 0}, (4, 4), "blocks"),
    ],
)
def test_a_bad_plan_is_named(plan: dict[str, Any], shape: tuple[int, ...], says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        UNet(**plan).draw(shape, rng=0)
