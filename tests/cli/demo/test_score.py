"""A learned density is measured against the exact one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.cli.demo.score import _places


def test_samples_are_counted_at_their_centres() -> None:
    centres = np.array([[0.0, 0.0], [10.0, 0.0]])
    drawn = np.array([[0.1, 0.0], [9.9, 0.0], [10.0, 0.2], [5.0, 40.0]])
    assert _places(drawn, centres, 0.3) == {"shares": [0.5, 0.5], "far": 0.25}


@pytest.mark.slow
def test_little_is_lost_by_learning(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    found = json.loads(evolaw("demo", "score", "--json").stdout)
    lost, error = found["lost_nats"]
    assert -4 * error < lost < 0.4
    assert found["far"] < 0.1
    assert min(found["shares"]) > 0.08
    assert (tmp_path / "report-score.html").stat().st_size > 20_000
