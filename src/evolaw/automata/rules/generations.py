"""Rules of more than two states in which cells that die age before they are dead: the Generations of pattern programs.

    state 0           dead: born, that is 1 next, where the rule of the living says so
    state 1           alive, and the only state that neighbours count; where it does not survive it is 2 next
    states 2 … C − 1  ageing: neither counted nor born, one older each generation, and dead (0) after the last

What is alive moves by a `Rule` of two states; the rest is a clock. With C = 2 nothing ages and that rule is the whole law.

    Generations("/2/3")   Generations("B2/S345/C4")   Generations("R2,C4,M1,S3..8,B3..5,NM")
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.automata.rules.reading import MOST_STATES, parse_rule
from evolaw.automata.rules.rule import Rule
from evolaw.automata.rules.tables import RuleTable
from evolaw.automata.rules.writing import write_rule
from evolaw.errors import ParseError

__all__ = ["Generations", "aged", "aged_wrongly", "lattice_law", "state_count"]


class Generations:
    """The law of cells that age when they die; frozen, hashable, equal to every other writing of the same law.

    Args:
        law: text in a notation of `reading` that ends in the number of states (3 to 255), or a Generations.

    Raises:
        ParseError: the text is no rule, or one of two states; it carries the column.

    Example:
        >>> brain = Generations("/2/3")
        >>> brain, brain.alive, brain.states
        (Generations('B2/S/3'), Rule('B2/S'), 3)
        >>> brain == Generations("B2/S/C3")
        True
    """

    _parts: RuleTable

    def __init__(self, law: str | Generations) -> None:
        parts = law._parts if isinstance(law, Generations) else parse_rule(law, most_states=MOST_STATES)
        if parts.states == 2:
            raise ParseError(f"The rule {law!r} has two states, so nothing ages. Pass it as a Rule.", source="rule")
        self.__dict__["_parts"] = parts

    @classmethod
    def of(cls, alive: Rule | str, states: int) -> Generations:
        """Return the law by whose rule of two states cells are born and survive, with so many states in all.

        Example:
            >>> Generations.of("B2/S345", 4)
            Generations('B2/S345/4')
        """
        states = checks.integer(states, "states", least=3, most=MOST_STATES)
        return cls(write_rule(replace(Rule(alive)._parts, states=states)))

    @cached_property
    def alive(self) -> Rule:
        """The rule of two states by which cells are born and survive."""
        return Rule(write_rule(replace(self._parts, states=2)))

    @property
    def states(self) -> int:
        """States of a cell, C."""
        return self._parts.states

    @property
    def neighbourhood(self) -> str:
        """The cells it looks at, as `Rule.neighbourhood` names them."""
        return self.alive.neighbourhood

    @property
    def radius(self) -> int:
        """Reach of the neighbourhood in cells."""
        return self._parts.radius

    @property
    def is_deterministic(self) -> bool:
        """Whether no chance enters."""
        return self.alive.is_deterministic

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a Generations is frozen: {name} cannot be set")

    def __reduce__(self) -> tuple[Any, ...]:
        return (Generations, (str(self),))

    def __eq__(self, other: object) -> bool:
        return self._parts.key == other._parts.key if isinstance(other, Generations) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._parts.key)

    def __str__(self) -> str:
        return write_rule(self._parts)

    def __repr__(self) -> str:
        return f"Generations({str(self)!r})"


def lattice_law(law: Rule | Generations | str) -> Rule | Generations:
    """Return the law that a text means: a Rule, or a Generations where cells have more than two states.

    Raises:
        ParseError: the text is no rule; it carries the column.

    Example:
        >>> lattice_law("B3/S23"), lattice_law("345/2/4")
        (Rule('B3/S23'), Generations('B2/S345/4'))
    """
    if isinstance(law, Rule | Generations):
        return law
    return _read(law) if isinstance(law, str) else Rule(law)


@lru_cache(maxsize=64)
def _read(text: str) -> Rule | Generations:
    """The law of a text; short runs of one rule, again and again, took a twentieth of their time to read it."""
    return Generations(text) if parse_rule(text, most_states=MOST_STATES).states > 2 else Rule(text)


def state_count(law: Any) -> int:
    """Return how many states the cells have that a law moves; 2 for anything that names no Generations.

    Example:
        >>> state_count("/2/3"), state_count(Rule("B3/S23")), state_count(None), state_count("a recording")
        (3, 2, 2, 2)
    """
    if isinstance(law, Generations):
        return law.states
    try:
        return parse_rule(law, most_states=MOST_STATES).states if isinstance(law, str) else 2
    except ParseError:
        return 2


def aged(cells: np.ndarray, lit: np.ndarray, states: int) -> np.ndarray:
    """Return the states one generation later.

        next = 1 where s <= 1 and lit;  0 where s = 0 and not lit;  (s + 1) mod C elsewhere

    Args:
        cells: states s, uint8.
        lit: what the rule of the living says of every cell, 0 or 1, the shape of ``cells``.
        states: C.

    Returns:
        uint8, the shape of ``cells``.

    Example:
        >>> aged(np.array([0, 0, 1, 1, 2], np.uint8), np.array([0, 1, 0, 1, 1], np.uint8), 3)
        array([0, 1, 2, 1, 0], dtype=uint8)
    """
    return np.where((cells <= 1) & (lit != 0), np.uint8(1), _older(cells, states).astype(np.uint8))


def aged_wrongly(before: np.ndarray, after: np.ndarray, states: int) -> np.ndarray:
    """Return which cells became what the cycle forbids, bool; a cell that was not seen twice did not.

    Args:
        before, after: states of the same cells in a frame and in the next; `MISSING` where a cell was not seen.
        states: C.

    Example:
        >>> aged_wrongly(np.array([0, 0, 1, 1, 2, 2, 255]), np.array([1, 2, 2, 0, 0, 2, 2]), 3)
        array([False,  True, False,  True, False,  True, False])
    """
    lives = (before <= 1) & (after == 1)
    return (after != _older(before, states)) & ~lives & (before != MISSING) & (after != MISSING)


def _older(cells: np.ndarray, states: int) -> np.ndarray:
    """What becomes of cells that are neither born nor survive."""
    return np.where((cells == 0) | (cells == states - 1), 0, cells.astype(np.int16) + 1)
