"""From symbols to a fast SDE: the same equation as JAX functions that the solver runs."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import sympy

from evolaw import checks
from evolaw.ito.linearity import parametric_law
from evolaw.ito.patience import bounded
from evolaw.ito.structure import classify
from evolaw.ito.systems import System
from evolaw.sde.processes.process import SDE
from evolaw.told import told

__all__ = ["to_sde"]

_EXTREMES = {
    "amax": lambda values, axis: functools.reduce(jnp.maximum, values),
    "amin": lambda values, axis: functools.reduce(jnp.minimum, values),
}
"""SymPy writes Max(a, b) as amax((a, b), axis=0), which JAX does not take of a tuple."""


@dataclass(frozen=True)
class _Coefficient:
    """A vector or matrix of expressions as a function (t, x, p); equal expressions share one compilation."""

    text: str
    shape: tuple[int, ...]
    names: tuple[str, ...]
    functions: Callable[..., Any]
    domain: tuple[tuple[str, str, Callable[..., Any]], ...] = ()
    """What must not be negative: how it is written, the function around it, and its value."""

    def undefined(self, t: Any, x: Any, p: Mapping[str, Any]) -> str | None:
        """Return which root or logarithm is not defined at a state, and how it is avoided; None when all are."""
        for inside, around, value in self.domain:
            number = float(value(t, *(x[i] for i in range(x.shape[0])), *(p[name] for name in self.names)))
            if number < 0 or (number == 0 and around == "log"):
                return (
                    f"{around}({inside}) is not defined where {inside} = {number:.3g}, to which a step led; write "
                    f"{around}({'abs' if around == 'log' else 'max'}({inside}{'' if around == 'log' else ', 0'})), or take a "
                    "scheme or smaller steps that keep it positive."
                )
        return None

    def __call__(self, t: Any, x: Any, p: Mapping[str, Any]) -> Any:
        values = self.functions(t, *(x[i] for i in range(x.shape[0])), *(p[name] for name in self.names))
        return jnp.stack([jnp.asarray(value, x.dtype) for value in values]).reshape(self.shape)

    def __reduce__(self) -> tuple[Any, ...]:
        """Compiled functions do not travel to other processes: the symbols do, and are compiled there."""
        return _coefficient, self.__dict__["source"]

    def __hash__(self) -> int:
        return hash((self.text, self.shape))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Coefficient) and (self.text, self.shape) == (other.text, other.shape)


@told
@bounded
def to_sde(system: System, values: Mapping[str, float], *, name: str = "") -> SDE:
    """Return the system as an `SDE` with its noise kind decided in symbols, and its exact law where it is linear.

    Args:
        system: the law in symbols; correlated noises are replaced by independent ones with the same law.
        values: a number for each parameter; they stay parameters, so changing them compiles nothing anew.
        name: name of the process.

    Raises:
        ArgumentError: a parameter has no value, a value belongs to no parameter, a positive one is not positive, or
            no noises can have these correlations.

    Example:
        >>> from evolaw.ito.systems import system
        >>> sde = to_sde(system("dX = -theta X dt + sigma dW"), {"theta": 2.0, "sigma": 0.5})
        >>> sde.noise, float(sde.drift_at(0.0, 3.0)[0])
        ('additive', -6.0)
    """
    known = [str(symbol) for symbol in system.parameters]
    for given in values:
        checks.one_of(given, "values", known)
    missing = [parameter for parameter in known if parameter not in values]
    checks.require(not missing, "values", f"give a number for {', '.join(known)}", f"without {', '.join(missing)}")
    numbers = {parameter: checks.number(values[parameter], parameter) for parameter in known}
    for symbol in system.parameters:
        if symbol.is_positive and not numbers[str(symbol)] > 0:
            advice = f"Declare it with real=('{symbol}',) if it may have any sign."
            raise checks.refuse(str(symbol), "be positive", numbers[str(symbol)], advice)
    system.require_correlation(numbers)
    law = system.independent()
    structure = classify(law)
    kind = structure.noise
    diagonal = kind == "diagonal"
    spread = [law.diffusion[i, i] for i in range(law.dim)] if diagonal else list(law.diffusion)
    noises = len(law.noises)
    shape = (law.dim,) if diagonal or kind == "scalar" else (law.dim, noises)
    if not noises:
        spread, shape, noises, kind = [sympy.Integer(0)] * law.dim, (law.dim, 1), 1, "additive"
    return SDE(
        drift=_coefficient(law, list(law.drift), (law.dim,)),
        diffusion=_coefficient(law, spread, shape),
        dim=law.dim,
        noises=noises,
        noise=kind,
        calculus=law.calculus,
        params=numbers,
        name=name or str(system),
        components=tuple(map(str, law.states)),
        law=parametric_law(law, structure),
    )


def _coefficient(law: System, entries: list[sympy.Expr], shape: tuple[int, ...]) -> _Coefficient:
    letters = [law.time, *law.states, *law.parameters]
    entries = pickle.loads(
        pickle.dumps(entries)
    )  # the form that symbols take when they travel, so that all compile the same
    functions = sympy.lambdify(letters, entries, modules=[_EXTREMES, "jax"], cse=True)
    made = _Coefficient(
        str((law.states, entries)), shape, tuple(map(str, law.parameters)), functions, _domain(law, entries)
    )
    made.__dict__["source"] = (law, entries, shape)  # no field: what it is made of is no part of what it is
    return made


def _domain(law: System, entries: list[sympy.Expr]) -> tuple[tuple[str, str, Callable[..., Any]], ...]:
    """The arguments of roots and logarithms that a state can make negative."""
    found: dict[tuple[sympy.Expr, str], None] = {}
    for entry in entries:
        for part in entry.atoms(sympy.Pow, sympy.log):
            inside, around = (part.args[0], "log") if isinstance(part, sympy.log) else (part.base, "sqrt")
            whole = part.is_Pow and part.exp.is_integer
            if not whole and inside.free_symbols & set(law.states) and not inside.is_nonnegative:
                found[inside, around] = None
    letters = [law.time, *law.states, *law.parameters]
    return tuple((str(inside), around, sympy.lambdify(letters, inside, "numpy")) for inside, around in found)
