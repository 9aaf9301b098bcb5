"""What was typed, seen from outside: which command it is, which of its options a message means, its help in another language.

The library speaks of arguments; whoever types a command knows options. A message is rewritten on its way to the terminal, so that it
names what can be found in the line above it.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Iterator, Sequence
from typing import Any

from evolaw.report import language

__all__ = ["in_options", "instead", "path_of", "require_paths", "takes", "translate_help"]

_ARGUMENT = re.compile(r"(Argument|参数) `(\w+)(?:\[([^\]`]*)\])?`")
"""An argument as messages name it, with the place in it where there is one: `known[B3]`."""
_ALIASES = {
    "rng": "seed",
    "questions": "ask",
    "precision": "precision",
    "document": "source",
    "recording": "source",
    "name": "start",
    "command": "box",
    "entry": "known",
    "critical_current": "ic",
    "resistance": "r",
    "capacitance": "c",
}
"""What functions call by another name than the command line does."""


def path_of(root: Any, words: Sequence[str]) -> list[Any]:
    """Return the commands from the whole to the verb that the words name, as far as they name one; the last is the verb."""
    found = [root]
    for word in words:
        inner = getattr(found[-1], "commands", {}).get(word)
        if inner is not None:
            found.append(inner)
        elif not word.startswith("-"):
            break
    return found


def require_paths(command: Any, words: Sequence[str]) -> None:
    """Refuse an empty word where a path is wanted: a shell variable that is not set, which Python takes for the current folder.

    Args:
        command: the verb.
        words: what was typed behind it.

    Raises:
        ArgumentError: with the option or argument.
    """
    blank = [parameter for parameter, word in _values(command, words) if parameter is not None and not word.strip()]
    if not blank:
        return
    from evolaw import checks

    hints = typing.get_type_hints(inspect.unwrap(command.callback))
    for parameter in blank:
        if "Path" in str(hints.get(parameter.name)):
            raise checks.refuse(parameter.name, "be a path", "", "The current folder is written as a point.")


def _values(command: Any, words: Sequence[str]) -> Iterator[tuple[Any, str]]:
    """The words that are values, each with its option or argument; None for one that the command does not know."""
    # An argument has its own name among its words, and somebody's file may be called that.
    named = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    options = {name: parameter for parameter in named for name in (*parameter.opts, *parameter.secondary_opts)}
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    waiting = None
    for word in words:
        name, equals, value = word.partition("=")
        if waiting is not None:
            yield waiting, word
            waiting = None
        elif word in options:
            waiting = None if options[word].is_flag else options[word]
        elif word.startswith("--") and equals:
            yield options.get(name), value
        elif not word.startswith("-") and arguments:
            yield arguments[0] if len(arguments) == 1 else arguments.pop(0), word


def takes(command: Any, option: str) -> bool:
    """Whether a command has that option."""
    return any(option in parameter.opts for parameter in command.params)


def in_options(message: str, command: Any) -> str:
    """Return a message with the options of a command in the place of the arguments that they set."""
    known = _options(command)

    def named(match: re.Match[str]) -> str:
        option = known.get(match[2]) or known.get(_ALIASES.get(match[2], ""))
        if option is None:
            return match[0]
        kind = {"Argument": "Option", "参数": "选项"}[match[1]] if option.startswith("-") else match[1]
        return f"{kind} {option}{f' {match[3]}' if match[3] else ''}"

    message = _ARGUMENT.sub(named, message)
    dashed = {name: option for name, option in known.items() if option.startswith("--")}
    if not dashed:
        return message
    given = rf"(?<![\w(-])(?<!, )(?<!--set )({'|'.join(map(re.escape, dashed))})=([\w\"'-]+(?:\.\w+)*)"
    return re.sub(given, lambda match: f"{dashed[match[1]]} {match[2]}", message)


def _options(command: Any) -> dict[str, str]:
    """How each argument is typed: an option by its long form, an argument in capitals."""
    known: dict[str, str] = {}
    for parameter in command.params:
        long = max(parameter.opts, key=len)
        shown = long if long.startswith("-") else str(parameter.metavar or parameter.name).rstrip(".").upper()
        for name in (str(parameter.name), long.lstrip("-").replace("-", "_")):
            known.setdefault(name, shown)
    # One of several is called by the singular, unless another option has that name: --seed beside --seeds.
    return {name.removesuffix("s"): shown for name, shown in known.items()} | known


def translate_help(path: Sequence[Any], lang: str) -> None:
    """Put the help of a verb and of what leads to it, and what stands around it, into the language ``lang``.

    Args:
        path: the commands from the whole to the verb, as `path_of` gives them; no help shows more than these and a line
            of each command directly below.
        lang: "en" or "zh".
    """
    if lang == "en":
        return
    from typer import rich_utils

    for name in ("ARGUMENTS_PANEL_TITLE", "OPTIONS_PANEL_TITLE", "COMMANDS_PANEL_TITLE", "DEFAULT_STRING"):
        setattr(rich_utils, name, language.sentence(getattr(rich_utils, name), lang))
    rich_utils.REQUIRED_LONG_STRING = language.sentence(rich_utils.REQUIRED_LONG_STRING, lang)
    shown = {id(command): command for each in path for command in (each, *getattr(each, "commands", {}).values())}
    for command in shown.values():
        _translate(command, lang, ("help", "short_help", "epilog"))
    for command in path:
        for parameter in command.params:
            _translate(parameter, lang, ("help", "rich_help_panel"))
        _translate_usage(command, lang)


def _translate_usage(command: Any, lang: str) -> None:
    """The line above the help is put together when it is shown: its prefix and what stands for options and for verbs."""
    _translate(command, lang, ("options_metavar", "subcommand_metavar"))

    def write(context: Any, formatter: Any) -> None:
        prefix = language.sentence("Usage: {}", lang).format("")
        formatter.write_usage(context.command_path, " ".join(command.collect_usage_pieces(context)), prefix=prefix)

    command.format_usage = write


def _translate(thing: Any, lang: str, names: Sequence[str]) -> None:
    for name in names:
        text = getattr(thing, name, None)
        if text:
            setattr(thing, name, language.sentence(" ".join(text.split()), lang))


_VERBS = {
    "help": "`evolaw --help`",
    "version": "`evolaw --version`",
    "fit": "`evolaw discover FILE` (a curve of a junction: `evolaw junction fit FILE`)",
    "identify": "`evolaw discover FILE`",
    "train": "`evolaw learn FILE` (a score: `evolaw score train DATA`)",
    "sample": "`evolaw score sample RUN`",
    "generate": "`evolaw score sample RUN`",
    "run": "`evolaw simulate LAW`",
    "sim": "`evolaw simulate LAW`",
    "solve": "`evolaw simulate EQUATION`",
    "evolve": "`evolaw simulate RULE`",
    "plot": "`evolaw report RUN`, or --figure with any verb",
    "draw": "`evolaw report RUN`, or --figure with any verb",
    "show": "`evolaw runs show RUN`",
    "list": "`evolaw runs list`",
    "ls": "`evolaw runs list`",
    "rules": "`evolaw explain`, which lists the words",
    "models": "`evolaw explain`, which lists the words",
    "iv": "`evolaw junction iv`",
    "resume": "`evolaw simulate --resume RUN`",
    "gui": "`evolaw explore`",
    "play": "`evolaw explore`",
}
"""Verbs of other programs, and what is typed here."""
_OPTIONS = {
    "--time": "T t tspan t-end t-max tmax t-final horizon end",
    "--steps": "n nsteps n-steps num-steps iterations generations niter",
    "--paths": "n-paths npaths num-paths trajectories samples realizations nsim",
    "--scheme": "method solver integrator",
    "--set": "params param parameters p",
    "--start": "x0 y0 init initial initial-state",
    "--out": "output save output-dir outdir dir",
    "--figure": "plot fig picture image",
    "--report": "html page",
    "--seed": "rng random-state random-seed",
    "--space": "rule-space neighbourhood",
    "--library": "terms features candidates degree",
    "--size": "shape grid width height board",
    "--net": "model network architecture",
}
"""Options of other programs, below those that stand for them here."""


def instead(said: str, path: Sequence[Any]) -> str:
    """Return what to type for a verb or an option that other programs have; "" where there is none.

    Args:
        said: the message on a verb or an option that does not exist.
        path: the commands that were found, the last one refusing.
    """
    found = re.match(r"No such (command|option):? '?([\w-]+)'?", said)
    if found is None:
        return ""
    word = found[2]
    if found[1] == "command":
        return f"No such command '{word}'. Write {_VERBS[word]}." if len(path) == 1 and word in _VERBS else ""
    here = {name for parameter in path[-1].params for name in getattr(parameter, "opts", ())}
    ours = next((name for name, others in _OPTIONS.items() if word.lstrip("-") in others.split() and name in here), "")
    return f"No such option: {word}. Write {ours}." if ours else ""
