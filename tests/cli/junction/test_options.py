"""Options are declared once."""

import ast
from pathlib import Path

import evolaw.cli.junction.options as options


def test_no_option_of_a_junction_is_declared_twice():
    """The verbs of one junction share theirs; arrays and fits say other things with the same words and have their own."""
    folder, seen = Path(options.__file__).parent, []
    for stem in ("options", "voltages", "fluctuations", "escapes"):
        for node in ast.walk(ast.parse((folder / f"{stem}.py").read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "Option":
                seen += [word.value for word in node.args if str(getattr(word, "value", "")).startswith("--")]
    assert len(seen) > 20 and {name for name in seen if seen.count(name) > 1} == {"--bias", "--method"}
