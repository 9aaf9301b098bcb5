"""From text to symbols: how a stochastic differential equation is written, read without evaluating anything.

    dX = (mu - r X) dt + sigma sqrt(X) dW          one equation; several are separated by ";" or by lines
    dX = V dt; dV = (-gamma V - X) dt + s dW1      as many noises as there are names beginning with dW
    dX = a X dt + b X ∘ dW                         "∘ dW" (or "o dW") makes the whole system Stratonovich

A product may be written with ``*``, ``·`` or a space. Names are letters, digits and underscores; ``t`` is the time, the names
with a ``d`` before them on the left are the states, every other name is a parameter. Known functions: see `FUNCTIONS`. Known
numbers: ``pi`` and ``e`` is a name like any other (write exp(1)).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import sympy

from evolaw import checks
from evolaw.errors import ParseError

__all__ = ["FUNCTIONS", "Equations", "read_equations", "read_expression"]

FUNCTIONS = {
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "abs": sympy.Abs,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "asinh": sympy.asinh,
    "atan": sympy.atan,
}
"""The functions an equation may use."""

_MAX_LENGTH, _MAX_DEPTH, _MAX_POWER = 4000, 60, 64
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|[-+*/^()·∘=]))"
)


@dataclass(frozen=True)
class Equations:
    """What a text says: the states in order, their drift and diffusion, the noises and the calculus.

    Attributes:
        states: state symbols.
        drift: coefficient of dt of each state.
        diffusion: coefficient of each noise, one row a state.
        noises: noise names in order of appearance, such as ("W1", "W2").
        calculus: "ito" or "stratonovich".
    """

    states: tuple[sympy.Symbol, ...]
    drift: tuple[sympy.Expr, ...]
    diffusion: tuple[tuple[sympy.Expr, ...], ...]
    noises: tuple[str, ...]
    calculus: str


def read_equations(text: str, *, real: tuple[str, ...] = ()) -> Equations:
    """Read a system of stochastic differential equations.

    Args:
        text: as the docstring of this file says; at most 4000 characters.
        real: parameters that may have any sign; the others are taken to be positive.

    Raises:
        ParseError: with the column of the fault; unknown functions come with the nearest known one.

    Example:
        >>> read_equations("dX = -theta X dt + sigma dW").drift
        (-X*theta,)
    """
    if len(text) > _MAX_LENGTH:
        raise ParseError(f"An equation may have at most {_MAX_LENGTH} characters; this one has {len(text)}.")
    parts = [(match.start(), match.group()) for match in re.finditer(r"[^;\n]+", text) if match.group().strip()]
    if not parts:
        raise ParseError('There is no equation. Write for example "dX = -theta X dt + sigma dW".', source="equation")
    heads = [_head(part, start) for start, part in parts]
    names = [name for name, _ in heads]
    for name in names:
        if names.count(name) > 1:
            raise ParseError(f"d{name} has two equations.", source="equation")
    stratonovich = bool(re.search(r"(∘|\bo)\s*d\s*W", text))
    symbols = {name: sympy.Symbol(name, real=True) for name in names} | {"t": sympy.Symbol("t", real=True)}
    sides = [_Reader(body, offset, symbols, real, equation=True).read() for _, (body, offset) in heads]
    noises = sorted({name for side in sides for name in map(str, side.free_symbols) if _is_noise(name)}, key=_by_number)
    rows = [_coefficients(side, noises, name) for side, name in zip(sides, names, strict=True)]
    return Equations(
        states=tuple(symbols[name] for name in names),
        drift=tuple(row[0] for row in rows),
        diffusion=tuple(tuple(row[1:]) for row in rows),
        noises=tuple(name[1:] for name in noises),
        calculus="stratonovich" if stratonovich else "ito",
    )


def read_expression(text: str, symbols: Mapping[str, sympy.Symbol], *, real: tuple[str, ...] = ()) -> sympy.Expr:
    """Read one expression; names that are not in ``symbols`` become positive parameters, or real ones if listed.

    Example:
        >>> read_expression("2 x^2 sin(x)", {"x": sympy.Symbol("x")})
        2*x**2*sin(x)
    """
    if len(text) > _MAX_LENGTH:
        raise ParseError(f"An expression may have at most {_MAX_LENGTH} characters; this one has {len(text)}.")
    return _Reader(text, 0, dict(symbols), real, equation=False).read()


def _head(part: str, start: int) -> tuple[str, tuple[str, int]]:
    match = re.match(r"\s*d\s*([^\W\d]\w*)\s*=", part)
    if not match:
        raise ParseError('An equation begins like "dX =".', source="equation", line=1, column=start + 1)
    name = match.group(1)
    if name == "t" or _is_noise("d" + name):
        raise ParseError(f"d{name} cannot stand on the left; t is the time and W… are the noises.", source="equation")
    return name, (part[match.end() :], start + match.end())


def _coefficients(side: sympy.Expr, noises: list[str], name: str) -> list[sympy.Expr]:
    """Split a right side, linear in dt and the noises, into their coefficients."""
    steps = [sympy.Symbol("dt"), *map(sympy.Symbol, noises)]
    side = sympy.expand(side)
    found = [side.coeff(step, 1) for step in steps]
    rest = sympy.expand(side - sum(part * step for part, step in zip(found, steps, strict=True)))
    if rest != 0 or any(part.has(*steps) for part in found):
        raise ParseError(
            f"Every term of d{name} needs exactly one factor dt or dW…; {rest} has not.", source="equation"
        )
    return [sympy.factor_terms(part) if part.is_Add else part for part in found]


def _is_noise(name: str) -> bool:
    return re.fullmatch(r"dW\w*", name) is not None


def _by_number(name: str) -> tuple[int, str]:
    digits = re.sub(r"\D", "", name)
    return (int(digits) if digits else 0, name)


class _Reader:
    """A recursive-descent reader: sum > product > sign > power > atom. A space between two atoms is a product."""

    def __init__(
        self, text: str, offset: int, symbols: dict[str, sympy.Symbol], real: tuple[str, ...], *, equation: bool
    ) -> None:
        self.offset, self.symbols, self.real, self.equation = offset, symbols, real, equation
        self.tokens, self.at, self.depth = self._split(text), 0, 0

    def read(self) -> sympy.Expr:
        value = self._sum()
        if self.at < len(self.tokens):
            raise self._fault(f"{self.tokens[self.at][1]!r} is not expected here")
        return value

    def _split(self, text: str) -> list[tuple[str, str, int]]:
        tokens, position = [], 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if not match:
                position += len(text[position:]) - len(text[position:].lstrip())
                raise ParseError(
                    f"{text[position]!r} has no meaning here.",
                    source="equation",
                    line=1,
                    column=self.offset + position + 1,
                )
            kind = str(match.lastgroup)
            tokens.append((kind, match.group(kind), self.offset + match.start(kind) + 1))
            position = match.end()
        return tokens

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _take(self) -> tuple[str, str, int]:
        if self.at == len(self.tokens):
            raise self._fault("the expression ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def _fault(self, what: str) -> ParseError:
        inside = self.at < len(self.tokens)
        column = self.tokens[self.at][2] if inside else (self.tokens[-1][2] + 1 if self.tokens else self.offset + 1)
        return ParseError(f"In the equation, {what}.", source="equation", line=1, column=column)

    def _sum(self) -> sympy.Expr:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self._fault(f"more than {_MAX_DEPTH} brackets are nested")
        value = self._product()
        while self._peek() in {"+", "-"}:
            sign = self._take()[1]
            following = self._product()
            value = value + following if sign == "+" else value - following
        self.depth -= 1
        return value

    def _product(self) -> sympy.Expr:
        value = self._signed()
        while True:
            sign = self._peek()
            if sign in {"*", "·", "∘", "/"}:
                self._take()
                following = self._signed()
                value = value / following if sign == "/" else value * following
            elif self._is_circle():
                self._take()
            elif sign and sign not in {"+", "-", ")", "=", "^", "**"}:
                value = value * self._power()
            else:
                return value

    def _is_circle(self) -> bool:
        """The letter o before a noise stands for the Stratonovich circle."""
        following = self.tokens[self.at + 1][1] if self.at + 1 < len(self.tokens) else ""
        return self.equation and self._peek() == "o" and _is_noise(following)

    def _signed(self) -> sympy.Expr:
        negative = False
        while self._peek() in {"+", "-"}:
            negative ^= self._take()[1] == "-"
        value = self._power()
        return -value if negative else value

    def _power(self) -> sympy.Expr:
        base = self._atom()
        if self._peek() not in {"^", "**"}:
            return base
        self._take()
        negative = self._peek() == "-"
        if negative:
            self._take()
        exponent = self._power()
        if exponent.is_number and abs(exponent) > _MAX_POWER:
            raise self._fault(f"powers go up to {_MAX_POWER}")
        return base ** (-exponent if negative else exponent)

    def _atom(self) -> sympy.Expr:
        kind, word, column = self._take()
        if kind == "number":
            if len(word) > 30:
                raise ParseError("A number has at most 30 characters.", source="equation", line=1, column=column)
            return sympy.Rational(word) if "e" not in word.lower() else sympy.Rational(str(float(word)))
        if kind == "name":
            return self._call(word, column) if self._peek() == "(" and word in FUNCTIONS else self._symbol(word, column)
        if word == "(":
            value = self._sum()
            if self._peek() != ")":
                raise self._fault("a bracket is not closed")
            self._take()
            return value
        self.at -= 1
        raise self._fault(f"{word!r} is not expected here")

    def _call(self, name: str, column: int) -> sympy.Expr:
        self._take()
        value = self._sum()
        if self._peek() != ")":
            raise self._fault(f"the bracket of {name} is not closed")
        self._take()
        return FUNCTIONS[name](value)

    def _symbol(self, name: str, column: int) -> sympy.Expr:
        if name == "pi":
            return sympy.pi
        if self.equation and (name == "dt" or _is_noise(name)):
            return sympy.Symbol(name)
        if name in self.symbols:
            return self.symbols[name]
        if name in FUNCTIONS:
            raise ParseError(f"{name} needs its argument in brackets.", source="equation", line=1, column=column)
        if self._peek() == "(" and self._adjacent():
            near = checks.nearest(name, FUNCTIONS)
            advice = f" Did you mean {near}?" if near else f" Known are {', '.join(FUNCTIONS)}."
            raise ParseError(f"{name} is not a known function.{advice}", source="equation", line=1, column=column)
        symbol = sympy.Symbol(name, real=True) if name in self.real else sympy.Symbol(name, positive=True)
        self.symbols[name] = symbol
        return symbol

    def _adjacent(self) -> bool:
        """Whether the next token follows the last one without a space, as in f(x) but not in a (x + 1)."""
        last, following = self.tokens[self.at - 1], self.tokens[self.at]
        return last[2] + len(last[1]) == following[2]
