"""Equations as they are typed, set as mathematics: MathML for a page, mathtext for a figure.

    sum      = product { ("+" | "-") product }
    product  = power { ["*" | "/"] power }
    power    = ["-"] atom [ ("^" | "**") power ] [ "'" ]
    atom     = number | name [ "(" sum ")" ] | "√" power | "(" sum ")" | number words

Every text is tried; one that is no formula stays what it is. In MathML a long sum is a row of formulas, each a term: so it breaks into
lines between its terms, as browsers do not break inside one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup, escape

__all__ = ["mathml", "mathtext"]

_TOKEN = re.compile(
    r"\s*(?:(?P<open>\d+ (?:open|项未定))|(?P<number>\d+\.?\d*(?:e[+-]?\d+)?)|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign>\*\*|[-+*/^()=√'−∘∇,]))"
)
_LARGEST = 4000
_FUNCTIONS = frozenset(["sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "abs", "sign"])
_GREEK = dict(
    zip(
        [
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "theta",
            "kappa",
            "lambda",
            "mu",
            "nu",
            "xi",
            "rho",
            "sigma",
            "tau",
            "phi",
            "psi",
            "omega",
            "Gamma",
            "Omega",
        ],
        "αβγδεθκλμνξρστφψωΓΩ",
        strict=True,
    )
)


class _NoFormula(Exception):
    """The text is not of this grammar."""


@dataclass(frozen=True)
class _Node:
    """One piece of a formula: what it is, its word, its parts."""

    kind: str
    word: str = ""
    parts: tuple[_Node, ...] = ()


def mathml(text: str) -> Markup | None:
    """Return a typed formula as MathML, one element a term; None where the text is no formula.

    Example:
        >>> print(mathml("x^2"))
        <math><msup><mi>x</mi><mn>2</mn></msup></math>
        >>> mathml("is it one?") is None
        True
    """
    try:
        tree = _Reader(text).equation()
    except _NoFormula:
        return None
    return Markup(" ").join(Markup(f"<math>{piece}</math>") for piece in _pieces(tree, 0))


def mathtext(text: str) -> str:
    """Return a typed formula between dollars, as Matplotlib sets it; a text that is no formula as it is.

    Example:
        >>> mathtext("x^2 y"), mathtext("two words, no formula")
        ('$x^{2}\\\\,y$', 'two words, no formula')
    """
    try:
        return f"${_tex(_Reader(text).equation())}$"
    except _NoFormula:
        return text


class _Reader:
    """Reads a formula by descent."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        place, end = 0, len(text.rstrip())
        while place < end:
            found = _TOKEN.match(text, place)
            if found is None or end > _LARGEST:
                raise _NoFormula
            kind = str(found.lastgroup)
            self._tokens.append((kind, found[kind]))
            place = found.end()
        self._at, self._depth = 0, 0

    def equation(self) -> _Node:
        """Read all of the text."""
        sides = [self._sum()]
        while self._take("="):
            sides.append(self._sum())
        if self._at < len(self._tokens):
            raise _NoFormula
        return sides[0] if len(sides) == 1 else _Node("equation", parts=tuple(sides))

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _take(self, *signs: str) -> str:
        kind, word = self._next()
        if kind == "sign" and word in signs:
            self._at += 1
            return word
        return ""

    def _sum(self) -> _Node:
        self._depth += 1
        if self._depth > 40:
            raise _NoFormula
        first = "-" if self._take("-", "−") else ""
        terms = [_Node("term", first, (self._product(),))]
        while sign := self._take("+", "-", "−"):
            terms.append(_Node("term", "+" if sign == "+" else "-", (self._product(),)))
        self._depth -= 1
        return terms[0].parts[0] if len(terms) == 1 and not first else _Node("sum", parts=tuple(terms))

    def _product(self) -> _Node:
        factors = [self._power()]
        while True:
            sign = self._take("*", "/", "∘")
            if not sign and not self._begins():
                return factors[0] if len(factors) == 1 else _Node("product", parts=tuple(factors))
            factor = self._power()
            if sign == "/":
                over = factors[0] if len(factors) == 1 else _Node("product", parts=tuple(factors))
                factors = [_Node("over", parts=(over, factor))]
            else:
                factors += [_Node("sign", "∘"), factor] if sign == "∘" else [factor]

    def _begins(self) -> bool:
        kind, word = self._next()
        return kind in ("number", "name", "open") or word in ("(", "√", "∇")

    def _power(self) -> _Node:
        if self._take("-", "−"):
            return _Node("sum", parts=(_Node("term", "-", (self._power(),)),))
        base = self._atom()
        if self._take("'"):
            base = _Node("prime", parts=(base,))
        return _Node("power", parts=(base, self._power())) if self._take("^", "**") else base

    def _atom(self) -> _Node:
        kind, word = self._next()
        self._at += 1
        if kind in ("number", "open"):
            return _Node(kind, word)
        if word == "(":
            inner = self._sum()
            self._close()
            return inner if inner.kind in ("number", "name") else _Node("group", parts=(inner,))
        if word == "√":
            inner = self._power()
            return _Node("root", parts=(inner.parts[0] if inner.kind == "group" else inner,))
        if word == "∇":
            return _Node("name", "∇")
        if kind != "name":
            raise _NoFormula
        if word not in _FUNCTIONS:
            return _Node("name", word)
        if not self._take("("):
            return _Node("call", word, (self._power(),))
        inner = self._sum()
        self._close()
        return _Node(
            "root" if word == "sqrt" else "call", word, (inner if word == "sqrt" else _Node("group", parts=(inner,)),)
        )

    def _close(self) -> None:
        if not self._take(")"):
            raise _NoFormula


