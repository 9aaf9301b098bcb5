"""Options are declared once."""

import ast
import inspect
from pathlib import Path

import evolaw.cli.discover.options as options
from evolaw.cli.ask import ask_next
from evolaw.cli.discover.command import discover_law


def test_no_option_is_declared_twice() -> None:
    seen = []
    for node in ast.walk(ast.parse(Path(options.__file__).read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "Option":
            seen += [word.value for word in node.args if str(getattr(word, "value", "")).startswith("--")]
    assert len(seen) == len(set(seen)) > 10


def test_what_ask_is_told_of_a_recording_discover_is_told_too() -> None:
    """The same words with the same meaning and the same value where nothing is typed."""
    asked, found = (inspect.signature(verb, eval_str=True).parameters for verb in (ask_next, discover_law))
    shared = set(asked) - {"sources", "rle", "figure"}
    assert shared <= set(found)
    assert all(
        (asked[name].annotation, asked[name].default) == (found[name].annotation, found[name].default)
        for name in shared
    )
