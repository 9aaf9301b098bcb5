"""The demonstration of an equation: nothing from a well, both terms after one experiment, the secret at the end."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evolaw.cli.demo_equation import Particle
from evolaw.cli.main import run


def test_the_particle_is_where_it_is_put_and_keeps_its_secret() -> None:
    box = Particle(3)
    track = box.record(np.array([-0.5]), {}, 0.02 * np.arange(11))
    assert track[0, 0] == -0.5
    assert Particle(3).reveal() == box.reveal() != Particle(4).reveal()


@pytest.mark.slow
def test_the_demonstration_tells_its_story(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["demo", "equation", "--json", "--out", str(tmp_path / "a.html"), "--runs", str(tmp_path)])
    assert code == 0
    document = json.loads(capsys.readouterr().out)
    drift = [entry["decision"] for entry in document["entries"] if ": D" not in entry["name"]]
    assert drift == ["undetermined"] * 6
    assert {item["kind"] for item in document["combinations"]} == {"level", "stiffness"}
    assert {"x", "x^3"} <= set(document["after"]["drift"]["x"])
    assert (tmp_path / "a.html").stat().st_size > 10_000
