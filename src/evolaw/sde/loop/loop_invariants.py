"""What does not change from step to step is computed once, before the loop.

A compiler takes such work out of a loop body, but where the body writes out 32 steps it carries 32 copies of each result
through the loop. Here a step is traced once; the operations that see only parameters and the length of a step are done on the
spot, and what is left reads their results.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
from jax.extend import core

__all__ = ["hoisted", "parted", "subtrace"]


def hoisted(function: Callable[..., Any], *examples: Any) -> Callable[..., Any]:
    """Return the function, with everything that does not depend on its arguments computed now.

    Args:
        function: takes and gives pytrees of arrays, and may read others from around it.
        examples: arguments like those it will get, or their shapes.

    Notes:
        Cost: one tracing now, none when the result is called. Operations with side effects stay where they are.

    Example:
        >>> import numpy as np
        >>> parameter = np.float32(4)
        >>> root = hoisted(lambda x: x * jax.numpy.sqrt(parameter), np.ones(3, np.float32))
        >>> [str(equation.primitive) for equation in jax.make_jaxpr(root)(np.ones(3, np.float32)).eqns]
        ['mul']
    """
    traced, result = jax.make_jaxpr(function, return_shape=True)(*examples)
    whole, changing = traced.jaxpr, set(traced.jaxpr.invars)
    early, late = [], []
    for equation in whole.eqns:
        if equation.effects or any(_is_in(variable, changing) for variable in equation.invars):
            changing.update(equation.outvars)
            late.append(equation)
        else:
            early.append(equation)
    made = [variable for equation in early for variable in equation.outvars if not isinstance(variable, core.DropVar)]
    values = subtrace(whole, early, whole.constvars, (), made, traced.consts)()
    rest = subtrace(whole, late, [*whole.constvars, *made], whole.invars, whole.outvars, [*traced.consts, *values])
    tree = jax.tree.structure(result)
    return lambda *arguments: jax.tree.unflatten(tree, rest(*jax.tree.leaves(arguments)))


def parted(function: Callable[..., Any], fixed: Any, *examples: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Cut a function in two: what its first argument alone decides, and the rest.

    Args:
        function: of (fixed, *others), pytrees of arrays.
        fixed: an example of its first argument, or its shapes.
        examples: of the others.

    Returns:
        ``early(fixed) -> values`` and ``late(values, *others)``, such that late(early(fixed), *others) is the function.

    Example:
        >>> import numpy as np
        >>> early, late = parted(lambda p, x: x * jax.numpy.exp(p), np.float32(0), np.float32(1))
        >>> [str(equation.primitive) for equation in jax.make_jaxpr(late)(early(0.0), 1.0).eqns]
        ['mul']
    """
    traced, result = jax.make_jaxpr(function, return_shape=True)(fixed, *examples)
    whole = traced.jaxpr
    count = len(jax.tree.leaves(fixed))
    settled, changing = whole.invars[:count], set(whole.invars[count:])
    early, late = [], []
    for equation in whole.eqns:
        if equation.effects or any(_is_in(variable, changing) for variable in equation.invars):
            changing.update(equation.outvars)
            late.append(equation)
        else:
            early.append(equation)
    known = {*settled, *(variable for equation in early for variable in equation.outvars)}
    asked = [variable for equation in late for variable in equation.invars] + list(whole.outvars)
    made = [variable for variable in dict.fromkeys(v for v in asked if isinstance(v, core.Var)) if variable in known]
    first = subtrace(whole, early, whole.constvars, settled, made, traced.consts)
    rest = subtrace(whole, late, whole.constvars, [*made, *whole.invars[count:]], whole.outvars, traced.consts)
    tree = jax.tree.structure(result)
    return (
        lambda given: tuple(first(*jax.tree.leaves(given))),
        lambda values, *others: jax.tree.unflatten(tree, rest(*values, *jax.tree.leaves(others))),
    )


def _is_in(variable: Any, some: set[Any]) -> bool:
    return isinstance(variable, core.Var) and variable in some


def subtrace(
    whole: Any, equations: Any, given: Any, arguments: Any, results: Any, values: Any
) -> Callable[..., list[Any]]:
    """Return some equations of a trace as a function of ``arguments``, when the variables ``given`` have ``values``."""
    part = whole.replace(
        constvars=list(given),
        invars=list(arguments),
        outvars=list(results),
        eqns=list(equations),
        effects=frozenset().union(*(equation.effects for equation in equations)),
        debug_info=whole.debug_info.with_unknown_names(),
    )
    return core.jaxpr_as_fun(core.ClosedJaxpr(part, list(values)))
