"""A stochastic differential equation in symbols.

    dX_i = f_i(t, X) dt + sum_j G_ij(t, X) dW_j,      dW_j dW_k = rho_jk dt

The noises may be correlated; ``rho`` has ones on its diagonal. Every formula of this folder contracts the noise indices
with ``rho``, so independent noises are the case rho = identity.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy

from evolaw import checks, display
from evolaw.ito.notation import grammar as notation
from evolaw.ito.notation.reader import FUNCTIONS, RESERVED
from evolaw.ito.notation.spelling import name_of
from evolaw.ito.patience import bounded, tidy
from evolaw.told import told

__all__ = ["System", "system"]

_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False, repr=False)
class System:
    """A system of stochastic differential equations in symbols; build it with `system`.

    Attributes:
        states: state symbols X_i.
        drift: f, column of ``dim`` expressions.
        diffusion: G, matrix of shape (dim, noises).
        noises: names of the noises, "W", "W1", …
        correlation: rho, shape (noises, noises).
        calculus: "ito" or "stratonovich".
        time: the time symbol t.
    """

    states: tuple[sympy.Symbol, ...]
    drift: sympy.ImmutableMatrix
    diffusion: sympy.ImmutableMatrix
    noises: tuple[str, ...]
    correlation: sympy.ImmutableMatrix
    calculus: str
    time: sympy.Symbol

    @property
    def dim(self) -> int:
        """Number of states."""
        return len(self.states)

    @cached_property
    def covariance_rate(self) -> sympy.ImmutableMatrix:
        """G rho G^T, the rate d[X_i, X_j] / dt, shape (dim, dim)."""
        left = self.diffusion if self.correlation == sympy.eye(len(self.noises)) else self.diffusion * self.correlation
        return sympy.ImmutableMatrix((left * self.diffusion.T).applyfunc(tidy))

    @property
    def parameters(self) -> tuple[sympy.Symbol, ...]:
        """The symbols that are neither states nor time, by name."""
        used = self.drift.free_symbols | self.diffusion.free_symbols | self.correlation.free_symbols
        return tuple(sorted(used - set(self.states) - {self.time}, key=str))

    @property
    def is_autonomous(self) -> bool:
        """Whether the coefficients do not depend on the time."""
        return self.time not in self.drift.free_symbols | self.diffusion.free_symbols

    def independent(self) -> System:
        """Return the same law driven by independent noises: G is multiplied by the Cholesky factor of rho."""
        if self.correlation == sympy.eye(len(self.noises)):
            return self
        factor = _lower_factor(self.correlation)
        return self.replace(diffusion=self.diffusion * factor, correlation=sympy.eye(len(self.noises)))

    def require_correlation(self, values: Mapping[str, float] | None = None) -> None:
        """Refuse correlations that no noises have: rho must be positive semidefinite, for these values of its letters.

        Raises:
            ArgumentError: an eigenvalue of rho is negative.
        """
        rho = self.correlation.subs({s: (values or {}).get(str(s), s) for s in self.correlation.free_symbols})
        if rho.free_symbols or not len(self.noises):
            return
        numbers = np.array(rho.tolist(), float)
        least = float(np.linalg.eigvalsh(numbers).min())
        fits = least > -_ROUNDING and np.abs(numbers).max() <= 1 + _ROUNDING
        checks.require(
            fits,
            "correlation",
            "be one that noises can have, with no negative eigenvalue",
            f"one with the eigenvalue {least:.3g}",
            "Make the correlations smaller, or check their signs.",
        )

    def replace(self, **changes: Any) -> System:
        """Return a copy with some fields changed; matrices are simplified and made immutable."""
        fields = {name: changes.get(name, getattr(self, name)) for name in self.__dataclass_fields__}
        for name in ("drift", "diffusion", "correlation"):
            fields[name] = sympy.ImmutableMatrix(fields[name]).applyfunc(tidy)
        return System(**fields)

    def equations(self) -> list[str]:
        """Return one line of text an equation, which `system` reads back."""
        dot = " ∘ " if self.calculus == "stratonovich" else " "
        lines = []
        for i, state in enumerate(self.states):
            parts = [(self.drift[i], " dt"), *((self.diffusion[i, j], f"{dot}d{w}") for j, w in enumerate(self.noises))]
            terms = [f"({value}){step}" for value, step in parts if value != 0]
            lines.append(f"d{state} = " + (" + ".join(terms) or "0 dt"))
        return lines

    def __str__(self) -> str:
        return "; ".join(self.equations())

    def _facts(self) -> list[tuple[str, Any]]:
        facts: list[tuple[str, Any]] = [("", line) for line in self.equations()]
        names = ", ".join(map(str, self.parameters))
        correlated = [
            f"d{a} d{b} = {self.correlation[i, j]} dt"
            for i, a in enumerate(self.noises)
            for j, b in enumerate(self.noises)
            if i < j and self.correlation[i, j] != 0
        ]
        return [*facts, ("parameters", names or None), ("noises", "; ".join(correlated) or None)]

    def __repr__(self) -> str:
        return display.lines(f"System ({'Itô' if self.calculus == 'ito' else 'Stratonovich'})", self._facts())

    def _repr_html_(self) -> str:
        return display.card("System", self._facts())

    def _repr_latex_(self) -> str:
        return display.mathematics(self)


@told
@bounded
def system(
    text: str,
    *,
    real: Collection[str] = (),
    known: Collection[str] | None = None,
    correlation: Mapping[tuple[str, str], Any] | None = None,
) -> System:
    """Read a system from text.

    Args:
        text: equations as `evolaw.ito.notation` describes, for example "dX = -theta X dt + sigma dW".
        real: parameters that may have any sign; all others are taken to be positive.
        known: parameters that have a number; it tells the product kX from a parameter of that name.
        correlation: rho of pairs of noises, for example {("W1", "W2"): "rho"}; other pairs are independent. Letters in
            it are real parameters.

    Raises:
        ParseError: the text cannot be read.
        ArgumentError: a pair names a noise that does not occur, a value is neither a number in [-1, 1] nor a name, or no
            noises can have these correlations.

    Example:
        >>> system("dX = -theta X dt + sigma dW")
        System (Itô)
                      dX = (-X*theta) dt + (sigma) dW
          parameters  sigma, theta
    """
    checks.require(
        isinstance(text, str), "text", "be an equation as text", text, 'Write, for example: "dX = -X dt + dW".'
    )
    for name, names in (("real", real), ("known", known if known is not None else ())):
        fits = isinstance(names, Collection) and all(isinstance(letter, str) for letter in names)
        checks.require(fits, name, "be a collection of names of parameters, as ('mu', 'rho')", names)
    read = notation.read_equations(text, real=real, known=known)
    rho = sympy.eye(len(read.noises))
    letters = {str(s): s for row in (read.drift, *read.diffusion) for entry in row for s in entry.free_symbols}
    taken = {"t", *map(str, read.states), *read.noises}
    for pair, value in (correlation or {}).items():
        checks.require(
            isinstance(pair, tuple) and len(pair) == 2,
            "correlation",
            "have pairs of noises as keys, as ('W1', 'W2')",
            pair,
        )
        i, j = (read.noises.index(checks.one_of(name, "correlation", read.noises)) for name in pair)
        checks.require(i != j, "correlation", "name two different noises", pair)
        rho[i, j] = rho[j, i] = _correlation(value, letters, taken)
    law = System(
        states=read.states,
        drift=sympy.ImmutableMatrix(read.drift),
        diffusion=sympy.ImmutableMatrix(len(read.states), len(read.noises), [g for row in read.diffusion for g in row]),
        noises=read.noises,
        correlation=sympy.ImmutableMatrix(rho),
        calculus=read.calculus,
        time=sympy.Symbol("t", real=True),
    )
    law.require_correlation()
    return law


def _correlation(value: Any, letters: Mapping[str, sympy.Symbol], taken: Collection[str]) -> sympy.Expr:
    """A number in [-1, 1], or the letter of one."""
    if isinstance(value, str):
        name = name_of(value, "correlation")
        free = name not in RESERVED and name not in FUNCTIONS and name not in taken and name != "pi"
        checks.require(free, "correlation", "be a number in [-1, 1] or a free name", value)
        return letters.get(name, sympy.Symbol(name, real=True))
    number = checks.number(value, "correlation")
    checks.require(abs(number) <= 1, "correlation", "lie in [-1, 1]", value)
    return sympy.nsimplify(number, rational=True)


def _lower_factor(rho: sympy.ImmutableMatrix) -> sympy.Matrix:
    """Cholesky's factor L of rho, L L^T = rho; a noise that follows from those before it has no number of its own."""
    size = rho.shape[0]
    factor = sympy.zeros(size, size)
    for j in range(size):
        for i in range(j, size):
            rest = rho[i, j] - sum((factor[i, k] * factor[j, k] for k in range(j)), sympy.Integer(0))
            if i == j:
                factor[j, j] = sympy.Integer(0) if rest.is_number and abs(rest) < _ROUNDING else sympy.sqrt(rest)
            elif factor[j, j] != 0:
                factor[i, j] = rest / factor[j, j]
    return factor
