"""After Tab a shell offers what an option takes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from evolaw.cli import completion


def _offered(command: list[str], typed: str) -> list[str]:
    """What bash is offered behind these words, by the completion that ``--install-completion`` installs."""
    words = typed.split(" ")
    about = {"_EVOLAW_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
    program = [command[0], "-c", "from evolaw.cli.main import app; app(prog_name='evolaw')"]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, env=os.environ | about, check=False)
    return done.stdout.split()


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("evolaw discover a.npz --space i", "isotropic"),
        ("evolaw simulate orn", "ornstein-uhlenbeck"),
        ("evolaw order mil", "milstein"),
    ],
)
def test_a_value_is_completed(command: list[str], typed: str, offered: str) -> None:
    assert offered in _offered(command, typed)


@pytest.mark.parametrize(
    ("offers", "begun", "found"),
    [
        (completion.schemes, "MILS", ["milstein"]),
        (completion.processes, "geometric", ["geometric-brownian-motion"]),
        (completion.laws, "high", ["HighLife"]),
        (completion.words, "undeter", ["undetermined"]),
        (completion.among("top", "bottom"), "", ["top", "bottom"]),
        (completion.among("top", "bottom"), "x", []),
    ],
)
def test_names_are_offered_by_their_beginning(offers: Callable[[str], list[str]], begun: str, found: list[str]) -> None:
    assert offers(begun) == found


@pytest.mark.slow
def test_a_run_that_could_not_be_read_back_is_not_begun(evolaw: Callable[..., Any], tmp_path: Any) -> None:
    done = evolaw("simulate", "B3/S23", "--size", 4096, "--steps", 20000, "--out", "big")
    assert done.returncode == 3 and "64.0 GiB" in done.stderr
    assert not (tmp_path / "big").exists()
    done = evolaw("simulate", "ornstein-uhlenbeck", "--paths", 2**31, "--frames", 100, "--out", "big")
    assert done.returncode == 3 and not (tmp_path / "big").exists()
