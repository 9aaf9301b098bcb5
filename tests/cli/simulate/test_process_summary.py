"""What is said of paths: lost ones before the numbers of the others, and never those numbers as the answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from evolaw.cli.simulate.process_settings import Typed, settle
from evolaw.cli.simulate.process_summary import Summary
from evolaw.trajectory import Trajectory

ROOT = (
    "simulate",
    "dX = (1 - X) dt + 2 sqrt(X) dW",
    "--scheme",
    "euler-maruyama",
    "--dt",
    0.05,
    "--start",
    0.2,
    "--paths",
    200,
)


def lost_sample() -> Trajectory:
    values = np.zeros((8, 2, 1))
    values[:, 1, 0] = np.arange(8.0)
    values[2, 1, 0] = np.nan
    return Trajectory(values, [0.0, 1.0], ("paths", "times", "dim"))


def test_lost_paths_are_said_where_numbers_are() -> None:
    found = Summary(settle(Typed("dX = dW", {}, times="0,1", paths=8)), lost_sample())
    assert "1 of 8 paths did not stay finite" in found.warning
    document = found.facts()
    assert "1 of 8 paths" in document["warning"]
    assert document["mean"][-1][0] == pytest.approx(np.delete(np.arange(8.0), 2).mean())
    written = found.text({})
    assert "mean of X at the end of the paths that are left" in written
    assert "8, 1 lost" in written


def test_nothing_is_said_of_paths_that_were_not_lost() -> None:
    kept = Trajectory(np.ones((2, 2, 1)), [0.0, 1.0], ("paths", "times", "dim"))
    found = Summary(settle(Typed("dX = dW", {}, times="0,1", paths=2)), kept)
    assert "warning" not in found.facts()
    assert "left" not in found.text({})


@pytest.mark.slow
def test_a_root_typed_by_hand_is_named_and_warned_of_first(evolaw: Callable[..., Any]) -> None:
    done = evolaw(*ROOT, "--json")
    assert done.returncode == 4
    assert done.stderr.index("warning:") < done.stderr.index("error[numerical]")
    assert "which is not the answer to the equation" in json.loads(done.stdout)["warning"]
    assert "sqrt(X) is not defined where X = -" in done.stderr
    assert "write sqrt(max(X, 0))" in done.stderr
