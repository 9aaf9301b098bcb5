"""A plain network for vectors: hidden layers of one width, the noise level and the condition added to the first.

    h_1 = s(W_1ᵀ x + e(label, condition)),    h_k = s(W_kᵀ h_{k-1} + b_k),    out = Vᵀ h_last + c

The last layer begins as zero, so that a fresh network under `preconditioning` is the best linear denoiser of isotropic data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from evolaw import checks
from evolaw.randomness import Source, source
from evolaw.score.networks.embedding import ACTIVATIONS, Embedding, normal_weights

__all__ = ["MLP", "Perceptron"]


class Perceptron(eqx.Module):
    """The network of a `MLP`, with its weights.

    Attributes:
        first: W_1, shape (numbers, width).
        embedding: e.
        hidden: the other W_k, each (width, width).
        biases: b_k of these.
        last: V, shape (width, numbers).
        offset: c.
        activation: name of s.
    """

    first: jax.Array
    embedding: Embedding
    hidden: tuple[jax.Array, ...]
    biases: tuple[jax.Array, ...]
    last: jax.Array
    offset: jax.Array
    activation: str = eqx.field(static=True)

    def __call__(self, x: jax.Array, label: Any, condition: Any = None) -> jax.Array:
        """Return the output for one state, of its shape."""
        act = ACTIVATIONS[self.activation]
        values = act(x.reshape(-1) @ self.first + self.embedding(label, condition))
        for weight, bias in zip(self.hidden, self.biases, strict=True):
            values = act(values @ weight + bias)
        return (values @ self.last + self.offset).reshape(x.shape)

    def __str__(self) -> str:
        width, numbers = self.last.shape
        return f"MLP({numbers} numbers; {len(self.hidden) + 1} x {width}, {self.activation})"


@dataclass(frozen=True)
class MLP:
    """The plan of a network for vectors; states of any shape are raveled.

    Attributes:
        width: numbers in a hidden layer.
        depth: hidden layers.
        features: features of the noise level, even.
        activation: "silu", "gelu", "tanh" or "relu".

    Example:
        >>> net = MLP(width=8, depth=2).draw((2,), rng=0)
        >>> net(jnp.ones(2), 0.0).tolist()  # a fresh network says nothing yet
        [0.0, 0.0]
    """

    width: int = 128
    depth: int = 3
    features: int = 32
    activation: str = "silu"

    def __post_init__(self) -> None:
        checks.integer(self.width, "width", least=1, most=2**16)
        checks.integer(self.depth, "depth", least=1, most=256)
        checks.integer(self.features, "features", least=2, most=4096)
        checks.one_of(self.activation, "activation", ACTIVATIONS)

    def draw(self, shape: tuple[int, ...], *, classes: int = 0, numbers: int = 0, rng: Any) -> Perceptron:
        """Return the network with weights N(0, 1/fan-in), the last layer zero.

        Args:
            shape: of a state.
            classes: number of classes the condition is one of; 0 for none.
            numbers: or how many numbers the condition has.
            rng: seed.
        """
        seeded: Source = source(rng)
        size, width = math.prod(shape), self.width
        names = [f"hidden {k}" for k in range(1, self.depth)]
        return Perceptron(
            normal_weights(seeded, "first", (size, width), size),
            Embedding.draw(width, self.features, classes, numbers, seeded),
            tuple(normal_weights(seeded, name, (width, width), width) for name in names),
            tuple(jnp.zeros(width) for _ in names),
            jnp.zeros((width, size)),
            jnp.zeros(size),
            self.activation,
        )
