"""A network that saw a secret rule is read as that rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evolaw.automata.rules.rule import Rule
from evolaw.cli.demo.learn import _secret


def test_the_secret_is_life_with_two_changes() -> None:
    life = Rule("B3/S23")
    assert all(str(_secret(seed)) != str(life) for seed in range(5))
    assert len({str(_secret(seed)) for seed in range(5)}) > 1


@pytest.mark.slow
def test_the_network_says_the_secret(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    found = json.loads(evolaw("demo", "learn", "--json").stdout)
    assert found["rule"] == found["secret"]
    assert found["windows_wrong"] == {"seen": 0, "unseen": 0}
    assert (tmp_path / "report-learn.html").stat().st_size > 20_000
