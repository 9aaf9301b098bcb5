"""A stochastic differential equation in symbols.

    dX_i = f_i(t, X) dt + sum_j G_ij(t, X) dW_j,      dW_j dW_k = rho_jk dt

The noises may be correlated; ``rho`` has ones on its diagonal. Every formula of this folder contracts the noise indices
with ``rho``, so independent noises are the case rho = identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy

from evolaw import checks, display
from evolaw.ito import notation

__all__ = ["System", "system"]


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
        return sympy.ImmutableMatrix((self.diffusion * self.correlation * self.diffusion.T).applyfunc(sympy.simplify))

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
        factor = self.correlation.cholesky(hermitian=False)
        return self.replace(diffusion=self.diffusion * factor, correlation=sympy.eye(len(self.noises)))

    def replace(self, **changes: Any) -> System:
        """Return a copy with some fields changed; matrices are simplified and made immutable."""
        fields = {name: changes.get(name, getattr(self, name)) for name in self.__dataclass_fields__}
        for name in ("drift", "diffusion", "correlation"):
            fields[name] = sympy.ImmutableMatrix(fields[name]).applyfunc(sympy.simplify)
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


def system(text: str, *, real: tuple[str, ...] = (), correlation: dict[tuple[str, str], Any] | None = None) -> System:
    """Read a system from text.

    Args:
        text: equations as `evolaw.ito.notation` describes, for example "dX = -theta X dt + sigma dW".
        real: parameters that may have any sign; all others are taken to be positive.
        correlation: rho of pairs of noises, for example {("W1", "W2"): "rho"}; other pairs are independent. Letters in
            it are real parameters.

    Raises:
        ParseError: the text cannot be read.
        ArgumentError: a pair names a noise that does not occur, or a number outside [-1, 1].

    Example:
        >>> system("dX = -theta X dt + sigma dW")
        System (Itô)
                      dX = (-X*theta) dt + (sigma) dW
          parameters  sigma, theta
    """
    read = notation.read_equations(text, real=real)
    rho = sympy.eye(len(read.noises))
    for pair, value in (correlation or {}).items():
        i, j = (read.noises.index(checks.one_of(name, "correlation", read.noises)) for name in pair)
        entry = sympy.Symbol(value, real=True) if isinstance(value, str) else sympy.nsimplify(value, rational=True)
        checks.require(not entry.is_number or abs(entry) <= 1, "correlation", "lie in [-1, 1]", value)
        checks.require(i != j, "correlation", "name two different noises", pair)
        rho[i, j] = rho[j, i] = entry
    return System(
        states=read.states,
        drift=sympy.ImmutableMatrix(read.drift),
        diffusion=sympy.ImmutableMatrix(len(read.states), len(read.noises), [g for row in read.diffusion for g in row]),
        noises=read.noises,
        correlation=sympy.ImmutableMatrix(rho),
        calculus=read.calculus,
        time=sympy.Symbol("t", real=True),
    )
