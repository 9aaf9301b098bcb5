"""The words of a report in the language of its reader, and numbers as people read them.

The labels live in one table, ``labels.toml``, every one of them in English and Chinese. Sentences that a finding brings
along (why an entry was decided, what a check says) are the library's own, in English; `language` says them in Chinese.
"""

from __future__ import annotations

import functools
import math
import tomllib
from importlib.resources import files
from typing import Any

from evolaw import checks
from evolaw.report import language
from evolaw.report.language import LANGUAGES

__all__ = ["LANGUAGES", "Words", "e_value", "short_count", "superscript", "table", "with_unit"]

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class Words:
    """The labels in one language.

    Example:
        >>> Words("zh")("decision.present")
        '有'
        >>> Words("en")("recording.kept", shown=20, frames=51)
        'The first 20 of 51 frames are shown, to keep the page small.'
    """

    def __init__(self, lang: str) -> None:
        self.lang = checks.one_of(lang, "lang", LANGUAGES)

    def __call__(self, key: str, **facts: Any) -> str:
        """Return the label ``group.name`` with its {braces} filled in."""
        group, _, name = key.partition(".")
        return str(table()[group][name][self.lang]).format(**facts)

    def steps(self, steps: int) -> str:
        """Return "1 step", "2 steps"."""
        return self("try.step_one") if steps == 1 else self("try.step_many", steps=steps)

    def says(self, text: str) -> str:
        """Return a sentence that a finding or a result brings along, in this language."""
        return language.sentence(text, self.lang)

    def axis(self, name: str) -> str:
        """Return the name of an axis of a trajectory; one without a label keeps its own name."""
        return table()["axis"].get(name, {}).get(self.lang, name)

    def sized(self, axis: str, size: int) -> str:
        """Return how long an axis is.

        Example:
            >>> Words("en").sized("cols", 32), Words("zh").sized("rows", 12)
            ('32 columns', '12 行')
        """
        return f"{size} {self.axis(axis)}"

    def check(self, name: str) -> str:
        """Return the name of a check; that of one component has its name behind it; one without a label keeps its own name."""
        labels = table().get("check", {})
        for gap in (" of ", " "):
            head, found, component = name.partition(gap)
            if name not in labels and found and head in labels:
                return f"{labels[head][self.lang]}: {component}"
        return labels.get(name, {}).get(self.lang, name)


def e_value(log_e: float | None) -> str:
    """Word an e-value given by its natural logarithm: plainly up to ten thousand, as a power of ten above.

    Example:
        >>> e_value(3.0), e_value(60.0), e_value(None)
        ('20', '10²⁶', '–')
    """
    if log_e is None or math.isnan(log_e):
        return "–"
    if abs(log_e) > 709:  # the largest double: an outright refutation
        return "∞" if log_e > 0 else "0"
    exponent = log_e / math.log(10)
    if abs(exponent) < 4:
        value = math.exp(log_e)
        return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
    return "10" + superscript(math.floor(exponent))


def with_unit(value: float, unit: str, digits: int = 5) -> str:
    """Word a number with its unit, in a readable part of it.

    Example:
        >>> with_unit(1.4764e-6, "A"), with_unit(18.347, "Ohm"), with_unit(0.0, "V")
        ('1.4764 µA', '18.347 Ω', '0 V')
    """
    power = 3 * math.floor(math.log10(abs(value)) / 3) if value else 0
    prefix = {-15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 3: "k", 6: "M"}.get(power, "")
    shown = "Ω" if unit == "Ohm" else unit
    return f"{value / 10.0 ** (power if prefix else 0):.{digits}g} {prefix}{shown}"


def superscript(number: int) -> str:
    """Return a whole number in raised digits.

    Example:
        >>> superscript(-12)
        '⁻¹²'
    """
    return str(number).translate(_SUPERSCRIPT)


def short_count(count: float) -> str:
    """Word a count in at most four signs.

    Example:
        >>> [short_count(n) for n in (0, 999, 1234, 56789, 2_300_000)]
        ['0', '999', '1.2k', '57k', '2.3M']
    """
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size * 0.9995:
            value = count / size
            return f"{value:.1f}{letter}" if value < 9.95 else f"{value:.0f}{letter}"
    return f"{count:.0f}"


@functools.cache
def table() -> dict[str, dict[str, dict[str, str]]]:
    """Return every label: group -> name -> language -> words."""
    return tomllib.loads(files("evolaw.report").joinpath("labels.toml").read_text(encoding="utf-8"))
