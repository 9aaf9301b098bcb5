"""Objects whose arrays travel into compiled code: their arrays are the leaves of a JAX pytree, the rest stands beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import jax
import numpy as np

__all__ = ["Carried", "carried"]


@dataclass(frozen=True)
class Carried:
    """A score without its arrays: what compiled code is built for.

    Attributes:
        tree: how the leaves hang together.
        others: the leaves that are no arrays, None in the place of those that are.

    Example:
        >>> frame, arrays = Carried.of({"rate": np.ones(2), "name": "decay"})
        >>> frame.join(arrays)["name"], len(arrays)
        ('decay', 1)
    """

    tree: Any
    others: tuple[Any, ...]

    @classmethod
    def of(cls, target: Any) -> tuple[Self, tuple[Any, ...]]:
        """Return the frame of an object, and its arrays."""
        leaves, tree = jax.tree.flatten(target)
        is_array = [isinstance(leaf, np.ndarray | jax.Array) for leaf in leaves]
        others = tuple(None if there else leaf for leaf, there in zip(leaves, is_array, strict=True))
        return cls(tree, others), tuple(leaf for leaf, there in zip(leaves, is_array, strict=True) if there)

    def join(self, arrays: tuple[Any, ...]) -> Any:
        """Return the object with the given arrays."""
        given = iter(arrays)
        return jax.tree.unflatten(self.tree, [next(given) if other is None else other for other in self.others])


def carried(*arrays: str) -> Any:
    """Return a decorator of frozen dataclasses: the named fields are leaves, other fields are compared and hashed.

    Notes:
        A class so decorated is put together again without its checks, because inside compiled code its arrays have no values.

    Example:
        >>> from dataclasses import dataclass
        >>> @carried("values")
        ... @dataclass(frozen=True, eq=False)
        ... class Table:
        ...     values: object
        ...     name: str
        >>> jax.tree.leaves(Table([1.0], "a"))
        [1.0]
    """

    def register(cls: type) -> type:
        others = tuple(name for name in cls.__dataclass_fields__ if name not in arrays)  # type: ignore[attr-defined]

        def flatten(value: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
            return tuple(getattr(value, name) for name in arrays), tuple(getattr(value, name) for name in others)

        def unflatten(static: tuple[Any, ...], children: Any) -> Any:
            value: Any = object.__new__(cls)
            for name, part in zip((*arrays, *others), (*children, *static), strict=True):
                object.__setattr__(value, name, part)
            return value

        jax.tree_util.register_pytree_node(cls, flatten, unflatten)
        return cls

    return register
