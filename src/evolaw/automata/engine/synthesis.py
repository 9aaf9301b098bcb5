"""A law's table as logic: a short network of three-input gates that computes 512 cells at once on vectors of bits.

Counting laws (outer-totalistic) add up and decide: `counting_logic`. All others: `window_logic`. The form of the result:
`networks`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from evolaw.automata.engine.netlists import Logic
from evolaw.automata.engine.shannon import window_logic
from evolaw.automata.engine.totalistic import counting_entries, counting_logic

__all__ = ["logic_of"]


@lru_cache(maxsize=1024)
def logic_of(table: bytes) -> Logic:
    """Build the network of a law.

    Args:
        table: the 512 values of `Rule.table`, one byte each.

    Returns:
        A network that computes exactly this law: 7 to 13 gates for a counting law, about 57 for a law without structure.

    Notes:
        A few milliseconds for a counting law, 0.3 s for a law without structure. Results are remembered.

    Example:
        >>> from evolaw.automata.rules.rule import Rule
        >>> logic_of(Rule("B3/S23").table.tobytes()).size
        10
    """
    values = np.frombuffer(table, dtype=np.uint8)
    entries = counting_entries(values)
    return window_logic(values) if entries is None else counting_logic(entries)
