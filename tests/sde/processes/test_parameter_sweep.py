"""Sweeps: a solution of many parameter sets is the solutions of each, and what is no sweep is refused."""

import jax.numpy as jnp
import numpy as np
import pytest

import evolaw.sde as sde
from evolaw import Trajectory
from evolaw.errors import ArgumentError, NumericalError
from evolaw.sde.processes.parameter_sweep import sweep_of

OU = sde.ornstein_uhlenbeck(rate=1.0, scale=0.5)
TILTED = sde.underdamped(
    lambda t, x, p: p["bias"] - jnp.sin(x), friction=0.5, temperature=0.1, params={"bias": 0.0}, name="tilted"
)
BIASES = np.array([0.1, 0.5, 0.9, 1.3])


def at(process, entries, number):
    """The process of one set, put together by hand."""
    changed = {
        name: dict(process.params[name]) | {k: float(v[number]) for k, v in values.items()}
        if isinstance(values, dict)
        else float(values[number])
        for name, values in entries.items()
    }
    return process.with_params(**changed)


def both(process, scheme, start, entries, sets, paths, **asked):
    """The sweep, and the solutions of each set."""
    many = sde.solve(process, scheme, start, [0, 1, 2], steps=32, paths=paths, rng=3, sweep=entries, **asked)
    each = [
        sde.solve(
            at(process, entries, s),
            scheme,
            start,
            [0, 1, 2],
            steps=32,
            paths=paths,
            rng=3,
            first_path=s * paths,
            **asked,
        )
        for s in range(sets)
    ]
    return many, each


