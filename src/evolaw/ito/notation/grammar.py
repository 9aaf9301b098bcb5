"""From text to symbols: how a stochastic differential equation is written, read without evaluating anything.

    dX = (mu - r X) dt + sigma sqrt(X) dW          one equation; several are separated by ";", by lines or by ", dY ="
    dX = V dt; dV = (-gamma V - X) dt + s dW1      as many noises as there are names beginning with dW
    dX = a X dt + b X ∘ dW                         "∘ dW" (or "o dW") makes the whole system Stratonovich
    dx/dt = -k x + s xi(t)                         Langevin's form: xi(t) is white noise, <xi(t) xi(s)> = delta(t - s)
    x'' + g x' + x = s xi(t)                       orders above one become states of their own (`evolaw.ito.notation.langevin`)

A product may be written with ``*``, ``·``, ``×`` or a space. Names are letters, digits and underscores, Greek ones or spelled out
(`evolaw.ito.notation.spelling`); ``t`` is the time, the names with a ``d`` before them on the left are the states, also as X(t), every
other name is a parameter. Known functions: `evolaw.ito.notation.reader.FUNCTIONS`. Known numbers: ``pi``; ``e`` is a name like any other
(write exp(1)).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import comb

import sympy

from evolaw.errors import ParseError
from evolaw.ito.notation.langevin import first_order
from evolaw.ito.notation.reader import FUNCTIONS, RESERVED, Reader
from evolaw.ito.notation.spelling import Spelled, name_of, spell
from evolaw.ito.notation.tokens import is_noise, split
from evolaw.ito.patience import bounded
from evolaw.told import told

__all__ = ["FUNCTIONS", "Equations", "read_equations", "read_expression"]

_MAX_LENGTH, _MAX_STATES, _MAX_NOISES, _MAX_TERMS = 4000, 128, 128, 2000
_HEAD = re.compile(r"\s*d\s*(?P<name>[^\W\d]\w*)\s*(\(\s*t\s*\)\s*)?=")


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


@bounded
def read_equations(text: str, *, real: Collection[str] = (), known: Collection[str] | None = None) -> Equations:
    """Read a system of stochastic differential equations.

    Args:
        text: as the docstring of this file says; at most 4000 characters, 128 states and 128 noises.
        real: parameters that may have any sign; the others are taken to be positive.
        known: parameters that have a number; with k and not kX among them kX is the product of k and the state X.

    Raises:
        ParseError: with the column of the fault; unknown functions come with the nearest known one.

    Example:
        >>> read_equations("dX = -theta X dt + sigma dW").drift
        (-X*theta,)
        >>> read_equations("ẍ + γẋ + x = √(2 D) ξ(t)").diffusion
        ((0,), (sqrt(2)*sqrt(D),))
    """
    if len(text) > _MAX_LENGTH:
        raise ParseError(f"An equation may have at most {_MAX_LENGTH} characters; this one has {len(text)}.")
    real = tuple(_parameter(name) for name in real)
    parts = _parts(spell(text))
    if not parts:
        raise ParseError('There is no equation. Write for example "dX = -theta X dt + sigma dW".', source="equation")
    slopes = [part for part in parts if re.search(r"\w'", part.text)]
    if slopes:
        if len(slopes) < len(parts):
            raise ParseError(
                "Write all equations with d… = … dt, or all with derivatives; not some of each.", source="equation"
            )
        return Equations(*first_order([(split(part), part.columns[0] + 1) for part in parts], real, known), "ito")
    heads = [_head(part) for part in parts]
    names = [name for name, _ in heads]
    for name in names:
        if names.count(name) > 1:
            raise ParseError(f"d{name} has two equations.", source="equation")
    if len(names) > _MAX_STATES:
        raise ParseError(
            f"A system may have at most {_MAX_STATES} states; this one has {len(names)}.", source="equation"
        )
    bodies = [split(body) for _, body in heads]
    stratonovich = any(
        token.word in {"∘", "o"} and is_noise(following.word) for body in bodies for token, following in pairwise(body)
    )
    symbols = {name: sympy.Symbol(name, real=True) for name in names} | {"t": sympy.Symbol("t", real=True)}
    sides = [
        Reader(
            body, symbols, real=real, states=names, known=known, end=rest.columns[-1] + 2 if rest.columns else 1
        ).read()
        for body, (_, rest) in zip(bodies, heads, strict=True)
    ]
    noises = sorted({name for side in sides for name in map(str, side.free_symbols) if is_noise(name)}, key=_by_number)
    if len(noises) > _MAX_NOISES:
        raise ParseError(
            f"A system may have at most {_MAX_NOISES} noises; this one has {len(noises)}.", source="equation"
        )
    rows = [_coefficients(side, noises, name) for side, name in zip(sides, names, strict=True)]
    return Equations(
        states=tuple(symbols[name] for name in names),
        drift=tuple(row[0] for row in rows),
        diffusion=tuple(tuple(row[1:]) for row in rows),
        noises=tuple(name[1:] for name in noises),
        calculus="stratonovich" if stratonovich else "ito",
    )


@told
@bounded
def read_expression(
    text: str, symbols: Mapping[str, sympy.Symbol], *, real: Collection[str] = (), states: Collection[str] = ()
) -> sympy.Expr:
    """Read one expression; names that are not in ``symbols`` become positive parameters, or real ones if listed.

    Args:
        text: the expression.
        symbols: names with a meaning.
        real: new parameters that may have any sign.
        states: those of the symbols that move; X(t) is X for these.

    Example:
        >>> read_expression("2 x² sin(x)", {"x": sympy.Symbol("x")})
        2*x**2*sin(x)
    """
    if len(text) > _MAX_LENGTH:
        raise ParseError(f"An expression may have at most {_MAX_LENGTH} characters; this one has {len(text)}.")
    return Reader(split(spell(text)), dict(symbols), real=real, states=states, equation=False).read()


def _parameter(name: str) -> str:
    """The name of a parameter in the one spelling; no word that means something else."""
    plain = name_of(name, "real")
    if plain in RESERVED or plain in FUNCTIONS or plain in {"t", "pi"} or is_noise(plain):
        raise ParseError(f"{name} has a meaning of its own and is no parameter.", source="real")
    return plain


def _parts(spelled: Spelled) -> list[Spelled]:
    """The equations one by one."""
    cuts = [
        match.span()
        for match in re.finditer(
            r"[;\n]|,(?=\s*d\s*[^\W\d]\w*\s*(\(\s*t\s*\)\s*)?=)|,(?=[^;,\n]*\w'[^;,\n]*=)", spelled.text
        )
    ]
    begins, ends = [0, *(end for _, end in cuts)], [*(begin for begin, _ in cuts), len(spelled.text)]
    parts = [Spelled(spelled.text[a:b], spelled.columns[a:b]) for a, b in zip(begins, ends, strict=True)]
    return [part for part in parts if part.text.strip()]


def _head(part: Spelled) -> tuple[str, Spelled]:
    match = _HEAD.match(part.text)
    if not match:
        raise ParseError('An equation begins like "dX =".', source="equation", line=1, column=part.columns[0] + 1)
    name = match["name"]
    if name in RESERVED or name in FUNCTIONS or name in {"t", "pi"} or is_noise("d" + name):
        raise ParseError(f"d{name} cannot stand on the left; t is the time and W… are the noises.", source="equation")
    return name, Spelled(part.text[match.end() :], part.columns[match.end() :])


def _coefficients(side: sympy.Expr, noises: list[str], name: str) -> list[sympy.Expr]:
    """Split a right side, linear in dt and the noises, into their coefficients."""
    steps = [sympy.Symbol("dt"), *map(sympy.Symbol, noises)]
    if _terms(side) <= _MAX_TERMS:
        side = sympy.expand(side)
        found = [side.coeff(step, 1) for step in steps]
        rest = sympy.expand(side - sum(part * step for part, step in zip(found, steps, strict=True)))
    else:  # multiplied out it would fill pages: it stays as it is written
        found = [sympy.diff(side, step) for step in steps]
        rest = side.subs(dict.fromkeys(steps, 0))
    if rest != 0 or any(part.has(*steps) for part in found):
        raise ParseError(_why_not_linear(side, rest, steps, name), source="equation")
    return [sympy.factor_terms(part) if part.is_Add and len(part.args) <= _MAX_TERMS else part for part in found]


_DRAWS = frozenset(("randn", "rand", "normrnd", "normal", "gauss", "noise", "xi", "eta", "wgn"))
"""What noise is called elsewhere."""


def _why_not_linear(side: sympy.Expr, rest: sympy.Expr, steps: list[sympy.Symbol], name: str) -> str:
    """What to say of a right side that is no sum of terms with one factor dt or dW."""
    inside = [part for part in side.atoms(sympy.Pow, sympy.Function) if part.free_symbols & set(steps)]
    if any(part == sympy.sqrt(steps[0]) for part in inside):
        return f"In d{name}, sqrt(dt) is the size of the noise's step; write dW for the noise and leave sqrt(dt) out."
    words = {str(symbol) for symbol in rest.free_symbols}
    if words & _DRAWS:
        return f"In d{name}, {min(words & _DRAWS)} draws numbers; the noise is dW: sqrt(2*D) dW, without a step in it."
    if other := next((word for word in sorted(words) if re.fullmatch(r"d[BZw]\w*|Dt", word)), ""):
        return f"In d{name}, the noise is dW, or dW1, dW2, …, and the step of time dt; write them for {other}."
    said = f"Every term of d{name} needs exactly one factor dt or dW…"
    if inside:
        return f"{said}, not inside a power or a function as in {inside[0]}."
    return f"{said}; {rest if rest != 0 else side} has not."


def _terms(expression: sympy.Expr) -> int:
    """At most how many terms an expression has when it is multiplied out."""
    if expression.is_Add:
        return sum(map(_terms, expression.args))
    if expression.is_Mul:
        count = 1
        for factor in expression.args:
            count = min(count * _terms(factor), _MAX_TERMS + 1)
        return count
    if expression.is_Pow and expression.exp.is_Integer and expression.exp > 0:
        inner, power = _terms(expression.base), int(expression.exp)
        return comb(inner + power - 1, power) if inner < 100 else _MAX_TERMS + 1
    return max((_terms(part) for part in expression.args), default=1)


def _by_number(name: str) -> tuple[int, str]:
    digits = re.sub(r"\D", "", name)
    return (int(digits[:9]) if digits else 0, name)
