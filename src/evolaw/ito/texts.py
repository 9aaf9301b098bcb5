"""Text at every public door of the calculus: an equation where a system is wanted, a formula where an expression is."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import sympy

from evolaw import checks
from evolaw.ito.notation.grammar import read_expression
from evolaw.ito.systems import System, system

__all__ = ["reads"]

R = TypeVar("R")


def reads(function: Callable[..., R]) -> Callable[..., R]:
    """Let a function of expressions and of a ``system`` take texts for them; the messages are those of the command line.

    An expression means what it means beside its system: the states and parameters are the system's.

    Example:
        >>> @reads
        ... def slope(expression, system):
        ...     return sympy.diff(expression, system.states[0])
        >>> slope("log(X)", "dX = mu X dt + dW")
        1/X
    """
    signature = inspect.signature(function)
    untold = inspect.Parameter.empty
    formulas = {n for n, p in signature.parameters.items() if p.annotation is untold or "Expr" in str(p.annotation)}

    @functools.wraps(function)
    def call(*given: Any, **named: Any) -> R:
        try:
            bound = signature.bind(*given, **named)
        except TypeError:
            return function(*given, **named)  # Python's own sentence says what is missing
        arguments = bound.arguments
        if isinstance(arguments.get("system"), str):
            arguments["system"] = system(arguments["system"])
        law = arguments.get("system")
        for name, value in arguments.items():
            several = isinstance(value, Mapping | list | tuple)  # the function reads these itself
            if (
                isinstance(law, System)
                and name in formulas - {"system"}
                and not several
                and not isinstance(value, sympy.Expr)
            ):
                arguments[name] = _expression(value, law, name)
        return function(*bound.args, **bound.kwargs)

    return call


def _expression(given: Any, law: System, argument: str) -> sympy.Expr:
    text = str(given) if isinstance(given, int | float) and not isinstance(given, bool) else given
    checks.require(isinstance(text, str), argument, "be a formula, as text or of SymPy", given)
    names = {str(symbol): symbol for symbol in (*law.states, law.time, *law.parameters)}
    expression = read_expression(text, names, states=tuple(map(str, law.states)))
    moving = {*law.states, law.time}
    known = ", ".join(sorted(map(str, moving)))
    checks.require(bool(expression.free_symbols & moving), argument, f"depend on one of {known}", given)
    return expression
