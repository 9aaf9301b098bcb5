"""Run directories: what is kept is what was solved, and a run stopped half-way continues to the same bytes."""

from dataclasses import replace

import numpy as np
import pytest

from evolaw import storage
from evolaw.errors import NumericalError, StorageError
from evolaw.sde import SDE, EulerMaruyama, FirstPassage, Histogram, Moments, TamedEuler, solve
from evolaw.trajectory import Trajectory

OU = SDE(lambda t, x, p: -p["rate"] * x, 0.5, noise="additive", params={"rate": 1.0}, name="OU")
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_first_lost_path_is_counted_over_all_chunks(tmp_path):
    """Paths 2100 and 3000 have starts from which they are lost; the chunk begins at 2048, the numbering at 10."""
    start = np.zeros((3500, 1))
    start[[2100, 3000]] = 50.0
    cubic = SDE(lambda t, x, p: x**5, 0.0, noise="additive", name="quintic")
    with pytest.raises(
        NumericalError, match=r"2 of 3500 paths of quintic .* the first is path 2110, after step 4 at"
    ) as caught:
        solve(cubic, EulerMaruyama(), start, [0, 1], first_path=10, **KINDS)
    assert np.flatnonzero(~np.isfinite(caught.value.partial.final[:, 0])).tolist() == [2100, 3000]


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"paths": 3400}, "paths"),
        ({"steps": 20}, "steps"),
        ({"times": [0, 2]}, "times"),
        ({"first_path": 1}, "first_path"),
        ({"precision": "float32"}, "precision"),
        ({"process": OU.with_params(rate=2.0)}, "params"),
        ({"statistics": Moments(covariance=False)}, "statistics"),
        ({"scheme": TamedEuler()}, "scheme"),
        ({"rng": 1}, "seed"),
        ({"chunk": 2048}, "chunk"),
    ],
)
def test_a_solution_that_differs_in_anything_is_not_continued(tmp_path, change, word):
    given = {"process": OU, "scheme": EulerMaruyama(), "times": [0, 1], "statistics": Moments()} | KINDS

    def run(progress=None, **kinds):
        kinds = dict(kinds)
        process, scheme, times = (kinds.pop(name) for name in ("process", "scheme", "times"))
        return solve(process, scheme, 1.0, times, out=tmp_path / "run", progress=progress, **kinds)

    with pytest.raises(Stop):
        run(stop_after(2048), **given)
    with pytest.raises(StorageError, match=rf"it differs in ([a-z_]+, )*{word}\b"):
        run(**(given | change))


def test_another_solution_is_not_continued(tmp_path):
    with pytest.raises(Stop):
        solve(OU, EulerMaruyama(), 1.0, [0, 1], out=tmp_path / "run", progress=stop_after(1024), **KINDS)
    with pytest.raises(StorageError, match="differs in seed"):
        solve(OU, EulerMaruyama(), 1.0, [0, 1], out=tmp_path / "run", **(KINDS | {"rng": 1}))


def decay(rate):
    return SDE(lambda t, x, p: -rate * x, 0.1, noise="additive", name="decay", params=np.full(2000, 0.5))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"process": decay(2.0)}, "equation"),
        ({"start": 1.0 + 1e-9}, "start"),
        (
            {"process": replace(decay(1.0), params=np.where(np.arange(2000) == 1000, 0.5000001, 0.5))},
            "params",
        ),
        ({"statistics": Moments(of=lambda t, x, p: x**3)}, "statistics"),
    ],
)
def test_a_kept_run_is_continued_by_the_same_solution_only(tmp_path, changed, word):
    """Drift, start, parameters deep in an array, and the function of a statistic: none could be told apart by its printed form."""

    def run(process=None, start=1.0, statistics=None, progress=None):
        # Written anew at every call, as a script that is run again writes it.
        looks = statistics or Moments(of=lambda t, x, p: x**2)
        return solve(
            process or decay(1.0), EulerMaruyama(), start, [0, 1], steps=4, paths=2048, rng=0, chunk=1024,
            out=tmp_path / "run", statistics=looks, progress=progress,
        )  # fmt: skip

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(progress=stop)
    with pytest.raises(StorageError, match=f"differs in {word}"):
        run(**changed)
    assert run().paths == 2048


def test_a_run_that_the_caller_opened_is_continued_by_the_same_solution_only(tmp_path):
    """As the command line does it; a run that was begun before solutions were kept there goes on."""
    path = tmp_path / "run"
    with pytest.raises(Stop), storage.Run.create(path, about={"kind": "test"}) as run:
        solve(OU, EulerMaruyama(), 1.0, [0, 1], out=run, progress=stop_after(1024), **KINDS)
    assert storage.Run.open(path).cursor == 1024
    with pytest.raises(StorageError, match="another solution: it differs in start"), storage.Run.resume(path) as run:
        solve(OU, EulerMaruyama(), 2.0, [0, 1], out=run, **KINDS)
    (path / "solution.json").unlink()
    with storage.Run.resume(path) as run:
        continued = solve(OU, EulerMaruyama(), 1.0, [0, 1], out=run, **KINDS)
    assert np.array_equal(continued.values, solve(OU, EulerMaruyama(), 1.0, [0, 1], **KINDS).values)
