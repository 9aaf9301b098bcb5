"""What kind of noise a system has, decided in symbols.

    additive      G does not depend on X
    scalar        one noise
    diagonal      G is diagonal and g_ii depends on X_i only
    commutative   Dg^j g^k = Dg^k g^j for all columns j, k
    general       none of these

A diagonal *matrix* is not diagonal *noise* unless g_ii depends on X_i alone. The first kind that fits is named, and a scheme
that is right for a later one is right for an earlier one. Correlated noises are made independent first.

References: kloeden1992, section 10.3; roessler2010, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from evolaw.ito.patience import bounded, tidy
from evolaw.ito.systems import System
from evolaw.ito.texts import reads
from evolaw.told import told

__all__ = ["Structure", "classify"]


@dataclass(frozen=True)
class Structure:
    """What a system is.

    Attributes:
        noise: "additive", "scalar", "diagonal", "commutative" or "general".
        is_commutative: whether all columns of G commute; then no Lévy areas are needed.
        is_linear: whether drift and G are affine in the states.
        is_autonomous: whether the coefficients are free of the time.
        brackets: the pairs (j, k) whose Dg^j g^k - Dg^k g^j is not zero, with that vector.
    """

    noise: str
    is_commutative: bool
    is_linear: bool
    is_autonomous: bool
    brackets: tuple[tuple[int, int, sympy.ImmutableMatrix], ...]


@told
@reads
@bounded
def classify(system: System) -> Structure:
    """Decide the noise kind and the linearity of a system.

    Example:
        >>> from evolaw.ito.systems import system
        >>> classify(system("dX = dW1; dY = X dW2")).noise
        'general'
    """
    law = system.independent()
    brackets = _brackets(law)
    affine = all(_is_affine(entry, law.states) for entry in [*law.drift, *law.diffusion])
    return Structure(_kind(law, not brackets), not brackets, affine, law.is_autonomous, brackets)


def _kind(law: System, commutes: bool) -> str:
    g, states, noises = law.diffusion, law.states, len(law.noises)
    if not g.free_symbols & set(states):
        return "additive"
    if noises == 1 and law.dim > 1:
        return "scalar"
    own = law.dim == noises and all(
        (i == j or g[i, j] == 0) and not g[i, i].free_symbols & (set(states) - {states[i]})
        for i in range(law.dim)
        for j in range(noises)
    )
    if own:
        return "diagonal"
    return "commutative" if commutes else "general"


def _brackets(law: System) -> tuple[tuple[int, int, sympy.ImmutableMatrix], ...]:
    if not law.diffusion.free_symbols & set(law.states):
        return ()
    columns = [law.diffusion[:, j] for j in range(len(law.noises))]
    slopes = [column.jacobian(law.states) for column in columns]
    found = []
    for j in range(len(columns)):
        for k in range(j + 1, len(columns)):
            bracket = sympy.ImmutableMatrix((slopes[j] * columns[k] - slopes[k] * columns[j]).applyfunc(tidy))
            if any(entry != 0 for entry in bracket):
                found.append((j, k, bracket))
    return tuple(found)


def _is_affine(entry: sympy.Expr, states: tuple[sympy.Symbol, ...]) -> bool:
    for x in entry.free_symbols & set(states):
        slope = sympy.diff(entry, x)
        if any(tidy(sympy.diff(slope, y)) != 0 for y in slope.free_symbols & set(states)):
            return False
    return True
