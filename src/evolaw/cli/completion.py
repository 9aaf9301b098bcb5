"""What a shell offers after Tab: the values of an option, loaded only when somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

__all__ = ["among", "laws", "processes", "schemes", "words"]

Completion = Callable[[str], list[str]]


def among(*names: str) -> Completion:
    """Offer these names.

    Example:
        >>> among("torus", "plane")("t")
        ['torus']
    """
    return lambda incomplete: _beginning(names, incomplete)


def schemes(incomplete: str) -> list[str]:
    """Offer the names of schemes, and auto."""
    from evolaw.sde import catalogue

    return _beginning(["auto", *catalogue.SCHEMES], incomplete)


def processes(incomplete: str) -> list[str]:
    """Offer the names of processes."""
    from evolaw.sde import catalogue

    return _beginning(catalogue.PROCESSES, incomplete)


def laws(incomplete: str) -> list[str]:
    """Offer what `simulate` knows by name: rules and processes."""
    from evolaw.automata.rules.reading import WELL_KNOWN

    rules = [name for name in WELL_KNOWN if " " not in name]
    return [*_beginning(rules, incomplete), *processes(incomplete)]


def words(incomplete: str) -> list[str]:
    """Offer the words that `explain` knows."""
    from evolaw.report import vocabulary

    return _beginning(sorted({name for group in vocabulary.words().values() for name in group}), incomplete)


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.lower().startswith(incomplete.lower())]
