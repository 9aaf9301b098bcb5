"""Coins that change with time or place are named before anything is called probabilistic; true coins are left alone."""

from dataclasses import replace

import numpy as np
import pytest

from evolaw.automata import Rule, evolve
from evolaw.discovery import discover
from evolaw.discovery.lattices.misfit import diagnosis
from evolaw.discovery.lattices.misfit.homogeneity import ageing_neighbours, find_drift
from evolaw.discovery.lattices.misfit.transitions import Transitions
from evolaw.discovery.lattices.model.ageing import with_states
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.trajectory import Trajectory

SPACE = RuleSpace.named("outer-totalistic")


def soup(rule: str, steps: int, seed: int, size: int = 32, start: np.ndarray | None = None) -> Trajectory:
    board = np.random.default_rng(seed).random((size, size)) < 0.4 if start is None else start
    return evolve(Rule(rule), board.astype(np.uint8), steps, rng=seed)


def changing(before: str, after: str, at: int, steps: int = 16, seed: int = 0) -> Trajectory:
    first = soup(before, at, seed)
    second = soup(after, steps - at, seed + 50, start=first.final)
    values = np.concatenate([first.values, second.values[1:]])
    return Trajectory(values, np.arange(len(values)), first.axes, boundary="torus")


def side_by_side(one: str, other: str, seed: int = 0) -> Trajectory:
    frames = [soup(one, 1, seed).values[0]]
    left = (np.arange(32) < 16)[None]
    for step in range(12):
        runs = (soup(rule, 1, 100 * seed + step, start=frames[-1]).final for rule in (one, other))
        frames.append(np.where(left, *runs))
    return Trajectory(np.array(frames, np.uint8), np.arange(13), ("times", "rows", "cols"), boundary="torus")


