"""Sine and cosine of a state, as array code that compiles into vector instructions.

    x = k π + r,  k = round(x/π):          sin x = (-1)^k sin r,          sin r = r + r z P(z),  z = r²,  |r| ≤ π/2

π is subtracted in three parts, the product with each being exact where k is a power of two or the processor multiplies and adds at
once. XLA's own sine calls the library for float64 and reduces arguments of any size, one number at a time, which took nine
tenths of a junction's step. P meets (sin √z / √z - 1)/z in Chebyshev points: five terms of the series for float32, nine for float64.

A step waits for the sine of the one before, so the chain of operations is what costs: k comes out of an addition of 3·2^22 (3·2^51),
whose last bit is also the sign; P is summed in pairs. Beside rounding, cutting off and Horner's form that is a fifth to a quarter
less time a step of a junction.

The bits of a sign have no derivative: where derivatives are taken along paths, `jnp.sin` stays.

**Error.** At most 3.0 units in the last place (float32) and 3.9 (float64) for |x| ≤ 1000, near the zeros too
(tests/sde/loop/test_trigonometry.py); where products are not added at once (an H100 under jax 0.11), for |x| ≤ 2π. From |x| = 2^22 π (2^51 π)
on, where neighbouring numbers are a unit apart, the value is only known to lie in [-1, 1]; in phases that are kept near their period
nobody asks for it, and the bound, which a step would wait for, is left out (``near``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend import core
from numpy.polynomial import Chebyshev, Polynomial

from evolaw.sde.loop.loop_invariants import subtrace

__all__ = ["cosine", "sine", "with_quick_sines"]

_PI = (np.pi, 1.2246467991473532e-16, -2.9947698097183397e-33)
"""π as a sum of three float64."""


def sine(x: Any, *, near: bool = False) -> jax.Array:
    """Return sin x; ``near`` says that |x| is below 2^22 π (2^51 π in float64).

    Example:
        >>> bool(abs(sine(jnp.float32(3.0)) - np.sin(3.0)) < 1e-7)
        True
    """
    x = jnp.asarray(x)
    turns, sign = _nearest(x * np.asarray(1 / np.pi, x.dtype))
    return _signed(_odd(_within(_less(x, turns), near)), sign)


def cosine(x: Any, *, near: bool = False) -> jax.Array:
    """Return cos x = -(-1)^k sin r,  x = (k + 1/2) π + r; ``near`` as in `sine`.

    Example:
        >>> bool(abs(cosine(jnp.float32(3.0)) - np.cos(3.0)) < 1e-7)
        True
    """
    x = jnp.asarray(x)
    # 1/2 is kept apart from the large number of `_nearest` by products: XLA would add the two, and lose it.
    turns, sign = _nearest((x - np.asarray(np.pi / 2, x.dtype)) * np.asarray(1 / np.pi, x.dtype))
    return _signed(_odd(-_within(_less(x, turns * 2 + 1, 0.5), near)), sign)


def _nearest(value: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The nearest whole number, and a word of sign bits: set where it is odd."""
    whole, shift = (jnp.int32, 31) if value.dtype == np.float32 else (jnp.int64, 63)
    # Numbers of this size have no digits after the point, and an even one in the middle leaves the parity to the last bit.
    middle = np.asarray(1.5 * 2.0 ** np.finfo(value.dtype).nmant, value.dtype)
    bits = jax.lax.bitcast_convert_type(value + middle, whole)
    # The bits that are set are set already; without them XLA would find that (value + middle) - middle is the value.
    least = np.asarray(2.0 ** np.finfo(value.dtype).nmant, value.dtype).view(whole)
    return jax.lax.bitcast_convert_type(bits | least, value.dtype) - middle, bits << whole(shift)


def _less(x: jax.Array, turns: jax.Array, unit: float = 1.0) -> jax.Array:
    """x - turns · unit · π, for a unit that is a power of two."""
    for part in _parts(x.dtype.name):
        x = x - turns * (part * part.dtype.type(unit))
    return x


def _within(r: jax.Array, near: bool) -> jax.Array:
    """r, held within the reach of the polynomial unless it is known to be."""
    bound = np.asarray(1.58, r.dtype)
    return r if near else jnp.clip(r, -bound, bound)


def _odd(r: jax.Array) -> jax.Array:
    """sin r for |r| ≤ π/2."""
    z = r * r
    return r + r * z * _summed([np.asarray(c, r.dtype) for c in _coefficients(r.dtype.name)], z)


def _summed(coefficients: list[Any], z: jax.Array) -> Any:
    """Σ c_k z^k, an even number of terms two by two: half as many operations wait for one another as in Horner's form."""
    while len(coefficients) > 1:
        evens, odds = coefficients[::2], coefficients[1::2]
        coefficients = [even + odd * z for even, odd in zip(evens, odds, strict=True)]
        z = z * z
    return coefficients[0]


