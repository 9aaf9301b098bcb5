"""One expression from its text: a reader by recursive descent, which evaluates nothing.

    sum > product > sign > power > atom                a space between two atoms is a product

What people write is read where it can mean one thing only: X(t) is the state, a(b - X) and kX are products where a and k are
parameters that have a number, √X and cos Ωt are functions of the one thing that follows. What could mean two things is refused,
with both ways to write it. Delays, X(t - 1), are refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import sympy

from evolaw import checks
from evolaw.errors import ParseError
from evolaw.ito.notation.spelling import GREEK
from evolaw.ito.notation.tokens import Token, fault, is_noise

__all__ = ["FUNCTIONS", "RESERVED", "Reader"]

FUNCTIONS = {
    "exp": sympy.exp,
    "log": sympy.log,
    "ln": sympy.log,
    "sqrt": sympy.sqrt,
    "abs": sympy.Abs,
    "sign": sympy.sign,
    "max": sympy.Max,
    "min": sympy.Min,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "asinh": sympy.asinh,
    "atan": sympy.atan,
}
"""The functions an equation may use; max and min take two arguments or more."""

_AS_PRINTED = {"Abs": "abs", "Max": "max", "Min": "min"}  # what is printed is read back

RESERVED = frozenset(("nan", "inf", "infinity", "oo", "zoo", "None", "True", "False", "dt"))
"""Words that can name no parameter."""

_MAX_DEPTH, _MAX_POWER, _MAX_BITS, _LARGEST, _LARGEST_EXPONENT = 60, 64, 4096, 1e300, 690
_SEVERAL, _GROWING = {"max", "min"}, {"exp", "sinh", "cosh"}


class Reader:
    """Reads one expression.

    Args:
        tokens: what `evolaw.ito.notation.tokens.split` gives.
        symbols: names with a meaning; parameters found are added.
        real: parameters that may have any sign.
        states: names of the states.
        known: names that have a number; they tell k X from a parameter kX. None when no numbers are given.
        equation: whether dt and dW have their meaning.
        end: column after the text, for what is missing there.
    """

    def __init__(
        self,
        tokens: list[Token],
        symbols: dict[str, sympy.Symbol],
        *,
        real: Collection[str] = (),
        states: Collection[str] = (),
        known: Collection[str] | None = None,
        equation: bool = True,
        end: int = 1,
    ) -> None:
        self.tokens, self.symbols, self.real, self.states = tokens, symbols, real, states
        self.known, self.equation, self.end = known, equation, end
        self.at, self.depth = 0, 0

    def read(self) -> sympy.Expr:
        """Return the expression.

        Raises:
            ParseError: with the column of the fault.
        """
        value = self._sum()
        if self.at < len(self.tokens):
            raise self._refuse(f"{self.tokens[self.at].word!r} is not expected here")
        return value

    # -- the words --------------------------------------------------------------------------------------------------------

    def _peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead].word if self.at + ahead < len(self.tokens) else ""

    def _take(self) -> Token:
        if self.at >= len(self.tokens):
            raise self._refuse("the expression ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def _is_glued(self) -> bool:
        """Whether the next word follows the last one without a space, as in f(x) but not in a (x + 1)."""
        return self.at < len(self.tokens) and self.tokens[self.at].glued

    def _refuse(self, what: str) -> ParseError:
        inside = self.at < len(self.tokens)
        column = self.tokens[self.at].column if inside else (self.tokens[-1].column + 1 if self.tokens else self.end)
        return fault(f"In the equation, {what}.", column)

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self._refuse(f"more than {_MAX_DEPTH} brackets are nested")

    # -- the grammar ------------------------------------------------------------------------------------------------------

    def _sum(self) -> sympy.Expr:
        self._deeper()
        value = self._product()
        while self._peek() in {"+", "-"}:
            sign = self._take().word
            following = self._product()
            value = self._number(value + following if sign == "+" else value - following)
        self.depth -= 1
        return value

    def _product(self) -> sympy.Expr:
        value = self._signed()
        while True:
            sign = self._peek()
            if sign in {"*", "·", "∘", "/"}:
                self._take()
                following = self._signed()
                value = self._number(value / following if sign == "/" else value * following)
            elif self._is_circle():
                self._take()
            elif sign and sign not in {"+", "-", ")", "=", "^", "**", ","}:
                value = self._number(value * self._power())
            else:
                return value

    def _is_circle(self) -> bool:
        """The letter o before a noise stands for the Stratonovich circle."""
        return self.equation and self._peek() == "o" and is_noise(self._peek(1))

    def _signed(self) -> sympy.Expr:
        negative = False
        while self._peek() in {"+", "-"}:
            negative ^= self._take().word == "-"
        value = self._power()
        return -value if negative else value

    def _power(self) -> sympy.Expr:
        base = self._atom()
        if self._peek() not in {"^", "**"}:
            return base
        self._deeper()
        self._take()
        negative = self._peek() == "-"
        if negative:
            self._take()
        exponent = self._power()
        self.depth -= 1
        self._bound(base, exponent)
        return self._number(base ** (-exponent if negative else exponent))

    def _bound(self, base: sympy.Expr, exponent: sympy.Expr) -> None:
        """Refuse powers whose digits or terms would fill the memory."""
        if not exponent.is_number:
            return
        if exponent.has(sympy.Function) and not exponent.is_Rational:
            raise self._refuse("an exponent is a function of a number; write the number")
        size = abs(sympy.Float(exponent, 15))
        inner = [abs(power.exp) for power in base.atoms(sympy.Pow) if power.exp.is_Rational]
        if size > _MAX_POWER or size * max(inner, default=1) > _MAX_POWER:
            raise self._refuse(f"powers go up to {_MAX_POWER}, powers of powers too")
        bits = max((max(abs(n.p), n.q).bit_length() for n in base.atoms(sympy.Rational)), default=0)
        if bits * size > _MAX_BITS:
            raise self._refuse(f"numbers have at most {_MAX_BITS} binary digits")

    def _number(self, value: sympy.Expr) -> sympy.Expr:
        """Pass on what is a finite real number whatever the letters are."""
        if value.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
            self.at -= 1
            raise self._refuse("something is divided by zero, or is not finite")
        if value.has(sympy.I):
            self.at -= 1
            raise self._refuse("a root or logarithm of a negative number is taken; the numbers here are real")
        if value.is_number and not value.is_Rational and abs(value.evalf(5)) > _LARGEST:
            self.at -= 1
            raise self._refuse(f"a number is beyond {_LARGEST:g}")
        return value

    def _atom(self) -> sympy.Expr:
        token = self._take()
        if token.kind == "number":
            return _rational(token)
        if token.kind == "name":
            token = token._replace(word=_AS_PRINTED.get(token.word, token.word)) if self._peek() == "(" else token
            return self._function(token) if token.word in FUNCTIONS else self._name(token)
        if token.word == "(":
            value = self._sum()
            self._close("a bracket is not closed")
            return value
        if token.word == "√":
            return self._number(sympy.sqrt(self._under_root()))
        self.at -= 1
        raise self._refuse(f"{token.word!r} is not expected here")

    def _close(self, otherwise: str) -> None:
        if self._peek() != ")":
            raise self._refuse(otherwise)
        self._take()

    def _under_root(self) -> sympy.Expr:
        if self._peek() in {"+", "-", ""}:
            raise self._refuse("√ needs its argument, as in √X or √(2 D)")
        value = self._atom()
        following = self.tokens[self.at] if self.at < len(self.tokens) else None
        if following and (following.word in {"^", "**"} or (following.glued and following.kind in {"number", "name"})):
            raise self._refuse("how far √ reaches is not clear; write √(…) with brackets")
        return value

    def _function(self, token: Token) -> sympy.Expr:
        name = token.word
        if self._peek() != "(":
            return self._number(FUNCTIONS[name](self._bare_argument(token)))
        self._take()
        arguments = [self._sum()]
        while self._peek() == "," and name in _SEVERAL:
            self._take()
            arguments.append(self._sum())
        self._close(f"the bracket of {name} is not closed")
        if name in _SEVERAL and len(arguments) < 2:
            raise fault(f"{name} needs two arguments or more, as {name}(X, 0).", token.column)
        if name in _GROWING and arguments[0].is_number and abs(arguments[0].evalf(5)) > _LARGEST_EXPONENT:
            raise fault(
                f"{name} of a number beyond {_LARGEST_EXPONENT} is not finite in double precision.", token.column
            )
        return self._number(FUNCTIONS[name](*arguments))

    def _bare_argument(self, token: Token) -> sympy.Expr:
        """The argument of cos Ωt: Greek letters, then one name or nothing, then an end."""
        begin = self.at
        while self._peek() in GREEK:
            self.at += 1
        greek = self.at > begin
        if self.at < len(self.tokens) and self.tokens[self.at].kind == "name" and not self._stops(self._peek()):
            self.at += 1
        if not greek or not (self._peek() in {"", "+", "-", ")", "*", "·", "/", ","} or self._stops(self._peek())):
            self.at = begin
            raise fault(f"{token.word} needs its argument in brackets.", token.column)
        inner = Reader(
            self.tokens[begin : self.at], self.symbols, real=self.real, states=self.states, known=self.known,
            equation=False,
        )  # fmt: skip
        return inner.read()

    def _stops(self, word: str) -> bool:
        return word in {"dt", "∘", "o"} or is_noise(word) or word in FUNCTIONS

    # -- names ------------------------------------------------------------------------------------------------------------

    def _name(self, token: Token) -> sympy.Expr:
        name = token.word
        if name == "pi":
            return sympy.pi
        if self.equation and (name == "dt" or is_noise(name)):
            self._skip_time(token)
            return sympy.Symbol(name)
        if name in RESERVED and name not in self.symbols:
            raise fault(
                f"{name} is a reserved word and no parameter; give the number or choose another name.", token.column
            )
        called = self._peek() == "(" and self._is_glued()
        if name in self.states:
            if self._peek() == "(":
                self._time_of_state(token)
        elif called and (name not in self.symbols or self._bracket() == ["t"]):
            self._require_product(token)
        if name in self.symbols:
            return self.symbols[name]
        if "'" in name:
            raise fault(
                f"{name} is a derivative, and derivatives stand in equations only, as x'' + x = 0.", token.column
            )
        return self._two_names(token) or self._parameter(name)

    def _parameter(self, name: str) -> sympy.Symbol:
        if name not in self.symbols:
            self.symbols[name] = (
                sympy.Symbol(name, real=True) if name in self.real else sympy.Symbol(name, positive=True)
            )
        return self.symbols[name]

    def _bracket(self) -> list[str]:
        """The words between the bracket that comes next and its partner."""
        depth, words = 0, list[str]()
        for token in self.tokens[self.at :]:
            depth += (token.word == "(") - (token.word == ")")
            if depth == 0:
                return words[1:]
            words.append(token.word)
        raise self._refuse("a bracket is not closed")

    def _skip_time(self, token: Token) -> None:
        """Read dW(t) as dW."""
        if self._peek() == "(" and self._is_glued():
            words = self._bracket()
            if words != ["t"]:
                said = "".join(words)
                raise fault(
                    f"{token.word}({said}) is not at the present time; noise is written {token.word}.", token.column
                )
            self.at += 3

    def _time_of_state(self, token: Token) -> None:
        """Read X(t) as X, and refuse what another time would mean."""
        name, words = token.word, self._bracket()
        said = "".join(words)
        if words == ["t"]:
            if not self._is_glued():
                raise fault(f"{name} (t) can be the state or a product; write {name} or {name}*t.", token.column)
            self.at += 3
        elif words[:1] == ["t"] and words[1:2] in (["-"], ["+"]) and self._is_glued():
            what = "delay" if words[1] == "-" else "look ahead"
            raise fault(
                f"{name}({said}) is a {what}: equations with delays are not solved here. For a product write {name}*({said}).",
                token.column,
            )
        elif self._is_glued() and not set(words) & set(self.states):
            if "t" in words:
                raise fault(
                    f"{name}({said}) can be a delay or a product; write {name}*({said}) for the product.", token.column
                )
            if len(words) == 1 and words[0].replace(".", "").isdigit():
                raise fault(
                    f"{name}({said}) is the state at one time, which no coefficient may use; for a product write {said} {name}.",
                    token.column,
                )

    def _require_product(self, token: Token) -> None:
        """Pass a(b - X), which is a product; refuse f(X), which would be a function that is not known."""
        name, words = token.word, self._bracket()
        letter = re.fullmatch(r"[^\W\d](_?\d*|_\w+)", name) is not None or name in GREEK or name in (self.known or ())
        if words == ["t"]:
            raise fault(
                f"{name}(t) would be a parameter that changes with time; write it out, as {name}*(1 + a sin(t)).",
                token.column,
            )
        if letter and not (len(words) == 1 and words[0] in self.states):
            return
        if name.lower() in ("randn", "rand", "normrnd", "normal", "gauss"):
            raise fault(f"{name} draws numbers; the noise is dW: sqrt(2*D) dW, without a step in it.", token.column)
        near = checks.nearest(name, FUNCTIONS)
        advice = f"Did you mean {near}?" if near else f"Known are {', '.join(FUNCTIONS)}."
        said = " ".join(words)
        raise fault(f"{name} is not a known function. {advice} For a product write {name} ({said}).", token.column)

    def _two_names(self, token: Token) -> sympy.Expr | None:
        """Read kX as k X where k has a number and kX has none; refuse it where it can be either."""
        name = token.word
        if name in (self.known or ()) or name in self.real or name in GREEK:
            return None
        for state in sorted(self.states, key=len, reverse=True):
            front = name.removesuffix(state)
            if not front or front == name or front.endswith("_"):
                continue
            if front in (self.known or ()) and front not in RESERVED:
                return self._number(self._parameter(front) * self.symbols[state])
            if len(front) == 1 or front in GREEK or front in self.states:
                raise fault(
                    f"{name} is one name; write {front} {state} for the product of {front} and {state}, or {front}_{state} "
                    "for a parameter of its own.",
                    token.column,
                )
        return None


def _rational(token: Token) -> sympy.Expr:
    if len(token.word) > 30:
        raise fault("A number has at most 30 characters.", token.column)
    power = re.search(r"[eE]([-+]?\d+)", token.word)
    if power and abs(int(power.group(1))) > 300:
        raise fault(f"{token.word} is beyond what can be computed with, 1e-300 to 1e300.", token.column)
    return sympy.Rational(token.word)
