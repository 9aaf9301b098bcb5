"""`evolaw simulate` knows from what is typed which world a law lives in, and ignores no option."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("law", "options", "key"),
    [
        ("B3/S23", ("--steps", 2), "population_last"),
        ("Ornstein_Uhlenbeck", ("--paths", 20), "mean"),
        ("dX = -X dt + dW", ("--paths", 20), "mean"),
    ],
)
def test_each_law_runs_in_its_world(evolaw: Callable[..., Any], law: str, options: tuple[Any, ...], key: str) -> None:
    assert key in json.loads(evolaw("simulate", law, *options, "--json").stdout)


@pytest.mark.parametrize(
    ("law", "option", "value"),
    [
        ("ornstein-uhlenbeck", "--size", 8),
        ("ornstein-uhlenbeck", "--every", 2),
        ("dX = dW", "--rle", "a.rle"),
        ("B3/S23", "--paths", 5),
        ("B3/S23", "--set", "a=1"),
        ("B3/S23", "--frames", 5),
    ],
)
def test_an_option_of_the_other_world_is_refused(evolaw: Callable[..., Any], law: str, option: str, value: Any) -> None:
    done = evolaw("simulate", law, option, value)
    assert done.returncode == 3
    assert f"{option} must be left out" in done.stderr


@pytest.mark.slow
def test_nothing_is_changed_in_a_resumed_run(evolaw: Callable[..., Any]) -> None:
    evolaw("simulate", "B3/S23", "--steps", 2, "--out", "board")
    evolaw("simulate", "brownian-motion", "--paths", 20, "--out", "paths")
    for run, option, value in (("board", "--steps", 9), ("paths", "--paths", 9), ("paths", "--rle", "a.rle")):
        done = evolaw("simulate", "--resume", run, option, value)
        assert (done.returncode, "must be left out" in done.stderr) == (3, True)
    assert "finished" in evolaw("simulate", "--resume", "paths").stderr


@pytest.mark.parametrize("law", ["brownian", "geometric brownian", "doublewell"])
def test_half_a_name_is_met_with_the_whole(evolaw: Callable[..., Any], law: str) -> None:
    done = evolaw("simulate", law)
    assert (done.returncode, "Did you mean" in done.stderr) == (3, True)


def test_no_law_is_no_run(evolaw: Callable[..., Any]) -> None:
    assert evolaw("simulate").returncode == 3
    assert evolaw("simulate", "B3/S23", "--resume", "run").returncode == 3
