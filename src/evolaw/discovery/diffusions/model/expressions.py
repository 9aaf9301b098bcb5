"""From text to a function of the state: a term such as ``x^2 sin(2(q-p))``, read without evaluating anything.

The notation is that of `evolaw.ito.notation`: a product is written with ``*``, ``·`` or a space, a power with ``^`` or ``**``,
the functions are `FUNCTIONS`. Here it is read straight into array operations, so that neither SymPy nor JAX is loaded to weigh a
recording. Every operation is analytic and takes complex numbers, which `Term.deheated` and `Term.slope` rest on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.errors import ParseError

__all__ = ["FUNCTIONS", "Term", "evaluate", "read_term", "split_list"]


def _absolute(x: np.ndarray) -> np.ndarray:
    # |x| continued analytically to either side of zero; numpy's would throw the imaginary part away.
    return np.where(np.real(x) < 0, -x, x)


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": _absolute,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "atan": np.arctan,
}
"""The functions a term may use."""

_MAX_LENGTH, _MAX_DEPTH, _MAX_POWER = 400, 30, 64
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|[-+*/^()·]))"
)

Tree = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Term:
    """One function of the state.

    Attributes:
        name: how it was written, without spaces at the ends.
        tree: the operations, innermost first.
        size: number of components of the state.

    Example:
        >>> term = read_term("x^2 y", ["x", "y"])
        >>> term.values([np.array([2.0]), np.array([3.0])])
        array([12.])
    """

    name: str
    tree: Tree
    size: int

    @cached_property
    def components(self) -> tuple[int, ...]:
        """The components it depends on, in rising order."""
        return tuple(sorted(_leaves(self.tree)))

    def values(self, state: Sequence[np.ndarray]) -> np.ndarray:
        """Return the term at every state; ``state`` is one array a component, all of one shape."""
        with np.errstate(all="ignore"):  # what is no number is named by whoever asks for it
            result = np.asarray(evaluate(self.tree, state))
        return result if result.shape == np.shape(state[0]) else np.broadcast_to(result, np.shape(state[0])).copy()

    def slope(self, state: Sequence[np.ndarray], component: int) -> np.ndarray:
        """Return the derivative with respect to one component: Im φ(x + ih) / h with h = 1e-30, exact to rounding."""
        if component not in self.components:
            return np.zeros(np.shape(state[0]))
        shifted = [x + 1e-30j if i == component else x for i, x in enumerate(state)]
        return np.imag(self.values(shifted)) / 1e-30

    def deheated(self, state: Sequence[np.ndarray], sd: Sequence[float]) -> np.ndarray:
        r"""Return the function whose mean over measurement noise is the term: :math:`e^{-\sum_i s_i^2 \partial_i^2/2} φ`.

        .. math:: \tilde φ(y) = E[φ(y + i s ξ)], \quad ξ \text{ standard normal},

        by Gauss–Hermite quadrature: exact for polynomials up to degree 9 in one component, 5 in each of several.
        """
        noisy = [i for i in self.components if sd[i] > 0]
        if not noisy:
            return self.values(state)
        total = np.zeros(np.shape(state[0]))
        for nodes, weight in _hermite(len(noisy)):
            shifted = list(state)
            for component, node in zip(noisy, nodes, strict=True):
                shifted[component] = state[component] + 1j * (sd[component] * node)
            total += weight * np.real(self.values(shifted))
        return total


@lru_cache
def _hermite(dimensions: int) -> tuple[tuple[tuple[float, ...], float], ...]:
    """Nodes and weights of a standard normal; of two that are conjugate only one is kept, its weight doubled."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(5 if dimensions == 1 else 3)
    weights = weights / weights.sum()
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*[nodes] * dimensions, indexing="ij")], 1)
    mass = np.prod(np.stack([axis.ravel() for axis in np.meshgrid(*[weights] * dimensions, indexing="ij")], 1), 1)
    half = len(grid) // 2
    kept = [(tuple(map(float, row)), 2 * float(m)) for row, m in zip(grid[:half], mass[:half], strict=True)]
    return (*kept, (tuple(map(float, grid[half])), float(mass[half])))


def _leaves(tree: Tree) -> set[int]:
    if tree[0] == "component":
        return {tree[1]}
    return set().union(*(_leaves(part) for part in tree[1:] if isinstance(part, tuple))) if len(tree) > 1 else set()


def evaluate(tree: Tree, state: Sequence[Any], functions: Mapping[str, Callable[[Any], Any]] = FUNCTIONS) -> Any:
    """Return the value of a tree of operations; other ``functions`` than NumPy's let other arrays be the state."""
    kind = tree[0]
    if kind == "number":
        return tree[1]
    if kind == "component":
        return state[tree[1]]
    if kind == "call":
        return functions[tree[1]](evaluate(tree[2], state, functions))
    if kind == "^":
        return _power(evaluate(tree[1], state, functions), evaluate(tree[2], state, functions))
    left = evaluate(tree[1], state, functions)
    if kind == "negative":
        return -left
    right = evaluate(tree[2], state, functions)
    return left + right if kind == "+" else left * right if kind == "*" else left / right


