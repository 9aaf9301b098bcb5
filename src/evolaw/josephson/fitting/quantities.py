"""Numbers with their unit as text: "4.2 K", "1 pF", "3 uA/s"; and what a unit alone says."""

from __future__ import annotations

import re

from evolaw.errors import ParseError

__all__ = ["EXAMPLES", "quantity_of_text", "unit_of"]

_PREFIXES = {
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "m": 1e-3,
    "u": 1e-6,
    "µ": 1e-6,
    "μ": 1e-6,
    "n": 1e-9,
    "p": 1e-12,
    "f": 1e-15,
}
_UNITS = {
    "A": "current",
    "V": "voltage",
    "Hz": "rate",
    "1/s": "rate",
    "s^-1": "rate",
    "A/s": "ramp",
    "K": "temperature",
    "Ohm": "resistance",
    "ohm": "resistance",
    "Ω": "resistance",
    "F": "capacitance",
}
_WORDS = {
    "安": "A", "伏": "V", "赫兹": "Hz", "赫": "Hz",
    "amperes": "A", "ampere": "A", "amps": "A", "amp": "A", "volts": "V", "volt": "V", "A": "A", "V": "V",
}  # fmt: skip
_PREFIX_WORDS = {
    "": "", "千": "k", "毫": "m", "微": "u", "纳": "n", "皮": "p",
    "milli": "m", "micro": "u", "nano": "n", "pico": "p", "u": "u", "µ": "u", "n": "n", "m": "m",
}  # fmt: skip
"""Units in words, as 微安 and microamp."""

EXAMPLES = {
    "current": "10 uA",
    "voltage": "1 mV",
    "rate": "100 1/s",
    "ramp": "3 uA/s",
    "temperature": "4.2 K",
    "resistance": "10 Ohm",
    "capacitance": "1 pF",
}


def quantity_of_text(text: str, quantity: str, name: str | None = None) -> float:
    """Return a number with its unit in SI, as "4.2 K", "1 pF", "10 Ohm" or "3 uA/s".

    Args:
        text: number and unit.
        quantity: "current", "resistance", "capacitance", "temperature", "ramp", "voltage" or "rate".
        name: of the argument, for the message; None for the quantity's.

    Raises:
        ParseError: there is no number, no unit, or one of another quantity.

    Example:
        >>> quantity_of_text("1 pF", "capacitance"), round(quantity_of_text("100 nA/ms", "ramp"), 12)
        (1e-12, 0.0001)
    """
    found = re.fullmatch(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S+)?\s*", text)
    scale, kind = (None, None) if found is None or found[2] is None else unit_of(found[2])
    if found is not None and scale is not None and kind == quantity:
        return float(found[1]) * scale
    if found is None:
        why = " Write decimals with a point." if re.fullmatch(r"\s*[-+]?\d+,\d+\s*\S*\s*", text) else ""
    elif found[2] is None:
        why = " It has no unit."
    else:
        why = f" It has the {f'unit of a {kind}' if kind else 'unknown unit'} {found[2]!r}."
    raise ParseError(
        f"Argument `{name or quantity}` must be a {quantity} with its unit, as {EXAMPLES[quantity]!r}, but is {text!r}.{why}"
    )


def unit_of(unit: str) -> tuple[float | None, str | None]:
    """Return what a number with this unit is multiplied with, and the quantity; None and None for an unknown unit.

    Example:
        >>> unit_of("uA"), unit_of("microvolts"), unit_of("furlong")
        ((1e-06, 'current'), (1e-06, 'voltage'), (None, None))
    """
    unit = _in_letters(unit)
    ramp = re.fullmatch(r"(.*A)/(\S*s|min)", unit)
    if ramp and ramp[2] != "s":
        scale, kind = unit_of(ramp[1] + "/s")
        time = 60.0 if ramp[2] == "min" else _PREFIXES.get(ramp[2][:-1])
        return (None, None) if scale is None or time is None else (scale / time, kind)
    for name in sorted(_UNITS, key=len, reverse=True):
        if unit.endswith(name) and unit[: -len(name)] in _PREFIXES:
            return _PREFIXES[unit[: -len(name)]], _UNITS[name]
    return None, None


def _in_letters(unit: str) -> str:
    """A unit written in words, in letters; any other as it is."""
    for word, letters in _WORDS.items():
        if unit.endswith(word) and unit.removesuffix(word) in _PREFIX_WORDS:
            return _PREFIX_WORDS[unit.removesuffix(word)] + letters
    return unit
