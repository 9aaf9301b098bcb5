"""Isotropic laws behind skipped generations are found, exactly, and none where nothing was skipped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule, entries
from evolaw.discovery import discover
from evolaw.discovery.lattices.misfit.subsampling import looks_scrambled, skipped_law
from evolaw.discovery.lattices.model.window_counts import count_windows
from evolaw.randomness import Source
from evolaw.trajectory import Trajectory


def lively(seed: int, every: int = 2, frames: int = 13) -> tuple[Rule, Trajectory]:
    """A random isotropic law that neither dies nor fills, with some of its generations recorded."""
    chance = np.random.default_rng(seed)
    while True:
        table = np.zeros(512, np.uint8)
        for windows in list(entries("isotropic").values())[1:]:
            table[windows] = chance.integers(2)
        start = (chance.random((48, 48)) < 0.4).astype(np.uint8)
        film = evolve(Rule.from_table(table), start, every * (frames - 1))
        if 0.2 < film.final.mean() < 0.8:
            values = film.values[::every]
            return film.law, replace(film, values=values, times=np.arange(frames))  # type: ignore[return-value]


@pytest.mark.slow
def test_a_law_behind_every_second_generation_is_found() -> None:
    law, film = lively(0)
    windows = count_windows([film])
    assert looks_scrambled(windows)
    found = skipped_law([film], windows, Source(0))
    assert found is not None and found.every == 2 and found.law == str(law)
    assert found.log_e > 1000


@pytest.mark.slow
def test_the_finding_names_the_gap_instead_of_chance() -> None:
    _, film = lively(1)
    finding = discover(film, "isotropic", rng=0)
    assert finding.facts["cause"] == "skipped frames"
    assert "--every 2 --space isotropic" in finding.failed[0].says
    assert not finding.of("probabilistic")


@pytest.mark.slow
def test_chance_is_not_taken_for_a_gap() -> None:
    """A law that throws a coin for every window looks scrambled, and no law explains it."""
    chance = np.random.default_rng(0)
    film = evolve(Rule.from_table(chance.random(512)), chance.integers(0, 2, (32, 32)).astype(np.uint8), 6, rng=0)
    windows = count_windows([film])
    assert looks_scrambled(windows)
    assert skipped_law([film], windows, Source(0)) is None


@pytest.mark.parametrize("rule", ["B3/S23", "B36/S125"])
def test_laws_that_take_one_step_a_frame_do_not_look_scrambled(rule: str) -> None:
    start = np.random.default_rng(0).integers(0, 2, (32, 32)).astype(np.uint8)
    film = evolve(Rule(rule).with_noise(0.03), start, 8, rng=0)
    assert not looks_scrambled(count_windows([film]))
    assert skipped_law([evolve(rule, start, 8)], count_windows([evolve(rule, start, 8)]), Source(0)) is None


def test_edges_and_large_boards_are_left_alone() -> None:
    _, film = lively(0)
    windows = count_windows([film])
    assert skipped_law([replace(film, boundary="plane")], windows, Source(0)) is None
    large = replace(film, values=np.tile(film.values, (1, 3, 3)))
    assert skipped_law([large], windows, Source(0)) is None
