"""Expressions as LaTeX and as Typst mathematics."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import sympy
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE, precedence_traditional
from sympy.printing.printer import Printer

from evolaw import checks
from evolaw.ito.calculus import Differential
from evolaw.ito.moments import MomentEquations
from evolaw.ito.patience import bounded
from evolaw.ito.systems import System

__all__ = ["typeset"]

_GREEK = frozenset[str]().union(
    ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"),
    ("nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
    ("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"),
)


_LATEX_SIGNS = {sign: "\\" + sign for sign in "#$%&_{}"} | {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}
_TYPST_FUNCTIONS = {
    name: name for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "sqrt", "max", "min")
} | {
    "log": "ln",
    "asinh": 'op("arsinh")',
    "atan": "arctan",
    "gamma": "Gamma",
}


@bounded
def typeset(thing: System | Differential | MomentEquations | sympy.Basic, language: str = "latex") -> str:
    """Write a system, a differential, moment equations, an equation or an expression as mathematics.

    Means depend on time alone: their derivatives are ordinary ones, those of densities and of expectations partial ones.

    Args:
        thing: what to write.
        language: "latex" or "typst".

    Example:
        >>> from evolaw.ito.systems import system
        >>> typeset(system("dX = -theta X dt + sigma dW"), "typst")
        'dif X = (- X theta) dif t + sigma dif W'
    """
    checks.one_of(language, "language", ("latex", "typst"))
    write = _latex if language == "latex" else _Typst().doprint
    step = "d" if language == "latex" else "dif "
    line = r" \\ " if language == "latex" else " \\\n"
    if isinstance(thing, System):
        circle = {"latex": r" \circ ", "typst": " compose "}[language] if thing.calculus == "stratonovich" else " "
        rows = [
            f"{step}{write(x)} = "
            + _sum(write, thing.drift[i], list(thing.diffusion[i, :]), thing.noises, step, circle)
            for i, x in enumerate(thing.states)
        ]
        return line.join(rows)
    if isinstance(thing, MomentEquations):
        return line.join(write(equation) for equation in thing.equations)
    if isinstance(thing, Differential):
        left = f"{step}({write(thing.of)})" if not thing.of.is_Symbol else f"{step}{write(thing.of)}"
        return f"{left} = " + _sum(write, thing.drift, list(thing.diffusion), thing.noises, step, " ")
    return str(write(thing))


def _sum(
    write: Callable[[sympy.Basic], str],
    drift: sympy.Expr,
    diffusion: Sequence[sympy.Expr],
    noises: Sequence[str],
    step: str,
    circle: str,
) -> str:
    parts = [
        (drift, f" {step}t"),
        *((g, f"{circle}{step}{write(sympy.Symbol(w))}") for g, w in zip(diffusion, noises, strict=True)),
    ]
    terms = [(_factor(write, value) + mark).lstrip() for value, mark in parts if value != 0]
    return " + ".join(terms) or f"0 {step}t"


def _factor(write: Callable[[sympy.Basic], str], value: sympy.Expr) -> str:
    if value == 1:
        return ""
    text = write(value)
    return f"({text})" if value.is_Add or value.could_extract_minus_sign() else text


def _latex(expression: sympy.Basic) -> str:
    return str(_Latex().doprint(expression))


def _is_name(text: str) -> bool:
    """Whether a text is letters, digits and underscores, which mean nothing to a typesetter."""
    return re.fullmatch(r"\w+", text) is not None


def _latex_text(text: str) -> str:
    """A name of other signs, which LaTeX shows and does not obey."""
    return r"\text{" + "".join(_LATEX_SIGNS.get(sign, sign) for sign in text) + "}"


def _quoted(text: str) -> str:
    """A string of Typst, in which nothing is evaluated."""
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


def _typst_word(text: str) -> str:
    """A letter, a number or a Greek name as it is; all else as a string."""
    plain = text in _GREEK or text.isdecimal() or (len(text) == 1 and text.isalpha())
    return text if plain else _quoted(text)


def _is_mean(expr: sympy.Basic) -> bool:
    return isinstance(expr, AppliedUndef) and expr.func.__name__ == "E"


class _Latex(LatexPrinter):
    """SymPy's printer, with means in square brackets, ordinary derivatives of them, and names that command nothing."""

    def _print_Symbol(self, expr: sympy.Symbol, style: str = "plain") -> str:
        return str(super()._print_Symbol(expr, style)) if _is_name(expr.name) else _latex_text(expr.name)

    def _print_Function(self, expr: sympy.Function, exp: str | None = None) -> str:
        name = expr.func.__name__
        if not _is_name(name):
            inside = ", ".join(map(self._print, expr.args))
            return rf"{_latex_text(name)}\left({inside}\right)" + (f"^{{{exp}}}" if exp else "")
        if not _is_mean(expr):
            return str(super()._print_Function(expr, exp))
        mean = rf"\operatorname{{E}}\left[{self._print(expr.args[0])}\right]"
        return mean if exp is None else f"{mean}^{{{exp}}}"

    def _print_Derivative(self, expr: sympy.Derivative) -> str:
        if not _is_mean(expr.expr):
            return str(super()._print_Derivative(expr))
        return rf"\frac{{d}}{{d {self._print(expr.variables[0])}}} {self._print(expr.expr)}"


