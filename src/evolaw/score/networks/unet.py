"""A small U-Net for images and for fields on a torus.

    down    at each resolution: residual blocks; then 2 x 2 means
    up      at each resolution: the field from below repeated 2 x 2, joined with what came down; residual blocks
    block   h = conv(s(g(e) · norm(x) + b(e)));  out = x + conv(s(norm(h)))          e: noise level and condition; conv: 3 x 3

`norm` divides by the root mean square over channels at each cell, so that every operation is local. Padding is "zeros" for images or
"circular" for periodic fields; with circular padding and one resolution the network commutes with every shift, with more with
shifts by the coarsest cell. A symmetry is met exactly by averaging over its elements g:  F(x) = mean_g g⁻¹ f(g x), at the cost of
one evaluation an element.

References: ronneberger2015, figure 1; song2021, appendix H; karras2024 for the norm over channels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from evolaw import checks
from evolaw.randomness import Source, source
from evolaw.score.networks.embedding import Embedding, normal_weights

__all__ = ["PADDINGS", "SYMMETRIES", "Convolution", "FieldNet", "ResidualBlock", "UNet", "averaged"]

PADDINGS = ("zeros", "circular")
SYMMETRIES = ("none", "D4", "odd")

Field = jax.Array
"""Numbers at cells: shape (rows, cols, channels)."""


class Convolution(eqx.Module):
    """A 3 x 3 (or 1 x 1) convolution that keeps the size.

    Attributes:
        kernel: shape (size, size, in, out).
        bias: shape (out,).
        padding: "zeros" or "circular".
    """

    kernel: jax.Array
    bias: jax.Array
    padding: str = eqx.field(static=True)

    @classmethod
    def draw(cls, size: int, before: int, after: int, padding: str, rng: Source, name: str) -> Convolution:
        """Draw weights N(0, 1/fan-in)."""
        weights = normal_weights(rng, name, (size, size, before, after), size * size * before)
        return cls(weights, jnp.zeros(after), padding)

    def __call__(self, x: Field) -> Field:
        """Return the field of shape (rows, cols, out)."""
        edge = self.kernel.shape[0] // 2
        if not edge:
            return x @ self.kernel[0, 0] + self.bias
        border = "VALID" if self.padding == "circular" else "SAME"
        if self.padding == "circular":
            x = jnp.pad(x, ((edge, edge), (edge, edge), (0, 0)), mode="wrap")
        layout = ("NHWC", "HWIO", "NHWC")
        return (
            jax.lax.conv_general_dilated(x[None], self.kernel, (1, 1), border, dimension_numbers=layout)[0] + self.bias
        )

    def silenced(self) -> Convolution:
        """Return the convolution with all weights zero."""
        return jax.tree.map(jnp.zeros_like, self)


class ResidualBlock(eqx.Module):
    """Two convolutions beside the identity, steered by the embedding between them.

    Attributes:
        first, second: the convolutions.
        steer: from the embedding to a scale and a shift of each channel, shape (embedding, 2 in).
        skip: 1 x 1 convolution where the number of channels changes, else none.
    """

    first: Convolution
    second: Convolution
    steer: jax.Array
    skip: tuple[Convolution, ...]

    @classmethod
    def draw(cls, before: int, after: int, told: int, padding: str, rng: Source, name: str) -> ResidualBlock:
        """Draw the weights; the second convolution begins as zero, so that a fresh block is its skip."""
        skip = () if before == after else (Convolution.draw(1, before, after, padding, rng, f"{name} skip"),)
        return cls(
            Convolution.draw(3, before, after, padding, rng, f"{name} first"),
            Convolution.draw(3, after, after, padding, rng, f"{name} second").silenced(),
            normal_weights(rng, f"{name} steer", (told, 2 * before), told) * 0.1,
            skip,
        )

    def __call__(self, x: Field, told: jax.Array) -> Field:
        """Return the field of shape (rows, cols, out)."""
        scale, shift = jnp.split(told @ self.steer, 2)
        h = self.first(jax.nn.silu(_normed(x) * (1 + scale) + shift))
        h = self.second(jax.nn.silu(_normed(h)))
        return (self.skip[0](x) if self.skip else x) + h


class FieldNet(eqx.Module):
    """The network of a `UNet`, with its weights.

    Attributes:
        embedding: of noise level and condition.
        entry, leave: convolutions from and to the channels of the state.
        down, up: residual blocks of each resolution, finest first.
        symmetry: "none", "D4" or "odd".
        bare: whether a state has no axis of channels.
    """

    embedding: Embedding
    entry: Convolution
    down: tuple[tuple[ResidualBlock, ...], ...]
    up: tuple[tuple[ResidualBlock, ...], ...]
    leave: Convolution
    symmetry: str = eqx.field(static=True)
    bare: bool = eqx.field(static=True)

    def __call__(self, x: jax.Array, label: Any, condition: Any = None) -> jax.Array:
        """Return the output for one state (rows, cols) or (channels, rows, cols), of its shape."""
        told = jax.nn.silu(self.embedding(label, condition))
        field = x[..., None] if self.bare else jnp.moveaxis(x, 0, -1)
        out = averaged(lambda each: self._plain(each, told), field, self.symmetry)
        return out[..., 0] if self.bare else jnp.moveaxis(out, -1, 0)

    def _plain(self, field: Field, told: jax.Array) -> Field:
        h, kept = self.entry(field), []
        for level, blocks in enumerate(self.down):
            h = _halved(h) if level else h
            for block in blocks:
                h = block(h, told)
            kept.append(h)
        h = kept.pop()
        for blocks in reversed(self.up):
            h = jnp.concatenate([_doubled(h), kept.pop()], -1)
            for block in blocks:
                h = block(h, told)
        return self.leave(jax.nn.silu(_normed(h)))

    def __str__(self) -> str:
        widths = ", ".join(str(blocks[0].first.kernel.shape[-1]) for blocks in self.down)
        extra = "" if self.symmetry == "none" else f", {self.symmetry}"
        return f"UNet({widths}; {self.entry.padding}{extra})"


@dataclass(frozen=True)
class UNet:
    """The plan of a network for images and fields, states of shape (rows, cols) or (channels, rows, cols).

    Attributes:
        widths: channels at each resolution, finest first; rows and cols are halved from one to the next.
        blocks: residual blocks a resolution.
        padding: "zeros" or "circular".
        symmetry: "none"; "D4", the eight turns and reflections of a square; "odd", F(-x) = -F(x).
        embedding: numbers of the embedding of noise level and condition.
        features: features of the noise level, even.

    Example:
        >>> net = UNet((4, 8), padding="circular").draw((6, 6), rng=0)
        >>> net(jnp.ones((6, 6)), 0.0).shape  # some seconds
        (6, 6)
    """

    widths: tuple[int, ...] = (32, 64)
    blocks: int = 1
    padding: str = "zeros"
    symmetry: str = "none"
    embedding: int = 64
    features: int = 32

    def __post_init__(self) -> None:
        checks.require(isinstance(self.widths, Iterable), "widths", "be several whole numbers", self.widths)
        widths = tuple(checks.integer(width, "widths", least=1, most=4096) for width in self.widths)
        checks.require(0 < len(widths) <= 8, "widths", "name one to eight resolutions", self.widths)
        object.__setattr__(self, "widths", widths)
        checks.integer(self.blocks, "blocks", least=1, most=16)
        checks.one_of(self.padding, "padding", PADDINGS)
        checks.one_of(self.symmetry, "symmetry", SYMMETRIES)
        checks.integer(self.embedding, "embedding", least=1, most=4096)
        checks.integer(self.features, "features", least=2, most=4096)

    def draw(self, shape: tuple[int, ...], *, classes: int = 0, numbers: int = 0, rng: Any) -> FieldNet:
        """Return the network with weights N(0, 1/fan-in), the last layer zero.

        Args:
            shape: of a state.
            classes: number of classes the condition is one of; 0 for none.
            numbers: or how many numbers the condition has.
            rng: seed.

        Raises:
            ArgumentError: the shape is no field, or cannot be halved so often.
        """
        self._require(shape)
        seeded: Source = source(rng)
        channels, told = shape[0] if len(shape) == 3 else 1, self.embedding

        def stack(before: int, after: int, name: str) -> tuple[ResidualBlock, ...]:
            sizes = [before] + [after] * self.blocks
            return tuple(
                ResidualBlock.draw(sizes[k], sizes[k + 1], told, self.padding, seeded, f"{name}.{k}")
                for k in range(self.blocks)
            )

        widths = self.widths
        down = tuple(stack(widths[max(k - 1, 0)], width, f"down {k}") for k, width in enumerate(widths))
        up = tuple(stack(widths[k + 1] + widths[k], widths[k], f"up {k}") for k in range(len(widths) - 1))
        return FieldNet(
            Embedding.draw(told, self.features, classes, numbers, seeded),
            Convolution.draw(3, channels, widths[0], self.padding, seeded, "entry"),
            down,
            up,
            Convolution.draw(3, widths[0], channels, self.padding, seeded, "leave").silenced(),
            self.symmetry,
            len(shape) == 2,
        )

    def _require(self, shape: tuple[int, ...]) -> None:
        checks.require(
            len(shape) in (2, 3), "data", "be fields of shape (rows, cols) or (channels, rows, cols) for a UNet", shape
        )
        coarsest = 2 ** (len(self.widths) - 1)
        fits = all(side % coarsest == 0 for side in shape[-2:])
        fix = "Take fewer widths, or crop the fields."
        checks.require(fits, "widths", f"halve sides that are multiples of {coarsest}", shape[-2:], fix)
        square = self.symmetry != "D4" or shape[-2] == shape[-1]
        checks.require(square, "symmetry", "be D4 only for square fields", shape[-2:])


def averaged(function: Callable[[Field], Field], field: Field, symmetry: str) -> Field:
    """Return mean_g g⁻¹ f(g x) over the elements of a symmetry.

    Example:
        >>> averaged(lambda x: x + 1, jnp.ones((1, 1, 1)), "odd").ravel().tolist()
        [1.0]
    """
    if symmetry == "odd":
        return (function(field) - function(-field)) / 2
    if symmetry == "none":
        return function(field)
    total = jnp.zeros_like(field)
    for turns in range(4):
        for mirrored in (False, True):
            turned = jnp.rot90(field[:, ::-1] if mirrored else field, turns)
            back = jnp.rot90(function(turned), -turns)
            total = total + (back[:, ::-1] if mirrored else back)
    return total / 8


@jax.custom_jvp
def _normed(x: Field) -> Field:
    return x * _inverse_size(x)


@_normed.defjvp
def _normed_slope(at: tuple[Field], along: tuple[Field]) -> tuple[Field, Field]:
    """y = x r, dy = r (dx - y mean(y dx)): written out it takes a tenth off a gradient step."""
    (x,), (dx,), r = at, along, _inverse_size(at[0])
    y = x * r
    return y, r * (dx - y * jnp.mean(y * dx, -1, keepdims=True))


def _inverse_size(x: Field) -> Field:
    return jax.lax.rsqrt(jnp.mean(x**2, -1, keepdims=True) + 1e-6)


def _halved(x: Field) -> Field:
    rows, cols, channels = x.shape
    return x.reshape(rows // 2, 2, cols // 2, 2, channels).mean((1, 3))


def _doubled(x: Field) -> Field:
    return jnp.repeat(jnp.repeat(x, 2, 0), 2, 1)
