"""Edges: wrong ones are refuted and named, unstated ones trusted only as far as the recording bears them out."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from evolaw.automata import Rule, evolve
from evolaw.discovery import discover
from evolaw.discovery.lattices.misfit.edges import boundary, log_e_of_the_torus, rim_apart, settle_edge
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import count_windows
from evolaw.trajectory import Trajectory

SPACE = RuleSpace.named("outer-totalistic")


def soup(
    rule: Rule | str = "B3/S23", size: int = 32, steps: int = 12, edge: str = "torus", seed: int = 0
) -> Trajectory:
    start = np.random.default_rng(seed).random((size, size)) < 0.4
    return evolve(rule, start.astype(np.uint8), steps, boundary=edge, rng=seed)


def cropped(film: Trajectory, at: int, rows: int, cols: int, edge: str | None = None) -> Trajectory:
    return replace(film, values=film.values[:, at : at + rows, at : at + cols], boundary=edge)


@pytest.mark.parametrize("rule", ["B3/S23", "B3=0.7/S2=0.9,34=0.2"])
def test_a_true_torus_passes(rule: str) -> None:
    assert boundary([soup(Rule(rule))], SPACE).passed


@pytest.mark.parametrize("true", ["plane", "reflecting", "torus+3,0", "torus+0,5"])
def test_the_true_edge_is_named_also_a_shifted_torus(true: str) -> None:
    check = boundary([replace(soup(edge=true), boundary="torus")], SPACE)
    assert not check.passed and f"--boundary {true}" in check.says


def test_a_window_of_a_larger_world_is_named() -> None:
    check = boundary([cropped(soup(size=64), 9, 31, 31, "torus")], SPACE)
    assert not check.passed and "--boundary window" in check.says and "No plane, mirror or torus" in check.says


def test_rim_and_interior_are_all_there_is() -> None:
    film = soup()
    inner, rim = rim_apart([film], SPACE)
    assert np.array_equal(inner.visits + rim.visits, count_windows([film]).pool(SPACE).visits)
    assert rim.visits.sum() == 12 * (4 * 32 - 4)


@pytest.mark.parametrize("space", ["outer-totalistic", "isotropic"])
def test_an_unstated_edge_that_is_refuted_leaves_the_interior_to_decide(space: str) -> None:
    finding = discover(cropped(soup("B36/S23", size=64), 9, 24, 20), space, rng=0)
    assert finding.rule == Rule("B36/S23") or finding.of("undetermined")
    assert not finding.of("conflict") and len(finding.of("undetermined")) <= 3
    assert [check.name for check in finding.failed] == ["boundary"]


def test_an_unstated_edge_is_a_torus_where_the_recording_bears_it_out() -> None:
    film = replace(soup(size=12, steps=3), boundary=None)
    settled, check = settle_edge([film], SPACE)
    assert settled[0].boundary is None and check is None


def test_what_is_seen_at_an_unstated_edge_alone_decides_nothing() -> None:
    """A corner of Life too small to tell: only cells inside say anything."""
    film = cropped(soup(size=64, steps=2, seed=5), 20, 4, 4)
    settled, check = settle_edge([film], SPACE)
    assert settled[0].boundary == "window" and check is not None
    finding = discover(film, rng=0)
    assert sum(entry.visits for entry in finding.entries) == 2 * 4


@pytest.mark.slow
def test_small_crops_are_wrong_no_more_often_than_declared() -> None:
    """200 crops of random isotropic laws, edges unstated or declared unknown; no more than alpha of all findings err (3 s.e.)."""
    wrong = findings = 0
    for seed in range(200):
        chance = np.random.default_rng([seed, 77])
        space = RuleSpace.named(("outer-totalistic", "isotropic", "general")[seed % 3])
        law = chance.integers(0, 2, len(space)).astype(float)
        start = (chance.random((64, 64)) < 0.4).astype(np.uint8)
        rows, cols, steps = (int(chance.integers(low, high)) for low, high in ((8, 41), (8, 41), (1, 13)))
        film = cropped(evolve(space.rule(law), start, steps), 5, rows, cols)
        if np.unique(film.values).size < 2:
            continue
        for edge in (None, "window"):
            finding = discover(film, space.name, boundary=edge, rng=0)
            findings += 1
            value = {"present": 1, "absent": 0, "probabilistic": -1}
            wrong += any(
                value.get(entry.decision, given) != given for entry, given in zip(finding.entries, law, strict=True)
            )
    assert wrong <= 0.05 * findings + 3 * np.sqrt(0.05 * 0.95 * findings)


@pytest.mark.parametrize("space", ["outer-totalistic", "isotropic"])
def test_a_torus_is_weighed_against_every_filling_of_the_cells_beyond_the_edge(space: str) -> None:
    """One step of 3 x 4 cells, all on the rim but two: each look by its 2^3 to 2^5 fillings, each with its probability."""
    named, chance = RuleSpace.named(space), np.random.default_rng(2)
    law = chance.integers(0, 2, len(named)).astype(float)
    value = np.where(chance.random(len(named)) < 0.8, law, np.nan)
    film = evolve(named.rule(law), (chance.random((3, 4)) < 0.4).astype(np.uint8), 1)
    density = film.values.mean()
    table, total = named.spread(value), 0.0
    before = film.values[0]
    for row, col in np.ndindex(3, 4):
        around = [(row + i, col + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        inside = [0 <= i < 3 and 0 <= j < 4 for i, j in around]
        on_torus = sum(int(before[i % 3, j % 4]) << (8 - bit) for bit, (i, j) in enumerate(around))
        if all(inside) or np.isnan(table[on_torus]):
            continue
        alive = 0.0
        for filling in itertools.product((0, 1), repeat=9 - sum(inside)):
            beyond = iter(filling)
            cells = [before[place] if known else next(beyond) for place, known in zip(around, inside, strict=True)]
            leads = table[sum(int(cell) << (8 - bit) for bit, cell in enumerate(cells))]
            weight = density ** sum(filling) * (1 - density) ** (len(filling) - sum(filling))
            alive += weight * (0.5 if np.isnan(leads) else leads)
        total -= np.log(alive if film.values[1, row, col] else 1 - alive)
    assert total > 1
    assert log_e_of_the_torus([film], value, named) == pytest.approx(total)
