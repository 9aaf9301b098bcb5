"""Objects whose arrays travel into compiled code: their arrays are the leaves of a JAX pytree, the rest stands beside them."""

from __future__ import annotations

from typing import Any

import jax

__all__ = ["carried"]


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
