"""Which language is spoken: the one that ``--lang`` names, else the locale's, else English."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

__all__ = ["LANGUAGES", "chosen", "listen", "of_locale", "speak", "speaking", "spoken"]

LANGUAGES = ("en", "zh")
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
_spoken = ["en"]


def spoken() -> str:
    """Return the language that the command speaks; a program that calls functions hears English."""
    return _spoken[0]


def speak(lang: str) -> str:
    """Speak that language from now on; returns the one before. One that is not known is English."""
    before, _spoken[0] = _spoken[0], lang if lang in LANGUAGES else "en"
    return before


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Speak a language inside the block: the figures of a page are drawn in its language.

    Example:
        >>> with speaking("zh"):
        ...     spoken()
        'zh'
    """
    before = speak(lang)
    try:
        yield
    finally:
        speak(before)


def chosen(lang: str | None) -> str:
    """Return the language of a page: the one asked for, else the one spoken.

    Raises:
        ArgumentError: there is no such language.
    """
    if lang is None or lang in LANGUAGES:
        return lang or spoken()
    from evolaw import checks  # brings NumPy, which no help waits for

    return checks.one_of(lang, "lang", LANGUAGES)


def listen(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Speak what ``--lang`` says among the words of a command, else the locale's language; returns the one before, and the other words.

    A language that is not known stays with its option, in front, where the command itself refuses it.

    Example:
        >>> before, words = listen(["discover", "--lang", "zh", "a.npz"])
        >>> words, speak(before)
        (['discover', 'a.npz'], 'zh')
        >>> listen(["discover", "--lang=fr"])[1]
        ['--lang', 'fr', 'discover']
    """
    lang, rest, words = None, list[str](), iter(arguments)
    for word in words:
        if word == "--lang":
            lang = next(words, "")
        elif word.startswith("--lang="):
            lang = word.partition("=")[2]
        else:
            rest.append(word)
    if lang is not None and lang not in LANGUAGES:
        rest = ["--lang", lang, *rest]
    return speak(lang or of_locale()), rest


def of_locale(environment: Mapping[str, str] = os.environ) -> str:
    """Return the language of the locale; the first variable that is set decides.

    Example:
        >>> of_locale({"LANG": "zh_CN.UTF-8"}), of_locale({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"})
        ('zh', 'en')
    """
    first = next((environment[name] for name in _LOCALE if environment.get(name)), "")
    return "zh" if first.lower().startswith("zh") else "en"
