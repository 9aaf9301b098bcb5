"""The command ``evolaw``: its verbs, its exit codes, and what a failure says.

    0 ok   1 a bug of ours   2 usage   3 bad input   4 numerical failure   5 a check failed   130, 143 stopped

Importing this file loads neither JAX nor NumPy: a command loads what it needs when it runs.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import Annotated, Any

import typer

from evolaw.cli import (
    ask,
    doctor,
    environment,
    explain,
    explore,
    ito,
    order,
    report,
    runs,
    terminal,
    typed,
)
from evolaw.cli.demo import command as demo
from evolaw.cli.discover import command as discover
from evolaw.cli.junction import command as junction
from evolaw.cli.learn import command as learn
from evolaw.cli.score import command as score
from evolaw.cli.simulate import command as simulate
from evolaw.errors import EvolawError, Unforeseen
from evolaw.report import language
from evolaw.report.language import choice

__all__ = ["app", "run"]

app = typer.Typer(
    name="evolaw",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="From a recording of something that moves to its law: how sure, what is unknown, what to try next.",
    epilog="Start with: evolaw demo. Any word you meet is explained by: evolaw explain WORD.",
)
app.command("demo")(demo.demonstrate)
app.command("discover")(discover.discover_law)
app.command("ask")(ask.ask_next)
app.command("simulate")(simulate.simulate)
app.add_typer(junction.app, name="junction")
app.command("order")(order.measure_order)
app.command("ito")(ito.derive)
app.command("learn")(learn.learn_law)
app.command("report")(report.write_report)
app.add_typer(score.app, name="score")
app.add_typer(runs.app, name="runs")
app.command("doctor")(doctor.diagnose)
app.command("explore")(explore.explore)
app.command("explain")(explain.explain)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"evolaw {version('evolaw')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the full traceback of a failure; works anywhere.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Show no progress and no remarks; works anywhere.")
    ] = False,
    lang: Annotated[
        str | None, typer.Option("--lang", help="Language, en or zh; by default the locale's; works anywhere.")
    ] = None,
) -> None:
    """Options of all commands."""
    if lang is not None:
        language.chosen(lang)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    heard = _listen()
    before, given = choice.listen(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    terminal.be_quiet(bool({"-q", "--quiet"} & set(given)))
    given = [argument for argument in given if argument not in ("--debug", "-q", "--quiet")]
    command = _commands(language.spoken())
    path = typed.path_of(command, given)
    try:
        environment.prepare(path[1].name if len(path) > 1 else "")
        _speak_what_can_be_written()
        typed.translate_help(path, language.spoken())
        typed.require_paths(path[-1], given[len(path) - 1 :])
        code = command.main(given, prog_name="evolaw", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        return _stopped(128 + signal.SIGINT)
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # Rich and click have seen it first, and made an exit of it
            return _unheard()
        code = stop.code if isinstance(stop.code, int) else 1
        return _stopped(code) if code == 128 + signal.SIGTERM else code
    except BrokenPipeError:
        return _unheard()
    except Unforeseen as error:
        cause = error.__cause__ or error
        said = environment.explained(cause)
        return (
            _confess(cause, debug) if said is None else _refuse(environment.Surroundings(said), debug, path[-1], error)
        )
    except EvolawError as error:
        return _refuse(error, debug, path[-1])
    except Exception as error:
        if hasattr(error, "show"):
            return _usage(error, path, given)
        said = environment.explained(error)
        return (
            _confess(error, debug) if said is None else _refuse(environment.Surroundings(said), debug, path[-1], error)
        )
    finally:
        language.speak(before)
        terminal.be_quiet(False)
        if arguments is not None:  # called by a program, which has signals of its own
            for number, hearer in heard.items():
                signal.signal(number, hearer)
    return code if isinstance(code, int) else 0


@functools.cache
def _commands(lang: str) -> Any:
    """The tree of commands, read from the signatures once a language: a sixth of a second; its help is translated in place."""
    return typer.main.get_command(app)


def _speak_what_can_be_written() -> None:
    """Speak English where an output would show question marks for Chinese, and say so once."""
    encoding = environment.without_chinese() if language.spoken() == "zh" else None
    if encoding is not None:
        language.speak("en")
        terminal.note(
            f"The output is written in {encoding}, which has no Chinese characters: what follows is in English, pages and figures too. "
            "Set PYTHONIOENCODING=utf-8 to have Chinese."
        )


def _listen() -> dict[int, Any]:
    """Take over Ctrl-C and SIGTERM; returns who listened before. A Ctrl-C that is ignored, as in the background, stays so."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    heard: dict[int, Any] = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if before not in (signal.SIG_IGN, None):
            heard[number] = before
            signal.signal(number, _stop)
    return heard


def _stop(number: int, frame: FrameType | None) -> None:
    """Stop in order: open runs commit and say that they were interrupted. A second signal does not wait for that."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _stop_at_once)
    raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)


def _stop_at_once(number: int, frame: FrameType | None) -> None:
    with contextlib.suppress(OSError):
        os.write(2, b"stopped at once; what was committed is kept\n")
    os._exit(128 + number)


def _unheard() -> int:
    """Whoever read our output has gone; nothing is left to say."""
    environment.silence(getattr(sys.stdout, "wrapped", sys.stdout), 1)  # click has put a wrapper around it
    return 0


def _stopped(code: int) -> int:
    sys.stderr.write(language.sentence("stopped", language.spoken()) + "\n")
    return code


def _usage(error: Any, path: Sequence[Any], given: Sequence[str]) -> int:
    """Say what is wrong with the command line itself, and where its help is; without a word after ``evolaw`` the help is shown."""
    with contextlib.suppress(OSError):
        if type(error).__name__ == "NoArgsIsHelpError":
            error.show()
        else:
            verb = " ".join(["evolaw", *(str(command.name) for command in path[1:])])
            said = _as_sentence(error.format_message())
            said = typed.instead(said, path) or said
            dashed = next((word for word in given if word.startswith("-") and os.path.isfile(word)), None)
            cure = "" if dashed is None else f" A file whose name begins with a dash is written ./{dashed}."
            _print_error("usage", said + cure, f"{verb} --help")
    return int(error.exit_code)


def _as_sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "?", "!", ")")) else text + "."


def _refuse(error: EvolawError, debug: bool, verb: Any, cause: BaseException | None = None) -> int:
    if debug:
        traceback.print_exception(cause or error)
    if isinstance(cause, OSError):
        environment.silence(sys.stdout, 1)
    message = typed.in_options(language.sentence(str(error), language.spoken()), verb)
    _print_error(error.code, message, f"evolaw explain {error.code}")
    return error.exit_code


def _confess(error: BaseException, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    said = f"{type(error).__name__}: {error}"
    more = "Please report it with the output of `evolaw doctor` and of the same command with --debug."
    _print_error("bug", f"{said}\nThis is a fault of evolaw, not of your input.\n  {more}", "")
    return 1


def _print_error(code: str, message: str, more: str) -> None:
    from rich.console import Console

    try:
        console: Any = Console(stderr=True, highlight=False, soft_wrap=True)
        lang = language.spoken()
        console.print(f"[bold red]{language.sentence('error', lang)}\\[{code}][/]: ", end="")
        console.print(language.sentence(message, lang), markup=False)
        if more:
            console.print(f"  {language.sentence('more', lang)}: {more}", markup=False, style="dim")
    except OSError:
        environment.silence(sys.stderr, 2)  # nobody can be told; the exit code says it
