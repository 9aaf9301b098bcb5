"""`evolaw junction diffusion|spectrum|density|averages`: once each, on little work; the numbers are those of the library."""

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
        (("diffusion", "--noise", 0.5, "--bias", "1.5", "--paths", 64), "diffusion"),
        (("density", "--noise", 0.5, "--bias", 0.5, "--paths", 500, "--bins", 12), "distance"),
        (("averages", "--noise", 0.5, "--bias", "0.5,1.5", "--paths", 64, "--duration", 5), "entropy_production"),
        (("spectrum", "--noise", 0.3, "--bias", 1.5, "--paths", 16, "--duration", 20), "half_width"),
    ],
)
def test_each_curve_is_one_document(evolaw: Callable[..., Any], arguments: tuple[Any, ...], name: str) -> None:
    done = evolaw("junction", *arguments, "--json", "--figure", "x.svg")
    facts = json.loads(done.stdout)
    assert facts["schema"] == 1 and name in facts and Path(facts["figure"]).exists()