@pytest.mark.sampled(3)
@pytest.mark.parametrize("asks", [False, pytest.param(True, id="networks asked", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("film", "cause", "word"),
    [
        (changing("B3=0.8/S23", "B3=0.2/S23", 8), "cut", "time"),
        (changing("B3=0.2/S2=0.9,3", "B3=0.9/S2=0.9,3", 1), "step", "step"),
        (side_by_side("B3=0.8/S23", "B3=0.3/S23"), "region", "region"),
    ],
    ids=["half-way", "first step", "side by side"],
)
def test_coins_that_change_are_named(
    film: Trajectory, cause: str, word: str, asks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not asks:
        monkeypatch.setattr(diagnosis, "ask_networks", lambda *_: "Not tested: no network was asked.")
        monkeypatch.setattr(diagnosis, "skipped_law", lambda *_: None)
    fault = find_drift(Transitions.of([film]), SPACE.entry_of)
    assert fault is not None and fault.cause == cause and fault.log_e > np.log(100)
    finding = discover(film, rng=0)
    assert finding.facts["cause"] == word and "B3" in finding.failed[0].says
    assert not finding.of("probabilistic")


@pytest.mark.slow
def test_one_law_with_coins_is_left_alone() -> None:
    """Over 40 recordings the mean e-value against one law is at most 1 by three standard errors, and coins are found."""
    e = []
    for seed in range(40):
        fault = find_drift(Transitions.of([soup("B3=0.7/S2=0.9,34=0.2", 6, seed, 16)]), SPACE.entry_of)
        assert fault is not None
        e.append(np.exp(fault.log_e))
    assert np.mean(e) < 1 + 3 * np.std(e) / np.sqrt(40)
    finding = discover(soup("B3=0.7/S2=0.9,34=0.2", 20, 3), rng=0)
    assert finding.of("probabilistic") == ("B3", "S2", "S4")


def test_too_short_to_be_split() -> None:
    film = soup("B3=0.7/S23", 1, 0, 3)
    fault = find_drift(Transitions.of([replace(film, values=film.values[:2])]), SPACE.entry_of)
    assert fault is None or fault.log_e < np.log(100)


@pytest.mark.parametrize("corner", [(0, 0), (0, 24), (24, 0), (24, 24)])
def test_a_patch_in_any_corner_is_found(corner: tuple[int, int]) -> None:
    """A coin of .8 that is one of .2 on 8 x 8 of 32 x 32 cells."""
    down, right = corner
    chance, seen = np.random.default_rng(0), Transitions.of([soup("B3=0.5/S23", 12, 1)])
    inside = (seen.row >= down) & (seen.row < down + 8) & (seen.col >= right) & (seen.col < right + 8)
    three = SPACE.entry_of[seen.window] == SPACE.index("B3")
    alive = np.where(three, chance.random(seen.window.size) < np.where(inside, 0.2, 0.8), seen.alive)
    fault = find_drift(replace(seen, alive=alive), SPACE.entry_of)
    assert fault is not None and fault.box == (down, down + 7, right, right + 7)


def hexagonal(steps: int = 12) -> Trajectory:
    """Cells with six neighbours, stored row by row, every second row shifted by half a cell."""
    values = [(np.random.default_rng(8).random((32, 32)) < 0.4).astype(np.uint8)]
    odd = (np.arange(32) % 2)[:, None]
    for _ in range(steps):
        now = values[-1].astype(int)
        up, down = np.roll(now, 1, 0), np.roll(now, -1, 0)
        count = np.roll(now, 1, 1) + np.roll(now, -1, 1) + up + down
        count = count + np.where(
            odd, np.roll(up, -1, 1) + np.roll(down, -1, 1), np.roll(up, 1, 1) + np.roll(down, 1, 1)
        )
        values.append(np.where(now == 1, np.isin(count, (3, 4)), count == 2).astype(np.uint8))
    return Trajectory(np.array(values), np.arange(steps + 1), ("times", "rows", "cols"), boundary="torus")


def sublattices(in_turn: bool, steps: int = 16) -> Trajectory:
    """Spins of which the black and the white cells of a checkerboard are drawn anew in turn, or all black ones with another coin."""
    chance = np.random.default_rng(9)
    values, square = [(chance.random((32, 32)) < 0.5).astype(np.uint8)], np.indices((32, 32)).sum(0) % 2
    for step in range(steps):
        now = values[-1]
        count = sum(np.roll(now, by, axis).astype(int) for by in (1, -1) for axis in (0, 1))
        fresh = chance.random(now.shape) < 0.1 + 0.2 * count
        strange = chance.random(now.shape) < 0.5
        values.append(np.where(square == step % 2, fresh, now) if in_turn else np.where(square, fresh, strange))
    return Trajectory(np.array(values, np.uint8), np.arange(steps + 1), ("times", "rows", "cols"), boundary="torus")


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("film", "words", "is_clean"),
    [
        (hexagonal(), "every second row of a hexagonal lattice", True),
        (replace(hexagonal(), values=hexagonal().values.swapaxes(1, 2)), "every second column of a hexagonal", True),
        (sublattices(True), "black and white cells are updated in turn", False),
        (sublattices(False), "black or white, on which a cell lies", False),
    ],
    ids=["rows", "columns", "in turn", "squares"],
)
def test_the_grid_is_named_that_tells_most(
    film: Trajectory, words: str, is_clean: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them were called block automata, without a contradiction left, chance or not."""
    monkeypatch.setattr(diagnosis, "ask_networks", lambda *_: "Not tested: no network was asked.")
    monkeypatch.setattr(diagnosis, "skipped_law", lambda *_: None)
    finding = discover(film, rng=0)
    assert finding.facts["cause"] == "blocks" and words in finding.failed[0].says
    assert ("nothing contradicts itself" in finding.failed[0].says) == is_clean


def forest(steps: int = 30) -> Trajectory:
    """Trees (1) grow, burn (2) where a neighbour burns, and are gone; a third of the fires start by themselves."""
    chance = np.random.default_rng(3)
    state, frames = chance.integers(0, 3, (40, 40)), []
    for _ in range(steps):
        frames.append(state)
        fire = (state == 2).astype(int)
        beside = sum(np.roll(fire, by, axis) for by in (1, -1) for axis in (0, 1)) > 0
        lit, grown = beside | (chance.random(state.shape) < 0.002), chance.random(state.shape) < 0.05
        state = np.where(state == 2, 0, np.where(state == 1, np.where(lit, 2, 1), grown))
    return Trajectory(np.array(frames, np.uint8), np.arange(steps), ("times", "rows", "cols"), boundary="torus")


def test_states_above_one_that_act_are_named() -> None:
    """The fires of a forest were called a region with other coins."""
    finding = discover(forest(), "generations", rng=0)
    assert finding.facts["cause"] == "ageing" and "neighbours are in states above 1" in finding.failed[0].says


def test_ageing_cells_that_only_stand_in_the_way_do_not_act() -> None:
    """An e-value: above 20 in less than 5 of 100 recordings of a law with coins; of 12 three or more have a chance of 0.02, and seeds are fixed."""
    space, above = RuleSpace.named("generations", 4), 0
    for seed in range(12):
        chance = np.random.default_rng(seed)
        film = evolve("B2=0.7,3=0.4/S23=0.8/4", chance.integers(0, 4, (32, 32)).astype(np.uint8), 20, rng=seed)
        film = with_states(film, 4)
        above += ageing_neighbours([film], Transitions.of([film]), space.entry_of) > np.log(20)
    assert above < 3
