"""A folder's door: its names load when they are first used.

A folder with many files offers all of its names at once and loads none of them: who looks up a scheme should not wait for the
networks. Its ``__init__.py`` keeps one table, the names of each file; what is made of the table is made here.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["facade"]


def facade(
    folder: str, names: Mapping[str, tuple[str, ...]]
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__all__``, ``__getattr__`` and ``__dir__`` of a folder.

    ``names`` holds the public names of each file, by its dotted path in the folder; a file without any is public itself.

    Example:
        >>> public, load, listed = facade("evolaw", {"errors": ("EvolawError",), "checks": ()})
        >>> public, load("EvolawError").__name__, load("checks").__name__
        (['EvolawError', 'checks'], 'EvolawError', 'evolaw.checks')
    """
    files = {name: file for file, there in names.items() for name in there}
    public = sorted([*files, *(file for file, there in names.items() if not there)])

    def load(name: str) -> Any:
        if name in files:
            return getattr(importlib.import_module(f"{folder}.{files[name]}"), name)
        if name in public:
            return importlib.import_module(f"{folder}.{name}")
        raise AttributeError(f"module {folder!r} has no attribute {name!r}")

    return public, load, lambda: list(public)
