"""Worlds: what discovery must know of a kind of thing that moves, and the list of those there are.

A world brings its own space of laws, its own evidence and its own law and question, which write and read themselves. The spine
brings evidence, decisions, amendments, checks, the finding and the closed loop. `register` puts a world on the list;
`evolaw.discovery.discover` asks the data which world it is, and a stored finding is read by the world that wrote it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from evolaw import checks

__all__ = ["World", "refuse_unknown", "register", "world_of_document", "worlds"]


class World(Protocol):
    """A kind of thing that moves.

    Attributes:
        name: one word, such as "lattices".
        says: what its recordings look like, for the sentence that refuses one that belongs to no world.
    """

    @property
    def name(self) -> str: ...
    @property
    def says(self) -> str: ...

    def owns(self, recording: Any) -> bool:
        """Return whether this is a recording of this world."""
        ...

    def wrote(self, document: Mapping[str, Any]) -> bool:
        """Return whether a finding of this world wrote the document."""
        ...

    def discover(self, recording: Any, **options: Any) -> Any:
        """Return the finding on a recording; options are those of the world, and unknown ones are refused."""
        ...

    def resume(self, finding: Any, box: Any, questions: int, **options: Any) -> Any:
        """Return what a finding becomes when a box is asked further questions under the terms it was found on."""
        ...

    def read_law(self, document: Mapping[str, Any]) -> Any:
        """Read what the law of a finding wrote of itself (`Finding.to_json`)."""
        ...

    def read_question(self, document: Mapping[str, Any]) -> Any:
        """Read what a question wrote of itself."""
        ...


_WORLDS: dict[str, World] = {}


def register(world: World) -> World:
    """Put a world on the list, in the place of one of that name; return it."""
    _WORLDS[world.name] = world
    return world


def worlds() -> tuple[World, ...]:
    """Return the worlds there are, in the order in which they were registered."""
    return tuple(_WORLDS.values())


def world_of_document(document: Mapping[str, Any]) -> World:
    """Return the world whose finding wrote the document; one that none wrote is refused."""
    for world in _WORLDS.values():
        if world.wrote(document):
            return world
    known = ", ".join(_WORLDS)
    given = f"of the space {document.get('space')!r}"
    raise checks.refuse("document", f"be one that to_json wrote, of one of the worlds {known}", given)


def refuse_unknown(function: Callable[..., Any], options: Mapping[str, Any]) -> None:
    """Refuse an option that a world's function does not take, with the nearest name that it does."""
    names = list(inspect.signature(function).parameters)[1:]
    for name in options:
        if name not in names:
            nearest = checks.nearest(name, names)
            fix = f"Did you mean {nearest}?" if nearest else ""
            raise checks.refuse("options", f"be among {', '.join(names)}", name, fix)
