"""The equation stays in the box, and one experiment finds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.cli.demo.equation import Particle


@pytest.mark.slow
def test_the_particle_is_where_it_is_put_and_keeps_its_secret() -> None:
    box = Particle(3)
    track = box.record(np.array([-0.5]), {}, 0.02 * np.arange(11))
    assert track[0, 0] == -0.5
    assert Particle(3).reveal() == box.reveal() != Particle(4).reveal()


@pytest.mark.slow
def test_one_experiment_finds_the_equation(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    found = json.loads(evolaw("demo", "equation", "--json").stdout)
    drift = [entry["decision"] for entry in found["entries"] if ": D" not in entry["name"]]
    assert drift == ["undetermined"] * 6
    assert {item["kind"] for item in found["combinations"]} == {"level", "stiffness"}
    assert {"x", "x^3"} <= set(found["after_one_experiment"]["law"]["drift"]["x"])
    assert not {"x: x", "x: x^3"} & set(found["decided_wrongly"])
    page = (tmp_path / "report-equation.html").read_text(encoding="utf-8")
    assert "The box opens" in page
