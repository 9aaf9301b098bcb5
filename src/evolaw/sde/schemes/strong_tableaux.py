"""Coefficients of the stochastic Runge-Kutta schemes of strong order 1.5, as exact fractions.

Notation: α weighs the drift stages, (A0, B0, c0) build them, (A1, B1, c1) build the diffusion stages, and b_1 … b_4 weigh the
diffusion stages with ΔW, I_11/√h, I_10/h and I_111/h. Matrices are strictly lower triangular; rows are stages.

The tests prove the order in rational arithmetic: 25 conditions for diagonal noise, 8 for additive noise (e is the vector of
ones, products of vectors are taken entry by entry):

    αᵀe = 1   αᵀA0 e = 1/2   αᵀB0 e = 1   αᵀ(B0 e)² = 3/2
    for (b_1, b_2, b_3, b_4):  bᵀe = (1, 0, 0, 0)   bᵀB1 e = (0, 1, 0, 0)   bᵀA1 e = (1, 0, -1, 0)
                               bᵀ(B1 e)² = (1, 0, -1, 2)   bᵀB1(B1 e) = (0, 0, 0, 1)
    ½ b_1ᵀA1(B0 e) + ⅓ b_3ᵀA1(B0 e) = 0
    additive: the first line, b_1ᵀe = 1, b_2ᵀe = 0, b_1ᵀc1 = 1, b_2ᵀc1 = -1  (b_2 weighs I_10/h there)
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

__all__ = [
    "ADDITIVE_ONE",
    "ADDITIVE_THREE",
    "DIAGONAL_ONE",
    "DIAGONAL_TWO",
    "AdditiveTableau",
    "DiagonalTableau",
    "Row",
]

Row = tuple[Fraction, ...]


@dataclass(frozen=True)
class AdditiveTableau:
    """A tableau for additive noise g(t)."""

    alpha: Row
    A0: tuple[Row, ...]
    B0: tuple[Row, ...]
    c0: Row
    c1: Row
    b: tuple[Row, Row]


@dataclass(frozen=True)
class DiagonalTableau:
    """A tableau for scalar and diagonal noise."""

    alpha: Row
    A0: tuple[Row, ...]
    B0: tuple[Row, ...]
    c0: Row
    A1: tuple[Row, ...]
    B1: tuple[Row, ...]
    c1: Row
    b: tuple[Row, Row, Row, Row]


def _row(text: str) -> Row:
    return tuple(Fraction(entry) for entry in text.split())


def _rows(text: str) -> tuple[Row, ...]:
    return tuple(_row(line) for line in text.split(";"))


DIAGONAL_ONE = DiagonalTableau(
    alpha=_row("1/3 2/3 0 0"),
    A0=_rows("0 0 0 0; 3/4 0 0 0; 0 0 0 0; 0 0 0 0"),
    B0=_rows("0 0 0 0; 3/2 0 0 0; 0 0 0 0; 0 0 0 0"),
    c0=_row("0 3/4 0 0"),
    A1=_rows("0 0 0 0; 1/4 0 0 0; 1 0 0 0; 0 0 1/4 0"),
    B1=_rows("0 0 0 0; 1/2 0 0 0; -1 0 0 0; -5 3 1/2 0"),
    c1=_row("0 1/4 1 1/4"),
    b=(_row("-1 4/3 2/3 0"), _row("-1 4/3 -1/3 0"), _row("2 -4/3 -2/3 0"), _row("-2 5/3 -2/3 1")),
)
"""SRI1W1 [roessler2010]."""

DIAGONAL_TWO = DiagonalTableau(
    alpha=_row("1/6 1/6 2/3 0"),
    A0=_rows("0 0 0 0; 1 0 0 0; 1/4 1/4 0 0; 0 0 0 0"),
    B0=_rows("0 0 0 0; 0 0 0 0; 1 1/2 0 0; 0 0 0 0"),
    c0=_row("0 1 1/2 0"),
    A1=DIAGONAL_ONE.A1,
    B1=_rows("0 0 0 0; -1/2 0 0 0; 1 0 0 0; 2 -1 1/2 0"),
    c1=DIAGONAL_ONE.c1,
    b=(_row("-1 4/3 2/3 0"), _row("1 -4/3 1/3 0"), _row("2 -4/3 -2/3 0"), _row("-2 5/3 -2/3 1")),
)
"""SRI2W1 [roessler2010]."""

ADDITIVE_ONE = AdditiveTableau(
    alpha=_row("1/3 2/3"),
    A0=_rows("0 0; 3/4 0"),
    B0=_rows("0 0; 3/2 0"),
    c0=_row("0 3/4"),
    c1=_row("1 0"),
    b=(_row("1 0"), _row("-1 1")),
)
"""SRA1 [roessler2010]."""

ADDITIVE_THREE = AdditiveTableau(
    alpha=_row("1/6 1/6 2/3"),
    A0=_rows("0 0 0; 1 0 0; 1/4 1/4 0"),
    B0=_rows("0 0 0; 0 0 0; 1 1/2 0"),
    c0=_row("0 1 1/2"),
    c1=_row("1 0 0"),
    b=(_row("1 0 0"), _row("-1 1 0")),
)
"""SRA3 [roessler2010]."""
