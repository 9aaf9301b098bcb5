"""The letters of cells of more than two states, as Golly writes them: ``.`` 0, ``A`` … ``X`` 1 to 24, ``pA`` … ``yO`` 25 to 255.

apart("2pAB") -> the text with a letter a cell, "2AA", what state each letter is (0 0 25 2), and where each stood
"""

from __future__ import annotations

import numpy as np

__all__ = ["apart", "letter"]

_LETTERS = 24
_FIRST, _FIRST_PREFIX = ord("A"), ord("p")


def letter(state: int) -> str:
    """Return the letter of a state.

    Example:
        >>> [letter(state) for state in (0, 1, 24, 25, 255)]
        ['.', 'A', 'X', 'pA', 'yO']
    """
    if not state:
        return "."
    prefix, place = divmod(state - 1, _LETTERS)
    return (chr(_FIRST_PREFIX + prefix - 1) if prefix else "") + chr(_FIRST + place)


def apart(text: bytes) -> tuple[bytes, np.ndarray, np.ndarray]:
    """Return a text in which every cell of any state above 0 is one letter ``A``, and what was lost by that.

    Args:
        text: the runs of a pattern, without blanks.

    Returns:
        The text; the state of each of its bytes, uint8, 0 where no letter of a state stands, 255 for a state too large to be
        one; and the place of each byte in ``text``. A prefix without its letter is left, to be refused where it stands.

    Example:
        >>> apart(b"2pAB$o")
        (b'2AA$A', array([ 0, 25,  2,  0,  1], dtype=uint8), array([0, 2, 3, 4, 5]))
    """
    data = np.frombuffer(text, np.uint8).astype(np.int16)
    after = np.append(data[1:], 0)
    is_letter = (data >= _FIRST) & (data < _FIRST + _LETTERS)
    is_prefix = (data >= _FIRST_PREFIX) & (data <= ord("y")) & (after >= _FIRST) & (after < _FIRST + _LETTERS)
    lift = np.where(np.append(False, is_prefix[:-1]), _LETTERS * (np.append(0, data[:-1]) - _FIRST_PREFIX + 1), 0)
    states = np.where(is_letter, data - _FIRST + 1 + lift, np.where(data == ord("o"), 1, 0))
    single = np.where(states > 0, _FIRST, data).astype(np.uint8)
    kept = np.flatnonzero(~is_prefix)
    return single[kept].tobytes(), np.minimum(states, 255).astype(np.uint8)[kept], kept
