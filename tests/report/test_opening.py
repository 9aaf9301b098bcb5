"""A run opens as what was saved; anything else is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import evolaw
from evolaw.errors import StorageError
from evolaw.storage import Run
from evolaw.trajectory import Trajectory


def test_a_saved_result_opens_as_itself(tmp_path: Path) -> None:
    saved = Trajectory(np.zeros((2, 1)), [0, 1], ("times", "dim"), law="dX = dW").save(tmp_path / "run")
    assert repr(evolaw.load(saved)) == repr(Trajectory.load(saved))


def test_a_run_of_another_kind_is_named(tmp_path: Path) -> None:
    with Run.create(tmp_path / "run", about={"kind": "soup"}):
        pass
    with pytest.raises(StorageError, match="holds soup"):
        evolaw.load(tmp_path / "run")
