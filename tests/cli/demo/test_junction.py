"""The numbers of the junction come back from its curve."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evolaw.cli.demo.junction import Sample


def test_another_seed_is_another_junction() -> None:
    assert Sample(0).reveal() == Sample(0).reveal()
    assert Sample(0).reveal() != Sample(1).reveal()


@pytest.mark.slow
def test_the_fit_holds_the_secret(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    """Three 95 % intervals; the seed is one where all hold, and the values lie within 5 % in any case."""
    found = json.loads(evolaw("demo", "junction", "--json", "--lang", "zh").stdout)
    for name, value in found["secret"].items():
        assert found["parameters"][name]["value"] == pytest.approx(value, rel=0.05)
    assert all(found["inside"].values())
    assert "临界电流" in (tmp_path / "report-junction.html").read_text(encoding="utf-8")