def _signed(value: jax.Array, sign: jax.Array) -> jax.Array:
    return jax.lax.bitcast_convert_type(jax.lax.bitcast_convert_type(value, sign.dtype) ^ sign, value.dtype)


@lru_cache
def _parts(dtype: str) -> tuple[Any, ...]:
    """π as the sum of three numbers of this type."""
    parts: list[Any] = []
    for _ in range(3):
        rest = math.fsum([*_PI, *(-float(part) for part in parts)])
        parts.append(np.asarray(rest, dtype))
    return tuple(parts)


@lru_cache
def _coefficients(dtype: str) -> tuple[float, ...]:
    """Coefficients of P."""

    def bend(z: np.ndarray) -> np.ndarray:
        # Its series: the quotient itself would cancel where z is small.
        terms, term = np.zeros_like(z), np.full_like(z, -1 / 6)
        for n in range(1, 20):
            terms, term = terms + term, -term * z / ((2 * n + 2) * (2 * n + 3))
        return terms

    fit = Chebyshev.interpolate(bend, 3 if dtype == "float32" else 7, domain=[0, (np.pi / 2) ** 2])
    return tuple(fit.convert(kind=Polynomial).coef.tolist())


def with_quick_sines(
    function: Callable[..., Any], *examples: Any, asked: int, near: bool = False
) -> Callable[..., Any]:
    """Return the function with `sine` and `cosine` for the sines and cosines of what depends on one of its arguments.

    Args:
        function: takes and gives pytrees of arrays; one without such sines is given back as it is.
        examples: arguments like those it will get, or their shapes.
        asked: number of the argument in question; of others, such as the time, sines stay the library's.
        near: as in `sine`.

    Example:
        >>> def step(t, x):
        ...     return jnp.sin(t) + jnp.sin(x)
        >>> quick = with_quick_sines(step, jnp.zeros(()), jnp.zeros(()), asked=1)
        >>> [str(e.primitive) for e in jax.make_jaxpr(quick)(0.0, 0.0).eqns].count("sin")
        1
    """
    traced, result = jax.make_jaxpr(function, return_shape=True)(*examples)
    if not _has_sines(traced.jaxpr):
        return function
    tree = jax.tree.structure(result)
    marks = [place == asked for place, example in enumerate(examples) for _ in jax.tree.leaves(example)]

    def quick(*arguments: Any) -> Any:
        given = list(zip(jax.tree.leaves(arguments), marks, strict=True))
        return jax.tree.unflatten(tree, [value for value, _ in _run(traced.jaxpr, traced.consts, given, near)])

    return quick


_QUICK = {"sin": sine, "cos": cosine}
_CALLS = ("jit", "pjit", "closed_call")


def _has_sines(jaxpr: Any) -> bool:
    """Whether a trace holds a sine that `_run` would find."""
    inner = (e.params.get("jaxpr") for e in jaxpr.eqns if str(e.primitive) in _CALLS)
    return any(str(e.primitive) in _QUICK for e in jaxpr.eqns) or any(
        _has_sines(one.jaxpr) for one in inner if hasattr(one, "jaxpr")
    )


def _run(jaxpr: Any, constants: Any, given: list[tuple[Any, bool]], near: bool) -> list[tuple[Any, bool]]:
    """Carry out a trace; every value comes with whether it depends on the argument asked about."""
    known: dict[Any, tuple[Any, bool]] = {}
    known.update(zip(jaxpr.constvars, ((value, False) for value in constants), strict=True))
    known.update(zip(jaxpr.invars, given, strict=True))

    def read(variable: Any) -> tuple[Any, bool]:
        return (variable.val, False) if isinstance(variable, core.Literal) else known[variable]

    for equation in jaxpr.eqns:
        operands = [read(variable) for variable in equation.invars]
        depends = any(mark for _, mark in operands)
        name, inner = str(equation.primitive), equation.params.get("jaxpr")
        made = [variable for variable in equation.outvars if not isinstance(variable, core.DropVar)]
        if depends and name in _QUICK and operands[0][0].dtype in (np.float32, np.float64):
            results = [(_QUICK[name](operands[0][0], near=near), True)]
        elif name in _CALLS and hasattr(inner, "jaxpr") and _has_sines(inner.jaxpr):
            results, made = _run(inner.jaxpr, inner.consts, operands, near), equation.outvars
        else:
            used = list(dict.fromkeys(v for v in equation.invars if isinstance(v, core.Var)))
            found = subtrace(jaxpr, [equation], (), used, made, ())(*(known[variable][0] for variable in used))
            results = [(value, depends) for value in found]
        known.update(zip(made, results, strict=True))
    return [read(variable) for variable in jaxpr.outvars]
