"""Two laws side by side, or one after the other, behind misread cells; and true coins that both halves agree on."""

from dataclasses import replace

import numpy as np
import pytest

from evolaw.automata import Rule, evolve
from evolaw.discovery import Flips, discover
from evolaw.discovery.lattices.misfit.behind_flips.halves import compare_halves
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.trajectory import Trajectory

SPACE = RuleSpace.named("outer-totalistic")


def recorded(one: str, other: str, kind: str, steps: int = 12, size: int = 24) -> Trajectory:
    chance = np.random.default_rng(7)
    frames = [(chance.random((size, size)) < 0.4).astype(np.uint8)]
    left = (np.arange(size) < size // 2)[None]
    for step in range(steps):
        runs = [evolve(Rule(rule), frames[-1], 1, rng=step).final for rule in (one, other)]
        frames.append(np.where(left, *runs) if kind == "beside" else runs[step >= steps // 2])
    values = np.array(frames) ^ (chance.random((steps + 1, size, size)) < 0.02)
    return Trajectory(values.astype(np.uint8), np.arange(steps + 1), ("times", "rows", "cols"), boundary="torus")


def case(film: Trajectory) -> Case:
    return Case([film], SPACE, np.full(18, np.nan), Flips(0.02))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "cause"), [("beside", "region"), pytest.param("after", "time", marks=pytest.mark.slow)]
)
def test_halves_that_disagree_are_named(kind: str, cause: str) -> None:
    film = recorded("B3/S23", "B36/S125", kind)
    found = compare_halves(case(film))
    assert found is not None and found[0] == cause and not found[1].passed
    finding = discover(film, observed=Flips(0.02), rng=0)
    assert finding.facts["cause"] in ("region", "time", "boundary")
    assert not finding.of("present") and not finding.of("absent") and not finding.of("probabilistic")


@pytest.mark.slow
def test_halves_agree_on_a_coin() -> None:
    film = recorded("B3=0.6/S23", "B3=0.6/S23", "beside")
    assert compare_halves(case(film)) is None
    finding = discover(film, observed=Flips(0.02), rng=0)
    assert finding.of("probabilistic") == ("B3",)
    low, high = finding["B3"].interval
    assert low < 0.6 < high and high - low < 0.3


def test_what_is_too_small_to_be_halved_is_not() -> None:
    film = recorded("B3/S23", "B36/S125", "beside", steps=4, size=12)
    assert compare_halves(case(replace(film, values=film.values[:3], times=film.times[:3]))) is None
