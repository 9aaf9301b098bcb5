"""`evolaw junction escape|switching`: once each, on little work; the numbers are those of the library."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("switching", "--damping", 0.5, "--noise", 0.05, "--rate", 1e-3, "--count", 50), "mean"),
        (("escape", "--damping", 0.5, "--noise", 0.2, "--bias", 0.5, "--escapes", 50), "rate"),
    ],
)
def test_each_curve_is_one_document(evolaw: Callable[..., Any], arguments: tuple[Any, ...], name: str) -> None:
    done = evolaw("junction", *arguments, "--json", "--figure", "x.svg")
    facts = json.loads(done.stdout)
    assert facts["schema"] == 1 and name in facts and Path(facts["figure"]).exists()