@pytest.mark.slow
@pytest.mark.parametrize(
    ("process", "scheme", "start", "entries"),
    [
        pytest.param(OU, sde.EulerMaruyama(), 1.0, {"rate": [1.0, 2.0, 3.0], "scale": [0.5, 0.4, 0.3]}, id="whole"),
        pytest.param(TILTED, sde.BAOAB(), [0.0, 0.0], {"force": {"bias": BIASES}}, id="apart, with memory"),
        pytest.param(OU, sde.ExactStep(), 1.0, {"rate": [1.0, 2.0]}, id="exact steps", marks=pytest.mark.slow),
        pytest.param(TILTED, sde.SRA1(), [0.0, 0.0], {"friction": BIASES}, id="friction", marks=pytest.mark.slow),
        pytest.param(OU, sde.WeakEuler(), 1.0, {"rate": [1.0, 2.0]}, id="weak", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("paths", [7, pytest.param(1500, marks=pytest.mark.slow)])
def test_a_sweep_is_the_solutions_of_its_sets(process, scheme, start, entries, paths):
    """Up to rounding: the compiler may join other operations. 1500 paths end inside a block, which no two sets share."""
    sets = len(BIASES) if process is TILTED else len(entries["rate"])
    many, each = both(process, scheme, start, entries, sets, paths)
    assert many.axes == ("sets", "paths", "times", "dim")
    np.testing.assert_allclose(many.values, np.stack([one.values for one in each]), rtol=1e-10, atol=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("chunk", ["auto", pytest.param(1024, marks=pytest.mark.slow)])
def test_statistics_of_a_sweep_are_those_of_its_sets(chunk):
    """A chunk of several sets, and a set of several chunks."""
    asked = [
        sde.Moments(of=lambda t, x, p: p["rate"] * x),
        sde.Histogram(np.linspace(-1, 1, 5)),
        sde.FirstPassage(lambda t, x, p: 1.5 - 0.1 * p["rate"] - x[0]),
        sde.Event(lambda t, x, p: x[0] - 0.3),
    ]
    entries = {"rate": [1.0, 2.0, 3.0]}
    paths = 1500 if chunk == "auto" else 3000
    many, each = both(OU, sde.EulerMaruyama(), 1.0, entries, 3, paths, statistics=asked, chunk=chunk)
    assert many.mean.shape == (3, 3, 1) and many.covariance.shape == (3, 3, 1, 1) and many.moments.paths.shape == (3, 3)
    for name in ("mean", "mean_error", "covariance_error", "variance"):
        np.testing.assert_allclose(getattr(many, name), np.stack([getattr(one, name) for one in each]), rtol=1e-10)
    for name in ("counts", "below", "above", "density"):
        together = np.stack([getattr(one.histogram, name) for one in each])
        np.testing.assert_array_equal(getattr(many.histogram, name), together)
    passage, event = many.results[2:]
    assert passage.times.shape == (3, paths) and event.times.shape == (3, paths, 1)
    for s, one in enumerate(each):
        np.testing.assert_allclose(passage.times[s], one.results[2].times, rtol=1e-10)
        np.testing.assert_allclose(event.times[s], one.results[3].times, rtol=1e-10)
        for property_ in ("share", "rate"):
            for found, alone in ((passage, one.results[2]), (event, one.results[3])):
                np.testing.assert_allclose([part[s] for part in getattr(found, property_)], getattr(alone, property_))
        np.testing.assert_allclose(passage.survival([0.5, 1])[0][s], one.results[2].survival([0.5, 1])[0])


def test_starts_of_a_sweep():
    """One start for all, one a path, one a set and path, and one a set."""
    still = sde.SDE(lambda t, x, p: p["v"] + 0 * x, None, noise="none", params={"v": 0.0})
    v, paths = np.array([1.0, 2.0, 3.0]), np.array([[10.0], [20.0]])
    asked = {"steps": 4, "rng": None, "paths": 2, "sweep": {"v": v}}

    def ends(start):
        return sde.solve(still, sde.Euler(), start, [0, 1], **asked).values[:, :, -1, 0]

    np.testing.assert_allclose(ends(5.0), 5 + np.stack([v, v], axis=1))
    np.testing.assert_allclose(ends(paths), paths[:, 0] + v[:, None])
    of_each = np.arange(6.0).reshape(3, 2, 1)
    np.testing.assert_allclose(ends(of_each), of_each[..., 0] + v[:, None])
    np.testing.assert_allclose(ends(of_each[:, :1]), of_each[:, :1, 0] + np.stack([v, v], axis=1))


@pytest.mark.slow
def test_a_kept_sweep_is_continued_and_loaded(tmp_path):
    """Stopped after the first chunk of three; the directory then holds whole sets, and in the end the same bytes."""
    asked = {"steps": 8, "rng": 1, "paths": 5, "sweep": {"rate": np.linspace(1, 2, 6)}, "chunk": 10}
    whole = sde.solve(OU, sde.EulerMaruyama(), 1.0, [0, 1], **asked)

    def stop(done, total):
        assert total == 30
        raise KeyboardInterrupt

    for statistics in (None, sde.Moments()):
        out = tmp_path / str(statistics)
        with pytest.raises(KeyboardInterrupt):
            sde.solve(OU, sde.EulerMaruyama(), 1.0, [0, 1], out=out, statistics=statistics, progress=stop, **asked)
        if statistics is None:
            assert Trajectory.load(out).values.shape == (2, 5, 2, 1)
        found = sde.solve(OU, sde.EulerMaruyama(), 1.0, [0, 1], out=out, statistics=statistics, **asked)
        if statistics is None:
            np.testing.assert_array_equal(found.values, whole.values)
            loaded = Trajectory.load(out)
            np.testing.assert_array_equal(loaded.values, whole.values)
            assert loaded.axes == whole.axes and loaded.about["sweep"]["rate"] == np.linspace(1, 2, 6).tolist()
            assert len(list(loaded.split())) == 6
        else:
            np.testing.assert_allclose(found.mean, whole.values.mean(axis=1), rtol=1e-12)


@pytest.mark.slow
def test_a_lost_path_names_its_set():
    cube = sde.SDE(lambda t, x, p: p["a"] * x**3, 0.1, noise="additive", params={"a": 1.0}, name="cube")
    with pytest.raises(
        NumericalError, match=r"20 of 30 paths of cube .* path 10 of set 1 \(a = 1\), after step"
    ) as lost:
        sde.solve(cube, sde.EulerMaruyama(), 1.0, [0, 5], steps=50, rng=0, paths=10, sweep={"a": [-1.0, 1.0, 2.0]})
    assert lost.value.partial.values.shape == (3, 10, 2, 1)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"rat": [1.0]}, "must be one of rate, level, scale, but is 'rat'"),
        (
            {"rate": [[1.0]]},
            r"values of rate of shape \(sets,\), one for each set on the first axis, but is of shape \(1, 1\)",
        ),
        ({"rate": 1.0}, r"but is of shape \(\)"),
        ({"rate": []}, r"of shape \(0,\)"),
        ({"rate": [1.0, 2.0], "scale": [1.0]}, "as many values of scale as of rate, 2, but is 1"),
        ([1.0], "be a mapping from names of parameters"),
        ({}, "be a mapping from names of parameters"),
        ({"rate": {"x": [1.0]}}, "process whose parameters are a mapping"),
        ({"rate": [1.0 + 1j]}, "real numbers for rate"),
        ({"rate": [np.nan]}, "finite"),
    ],
)
def test_what_is_no_sweep(entries, words):
    with pytest.raises(ArgumentError, match=words):
        sweep_of(OU, entries, np.dtype("float64"))
