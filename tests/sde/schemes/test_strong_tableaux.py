"""The order conditions of strong order 1.5, in exact fractions."""

from fractions import Fraction

import pytest

from evolaw.sde.schemes import strong_tableaux


def dot(a, b):
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def times(matrix, vector):
    return [dot(row, vector) for row in matrix]


def square(vector):
    return [x * x for x in vector]


def drift_conditions(tab):
    e = [Fraction(1)] * len(tab.alpha)
    B0e = times(tab.B0, e)
    return [dot(tab.alpha, v) for v in (e, times(tab.A0, e), B0e, square(B0e))]


def diagonal_conditions(tab):
    """The 25 numbers, with the values they must have."""
    e = [Fraction(1)] * len(tab.alpha)
    A1e, B1e = times(tab.A1, e), times(tab.B1, e)
    vectors = (e, B1e, A1e, square(B1e), times(tab.B1, B1e))
    wanted = [(1, 0, 0, 0), (0, 1, 0, 0), (1, 0, -1, 0), (1, 0, -1, 2), (0, 0, 0, 1)]
    mixed = times(tab.A1, times(tab.B0, e))
    got = drift_conditions(tab) + [dot(b, v) for v in vectors for b in tab.b]
    got.append(dot(tab.b[0], mixed) / 2 + dot(tab.b[2], mixed) / 3)
    return got, [1, Fraction(1, 2), 1, Fraction(3, 2), *[w for row in wanted for w in row], 0]


def additive_conditions(tab):
    e = [Fraction(1)] * len(tab.alpha)
    rest = [dot(tab.b[0], e), dot(tab.b[1], e), dot(tab.b[0], tab.c1), dot(tab.b[1], tab.c1)]
    return drift_conditions(tab) + rest, [1, Fraction(1, 2), 1, Fraction(3, 2), 1, 0, 1, -1]


@pytest.mark.parametrize("tab", [strong_tableaux.DIAGONAL_ONE, strong_tableaux.DIAGONAL_TWO], ids=["SRI1W1", "SRI2W1"])
def test_diagonal_tableaux_satisfy_all_25_conditions(tab):
    got, wanted = diagonal_conditions(tab)
    assert len(got) == 25
    assert got == wanted


@pytest.mark.parametrize("tab", [strong_tableaux.ADDITIVE_ONE, strong_tableaux.ADDITIVE_THREE], ids=["SRA1", "SRA3"])
def test_additive_tableaux_satisfy_all_8_conditions(tab):
    got, wanted = additive_conditions(tab)
    assert got == wanted


@pytest.mark.parametrize(
    "tab",
    [
        strong_tableaux.DIAGONAL_ONE,
        strong_tableaux.DIAGONAL_TWO,
        strong_tableaux.ADDITIVE_ONE,
        strong_tableaux.ADDITIVE_THREE,
    ],
)
def test_stage_times_are_row_sums_and_stages_are_explicit(tab):
    """c0 = A0 e, and c1 = A1 e for diagonal noise: what makes a scheme right for time-dependent coefficients."""
    e = [Fraction(1)] * len(tab.alpha)
    assert times(tab.A0, e) == list(tab.c0)
    matrices = [tab.A0, tab.B0]
    if isinstance(tab, strong_tableaux.DiagonalTableau):
        assert times(tab.A1, e) == list(tab.c1)
        matrices += [tab.A1, tab.B1]
    for matrix in matrices:
        assert all(matrix[i][j] == 0 for i in range(len(e)) for j in range(i, len(e)))


def test_a_slip_of_one_coefficient_is_seen():
    """The check has teeth: any changed diagonal weight breaks at least one condition."""
    from dataclasses import replace

    tab = strong_tableaux.DIAGONAL_ONE
    changed = replace(tab, b=(tab.b[0], tab.b[1], tab.b[2], (*tab.b[3][:3], Fraction(-1))))
    got, wanted = diagonal_conditions(changed)
    assert got != wanted
