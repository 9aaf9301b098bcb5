"""An editor completes what is public, also where it loads late, and knows what a call gives back."""

from __future__ import annotations

from pathlib import Path

import jedi
import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src"


def _offered(code: str) -> set[str]:
    project = jedi.Project(SOURCE, added_sys_path=[str(SOURCE)])
    lines = code.splitlines()
    return {found.name for found in jedi.Script(code, project=project).complete(len(lines), len(lines[-1]))}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "offered"),
    [
        ("import evolaw\nevolaw.dis", {"discover", "discovery"}),
        ("from evolaw import sde\nsde.Euler", {"EulerMaruyama"}),
        ("from evolaw import ito\nito.diff", {"differential"}),
        ("import evolaw\nevolaw.discover([]).to_", {"to_json", "to_latex", "to_pandas", "to_typst"}),
        ("from evolaw import automata\nautomata.evolve('B3/S23', [], 3).to_", {"to_xarray"}),
    ],
)
def test_a_name_is_completed(code: str, offered: set[str]) -> None:
    assert offered <= _offered(code)
