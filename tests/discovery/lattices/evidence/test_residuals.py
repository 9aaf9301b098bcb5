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


class _Believes:
    """What `residual_scores` asks of a smoother: chances of misreading, which cells were read, and the flip probability."""

    flips = 0.04

    def __init__(self, chance: np.ndarray, seen: np.ndarray) -> None:
        self.chance, self.seen = chance, seen

    def misread(self) -> tuple[np.ndarray, np.ndarray]:
        return self.chance, self.seen


def test_scores_are_the_excess_over_its_standard_deviation() -> None:
    """Eight frames of 5 x 12, a tenth not read, each region added up cell by cell; cells not read count nothing."""
    chance = np.random.default_rng(0)
    likely, seen = chance.random((8, 60)) * 0.3, chance.random((8, 60)) < 0.9
    bounds = {size: [band * size // 4 for band in range(5)] for size in (8, 5, 12)}
    regions = {"rim": lambda t, r, c: r in (0, 4) or c in (0, 11)}
    for name, size, place in (("frames", 8, 0), ("rows", 5, 1), ("columns", 12, 2)):
        for first, last in zip(bounds[size][:-1], bounds[size][1:], strict=True):
            regions[f"{name} {first} to {last - 1}"] = lambda *at, place=place, first=first, last=last: (
                first <= at[place] < last
            )
    found = residual_scores([_Believes(likely, seen)] * 2, [(5, 12)] * 2)  # type: ignore[list-item]
    assert set(found) == set(regions)
    for name, holds in regions.items():
        excess = count = 0.0
        for t in range(8):
            for cell in range(60):
                if seen[t, cell] and holds(t, *divmod(cell, 12)):
                    excess, count = excess + likely[t, cell] - 0.04, count + 1
        assert found[name] == pytest.approx(2 * excess / np.sqrt(2 * 0.04 * 0.96 * count + 0.5))