def _power(base: Any, exponent: Any) -> Any:
    if not isinstance(exponent, float) or not exponent.is_integer() or abs(exponent) > _MAX_POWER:
        return base**exponent
    # Products instead of numpy's power, which is about ten times slower; squaring halves their number.
    count, result, square = int(abs(exponent)), 1.0, base
    while count:
        result = result * square if count & 1 else result
        count >>= 1
        square = square * square if count else square
    return 1.0 / result if exponent < 0 else result


def split_list(text: str) -> list[str]:
    """Split at the commas that stand outside brackets.

    Example:
        >>> split_list("1, x, sin(x)")
        ['1', 'x', 'sin(x)']
    """
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def read_term(text: str, names: Sequence[str]) -> Term:
    """Read one term.

    Args:
        text: at most 400 characters.
        names: names of the components.

    Raises:
        ParseError: with the column of the fault; an unknown name comes with the nearest known one.
    """
    if len(text) > _MAX_LENGTH:
        raise ParseError(
            f"A term may have at most {_MAX_LENGTH} characters; this one has {len(text)}.", source="library"
        )
    return Term(
        "".join(text.split()) if "*" in text or "·" in text else text.strip(), _Reader(text, names).read(), len(names)
    )


class _Reader:
    """Recursive descent: sum > product > sign > power > atom, as in `evolaw.ito.notation`."""

    def __init__(self, text: str, names: Sequence[str]) -> None:
        self.text, self.names, self.at, self.depth = text, list(names), 0, 0
        self.tokens: list[tuple[str, str, int]] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if not match:
                raise self._error(f"{text[position:].strip()[0]!r} has no meaning in a term", position + 1)
            kind = str(match.lastgroup)
            self.tokens.append((kind, match.group(kind), match.start(kind) + 1))
            position = match.end()

    def read(self) -> Tree:
        if not self.tokens:
            raise self._error("there is no term", 1)
        tree = self._sum()
        if self.at < len(self.tokens):
            raise self._error(f"{self._peek()!r} is not expected here", self.tokens[self.at][2])
        return tree

    def _error(self, what: str, column: int) -> ParseError:
        return ParseError(f"In the term {self.text.strip()!r}, {what}.", source="library", line=1, column=column)

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _take(self) -> tuple[str, str, int]:
        if self.at == len(self.tokens):
            raise self._error("the text ends too early", len(self.text) + 1)
        self.at += 1
        return self.tokens[self.at - 1]

    def _sum(self) -> Tree:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self._error(f"more than {_MAX_DEPTH} brackets are nested", 1)
        tree = self._product()
        while self._peek() in ("+", "-"):
            sign = self._take()[1]
            right = self._product()
            tree = ("+", tree, right if sign == "+" else ("negative", right))
        self.depth -= 1
        return tree

    def _product(self) -> Tree:
        tree = self._signed()
        while self._peek() and self._peek() not in ("+", "-", ")"):
            sign = self._peek()
            if sign in ("*", "·", "/"):
                self._take()
                tree = ("/" if sign == "/" else "*", tree, self._signed())
            elif sign in ("^", "**"):
                raise self._error("a power stands without its base", self.tokens[self.at][2])
            else:
                tree = ("*", tree, self._raised())
        return tree

    def _signed(self) -> Tree:
        negative = False
        while self._peek() in ("+", "-"):
            negative ^= self._take()[1] == "-"
        tree = self._raised()
        return ("negative", tree) if negative else tree

    def _raised(self) -> Tree:
        base = self._atom()
        if self._peek() not in ("^", "**"):
            return base
        _, _, column = self._take()
        negative = self._peek() == "-" and bool(self._take())
        exponent = self._raised()
        if exponent[0] != "number" or abs(exponent[1]) > _MAX_POWER:
            raise self._error(f"a power must be a number of at most {_MAX_POWER}", column)
        return ("^", base, ("number", -exponent[1] if negative else exponent[1]))

    def _atom(self) -> Tree:
        kind, word, column = self._take()
        if kind == "number":
            return ("number", float(word))
        if kind == "name":
            return self._named(word, column)
        if word == "(":
            tree = self._sum()
            if self._peek() != ")":
                raise self._error("a bracket is not closed", column)
            self._take()
            return tree
        raise self._error(f"{word!r} is not expected here", column)

    def _named(self, word: str, column: int) -> Tree:
        if word in self.names:
            return ("component", self.names.index(word))
        if word in FUNCTIONS:
            if self._peek() != "(":
                raise self._error(f"{word} needs its argument in brackets", column)
            self._take()
            tree = self._sum()
            if self._peek() != ")":
                raise self._error(f"the bracket of {word} is not closed", column)
            self._take()
            return ("call", word, tree)
        if word == "pi":
            return ("number", float(np.pi))
        near = checks.nearest(word, [*self.names, *FUNCTIONS])
        advice = f"; did you mean {near}?" if near else f"; the components are {', '.join(self.names)}"
        raise self._error(f"{word} is neither a component nor a function{advice}", column)
