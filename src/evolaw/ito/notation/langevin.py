"""Langevin's way of writing: derivatives with white noise, made a system of first order.

    x'' = (-g x' - V'(x) + s xi(t))/m      ->      dx = v dt,  dv = (-g v - V'(x))/m dt + s/m dW

xi(t), xi1(t), … are independent white noises, <xi(t) xi(s)> = delta(t - s), so that xi(t) dt stands for dW. Where the noise
multiplies what it moves, Itô's and Stratonovich's solutions differ and the way of writing does not say which is meant: that is
refused, with both ways to write it.

References: gardiner2009, sections 1.2.2 and 4.1.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import sympy

from evolaw.errors import ParseError
from evolaw.ito.notation.reader import Reader
from evolaw.ito.notation.tokens import Token

__all__ = ["first_order"]

_NOISE = re.compile(r"xi(_?\d*)")
Rows = tuple[tuple[sympy.Expr, ...], ...]


def first_order(
    parts: list[tuple[list[Token], int]], real: Collection[str], known: Collection[str] | None
) -> tuple[tuple[sympy.Symbol, ...], tuple[sympy.Expr, ...], Rows, tuple[str, ...]]:
    """Return states, drift, diffusion and noise names of equations written with derivatives.

    Args:
        parts: the words of each equation and the column where it begins.
        real, known: as in `evolaw.ito.notation.read_equations`.

    Raises:
        ParseError: the equations do not determine the highest derivatives, or the noise multiplies what it moves.
    """
    words = [token.word for tokens, _ in parts for token in tokens]
    orders = _orders(words)
    velocities = _velocity_names(orders, words)
    symbols = {"t": sympy.Symbol("t", real=True)}
    for name, order in orders.items():
        symbols[name] = sympy.Symbol(name, real=True)
        if order == 2:
            symbols[f"{name}'"] = sympy.Symbol(velocities[name], real=True)
        symbols[name + "'" * order] = sympy.Symbol(name + "'" * order, real=True)
    noises = sorted({word for word in words if _NOISE.fullmatch(word)}, key=lambda word: (len(word), word))
    symbols |= {noise: sympy.Symbol(noise, real=True) for noise in noises}
    names = [name for name in symbols if name != "t"]
    balance = [_balance(tokens, column, symbols, names, real, known) for tokens, column in parts]
    highest = [symbols[name + "'" * order] for name, order in orders.items()]
    slopes = _solved(balance, highest)
    driven = [symbols[noise] for noise in noises]
    states, drift, spread = list[sympy.Symbol](), list[sympy.Expr](), list[tuple[sympy.Expr, ...]]()
    for (name, order), slope in zip(orders.items(), slopes, strict=True):
        if order == 2:
            states.append(symbols[name])
            drift.append(symbols[f"{name}'"])
            spread.append((sympy.Integer(0),) * len(driven))
        states.append(symbols[f"{name}'" if order == 2 else name])
        drift.append(sympy.expand(slope.subs(dict.fromkeys(driven, 0))))
        spread.append(tuple(sympy.expand(sympy.diff(slope, noise)) for noise in driven))
    _require_plain_noise(states, drift, spread, driven)
    return tuple(states), tuple(drift), tuple(spread), tuple("W" + noise[2:].lstrip("_") for noise in noises)


def _orders(words: list[str]) -> dict[str, int]:
    """The highest derivative of each name, in the order they first occur."""
    orders: dict[str, int] = {}
    for word in words:
        name = word.rstrip("'")
        if name != word:
            orders[name] = max(orders.get(name, 0), len(word) - len(name))
    for name, order in orders.items():
        if order > 2:
            raise ParseError(
                f"{name} has a derivative of order {order}; at most 2 are read. Write a system of first order.",
                source="equation",
            )
        if name == "t" or _NOISE.fullmatch(name):
            raise ParseError(f"{name}' has no meaning: {name} is the time or a noise.", source="equation")
    return orders


def _velocity_names(orders: dict[str, int], words: list[str]) -> dict[str, str]:
    """v where that name is free and only one is needed, else x_dot."""
    second = [name for name, order in orders.items() if order == 2]
    alone = len(second) == 1 and "v" not in words
    return {name: "v" if alone else f"{name}_dot" for name in second}


def _balance(
    tokens: list[Token], column: int, symbols: dict[str, sympy.Symbol], names: list[str], real: Collection[str],
    known: Collection[str] | None,
) -> sympy.Expr:  # fmt: skip
    """Left side minus right side."""
    places = [i for i, token in enumerate(tokens) if token.word == "="]
    if len(places) != 1:
        raise ParseError("An equation with derivatives has one sign =.", source="equation", line=1, column=column)
    if any(token.word == "dt" or token.word.startswith("dW") for token in tokens):
        raise ParseError(
            "An equation with derivatives has neither dt nor dW; its white noise is xi(t). Or write dx = … dt + … dW.",
            source="equation", line=1, column=column,
        )  # fmt: skip
    left, right = (
        Reader(side, symbols, real=real, states=names, known=known, equation=False, end=column).read()
        for side in (tokens[: places[0]], tokens[places[0] + 1 :])
    )
    return left - right


def _solved(balance: list[sympy.Expr], highest: list[sympy.Symbol]) -> list[sympy.Expr]:
    """The highest derivatives, in which the equations must be linear and as many."""
    said = ", ".join(map(str, highest))
    if len(balance) != len(highest):
        raise ParseError(f"{said} need {len(highest)} equations, but there are {len(balance)}.", source="equation")
    matrix = sympy.Matrix([[sympy.diff(side, slope) for slope in highest] for side in balance])
    rest = sympy.Matrix([side.subs(dict.fromkeys(highest, 0)) for side in balance])
    if matrix.has(*highest) or matrix.det() == 0:
        raise ParseError(f"The equations must be linear in {said} and determine each.", source="equation")
    return [sympy.together(entry) if len(highest) > 1 else entry for entry in -(matrix.LUsolve(rest))]


def _require_plain_noise(
    states: list[sympy.Symbol],
    drift: list[sympy.Expr],
    spread: list[tuple[sympy.Expr, ...]],
    driven: list[sympy.Symbol],
) -> None:
    """Refuse noise that enters other than linearly, and noise whose meaning depends on the calculus."""
    if any(entry.has(*driven) for row in spread for entry in row if driven):
        raise ParseError(
            "White noise xi(t) enters an equation as a factor of a term, not otherwise.", source="equation"
        )
    for k in range(len(driven)):
        column = sympy.Matrix([row[k] for row in spread])
        correction = (column.jacobian(states) * column).applyfunc(sympy.expand)
        for i, entry in enumerate(correction):
            if entry != 0:
                f, g, x = drift[i], column[i], states[i]
                raise ParseError(
                    f"The noise of {x} multiplies what it moves, so Itô's and Stratonovich's equations differ. Write "
                    f"d{x} = ({f}) dt + ({g}) dW for Itô, or d{x} = ({f}) dt + ({g}) ∘ dW for Stratonovich.",
                    source="equation",
                )
