"""A noise level and a condition as features: what a network is told beside the state.

    features(label) = (cos 2π f_k label, sin 2π f_k label)_k          f_k geometric, from 1/8 to 8

The label is ¼ log(s/a), about -1.7 to 1.1 between the smallest and the largest noise in use. A condition is a class, one row of a
table whose last row stands for "no class is told" (classifier-free training), or a vector of numbers.

References: vaswani2017, section 3.5, for the features; ho2022, section 3.2, for the row of no class.
"""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.errors import ShapeError
from evolaw.randomness import Source

__all__ = ["ACTIVATIONS", "Embedding", "features", "normal_weights"]

ACTIVATIONS = {"silu": jax.nn.silu, "gelu": jax.nn.gelu, "tanh": jnp.tanh, "relu": jax.nn.relu}


def features(label: Any, count: int) -> jax.Array:
    """Return ``count`` features of a label, half of them cosines.

    Example:
        >>> features(0.0, 4).tolist()
        [1.0, 1.0, 0.0, 0.0]
    """
    frequencies = jnp.asarray(np.geomspace(0.125, 8.0, count // 2), jnp.float32)
    angles = 2 * jnp.pi * frequencies * jnp.asarray(label, jnp.float32)
    return jnp.concatenate([jnp.cos(angles), jnp.sin(angles)])


def normal_weights(rng: Source, name: str, shape: tuple[int, ...], fan: int) -> jax.Array:
    """Draw weights N(0, 1/fan), float32, addressed by their name."""
    drawn = rng.stream(name).generator().standard_normal(shape) / np.sqrt(fan)
    return jnp.asarray(drawn, jnp.float32)


class Embedding(eqx.Module):
    """From a label and a condition to a vector.

    Attributes:
        label: weights of the features, shape (features, width).
        bias: shape (width,).
        told: table of classes (classes + 1, width), weights of a vector (numbers, width), or shape (0, width) for nothing.
        classes: number of classes, 0 where the condition is a vector or nothing.
    """

    label: jax.Array
    bias: jax.Array
    told: jax.Array
    classes: int = eqx.field(static=True)

    @classmethod
    def draw(cls, width: int, count: int, classes: int, numbers: int, rng: Source) -> Embedding:
        """Draw the weights; ``classes`` and ``numbers`` say what the condition is, at most one of them is positive."""
        checks.require(count % 2 == 0, "features", "be even", count)
        rows = classes + 1 if classes else numbers
        return cls(
            normal_weights(rng, "label", (count, width), count // 2),
            jnp.zeros(width),
            normal_weights(rng, "condition", (rows, width), 1 if classes else max(numbers, 1)),
            classes,
        )

    @property
    def numbers(self) -> int:
        """How many numbers a condition has; 0 where it is a class or nothing."""
        return 0 if self.classes else self.told.shape[0]

    def __call__(self, label: Any, condition: Any = None) -> jax.Array:
        """Return the vector, shape (width,); a condition of None means that no class is told."""
        value = features(label, self.label.shape[0]) @ self.label + self.bias
        if self.classes:
            row = jnp.asarray(self.classes if condition is None else condition)
            return value + jnp.asarray(self.told)[row]  # a NumPy table could not be asked by a traced number
        if not self.numbers:
            if condition is not None:
                raise ShapeError("Argument `condition` must be left out: this network was made without one.")
            return value
        if condition is None:
            raise ShapeError(
                f"Argument `condition` must be given: this network was made for conditions of {self.numbers} numbers."
            )
        return value + jnp.asarray(condition, self.told.dtype) @ self.told
