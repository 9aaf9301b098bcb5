"""Run directories: what is kept is what was solved, and a run stopped half-way continues to the same bytes."""

import numpy as np
import pytest

from evolaw import storage
from evolaw.errors import StorageError
from evolaw.sde import SDE, EulerMaruyama, FirstPassage, Histogram, Moments, solve
from evolaw.trajectory import Trajectory

OU = SDE(lambda t, x, p: -x, 0.5, noise="additive", name="OU")
KINDS = {"steps": 10, "paths": 3500, "rng": 0, "chunk": 1024}


class Stop(Exception):
    pass


def stop_after(paths):
    def progress(done, total):
        if done >= paths:
            raise Stop

    return progress


def test_a_kept_solution_loads_as_a_trajectory(tmp_path):
    solved = solve(OU, EulerMaruyama(), 1.0, [0, 1], out=tmp_path / "run", **KINDS)
    loaded = Trajectory.load(tmp_path / "run")
    np.testing.assert_array_equal(loaded.values, solved.values)
    assert loaded.axes == solved.axes and loaded.seed == 0 and loaded.law == "OU"
    with pytest.raises(StorageError, match="is finished"):
        solve(OU, EulerMaruyama(), 1.0, [0, 1], out=tmp_path / "run", **KINDS)


def test_stored_paths_continue_after_a_stop(tmp_path):
    whole = solve(OU, EulerMaruyama(), 1.0, [0, 0.5, 1], **KINDS)
    with pytest.raises(Stop):
        solve(OU, EulerMaruyama(), 1.0, [0, 0.5, 1], out=tmp_path / "run", progress=stop_after(2048), **KINDS)
    assert storage.Run.open(tmp_path / "run").cursor == 2048
    seen = []
    again = solve(
        OU, EulerMaruyama(), 1.0, [0, 0.5, 1], out=tmp_path / "run", progress=lambda *p: seen.append(p), **KINDS
    )
    np.testing.assert_array_equal(again.values, whole.values)
    assert seen[0] == (3072, 3500)


def test_statistics_continue_after_a_stop(tmp_path):
    asked = [Moments(), Histogram((-1.0, 0.0, 1.0)), FirstPassage(lambda t, x, p: x[0])]
    whole = solve(OU, EulerMaruyama(), 1.0, [0, 1], statistics=asked, **KINDS)
    with pytest.raises(Stop):
        solve(
            OU, EulerMaruyama(), 1.0, [0, 1], statistics=asked, out=tmp_path / "run", progress=stop_after(2048), **KINDS
        )
    again = solve(OU, EulerMaruyama(), 1.0, [0, 1], statistics=asked, out=tmp_path / "run", **KINDS)
    for one, other in zip(whole.moments, again.moments, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(whole.histogram.counts, again.histogram.counts)
    np.testing.assert_array_equal(whole.results[2].times, again.results[2].times)
    run = storage.Run.open(tmp_path / "run")
    np.testing.assert_array_equal(run.read("MomentsResult_0_mean"), whole.mean)
    assert run.state == "done" and run.verify() == []


def test_another_solution_is_not_continued(tmp_path):
    with pytest.raises(Stop):
        solve(OU, EulerMaruyama(), 1.0, [0, 1], out=tmp_path / "run", progress=stop_after(1024), **KINDS)
    with pytest.raises(StorageError, match="differs in seed"):
        solve(OU, EulerMaruyama(), 1.0, [0, 1], out=tmp_path / "run", **(KINDS | {"rng": 1}))
