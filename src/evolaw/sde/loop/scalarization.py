"""A function of small arrays, taken apart into its components.

The loop runs a step on many paths. Written for one path, a step speaks of vectors and matrices of a few numbers; run on many
paths as it stands, each of these becomes an array that is put together, cut and turned over in memory, and a compiler will not
take it apart again. Here the step is traced once for one path, and then carried out number by number: every number of its
small arrays becomes one array of all paths, putting together and cutting is done while tracing and costs nothing, and what is left
is elementwise mathematics, which compiles into a few passes.

`taken_apart` does it where it can: for elementwise operations, rearrangements, sums, and products of matrices. Loops,
conditions and indices computed from the state have no such form; for them, and for steps of too many numbers, it gives None.

XLA compiles a pass for each number that several others are made of and that it thinks costly, such as every exponential of a mixture's score,
and reads them all again from memory. `in_one_pass` marks a function of two results or so as one that is cheaper whole: two of its results
are made as one complex number, and behind a branch that is always taken, since the compiler keeps what a branch gives.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import devices
from evolaw.arrays import namespace, object_array

__all__ = ["Apart", "followed", "in_one_pass", "taken_apart"]

# fmt: off
_ELEMENTWISE = frozenset([
    "abs", "acos", "acosh", "add", "add_any", "and", "asin", "asinh", "atan", "atan2", "atanh",
    "bitcast_convert_type", "cbrt", "ceil",
    "clamp", "convert_element_type", "copy", "copy_p", "cos", "cosh", "div", "eq", "erf", "erf_inv", "erfc", "exp",
    "exp2", "expm1", "floor", "ge", "gt", "imag", "integer_pow", "is_finite", "le", "lgamma", "log", "log1p",
    "logistic", "lt", "max", "min", "mul", "ne", "neg", "nextafter", "not", "or", "pow", "real", "rem", "round",
    "rsqrt", "select_n", "shift_left", "shift_right_arithmetic", "shift_right_logical", "sign", "sin", "sinh",
    "sqrt", "square", "stop_gradient", "sub", "tan", "tanh", "xor"
])
# fmt: on
_REDUCING: dict[str, Callable[[Any, Any], Any]] = {
    "reduce_sum": jnp.add,
    "reduce_prod": jnp.multiply,
    "reduce_max": jnp.maximum,
    "reduce_min": jnp.minimum,
    "reduce_and": jnp.logical_and,
    "reduce_or": jnp.logical_or,
}
_MOST_NUMBERS = 1500


class _NoSuchForm(Exception):
    """An operation that has no form by components."""


@dataclass(frozen=True)
class Apart:
    """A function of arrays, carried out number by number.

    Attributes:
        mixes: for each number of the first result, which numbers of the argument asked about it depends on.
        numbers: how many numbers it computes.
        has_passes: whether some of it is marked by `in_one_pass`, which is of use only here.
    """

    mixes: tuple[frozenset[int], ...]
    numbers: int
    has_passes: bool
    _traced: Any

    def __call__(self, *arguments: Any) -> tuple[Any, ...]:
        """Return the results as object arrays of numbers.

        Args:
            arguments: pytrees like those it was traced with, every leaf an object array of the leaf's shape whose entries are
                scalars, or arrays with one number a path.
        """
        given = [np.asarray(leaf, object) for leaf in jax.tree.leaves(arguments, is_leaf=_is_leaf)]
        return tuple(_run(self._traced.jaxpr, self._traced.consts, given, _bind))


def taken_apart(
    function: Callable[..., Any], *examples: Any, asked: int = 0, most: float = _MOST_NUMBERS
) -> Apart | None:
    """Trace a function of small arrays and take it apart.

    Args:
        function: takes and gives pytrees of arrays.
        examples: arguments to trace with.
        asked: number of the leaf, among the leaves of all arguments, that `Apart.mixes` speaks of.
        most: numbers computed at most; twice as many where some are of one pass.

    Returns:
        The function by components, or None where it has no such form or computes more than ``most`` numbers.

    Notes:
        Cost: tracing once, and one operation a number whenever it is called.

    Example:
        >>> from evolaw.arrays import object_array
        >>> turned = taken_apart(lambda x: jnp.stack([x[1], -x[0]]), np.zeros(2, np.float32))
        >>> turned.mixes
        (frozenset({1}), frozenset({0}))
        >>> (result,) = turned(object_array([jnp.ones(5), jnp.zeros(5)]))
        >>> result.shape, result[1].shape
        ((2,), (5,))
    """
    traced = jax.make_jaxpr(function)(*examples)
    shapes = [np.shape(leaf) for leaf in jax.tree.leaves(examples)]
    counter = [0]
    # What is one pass is written out in full, exponentials and all, and compiles no longer than what is many.
    most = 2 * most if _has_passes(traced.jaxpr) else most
    try:
        marked = [_marks(shape, place == asked) for place, shape in enumerate(shapes)]
        results = _run(
            traced.jaxpr, [_marks(np.shape(c), False) for c in traced.consts], marked, _follow(counter, most)
        )
    except _NoSuchForm:
        return None
    none: frozenset[int] = frozenset()
    first = results[0].ravel() if results else ()
    mixes = tuple(entry if isinstance(entry, frozenset) else none for entry in first)
    return Apart(mixes, counter[0], _has_passes(traced.jaxpr), traced)


def followed(
    function: Callable[..., Any], mark: Callable[[int, int], Any], operation: Operation, *examples: Any
) -> list[np.ndarray] | None:
    """Trace a function of small arrays and follow what its numbers are made of.

    Args:
        function: takes and gives pytrees of arrays.
        mark: from the number of a leaf, among the leaves of all arguments, and of an entry in it, to what is followed for it;
            leaf -1 is a value from around the function that is being traced itself.
        operation: from a primitive, its parameters and what is followed for its operands (constants are given as they are) to what
            is followed for its result.
        examples: arguments to trace with, or their shapes.

    Returns:
        What was followed, an object array a result; None where the function has no form by components.
    """
    traced = jax.make_jaxpr(function)(*examples)
    shapes = [np.shape(leaf) for leaf in jax.tree.leaves(examples)]
    marked = [object_array([mark(leaf, i) for i in range(math.prod(s))]).reshape(s) for leaf, s in enumerate(shapes)]
    constants = [
        object_array([mark(-1, 0)] * math.prod(np.shape(c))).reshape(np.shape(c))
        if isinstance(c, jax.core.Tracer)
        else np.asarray(c)
        for c in traced.consts
    ]
    try:
        return _run(traced.jaxpr, constants, marked, operation)
    except _NoSuchForm:
        return None


def in_one_pass(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a function of arrays whose few results are made of the same costly numbers; its value is the same.

    Args:
        function: takes and gives arrays, and is NumPy's or JAX's as these are.

    Notes:
        Every two results, of four at most, are a pass that computes everything anew: with one or two results, and exponentials that are not the library's, a step of a
        mixture's score took half the time. It needs an argument that is one number for all paths, such as what depends on time alone.

    Example:
        >>> @in_one_pass
        ... def turned(size, x):
        ...     return size * x[::-1]
        >>> turned(2.0, np.arange(2.0)).tolist(), jax.make_jaxpr(turned)(2.0, np.arange(2.0)).eqns[0].params["name"]
        ([2.0, 0.0], 'in_one_pass')
    """

    def one_pass(*arguments: Any) -> Any:
        return function(*arguments)

    one_pass.__name__ = _ONE_PASS
    traced = jax.jit(one_pass)
    return functools.wraps(function)(
        lambda *arguments: (traced if namespace(*arguments) is jnp else function)(*arguments)
    )


