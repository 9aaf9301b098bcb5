"""`evolaw.load` gives back what a run holds, whatever it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import evolaw
from evolaw.automata.evolution import evolve
from evolaw.errors import StorageError
from evolaw.storage import Run


@pytest.mark.slow
def test_every_kind_of_run_is_opened_as_itself(tmp_path: Path) -> None:
    from evolaw.learning import LearnedLaw
    from evolaw.learning.windows.architecture_study import League, run_league
    from evolaw.learning.windows.cnn import Cnn

    recording = evolve("B3/S23", np.pad(np.ones((1, 3), np.uint8), 3), 4)
    law = LearnedLaw(np.asarray(Cnn.life().window_logits())[None], None, ((),), (Cnn.life(),))
    finding = evolaw.discover(recording, "outer-totalistic", rng=0)
    league = run_league(names=["orbit-table"], seeds=1, epochs=1, batches=2, boards=2, size=4, rng=0)
    for name, thing in (("recording", recording), ("law", law), ("finding", finding), ("league", league)):
        again = evolaw.load(thing.save(tmp_path / name))
        assert type(again) is type(thing)
        if not isinstance(thing, League):
            assert str(again) == str(thing)
    (net,) = evolaw.load(tmp_path / "law").nets
    assert str(net) == "Cnn(2; relu)"


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="not a directory"):
        evolaw.load(tmp_path / "nowhere")
    with Run.create(tmp_path / "odd", about={"kind": "statistics"}):
        pass
    with pytest.raises(
        StorageError,
        match="holds statistics, which is none of: trajectory, finding, learned law, learned equation, league",
    ):
        evolaw.load(tmp_path / "odd")
