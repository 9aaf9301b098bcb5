"""A term as text, LaTeX and Typst, from its tree of operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["WAYS", "number", "typeset"]

WAYS = ("text", "latex", "typst")

_GREEK = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "tau",
        "phi",
        "chi",
        "psi",
        "omega",
    ]
)
_FUNCTIONS = frozenset(["exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh"])
_SUM, _PRODUCT, _POWER, _ATOM = range(4)


def typeset(tree: tuple[Any, ...], names: Sequence[str], way: str) -> str:
    """Return a term in one of `WAYS`.

    Args:
        tree: operations of the term (`expressions.Term`).
        names: names of the components.
        way: "text", "latex" or "typst".
    """
    return _written(tree, names, way)[0]


def number(value: float, way: str = "text") -> str:
    """Return a number with four digits; powers of ten as the way writes them."""
    shown = f"{value:.4g}"
    if "e" not in shown or way == "text":
        return shown
    mantissa, exponent = shown.split("e")
    times, power = (r"\times", f"10^{{{int(exponent)}}}") if way == "latex" else ("times", f"10^({int(exponent)})")
    return f"{mantissa} {times} {power}"


def _written(tree: tuple[Any, ...], names: Sequence[str], way: str) -> tuple[str, int]:
    """The text of a tree and how tightly it holds together."""
    kind = tree[0]
    if kind == "number":
        return number(tree[1], way), _ATOM
    if kind == "component":
        return _name(names[tree[1]], way), _ATOM
    if kind == "call":
        return _call(tree[1], _written(tree[2], names, way)[0], way), _ATOM
    if kind == "negative":
        return "-" + _bracketed(tree[1], names, way, _PRODUCT), _SUM
    if kind == "^":
        base, exponent = _bracketed(tree[1], names, way, _ATOM), _written(tree[2], names, way)[0]
        return base + {"text": "^" + exponent, "latex": f"^{{{exponent}}}", "typst": f"^({exponent})"}[way], _POWER
    left, right = tree[1], tree[2]
    if kind == "+":
        second = _written(right, names, way)[0]
        return f"{_written(left, names, way)[0]} {second if second.startswith('-') else '+ ' + second}", _SUM
    if kind == "/":
        if way == "latex":
            return rf"\frac{{{_written(left, names, way)[0]}}}{{{_written(right, names, way)[0]}}}", _ATOM
        return f"{_bracketed(left, names, way, _PRODUCT)}/{_bracketed(right, names, way, _POWER)}", _PRODUCT
    space = {"text": "*", "latex": r"\,", "typst": " "}[way]
    return _bracketed(left, names, way, _PRODUCT) + space + _bracketed(right, names, way, _PRODUCT), _PRODUCT


def _bracketed(tree: tuple[Any, ...], names: Sequence[str], way: str, least: int) -> str:
    shown, tightness = _written(tree, names, way)
    if tightness >= least:
        return shown
    return rf"\left({shown}\right)" if way == "latex" else f"({shown})"


def _name(name: str, way: str) -> str:
    head, _, index = name.partition("_")
    if way == "text" or not name.isascii():
        return name
    if way == "latex":
        shown = "\\" + head if head in _GREEK else head if len(head) == 1 else rf"\mathrm{{{head}}}"
        return shown + (rf"_{{{index}}}" if index else "")
    shown = head if head in _GREEK or len(head) == 1 else f'"{head}"'
    return shown + (f'_"{index}"' if index else "")


def _call(function: str, argument: str, way: str) -> str:
    if way == "latex":
        if function == "sqrt":
            return rf"\sqrt{{{argument}}}"
        if function == "abs":
            return rf"\left|{argument}\right|"
        shown = (
            "\\" + function
            if function in _FUNCTIONS
            else {"atan": r"\arctan"}.get(function, rf"\operatorname{{{function}}}")
        )
        return rf"{shown}\left({argument}\right)"
    if way == "typst" and function not in _FUNCTIONS and function not in ("sqrt", "abs"):
        return f"{'arctan' if function == 'atan' else 'op(' + chr(34) + function + chr(34) + ')'}({argument})"
    return f"{function}({argument})"