_ONE_PASS, _MOST_IN_PASSES = "in_one_pass", 4


def _has_passes(jaxpr: Any) -> bool:
    return any(
        equation.params.get("name") == _ONE_PASS
        or (hasattr(inner := equation.params.get("jaxpr"), "jaxpr") and _has_passes(inner.jaxpr))
        for equation in jaxpr.eqns
    )


def _is_leaf(value: Any) -> bool:
    return isinstance(value, np.ndarray)


# -- what is done to a number: computed, or followed -------------------------------------------------------------------

Operation = Callable[..., Any]
"""(primitive, parameters, operands) -> number."""


def _bind(primitive: Any, params: Any, operands: Sequence[Any]) -> Any:
    """Compute: numbers that are the same for all paths are widened where they meet others."""
    shape = np.broadcast_shapes(*(np.shape(operand) for operand in operands))
    if callable(primitive) and not hasattr(primitive, "bind"):
        return primitive(*operands)
    return primitive.bind(*(jnp.broadcast_to(operand, shape) for operand in operands), **params)


def _follow(counter: list[int], most: float) -> Operation:
    """Follow which numbers of an argument reach a number, and count operations."""

    def union(primitive: Any, params: Any, operands: Sequence[Any]) -> frozenset[int]:
        counter[0] += 1
        if counter[0] > most:
            raise _NoSuchForm
        return frozenset().union(*(operand for operand in operands if isinstance(operand, frozenset)))

    return union


