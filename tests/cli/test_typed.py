"""What was typed is named as it was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import typer

from evolaw.cli import typed
from evolaw.cli.main import app
from evolaw.errors import ArgumentError


@pytest.fixture(scope="module")
def root() -> Any:
    return typer.main.get_command(app)


@pytest.mark.parametrize(
    ("words", "message", "said"),
    [
        (["simulate"], "Argument `dt` must be positive.", "Option --dt must be positive."),
        (["simulate"], "参数 `as_json` 必须省略。", "选项 --json 必须省略。"),
        (["simulate"], "Pass steps=1000, or dt=0.001.", "Pass --steps 1000, or --dt 0.001."),
        (["simulate"], "Write, for example: --set noise=1", "Write, for example: --set noise=1"),
        (["simulate"], "learn through it: pairs(…, steps=3)", "learn through it: pairs(…, steps=3)"),
        (["discover"], "Argument `source` must be given.", "Argument SOURCE must be given."),
        (["discover"], "Argument `known[B3]` must be a number.", "Option --known B3 must be a number."),
        (["discover"], "Argument `walls` must be given.", "Argument `walls` must be given."),
        (["junction", "iv"], "Argument `rng` must be given.", "Option --seed must be given."),
    ],
)
def test_a_message_names_the_option(root: Any, words: list[str], message: str, said: str) -> None:
    assert typed.in_options(message, typed.path_of(root, words)[-1]) == said


def test_the_verb_is_found_behind_options(root: Any) -> None:
    assert [command.name for command in typed.path_of(root, ["runs", "list", "x"])[1:]] == ["runs", "list"]
    assert typed.takes(typed.path_of(root, ["discover"])[-1], "--strict")


def test_help_is_chinese_from_end_to_end(evolaw: Callable[..., Any]) -> None:
    for verb in ([], ["discover"], ["junction", "iv"], ["score", "train"]):
        shown = evolaw(*verb, "--help", "--lang", "zh").stdout
        assert "选项" in shown
        for word in ("Options", "Commands", "[default:"):
            assert word not in shown, (verb, word)


@pytest.mark.slow
def test_quiet_shows_no_remark(evolaw: Callable[..., Any]) -> None:
    words = ("order", "weak-euler", "ornstein-uhlenbeck", "--paths", "20", "--steps", "2,4,8")
    assert "no strong order" in evolaw(*words).stderr
    assert evolaw(*words, "-q").stderr == ""


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["discover", ""], "sources"),
        (["discover", "a.npz", "\t"], "sources"),
        (["discover", "--strict", ""], "sources"),
        (["discover", "a.npz", "--out", ""], "out"),
        (["discover", "a.npz", "--out="], "out"),
        (["discover", "a.npz", "-o", " "], "out"),
        (["discover", "a.npz", "--known", ""], None),
        (["discover", "a.npz", "--known="], None),
        (["discover", "--known", "", "a.npz"], None),
        (["discover", "--unknown=", "a.npz"], None),
        (["runs", "list", ""], "folder"),
        (["simulate", ""], None),
        (["simulate", "law", "--out", ""], "out"),  # a file of the argument's own name
        (["doctor", ""], None),
    ],
)
def test_an_empty_word_is_no_path(root: Any, words: list[str], name: str | None) -> None:
    path = typed.path_of(root, words)
    if name is None:
        typed.require_paths(path[-1], words[len(path) - 1 :])
    else:
        with pytest.raises(ArgumentError, match=f"`{name}` must be a path"):
            typed.require_paths(path[-1], words[len(path) - 1 :])


def test_every_verb_that_finds_something_draws_it(root: Any) -> None:
    """Only verbs whose answer is a page already, or words about words, files and machines, have no --figure."""

    def without(command: Any, name: str) -> list[str]:
        inner = getattr(command, "commands", {})
        if inner:
            return [path for verb, below in inner.items() for path in without(below, f"{name} {verb}".strip())]
        return [] if any("--figure" in parameter.opts for parameter in command.params) else [name]

    assert sorted(without(root, "")) == ["demo", "doctor", "explain", "explore", "report", "runs list", "runs verify"]