class _Typst(Printer):
    """SymPy's printer protocol, writing Typst mathematics."""

    printmethod = "_typst"

    def emptyPrinter(self, expr: sympy.Basic) -> str:
        return _quoted(str(expr))

    def _bracket(self, expr: sympy.Expr, level: int) -> str:
        text = self._print(expr)
        return f"({text})" if precedence_traditional(expr) < level else text

    def _part(self, expr: sympy.Expr) -> str:
        """One side of a fraction; Typst swallows the brackets it is given here."""
        text = self._print(expr)
        return text if expr.is_Symbol or (expr.is_Integer and expr >= 0) else f"({text})"

    def _print_Symbol(self, expr: sympy.Symbol) -> str:
        head, _, tail = expr.name.partition("_")
        digits = head.rstrip("0123456789")
        if not tail and digits and digits != head:
            head, tail = digits, head[len(digits) :]
        return f"{_typst_word(head)}_({_typst_word(tail)})" if tail else _typst_word(head)

    def _print_Integer(self, expr: sympy.Integer) -> str:
        return str(expr)

    def _print_Float(self, expr: sympy.Float) -> str:
        return str(expr)

    def _print_Rational(self, expr: sympy.Rational) -> str:
        return f"{'- ' if expr < 0 else ''}{abs(expr.p)}/{expr.q}"

    def _print_Pi(self, expr: sympy.Basic) -> str:
        return "pi"

    def _print_Exp1(self, expr: sympy.Basic) -> str:
        return "e"

    def _print_Infinity(self, expr: sympy.Basic) -> str:
        return "infinity"

    def _print_NegativeInfinity(self, expr: sympy.Basic) -> str:
        return "- infinity"

    def _print_Add(self, expr: sympy.Add) -> str:
        text = ""
        for term in expr.as_ordered_terms():
            negative = term.could_extract_minus_sign()
            part = self._bracket(-term if negative else term, PRECEDENCE["Mul"])
            text += (" - " if negative else " + ") + part if text else ("- " if negative else "") + part
        return text

    def _print_Mul(self, expr: sympy.Mul) -> str:
        sign = ""
        if expr.could_extract_minus_sign():
            sign, expr = "- ", -expr
        top, bottom = sympy.fraction(expr)
        if bottom != 1:
            return f"{sign}{self._part(top)}/{self._part(bottom)}"
        if not expr.is_Mul:
            return sign + self._bracket(expr, PRECEDENCE["Mul"])
        return sign + " ".join(self._bracket(factor, PRECEDENCE["Mul"]) for factor in expr.as_ordered_factors())

    def _print_Pow(self, expr: sympy.Pow) -> str:
        if expr.exp == sympy.Rational(1, 2):
            return f"sqrt({self._print(expr.base)})"
        if expr.exp.could_extract_minus_sign():
            return f"1/{self._part(expr.base**-expr.exp)}"
        return f"{self._bracket(expr.base, PRECEDENCE['Pow'] + 1)}^({self._print(expr.exp)})"

    def _print_exp(self, expr: sympy.Expr) -> str:
        return f"exp({self._print(expr.args[0])})"

    def _print_Abs(self, expr: sympy.Expr) -> str:
        return f"abs({self._print(expr.args[0])})"

    def _print_Function(self, expr: sympy.Function) -> str:
        name = expr.func.__name__
        if _is_mean(expr):
            return f'op("E") [{self._print(expr.args[0])}]'
        known = _TYPST_FUNCTIONS.get(name) or (name if len(name) == 1 and name.isalpha() else f"op({_quoted(name)})")
        return f"{known}({', '.join(map(self._print, expr.args))})"

    def _print_Max(self, expr: sympy.Expr) -> str:
        return f"{expr.func.__name__.lower()}({', '.join(map(self._print, expr.args))})"

    _print_Min = _print_Max

    def _print_Derivative(self, expr: sympy.Derivative) -> str:
        if _is_mean(expr.expr):
            return f"(dif {self._print(expr.expr)})/(dif {self._print(expr.variables[0])})"
        below = " ".join(
            f"partial {self._print(x)}" + (f"^{count}" if count != 1 else "") for x, count in expr.variable_count
        )
        order = sum(count for _, count in expr.variable_count)
        return f"(partial{f'^{order}' if order != 1 else ''} {self._print(expr.expr)})/({below})"

    def _print_Equality(self, expr: sympy.Eq) -> str:
        return f"{self._print(expr.lhs)} = {self._print(expr.rhs)}"