def _pieces(node: _Node, depth: int) -> list[Markup]:
    """MathML of the parts between which a line may break: sides of an equation, terms of a sum, also inside one pair of brackets."""
    if node.kind == "equation":
        first, *others = (_pieces(side, depth) for side in node.parts)
        for side in others:
            first[-1] += Markup("<mo>=</mo>")
            first += side
        return first
    if node.kind == "sum":
        found: list[Markup] = []
        for place, term in enumerate(node.parts):
            pieces = _pieces(term.parts[0], depth)
            form = "prefix" if place == 0 else "infix"
            if term.word:
                pieces[0] = Markup(f'<mo form="{form}">{"−" if term.word == "-" else "+"}</mo>') + pieces[0]
            found += pieces
        return found
    if node.kind == "product" and depth == 0:
        groups = [place for place, factor in enumerate(node.parts) if factor.kind == "group"]
        if len(groups) == 1:
            at = groups[0]
            inner = _pieces(node.parts[at].parts[0], depth + 1)
            inner[0] = _joined(node.parts[:at], _ml) + Markup("<mo>(</mo>") + inner[0]
            inner[-1] += (
                Markup("<mo>)</mo>") + _between(node.parts[at], node.parts[at + 1])
                if at + 1 < len(node.parts)
                else Markup("<mo>)</mo>")
            )
            inner[-1] += _joined(node.parts[at + 1 :], _ml)
            return inner
    return [_ml(node)]


def _ml(node: _Node) -> Markup:
    """MathML of a node, in one piece."""
    parts = node.parts
    if node.kind == "number":
        digits, _, power = node.word.partition("e")
        shown = Markup(f"<mn>{digits}</mn>")
        return shown + Markup(f"<mo>×</mo><msup><mn>10</mn><mn>{_exponent(power)}</mn></msup>") if power else shown
    if node.kind == "open":
        return Markup("<mtext>{}</mtext>").format(node.word)
    if node.kind == "name":
        return _ml_name(node.word)
    if node.kind == "sign":
        return Markup(f"<mo>{node.word}</mo>")
    if node.kind == "group":
        return Markup("<mrow><mo>(</mo>") + _ml(parts[0]) + Markup("<mo>)</mo></mrow>")
    if node.kind == "root":
        return Markup("<msqrt>") + _ml(parts[0]) + Markup("</msqrt>")
    if node.kind == "call":
        gap = "" if parts[0].kind == "group" else '<mspace width="0.17em"></mspace>'
        return Markup(f"<mrow><mi>{node.word}</mi>{gap}") + _ml(parts[0]) + Markup("</mrow>")
    if node.kind == "prime":
        return Markup("<msup>") + _ml(parts[0]) + Markup("<mo>′</mo></msup>")
    if node.kind in ("power", "over"):
        tag = "msup" if node.kind == "power" else "mfrac"
        first, second = (_ml(_bare(part) if node.kind == "over" or place else part) for place, part in enumerate(parts))
        return Markup(f"<{tag}>") + first + second + Markup(f"</{tag}>")
    if node.kind == "product":
        return Markup("<mrow>") + _joined(parts, _ml) + Markup("</mrow>")
    return Markup("<mrow>") + Markup("").join(_pieces(node, 1)) + Markup("</mrow>")