def _marks(shape: tuple[int, ...], is_asked: bool) -> np.ndarray:
    marks = np.empty(shape, object)
    for place, index in enumerate(np.ndindex(*shape)):
        marks[index] = frozenset({place}) if is_asked else frozenset()
    return marks


# -- the operations ----------------------------------------------------------------------------------------------------


def _run(
    jaxpr: Any, constants: Sequence[Any], arguments: Sequence[np.ndarray], operation: Operation
) -> list[np.ndarray]:
    known: dict[Any, np.ndarray] = {}

    def read(variable: Any) -> np.ndarray:
        return _numbers(variable.val) if hasattr(variable, "val") else known[variable]

    known.update(zip(jaxpr.constvars, map(_numbers, constants), strict=True))
    known.update(zip(jaxpr.invars, arguments, strict=True))
    for equation in jaxpr.eqns:
        operands = [read(variable) for variable in equation.invars]
        shapes = [variable.aval.shape for variable in equation.outvars]
        results = _equation(equation.primitive, equation.params, operands, shapes, operation)
        known.update(zip(equation.outvars, results, strict=True))
    return [read(variable) for variable in jaxpr.outvars]


def _numbers(array: Any) -> np.ndarray:
    """The entries of a constant, one by one."""
    if isinstance(array, np.ndarray) and array.dtype == object:
        return array
    numbers = np.empty(np.shape(array), object)
    for index in np.ndindex(*numbers.shape):
        numbers[index] = array[index] if numbers.shape else array
    return numbers


def _equation(
    primitive: Any, params: Any, operands: list[np.ndarray], shapes: list[tuple[int, ...]], operation: Operation
) -> list[np.ndarray]:
    name = str(primitive)
    inner = params.get("jaxpr", params.get("call_jaxpr", params.get("call")))
    if hasattr(inner, "jaxpr") and name in ("jit", "pjit", "closed_call", "custom_jvp_call", "custom_vmap_call"):
        run = functools.partial(_run, inner.jaxpr, inner.consts, operation=operation)
        is_whole = params.get("name") == _ONE_PASS and operation is _bind and _is_few(inner.jaxpr.outvars)
        return _kept_together(run, operands) if is_whole else run(operands)
    if name in _ELEMENTWISE:
        return [_each(functools.partial(operation, primitive, params), operands, shapes[0])]
    if name in _REDUCING:
        return [_reduced(functools.partial(operation, _REDUCING[name], {}), operands[0], params["axes"])]
    if name == "dot_general":
        return [_product(operation, operands[0], operands[1], params["dimension_numbers"])]
    if name == "split":
        cuts = np.cumsum(params["sizes"])[:-1]
        return list(np.split(operands[0], cuts, axis=params["axis"]))
    if name in _REARRANGING:
        return [_REARRANGING[name](operands, params)]
    if name == "iota":
        line = np.arange(shapes[0][params["dimension"]]).astype(params["dtype"])
        place = [1] * len(shapes[0])
        place[params["dimension"]] = -1
        return [_numbers(np.broadcast_to(line.reshape(place), shapes[0]))]
    raise _NoSuchForm(name)


def _is_few(results: Sequence[Any]) -> bool:
    """Whether results may be passes: what derivatives of a marked function remember, which bears its name too, may not."""
    kinds, numbers = {result.aval.dtype for result in results}, sum(result.aval.size for result in results)
    return len(kinds) == 1 and jnp.issubdtype(kinds.pop(), jnp.floating) and numbers <= _MOST_IN_PASSES


def _kept_together(run: Callable[..., list[np.ndarray]], operands: list[np.ndarray]) -> list[np.ndarray]:
    """Results of which every two are a pass of their own over all paths."""
    numbers = [number for operand in operands for number in operand.ravel()]
    clock = [n for n in numbers if isinstance(n, jax.Array) and n.ndim == 0 and jnp.issubdtype(n.dtype, jnp.floating)]
    width = np.broadcast_shapes(*(np.shape(number) for number in numbers))
    if not clock or not width or not devices.on_cpu():
        return run(operands)
    made: list[tuple[int, ...]] = []

    def pairs() -> list[Any]:
        results = run(operands)
        made[:] = [result.shape for result in results]
        flat = [jnp.broadcast_to(number, width) for result in results for number in result.ravel()]
        return [jax.lax.complex(*flat[k : k + 2]) if k + 1 < len(flat) else flat[k] for k in range(0, len(flat), 2)]

    def lost() -> list[Any]:
        both = complex(np.nan, np.nan)
        shapes = jax.eval_shape(pairs)
        return [jnp.full(one.shape, both if jnp.iscomplexobj(one) else np.nan, one.dtype) for one in shapes]

    # A clock that is not a number leaves no path that is one: nothing else could take the branch, and the compiler does not know.
    held = jax.lax.cond(clock[0] == clock[0], pairs, lost)
    flat = [part for one in held for part in ((one.real, one.imag) if jnp.iscomplexobj(one) else (one,))]
    ends = np.cumsum([math.prod(shape) for shape in made])
    return [
        object_array(flat[end - math.prod(shape) : end]).reshape(shape) for shape, end in zip(made, ends, strict=True)
    ]


