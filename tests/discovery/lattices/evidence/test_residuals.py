"""Where misreadings lie: everywhere alike under the right edge and law, at the rim under a wrong edge."""

from dataclasses import replace

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.discovery import Flips, discover
from evolaw.discovery.lattices.evidence.belief_propagation import Smoother
from evolaw.discovery.lattices.evidence.residuals import residual_scores, worst_residual
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.trajectory import Trajectory

ISOTROPIC = RuleSpace.named("isotropic")


def misread(edge: str, seed: int, eps: float = 0.03) -> tuple[Trajectory, np.ndarray]:
    chance = np.random.default_rng([seed, 5])
    law = chance.integers(0, 2, 102).astype(float)
    side = 64 if edge == "crop" else 24
    start = (chance.random((side, side)) < 0.4).astype(np.uint8)
    film = evolve(ISOTROPIC.rule(law), start, 10, boundary="torus" if edge == "crop" else edge)
    values = film.values[:, 20:44, 20:44] if edge == "crop" else film.values
    values = (values ^ (chance.random(values.shape) < eps)).astype(np.uint8)
    return replace(film, values=values, boundary="torus", law=None), law


def test_nothing_is_uneven_under_the_right_law() -> None:
    """Twelve recordings, 13 regions each: the smallest of 156 p-values is above 1e-5, which fails once in 600 times."""
    for seed in range(12):
        film, law = misread("torus", seed)
        smoother = Smoother(film, 0.03)
        for _ in range(2):
            smoother.sweep(ISOTROPIC.spread(law))
        scores = residual_scores([smoother], [film.values.shape[1:]])
        assert len(scores) == 13
        assert worst_residual(scores)[1] > 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("edge", ["plane", "crop"])
def test_a_wrong_edge_shows_at_the_rim(edge: str) -> None:
    film, law = misread(edge, 3)
    finding = discover(film, "isotropic", observed=Flips(0.03), rng=0)
    assert finding.facts["cause"] == "boundary" and "--boundary window" in finding.failed[0].says
    assert not finding.of("present") and not finding.of("absent")
    if edge == "crop":
        inside = discover(film, "isotropic", observed=Flips(0.03), boundary="window", rng=0)
        decided = [(entry.decision, theta) for entry, theta in zip(inside.entries, law, strict=True)]
        assert not inside.failed
        assert sum(each in (("present", 1.0), ("absent", 0.0)) for each in decided) > 95
        assert all(each in (("present", 1.0), ("absent", 0.0)) for each in decided if each[0] != "undetermined")


def test_the_worst_region_is_judged_among_all() -> None:
    name, p = worst_residual({"rim": -1.0, "rows 0 to 5": 5.0})
    assert name == "rows 0 to 5" and p == pytest.approx(2 * 2 * 2.867e-7, rel=1e-3)