def _ml_name(word: str) -> Markup:
    head, _, low = word.partition("_")
    if low:
        return Markup("<msub>") + _ml_name(head) + Markup("<mi>{}</mi></msub>").format(low)
    if len(head) >= 2 and head[0] == "d" and head[1:] not in ("",) and _is_differential(head):
        return Markup('<mrow><mi mathvariant="normal">d</mi>') + _ml_name(head[1:]) + Markup("</mrow>")
    return Markup("<mi>") + escape(_GREEK.get(head, head)) + Markup("</mi>")


def _is_differential(word: str) -> bool:
    """dx, dt, dW, dtheta: a differential, as no word is."""
    rest = word[1:]
    return len(rest) == 1 or rest in _GREEK or bool(re.fullmatch(r"[A-Za-z]\d+", rest))


def _joined(parts: tuple[_Node, ...], said: Callable[[_Node], Markup]) -> Markup:
    """The factors of a product, a sign or a gap between those that would run together."""
    whole = Markup("")
    for place, part in enumerate(parts):
        whole += (_between(parts[place - 1], part) if place else Markup("")) + said(part)
    return whole


def _between(left: _Node, right: _Node) -> Markup:
    if right.kind == "number":
        return Markup("<mo>×</mo>")
    is_short = left.kind == "number" and right.kind in ("name", "power", "group")
    return Markup("" if is_short or "sign" in (left.kind, right.kind) else '<mspace width="0.17em"></mspace>')


def _bare(node: _Node) -> _Node:
    """What stands in a bracket: above, below and raised it needs none."""
    return node.parts[0] if node.kind == "group" else node


def _exponent(power: str) -> str:
    return power.lstrip("+").replace("-0", "-").lstrip("0").replace("-", "−")


def _tex(node: _Node) -> str:
    """Mathtext of a node."""
    said = [_tex(part) for part in node.parts]
    if node.kind == "number":
        digits, _, power = node.word.partition("e")
        return rf"{digits}\times 10^{{{_exponent(power)}}}" if power else digits
    if node.kind == "open":
        return rf"\mathrm{{{node.word}}}".replace(" ", r"\ ")
    if node.kind == "name":
        return _tex_name(node.word)
    if node.kind == "product":
        factors = [said[0]]
        for left, right, word in zip(node.parts, node.parts[1:], said[1:], strict=False):
            sign = (
                r"\times "
                if right.kind == "number"
                else ""
                if left.kind == "number" and right.kind == "name"
                else r"\,"
            )
            factors.append(sign + word)
        return "".join(factors)
    if node.kind == "sum":
        return "".join(
            f" {term.word} {word}" if place else term.word + word
            for place, (term, word) in enumerate(zip(node.parts, said, strict=True))
        )
    if node.kind in ("power", "over"):
        first, second = (
            _tex(_bare(part) if node.kind == "over" or place else part) for place, part in enumerate(node.parts)
        )
        return f"{first}^{{{second}}}" if node.kind == "power" else rf"\frac{{{first}}}{{{second}}}"
    call = (rf"\mathrm{{{node.word}}}" if node.word in ("abs", "sign") else f"\\{node.word}") + " {}"
    forms = {
        "term": "{}",
        "group": "({})",
        "root": r"\sqrt{{{}}}",
        "call": call.replace("{" + node.word + "}", "{{" + node.word + "}}"),
    }
    forms |= {"prime": "{}'", "sign": r"\circ"}
    return " = ".join(said) if node.kind == "equation" else forms[node.kind].format(*said)


def _tex_name(word: str) -> str:
    head, _, low = word.partition("_")
    if low:
        return rf"{_tex_name(head)}_{{\mathrm{{{low}}}}}".replace("_{\\mathrm{}}", "")
    if _is_differential(head) and head[0] == "d":
        return rf"\mathrm{{d}}{_tex_name(head[1:])}"
    letter = _GREEK.get(head, head)
    return letter if len(letter) == 1 else rf"\mathrm{{{letter}}}"
