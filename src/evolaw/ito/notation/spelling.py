"""One spelling for what is written in many: equations as people type, print and copy them, in plain letters and signs.

    X² → X^2      x₁ → x1      − – → -      × ⋅ → ·      ÷ → /      ½ → (1/2)      θX → theta X      ẍ, x″, d²x/dt² → x''

Letters are compared after Unicode normalisation (NFKC), so that a full-width or an italic x is an x. A Greek letter is a name of
its own whatever stands beside it; digits and an underscore belong to it. Importing this file loads nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from evolaw import checks
from evolaw.told import told

__all__ = ["GREEK", "Spelled", "is_equation", "name_of", "spell"]

_LETTERS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho"
_LATER = "sigma tau upsilon phi chi psi omega"  # the final sigma stands between rho and sigma
_LOWER = {chr(0x3B1 + i): word for i, word in enumerate(_LETTERS.split())} | {"ς": "sigma"}
_LOWER |= {chr(0x3C3 + i): word for i, word in enumerate(_LATER.split())}
_NAMES = _LOWER | {letter.upper(): word.capitalize() for letter, word in _LOWER.items() if letter != "ς"}
GREEK = frozenset(_NAMES.values())
"""The names of the Greek letters, as alpha and Omega."""

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾", "0123456789+-()", strict=True))
_SIGNS = dict.fromkeys("−–—‐‑﹣", "-") | dict.fromkeys("×⋅∙•∗✕", "·") | dict.fromkeys("′’‘ʹ", "'")
_SIGNS |= {"÷": "/", "∕": "/", "″": "''", "◦": "∘", "∞": "oo", "ₜ": "_t"}
_DOTS = {"\u0307": "'", "\u0308": "''"}
_NAME = r"[^\W\d]\w*"
_EQUATION = re.compile(rf"\s*(d\s*{_NAME}\s*(\(\s*t\s*\)\s*)?=|[^=]*\w'[^=]*=)")
_SLOPE = re.compile(
    rf"\bd\s*(?P<top>\^\s*2\s*|2\s*)?(?P<name>{_NAME})\s*(?:\(\s*t\s*\))?\s*/\s*d\s*t(?P<below>\s*\^\s*2|2)?(?!\w)"
)


@dataclass(frozen=True)
class Spelled:
    """A text in the one spelling.

    Attributes:
        text: what the reader reads.
        columns: for each of its characters the place, from 0, in the text as it was given.
    """

    text: str
    columns: tuple[int, ...]


def spell(text: str) -> Spelled:
    """Return a text in plain letters and signs.

    Example:
        >>> spell("dx = −θx³ dt + √(2 D) dW").text
        'dx = -theta x^3 dt + √(2 D) dW'
    """
    written, columns = "", list[int]()
    given = unicodedata.normalize("NFC", text)
    at = 0
    while at < len(given):
        end = at + 1
        if given[at] in _RAISED:
            while end < len(given) and given[end] in _RAISED:
                end += 1
            power = "".join(_RAISED[sign] for sign in given[at:end])
            part = f"^{power}" if power.isdigit() else f"^({power})"
        else:
            part = _letter(given[at], written[-1:], given[end : end + 1])
        written += part
        columns += [at] * len(part)
        at = end
    return _slopes(Spelled(written, tuple(columns)))


@told
def is_equation(text: str) -> bool:
    """Whether a text is written like an equation: with a differential or a derivative on its left.

    Example:
        >>> [is_equation(text) for text in ("dX = dW", "dx/dt = -x + xi(t)", "x'' + x = 0", "B3/S23")]
        [True, True, True, False]
    """
    return len(text) < 10_000 and _EQUATION.match(spell(text).text) is not None


def name_of(text: str, argument: str) -> str:
    """Return one name in the one spelling.

    Raises:
        ArgumentError: the text is no name.

    Example:
        >>> name_of("σ₁", "real")
        'sigma1'
    """
    plain = spell(text).text.strip()
    checks.require(
        re.fullmatch(r"[^\W\d]\w*", plain) is not None and len(plain) <= 100,
        argument,
        "be a name of letters, digits and underscores that begins with a letter",
        text,
    )
    return plain


def _letter(sign: str, before: str, after: str) -> str:
    """One character of the text as it is spelled after and before its neighbours."""
    if sign in _SIGNS:
        return _SIGNS[sign]
    parts = unicodedata.normalize("NFD", sign)
    if len(parts) == 2 and parts[1] in _DOTS:
        return _letter(parts[0], before, "") + _DOTS[parts[1]]
    plain = unicodedata.normalize("NFKC", sign)
    if "\u2044" in plain:
        return "(" + plain.replace("\u2044", "/") + ")"
    if plain not in _NAMES:
        return plain
    front = " " if before.isalnum() or before == "'" else ""
    following = unicodedata.normalize("NFKC", after)
    back = " " if following.isalpha() and following not in _NAMES else ""
    return front + _NAMES[plain] + back


def _slopes(spelled: Spelled) -> Spelled:
    """Write dx/dt and d^2x/dt^2 as x' and x''."""
    text, columns, at = "", list[int](), 0
    for match in _SLOPE.finditer(spelled.text):
        if bool(match["top"]) != bool(match["below"]):
            continue
        part = match["name"] + ("''" if match["top"] else "'")
        text += spelled.text[at : match.start()] + part
        columns += [*spelled.columns[at : match.start()], *[spelled.columns[match.start()]] * len(part)]
        at = match.end()
    return Spelled(text + spelled.text[at:], (*columns, *spelled.columns[at:]))
