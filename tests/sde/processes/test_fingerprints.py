"""Fingerprints: equal for the same thing written again, different as soon as anything that is computed differs."""

import functools

import numpy as np
import pytest

import evolaw.sde as sde
from evolaw.sde.processes.fingerprints import fingerprint

FACTOR = 2.0


def scaled(k):
    return lambda t, x, p: k * x


def calling(t, x, p):
    return FACTOR * neighbour(x)


def neighbour(x):
    return -x


def test_what_is_written_twice_is_the_same():
    for make in (
        lambda: scaled(2.0),
        lambda: sde.Moments(of=lambda t, x, p: x**2),
        lambda: sde.ornstein_uhlenbeck(rate=1.0, scale=0.5),
        lambda: {"b": np.arange(3.0), "a": [1, None, "x"]},
        lambda: functools.partial(scaled(1.0), 0.0),
    ):
        assert fingerprint(make()) == fingerprint(make())
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (scaled(2.0), scaled(3.0)),
        (lambda t, x, p: x + 1, lambda t, x, p: x + 2),
        (lambda t, x, p: x + 1, lambda t, x, p: x - 1),
        (np.arange(1000.0), np.where(np.arange(1000) == 500, 500.0000001, np.arange(1000.0))),
        (np.zeros(2, np.float32), np.zeros(2)),
        (sde.ornstein_uhlenbeck(rate=1.0, scale=0.5), sde.geometric_brownian_motion(growth=1.0, volatility=0.5)),
        (sde.Moments(), sde.Moments(covariance=False)),
        (lambda x, k=1: x, lambda x, k=2: x),
        (functools.partial(scaled(1.0), 0.0), functools.partial(scaled(1.0), 1.0)),
        ([1], (1,)),
    ],
)
def test_what_computes_something_else_differs(one, other):
    assert fingerprint(one) != fingerprint(other)


def test_globals_of_its_own_module_count(monkeypatch):
    import sys

    before = fingerprint(calling)
    monkeypatch.setattr(sys.modules[__name__], "FACTOR", 3.0)
    changed = fingerprint(calling)
    monkeypatch.setattr(sys.modules[__name__], "neighbour", lambda x: x)
    assert len({before, changed, fingerprint(calling)}) == 3


def test_a_function_that_reaches_itself_ends():
    def recursive(n):
        return n if n < 1 else recursive(n - 1)

    assert fingerprint(recursive) == fingerprint(recursive)
