r"""Linear equalities between coefficients: which of them follow from which others.

    A θ = 0        rows a · θ = 0 from relations that were given ("D = γT") and from declared symmetries

Entries whose value is given go to the other side. What is left are free entries, chosen in the order of the entries, and for each other one
the sum over free ones that it is: one of them times a factor mostly, none where it is ruled out. Chains (a = 2b, b = 3c), circles and given
values further along are all followed by that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from evolaw import checks

__all__ = ["Relations", "follow", "leading_rows"]

Relations = Mapping[str, Mapping[str, float]]
"""From an entry that is not free to factor by free entry: its coefficient is Σ factor · that of the free entry."""

_ZERO = 1e-7


def follow(
    entries: Sequence[str], rows: np.ndarray, values: Mapping[str, float], sizes: np.ndarray | None = None
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Return what the equalities say of each entry that is not free, and values that follow from given ones.

    Args:
        entries: names of all coefficients, those preferred as free ones first.
        rows: A, one column an entry.
        values: coefficients that are given.
        sizes: of the terms; equalities are judged between coefficient times size.

    Raises:
        ArgumentError: given values contradict each other or leave an entry as a sum of a number and free ones.

    Example:
        >>> tied, _ = follow(["a", "b", "c", "d"], np.array([[1.0, -2, 0, 0], [0, 1, -3, 0], [0, 0, 0, 1.0]]), {})
        >>> {name: {other: round(factor, 9) for other, factor in of.items()} for name, of in tied.items()}
        {'b': {'a': 0.5}, 'c': {'a': 0.166666667}, 'd': {}}
        >>> follow(["a", "b"], np.array([[1.0, -2]]), {"b": 0.5})
        ({}, {'a': 1.0})
    """
    scale = np.ones(len(entries)) if sizes is None else sizes
    rows = rows / scale
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-300)
    given = np.array([name in values for name in entries])
    held = scale[given] * np.array([values[name] for name in entries if name in values])
    names, scale = [name for name in entries if name not in values], scale[~given]
    left, right = rows[:, ~given], -rows[:, given] @ held
    if not left.shape[1] or not left.shape[0]:
        _require_agreement(right, held)
        return {}, {}
    at = np.linalg.lstsq(left, right, rcond=1e-10)[0]
    _require_agreement(left @ at - right, held)
    free = _null_space(left)
    chosen = leading_rows(free)
    directions = free @ np.linalg.inv(free[chosen]) if chosen else np.zeros((len(names), 0))
    offset = at - directions @ at[chosen]
    relations, found = {}, {}
    for place, name in enumerate(names):
        if place in chosen:
            continue
        factors = {
            names[k]: _plain(f * scale[k] / scale[place])
            for k, f in zip(chosen, directions[place], strict=True)
            if abs(f) > _ZERO
        }
        if abs(offset[place]) > _ZERO * max(float(np.max(np.abs(held), initial=0.0)), 1e-300):
            checks.require(
                not factors, "known", "relate entries by factors alone", f"{name}, a number more than a multiple"
            )
            found[name] = _plain(offset[place] / scale[place])
        else:
            relations[name] = factors
    return relations, found


def _require_agreement(gap: np.ndarray, held: np.ndarray) -> None:
    size = float(np.max(np.abs(held), initial=0.0))
    agree = float(np.max(np.abs(gap), initial=0.0)) <= 1e-6 * size
    checks.require(agree or not size, "known", "agree with itself and with the declared symmetry", "values that do not")


def _null_space(rows: np.ndarray) -> np.ndarray:
    _, values, right = np.linalg.svd(rows)
    return right[int(np.sum(values > 1e-9 * values[0])) :].T


def leading_rows(free: np.ndarray) -> list[int]:
    """Return the places of the first rows that are independent of those before them."""
    chosen: list[int] = []
    basis, least = np.zeros((0, free.shape[1])), _ZERO * float(np.max(np.linalg.norm(free, axis=1), initial=0.0))
    for place, row in enumerate(free):
        rest = row - (basis @ row) @ basis
        if np.linalg.norm(rest) > least and len(chosen) < free.shape[1]:
            chosen.append(place)
            basis = np.concatenate([basis, rest[None] / np.linalg.norm(rest)])
    return chosen


def _plain(value: float) -> float:
    """A small fraction where rounding alone stands between."""
    near = round(float(value) * 2520) / 2520
    return near if abs(near - value) < 1e-8 * abs(value) else float(value)
