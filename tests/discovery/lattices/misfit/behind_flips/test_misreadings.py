"""Misreadings that are not as declared: a wrong rate, a wrong edge, a bad time, and two of them at once."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.discovery import Flips, discover
from evolaw.discovery.lattices.misfit.behind_flips import misreadings
from evolaw.discovery.lattices.misfit.behind_flips.misreadings import doubt_misreadings
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.observation import AUTO, Channel
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.spine.facts import Facts
from evolaw.trajectory import Trajectory

DECLARED = Case(
    (Trajectory(np.zeros((2, 3, 3), np.uint8), [0, 1], ("times", "rows", "cols"), boundary="torus"),),
    RuleSpace.named("outer-totalistic"),
    np.full(18, np.nan),
    Channel(flips=0.03),
)


@pytest.mark.parametrize(
    ("inferred", "residuals", "at_its_own_rate", "cause"),
    [
        (0.03, {"rim": 0.5, "rows 0 to 5": 1.0}, None, None),
        (0.06, {"rim": 0.5}, None, "flips"),
        (0.03, {"rim": 0.0, "rows 0 to 5": 9.0}, None, "region"),
        (0.03, {"rim": 0.0, "frames 3 to 5": -9.0}, None, "time"),
        (0.06, {"rim": 9.0}, {"rim": 8.0}, "boundary"),
        (0.06, {"rim": 9.0, "rows 0 to 5": 11.0}, {"rim": 1.0, "rows 0 to 5": 2.0}, "flips"),
        (0.06, {"frames 3 to 5": 11.0}, {"frames 3 to 5": 7.0}, "time"),
    ],
)
def test_the_cause_is_named(
    monkeypatch: pytest.MonkeyPatch,
    inferred: float,
    residuals: dict[str, float],
    at_its_own_rate: dict[str, float] | None,
    cause: str | None,
) -> None:
    def weigh(case: Case) -> SimpleNamespace:
        assert case.channel.flips == AUTO and at_its_own_rate is not None
        return SimpleNamespace(facts={"residuals": at_its_own_rate})

    monkeypatch.setattr(misreadings.selection, "weigh", weigh)
    facts: Facts = {"cells_read": 20_000, "flips_inferred": inferred, "residuals": residuals}
    found = doubt_misreadings(DECLARED, facts)
    assert (found and found[0]) == cause
    if found:
        assert not found[1].passed and found[1].name == cause


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "named"), [("none", "flips"), ("plane", "boundary"), ("late", "time")])
@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_a_rate_off_by_two_hides_neither_an_edge_nor_a_time(fault: str, named: str, factor: float) -> None:
    """The declared rate is right, half or twice the true one, and the edge is wrong besides, or later frames are misread thrice as often."""
    chance, space = np.random.default_rng(12), RuleSpace.named("isotropic")
    law, start = chance.integers(0, 2, 102).astype(float), (chance.random((28, 30)) < 0.35).astype(np.uint8)
    film = evolve(space.rule(law), start, 13, boundary="plane" if fault == "plane" else "torus")
    rate = np.full(film.values.shape, 0.03)
    rate[7:] *= 3 if fault == "late" else 1
    values = (film.values ^ (chance.random(rate.shape) < rate)).astype(np.uint8)
    finding = discover(
        replace(film, values=values, boundary="torus", law=None), "isotropic", observed=Flips(0.03 * factor), rng=0
    )
    assert finding.facts["cause"] == (named if (fault, factor) != ("none", 1.0) else "sound")
    assert (len(finding.of("present")) > 0) == (finding.facts["cause"] == "sound")