def _each(
    function: Callable[[Sequence[Any]], Any], operands: Sequence[np.ndarray], shape: tuple[int, ...]
) -> np.ndarray:
    wide = [np.broadcast_to(operand, shape) for operand in operands]
    result = np.empty(shape, object)
    for index in np.ndindex(*shape):
        result[index] = function([operand[index] for operand in wide])
    return result


def _reduced(function: Callable[[Sequence[Any]], Any], operand: np.ndarray, axes: Sequence[int]) -> np.ndarray:
    kept = [axis for axis in range(operand.ndim) if axis not in axes]
    flat = operand.transpose([*kept, *axes]).reshape([operand.shape[axis] for axis in kept] + [-1])
    if flat.shape[-1] == 0:
        raise _NoSuchForm
    result = np.empty(flat.shape[:-1], object)
    for index in np.ndindex(*result.shape):
        result[index] = functools.reduce(lambda a, b: function([a, b]), flat[index])
    return result


def _product(operation: Operation, left: np.ndarray, right: np.ndarray, numbers: Any) -> np.ndarray:
    (sum_left, sum_right), (many_left, many_right) = numbers
    rows = [axis for axis in range(left.ndim) if axis not in (*sum_left, *many_left)]
    columns = [axis for axis in range(right.ndim) if axis not in (*sum_right, *many_right)]
    many = [left.shape[axis] for axis in many_left]
    shape = (*many, *(left.shape[a] for a in rows), *(right.shape[a] for a in columns))
    count = int(np.prod(many, dtype=int))
    length = int(np.prod([left.shape[axis] for axis in sum_left], dtype=int))
    left = left.transpose([*many_left, *rows, *sum_left]).reshape(count, -1, length)
    right = right.transpose([*many_right, *columns, *sum_right]).reshape(count, -1, length)
    result = np.empty((count, left.shape[1], right.shape[1]), object)
    times, plus = (functools.partial(operation, one, {}) for one in (jnp.multiply, jnp.add))
    for b, i, j in np.ndindex(*result.shape):
        terms = [times([left[b, i, k], right[b, j, k]]) for k in range(length)]
        result[b, i, j] = functools.reduce(lambda a, c: plus([a, c]), terms)
    return result.reshape(shape)


def _broadcast(operands: list[np.ndarray], params: Any) -> np.ndarray:
    place = [1] * len(params["shape"])
    for axis, length in zip(params["broadcast_dimensions"], operands[0].shape, strict=True):
        place[axis] = length
    return np.broadcast_to(operands[0].reshape(place), params["shape"])


def _padded(operands: list[np.ndarray], params: Any) -> np.ndarray:
    inner, value = operands
    config = params["padding_config"]
    if any(between or low < 0 or high < 0 for low, high, between in config):
        raise _NoSuchForm("pad")
    shape = [low + size + high for (low, high, _), size in zip(config, inner.shape, strict=True)]
    result = np.empty(shape, object)
    for index in np.ndindex(*shape):
        result[index] = value[()]
    result[tuple(slice(low, low + size) for (low, _, _), size in zip(config, inner.shape, strict=True))] = inner
    return result


def _slice(operands: list[np.ndarray], params: Any) -> np.ndarray:
    strides = params["strides"] or (1,) * operands[0].ndim
    cuts = zip(params["start_indices"], params["limit_indices"], strides, strict=True)
    return operands[0][tuple(slice(*cut) for cut in cuts)]


_REARRANGING: dict[str, Callable[[list[np.ndarray], Any], np.ndarray]] = {
    "broadcast_in_dim": _broadcast,
    "concatenate": lambda operands, params: np.concatenate(operands, axis=params["dimension"]),
    "stack": lambda operands, params: np.stack(operands, axis=params.get("axis", params.get("dimension", 0))),
    "pad": _padded,
    "reshape": lambda operands, params: operands[0].reshape(params["new_sizes"]),
    "rev": lambda operands, params: np.flip(operands[0], params["dimensions"]),
    "slice": _slice,
    "squeeze": lambda operands, params: np.squeeze(operands[0], tuple(params["dimensions"])),
    "transpose": lambda operands, params: operands[0].transpose(params["permutation"]),
}
